import { drawRequests } from './classes';
import { AccessSpace, describeEndpoint } from '../../src/access';
import { Client } from '../../src/authz';
import { gateway, http, https, policy, subject, virtualService, world } from '../authz/support/world';
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
    plain, { ...plain, path: '/ ' }, { ...plain, method: 'nope' }, { ...plain, host: 'a b' }, { ...plain, headers: { 'bad name': '' } }, { ...plain, host: 'b.test' }, { ...plain, port: 1 }, { ...plain, path: '/?a b' },
    { ...plain, gateway: 'no/where' }, { ...plain, client: Client.none() }, direct, { ...direct, clientIp: '10.1.1.1' }, { ...direct, clientIp: '1.1.1.1' }, { ...direct, service: 'default/absent' },
    { ...direct, service: undefined, host: 'a.b.c.d.e' }, { ...direct, path: '/ ' }, { ...direct, method: 'nope' }, { ...direct, headers: { 'bad name': '' } },
  ].map((request) => classes.signatureOf(request));
  expect(new Set(signatures).size).toBeGreaterThanOrEqual(signatures.length - 1);
  expect(classes.exampleOf({ ...plain, port: 1 })).toBeUndefined();
  expect(classes.exampleOf(direct)).toMatchObject({ service: 'default/httpbin', path: '/' });
});

// The full run of 100,000 draws is a command of its own: npm run classes
test('everyRequestBehavesAsItsClassExample', async () => {
  const { broken, requests, covered } = drawRequests(11, 12, 25, await makeMaterials());
  expect(broken.map(({ id, got, expected }) => `${id}: ${got} against ${expected}`)).toEqual([]);
  expect(covered / requests).toBeGreaterThan(0.7);
}, 60_000);
