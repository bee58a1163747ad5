/* eslint-disable @stylistic/max-len -- tables, one case a line */
import { authentication, gateway, GATEWAY_LABELS, http, https, ingress, inMesh, none, object, peerAuthentication, plaintext, policy, toHttpbin, virtualService, workload, world } from './support/world';
import { AccessRequest, Client, Decision, Mesh, MeshOptions, Token } from '../../src/authz';

const EDGE = 'gateway istio-system/istio-ingressgateway';
const SIDECAR = 'sidecar of default/httpbin';
const request = { host: 'a.test', path: '/x', client: plaintext };
const direct = { ...request, client: inMesh(), service: 'default/httpbin' };
const servers = gateway([http(['a.test', 'b.test']), https(['a.test'], { mode: 'SIMPLE', credentialName: 'edge' })]);
const mesh = (documents: any[], options: MeshOptions = {}) => world(documents, { secrets: ['istio-system/edge', 'istio-system/edge-cacert'], ...options });
const ask = (documents: any[], more: Partial<AccessRequest> = {}) => mesh(documents).evaluate({ ...request, ...more });
const routed = (route: object, more: Partial<AccessRequest> = {}) => ask([servers, virtualService({ http: [route] }, { name: 'route' })], more);

/** An answer in one line: outcome, status, place, reason. */
const told = ({ outcome, status, place, reason }: Decision) => [outcome, status, place, reason];

test.each<[string, () => Decision, unknown[]]>([
  ['a port that is shut', () => ask([servers], { port: 9 }), ['connection refused', undefined, EDGE, 'nothing listens on port 9 of istio-system/istio-ingressgateway']],
  ['a server name of nobody', () => ask([servers], { client: none, sni: 'c.test' }),
    ['connection closed', undefined, EDGE, 'no server on port 443 of istio-system/istio-ingressgateway takes server name `c.test`']],
  ['no TLS where it is wanted', () => ask([servers], { port: 443 }), ['connection closed', undefined, EDGE, 'port 443 of istio-system/istio-ingressgateway takes TLS only']],
  ['TLS where there is none', () => ask([servers], { client: none, port: 80 }), ['connection closed', undefined, EDGE, 'port 80 (plain HTTP) of Gateway default/gateway takes no TLS']],
  ['no gateway', () => Mesh.fromManifests([], { complete: true }).evaluate(request), ['connection refused', undefined, undefined, 'no Gateway selects any pods']],
  ['another gateway', () => ask([servers], { gateway: 'a/b' }), ['connection refused', undefined, undefined, 'no Gateway selects pods of `a/b`']],
  ['a path with a NUL byte', () => routed({ route: toHttpbin }, { path: '/%00' }), ['bad request', 400, EDGE, 'the path is malformed']],
  ['a method that HTTP/1.1 does not know', () => routed({ route: toHttpbin }, { method: 'NONSENSE' }), ['bad request', 400, EDGE, 'the request is malformed: method `NONSENSE` is unknown to HTTP/1.1']],
  ['a server that redirects', () => ask([gateway([http(['a.test'], { tls: { httpsRedirect: true } })]), virtualService({})]),
    ['redirect', 301, EDGE, 'port 80 (redirect to HTTPS) of Gateway default/gateway redirects to HTTPS']],
  ['a route that redirects', () => routed({ redirect: { uri: '/' } }), ['redirect', 301, EDGE, 'VirtualService `default/route` redirects']],
  ['a route that answers', () => routed({ directResponse: { status: 204 } }), ['direct response', 204, EDGE, 'VirtualService `default/route` answers by itself']],
  ['no route', () => routed({ match: [{ uri: { prefix: '/y' } }], route: toHttpbin }), ['not found', 404, EDGE, 'no route for GET `/x` on host `a.test` (VirtualService `default/route`)']],
  ['no route of two', () => ask([servers, ...['one', 'two'].map((name) => virtualService({ http: [{ match: [{ uri: { exact: `/${name}` } }], route: toHttpbin }] }, { name }))]),
    ['not found', 404, EDGE, 'no route for GET `/x` on host `a.test` (VirtualService `default/one`, `default/two`)']],
  ['no VirtualService', () => ask([servers]), ['not found', 404, EDGE, 'no VirtualService serves host `a.test` on port 80 (plain HTTP) of Gateway default/gateway']],
  ['routes that Envoy refuses', () => routed({ headers: { request: { set: { a: '%NONSENSE%' } } }, route: toHttpbin }),
    ['not found', 404, EDGE, 'Envoy refuses the routes of port 80 (plain HTTP) of Gateway default/gateway: VirtualService default/route: header `a` of a route: Envoy knows no operator `%NONSENSE%`']],
  ['a Service that is not there', () => routed({ route: [{ destination: { host: 'absent', port: { number: 80 } } }] }),
    ['unavailable', 503, EDGE, 'VirtualService `default/route` leads nowhere: there is no Service `default/absent`']],
  ['a called Service that is not there', () => ask([], { host: 'absent.default', client: inMesh() }), ['connection refused', undefined, undefined, 'there is no Service `default/absent`']],
  ['a called host that is no Service', () => ask([], { host: 'www.a.b.example.com', client: inMesh() }),
    ['undecided', undefined, undefined, 'the host `www.a.b.example.com` names no Service: give the called one as `service`, in the form `namespace/name`']],
  ['plain text to a STRICT workload', () => ask([peerAuthentication({ mtls: { mode: 'STRICT' } })], { ...direct, client: Client.inMeshPlaintext() }),
    ['connection closed', undefined, SIDECAR, 'default/httpbin takes mutual TLS only (PeerAuthentication STRICT), and the caller sends plain text']],
  ['a caller of another trust domain', () => ask([], { ...direct, client: inMesh('a', 'b', 'other') }), ['handshake rejected', undefined, SIDECAR, 'the sidecar of default/httpbin refuses peers of trust domain `other`']],
  ['an authorizer that the mesh does not know', () => ask([policy({ action: 'CUSTOM', provider: { name: 'check' }, rules: [{}] }, { name: 'external' })], direct),
    ['forbidden', 403, SIDECAR, 'the mesh knows no external authorizer `check`, at default/httpbin (sidecar)']],
  ['a policy without rules', () => ask([policy({}, { name: 'nobody' })], direct), ['forbidden', 403, SIDECAR, '`default/nobody` allows nobody, at default/httpbin (sidecar)']],
  ['a key set without keys', () => ask([servers, virtualService({}), authentication({ jwtRules: [{ issuer: 'a', jwks: '{}' }] })]),
    ['unavailable', 503, SIDECAR, 'a RequestAuthentication has a `jwks` without usable key, for which Envoy refuses the listener, at default/httpbin']],
  ['a Gateway that is not there', () => Mesh.fromManifests([virtualService({ gateways: ['mesh', 'edge/absent'] }), virtualService({ hosts: ['c.test'], gateways: ['edge/other'] })]).evaluate(request),
    ['undecided', undefined, undefined, 'Gateway `edge/absent`, to which the host is bound, is not among the manifests']],
])('%s is told', (_what, decide, expected) => {
  const decision = decide();
  expect(told(decision)).toEqual(expected);
  // What ends a request is the last thing told of its way.
  expect(expected[3]).toContain(decision.hops.slice(-1)[0].text.replace(/^no rule of .*/, ''));
});

