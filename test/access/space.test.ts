import { behaviour, drawRequests } from './classes';
import { AccessSpace, describeEndpoint } from '../../src/access';
import { AccessRequest, Client, HttpVersion } from '../../src/authz';
import { gateway, GATEWAY_LABELS, http, https, policy, subject, virtualService, world } from '../authz/support/world';
import { makeMaterials } from '../differential/materials';

const names = { matchLabels: { app: 'httpbin' } };
const mesh = world([
  gateway([http(['*.test'], { tls: { httpsRedirect: true } }), https(['*.test'], { mode: 'OPTIONAL_MUTUAL', credentialName: 'c' })]),
  virtualService({ http: [{ headers: { request: { set: { 'x-id': '%DOWNSTREAM_PEER_SUBJECT%' } } }, route: [{ destination: { host: 'httpbin', port: { number: 8000 } } }] }] }),
  policy({ selector: names, rules: [{ to: [{ operation: { paths: ['/a*'], methods: ['GET'] } }], when: [{ key: 'request.headers[x-id]', values: ['CN=alice'] }] }] }),
], { secrets: ['istio-system/c', 'istio-system/c-cacert'] });
const space = AccessSpace.of(mesh);

test('endpoints are the hosts on the ports of gateways and the ports of Services', () => {
  expect(space.endpoints.map(describeEndpoint)).toEqual(['http://*.test', 'http://a.test', 'a.test', 'httpbin.default:8000']);
});

test('callers are those that policies name, through whatever headers, and one of every other kind', () => {
  expect(space.outsideClients.map(({ name }) => name)).toEqual([
    'no certificate', 'certificate CN=alice', 'any other certificate of the trust anchor', 'a certificate that no trust anchor knows',
  ]);
  expect(space.meshClients.map(({ name }) => name)).toEqual(['in-mesh plain text (no sidecar)', 'in-mesh any other account']);
});

test('paths and methods have one sample for each class', () => {
  const endpoint = space.endpoints.find(({ domain, tls }) => domain === 'a.test' && tls === true)!;
  const { paths, methods } = space.surfaceOf(endpoint);
  expect(paths.filter(({ odd }) => odd !== true).map(({ value }) => value)).toEqual(['/a', '/']);
  expect(methods.filter(({ odd }) => odd !== true).map(({ value }) => value)).toEqual(['GET', 'POST', 'OPTIONS']);
});

test('a request is of the class of its example', () => {
  const base = { host: 'a.test', port: 443, gateway: 'istio-system/istio-ingressgateway' };
  const classOf = (path: string, name: string) => space.exampleOf({ ...base, client: subject(name), path })!;
  expect(classOf('/abc', '/CN=alice')).toMatchObject({ path: '/a', host: 'a.test' });
  expect(classOf('/abc', '/CN=alice').client.toString()).toBe('certificate CN=alice');
  expect(classOf('/b', '/CN=mallory').path).toBe('/');
  expect(classOf('/b', '/CN=mallory').client.toString()).toBe(classOf('/c', '/CN=other').client.toString());
});

test('places that nobody serves, malformed parts and open facts are classes too', () => {
  const open = world([
    gateway([http(['a.test'])]), virtualService({}),
    policy({ selector: names, action: 'DENY', rules: [{ from: [{ source: { ipBlocks: ['10.0.0.0/8'] } }] }, { when: [{ key: 'experimental.envoy.filters.x[y]', values: ['z'] }] }] }),
  ]);
  const classes = AccessSpace.of(open);
  const plain = { client: Client.plaintext(), host: 'a.test', path: '/' };
  const direct = { client: Client.inMeshPlaintext(), service: 'default/httpbin', host: 'x', path: '/' };
  const signatures = [
    plain, { ...plain, path: '/a b' }, { ...plain, method: 'nope' }, { ...plain, host: 'a b' }, { ...plain, headers: { 'bad name': '' } }, { ...plain, host: 'b.test' }, { ...plain, port: 1 }, { ...plain, path: '/?a b' },
    { ...plain, gateway: 'no/where' }, { ...plain, client: Client.none() }, direct, { ...direct, clientIp: '10.1.1.1' }, { ...direct, clientIp: '1.1.1.1' }, { ...direct, service: 'default/absent' },
    { ...direct, service: undefined, host: 'a.b.c.d.e' }, { ...direct, path: '/a b' }, { ...direct, method: 'nope' }, { ...direct, headers: { 'bad name': '' } },
  ].map((request) => classes.signatureOf(request));
  expect(new Set(signatures).size).toBeGreaterThanOrEqual(signatures.length - 1);
  expect(classes.exampleOf({ ...plain, port: 1 })).toMatchObject({ port: 1 });
  expect(classes.exampleOf({ ...plain, gateway: 'no/where' })).toBeUndefined();
  expect(classes.exampleOf(direct)).toMatchObject({ service: 'default/httpbin', path: '/' });
});

const proxies = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh: 'defaultConfig: {gatewayTopology: {numTrustedProxies: 1}}' } };
const routed = { http: [{ match: [{ scheme: { exact: 'https' } }], route: [{ destination: { host: 'httpbin', port: { number: 8000 } } }] }] };
const plainly = { client: Client.plaintext(), host: 'a.test', path: '/' };

