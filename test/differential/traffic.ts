/* eslint-disable @stylistic/max-len -- tables of choices, one a line */
import { ISSUERS } from './materials';
import { Random } from './random';
import { Backend, BACKENDS, CONFIGURATION_NAMESPACES, HEADERS, HOSTS, Manifest, METHODS, PATHS, WILDCARDS } from './vocabulary';

const GATEWAY_NAMES = ['first', 'second', 'third'];

/** Leaves out what is undefined. */
export function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}

/** Metadata; half of the configurations carry creation times, some of them equal. */
export function metadata(random: Random, name: string, namespace: string, dated: boolean): object {
  return compact({ name, namespace, creationTimestamp: dated ? `2024-01-01T00:00:0${random.between(0, 9)}Z` : undefined });
}

export function generateGateways(random: Random, dated: boolean): Manifest[] {
  return random.times(1, 3, (index) => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: metadata(random, GATEWAY_NAMES[index], random.weighted([[4, 'demo'], [3, 'istio-system'], [1, 'other']]), dated),
    spec: compact({
      selector: random.weighted<object | undefined>([[14, { istio: 'ingressgateway' }], [2, { istio: 'edge' }], [1, { istio: 'ingressgateway', app: 'istio-ingressgateway' }], [0.3, undefined], [0.2, { istio: 'nowhere' }]]),
      servers: random.times(1, 3, (number) => server(random, number)),
    }),
  }));
}

function server(random: Random, index: number): object {
  const [number, protocol] = random.weighted<[number, string]>([[4, [80, 'HTTP']], [9, [443, 'HTTPS']], [1, [9443, 'HTTPS']], [0.15, [80, 'HTTPS']], [0.15, [443, 'HTTP']], [0.2, [8443, 'HTTPS']]]);
  const hosts = random.some([...HOSTS, ...HOSTS, ...HOSTS, ...WILDCARDS, ...(random.chance(0.03) ? ['B.test'] : [])], 1, 2).map((host) => random.weighted([[24, host], [1, `demo/${host}`], [1, `./${host}`], [0.7, `*/${host}`], [0.3, `other/${host}`]]));
  const tls = protocol === 'HTTP' ? random.maybe(0.15, () => ({ httpsRedirect: true })) : serverTls(random);
  return compact({ port: { number, name: `p${index}`, protocol }, hosts: [...new Set(hosts)], tls });
}

function serverTls(random: Random): object {
  const mode = random.weighted<string | undefined>([[5, 'SIMPLE'], [9, 'MUTUAL'], [4, 'OPTIONAL_MUTUAL'], [0.2, 'ISTIO_MUTUAL'], [0.1, undefined], [0.1, 'PASSTHROUGH']]);
  if (mode === 'ISTIO_MUTUAL' || mode === undefined || mode === 'PASSTHROUGH') return compact({ mode });
  const mutual = mode !== 'SIMPLE';
  return compact({
    mode,
    credentialName: random.weighted([[10, 'cred-one'], [5, 'cred-two'], [0.3, 'missing'], [0.5, 'istio-system/cred-one'], [0.2, 'kubernetes://demo/cred-one'], [0.3, 'kubernetes://istio-system/cred-two']]),
    caCertCredentialName: mutual ? random.maybe(0.12, () => random.pick(['extra-cacert', 'cred-two-cacert', 'configmap://demo/anchor', 'cred-one'])) : undefined,
    subjectAltNames: random.maybe(mutual ? 0.07 : 0.01, () => random.some(['spiffe://test.client', 'client.test', 'spiffe://nobody'], 1, 2)),
    minProtocolVersion: random.maybe(0.05, () => 'TLSV1_3'),
  });
}

