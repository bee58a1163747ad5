/* eslint-disable @stylistic/max-len -- tables of choices, one a line */
import { CLIENT_NAMES, TOKEN_NAMES } from './materials';
import { Random } from './random';
import { BACKENDS, CALLERS, CALLING_NAMESPACES, HEADERS, HOSTS, INGRESS, LEDGER, Manifest, METHODS, PATHS } from './vocabulary';

/** A request of a case, as data. */
export interface CaseRequest {
  /** The Service that the client connects to. */
  readonly to: string;
  readonly port: number;
  readonly tls?: boolean;
  readonly sni?: string;
  /** A client certificate of the materials. */
  readonly certificate?: string;
  /** The SPIFFE ID of a caller in the mesh. */
  readonly identity?: string;
  /** A caller in the mesh. */
  readonly inMesh?: boolean;
  /** The Deployment through whose sidecar the caller goes; without, it speaks to the pods by itself. */
  readonly through?: string;
  readonly clientIp: string;
  readonly http2?: boolean;
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly headers: [string, string][];
}

const FORGED: [string, string] = ['x-forwarded-client-cert', 'By=x;Hash=y;Subject="";URI=spiffe://test.client'];

/** Values that policies and routes of a configuration speak of. */
interface Mentioned {
  readonly paths: string[];
  readonly hosts: string[];
  readonly methods: string[];
}

function mentioned(manifests: readonly Manifest[]): Mentioned {
  const found: Mentioned = { paths: [], hosts: [], methods: [] };
  const collect = (key: string, value: unknown) => {
    if (key === 'paths' || key === 'notPaths') found.paths.push(...value as string[]);
    if (key === 'hosts' || key === 'notHosts') found.hosts.push(...value as string[]);
    if (key === 'methods' || key === 'notMethods') found.methods.push(...value as string[]);
    if (key === 'uri' && typeof value === 'object') found.paths.push(...Object.values(value as object));
  };
  const walk = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      collect(key, item);
      walk(item);
    }
  };
  manifests.filter(({ apiVersion }) => apiVersion.includes('istio.io')).forEach(({ spec }) => walk(spec));
  // What routes say in regular expressions, policies of the same APIRule say in templates.
  found.paths.splice(0, Infinity, ...found.paths.filter((one) => !one.startsWith('^')));
  return found;
}

/** Requests that a configuration invites. */
export function generateRequests(random: Random, manifests: readonly Manifest[], count: number): CaseRequest[] {
  const values = mentioned(manifests);
  const gateways = manifests.filter(({ kind }) => kind === 'Gateway');
  // The mesh certificates of callers are of `cluster.local`.
  const calm = !manifests.some(({ kind, data }) => kind === 'ConfigMap' && /trustDomain:/.test(data.mesh ?? ''));
  // Routes of the mesh would bend their requests.
  const calling = calm && manifests.some(({ kind, metadata: { name } }) => kind === 'Deployment' && name === 'caller')
    && !manifests.some(({ kind, spec }) => kind === 'VirtualService' && (spec.gateways ?? ['mesh']).includes('mesh'));
  return Array.from({ length: count }, () => (calling && random.chance(0.3) ? throughSidecar(random, values) : random.chance(0.1) ? inMesh(random, values, calm) : external(random, gateways, values, manifests)));
}

function common(random: Random, values: Mentioned, host: string): Pick<CaseRequest, 'clientIp' | 'method' | 'path' | 'host' | 'headers'> {
  return {
    clientIp: random.weighted([[8, '127.0.0.1'], [1, '127.66.0.5']]),
    method: random.weighted([[8, 'GET'], [2, random.pick(METHODS)], [1, concreteMethod(random.pick([...values.methods, 'GET']))], [0.2, 'get']]),
    path: path(random, values),
    host: hostHeader(random, host),
    headers: headers(random),
  };
}

function concreteMethod(pattern: string): string {
  return /^[A-Za-z]+$/.test(pattern) ? pattern : 'PATCH';
}