test('a Gateway that is not there is not missed where the host has no business with it', () => {
  const route = virtualService({ gateways: ['edge/absent'] });
  const ask2 = (documents: any[], more: object = {}, options: MeshOptions = {}) => Mesh.fromManifests(documents, options).evaluate({ ...request, ...more });
  expect(ask2([route], { host: 'b.test' }).outcome).toBe('connection refused');
  expect(ask2([route], {}, { complete: true }).outcome).toBe('connection refused');
  expect(ask2([...ingress, servers, route]).outcome).toBe('undecided');
  expect(ask2([...ingress, servers, virtualService({ gateways: ['mesh'] })]).outcome).toBe('not found');
  expect(ask2([...ingress, ...workload('httpbin'), servers, virtualService({ gateways: ['default/gateway', 'edge/absent'] })]).outcome).toBe('allowed');
  expect(ask2([route]).hops.slice(-1)).toEqual([{ stage: 'handshake', text: 'Gateway `edge/absent`, to which the host is bound, is not among the manifests' }]);
});

test.each<[string, () => Decision, [string, string[]][]]>([
  ['a fault', () => routed({ fault: { abort: { httpStatus: 500, percentage: { value: 10 } } }, route: toHttpbin }),
    [['allowed, reaches default/httpbin', []], ['undecided: VirtualService `default/route` injects a fault', ['the fault of VirtualService default/route does not hit the request']]]],
  ['a preflight under a CORS policy', () => routed({ corsPolicy: { allowOrigins: [{ exact: 'https://o.test' }] }, route: toHttpbin }, { method: 'OPTIONS', headers: { 'origin': 'https://o.test', 'access-control-request-method': 'GET' } }),
    [['allowed, reaches default/httpbin', []], ['200 direct response: the gateway answers the preflight by the CORS policy of `default/route`', ['the origin is none of the CORS policy of VirtualService default/route']]]],
  ['two destinations', () => ask([servers, ...workload('other'), ...workload('idle'), virtualService({
    http: [{
      route: [
        { destination: { host: 'httpbin', port: { number: 8000 } }, weight: 1 }, { destination: { host: 'idle', port: { number: 8000 } }, weight: 0 }, { destination: { host: 'other', port: { number: 8000 } }, weight: 1 },
      ],
    }],
  }, { name: 'route' })]),
  [['allowed, reaches default/httpbin', []], ['allowed, reaches default/other', ['VirtualService default/route sends the request to httpbin.default.svc.cluster.local']]]],
  ['a filter', () => ask([servers, object('networking.istio.io/v1alpha3', 'EnvoyFilter', {}, { name: 'filter', namespace: 'istio-system' })]),
    [['404 not found: no VirtualService serves host `a.test` on port 80 (plain HTTP) of Gateway default/gateway', []],
      ['undecided: EnvoyFilter istio-system/filter changes istio-system/istio-ingressgateway in a way that is not modelled', ['EnvoyFilter istio-system/filter changes nothing for the request']]]],
  ['a policy that the API server refuses', () => ask([policy({ targetRefs: [{ kind: 'Service', group: '', name: 'x' }], selector: { matchLabels: { app: 'httpbin' } }, rules: [{}] }, { name: 'both' })], direct),
    [['allowed, reaches default/httpbin', []], ['403 forbidden: denied by `default/both`, at default/httpbin (sidecar)',
      ['AuthorizationPolicy default/both is not in force, since the API server refuses it (`spec.selector` and `spec.targetRefs` exclude each other)']]]],
  ['two gateways for one host', () => mesh([servers, gateway([http(['a.test'])], { name: 'second', namespace: 'edge' }, { istio: 'second' }), ...second(), virtualService({})]).evaluate(request),
    [['allowed, reaches default/httpbin', []], ['404 not found: no VirtualService serves host `a.test` on port 80 (plain HTTP) of Gateway edge/second', ['the request goes to gateway istio-system/istio-ingressgateway']]]],
])('%s leaves open what becomes of a request, and on what it hangs', (_what, decide, expected) => {
  const decision = decide();
  expect(decision.alternatives.map((alternative) => [alternative.toString(), alternative.unless])).toEqual(expected);
});

