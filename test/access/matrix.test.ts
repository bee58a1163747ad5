import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { largeMesh } from './large-mesh';
import { accessMatrix, AccessMatrix, AccessSpace, matrixJson, matrixLines, matrixMarkdown } from '../../src/access';
import { Mesh, MeshOptions } from '../../src/authz';
import { authentication, gateway, GATEWAY_PRINCIPAL, http, https, peerAuthentication, policy, toHttpbin, virtualService, world } from '../authz/support/world';

const labels = { matchLabels: { app: 'httpbin' } };
const secrets = { secrets: ['istio-system/c', 'istio-system/c-cacert'] };
const fromSubject = [{ headers: { request: { set: { 'x-id': '%DOWNSTREAM_PEER_SUBJECT%' } } }, route: toHttpbin }];
const made = (documents: any[], options: MeshOptions = secrets) => accessMatrix(AccessSpace.of(world(documents, options)));
const tutorial = (name: string) => Mesh.fromYaml(readFileSync(join(__dirname, '../tutorials-as-written', `${name}.yaml`), 'utf8'));

/** What a caller gets at a place: the text of its cell. */
function cell(matrix: AccessMatrix, caller: string, place: string): string {
  for (const { rows, columns, cells } of matrix.sections) {
    const row = rows.findIndex(({ members }) => members.includes(caller));
    const column = columns.findIndex(({ members }) => members.includes(place));
    if (row >= 0 && column >= 0) return `${cells[row][column].text}${cells[row][column].forged === undefined ? '' : ` by ${cells[row][column].forged}`}`;
  }
  return `no cell of ${caller} at ${place} in\n${matrixLines(matrix)}`;
}

test('tutorial 004 as written: the way around the policy stands in the matrix', () => {
  const matrix = accessMatrix(AccessSpace.of(tutorial('004')));
  expect(cell(matrix, 'certificate spiffe://test.client', 'test.com /status/418')).toBe('403 istio-system/test');
  expect(cell(matrix, 'no certificate', 'test.com /status/418')).toBe('handshake refused');
  expect(cell(matrix, 'certificate spiffe://test.client', 'http://* /**')).toBe('allowed');
  expect(cell(matrix, 'in-mesh plain text (no sidecar)', 'httpbin.default:8000 /**')).toBe('allowed');
});

test('tutorial 000 as written: a caller in the mesh gets in by forging the header of the route', () => {
  const matrix = accessMatrix(AccessSpace.of(tutorial('000')));
  const place = 'httpbin.default:8000 (Host httpbin-vs.example.com) /**';
  expect(cell(matrix, 'in-mesh plain text (no sidecar)', place)).toBe('403 default/test-authz-policy');
  expect(cell(matrix, 'in-mesh plain text (no sidecar), forging headers', place)).toBe('allowed by x-client-ssl-cn: O=Example,CN=client');
});

const secured = [
  gateway([https(['*.test'], { mode: 'OPTIONAL_MUTUAL', credentialName: 'c' }), http(['*.test'], { tls: { httpsRedirect: true } })]),
  policy({
    selector: labels,
    rules: [{ from: [{ source: { principals: [GATEWAY_PRINCIPAL] } }], to: [{ operation: { paths: ['/a/*'], methods: ['GET'] } }], when: [{ key: 'request.headers[x-id]', values: ['CN=alice'] }] }],
  }, { name: 'only-alice' }),
  peerAuthentication({ mtls: { mode: 'STRICT' } }),
];

test('a header that the route always removes first is not forged; one that it only sets is, by those without a certificate', () => {
  const open = made([...secured, virtualService({ http: fromSubject })]);
  expect(cell(open, 'certificate CN=alice', 'GET a.test /a/')).toBe('allowed');
  expect(cell(open, 'no certificate, forging headers', 'GET a.test /a/')).toBe('allowed by x-id: CN=alice');
  expect(cell(open, 'any other certificate of the trust anchor', 'GET a.test /a/')).toBe('403 default/only-alice');
  expect(cell(open, 'any other certificate of the trust anchor, forging headers', 'GET a.test /a/')).toContain('no cell');

  const closed = made([...secured, virtualService({ http: [{ headers: { request: { remove: ['x-id'], set: { 'x-id': '%DOWNSTREAM_PEER_SUBJECT%' } } }, route: toHttpbin }] })]);
  expect(closed.sections[0].rows.filter(({ forging }) => forging)).toEqual([]);
  expect(cell(closed, 'certificate CN=alice', 'GET a.test /a/')).toBe('allowed');
  expect(cell(closed, 'no certificate', 'http://*.test /**')).toBe('301 redirect');
});

