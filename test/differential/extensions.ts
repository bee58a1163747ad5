/* eslint-disable @stylistic/max-len -- tables of choices, one a line */
import { Random } from './random';
import { compact, metadata } from './traffic';
import { Manifest, METHODS, PATH_PATTERNS, PATHS } from './vocabulary';

/** Mesh settings with two external authorizers: the application behind them refuses what comes under `/oracle-denies`. */
export const EXTERNAL_AUTHORIZERS = `extensionProviders:
- {name: lenient, envoyExtAuthzHttp: {service: authorizer.plain.svc.cluster.local, port: 80, timeout: 5s}}
- {name: stern, envoyExtAuthzHttp: {service: authorizer.plain.svc.cluster.local, port: 80, timeout: 5s, pathPrefix: /oracle-denies}}`;

const AUTHORIZER = [
  { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'authorizer', namespace: 'plain' }, spec: { selector: { matchLabels: { app: 'authorizer' } }, template: { metadata: { labels: { app: 'authorizer' } }, spec: { containers: [{ name: 'app', image: 'app' }] } } } },
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 'authorizer', namespace: 'plain' }, spec: { selector: { app: 'authorizer' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } },
];

function place(random: Random): { namespace: string; labels?: object } {
  return random.weighted<{ namespace: string; labels?: object }>([
    [4, { namespace: 'demo', labels: { app: 'httpbin' } }], [1, { namespace: 'demo' }], [1, { namespace: 'demo', labels: { app: 'api' } }], [3, { namespace: 'istio-system', labels: { istio: 'ingressgateway' } }], [0.5, { namespace: 'istio-system' }],
    [1, { namespace: 'istio-system', labels: { tier: 'back' } }], [1, { namespace: 'other' }], [1, { namespace: 'edge' }], [1, { namespace: 'demo', labels: { app: 'ledger' } }], [1, { namespace: 'plain' }],
  ]);
}

/** What the evaluator leaves open: external authorizers, and filters that somebody puts into proxies. Some of them refuse everybody, others nobody. */
export function generateExtensions(random: Random, dated: boolean): Manifest[] {
  const made = random.times(1, 2, (index) => random.weighted<() => Manifest>([[5, () => customPolicy(random, index, dated)], [2, () => envoyFilter(random, index, dated)], [1.5, () => wasmPlugin(random, index, dated)]])());
  return [...AUTHORIZER, ...made];
}

function customPolicy(random: Random, index: number, dated: boolean): Manifest {
  const { namespace, labels } = place(random);
  const operation = () => compact({ paths: random.maybe(0.7, () => random.some([...PATHS, ...PATH_PATTERNS], 1, 2)), methods: random.maybe(0.4, () => random.some(METHODS, 1, 2)), hosts: random.maybe(0.2, () => ['a.test']) });
  const to = () => { const one = operation(); return Object.keys(one).length === 0 ? { methods: ['GET'] } : one; };
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: metadata(random, `custom-${index}`, namespace, dated),
    spec: compact({ selector: labels === undefined ? undefined : { matchLabels: labels }, action: 'CUSTOM', provider: { name: random.weighted([[5, 'lenient'], [5, 'stern'], [0.5, 'unknown']]) }, rules: random.chance(0.2) ? [{}] : [{ to: random.times(1, 2, () => ({ operation: to() })) }] }),
  };
}

function envoyFilter(random: Random, index: number, dated: boolean): Manifest {
  const { namespace, labels } = place(random);
  const action = random.pick(['DENY', 'ALLOW']);
  return {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'EnvoyFilter',
    metadata: metadata(random, `filter-${index}`, namespace, dated),
    spec: compact({
      workloadSelector: labels === undefined ? undefined : { labels },
      configPatches: [{
        applyTo: 'HTTP_FILTER',
        match: { context: random.pick(['GATEWAY', 'SIDECAR_INBOUND', 'ANY']), listener: { filterChain: { filter: { name: 'envoy.filters.network.http_connection_manager', subFilter: { name: 'envoy.filters.http.router' } } } } },
        patch: { operation: 'INSERT_BEFORE', value: { name: 'inserted', typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC', 'rules': { action, policies: { all: { permissions: [{ any: true }], principals: [{ any: true }] } } } } } },
      }],
    }),
  };
}

function wasmPlugin(random: Random, index: number, dated: boolean): Manifest {
  const { namespace, labels } = place(random);
  return {
    apiVersion: 'extensions.istio.io/v1alpha1',
    kind: 'WasmPlugin',
    metadata: metadata(random, `plugin-${index}`, namespace, dated),
    spec: compact({ selector: labels === undefined ? undefined : { matchLabels: labels }, url: 'oci://plugins.test/refuse:1', phase: random.maybe(0.5, () => random.pick(['AUTHN', 'AUTHZ', 'STATS'])) }),
  };
}
