/* eslint-disable @stylistic/max-len -- tables, one case a line */
import { authentication, gateway, http, https, inMesh, none, plaintext, policy, virtualService, workload, world } from './support/world';
import { AccessRequest, Client, MeshOptions, Token } from '../../src/authz';

const issuer = 'https://idp.test';
const tokens = authentication({ selector: { matchLabels: { app: 'httpbin' } }, jwtRules: [{ issuer, jwksUri: 'https://idp.test/keys' }] }, { name: 'idp' });
const asked = { client: inMesh(), host: 'httpbin.default:8000', path: '/x' };
const rule = { when: (key: string, values: string[]) => ({ when: [{ key, values }] }), from: (source: object) => ({ from: [{ source }] }), to: (operation: object) => ({ to: [{ operation }] }) };
const token = (claims: object, subject?: string) => Token.verified({ issuer, subject, claims: claims as { [name: string]: unknown } });

/** The decision of a workload with one ALLOW rule. */
function decide(allowing: object, request: Partial<AccessRequest> = {}, options: MeshOptions = {}, more: object[] = []) {
  return world([tokens, policy({ selector: { matchLabels: { app: 'httpbin' } }, rules: [allowing] }, { name: 'only' }), ...more], options).evaluate({ ...asked, ...request });
}

const sleep = 'spiffe://cluster.local/ns/default/sa/sleep';

describe.each<[string, object, Partial<AccessRequest>]>([
  ['source.principal', rule.when('source.principal', ['cluster.local/ns/default/sa/sleep']), {}],
  ['principals', rule.from({ principals: ['*/sa/sleep'] }), {}],
  ['source.namespace', rule.when('source.namespace', ['default']), {}],
  ['namespaces', rule.from({ namespaces: ['def*'] }), {}],
  ['source.serviceAccount', rule.when('source.serviceAccount', ['sleep']), {}],
  ['source.trustDomain', rule.when('source.trustDomain', ['cluster.local']), {}],
  ['source.ip', rule.when('source.ip', ['10.0.0.0/8']), { clientIp: '10.1.2.3' }],
  ['ipBlocks', rule.from({ ipBlocks: ['10.1.2.3'] }), { clientIp: '10.1.2.3' }],
  ['remote.ip', rule.when('remote.ip', ['10.0.0.0/8']), { clientIp: '10.1.2.3' }],
  ['remoteIpBlocks', rule.from({ remoteIpBlocks: ['10.1.0.0/16'] }), { clientIp: '10.1.2.3' }],
  ['destination.port', rule.when('destination.port', ['8080']), {}],
  ['ports', rule.to({ ports: ['8080'] }), {}],
  ['hosts', rule.to({ hosts: ['httpbin.default:8000'] }), {}],
  ['methods', rule.to({ methods: ['GET'] }), {}],
  ['paths', rule.to({ paths: ['/x'] }), {}],
  ['request.headers', rule.when('request.headers[X-Id]', ['a']), { headers: { 'x-id': 'a' } }],
  ['request.auth.principal', rule.when('request.auth.principal', [`${issuer}/alice`]), { token: token({}, 'alice') }],
  ['requestPrincipals', rule.from({ requestPrincipals: [`${issuer}/*`] }), { token: token({}, 'alice') }],
  ['request.auth.audiences', rule.when('request.auth.audiences', ['a']), { token: token({ aud: ['b', 'a'] }) }],
  ['request.auth.presenter', rule.when('request.auth.presenter', ['app']), { token: token({ azp: 'app' }) }],
  ['request.auth.claims', rule.when('request.auth.claims[realm][roles]', ['admin']), { token: token({ realm: { roles: ['user', 'admin'] } }) }],
])('%s', (_name, allowing, request) => {
  test('is met', () => {
    expect(decide(allowing, request).outcome).toBe('allowed');
  });
});

