import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { secret } from '../../authz/support/certificates';
import { authentication, gateway, http, https, ingress, policy, virtualService, workload } from '../../authz/support/world';
import { authority, certificate, CLIENT_AUTH } from '../../x509/certificate-builder';
import { cli, expectDiscreet, temporaryDirectory } from '../support/run';

const home = temporaryDirectory();
const previous = process.cwd();
beforeAll(() => process.chdir(home));
afterAll(() => process.chdir(previous));

const ca = authority({ subject: '/CN=client ca' });
const issuer = 'https://idp.test';
const route = (host: string, service: string) => virtualService({
  hosts: [host], http: [{ headers: { request: { set: { 'X-Cn': '%DOWNSTREAM_PEER_SUBJECT%' } } }, route: [{ destination: { host: service, port: { number: 8000 } } }] }],
}, { name: service });
writeFileSync(join(home, 'mesh.yaml'), [
  ...ingress, ...workload('httpbin'), ...workload('tokens'),
  gateway([https(['*.test'], { mode: 'OPTIONAL_MUTUAL', credentialName: 'edge' }), http(['*.test'])]),
  secret('edge-cacert', { cacert: ca.pem }),
  route('a.test', 'httpbin'),
  route('t.test', 'tokens'),
  policy({ selector: { matchLabels: { app: 'httpbin' } }, rules: [{ when: [{ key: 'request.headers[X-Cn]', values: ['O=Example,CN=alice'] }] }] }, { name: 'allow' }),
  authentication({ selector: { matchLabels: { app: 'tokens' } }, jwtRules: [{ issuer, jwksUri: 'https://idp.test/keys', forwardOriginalToken: true }] }, { name: 'idp' }),
  policy({ selector: { matchLabels: { app: 'tokens' } }, rules: [{ from: [{ source: { requestPrincipals: [`${issuer}/alice`] } }] }] }, { name: 'tokens' }),
].map((object) => stringify(object)).join('---\n'));
mkdirSync(join(home, 'sub'));
writeFileSync(join(home, 'sub', 'alice.pem'), certificate({ subject: '/CN=alice/O=Example', purposes: [CLIENT_AUTH], issuer: ca }));
const jwt = `${[{ alg: 'RS256' }, { iss: issuer, sub: 'alice' }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.c2ln`;
writeFileSync(join(home, 'sub', 'alice.jwt'), jwt);

const HEAD = `secrets: [istio-system/edge]
clients:
  alice: { certificate: alice.pem }
  bob: { subject: /CN=bob/O=Example }
tokens:
  alice: { claims: { iss: ${issuer}, sub: alice } }
  file: { file: alice.jwt }
requests:
`;

async function check(requests: string, args: string[] = [], head = HEAD) {
  writeFileSync(join(home, 'sub', 'requests.yaml'), head + requests);
  const outcome = await cli(['check', 'sub/requests.yaml', 'mesh.yaml', ...args]);
  expectDiscreet(outcome);
  return outcome;
}

const MET = `- { url: 'https://a.test/x?y', client: alice, expect: { outcome: allowed, workload: default/httpbin, upstreamPath: '/x?y', upstreamHeaders: { X-Cn: 'O=Example,CN=alice', x-other: null } } }
- { url: 'https://a.test/', client: bob, expect: { outcome: forbidden, status: 403, policy: default/allow, rule: 1 } }
- { url: 'https://a.test/', expect: 403 }
- { url: 'https://a.test/', client: none, expect: forbidden }
- { url: 'http://a.test/', headers: { X-Cn: 'O=Example,CN=alice' }, expect: allowed }
- { url: 'http://a.test/', headers: { X-Cn: [a, 'O=Example,CN=alice'] }, expect: allowed }
- { url: 'https://a.test/', client: plaintext, expect: connection closed }
- { url: 'https://a.test/', client: alice, at: 2099-01-01, expect: { outcome: [handshake rejected, connection closed] } }
- { url: 'https://a.test/', sni: b.example, expect: connection closed }
- { url: 'https://a.test/', port: 9, expect: connection refused }
- { url: 'https://t.test/', token: alice, expect: { workload: default/tokens } }
- { url: 'https://t.test/', token: { claims: { iss: 'https://other.test' } }, expect: unauthenticated }
- { url: 'https://t.test/', token: file, expect: undecided }
- { url: 'https://t.test/', method: NONSENSE, expect: 400 }
- { url: 'https://t.test/', method: NONSENSE, http2: true, expect: bad request }
- { url: 'http://httpbin.default:8000/', client: { inMesh: default/sleep }, expect: forbidden }
- { url: 'http://any.test/', client: in-mesh plaintext, service: default/httpbin, port: 8000, expect: forbidden }
`;