function concreteHost(random: Random, pattern: string): string {
  const bare = pattern.replace(/^[^/]*\//, '');
  if (bare === '*') return random.pick(HOSTS);
  return bare.replace(/^\*\.?/, () => random.pick(['', 'x.', 'a.', 'www.'])).replace(/\*$/, '443');
}

/** Hosts of the routes that are bound to a Gateway and seen everywhere. */
function routedHosts(manifests: readonly Manifest[], { metadata: { name, namespace } }: Manifest): string[] {
  return manifests.filter(({ kind, metadata, spec }) => kind === 'VirtualService' && (spec.exportTo ?? ['*'])[0] === '*'
    && (spec.gateways ?? []).some((bound: string) => bound === `${namespace}/${name}` || (bound === name && metadata.namespace === namespace)))
    .flatMap(({ spec }) => (spec.hosts ?? []) as string[]).filter((host) => host !== 'httpbin');
}

/** Hosts that a server takes and a VirtualService routes. */
function openHosts(server: Manifest, routed: readonly string[]): string[] {
  const served: string[] = server.hosts.map((host: string) => host.replace(/^[^/]*\//, ''));
  const covers = (wide: string, host: string) => wide === host || wide === '*' || (wide.startsWith('*.') && host.endsWith(wide.slice(1)));
  return [...served.filter((host) => routed.some((other) => covers(other, host))), ...routed.filter((host) => served.some((other) => covers(other, host)))];
}

function external(random: Random, gateways: readonly Manifest[], values: Mentioned, manifests: readonly Manifest[]): CaseRequest {
  const choices = gateways.flatMap((each) => (each.spec.servers as Manifest[]).map((server) => ({ gateway: each, server, open: openHosts(server, routedHosts(manifests, each)) })));
  // Servers with routes are asked more often.
  const { gateway, server, open } = random.weighted(choices.map((choice): [number, typeof choice] => [choice.open.length > 0 && choice.gateway.spec.selector?.istio !== 'nowhere' ? 6 : 1, choice]));
  const to = gateway.spec.selector?.istio === 'edge' ? 'edge/edge' : INGRESS;
  const stray = random.chance(0.05);
  const port: number = stray ? random.pick([80, 443, 9443]) : server.port.number;
  const host = random.chance(0.05) ? random.pick(HOSTS) : concreteHost(random, random.pick<string>(open.length > 0 && random.chance(0.95) ? open : server.hosts));
  const stream = server.port.protocol === 'TCP' || server.port.protocol === 'TLS';
  const secure = server.port.protocol === 'TCP' ? random.chance(0.25) : server.tls !== undefined && server.port.protocol !== 'HTTP' && !stray ? random.chance(0.98) : port !== 80 && random.chance(0.9);
  const mutual = ['MUTUAL', 'OPTIONAL_MUTUAL', 'ISTIO_MUTUAL'].includes(server.tls?.mode);
  return {
    to,
    port,
    ...(secure ? { tls: true, sni: serverName(random, host) } : {}),
    ...(secure && random.chance(mutual ? 0.93 : 0.25) ? { certificate: random.weighted([[16, 'alice'], [8, 'spiffe'], [9, random.pick(CLIENT_NAMES)]]) } : {}),
    ...(!stream && random.chance(0.15) ? { http2: true } : {}),
    ...common(random, values, host),
  };
}

function serverName(random: Random, host: string): string {
  return random.weighted([[20, host.toLowerCase()], [1, ''], [1, random.pick(HOSTS).toLowerCase()], [0.5, host.toUpperCase()], [0.5, `deep.${host}`.toLowerCase()]]).replace(/[^A-Za-z0-9.-]/g, 'x').replace(/^\.|\.$/g, '');
}

function hostHeader(random: Random, host: string): string {
  return random.weighted([[20, host], [1, `${host}:443`], [0.6, `${host}:9`], [0.6, host.toUpperCase()], [1.2, random.pick(HOSTS)], [0.3, `${host}.`], [0.2, ''], [0.2, 'unknown.test']]);
}

function inMesh(random: Random, values: Mentioned, calm: boolean): CaseRequest {
  const { namespace, name, port } = random.pick([...BACKENDS, ...LEDGER]);
  const identity = calm && namespace !== 'plain' ? random.maybe(0.65, () => random.pick([...CALLERS, CALLERS[0], 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account'])) : undefined;
  return {
    to: `${namespace}/${name}`,
    port,
    inMesh: true,
    ...(identity === undefined ? {} : { identity: `spiffe://${identity}`, sni: random.weighted([[3, `outbound_.${port}_._.${name}.${namespace}.svc.cluster.local`], [1, ''], [1, random.pick(HOSTS)]]) }),
    ...common(random, values, random.weighted([[4, `${name}.${namespace}`], [2, 'a.test'], [1, name]])),
  };
}

/** What a sidecar sends on when its pod calls a Service by name; what it makes of odd requests is not of interest. */
function throughSidecar(random: Random, values: Mentioned): CaseRequest {
  const { namespace, name, port } = random.pick([...BACKENDS.filter((each) => each.namespace !== 'plain'), LEDGER[0]]);
  const caller = random.pick(CALLING_NAMESPACES);
  return {
    to: `${namespace}/${name}`,
    port,
    inMesh: true,
    through: `${caller}/caller`,
    identity: `spiffe://cluster.local/ns/${caller}/sa/caller`,
    clientIp: '127.20.1.1',
    method: random.pick(['GET', 'GET', 'POST', 'PUT']),
    path: concretePath(random, random.pick([...values.paths, ...PATHS])).replace(/[^\w/.]/g, 'x').replace(/\/+/g, '/').replace(/\/\.\./g, '/x'),
    host: `${name}.${namespace}.svc.cluster.local`,
    headers: headers(random).filter(([key], index, all) => /^x-(tenant|client-ssl-cn|role)$/i.test(key) && all.findIndex(([other]) => other.toLowerCase() === key.toLowerCase()) === index),
  };
}

function concretePath(random: Random, pattern: string): string {
  const filled = pattern.replace(/\{\*\*\}/g, () => random.pick(['x/y', 'users', ''])).replace(/\{\*\}/g, () => random.pick(['x', 'v1'])).replace(/\.\*/g, 'z').replace(/\*/g, () => random.pick(['', 'x', '/users']));
  return filled.startsWith('/') ? filled : `/${filled}`;
}

function path(random: Random, values: Mentioned): string {
  const base = concretePath(random, random.pick([...values.paths, ...values.paths, ...PATHS]));
  const bend = random.weighted<(path: string) => string>([
    [26, (p) => p],
    [1, (p) => `${p}/`], [1, (p) => `/${p}`], [1, (p) => `${p};x=1`], [1, (p) => p.toUpperCase()], [1, (p) => `/x/..${p}`], [1, (p) => `/x/..;${p}`], [0.7, (p) => `/.${p}`], [1, (p) => p.replace(/\/(?=.)/g, '%2F').replace('%2F', '/')],
    [1, (p) => p.replace('a', '%61')], [0.6, (p) => p.replace('a', '%C3%A1')], [0.6, (p) => p.replace(/(.)\//, '$1\\')], [0.4, (p) => `${p}%00`], [0.6, (p) => `${p}%zz`], [0.6, (p) => `${p}#x`], [2, (p) => `${p}?debug=1`],
    [0.6, (p) => `${p}?debug`], [0.6, (p) => `${p}/../admin`], [0.5, (p) => `${p}/%2e%2e/admin`], [0.5, (p) => `/x%2f..${p}`], [0.4, (p) => `http://b.test${p}`], [0.4, (p) => `https://A.TEST:443${p}`], [0.3, (p) => `${p}%2`],
    [0.3, (p) => `${p}*`], [0.3, (p) => `${p}[x]`], [0.3, (p) => `${p}{x}`], [0.2, () => '*'], [0.3, (p) => p.slice(1)], [0.5, (p) => `${p}?token=\${token-one}`], [0.7, (p) => `${p}?access_token=\${token-${random.pick(['one', 'two', 'one-forged'])}}`],
  ]);
  return bend(base);
}

function headers(random: Random): [string, string][] {
  const made: [string, string][] = [];
  for (const [name, items] of Object.entries(HEADERS)) {
    if (!random.chance(name === 'x-client-ssl-cn' ? 0.15 : 0.3)) continue;
    made.push([random.chance(0.1) ? name.toUpperCase() : name, random.pick(items)]);
    if (random.chance(0.15)) made.push([name, random.pick(items)]);
  }
  if (random.chance(0.06)) made.push(FORGED);
  if (random.chance(0.08)) made.push(['X-Forwarded-For', random.pick(['203.0.113.7', '10.1.2.3, 203.0.113.7', '203.0.113.7, 10.1.2.3, 127.0.0.1', 'nonsense'])]);
  if (random.chance(0.04)) made.push(['X-Forwarded-Proto', random.pick(['https', 'https', 'http'])]);
  if (random.chance(0.35)) {
    const token = `\${token-${random.weighted([[5, 'one'], [2, 'two'], [4, random.pick(TOKEN_NAMES)]])}}`;
    made.push(random.weighted<[string, string]>([
      [14, ['Authorization', `Bearer ${token}`]], [1, ['authorization', `bearer ${token}`]], [2, ['x-token', token]], [1, ['x-token', `Token ${token}`]], [0.5, ['Authorization', `Basic ${token}`]], [0.4, ['Authorization', token]],
    ]));
    if (random.chance(0.05)) made.push(['Authorization', 'Bearer ${token-two}']);
  }
  if (random.chance(0.03)) made.push(['Origin', 'https://app.test'], ['Access-Control-Request-Method', 'GET']);
  if (random.chance(0.02)) made.push(['X_CLIENT_SSL_CN', 'O=org,CN=alice']);
  return made;
}
