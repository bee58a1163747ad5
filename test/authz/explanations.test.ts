import { authentication, gateway, http, https, inMesh, none, plaintext, policy, subject, virtualService, world } from './support/world';
import { Token } from '../../src/authz';

const GATEWAY = { from: [{ source: { principals: ['cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account'] } }] };
const servers = [https(['a.test'], { mode: 'MUTUAL', credentialName: 'edge' }), http(['*'])];
const secrets = { secrets: ['istio-system/edge', 'istio-system/edge-cacert'] };
const headers = { request: { remove: ['x-id'], set: { 'X-Cn': '%DOWNSTREAM_PEER_SUBJECT%', 'X-San': '%DOWNSTREAM_PEER_URI_SAN%' } } };
const route = virtualService({
  http: [{ headers, rewrite: { uri: '/inner' }, route: [{ destination: { host: 'httpbin', port: { number: 8000 } } }] }],
}, { name: 'route' });
const allow = policy({ rules: [{ ...GATEWAY, when: [{ key: 'request.headers[X-Cn]', values: ['O=Example,CN=client'] }] }] }, { name: 'allow' });
const deny = policy({ action: 'DENY', rules: [{ to: [{ operation: { paths: ['/inner/secret'] } }] }] }, { name: 'deny' });
const mesh = world([gateway(servers), route, allow, deny], secrets);
const request = { host: 'a.test', path: '/x' };

test('an allowed request is followed from the handshake to the workload', () => {
  expect(mesh.evaluate({ ...request, client: subject('/CN=client/O=Example'), headers: { 'x-san': 'forged', 'x-id': '1' } }).explain().split('\n')).toEqual([
    'allowed, reaches default/httpbin',
    '',
    '  handshake   server name a.test → port 443 (MUTUAL) of Gateway default/gateway',
    '              certificate O=Example,CN=client is taken for valid',
    '  gateway     istio-system/istio-ingressgateway (gateway): no policy selects it',
    '  route       VirtualService default/route → httpbin.default.svc.cluster.local:8000, as a.test/innerx',
    '              removes what the client sent as x-id',
    '              sets X-Cn to `O=Example,CN=client`',
    '              X-San keeps what the client sent, `forged`: `%DOWNSTREAM_PEER_URI_SAN%` is empty, and an empty value is not written',
    '  workload    default/httpbin (sidecar): no rule of `default/deny` denies; `default/allow` rule 1 allows',
  ]);
});

test('of a request that no rule allows the closest rule is told, with what it wants and what it got', () => {
  const decision = mesh.evaluate({ ...request, client: subject('/CN=alice/O=Example') });
  expect(decision).toMatchObject({ place: 'sidecar of default/httpbin', policy: 'default/allow', rule: 1 });
  expect(decision.unmet).toEqual([{ condition: 'when request.headers[X-Cn]', wants: 'wants `O=Example,CN=client`', found: '`O=Example,CN=alice`' }]);
  expect(decision.explain().split('\n')).toEqual([
    '403 forbidden at sidecar of default/httpbin',
    '',
    '  handshake   server name a.test → port 443 (MUTUAL) of Gateway default/gateway',
    '              certificate O=Example,CN=alice is taken for valid',
    '  gateway     istio-system/istio-ingressgateway (gateway): no policy selects it',
    '  route       VirtualService default/route → httpbin.default.svc.cluster.local:8000, as a.test/innerx',
    '              sets X-Cn to `O=Example,CN=alice`',
    '              X-San is not set: `%DOWNSTREAM_PEER_URI_SAN%` is empty',
    '  workload    no rule of `default/allow` matches; the closest, default/allow rule 1, fails at',
    '                when request.headers[X-Cn]: wants `O=Example,CN=client`, the request has `O=Example,CN=alice`',
  ]);
});

test('of a request that is denied the rule is told, and why it matches', () => {
  expect(mesh.evaluate({ ...request, path: '/inner/secret', client: inMesh(), service: 'default/httpbin' }).hops.slice(-2)).toEqual([
    { stage: 'workload', text: 'denied by `default/deny` rule 1' },
    { stage: 'workload', text: 'because to paths wants `/inner/secret`, and the request has `/inner/secret`' },
  ]);
});

test.each([
  ['without certificate', { ...request, client: none }, 'handshake rejected at gateway istio-system/istio-ingressgateway',
    { stage: 'handshake', text: 'port 443 (MUTUAL) of Gateway default/gateway demands a client certificate' }],
  ['for a port that is shut', { ...request, port: 9, client: none }, 'connection refused at gateway istio-system/istio-ingressgateway',
    { stage: 'handshake', text: 'nothing listens on port 9 of istio-system/istio-ingressgateway' }],
  ['for a host without route', { ...request, host: 'b.test', client: plaintext }, '404 not found at gateway istio-system/istio-ingressgateway',
    { stage: 'route', text: 'no VirtualService serves host `b.test` on port 80 (plain HTTP) of Gateway default/gateway' }],
])('the end of a request %s is the last thing told', (_what, asked, summary, last) => {
  const decision = mesh.evaluate(asked);
  expect(decision.summary()).toBe(summary);
  expect(decision.hops.slice(-1)).toEqual([last]);
});

test('a token that was accepted is told, and what refused another', () => {
  const issuer = 'https://idp.test';
  const guarded = world([gateway([http(['a.test'])]), virtualService({}), authentication({ selector: { matchLabels: { app: 'httpbin' } }, jwtRules: [{ issuer, jwksUri: 'https://idp.test/keys', audiences: ['a'] }] }, { name: 'idp' })]);
  const asked = (audience: string) => guarded.evaluate({ ...request, client: plaintext, token: Token.verified({ issuer, subject: 's', audiences: [audience] }) });
  expect(asked('a').hops).toContainEqual({ stage: 'workload', text: `the token of issuer ${issuer} is accepted by RequestAuthentication default/idp` });
  expect(asked('b').summary()).toBe('403 forbidden at sidecar of default/httpbin');
  expect(asked('b').hops.slice(-1)[0].text).toBe('the token is for `b`, default/idp wants `a` (RequestAuthentication default/idp)');
});

test('an undecided request is told with each possible answer and what it hangs on', () => {
  const open = world([gateway([http(['a.test'])]), virtualService({}), policy({ action: 'CUSTOM', provider: { name: 'check' }, rules: [{}] }, { name: 'external' })], { complete: false });
  const decision = open.evaluate({ ...request, client: plaintext });
  expect(decision.alternatives.map(({ unless }) => unless)).toEqual([[], ['the external authorizer check of default/external allows it']]);
  expect(decision.explain().split('\n').slice(-2)).toEqual([
    '  possible    allowed, reaches default/httpbin',
    '  possible    403 forbidden: the external authorizer `check` denies, at default/httpbin (sidecar); unless the external authorizer check of default/external allows it',
  ]);
});