/** Whether two requests are of one class, and what becomes of each. */
function told(documents: any[], a: AccessRequest, b: AccessRequest): { readonly one: boolean; readonly outcomes: readonly string[] } {
  const behind = world(documents);
  const classes = AccessSpace.of(behind);
  for (const request of [a, b]) {
    const example = classes.exampleOf(request);
    if (example !== undefined) expect(behaviour(behind.evaluate(example))).toBe(behaviour(behind.evaluate(request)));
  }
  return { one: classes.signatureOf(a) === classes.signatureOf(b), outcomes: [a, b].map((request) => behind.evaluate(request).outcome) };
}

test.each<[string, any[], AccessRequest, AccessRequest, string[]]>([
  ['the scheme that a trusted proxy tells, which a route asks for', [proxies, gateway([http(['a.test'])]), virtualService(routed)],
    plainly, { ...plainly, headers: { 'X-Forwarded-Proto': 'https' } }, ['not found', 'allowed']],
  ['the scheme that a trusted proxy tells, where plain HTTP is redirected', [proxies, gateway([http(['a.test'], { tls: { httpsRedirect: true } })]), virtualService({})],
    plainly, { ...plainly, headers: { 'x-forwarded-proto': 'https' } }, ['redirect', 'allowed']],
  ['the address that a trusted proxy tells', [proxies, gateway([http(['a.test'])]), virtualService({}), policy({ selector: { matchLabels: GATEWAY_LABELS }, rules: [{ from: [{ source: { remoteIpBlocks: ['203.0.113.7'] } }] }] }, { namespace: 'istio-system' })],
    { ...plainly, clientIp: '10.0.0.1' }, { ...plainly, clientIp: '10.0.0.1', headers: { 'x-forwarded-for': '203.0.113.7' } }, ['forbidden', 'allowed']],
  ['a target of HTTPS in plain text', [gateway([http(['a.test'])]), virtualService({})],
    plainly, { ...plainly, path: 'https://a.test/' }, ['allowed', 'forbidden']],
  ['a malformed host and none over HTTP/2', [gateway([http(['*'])]), virtualService({ hosts: ['*'] })],
    { ...plainly, host: 'a/b' }, { ...plainly, host: '', httpVersion: HttpVersion.HTTP_2 }, ['bad request', 'connection closed']],
])('tells apart %s', (_, documents, a, b, outcomes) => {
  expect(told(documents, a, b)).toEqual({ one: false, outcomes });
});

test('behind trusted proxies examples keep the forwarded address, and the matrix tries what they tell of the scheme', () => {
  const behind = world([proxies, gateway([http(['a.test'], { tls: { httpsRedirect: true } })]), virtualService({}), policy({ selector: { matchLabels: GATEWAY_LABELS }, rules: [{ from: [{ source: { remoteIpBlocks: ['203.0.113.7'] } }] }] }, { namespace: 'istio-system' })]);
  const classes = AccessSpace.of(behind);
  const example = classes.exampleOf({ ...plainly, path: '/other', clientIp: '10.0.0.1', headers: { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' } })!;
  expect(example).toMatchObject({ path: '/', repeatedHeaders: { 'x-forwarded-for': ['203.0.113.7'] } });
  expect(behind.evaluate(example).isAllowed).toBe(true);
  const endpoint = classes.endpoints.find(({ domain }) => domain === 'a.test')!;
  expect(classes.surfaceOf(endpoint).headers.map(({ label }) => label)).toContain('x-forwarded-proto: https');
});

describe('where a gateway hands connections on unopened', () => {
  const tcp = (port: number) => ({ tcp: [{ route: [{ destination: { host: 'httpbin', port: { number: port } } }] }], http: undefined, hosts: ['*'] });
  const stream = { port: { number: 31400, name: 'tcp', protocol: 'TCP' }, hosts: ['*'] };
  const port = { ...plainly, port: 80 };
  const server = { ...stream, port: { ...stream.port, number: 80 } };

  test('requests are told apart by what a workload that takes HTTP reads', () => {
    const rules = policy({ selector: names, rules: [{ to: [{ operation: { paths: ['/a'] } }] }] });
    expect(told([gateway([server]), virtualService(tcp(8000)), rules], { ...port, path: '/a' }, { ...port, path: '/b' })).toEqual({ one: false, outcomes: ['allowed', 'forbidden'] });
    expect(told([gateway([server]), virtualService(tcp(8000)), rules], { ...port, path: '/c', headers: { x: '1' } }, { ...port, path: '/b' })).toEqual({ one: true, outcomes: ['forbidden', 'forbidden'] });
  });

  test('TLS that nobody opened is none of plain text', () => {
    expect(told([gateway([server]), virtualService(tcp(8000))], port, { ...port, client: Client.none() })).toEqual({ one: false, outcomes: ['allowed', 'connection closed'] });
  });

  test('policies of the gateway see the address and the server name', () => {
    const deny = (source: object) => policy({ action: 'DENY', selector: { matchLabels: GATEWAY_LABELS }, rules: [source] }, { namespace: 'istio-system' });
    const closed = deny({ from: [{ source: { ipBlocks: ['10.0.0.1'] } }] });
    expect(told([gateway([server]), virtualService(tcp(8000)), closed], { ...port, clientIp: '10.0.0.1' }, { ...port, clientIp: '10.0.0.2' })).toEqual({ one: false, outcomes: ['connection closed', 'allowed'] });
  });
});

// The full run of 100,000 draws is a command of its own: npm run classes
test('everyRequestBehavesAsItsClassExample', async () => {
  const { broken, requests, covered } = drawRequests(11, 12, 25, await makeMaterials());
  expect(broken.map(({ id, got, expected }) => `${id}: ${got} against ${expected}`)).toEqual([]);
  expect(covered / requests).toBeGreaterThan(0.9);
}, 60_000);
