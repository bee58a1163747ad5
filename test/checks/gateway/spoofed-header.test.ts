import { spoofedHeader } from '../../../src/checks/gateway/spoofed-header';
import { find, gateway, http, https, Manifest, policy, route, told } from '../support';

const destination = { host: 'httpbin', port: { number: 8000 } };
const SUBJECT = { 'X-Subject': 'subject=%DOWNSTREAM_PEER_SUBJECT%' };
const setting = (request: object, more: object = {}) => route({ http: [{ headers: { request }, route: [{ destination }], ...more }] });
const open = gateway('httpbin', [https('SIMPLE', ['test.com'])]);

test('the finding names the header and the open server', () => {
  expect(find(spoofedHeader, [open, setting({ set: SUBJECT, remove: ['X-Other'] })])).toEqual([{
    object: expect.objectContaining({ kind: 'VirtualService', name: 'httpbin' }),
    path: ['spec', 'http', 0, 'headers', 'request', 'set', 'X-Subject'],
    message: 'VirtualService `default/httpbin` sets header `X-Subject` from the client\'s certificate and does not remove it, and port 443 (SIMPLE) of Gateway default/httpbin asks for none',
    effect: 'a client without certificate sends the header itself, and it reaches the workload as it is',
    cure: 'list the header in `headers.request.remove` too, or serve the route with mode `MUTUAL` only',
    patch: [{ op: 'add', path: '/spec/http/0/headers/request/remove/-', value: 'X-Subject' }],
    related: [expect.objectContaining({ kind: 'Gateway' })],
  }]);
});

test('a destination may set it too, and the list of removed headers is made where there is none', () => {
  const manifests = [open, route({ http: [{ route: [{ destination, headers: { request: { set: SUBJECT } } }] }] })];
  expect(find(spoofedHeader, manifests)).toEqual([expect.objectContaining({
    path: ['spec', 'http', 0, 'route', 0, 'headers', 'request', 'set', 'X-Subject'],
    patch: [{ op: 'add', path: '/spec/http/0/route/0/headers/request/remove', value: ['X-Subject'] }],
  })]);
});

test('each header of each route is told once', () => {
  const entry = { headers: { request: { set: { 'X-A': '%DOWNSTREAM_PEER_URI_SAN%', 'X-B': '%DOWNSTREAM_PEER_SUBJECT%' } } }, route: [{ destination }] };
  const manifests = [gateway('httpbin', [http(['*']), https('OPTIONAL_MUTUAL', ['test.com', 'b.com'])]), route({ hosts: ['test.com', 'b.com'], http: [{ match: [{ uri: { prefix: '/a' } }], ...entry }, entry] })];
  expect(find(spoofedHeader, manifests).map(({ path }) => [path[2], path[6]])).toEqual([[0, 'X-A'], [0, 'X-B'], [1, 'X-A'], [1, 'X-B']]);
});

test('a Gateway of the Kyma module asks for no certificate', () => {
  const bound = route({ hosts: ['a.example.com'], gateways: ['kyma-system/kyma-gateway'], http: [{ headers: { request: { set: SUBJECT } }, route: [{ destination }] }] });
  const [finding] = find(spoofedHeader, [bound]);
  expect(finding.message).toContain('port 443 (SIMPLE) of Gateway kyma-system/kyma-gateway');
  expect(finding).not.toHaveProperty('related');
});

test.each<[string, Manifest[]]>([
  ['it is removed first, in another spelling', [open, setting({ set: SUBJECT, remove: ['x-subject'] })]],
  ['a destination removes it', [open, setting({ set: SUBJECT }, { route: [{ destination, headers: { request: { remove: ['X-Subject'] } } }] })]],
  ['a value that is no identity', [open, setting({ set: { 'X-A': '%DOWNSTREAM_TLS_VERSION%', 'X-B': 'DOWNSTREAM_PEER_SUBJECT' } })]],
  ['MUTUAL', [gateway('httpbin', [https('MUTUAL', ['test.com'])]), setting({ set: SUBJECT })]],
  ['OPTIONAL_MUTUAL with names, which makes it mandatory', [gateway('httpbin', [https('OPTIONAL_MUTUAL', ['test.com'], { subjectAltNames: ['a'] })]), setting({ set: SUBJECT })]],
  ['OPTIONAL_MUTUAL with hashes', [gateway('httpbin', [https('OPTIONAL_MUTUAL', ['test.com'], { verifyCertificateSpki: ['a'] })]), setting({ set: SUBJECT })]],
  ['a redirect', [gateway('httpbin', [http(['*'], { httpsRedirect: true }), https('MUTUAL', ['test.com'])]), setting({ set: SUBJECT })]],
  ['another host', [gateway('httpbin', [https('SIMPLE', ['b.com'])]), setting({ set: SUBJECT })]],
  ['a policy refuses whoever comes without certificate', [open, setting({ set: SUBJECT }),
    policy('AuthorizationPolicy', 'edge', { action: 'DENY', rules: [{ from: [{ source: { notPrincipals: ['*'] } }] }] }, 'istio-system')]],
])('silent: %s', (_name, manifests) => {
  expect(told(spoofedHeader, manifests)).toEqual([]);
});

test.each<[string, object]>([
  ['hashes of files are not compared', { credentialName: undefined, serverCertificate: '/a', privateKey: '/b', caCertificates: '/c', verifyCertificateHash: ['a'] }],
  ['nothing is verified', { subjectAltNames: ['a'], insecureSkipVerify: true }],
])('OPTIONAL_MUTUAL stays optional: %s', (_name, tls) => {
  expect(find(spoofedHeader, [gateway('httpbin', [https('OPTIONAL_MUTUAL', ['test.com'], tls)]), setting({ set: SUBJECT })])).toHaveLength(1);
});
