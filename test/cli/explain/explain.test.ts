import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { secret } from '../../authz/support/certificates';
import { authentication, gateway, http, https, ingress, policy, virtualService, workload } from '../../authz/support/world';
import { certificate, CLIENT_AUTH, authority } from '../../x509/certificate-builder';
import { cli, expectDiscreet, Surroundings, temporaryDirectory } from '../support/run';

const home = temporaryDirectory();
const previous = process.cwd();
beforeAll(() => process.chdir(home));
afterAll(() => process.chdir(previous));

const ca = authority({ subject: '/CN=client ca' });
const issuer = 'https://idp.test';
const objects = [
  ...ingress, ...workload('httpbin'), ...workload('tokens'),
  gateway([https(['*.test'], { mode: 'OPTIONAL_MUTUAL', credentialName: 'edge' }), http(['*.test'])]),
  secret('edge-cacert', { cacert: ca.pem }),
  virtualService({ hosts: ['a.test'], http: [{ headers: { request: { set: { 'X-Cn': '%DOWNSTREAM_PEER_SUBJECT%' } } }, route: [{ destination: { host: 'httpbin', port: { number: 8000 } } }] }] }, { name: 'route' }),
  virtualService({ hosts: ['t.test'], http: [{ route: [{ destination: { host: 'tokens', port: { number: 8000 } } }] }] }, { name: 'tokens' }),
  policy({ selector: { matchLabels: { app: 'httpbin' } }, rules: [{ when: [{ key: 'request.headers[X-Cn]', values: ['O=Example,CN=alice'] }] }] }, { name: 'allow' }),
  authentication({ selector: { matchLabels: { app: 'tokens' } }, jwtRules: [{ issuer, jwksUri: 'https://idp.test/keys', forwardOriginalToken: true }] }, { name: 'idp' }),
  policy({ selector: { matchLabels: { app: 'tokens' } }, rules: [{ from: [{ source: { requestPrincipals: [`${issuer}/alice`] } }] }] }, { name: 'tokens' }),
];
writeFileSync(join(home, 'mesh.yaml'), objects.map((object) => stringify(object)).join('---\n'));
writeFileSync(join(home, 'alice.pem'), certificate({ subject: '/CN=alice/O=Example', purposes: [CLIENT_AUTH], issuer: ca }));
const strangers = authority({ subject: '/CN=other' });
writeFileSync(join(home, 'stranger.pem'), certificate({ subject: '/CN=alice/O=Example', purposes: [CLIENT_AUTH], issuer: strangers }));

async function explain(args: string[], surroundings: Surroundings = {}) {
  const outcome = await cli(['explain', 'mesh.yaml', '--secret', 'istio-system/edge', ...args], surroundings);
  expectDiscreet(outcome);
  return outcome;
}

async function told(...args: string[]) {
  const { status, out, err } = await explain(args);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  return out;
}

test('the answer comes first, then every step, within 100 columns', async () => {
  const out = await told('--cert', 'alice.pem', 'https://a.test/x');
  expect(out.split('\n')).toEqual([
    'allowed, reaches default/httpbin',
    '',
    '  handshake   server name a.test → port 443 (OPTIONAL_MUTUAL) of Gateway default/gateway',
    '              certificate O=Example,CN=alice chains to istio-system/edge-cacert',
    '  gateway     istio-system/istio-ingressgateway (gateway): no policy selects it',
    '  route       VirtualService default/route → httpbin.default.svc.cluster.local:8000',
    '              sets X-Cn to `O=Example,CN=alice`',
    '  workload    default/httpbin (sidecar): `default/allow` rule 1 allows',
    '',
  ]);
});

test('of a refused request the closest rule is told, what it wants and what it got', async () => {
  const out = await told('--subject', '/CN=bob/O=Example', 'https://a.test/x');
  expect(out.split('\n')[0]).toBe('403 forbidden at sidecar of default/httpbin');
  expect(out).toContain([
    '  workload    no rule of `default/allow` matches; the closest, default/allow rule 1, fails at',
    '                when request.headers[X-Cn]: wants `O=Example,CN=alice`, the request has',
    '                  `O=Example,CN=bob`',
  ].join('\n'));
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});

