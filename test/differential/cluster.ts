/* eslint-disable @stylistic/max-len -- tables of choices, one a line */
import { EXTERNAL_AUTHORIZERS } from './extensions';
import { Random } from './random';
import { Backend, BACKENDS, CALLING_NAMESPACES, LEDGER, Manifest } from './vocabulary';

function deployment(namespace: string, name: string, account: string, labels: object, annotations: object, containers: object[], volumes?: object[]): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels, annotations }, spec: { serviceAccountName: account, containers, ...(volumes === undefined ? {} : { volumes }) } } },
  };
}

/** The Secrets that the charts mount into gateways as files. */
const MOUNTS = ['istio-ingressgateway-certs', 'istio-ingressgateway-ca-certs'];
const PROXY = { name: 'istio-proxy', image: 'auto', volumeMounts: MOUNTS.map((name) => ({ name, mountPath: `/etc/${name.replace('istio-', 'istio/')}`, readOnly: true })) };
const VOLUMES = MOUNTS.map((name) => ({ name, secret: { secretName: name, optional: true } }));

function gateway(namespace: string, name: string, account: string, istio: string, ports: object[]): Manifest[] {
  return [
    deployment(namespace, name, account, { 'app': name, istio, 'sidecar.istio.io/inject': 'true' }, { 'inject.istio.io/templates': 'gateway' }, [PROXY], VOLUMES),
    { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector: { istio }, ports } },
  ];
}

function backend({ namespace, name, app, port, target }: Backend): Manifest[] {
  const named = target === 9000;
  return [
    deployment(namespace, name, name, { app, tier: namespace === 'demo' ? 'front' : 'back' }, {}, [{ name: 'app', image: 'app', ...(named ? { ports: [{ name: 'web', containerPort: target }] } : {}) }]),
    { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector: { app }, ports: [{ name: 'http', port, targetPort: named ? 'web' : target }] } },
  ];
}

function ledger(): Manifest[] {
  const [{ namespace, name, app }] = LEDGER;
  return [
    deployment(namespace, name, name, { app, tier: 'back' }, {}, [{ name: 'app', image: 'app' }]),
    { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector: { app }, ports: LEDGER.map(({ port, target, protocol }) => ({ name: protocol, port, targetPort: target })) } },
  ];
}

/** What every generated configuration stands on: namespaces, two gateways, workloads with their Services. */
export function standardCluster(): Manifest[] {
  const namespaces = ['demo', 'other', 'edge', 'plain', 'istio-system'].map((name) => ({
    apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...(name === 'demo' || name === 'other' ? { labels: { 'istio-injection': 'enabled' } } : {}) },
  }));
  return [
    ...namespaces,
    ...gateway('istio-system', 'istio-ingressgateway', 'istio-ingressgateway-service-account', 'ingressgateway', [
      { name: 'http2', port: 80, targetPort: 8080 }, { name: 'https', port: 443, targetPort: 8443 }, { name: 'https-b', port: 9443, targetPort: 9443 }, { name: 'tcp', port: 31400, targetPort: 31400 },
    ]),
    ...gateway('edge', 'edge', 'edge', 'edge', [{ name: 'https', port: 443, targetPort: 8443 }, { name: 'http', port: 80, targetPort: 8080 }]),
    ...BACKENDS.flatMap(backend),
    ...ledger(),
  ];
}

/** A Service that not every namespace knows. */
export function restrictedService(random: Random): Manifest[] {
  const [, service] = backend(random.pick(BACKENDS.slice(0, 3)));
  const exportTo = random.pick(['.', '~', '*', 'istio-system', 'demo, istio-system', 'edge']);
  return [{ ...service, metadata: { ...service.metadata, annotations: { 'networking.istio.io/exportTo': exportTo } } }];
}

/** Pods that call others through a sidecar of their own. */
export function callers(): Manifest[] {
  return CALLING_NAMESPACES.map((namespace) => deployment(namespace, 'caller', 'caller', { app: 'caller' }, {}, [{ name: 'app', image: 'app' }]));
}

/** Mesh settings and Secrets. */
export function generateSurroundings(random: Random, extended: boolean): Manifest[] {
  return [...(extended || random.chance(0.3) ? [meshSettings(random, extended)] : []), ...secrets(random)];
}