/** A second gateway workload, in namespace `edge`. */
function second(): any[] {
  return [
    object('apps/v1', 'Deployment', { template: { metadata: { labels: { istio: 'second' } }, spec: { serviceAccountName: 'second', containers: [{ name: 'istio-proxy' }] } } }, { name: 'second', namespace: 'edge' }),
    object('v1', 'Service', { selector: { istio: 'second' }, ports: [{ name: 'http2', port: 80, targetPort: 8080 }] }, { name: 'public', namespace: 'edge' }),
  ];
}

test('of several gateways the one is asked that serves the host, or that is named by workload or Service', () => {
  const both = mesh([servers, gateway([http(['c.test'])], { name: 'second', namespace: 'edge' }, { istio: 'second' }), ...second()]);
  const place = (more: Partial<AccessRequest>) => both.evaluate({ ...request, ...more }).place;
  expect(place({})).toBe(EDGE);
  expect(place({ host: 'C.test' })).toBe('gateway edge/second');
  expect(place({ gateway: 'edge/second' })).toBe('gateway edge/second');
  expect(place({ gateway: 'edge/public' })).toBe('gateway edge/second');
  expect(place({ host: 'c.test', gateway: 'istio-system/istio-ingressgateway' })).toBe(EDGE);
});

test('a preflight is one only with origin and method', () => {
  const cors = { corsPolicy: { allowOrigins: [{ exact: 'https://o.test' }] }, route: toHttpbin };
  const origin = { origin: 'https://o.test' };
  const method = { 'access-control-request-method': 'GET' };
  expect(routed(cors, { headers: { ...origin, ...method } }).outcome).toBe('allowed');
  expect(routed(cors, { method: 'OPTIONS', headers: origin }).outcome).toBe('allowed');
  expect(routed(cors, { method: 'OPTIONS', headers: method }).outcome).toBe('allowed');
  expect(routed({ route: toHttpbin }, { method: 'OPTIONS', headers: { ...origin, ...method } }).outcome).toBe('allowed');
});

