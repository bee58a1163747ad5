/* eslint-disable @stylistic/max-len -- tables of choices, one a line */
import { ISSUERS } from './materials';
import { Random } from './random';
import { compact, metadata } from './traffic';
import { HEADER_PATTERNS, HOSTS, Manifest, METHODS, PATH_PATTERNS, PATHS, PRINCIPALS, REQUEST_PRINCIPALS, GATEWAY_PRINCIPAL } from './vocabulary';

/** Where a policy applies: namespace and selector. */
function scope(random: Random): { namespace: string; selector?: object } {
  const labels = (matchLabels: object) => ({ matchLabels });
  return random.weighted<{ namespace: string; selector?: object }>([
    [6, { namespace: 'demo', selector: labels({ app: 'httpbin' }) }],
    [2, { namespace: 'demo' }],
    [1, { namespace: 'demo', selector: labels({ app: 'api' }) }],
    [5, { namespace: 'istio-system', selector: labels({ istio: 'ingressgateway' }) }],
    [1, { namespace: 'istio-system' }],
    [1, { namespace: 'istio-system', selector: labels({ tier: 'front' }) }],
    [1.5, { namespace: 'other', selector: labels({ app: 'store' }) }],
    [0.5, { namespace: 'edge' }],
    [1.2, { namespace: 'demo', selector: labels({ app: 'ledger' }) }],
    [0.5, { namespace: 'demo', selector: labels({ istio: 'ingressgateway' }) }],
    [0.3, { namespace: 'plain' }],
  ]);
}

const pair = (random: Random, key: string, values: readonly string[], negation = 0.2): object => {
  const chosen = random.some(values, 1, 2);
  return { [random.chance(negation) ? `not${key[0].toUpperCase()}${key.slice(1)}` : key]: chosen };
};

function source(random: Random): object {
  return random.weighted<() => object>([
    [8, () => pair(random, 'principals', PRINCIPALS)],
    [5, () => pair(random, 'principals', [GATEWAY_PRINCIPAL, GATEWAY_PRINCIPAL, '*'], 0.1)],
    [4, () => pair(random, 'requestPrincipals', REQUEST_PRINCIPALS)],
    [2, () => pair(random, 'namespaces', ['demo', 'istio-system', 'other', '*', 'istio*', '*system'])],
    [1, () => pair(random, 'ipBlocks', ['127.0.0.1', '127.0.0.0/8', '10.0.0.0/8', '127.66.0.0/16'])],
    [0.7, () => pair(random, 'remoteIpBlocks', ['127.0.0.1', '10.0.0.0/8', '127.66.0.0/16', '203.0.113.7'])],
    [1, () => pair(random, 'serviceAccounts', ['caller', 'demo/caller', 'istio-system/istio-ingressgateway-service-account'])],
    [1, () => pair(random, 'trustDomains', ['cluster.local', 'test.client', '*', '*.client', 'other.*'])],
    [1, () => ({ ...pair(random, 'principals', PRINCIPALS), ...pair(random, 'requestPrincipals', REQUEST_PRINCIPALS) })],
  ])();
}

function operation(random: Random): object {
  const made = compact({
    ...(random.chance(0.5) ? pair(random, 'paths', [...PATHS, ...PATH_PATTERNS, ...PATHS]) : {}),
    ...(random.chance(0.35) ? pair(random, 'hosts', [...HOSTS, 'a.test:*', '*.test', 'b.test:443', '*', 'A.TEST', 'a*']) : {}),
    ...(random.chance(0.25) ? pair(random, 'methods', [...METHODS, 'get', '*', 'P*']) : {}),
    ...(random.chance(0.1) ? pair(random, 'ports', ['8443', '8080', '9000', '443', '80', '5432', '31400']) : {}),
    ...(random.chance(0.05) ? { paths: ['/admin', '/api/*'], notPaths: ['/admin/users'] } : {}),
  });
  return Object.keys(made).length === 0 ? { methods: ['GET'] } : made;
}

function condition(random: Random): object {
  const header = random.pick(Object.keys(HEADER_PATTERNS));
  const values = (items: readonly string[]) => random.weighted<() => object>([
    [6, () => ({ values: random.some(items, 1, 2) })], [2, () => ({ notValues: random.some(items, 1, 2) })], [0.5, () => ({ values: random.some(items, 1, 2), notValues: random.some(items, 1, 1) })],
  ])();
  return random.weighted<() => object>([
    [8, () => ({ key: `request.headers[${header}]`, ...values(HEADER_PATTERNS[header]) })],
    [2, () => ({ key: 'request.auth.claims[groups]', ...values(['admin', 'dev', 'd*', '*']) })],
    [1.5, () => ({ key: 'request.auth.claims[tenant]', ...values(['blue', 'green', 'b*']) })],
    [0.7, () => ({ key: 'request.auth.claims[nested][role]', ...values(['owner', '*']) })],
    [0.7, () => ({ key: 'request.auth.claims[scope]', ...values(['read', 'write', 'read write']) })],
    [0.5, () => ({ key: 'request.auth.claims[level]', ...values(['3', '*']) })],
    [1, () => ({ key: 'request.auth.audiences', ...values(['app', 'other', '*']) })],
    [0.4, () => ({ key: 'request.auth.presenter', ...values(['web', '*']) })],
    [1, () => ({ key: 'request.auth.principal', ...values(REQUEST_PRINCIPALS) })],
    [1.5, () => ({ key: 'connection.sni', ...values(['a.test', 'b.test', '*.test', 'www.a.test']) })],
    [1, () => ({ key: 'source.principal', ...values(PRINCIPALS) })],
    [0.7, () => ({ key: 'source.namespace', ...values(['demo', 'istio-system']) })],
    [0.7, () => ({ key: 'destination.port', ...values(['8443', '8080', '9000']) })],
    [0.4, () => ({ key: 'source.ip', ...values(['127.0.0.1', '10.0.0.0/8']) })],
    [0.4, () => ({ key: 'remote.ip', ...values(['127.0.0.1', '203.0.113.0/24']) })],
    [0.4, () => ({ key: 'source.serviceAccount', ...values(['demo/caller', 'caller']) })],
    [0.4, () => ({ key: 'source.trustDomain', ...values(['cluster.local', 'test.client']) })],
  ])();
}