function meshSettings(random: Random, extended: boolean): Manifest {
  const lines = [
    extended ? EXTERNAL_AUTHORIZERS : undefined,
    random.maybe(0.7, () => `pathNormalization: {normalization: ${random.pick(['NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'])}}`),
    random.maybe(0.4, () => `trustDomainAliases: [${random.some(['other.client', 'old.domain'], 1, 2).join(', ')}]`),
    random.maybe(0.15, () => 'enableAutoMtls: false'),
    random.maybe(0.1, () => 'defaultVirtualServiceExportTo: ["."]'),
    random.maybe(0.1, () => 'trustDomain: old.domain'),
    random.maybe(0.06, () => 'rootNamespace: other'),
    random.maybe(0.35, () => topology(random)),
  ];
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh: lines.filter((line) => line !== undefined).join('\n') } };
}

function topology(random: Random): string {
  const parts = [
    random.maybe(0.6, () => `numTrustedProxies: ${random.pick([0, 1, 2])}`),
    random.maybe(0.7, () => `forwardClientCertDetails: ${random.pick(['SANITIZE', 'FORWARD_ONLY', 'APPEND_FORWARD', 'SANITIZE_SET', 'ALWAYS_FORWARD_ONLY'])}`),
  ];
  return `defaultConfig: {gatewayTopology: {${parts.filter((part) => part !== undefined).join(', ')}}}`;
}

function secrets(random: Random): Manifest[] {
  const made: Manifest[] = [];
  const add = (namespace: string, name: string, data: Record<string, string>, kind = 'Secret') => made.push({
    apiVersion: 'v1', kind, metadata: { name, namespace }, ...(kind === 'Secret' ? { type: 'Opaque', stringData: data } : { data }),
  });
  for (const key of ['one', 'two']) {
    for (const namespace of random.weighted([[30, ['istio-system', 'edge']], [1, ['demo']], [1, []]] as [number, string[]][])) {
      const [crt, pem] = random.pick([['tls.crt', 'tls.key'], ['tls.crt', 'tls.key'], ['cert', 'key']]);
      const ca = random.weighted<Record<string, string>>([[4, {}], [2, { 'ca.crt': '${client-ca}' }], [1, { 'ca.crt': '${server-ca}' }], [1, { cacert: '${both-ca}' }]]);
      add(namespace, `cred-${key}`, { [crt]: `\${server-${key}-crt}`, [pem]: `\${server-${key}-key}`, ...ca });
      if (random.chance(ca['ca.crt'] === undefined && ca.cacert === undefined ? 0.96 : 0.6)) add(namespace, `cred-${key}-cacert`, anchor(random));
    }
  }
  if (random.chance(0.6)) {
    add('istio-system', MOUNTS[0], { 'tls.crt': '${server-one-crt}', ...(random.chance(0.95) ? { 'tls.key': '${server-one-key}' } : {}), ...(random.chance(0.2) ? { 'other.key': '${server-two-key}' } : {}) });
    if (random.chance(0.85)) add('istio-system', MOUNTS[1], { 'ca.crt': random.pick(['${client-ca}', '${client-ca}', '${both-ca}']) });
  }
  if (random.chance(0.2)) add('istio-system', 'extra-cacert', anchor(random));
  if (random.chance(0.2)) add('demo', 'anchor', { 'ca.crt': '${client-ca}' }, 'ConfigMap');
  return made;
}

function anchor(random: Random): Record<string, string> {
  return random.weighted<Record<string, string>>([
    [12, { cacert: '${client-ca}' }], [6, { 'ca.crt': '${client-ca}' }], [2, { cacert: '${both-ca}' }], [2, { cacert: '${client-ca}', crl: '${client-crl}' }], [1, { 'ca.crt': '${client-ca}', 'ca.crl': '${client-crl}' }],
    [1, { 'cacert': '${other-ca}', 'ca.crt': '${client-ca}' }], [0.4, { wrong: '${client-ca}' }], [0.4, { cacert: '' }], [1, { cacert: '${both-ca}', crl: '${client-crl}' }],
  ]);
}