test.each<[object, Partial<AccessRequest>, string, string, string]>([
  [rule.when('source.principal', ['a']), {}, 'when source.principal', 'wants `a`', sleep],
  [rule.when('source.principal', ['a']), { client: Client.inMeshPlaintext() }, 'when source.principal', 'wants `a`', 'plain text, no identity'],
  [rule.when('source.namespace', ['a', 'b']), {}, 'when source.namespace', 'wants `a` or `b`', sleep],
  [rule.when('source.serviceAccount', ['other/sleep']), {}, 'when source.serviceAccount', 'wants `other/sleep`', sleep],
  [rule.when('source.trustDomain', ['a']), {}, 'when source.trustDomain', 'wants `a`', sleep],
  [rule.from({ notPrincipals: ['*'] }), {}, 'from principals', 'forbids `*`', sleep],
  [rule.from({ ipBlocks: ['10.0.0.0/8'] }), { clientIp: '11.0.0.1' }, 'from ipBlocks', 'wants `10.0.0.0/8`', '11.0.0.1'],
  [rule.when('source.ip', ['10.0.0.0/8']), { clientIp: '11.0.0.1' }, 'when source.ip', 'wants `10.0.0.0/8`', '11.0.0.1'],
  [rule.when('remote.ip', ['10.0.0.0/8']), { clientIp: '11.0.0.1' }, 'when remote.ip', 'wants `10.0.0.0/8`', '11.0.0.1'],
  [rule.when('destination.port', ['8000']), {}, 'when destination.port', 'wants `8000`', '8080'],
  [rule.to({ hosts: ['a'] }), {}, 'to hosts', 'wants `a`', '`httpbin.default:8000`'],
  [rule.to({ methods: ['POST'] }), {}, 'to methods', 'wants `POST`', '`GET`'],
  [rule.to({ paths: ['/y'] }), {}, 'to paths', 'wants `/y`', '`/x`'],
  [rule.when('request.headers[X-Id]', ['a']), {}, 'when request.headers[X-Id]', 'wants `a`', 'no such header'],
  [rule.when('request.headers[X-Id]', ['a']), { repeatedHeaders: { 'x-id': ['b', 'c'] } }, 'when request.headers[X-Id]', 'wants `a`', '`b` and `c`'],
  [rule.from({ requestPrincipals: ['a'] }), {}, 'from requestPrincipals', 'wants `a`', 'no verified token'],
  [rule.from({ requestPrincipals: ['a'] }), { token: token({}, 'alice') }, 'from requestPrincipals', 'wants `a`', `${issuer}/alice`],
  [rule.from({ requestPrincipals: ['a'] }), { token: token({}) }, 'from requestPrincipals', 'wants `a`', `${issuer}/no such claim`],
  [rule.when('request.auth.audiences', ['a']), {}, 'when request.auth.audiences', 'wants `a`', 'no verified token'],
  [rule.when('request.auth.audiences', ['a']), { token: token({ aud: 'b' }) }, 'when request.auth.audiences', 'wants `a`', expect.stringContaining('b')],
  [rule.when('request.auth.presenter', ['a']), { token: token({}) }, 'when request.auth.presenter', 'wants `a`', 'no such claim'],
  [rule.when('request.auth.claims[groups]', ['a']), { token: token({ groups: ['b', 'c'] }) }, 'when request.auth.claims[groups]', 'wants `a`', '["b","c"]'],
])('%j is not met by %j: the decision says what it wants and what it got', (allowing, request, condition, wants, found) => {
  const decision = decide(allowing, request);
  expect(decision).toMatchObject({ outcome: 'forbidden', policy: 'default/only', rule: 1 });
  expect(decision.unmet).toEqual([{ condition, wants, found }]);
});