test.each([
  [['--cert', 'stranger.pem', 'https://a.test/'], 'handshake rejected at gateway istio-system/istio-ingressgateway'],
  [['--no-cert', 'https://a.test/'], '403 forbidden at sidecar of default/httpbin'],
  [['http://a.test/', '-H', 'X-Cn: O=Example,CN=alice'], 'allowed, reaches default/httpbin'],
  [['--plaintext', 'https://a.test/'], 'connection closed at gateway istio-system/istio-ingressgateway'],
  [['--in-mesh', 'default/sleep', 'http://httpbin.default:8000/', '-H', 'X-Cn:O=Example,CN=alice'], 'allowed, reaches default/httpbin'],
  [['--in-mesh', 'spiffe://other/ns/a/sa/b', 'http://httpbin.default:8000/'], 'handshake rejected at sidecar of default/httpbin'],
  [['--in-mesh-plaintext', 'http://a.test/', '--service', 'default/httpbin', '--port', '8000'], '403 forbidden at sidecar of default/httpbin'],
  [['https://a.test/', '--sni', 'b.example'], 'connection closed at gateway istio-system/istio-ingressgateway'],
  [['https://a.test/', '--port', '9'], 'connection refused at gateway istio-system/istio-ingressgateway'],
  [['https://t.test/', '--claims', `{"iss":"${issuer}","sub":"alice"}`], 'allowed, reaches default/tokens'],
  [['https://t.test/', '--claims', `{"iss":"${issuer}","sub":"bob"}`], '403 forbidden at sidecar of default/tokens'],
  [['https://t.test/', '--claims', '{"iss":"https://other.test","sub":"bob"}'], '401 unauthenticated at sidecar of default/tokens'],
  [['https://a.test/', '-X', 'NONSENSE'], '400 bad request at gateway istio-system/istio-ingressgateway'],
  [['https://a.test/', '-X', 'NONSENSE', '--http2'], '400 bad request at sidecar of default/httpbin'],
  [['https://a.test/', '--cert', 'alice.pem', '--at', '2099-01-01'], 'handshake rejected at gateway istio-system/istio-ingressgateway'],
])('%j: %s', async (args, answer) => {
  expect((await told(...args)).split('\n')[0]).toBe(answer);
});