export function generateRoutes(random: Random, gateways: readonly Manifest[], dated: boolean): Manifest[] {
  const served = gateways.flatMap(({ spec }) => spec.servers.flatMap(({ hosts }: { hosts: string[] }) => hosts.map((host) => host.replace(/^[^/]*\//, ''))));
  return random.times(1, 4, (index) => {
    const namespace = random.weighted([[6, 'demo'], [2, 'istio-system'], [1, 'other']]);
    const hosts = random.some([...served, ...served, ...served, ...HOSTS, ...HOSTS, ...WILDCARDS, ...(random.chance(0.1) ? ['httpbin'] : [])], 1, random.pick([1, 1, 1, 2, 3]));
    const bound = random.some(gateways, 1, 2).map(({ metadata: { name, namespace: where } }) => (where === namespace && random.chance(0.5) ? name : `${where}/${name}`));
    return {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: metadata(random, `route-${index}`, namespace, dated),
      spec: compact({
        hosts: [...new Set(hosts)],
        gateways: random.chance(0.04) ? ['mesh', ...bound] : bound,
        exportTo: random.weighted<string[] | undefined>([[24, undefined], [1, ['*']], [1, ['.']], [1, ['istio-system']], [1, [random.pick(CONFIGURATION_NAMESPACES)]]]),
        http: [...random.times(0, 2, () => route(random, gateways, true)), route(random, gateways, random.chance(0.25))],
      }),
    };
  });
}

function route(random: Random, gateways: readonly Manifest[], conditional: boolean): object {
  const end = random.weighted([[12, 'route'], [1, 'redirect'], [1, 'direct']]);
  return compact({
    match: conditional ? random.times(1, 2, () => match(random, gateways)) : undefined,
    ...(end === 'redirect' ? { redirect: compact({ uri: random.maybe(0.5, () => '/moved'), authority: 'moved.test', redirectCode: random.maybe(0.3, () => 302) }) } : {}),
    ...(end === 'direct' ? { directResponse: { status: random.pick([403, 418, 200, 401]) } } : {}),
    ...(end === 'route' ? { route: [destination(random)], headers: random.maybe(0.6, () => headers(random)), rewrite: random.maybe(0.08, () => rewrite(random)) } : {}),
  });
}

function destination(random: Random): object {
  const { namespace, name, port } = random.weighted<Backend>([[8, BACKENDS[0]], [3, BACKENDS[1]], [3, BACKENDS[2]], [1.5, BACKENDS[3]]]);
  const host = random.weighted([[14, `${name}.${namespace}.svc.cluster.local`], [0.7, name], [0.3, `${name}.${namespace}`], [0.3, 'nowhere.demo.svc.cluster.local']]);
  return compact({ destination: { host, port: { number: random.chance(0.04) ? 5000 : port } }, headers: random.maybe(0.08, () => headers(random)) });
}

function rewrite(random: Random): object {
  return random.weighted<object>([[2, { uri: '/rewritten' }], [1, { authority: random.pick(HOSTS) }], [1, { uri: '/admin', authority: 'a.test' }]]);
}

function headers(random: Random): object {
  const value = () => random.weighted([[6, '%DOWNSTREAM_PEER_SUBJECT%'], [2, '%DOWNSTREAM_PEER_URI_SAN%'], [1, '%DOWNSTREAM_PEER_DNS_SAN%'], [1, '%DOWNSTREAM_PEER_ISSUER%'], [1, 'O=org,CN=alice'], [1, '%REQ(x-tenant)%'], [0.5, 'CN=%DOWNSTREAM_PEER_SUBJECT%']]);
  const name = () => random.weighted([[5, 'X-CLIENT-SSL-CN'], [1, 'x-tenant'], [1, 'x-role'], [0.4, 'host']]);
  return {
    request: compact({
      remove: random.maybe(0.45, () => random.some(['x-client-ssl-cn', 'X-Tenant', 'x-role', 'authorization'], 1, 2)),
      set: random.maybe(0.75, () => ({ [name()]: value() })),
      add: random.maybe(0.15, () => ({ [name()]: value() })),
    }),
  };
}

function stringMatch(random: Random, values: readonly string[]): object {
  const value = random.pick(values);
  return random.weighted<object>([[4, { exact: value || 'x' }], [3, { prefix: value.slice(0, 6) || 'x' }], [2, { regex: `${value.slice(0, 3).replace(/[^\w/]/g, '.')}.*` }]]);
}

function match(random: Random, gateways: readonly Manifest[]): object {
  const header = random.pick(Object.keys(HEADERS));
  const made = compact({
    uri: random.maybe(0.6, () => stringMatch(random, PATHS)),
    ignoreUriCase: random.maybe(0.06, () => true),
    method: random.maybe(0.1, () => ({ exact: random.pick(METHODS) })),
    headers: random.maybe(0.2, () => random.weighted<object>([
      [5, { [header]: stringMatch(random, HEADERS[header]) }], [1, { [header]: {} }], [1, { 'x-forwarded-client-cert': { regex: '.*URI=spiffe://test[.]client(;.*)?' } }],
      [2, { '@request.auth.claims.tenant': { exact: 'blue' } }], [1, { '@request.auth.claims.groups': { exact: 'admin' } }], [1, { '@request.auth.claims[nested][role]': { prefix: 'ow' } }], [0.5, { '@request.auth.claims.iss': { exact: ISSUERS[1] } }],
    ])),
    withoutHeaders: random.maybe(0.08, () => ({ [header]: random.weighted<object>([[2, {}], [3, stringMatch(random, HEADERS[header])]]) })),
    queryParams: random.maybe(0.06, () => ({ debug: random.weighted<object>([[2, { exact: '1' }], [1, {}], [1, { prefix: 'a' }], [1, { regex: '[0-9]+' }]]) })),
    authority: random.maybe(0.06, () => random.pick<object>([{ exact: 'a.test' }, { prefix: 'a.' }, { regex: 'a[.]test(:.*)?' }])),
    port: random.maybe(0.07, () => random.pick([80, 443, 9443])),
    gateways: random.maybe(0.03, () => { const { metadata: { name, namespace } } = random.pick(gateways); return [`${namespace}/${name}`]; }),
    scheme: random.maybe(0.03, () => ({ exact: random.pick(['http', 'https']) })),
  });
  return Object.keys(made).length === 0 ? { uri: { prefix: '/' } } : made;
}
