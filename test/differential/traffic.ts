/* eslint-disable @stylistic/max-len -- tables of choices, one a line */
import { ISSUERS } from './materials';
import { Random } from './random';
import { Backend, BACKENDS, CONFIGURATION_NAMESPACES, HEADERS, HOSTS, LEDGER, Manifest, METHODS, PATHS, WILDCARDS } from './vocabulary';

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
  const [number, protocol] = random.weighted<[number, string]>([[4, [80, 'HTTP']], [9, [443, 'HTTPS']], [1, [9443, 'HTTPS']], [0.15, [80, 'HTTPS']], [0.15, [443, 'HTTP']], [0.2, [8443, 'HTTPS']], [0.5, [31400, 'TCP']], [0.7, [443, 'TLS']], [0.3, [9443, 'TLS']], [0.1, [443, 'TCP']]]);
  const hosts = random.some([...HOSTS, ...HOSTS, ...HOSTS, ...WILDCARDS, ...(random.chance(0.03) ? ['B.test'] : [])], 1, 2).map((host) => random.weighted([[24, host], [1, `demo/${host}`], [1, `./${host}`], [host === '*' ? 0 : 0.7, `*/${host}`], [0.3, `other/${host}`]]));
  const tls = protocol === 'TCP' ? undefined : protocol === 'HTTP' ? random.maybe(0.15, () => ({ httpsRedirect: true })) : protocol === 'TLS' && random.chance(0.6) ? { mode: 'PASSTHROUGH' } : serverTls(random);
  return compact({ port: { number, name: `p${index}`, protocol }, hosts: [...new Set(hosts)], tls });
}

function serverTls(random: Random): object {
  const mode = random.weighted<string | undefined>([[5, 'SIMPLE'], [9, 'MUTUAL'], [4, 'OPTIONAL_MUTUAL'], [0.2, 'ISTIO_MUTUAL'], [0.1, undefined], [0.1, 'PASSTHROUGH']]);
  if (mode === 'ISTIO_MUTUAL' || mode === undefined || mode === 'PASSTHROUGH') return compact({ mode });
  const mutual = mode !== 'SIMPLE';
  if (random.chance(0.06)) return fileTls(random, mode, mutual);
  return compact({
    mode,
    credentialName: random.weighted([[10, 'cred-one'], [5, 'cred-two'], [0.3, 'missing'], [0.5, 'istio-system/cred-one'], [0.2, 'kubernetes://demo/cred-one'], [0.3, 'kubernetes://istio-system/cred-two']]),
    caCertCredentialName: mutual ? random.maybe(0.12, () => random.pick(['extra-cacert', 'cred-two-cacert', 'configmap://demo/anchor', 'cred-one'])) : undefined,
    subjectAltNames: random.maybe(mutual ? 0.07 : 0.01, () => random.some(['spiffe://test.client', 'client.test', 'spiffe://nobody'], 1, 2)),
    minProtocolVersion: random.maybe(0.05, () => 'TLSV1_3'),
  });
}