test.each<[object, string]>([
  [rule.from({ ipBlocks: ['10.0.0.0/8'] }), 'the address of the peer is in 10.0.0.0/8'],
  [rule.when('source.ip', ['10.0.0.0/8']), 'the address of the peer is in 10.0.0.0/8'],
  [rule.from({ remoteIpBlocks: ['10.0.0.0/8'] }), 'the address of the client is in 10.0.0.0/8'],
  [rule.when('remote.ip', ['10.0.0.0/8']), 'the address of the client is in 10.0.0.0/8'],
  [rule.when('destination.ip', ['10.0.0.0/8']), 'the address of the pod is in 10.0.0.0/8'],
  [rule.when('experimental.envoy.filters.network.mysql_proxy[a.b]', ['[select]']), 'experimental.envoy.filters.network.mysql_proxy[a.b] is [select]'],
])('%j is open, and the decision says on what it hangs', (allowing, fact) => {
  const decision = decide(allowing);
  expect(decision.outcome).toBe('undecided');
  expect(decision.alternatives.map(({ outcome, unless }) => [outcome, unless])).toEqual([['allowed', []], ['forbidden', [fact]]]);
});

test('header lines are compared one by one, and before the fix joined', () => {
  const joined = { repeatedHeaders: { 'x-id': ['a', 'b'] } };
  expect(decide(rule.when('request.headers[x-id]', ['a']), joined).outcome).toBe('allowed');
  expect(decide(rule.when('request.headers[x-id]', ['a']), joined, { istioVersion: '1.27.0' }).outcome).toBe('forbidden');
  expect(decide(rule.when('request.headers[x-id]', ['a,b']), joined, { istioVersion: '1.27.0' }).outcome).toBe('allowed');
  expect(decide(rule.when('request.headers[x-id]', ['a']), { headers: { 'x-id': 'a' } }, { istioVersion: '1.27.0' }).outcome).toBe('allowed');
});

test.each(['principals', 'trustDomains'])('aliases of the trust domain stand for it in %s', (field) => {
  const values = field === 'principals' ? ['old/ns/default/sa/sleep'] : ['old'];
  const options = { trustDomainAliases: ['old'] };
  const allowing = field === 'principals' ? rule.from({ principals: values }) : rule.when('source.trustDomain', values);
  expect(decide(allowing, {}, options).outcome).toBe('allowed');
  expect(decide(allowing).outcome).toBe('forbidden');
});

describe('at the gateway', () => {
  const edge = [gateway([http(['a.test']), https(['a.test'], { mode: 'SIMPLE', credentialName: 'edge' })]), virtualService({})];
  const guarded = (when: object) => world([...edge, policy({ rules: [when] }, { name: 'edge', namespace: 'istio-system' })], { secrets: ['istio-system/edge'] });

  test('the server name is that of the handshake', () => {
    const mesh = guarded({ ...rule.when('connection.sni', ['a.*']) });
    const outsider = { host: 'a.test', path: '/', client: none };
    expect(mesh.evaluate(outsider).place).not.toBe('gateway istio-system/istio-ingressgateway');
    expect(mesh.evaluate({ ...outsider, client: plaintext }).unmet).toEqual([{ condition: 'when connection.sni', wants: 'wants `a.*`', found: 'no server name' }]);
    expect(guarded(rule.when('connection.sni', ['b.test'])).evaluate(outsider).unmet).toEqual([{ condition: 'when connection.sni', wants: 'wants `b.test`', found: 'a.test' }]);
  });

  test('a header that the gateway writes is there, and its value is open', () => {
    const outsider = { host: 'a.test', path: '/', client: plaintext, service: undefined };
    const decision = guarded(rule.when('request.headers[x-request-id]', ['a'])).evaluate(outsider);
    expect(decision.outcome).toBe('undecided');
    expect(decision.reason).toContain('unless header x-request-id (random) matches `a`');
    expect(guarded(rule.when('request.headers[x-request-id]', ['*'])).evaluate(outsider).place).not.toBe('gateway istio-system/istio-ingressgateway');
    expect(guarded(rule.when('request.headers[x-forwarded-for]', ['1.1.1.1'])).evaluate(outsider).reason).toContain('header x-forwarded-for (addresses on the way) matches `1.1.1.1`');
    expect(guarded(rule.when('request.headers[x-forwarded-proto]', ['http'])).evaluate(outsider).place).not.toBe('gateway istio-system/istio-ingressgateway');
    expect(guarded(rule.when('request.headers[x-envoy-original-path]', ['*'])).evaluate({ ...outsider, headers: { 'x-envoy-original-path': '/' } }).outcome).toBe('forbidden');
    expect(guarded(rule.when('request.headers[x-envoy-max-retries]', ['*'])).evaluate({ ...outsider, headers: { 'x-envoy-max-retries': '1' } }).place).not.toBe('gateway istio-system/istio-ingressgateway');
  });
});

