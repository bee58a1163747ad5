/* eslint-disable @stylistic/max-len -- tables of choices, one a line */
import { ISSUERS } from './materials';
import { Random } from './random';
import { compact, metadata } from './traffic';
import { Backend, BACKENDS, GATEWAY_PRINCIPAL, HOSTS, LEDGER, Manifest } from './vocabulary';

/** Where the keys of the issuers are published. */
export const KEY_ADDRESSES = ISSUERS.map((_, number) => `https://keys.test/${number}`);
/** External authorizers, where the mesh has some: one lets everybody through, the other nobody. */
export const AUTHORIZERS = ['lenient', 'stern'];

const PATHS = ['/', '/*', '/{**}', '/admin', '/admin/{*}', '/admin/{**}', '/api/{*}', '/{*}/users', '/headers', '/status/{*}', '/a.c', '/admin', '/x/..', '/api/{*}/{**}', '/{**}/users'];

/**
 * Kyma's APIRules on some of the Gateways, and now and then somebody else's VirtualService for the same host. Hosts of generated routes are left to them:
 * whether those are there at all the webhook decides.
 */
export function generateApiRules(random: Random, gateways: readonly Manifest[], routes: readonly Manifest[], dated: boolean): Manifest[] {
  const routed = new Set(routes.flatMap(({ spec }) => (spec.hosts ?? []) as string[]));
  const rules = random.times(1, 3, (index) => apiRule(random, gateways, index, dated)).filter(({ spec }) => !routed.has(spec.hosts[0]));
  const others = rules.filter(({ spec }) => spec.hosts[0].includes('.') && random.chance(0.1)).map(({ spec }, index) => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: metadata(random, `squatter-${index}`, 'other', dated),
    spec: { hosts: spec.hosts, gateways: [spec.gateway], http: [{ route: [{ destination: { host: 'store.other.svc.cluster.local', port: { number: 80 } } }] }] },
  }));
  return [...others, ...rules];
}