/** Certificates from files in the gateway's pods, as before there were credential names. */
function fileTls(random: Random, mode: string, mutual: boolean): object {
  const directory = '/etc/istio/ingressgateway-certs';
  return compact({
    mode,
    serverCertificate: `${directory}/tls.crt`,
    privateKey: `${directory}/${random.weighted([[14, 'tls.key'], [1, 'other.key']])}`,
    caCertificates: mutual ? '/etc/istio/ingressgateway-ca-certs/ca.crt' : undefined,
    subjectAltNames: random.maybe(0.1, () => random.some(['spiffe://test.client', 'client.test'], 1, 2)),
    verifyCertificateSpki: random.maybe(0.05, () => ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=']),
  });
}

export function generateRoutes(random: Random, gateways: readonly Manifest[], dated: boolean): Manifest[] {
  const served = gateways.flatMap(({ spec }) => spec.servers.flatMap(({ hosts }: { hosts: string[] }) => hosts.map((host) => host.replace(/^[^/]*\//, ''))));
  const made = random.times(1, 4, (index) => {
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
  const streams = gateways.flatMap(({ metadata: { name, namespace }, spec }) => spec.servers.filter(({ port }: Manifest) => port.protocol === 'TCP' || port.protocol === 'TLS').map((taking: Manifest) => ({ name, namespace, taking })));
  made.push(...streams.filter(() => random.chance(0.85)).map((each, index) => streamRoute(random, each, index, dated)));
  return random.chance(0.2) ? [...made, ...delegations(random, made, gateways, dated)] : made;
}

/** Routes of bytes for a server that takes TCP, or TLS. */
function streamRoute(random: Random, { name, namespace, taking }: { name: string; namespace: string; taking: Manifest }, index: number, dated: boolean): Manifest {
  const hosts = [...new Set((taking.hosts as string[]).map((host) => host.replace(/^[^/]*\//, '')))];
  const concrete = random.chance(0.3) ? hosts.map((host) => (host === '*' ? 'a.test' : host.replace('*', 'x'))) : hosts;
  const condition = () => compact({ port: random.maybe(0.15, () => random.pick([taking.port.number, 443])), gateways: random.maybe(0.08, () => [`${namespace}/${name}`]) });
  const tcp = taking.tls?.mode !== 'PASSTHROUGH' || random.chance(0.05);
  const spec = tcp
    ? { tcp: random.times(1, 2, () => compact({ match: random.maybe(0.35, () => random.times(1, 2, condition)), route: streamDestinations(random) })) }
    : { tls: random.times(1, 2, () => ({ match: random.times(1, 2, () => ({ sniHosts: random.some([...concrete, ...(random.chance(0.1) ? HOSTS : [])], 1, 2), ...condition() })), route: streamDestinations(random) })) };
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: metadata(random, `stream-${index}`, random.chance(0.8) ? namespace : 'demo', dated),
    spec: compact({ hosts: concrete, gateways: [`${namespace}/${name}`], exportTo: random.maybe(0.1, () => [random.pick(['.', '*', 'istio-system'])]), ...spec }),
  };
}

function streamDestinations(random: Random): object[] {
  const { namespace, name, port } = random.weighted<Backend>([[5, LEDGER[0]], [1, LEDGER[1]], [2, BACKENDS[0]], [1, BACKENDS[3]], [1, BACKENDS[2]]]);
  return [{ destination: { host: `${name}.${namespace}.svc.cluster.local`, port: { number: random.chance(0.03) ? 5000 : port } } }];
}

const DELEGATE_PATHS = ['/admin', '/admin/', '/admin/users', '/admin/users/x', '/api', '/api/v1'];

/** Lets routes delegate, mostly with matches that the delegates narrow, and makes the delegates. */
function delegations(random: Random, roots: Manifest[], gateways: readonly Manifest[], dated: boolean): Manifest[] {
  const delegates = random.times(1, 2, (index): Manifest => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: metadata(random, `delegate-${index}`, random.weighted([[5, 'demo'], [2, 'other'], [1, 'istio-system']]), dated),
    spec: compact({
      exportTo: random.weighted<string[] | undefined>([[12, undefined], [1, ['.']], [1, ['demo']], [1, ['*']]]),
      http: random.times(1, 3, () => ({ ...route(random, gateways, false), ...random.maybe(0.8, () => ({ match: random.times(1, 2, () => narrow(random, gateways, DELEGATE_PATHS)) })) })),
    }),
  }));
  for (const { metadata: { namespace }, spec } of roots) {
    if (spec.http === undefined || !random.chance(0.6)) continue;
    const { metadata: chosen } = random.pick(delegates);
    spec.http.unshift(compact({
      match: random.maybe(0.75, () => random.times(1, 2, () => narrow(random, gateways, ['/admin', '/api', '/']))),
      delegate: random.chance(0.08) ? { name: 'nowhere' } : chosen.namespace === namespace && random.chance(0.5) ? { name: chosen.name } : { name: chosen.name, namespace: chosen.namespace },
      headers: random.maybe(0.3, () => headers(random)),
      rewrite: random.maybe(0.1, () => rewrite(random)),
      directResponse: random.maybe(0.04, () => ({ status: 418 })),
    }));
  }
  return delegates;
}

function narrow(random: Random, gateways: readonly Manifest[], paths: readonly string[]): object {
  if (random.chance(0.2)) return match(random, gateways);
  return compact({
    uri: random.maybe(0.9, () => random.weighted<object>([[6, { prefix: random.pick(paths) }], [2, { exact: random.pick(paths) }], [0.4, { regex: `${random.pick(paths)}.*` }]])),
    method: random.maybe(0.12, () => ({ exact: random.pick(['GET', 'POST']) })),
    headers: random.maybe(0.15, () => ({ 'x-tenant': random.pick<object>([{ exact: 'blue' }, { prefix: 'bl' }, {}]) })),
    port: random.maybe(0.05, () => random.pick([80, 443])),
    ignoreUriCase: random.maybe(0.04, () => true),
  });
}

function route(random: Random, gateways: readonly Manifest[], conditional: boolean): object {
  const end = random.weighted([[12, 'route'], [1, 'redirect'], [1, 'direct']]);
  return compact({
    match: conditional ? random.times(1, 2, () => match(random, gateways)) : undefined,
    ...(end === 'redirect' ? { redirect: compact({ uri: random.maybe(0.5, () => '/moved'), authority: 'moved.test', redirectCode: random.maybe(0.3, () => 302) }) } : {}),
    ...(end === 'direct' ? { directResponse: { status: random.pick([403, 418, 200, 401]) } } : {}),
    ...(end === 'route' ? { route: random.chance(0.05) ? [{ ...destination(random), weight: 100 }, { ...destination(random), weight: 0 }] : [destination(random)], headers: random.maybe(0.6, () => headers(random)), rewrite: random.maybe(0.08, () => rewrite(random)) } : {}),
  });
}

function destination(random: Random): object {
  const { namespace, name, port } = random.weighted<Backend>([[8, BACKENDS[0]], [3, BACKENDS[1]], [3, BACKENDS[2]], [1.5, BACKENDS[3]], [0.3, LEDGER[0]], [0.3, LEDGER[1]]]);
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