test('JSON says the same facts, and never the token', async () => {
  const jwt = [{ alg: 'RS256' }, { iss: issuer, sub: 'alice' }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + '.c2ln';
  writeFileSync(join(home, 'token.jwt'), `${jwt}\n`);
  const { out } = await explain(['--token', 'token.jwt', '--format', 'json', '--at', '2030-01-31', 'https://t.test/x']);
  expect(JSON.parse(out)).toMatchObject({
    url: 'https://t.test/x',
    client: 'no certificate',
    at: '2030-01-31T00:00:00Z',
    outcome: 'undecided',
    alternatives: [
      { outcome: 'allowed', workload: 'default/tokens', upstreamPath: '/x', upstreamHeaders: { authorization: 'Bearer (token)', host: 't.test' } },
      { outcome: 'unauthenticated', status: 401, place: 'sidecar of default/tokens', policy: 'default/idp', unless: [`the keys of issuer ${issuer} verify the token`] },
    ],
    refused: [],
  });
  expect(out).not.toContain(jwt.split('.')[1]);
  const { out: text } = await explain(['--token', '-', 'https://t.test/x'], { input: jwt });
  expect(text).toContain('  either      allowed, reaches default/tokens\n  or          401 unauthenticated: ');
  expect(text).toContain('  cure        give the keys of the issuer: --keys <jwksUri>=<file>');
});

test('objects that take no effect are told', async () => {
  writeFileSync(join(home, 'refused.yaml'), stringify(policy({ selector: { matchLabels: { app: 'x' } }, targetRefs: [{ kind: 'Service', group: '', name: 'x' }], rules: [{}] }, { name: 'both' })));
  const { out } = await explain(['refused.yaml', 'https://a.test/']);
  expect(out).toMatch(/^ {2}no effect +AuthorizationPolicy default\/both: /m);
});

test('pods that are not among the manifests can be described, and the cure says how', async () => {
  writeFileSync(join(home, 'app.yaml'), [...ingress, objects.find(({ kind }) => kind === 'Gateway'), ...objects.slice(-5, -3), objects.find(({ metadata }) => metadata.name === 'allow')].map((object) => stringify(object)).join('---\n'));
  const open = await cli(['explain', 'app.yaml', 'http://a.test/']);
  expect(open.out).toContain('  cure        add the Deployment and the Service, or say which labels the pods carry: --workload');
  const { out } = await cli(['explain', 'app.yaml', 'http://a.test/', '--workload', 'default/httpbin:8000:8080=app=httpbin,version=v1']);
  expect(out.split('\n')[0]).toBe('403 forbidden at sidecar of default/httpbin');
});

test.each([
  [2, ['mesh.yaml'], 'no URL: give one'],
  [2, ['mesh.yaml', 'https://a.test/', 'https://b.test/'], 'more than one URL'],
  [2, ['https://a.test/'], 'no manifests: give files'],
  [2, ['mesh.yaml', 'ftp://a.test/'], 'invalid URL `ftp://a.test/`'],
  [2, ['mesh.yaml', 'https://a.test/', '--in-mesh', 'default/sleep'], 'a caller in the mesh sends `http://…`'],
  [2, ['mesh.yaml', 'http://a.test/', '--in-mesh', 'sleep'], 'invalid caller `sleep`: expected `<namespace>/<service account>` or a SPIFFE ID'],
  [2, ['mesh.yaml', 'http://a.test/', '--spiffe', 'spiffe://a/b'], 'a client certificate goes with `https://…`'],
  [2, ['mesh.yaml', 'https://a.test/', '--cert', 'alice.pem', '--dns', 'x'], 'a request has one client'],
  [2, ['mesh.yaml', 'https://a.test/', '-H', 'nonsense'], 'invalid header `nonsense`: expected `Name: value`'],
  [2, ['mesh.yaml', 'https://a.test/', '--port', '0'], 'invalid port `0`'],
  [2, ['mesh.yaml', 'https://a.test/', '--istio-version', '1.9'], 'unknown Istio version `1.9`'],
  [2, ['mesh.yaml', 'https://a.test/', '--claims', '{'], '--claims: no valid JSON'],
  [2, ['mesh.yaml', 'https://a.test/', '--claims', '{"sub":"a"}'], '--claims: the claims of a token have no `iss`'],
  [2, ['mesh.yaml', 'https://a.test/', '--claims', '{"iss":"a"}', '--token', 'x'], '--token and --claims exclude each other'],
  [2, ['-', 'https://a.test/', '--token', '-'], 'standard input (`-`) can be read once only'],
  [2, ['mesh.yaml', 'https://a.test/', '--workload', 'httpbin'], 'invalid workload `httpbin`'],
  [2, ['mesh.yaml', 'https://a.test/', '--workload', 'a/b:1=c'], 'invalid workload `a/b:1=c`'],
  [2, ['mesh.yaml', 'https://a.test/', '--keys', 'x'], 'invalid key set `x`'],
  [2, ['mesh.yaml', 'http://a.test/', '--in-mesh', 'a/b', '--service', 'x'], 'invalid service `x`'],
  [3, ['mesh.yaml', 'https://a.test/', '--keys', 'x=missing.json'], 'cannot read key set `missing.json`'],
  [3, ['missing.yaml', 'https://a.test/'], 'cannot read manifest `missing.yaml`'],
  [3, ['mesh.yaml', 'https://a.test/', '--cert', 'missing.pem'], 'cannot read client certificate `missing.pem`'],
  [3, ['mesh.yaml', 'https://a.test/', '--cert', 'mesh.yaml'], 'client certificate `mesh.yaml`'],
  [3, ['mesh.yaml', 'https://a.test/', '--token', 'mesh.yaml'], 'token `mesh.yaml`: it holds no JSON Web Token'],
])('exit status %i: %j', async (status, args, message) => {
  const outcome = await cli(['explain', ...args]);
  expectDiscreet(outcome);
  expect(outcome.err).toContain(message);
  expect({ status: outcome.status, out: outcome.out }).toEqual({ status, out: '' });
});

test('names from manifests cannot steer a terminal nor fake a line', async () => {
  writeFileSync(join(home, 'evil.yaml'), [...ingress, gateway([http(['a.test'])]), virtualService({ hosts: ['a.test'] }, { name: 'x\u001b[31m\nallowed, reaches default/x' })].map((object) => stringify(object)).join('---\n'));
  const { out } = await cli(['explain', 'evil.yaml', 'http://a.test/']);
  expect(out).toContain('x\\x1b[31m\\nallowed');
  expect(out).not.toContain('\u001b');
  expect(out).not.toMatch(/^allowed, reaches default\/x/m);
});

test('colour is for terminals', async () => {
  expect((await explain(['http://a.test/'], { colour: true })).out).toContain('\u001b[31m');
  expect((await explain(['http://t.test/', '--claims', `{"iss":"${issuer}","sub":"alice"}`], { colour: true })).out).toContain('\u001b[32mallowed');
});