test('a caller in the mesh may name a Service by each of its names', () => {
  const names = ['httpbin', 'httpbin.default', 'httpbin.default.svc', 'httpbin.default.svc.cluster.local', 'httpbin:8000'];
  expect(names.map((host) => ask([], { client: inMesh(), host }).workload)).toEqual(names.map(() => 'default/httpbin'));
  expect(ask(workload('web', { namespace: 'shop' }), { client: inMesh('a', 'shop'), host: 'web' }).workload).toBe('shop/web');
  expect(ask([], { client: Client.inMeshPlaintext(), host: 'httpbin' }).workload).toBe('default/httpbin');
  expect(ask([], { client: inMesh(), host: 'httpbin' }).hops[0]).toEqual({ stage: 'handshake', text: 'in-mesh cluster.local/ns/default/sa/sleep calls Service default/httpbin directly' });
  expect(() => ask([], { client: inMesh(), service: 'httpbin' })).toThrow('invalid service `httpbin`: expected the form `namespace/name`');
});

test('a route out of the mesh hands on what the route made of the request', () => {
  const entry = object('networking.istio.io/v1', 'ServiceEntry', { hosts: ['api.example.com'], ports: [{ number: 443, name: 'https', protocol: 'HTTPS' }] }, { name: 'api' });
  const decision = Mesh.fromManifests([...ingress, servers, entry, virtualService({
    http: [{ rewrite: { uri: '/z', authority: 'api.example.com' }, headers: { request: { set: { 'x-a': 'b' } } }, route: [{ destination: { host: 'api.example.com', port: { number: 443 } } }] }],
  })], { createdTogether: true }).evaluate({ ...request, path: '/x?q=1' });
  const [ordinary] = decision.alternatives.length === 0 ? [decision] : decision.alternatives;
  expect(ordinary).toMatchObject({ outcome: 'allowed', workload: 'api.example.com', upstreamPath: '/zx?q=1', reason: '' });
  expect(ordinary.upstreamHeaders).toMatchObject({ 'host': 'api.example.com', 'x-a': 'b', 'x-forwarded-for': '(addresses on the way)', 'x-request-id': '(random)', 'x-forwarded-proto': 'http' });
});

test('a token is sent where its RequestAuthentication looks for it', () => {
  const issuer = 'https://idp.test';
  const sent = (rule: object, path = '/x') => mesh([servers, virtualService({}), authentication({ jwtRules: [{ issuer: 'https://other.test', jwksUri: 'https://other.test/keys' }, { issuer, jwksUri: 'https://idp.test/keys', forwardOriginalToken: true, ...rule }] })])
    .evaluate({ ...request, path, token: Token.verified({ issuer, subject: 'a' }) });
  const compact = Token.verified({ issuer, subject: 'a' }).text;
  expect(sent({}).upstreamHeaders.authorization).toBe(`Bearer ${compact}`);
  expect(sent({ fromHeaders: [{ name: 'X-Token', prefix: 'T ' }] }).upstreamHeaders['x-token']).toBe(`T ${compact}`);
  expect(sent({ fromParams: ['t'] }).upstreamPath).toBe(`/x?t=${compact}`);
  expect(sent({ fromParams: ['t'] }, '/x?a=b').upstreamPath).toBe(`/x?a=b&t=${compact}`);
  expect(sent({ fromCookies: ['c'] }).upstreamHeaders.cookie).toBe(`c=${compact}`);
});

test('what servers were lost in a merge is told where a request misses them', () => {
  const decision = ask([gateway([https(['a.test'], { mode: 'SIMPLE', credentialName: 'edge' })], { name: 'a' }), gateway([https(['a.test'], { mode: 'SIMPLE', credentialName: 'edge' }, { name: 'other' })], { name: 'b' })],
    { client: none, sni: 'c.test' });
  expect(decision.reason).toMatch(/^no server on port 443 of istio-system\/istio-ingressgateway takes server name `c.test` \(.+\)$/);
});

test('the usual gateway is taken for granted, and said', () => {
  const decision = Mesh.fromManifests([gateway([http(['a.test'])], {}, GATEWAY_LABELS), ...workload('httpbin'), virtualService({})]).evaluate(request);
  expect(decision).toMatchObject({ outcome: 'allowed' });
  expect(decision.assumptions).toEqual(['the ingress gateway is that of istioctl: istio-ingressgateway in istio-system']);
});