test('a file whose expectations are all met ends with 0', async () => {
  const { status, out, err } = await check(MET);
  expect({ status, out, err }).toEqual({ status: 0, out: '17 requests as expected\n', err: '' });
});

test('--verbose says what became of each', async () => {
  const { out } = await check('- { name: alice, url: \'https://a.test/\', client: alice, expect: allowed }\n', ['--verbose']);
  expect(out.split('\n')).toEqual(['1 request as expected', '', 'met   alice  sub/requests.yaml:9', '  got         allowed, reaches default/httpbin', '']);
});

const UNMET = `- name: bob gets in
  url: https://a.test/
  client: bob
  expect: allowed
- { name: alice, url: 'https://a.test/', client: alice, expect: { status: 403, policy: a/b, rule: 2, workload: a/b, upstreamPath: /z, upstreamHeaders: { x-cn: null, x-none: v } } }
- { name: fine, url: 'https://a.test/', client: alice, expect: allowed }
- { name: no headers, url: 'https://a.test/', client: bob, expect: { upstreamHeaders: { x: null } } }
`;

test('an expectation that is not met ends with 1, and tells the way of the request', async () => {
  const { status, out } = await check(UNMET);
  expect(status).toBe(1);
  expect(out).toContain(['3 of 4 requests not as expected', '',
    'unmet bob gets in  sub/requests.yaml:9',
    '  expected    allowed',
    '  got         403 forbidden at sidecar of default/httpbin',
    '  unmet       outcome is `forbidden`, expected `allowed`',
    '  handshake   server name a.test → port 443 (OPTIONAL_MUTUAL) of Gateway default/gateway'].join('\n'));
  expect(out).toContain('  expected    status 403, policy a/b, rule 2, reaches a/b, path `/z`, no header x-cn, header x-none\n                `v`\n');
  expect(out).toContain(['  unmet       status is none, expected `403`', 'policy is none, expected `a/b`', 'rule is none, expected `2`', 'workload is `default/httpbin`, expected `a/b`',
    'path is `/`, expected `/z`', 'header x-cn is `O=Example,CN=alice`, expected none', 'header x-none is not there, expected `v`'].join('\n              '));
  expect(out).toContain('no workload gets any headers');
  expect(out).not.toContain('fine');
});

test('JSON carries the same facts, and no token', async () => {
  const { status, out } = await check(`${UNMET}- { url: 'https://t.test/', token: file, expect: undecided }\n`, ['--format', 'json', '--at', '2030-01-31']);
  expect(status).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    met: 2,
    unmet: 3,
    requests: [
      { name: 'bob gets in', file: 'sub/requests.yaml', line: 9, met: false, expected: 'allowed', unmet: ['outcome is `forbidden`, expected `allowed`'], decision: { outcome: 'forbidden', status: 403, policy: 'default/allow' } },
      { name: 'alice' }, { name: 'fine', met: true, unmet: [] }, { name: 'no headers' },
      { name: 'GET https://t.test/, no certificate', decision: { alternatives: [{ upstreamHeaders: { authorization: 'Bearer (token)' } }, {}] } },
    ],
    refused: [],
  });
  expect(out).not.toContain(jwt.split('.')[1]);
});

test('JUnit has a case for each request, and a failure for each that is unmet', async () => {
  const { status, out } = await check(`${UNMET}- { name: "<&\\"'>\\u0007\\ud800\\n", url: 'https://a.test/', expect: 403 }\n`, ['--format', 'junit']);
  expect(status).toBe(1);
  expect(out).toContain('<testsuites tests="5" failures="3">');
  expect(out).toContain('<testcase name="bob gets in" classname="sub/requests.yaml" file="sub/requests.yaml" line="9">\n      <failure message="outcome is `forbidden`, expected `allowed`">expected allowed&#10;403 forbidden at');
  expect(out).toContain('<testcase name="&lt;&amp;&quot;\'&gt;\\x07\ufffd&#10;" classname');
});