describe('on a TCP port', () => {
  const ports = [{ name: 'tcp', port: 9000, targetPort: 9000 }];
  const decideTcp = (given: object) => world([...workload('db', { ports }), policy({ selector: { matchLabels: { app: 'db' } }, ...given }, { name: 'db' })])
    .evaluate({ client: inMesh(), host: 'db.default', path: '/', port: 9000, clientIp: '10.0.0.1' });

  test.each<object>([
    rule.from({ principals: ['*/sa/sleep'] }), rule.from({ namespaces: ['default'] }), rule.from({ ipBlocks: ['10.0.0.1'] }), rule.from({ remoteIpBlocks: ['10.0.0.1'] }), rule.to({ ports: ['9000'] }),
    rule.when('source.principal', ['*']), { from: [{ source: { principals: ['*'] } }], to: [{ operation: { ports: ['1'] } }, { operation: { ports: ['9000'] } }] },
  ])('%j allows', (given) => {
    expect(decideTcp({ rules: [given] }).outcome).toBe('allowed');
  });

  test.each<object>([
    rule.to({ paths: ['/'] }), rule.to({ methods: ['GET'] }), rule.to({ hosts: ['*'] }), rule.when('request.headers[x]', ['*']), rule.from({ requestPrincipals: ['*'] }),
    rule.when('request.auth.claims[a]', ['*']), rule.when('request.auth.audiences', ['*']),
  ])('%j is HTTP, so that its ALLOW rule vanishes and a DENY rule keeps the rest', (given) => {
    expect(decideTcp({ rules: [given] })).toMatchObject({ outcome: 'connection closed', reason: '`default/db` allows nobody, at default/db (sidecar)' });
    expect(decideTcp({ action: 'DENY', rules: [given] })).toMatchObject({ outcome: 'connection closed', policy: 'default/db' });
  });
});

test.each<[object, string]>([
  [{ from: [{ source: { principals: ['*'] } }], to: [{ operation: { methods: ['POST'] } }, { operation: { methods: ['GET'] } }] }, 'allowed'],
  [{ from: [{ source: { namespaces: ['a'] } }, { source: { namespaces: ['default'] } }], to: [{ operation: { methods: ['GET'] } }] }, 'allowed'],
  [{ from: [{ source: { namespaces: ['a'] } }, { source: { namespaces: ['b'] } }], to: [{ operation: { methods: ['GET'] } }] }, 'forbidden'],
  [{ from: [{ source: { namespaces: ['default'] } }], to: [{ operation: { methods: ['POST'] } }] }, 'forbidden'],
  [{ to: [{ operation: { methods: ['GET'], notPaths: ['/x'] } }] }, 'forbidden'],
  [{ to: [{ operation: { methods: ['GET'], notPaths: ['/y'] } }] }, 'allowed'],
  [{ to: [{ operation: { ports: ['8080'] } }], when: [{ key: 'destination.port', values: ['1'] }] }, 'forbidden'],
  [{ from: [{ source: { namespaces: ['default'] } }], when: [{ key: 'source.namespace', notValues: ['default'] }] }, 'forbidden'],
])('of a rule one source, one operation and all conditions have to hold: %j: %s', (allowing, outcome) => {
  expect(decide(allowing).outcome).toBe(outcome);
});