test('equal rows and equal columns are one, named by who stands for most', () => {
  const matrix = made([...secured, virtualService({ http: fromSubject })]);
  const [outside] = matrix.sections;
  expect(outside.rows.map(({ label }) => label)).toEqual(['no certificate', 'no certificate, forging headers', 'certificate CN=alice', 'a certificate that no trust anchor knows']);
  const distinctColumns = new Set(outside.columns.map((_, column) => JSON.stringify(outside.cells.map((line) => line[column].text))));
  expect(distinctColumns.size).toBe(outside.columns.length);
});

test('tokens: of each issuer with what is required, without each part of it, expired, and of nobody known', () => {
  const matrix = made([
    gateway([http(['*'])]), virtualService({}),
    authentication({ selector: labels, jwtRules: [{ issuer: 'https://idp.test', jwksUri: 'https://idp.test/keys', audiences: ['app'], forwardOriginalToken: true }] }, { name: 'idp' }),
    policy({
      selector: labels,
      rules: [{ from: [{ source: { requestPrincipals: ['https://idp.test/*'] } }], when: [{ key: 'request.auth.claims[groups]', values: ['admin'] }, { key: 'request.auth.claims[realm][role]', values: ['owner'] }] }],
    }, { name: 'admins' }),
  ]);
  const place = 'http://a.test /**';
  expect(cell(matrix, 'no certificate', place)).toBe('403 default/admins');
  expect(cell(matrix, 'no certificate, token of https://idp.test with groups admin, realm {"role":"owner"}', place)).toBe('allowed');
  expect(cell(matrix, 'no certificate, token of https://idp.test with groups admin', place)).toBe('403 default/admins');
  expect(cell(matrix, 'no certificate, token of https://idp.test', place)).toBe('403 default/admins');
  expect(cell(matrix, 'no certificate, expired token of https://idp.test', place)).toBe('401 default/idp');
  expect(cell(matrix, 'no certificate, token of https://idp.test for another audience', place)).toBe('403 default/idp');
  expect(cell(matrix, 'no certificate, token of any other issuer', place)).toBe('401 default/idp');
});

test('what the manifests leave open is told as such, with the possible answers', () => {
  const mesh = Mesh.fromManifests([gateway([http(['a.test'])]), virtualService({}), policy({ selector: labels }, { name: 'closed' })]);
  const matrix = accessMatrix(AccessSpace.of(mesh));
  const [{ cells: [[open]] }] = matrix.sections;
  expect(open).toMatchObject({ verdict: 'open', text: 'undecided: 403 default/closed or allowed' });
  expect(open.explanation.alternatives).toEqual([expect.stringContaining('403 forbidden'), expect.stringContaining('unless pods of default/httpbin carry the label app=httpbin')]);
  expect(matrix.assumptions).toContain('there is a Service default/httpbin, and pods with a sidecar behind it');
});

test('refused objects and regular expressions that are only sampled are told', () => {
  const matrix = made([
    gateway([http(['*'])]), policy({ action: 'DENY', rules: [] }, { name: 'refused' }),
    virtualService({ http: [{ match: [{ uri: { regex: '/v[0-9]+/.*' } }], route: toHttpbin }] }),
  ]);
  expect(matrix.refused).toEqual([expect.stringContaining('AuthorizationPolicy default/refused')]);
  expect(matrix.limits).toEqual([expect.stringContaining('regular expression')]);
  expect(matrixLines(matrix)).toMatch(/^no effect: AuthorizationPolicy default\/refused/);
  expect(cell(matrix, 'no certificate', 'http://a.test /v0/x')).toBe('undecided: allowed or 403 default/refused');
  expect(cell(matrix, 'no certificate', 'http://a.test /')).toBe('404');
});