function rule(random: Random): object {
  return compact({
    from: random.maybe(0.55, () => random.times(1, 2, () => ({ source: source(random) }))),
    to: random.maybe(0.55, () => random.times(1, 2, () => ({ operation: operation(random) }))),
    when: random.maybe(0.35, () => random.times(1, 2, () => condition(random))),
  });
}

export function generatePolicies(random: Random, dated: boolean): Manifest[] {
  const authorization = random.times(0, random.pick([1, 2, 4]), (index) => {
    const { namespace, selector } = scope(random);
    const action = random.weighted<string | undefined>([[5, 'ALLOW'], [5, 'DENY'], [0.5, undefined], [0.1, 'AUDIT']]);
    const closing = action === 'DENY' && random.chance(0.2);
    return {
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { ...metadata(random, `policy-${index}`, namespace, dated), ...(random.chance(0.04) ? { annotations: { 'istio.io/dry-run': 'true' } } : {}) },
      spec: compact({
        selector,
        // Classic gateways and sidecars leave out policies for Gateway API objects.
        targetRefs: selector === undefined ? random.maybe(0.25, () => [{ kind: 'Gateway', group: 'gateway.networking.k8s.io', name: 'waypoint' }]) : undefined,
        action,
        rules: random.weighted<() => unknown>([
          [20, () => random.times(1, 3, () => (closing ? { from: [{ source: { notPrincipals: ['*'] } }], to: [{ operation: operation(random) }] } : rule(random)))],
          [1, () => [{}]], ...(action === 'DENY' || action === 'AUDIT' ? [] : [[0.6, () => undefined], [0.3, () => []]] as [number, () => unknown][]),
        ])(),
      }),
    };
  });
  const tokens = random.times(0, random.chance(0.5) ? 2 : 0, (index) => {
    const { namespace, selector } = scope(random);
    return {
      apiVersion: 'security.istio.io/v1',
      kind: 'RequestAuthentication',
      metadata: metadata(random, `tokens-${index}`, namespace, dated),
      spec: compact({ selector, jwtRules: random.some([0, 1], 1, 2).map((number) => jwtRule(random, number)) }),
    };
  });
  const peers = random.times(0, random.chance(0.4) ? 2 : 0, (index) => peerAuthentication(random, index, dated));
  const rules = random.times(0, random.chance(0.15) ? 1 : 0, () => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: metadata(random, 'rule', random.pick(['demo', 'istio-system']), dated),
    spec: { host: random.pick(['httpbin.demo.svc.cluster.local', '*.demo.svc.cluster.local', 'store.other.svc.cluster.local', 'ledger.demo.svc.cluster.local']), trafficPolicy: trafficPolicy(random) },
  }));
  return [...authorization, ...tokens, ...peers, ...rules];
}

function trafficPolicy(random: Random): object {
  const tls = () => ({ mode: random.weighted([[4, 'DISABLE'], [6, 'ISTIO_MUTUAL'], [1, 'SIMPLE']]) });
  return compact({
    tls: random.maybe(0.85, tls),
    portLevelSettings: random.maybe(0.25, () => [compact({ port: { number: random.pick([8000, 80, 5432]) }, tls: random.maybe(0.7, tls) })]),
  });
}

function jwtRule(random: Random, number: number): object {
  return compact({
    issuer: ISSUERS[number],
    jwks: `\${jwks-${random.chance(0.05) ? 1 - number : number}}`,
    audiences: random.maybe(0.3, () => random.some(['app', 'other', 'third'], 1, 2)),
    forwardOriginalToken: random.maybe(0.45, () => true),
    fromHeaders: random.maybe(0.2, () => [random.pick<object>([{ name: 'x-token' }, { name: 'x-token', prefix: 'Token ' }, { name: 'Authorization', prefix: 'Bearer ' }])]),
    fromParams: random.maybe(0.08, () => ['token']),
    outputPayloadToHeader: random.maybe(0.08, () => 'x-payload'),
    outputClaimToHeaders: random.maybe(0.12, () => [{ header: random.pick(['x-tenant', 'x-sub']), claim: random.pick(['tenant', 'sub', 'groups']) }]),
  });
}

function peerAuthentication(random: Random, index: number, dated: boolean): Manifest {
  const mode = () => random.weighted([[6, 'STRICT'], [3, 'PERMISSIVE'], [1, 'DISABLE'], [0.5, 'UNSET']]);
  const [namespace, selector] = random.weighted<[string, object | undefined]>([
    [5, ['demo', undefined]], [3, ['demo', { matchLabels: { app: 'httpbin' } }]], [2, ['istio-system', undefined]], [1, ['other', undefined]], [1, ['other', { matchLabels: { app: 'store' } }]], [1, ['demo', { matchLabels: { app: 'ledger' } }]], [0.6, ['istio-system', { matchLabels: { app: 'httpbin' } }]], [0.3, ['demo', { matchLabels: { app: 'api' } }]],
  ]);
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: metadata(random, `peers-${index}`, namespace, dated),
    spec: compact({ selector, mtls: { mode: mode() }, portLevelMtls: selector === undefined ? undefined : random.maybe(0.4, () => ({ [random.pick([8080, 8080, 5432, 9000])]: { mode: mode() } })) }),
  };
}