function apiRule(random: Random, gateways: readonly Manifest[], index: number, dated: boolean): Manifest {
  const gateway = random.pick(gateways);
  const hosts = (gateway.spec.servers as Manifest[]).flatMap((server) => server.hosts as string[]).map((host) => host.replace(/^[^/]*\//, ''));
  const host = random.weighted([[6, random.pick(hosts).replace(/^\*$/, 'a.test').replace(/^\*/, () => random.pick(['*', 'k', 'x']))], [1, random.pick(HOSTS)], [0.4, 'short']]).toLowerCase();
  const common = random.chance(0.85);
  return {
    apiVersion: `gateway.kyma-project.io/${random.weighted([[30, 'v2'], [1, 'v1beta1']])}`,
    kind: 'APIRule',
    metadata: metadata(random, `rule-${index}`, random.weighted([[5, 'demo'], [1, 'other'], [1, 'istio-system']]), dated),
    spec: compact({
      gateway: random.chance(0.03) ? 'demo/nowhere' : `${gateway.metadata.namespace}/${gateway.metadata.name}`,
      hosts: [host],
      service: common ? service(random) : undefined,
      rules: random.times(1, 4, () => rule(random, common)),
      corsPolicy: random.maybe(0.05, () => ({ allowOrigins: [{ exact: 'https://app.test' }], allowMethods: ['GET'] })),
    }),
  };
}

function service(random: Random): object {
  const { namespace, name, port } = random.weighted<Backend>([[8, BACKENDS[0]], [2, BACKENDS[1]], [2, BACKENDS[2]], [0.3, BACKENDS[3]], [0.5, LEDGER[1]]]);
  return { name: random.chance(0.02) ? 'nowhere' : name, namespace, port };
}

function rule(random: Random, common: boolean): object {
  const issuer = () => { const number = random.between(0, 1); return compact({ issuer: ISSUERS[number], jwksUri: KEY_ADDRESSES[number], fromHeaders: random.maybe(0.1, () => [{ name: 'x-token', prefix: 'Token ' }]) }); };
  const authorization = () => compact({ requiredScopes: random.maybe(0.5, () => random.some(['read', 'write'], 1, 2)), audiences: random.maybe(0.5, () => random.some(['app', 'other'], 1, 2)) });
  const jwt = () => compact({ authentications: random.chance(0.85) ? [issuer()] : [issuer(), issuer()], authorizations: random.maybe(0.5, () => random.times(1, 2, authorization)) });
  return compact({
    path: random.pick(PATHS),
    methods: random.some(['GET', 'GET', 'GET', 'POST', 'PUT', 'HEAD', 'OPTIONS'], 1, 4).filter((method, index, all) => all.indexOf(method) === index),
    service: common ? random.maybe(0.15, () => service(random)) : service(random),
    ...random.weighted<() => object>([[6, () => ({ noAuth: true })], [5, () => ({ jwt: jwt() })], [0.8, () => ({ extAuth: compact({ authorizers: random.some(AUTHORIZERS, 1, 2), restrictions: random.maybe(0.3, jwt) }) })]])(),
    request: random.maybe(0.35, () => ({
      headers: { [random.pick(['X-CLIENT-SSL-CN', 'x-tenant', 'x-role'])]: random.pick(['%DOWNSTREAM_PEER_SUBJECT%', '%DOWNSTREAM_PEER_URI_SAN%', 'blue', 'O=org,CN=alice']) },
      ...(random.chance(0.2) ? { cookies: { a: '1' } } : {}),
    })),
  });
}

interface Taken {
  readonly host: string;
  readonly time: string;
}

interface World {
  readonly manifests: readonly Manifest[];
  readonly standing: readonly Manifest[];
}

/**
 * What Kyma's operator makes of the APIRules among manifests, in the order in which they stand there, written after its observed behaviour and apart from
 * the evaluator's own expansion. Keys are given instead of addresses of keys, as istiod would fetch them.
 */
export function playOperator(manifests: readonly Manifest[], standing: readonly Manifest[]): Manifest[] {
  const world = { manifests, standing };
  const taken: Taken[] = manifests.filter(({ kind }) => kind === 'VirtualService').flatMap(({ spec, metadata: { creationTimestamp } }) => ((spec.hosts ?? []) as string[]).map((host) => ({ host, time: creationTimestamp ?? '' })));
  const rules = manifests.filter(({ kind }) => kind === 'APIRule');
  const oldest = [...rules].sort((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''));
  return [...manifests.filter(({ kind }) => kind !== 'APIRule'), ...oldest.flatMap((each) => reconcile(each, world, taken))];
}

function reconcile(owner: Manifest, world: World, taken: Taken[]): Manifest[] {
  const { spec, metadata: { namespace, name, creationTimestamp } } = owner;
  const gateway = world.manifests.find((each) => each.kind === 'Gateway' && `${each.metadata.namespace}/${each.metadata.name}` === spec.gateway);
  if (owner.apiVersion !== 'gateway.kyma-project.io/v2' || gateway === undefined) return [];
  const host = longHost(spec.hosts[0], gateway);
  if (host === undefined || taken.some((each) => each.host === host && each.time <= (creationTimestamp ?? ''))) return [];
  const rules: Manifest[] = spec.rules.map((each: Manifest) => ({ ...each, service: each.service ?? spec.service }));
  const selectors = rules.map((each) => podLabels(each.service, world));
  const authorizers = authorizersOf(world);
  if (selectors.includes(undefined) || inConflict(rules) || rules.some((each) => (each.extAuth?.authorizers ?? []).some((wanted: string) => !authorizers.has(wanted)))) return [];
  if (differingLocations(rules)) return [];
  taken.push({ host, time: '' });
  const made = (apiVersion: string, kind: string, where: string, index: number, body: object) => ({ apiVersion, kind, metadata: compact({ name: `${name}-${kind.toLowerCase().slice(0, 1)}${index}`, namespace: where, creationTimestamp }), spec: body });
  const policies = rules.flatMap((each, index) => accessOf(each, host, excluded(rules, index)).map((body) => ({ where: each.service.namespace ?? namespace, body: { selector: { matchLabels: selectors[index] }, ...body } })));
  const requests = new Map(rules.flatMap((each, index): [string, { where: string; body: object }][] => {
    const accepted: Manifest[] | undefined = (each.jwt ?? each.extAuth?.restrictions)?.authentications;
    if (accepted === undefined) return [];
    const where = each.service.namespace ?? namespace;
    const body = { selector: { matchLabels: selectors[index] }, jwtRules: accepted.map(({ issuer, jwksUri, fromHeaders, fromParams }) => compact({ issuer, jwks: `\${jwks-${KEY_ADDRESSES.indexOf(jwksUri)}}`, forwardOriginalToken: true, fromHeaders, fromParams })) };
    return [[JSON.stringify([where, selectors[index], accepted.map(({ issuer, jwksUri }) => [issuer, jwksUri]).sort()]), { where, body }]];
  }).reverse());
  return [
    ...policies.map(({ where, body }, index) => made('security.istio.io/v1', 'AuthorizationPolicy', where, index, body)),
    ...[...requests.values()].reverse().map(({ where, body }, index) => made('security.istio.io/v1', 'RequestAuthentication', where, index, body)),
    made('networking.istio.io/v1', 'VirtualService', namespace, 0, { hosts: [host], gateways: [spec.gateway], http: rules.map((each) => route(each, host, namespace, spec.corsPolicy)) }),
  ];
}

function longHost(host: string, gateway: Manifest): string | undefined {
  if (host.includes('.')) return host;
  const hosts = new Set((gateway.spec.servers as Manifest[]).flatMap((server) => server.hosts as string[]));
  const [only] = hosts;
  return hosts.size === 1 && only.startsWith('*.') ? host + only.slice(1) : undefined;
}

/** The selector of a Service whose pods, if there are any, all have a sidecar. */
function podLabels(wanted: Manifest | undefined, { standing }: World): object | undefined {
  if (wanted === undefined) return undefined;
  const found = standing.find((each) => each.kind === 'Service' && each.metadata.name === wanted.name && each.metadata.namespace === wanted.namespace);
  return wanted.namespace === 'plain' ? undefined : found?.spec.selector;
}

function authorizersOf({ manifests }: World): Set<string> {
  const settings = manifests.find(({ kind, metadata: { name } }) => kind === 'ConfigMap' && name === 'istio');
  return new Set(AUTHORIZERS.filter((each) => new RegExp(`name: ${each}\\b`).test(settings?.data.mesh ?? '')));
}

/** An earlier path covers a later one on the same method. The operator overlooks an earlier path that a still earlier, longer one begins with. */
function inConflict(rules: readonly Manifest[]): boolean {
  if (rules.some(({ path }) => /\{\*\*\}.*\{\*/.test(path))) return true;
  const methods = new Set(rules.flatMap((each) => each.methods as string[]));
  return [...methods].some((method) => {
    const paths = rules.filter((each) => each.methods.includes(method)).map(({ path }) => path as string);
    const noticed = paths.filter((path, index) => !paths.slice(0, index).some((longer) => longer.startsWith(`${path}/`)));
    return paths.some((later, index) => paths.slice(0, index).some((earlier) => noticed.includes(earlier) && covers(earlier, later)));
  });
}

/** Whether the operator finds that an earlier path covers a later one; `/a/{**}` does not cover `/a`. */
function covers(wide: string, narrow: string): boolean {
  const [left, right] = [wide, narrow].map((path) => (path === '/*' ? '/{**}' : path).replace(/^\/+/, '').split('/'));
  const stars = left.indexOf('{**}');
  const head = stars < 0 ? left : left.slice(0, stars);
  const same = head.every((segment, index) => index < right.length && (segment === '{*}' || segment === right[index]));
  if (!same) return false;
  if (stars < 0) return right.length === left.length;
  const tail = left.slice(stars + 1);
  const under = right.slice(head.length);
  return under.length > 0 && (tail.length === 0 || (under.length >= tail.length && under.slice(-tail.length).join('/') === tail.join('/')));
}

/** One issuer and address with different places for the token: refused by its status. */
function differingLocations(rules: readonly Manifest[]): boolean {
  const all = rules.flatMap((each): Manifest[] => each.jwt?.authentications ?? []);
  return all.some((one) => all.some((two) => one.issuer === two.issuer && one.jwksUri === two.jwksUri && JSON.stringify(one.fromHeaders) !== JSON.stringify(two.fromHeaders)));
}

function excluded(rules: readonly Manifest[], index: number): string[] {
  const found: string[] = [];
  for (const earlier of rules.slice(0, index)) {
    if (['/', '/*', '/{**}'].includes(earlier.path)) continue;
    if (earlier.path === rules[index].path) break;
    if ((earlier.methods as string[]).some((method) => rules[index].methods.includes(method))) found.push(earlier.path);
  }
  return found;
}

function accessOf({ path, methods, jwt, extAuth }: Manifest, host: string, notPaths: string[]): object[] {
  const to = [{ operation: compact({ hosts: [host], methods, paths: [path === '/*' ? '/{**}' : path], notPaths: notPaths.length > 0 ? notPaths : undefined }) }];
  const external = ((extAuth?.authorizers ?? []) as string[]).map((name) => ({ action: 'CUSTOM', provider: { name }, rules: [{ to }] }));
  const tokens = jwt ?? extAuth?.restrictions;
  if (tokens === undefined) return [...external, { rules: [{ from: [{ source: { principals: [GATEWAY_PRINCIPAL] } }], to }] }];
  const from = [{ source: { principals: [GATEWAY_PRINCIPAL], requestPrincipals: tokens.authentications.map(({ issuer }: Manifest) => `${issuer}/*`) } }];
  const wanted: Manifest[] = tokens.authorizations ?? [{}];
  return [...external, ...wanted.map(({ requiredScopes = [], audiences = [] }) => {
    const claim = (name: string, values: string[]) => values.map((value) => ({ key: `request.auth.claims[${name}]`, values: [value] }));
    const lists = requiredScopes.length === 0 ? [claim('aud', audiences)] : ['scp', 'scope', 'scopes'].map((name) => [...claim(name, requiredScopes), ...claim('aud', audiences)]);
    return { rules: lists.map((when) => compact({ from, to, when: when.length > 0 ? when : undefined })) };
  })];
}

function route({ path, methods, service: to, request }: Manifest, host: string, namespace: string, corsPolicy: object | undefined): object {
  const segment = "([A-Za-z0-9-._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})";
  const anything = "([A-Za-z0-9-._~!$&'()*+,;=:@/]|%[0-9a-fA-F]{2})";
  const uri = path === '/*' ? { prefix: '/' } : { regex: `^${(path as string).split('{**}').map((part) => part.split('{*}').join(`${segment}+`)).join(`${anything}*`)}$` };
  const cookies = Object.entries(request?.cookies ?? {}).map(([name, value]) => `${name}=${value as string}`).join('; ');
  return compact({
    corsPolicy,
    headers: {
      request: { set: { 'x-forwarded-host': host.startsWith('*') ? '%REQ(:AUTHORITY)%' : host, ...request?.headers, ...(cookies === '' ? {} : { Cookie: cookies }) } },
      response: { remove: ['Access-Control-Allow-Origin', 'Access-Control-Expose-Headers', 'Access-Control-Allow-Headers', 'Access-Control-Allow-Credentials', 'Access-Control-Allow-Methods', 'Access-Control-Max-Age'] },
    },
    match: [{ method: { regex: `^(${(methods as string[]).join('|')})$` }, uri }],
    route: [{ destination: { host: `${to.name}.${to.namespace ?? namespace}.svc.cluster.local`, port: { number: to.port } }, weight: 100 }],
    timeout: '180s',
  });
}