test('options win over the file, and the schema is printed', async () => {
  const head = 'istioVersion: "1.27"\ntrustDomain: a\nrootNamespace: r\ncomplete: true\ncreatedTogether: true\nat: 2030-01-31\nharmless: [a/b]\nkeySets: { x: alice.jwt }\n'
    + 'workloads: [{ service: default/extra, port: 80, targetPort: 8080, protocol: http, labels: { app: extra }, serviceAccount: x, sidecar: false }]\nrequests:\n';
  const requests = '- { url: \'http://extra.default/\', client: { inMesh: default/x }, expect: { workload: default/extra } }\n';
  expect((await check(requests, [], head)).status).toBe(0);
  expect((await check(requests, ['--trust-domain', 'b', '--workload', 'default/x:80=a=b', '--keys', 'y=sub/alice.jwt'], head)).status).toBe(0);
  const { out } = await cli(['check', '--schema']);
  expect(JSON.parse(out)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', required: ['requests'] });
});

test.each([
  ['- { url: x, expect: allowed }', 'sub/requests.yaml:9:10: invalid URL `x`'],
  ['- { url: "https://a.test/", expct: allowed }', 'sub/requests.yaml:9:5: the field `expect` is missing\n  sub/requests.yaml:9:36: unknown field `expct`'],
  ['- { url: "https://a.test/", expect: allowed, client: carol }', 'no `carol` among the clients: expected `alice`, `bob`, `none`, `plaintext`, `in-mesh plaintext`'],
  ['- { url: "https://a.test/", expect: allowed, client: __proto__ }', 'no `__proto__` among the clients'],
  ['- { url: "https://a.test/", expect: allowed, token: carol }', 'no `carol` among the tokens: expected `alice`, `file`'],
  ['- { url: "https://a.test/", expect: allowed, token: {} }', 'a token has either `file` or `claims`'],
  ['- { url: "https://a.test/", expect: allowed, token: { file: missing.jwt } }', '9:46: cannot read token `sub/missing.jwt`: no such file'],
  ['- { url: "https://a.test/", expect: allowed, token: { file: alice.pem } }', 'it holds no JSON Web Token'],
  ['- { url: "https://a.test/", expect: allowed, token: { claims: { sub: a } } }', 'the claims of a token have no `iss`'],
  ['- { url: "https://a.test/", expect: allowed, client: { certificate: missing.pem } }', 'cannot read client certificate `sub/missing.pem`'],
  ['- { url: "https://a.test/", expect: allowed, client: { certificate: alice.jwt } }', '9:69: '],
  ['- { url: "https://a.test/", expect: allowed, client: { spiffe: x } }', '9:64: invalid SPIFFE ID `x`'],
  ['- { url: "https://a.test/", expect: allowed, client: { subject: x } }', '9:65: '],
  ['- { url: "https://a.test/", expect: allowed, client: { inMesh: a/b } }', 'a caller in the mesh sends `http://…`'],
  ['- { url: "http://a.test/", expect: allowed, at: yesterday }', 'invalid date `yesterday`'],
  ['- [', 'is no valid YAML'],
  ['', '`requests.yaml` is not as it should be:\n  sub/requests.yaml:8:1: expected a list; got `null`'],
])('%s is unreadable, with its position', async (requests, message) => {
  const { status, out, err } = await check(`${requests}\n`);
  expect(err).toContain(message.replace('`requests.yaml`', '`sub/requests.yaml`'));
  expect({ status, out }).toEqual({ status: 3, out: '' });
});

test.each([
  ['', 'holds nothing: expected one with `requests`'],
  ['a: 1\n---\nb: 2\n', 'holds 2 documents: expected one'],
  ['hello\n', '1:1: expected fields; got `"hello"`'],
])('a file with %j holds no requests', async (text, message) => {
  const { status, err } = await check('', [], text);
  expect(err).toContain(message);
  expect(status).toBe(3);
});

test.each([[[]], [['sub/requests.yaml']]])('%j is too little', async (args) => {
  const { status, err } = await cli(['check', ...args]);
  expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining('write `check requests.yaml dist/`') });
});