test('a host whose Gateway is not among the manifests has a place, with the reason', () => {
  const matrix = accessMatrix(AccessSpace.of(Mesh.fromManifests([virtualService({ gateways: ['edge/elsewhere'], hosts: ['*.a.test'] })])));
  expect(matrix.sections[0].cells[0][0]).toMatchObject({ verdict: 'open', text: 'undecided' });
  expect(matrix.sections[0].cells[0][0].explanation.reason).toContain('Gateway `edge/elsewhere`');
});

test('a wildcard, passed-on TLS, refused listeners and servers without a route have their places', () => {
  const tls = { mode: 'SIMPLE', credentialName: 'c' };
  const matrix = made([
    gateway([https(['b.test', '*.b.test'], tls), { port: { number: 8443, name: 'raw', protocol: 'TLS' }, hosts: ['raw.test'], tls: { mode: 'PASSTHROUGH' } }, http(['empty.test'])]),
    virtualService({ hosts: ['*.b.test'] }),
    virtualService({ hosts: ['raw.test'], http: undefined, tls: [{ match: [{ sniHosts: ['raw.test'] }], route: toHttpbin }] }),
  ]);
  expect(cell(matrix, 'no certificate', '*.b.test /**')).toBe('allowed');
  expect(cell(matrix, 'no certificate', 'b.test /**')).toBe('404');
  expect(cell(matrix, 'no certificate', 'http://empty.test /**')).toBe('404');
  expect(cell(matrix, 'no certificate', 'raw.test /**')).toBe('closed');
  expect(matrix.limits).toEqual([]);
  const refused = made([gateway([https(['x.test'], { ...tls, subjectAltNames: ['spiffe://a'] })]), virtualService({ hosts: ['x.test'] })]);
  expect(cell(refused, 'no certificate', 'x.test /**')).toBe('nothing listens');
});

test('more header values than can be combined are said to be sampled, and thousands of places are kept apart', () => {
  const many = ['a', 'b', 'c', 'd'].map((name) => ({ key: `request.headers[x-${name}]`, values: Array.from({ length: 12 }, (_, index) => `${name}${index}`) }));
  const matrix = made([gateway([http(['*'])]), virtualService({}), policy({ selector: labels, rules: [{ when: many }] })]);
  expect(matrix.limits).toEqual([expect.stringContaining('combinations of header values')]);
  expect(cell(matrix, 'no certificate, forging headers', 'http://a.test /**')).toBe('allowed by x-a: a0, x-b: b0, x-c: c0, x-d: d0');
});

test('theMatrixIsAFunctionOfTheManifests', () => {
  const once = () => accessMatrix(AccessSpace.of(Mesh.fromManifests(largeMesh(4, 20, 6))));
  expect(matrixJson(once())).toBe(matrixJson(once()));
  expect(matrixMarkdown(once())).toBe(matrixMarkdown(once()));
});

test('progress is told by endpoints', () => {
  const heard: number[] = [];
  const space = AccessSpace.of(Mesh.fromManifests(largeMesh(3, 3, 3)));
  accessMatrix(space, { progress: (done, total) => heard.push(total - done) });
  expect(heard[heard.length - 1]).toBe(0);
});

test('names from manifests cannot break out of Markdown or JSON', () => {
  const name = '<script>alert(1)</script>|`x`[a](b)\u001b[31m\u202e';
  const matrix = made([gateway([http(['*'])]), virtualService({}), policy({ selector: labels, rules: [{ when: [{ key: 'request.headers[x-id]', values: [name] }] }] }, { name })]);
  const text = matrixMarkdown(matrix);
  expect(text).not.toMatch(/<script|\u001b|\u202e/);
  expect(text.split('\n').filter((line) => line.startsWith('| http')).every((line) => line.split(' | ').length === text.split('\n').find((each) => each.startsWith('| what'))!.split(' | ').length)).toBe(true);
  expect(JSON.parse(matrixJson(matrix)).sections[0].cells[0][0].policy).toBe(`default/${name}`);
  expect(matrixLines(matrix)).not.toMatch(/\u001b|\u202e/);
});
