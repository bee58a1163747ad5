import { answer, gateway, GATEWAY_LABELS, GATEWAY_PRINCIPAL, http, inMesh, peerAuthentication, plaintext, policy, spiffe, subject, virtualService, workload, world } from './support/world';
import { AccessRequest, Client, Mesh, MeshOptions } from '../../src/authz';

const request = { client: plaintext, host: 'a.test', path: '/x' };
const routes = [gateway([http(['*'])]), virtualService({ hosts: ['*.test'] })];
const ask = (
  documents: any[],
  more: Partial<AccessRequest> = {},
  options: MeshOptions = {},
) => answer(world([...routes, ...documents], options).evaluate({ ...request, ...more }));
const atHttpbin = (spec: object, metadata: object = {}) => policy({ selector: { matchLabels: { app: 'httpbin' } }, ...spec }, metadata);
const atGateway = (spec: object) => policy({ selector: { matchLabels: GATEWAY_LABELS }, ...spec }, { namespace: 'istio-system' });
const inside = (rules: object[], action = 'ALLOW') => world([...routes, atHttpbin({ action, rules })]);
const direct = (mesh: Mesh, client = inMesh(), more: Partial<AccessRequest> = {}) => answer(mesh.evaluate({ ...request, client, service: 'default/httpbin', ...more }));

describe('empty forms', () => {
  test.each<[string, object | null, string | number]>([
    ['no policy content allows nobody', {}, 403],
    ['`spec` absent allows nobody', null, 403],
    ['`rules: []` allows nobody', { rules: [] }, 403],
    ['`rules: [{}]` allows everybody', { rules: [{}] }, 200],
    ['`from: []` is no `from`', { rules: [{ from: [] }] }, 200],
    ['`to: []` and `when: []` are none', { rules: [{ to: [], when: [] }] }, 200],
    ['an empty rule of a DENY denies everybody', { action: 'DENY', rules: [{}] }, 403],
    ['AUDIT changes nothing', { action: 'AUDIT', rules: [{}] }, 200],
  ])('%s', (_name, spec, expected) => {
    expect(ask([policy(spec)])).toBe(expected);
  });

  test('a dry run enforces nothing', () => {
    expect(ask([policy({ rules: [] }, { annotations: { 'istio.io/dry-run': 'true' } })])).toBe(200);
  });
});

describe('selection', () => {
  test.each<[string, any, string | number]>([
    ['the namespace of the workload', policy({}), 403],
    ['the root namespace, everywhere', policy({}, { namespace: 'istio-system' }), 403],
    ['another namespace has no effect', policy({}, { namespace: 'other' }), 200],
    ['labels that the pods carry', policy({ selector: { matchLabels: { app: 'httpbin' } } }), 403],
    ['labels that they do not carry', policy({ selector: { matchLabels: { app: 'other' } } }), 200],
    ['one label of two', policy({ selector: { matchLabels: { app: 'httpbin', version: 'v1' } } }), 200],
    ['labels in the root namespace', policy({ selector: { matchLabels: { app: 'httpbin' } } }, { namespace: 'istio-system' }), 403],
    ['targetRefs are for Gateway API objects', policy({ targetRefs: [{ kind: 'Gateway', group: 'gateway.networking.k8s.io', name: 'gateway' }] }), 200],
    ['the gateway', policy({ selector: { matchLabels: { istio: 'ingressgateway' } } }, { namespace: 'istio-system' }), 403],
    ['the gateway from another namespace', policy({ selector: { matchLabels: { istio: 'ingressgateway' } } }), 200],
  ])('%s', (_name, document, expected) => {
    expect(ask([document])).toBe(expected);
  });

  test('a workload without sidecar enforces nothing', () => {
    const open = world([...routes, ...workload('httpbin', { sidecar: false }), policy({})]);
    expect(answer(open.evaluate(request))).toBe(200);
  });
});

describe('combination', () => {
  test('DENY trumps ALLOW', () => {
    expect(ask([atHttpbin({ rules: [{}] }), atHttpbin({ action: 'DENY', rules: [{ to: [{ operation: { paths: ['/x'] } }] }] })])).toBe(403);
  });

  test('parts of one source are ANDed, values ORed, sources ORed', () => {
    const rule = { from: [{ source: { principals: [GATEWAY_PRINCIPAL, 'x'], namespaces: ['other'] } }, { source: { namespaces: ['istio-system'] } }] };
    expect(ask([atHttpbin({ rules: [rule] })])).toBe(200);
    expect(ask([atHttpbin({ rules: [{ from: [rule.from[0]] }] })])).toBe(403);
  });

  test.each([
    [{ paths: ['/x'], notPaths: ['/x'] }, 403],
    [{ paths: ['/*'], notPaths: ['/y'] }, 200],
    [{ methods: ['GET'], paths: ['/y'] }, 403],
    [{ notMethods: ['GET'] }, 403],
    [{ ports: ['8080'] }, 200],
    [{ ports: ['8000'] }, 403],
    [{ notPorts: ['8000'] }, 200],
  ])('operation %j', (operation, expected) => {
    expect(ask([atHttpbin({ rules: [{ to: [{ operation }] }] })])).toBe(expected);
  });

  test('the reason names the closest rule and what failed', () => {
    const decision = world([...routes, atHttpbin({
      rules: [{ when: [{ key: 'request.headers[x-id]', values: ['a', 'b'] }] }, { to: [{ operation: { methods: ['PUT'], paths: ['/y'] } }] }],
    }, { name: 'only' })]).evaluate({ ...request, headers: { 'X-Id': 'c' } });
    expect(decision).toMatchObject({ outcome: 'forbidden', policy: 'default/only', rule: 1, status: 403 });
    expect(decision.reason).toBe('no ALLOW rule matches; closest is `default/only` rule 1 when request.headers[x-id]: wants `a` or `b`, the request has `c`, at default/httpbin (sidecar)');
  });
});

describe('hosts', () => {
  test.each([
    ['a.test', ['a.test'], 200],
    ['A.Test', ['a.test'], 200],
    ['a.test:80', ['a.test'], 403],
    ['a.test:80', ['a.test', 'a.test:*'], 200],
    ['a.test', ['*.test'], 200],
    ['a.test:9', ['*.test'], 403],
    ['a.test:9', ['*.test:*'], 403],
    ['a.test', ['*'], 200],
    ['a.test', ['A.TEST'], 200],
    ['a.test', ['a.*'], 200],
  ])('host %s and value %j', (host, hosts, expected) => {
    expect(ask([atHttpbin({ rules: [{ to: [{ operation: { hosts } }] }] })], { host })).toBe(expected);
  });
});

describe('paths', () => {
  test.each([
    ['/x', ['/x'], 200],
    ['/X', ['/x'], 403],
    ['/x/', ['/x'], 403],
    ['/x?y=1', ['/x'], 200],
    ['/x/y', ['/x*'], 200],
    ['/a/x', ['*/x'], 200],
    ['/a/b/c', ['/a/*/c'], 403],
    ['/axb', ['*x*'], 403],
    ['/a/b', ['/{*}/b'], 200],
    ['/a/b/c', ['/{*}/c'], 403],
    ['/a/', ['/a/{**}'], 200],
    ['/a', ['/a/{**}'], 403],
    ['/a/b/c', ['/a/{**}'], 200],
    ['/a/b/c', ['/{**}/c'], 200],
    ['/a/[b]', ['/a/{*}'], 403],
    ['/a/*', ['/a/{*}'], 200],
    ['/a/%41', ['/a/A'], 200],
  ])('path %s and value %j', (path, paths, expected) => {
    expect(ask([atHttpbin({ rules: [{ to: [{ operation: { paths } }] }] })], { path })).toBe(expected);
  });

  test('a template without leading slash makes every proxy crash', () => {
    expect(ask([atHttpbin({ rules: [{ to: [{ operation: { paths: ['a/{*}'] } }] }] })])).toBe(503);
    expect(ask([atGateway({ rules: [{ to: [{ operation: { paths: ['a/{*}'] } }] }] })])).toBe('connection refused');
  });
});

describe('header conditions', () => {
  const when = (condition: object, action = 'ALLOW') => atHttpbin({ action, rules: [{ when: [{ key: 'request.headers[X-Id]', ...condition }] }] });

  test.each<[string, object, object, string | number]>([
    ['exact', { values: ['a'] }, { headers: { 'x-id': 'a' } }, 200],
    ['case counts', { values: ['a'] }, { headers: { 'x-id': 'A' } }, 403],
    ['absent', { values: ['a'] }, {}, 403],
    ['`*` is presence', { values: ['*'] }, { headers: { 'x-id': 'a' } }, 200],
    ['`*` is also an empty value', { values: ['*'] }, { headers: { 'x-id': '' } }, 200],
    ['`*` and absent', { values: ['*'] }, {}, 403],
    ['prefix', { values: ['a*'] }, { headers: { 'x-id': 'abc' } }, 200],
    ['suffix', { values: ['*c'] }, { headers: { 'x-id': 'abc' } }, 200],
    ['notValues and absent', { notValues: ['a'] }, {}, 200],
    ['notValues and hit', { notValues: ['a'] }, { headers: { 'x-id': 'a' } }, 403],
    ['one line of two', { values: ['a'] }, { repeatedHeaders: { 'x-id': ['b', 'a'] } }, 200],
    ['notValues, one line of two', { notValues: ['bad'] }, { repeatedHeaders: { 'x-id': ['good', 'bad'] } }, 403],
    ['a list in one line is one value', { values: ['a'] }, { headers: { 'x-id': 'a,b' } }, 403],
  ])('%s', (_name, condition, more, expected) => {
    expect(ask([when(condition)], more)).toBe(expected);
  });

  test('DENY with notValues is escaped by one good line', () => {
    expect(ask([when({ notValues: ['good'] }, 'DENY')], { repeatedHeaders: { 'x-id': ['good', 'bad'] } })).toBe(200);
  });

  test('versions before the fix join the lines', () => {
    const repeated = { repeatedHeaders: { 'x-id': ['a', 'b'] } };
    expect(ask([when({ values: ['a'] }, 'DENY')], repeated, { istioVersion: '1.29.0' })).toBe(200);
    expect(ask([when({ values: ['a'] }, 'DENY')], repeated, { istioVersion: '1.29.1' })).toBe(403);
  });

  test('a key with words before the bracket passes the webhook and drops an ALLOW rule', () => {
    const rule = { when: [{ key: 'request.headersX[a]', values: ['b'] }] };
    expect(ask([atHttpbin({ rules: [rule] })])).toBe(403);
    expect(ask([atHttpbin({ action: 'DENY', rules: [rule] })])).toBe(403);
  });
});

describe('principals of callers in the mesh', () => {
  test.each([
    [['cluster.local/ns/default/sa/sleep'], 200],
    [['cluster.local/ns/default/sa/other'], 403],
    [['spiffe://cluster.local/ns/default/sa/sleep'], 403],
    [['*/sa/sleep'], 200],
    [['cluster.local/*'], 200],
    [['*'], 200],
    [['*/ns/default/sa/sleep'], 200],
  ])('principals %j', (principals, expected) => {
    expect(direct(inside([{ from: [{ source: { principals } }] }]))).toBe(expected);
  });

  test.each<[object, string | number]>([
    [{ namespaces: ['default'] }, 200],
    [{ namespaces: ['def*'] }, 200],
    [{ namespaces: ['*faul*'] }, 200],
    [{ namespaces: ['d*t'] }, 200],
    [{ namespaces: ['efault'] }, 403],
    [{ notNamespaces: ['default'] }, 403],
    [{ serviceAccounts: ['sleep'] }, 200],
    [{ serviceAccounts: ['default/sleep'] }, 200],
    [{ serviceAccounts: ['other/sleep'] }, 403],
    [{ serviceAccounts: ['slee'] }, 403],
    [{ trustDomains: ['cluster.local'] }, 200],
    [{ trustDomains: ['*.local'] }, 200],
    [{ trustDomains: ['cluster'] }, 403],
    [{ notPrincipals: ['*'] }, 403],
  ])('source %j', (source, expected) => {
    expect(direct(inside([{ from: [{ source }] }]))).toBe(expected);
  });

  test('plain text has no principal', () => {
    const client = plaintextInMesh();
    expect(direct(inside([{ from: [{ source: { principals: ['*'] } }] }]), client)).toBe(403);
    expect(direct(inside([{ from: [{ source: { notPrincipals: ['*'] } }] }]), client)).toBe(200);
  });

  test('trust domain aliases stand for each other in principals of five parts', () => {
    const options = { trustDomain: 'new.test', trustDomainAliases: ['old.test'] };
    const mesh = (principals: string[]) => world([...routes, atHttpbin({ rules: [{ from: [{ source: { principals } }] }] })], options);
    expect(direct(mesh(['old.test/ns/default/sa/sleep']), inMesh('sleep', 'default', 'new.test'))).toBe(200);
    expect(direct(mesh(['cluster.local/ns/default/sa/sleep']), inMesh('sleep', 'default', 'old.test'))).toBe(200);
    expect(direct(mesh(['old.test/ns/default/sa/*']), inMesh('sleep', 'default', 'new.test'))).toBe(200);
    expect(direct(mesh(['old.test/ns/*']), inMesh('sleep', 'default', 'new.test'))).toBe(403);
    expect(direct(mesh(['*']), inMesh('sleep', 'default', 'strange.test'))).toBe('handshake rejected');
  });
});

describe('refused objects guard nothing, and the answer says so', () => {
  test.each<[object, string]>([
    [{ action: 'DENY', rules: [] }, '`spec.rules` is empty, which action DENY forbids'],
    [{ action: 'DENY' }, '`spec.rules` is empty, which action DENY forbids'],
    [{ action: 'deny', rules: [{}] }, '`spec.action` is none of `ALLOW`, `DENY`, `AUDIT`, `CUSTOM`'],
    [{ action: 'CUSTOM', rules: [{}] }, '`spec.provider.name` is missing for action CUSTOM'],
    [{ rules: [{ from: [{ source: {} }] }] }, '`spec.rules[0]` has a source or operation without any field'],
    [{ rules: [{ from: [{ source: { principals: [] } }] }] }, '`spec.rules[0]` has a source or operation without any field'],
    [{ rules: [{ from: [{ source: { principals: [''] } }] }] }, '`spec.rules[0]` holds an empty string'],
    [{ rules: [{ from: [{ source: { principal: ['a'] } }] }] }, 'unknown field `spec.rules[0].from[0].source.principal`'],
    [{ rules: [{ to: [{ operation: { ports: ['http'] } }] }] }, '`spec.rules[0]` has port `http`'],
    [{ rules: [{ to: [{ operation: { paths: ['/a{b}'] } }] }] }, '`spec.rules[0]` has path template `/a{b}`'],
    [{ rules: [{ to: [{ operation: { paths: ['/{**}/{*}'] } }] }] }, '`spec.rules[0]` has path template `/{**}/{*}`'],
    [{ rules: [{ when: [{ values: ['b'] }] }] }, '`spec.rules[0]` has a condition without key'],
    [{ rules: [{ when: [{ key: 'request.header[a]', values: ['b'] }] }] }, '`spec.rules[0]` has condition key `request.header[a]`'],
    [{ rules: [{ when: [{ key: 'source.ip' }] }] }, '`spec.rules[0]` has a condition without values'],
    [{ rules: [{ from: [{ source: { ipBlocks: ['1.2.3.4.5'] } }] }] }, '`spec.rules[0]` has IP block `1.2.3.4.5`'],
    [{ rules: 'all' }, '`spec.rules` is not a list'],
  ])('%j', (spec, reason) => {
    const mesh = world([...routes, policy(spec, { name: 'bad' })]);
    expect(mesh.refused).toEqual([`AuthorizationPolicy default/bad: ${reason}`]);
    expect(mesh.evaluate(request).outcome).toBe('undecided');
  });
});

test('a selector with a wildcard is refused', () => {
  expect(world([policy({ selector: { matchLabels: { app: 'http*' } } }, { name: 'bad' })]).refused).toEqual(['AuthorizationPolicy default/bad: `spec.selector` has a wildcard']);
});

describe('external authorizers', () => {
  const custom = { action: 'CUSTOM', provider: { name: 'authz' }, rules: [{ to: [{ operation: { paths: ['/x'] } }] }] };
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh: 'extensionProviders: [{name: authz}]' } };

  test('decide what only they know', () => {
    const decision = world([...routes, config, atHttpbin(custom)]).evaluate(request);
    expect(decision.outcome).toBe('undecided');
    expect(decision.alternatives.map((alternative) => alternative.outcome)).toEqual(['allowed', 'forbidden']);
  });

  test('are not asked where the rule does not match, and change no denial', () => {
    expect(ask([config, atHttpbin(custom)], { path: '/y' })).toBe(200);
    expect(ask([config, atHttpbin(custom), policy({})])).toBe(403);
  });

  test('that the mesh does not know deny', () => {
    expect(ask([atHttpbin(custom)])).toBe(403);
  });
});

describe('peer authentication', () => {
  test.each<[string, any[], string | number, string | number]>([
    ['PERMISSIVE by default', [], 200, 200],
    ['STRICT of the namespace', [peerAuthentication({ mtls: { mode: 'STRICT' } })], 200, 'connection closed'],
    ['STRICT of the mesh', [peerAuthentication({ mtls: { mode: 'STRICT' } }, { namespace: 'istio-system' })], 200, 'connection closed'],
    ['the namespace before the mesh', [peerAuthentication({ mtls: { mode: 'PERMISSIVE' } }), peerAuthentication({ mtls: { mode: 'STRICT' } }, { namespace: 'istio-system' })], 200, 200],
    ['the port before all', [peerAuthentication({ selector: { matchLabels: { app: 'httpbin' } }, mtls: { mode: 'STRICT' }, portLevelMtls: { 8080: { mode: 'PERMISSIVE' } } })], 200, 200],
    ['DISABLE of the namespace and STRICT of the pods', [peerAuthentication({ mtls: { mode: 'DISABLE' } }),
      peerAuthentication({ selector: { matchLabels: { app: 'httpbin' } }, mtls: { mode: 'STRICT' } })], 503, 'connection closed'],
  ])('%s', (_name, documents, fromGateway, plain) => {
    const mesh = world([...routes, ...documents]);
    expect(answer(mesh.evaluate(request))).toBe(fromGateway);
    expect(direct(mesh, plaintextInMesh())).toBe(plain);
  });

  test('DISABLE of the namespace takes the gateway its identity', () => {
    const only = atHttpbin({ rules: [{ from: [{ source: { principals: [GATEWAY_PRINCIPAL] } }] }] });
    expect(ask([only])).toBe(200);
    expect(ask([only, peerAuthentication({ mtls: { mode: 'DISABLE' } })])).toBe(403);
  });
});

describe('identities of external clients', () => {
  const mutual = gateway([{ port: { number: 443, name: 'https', protocol: 'HTTPS' }, hosts: ['*'], tls: { mode: 'OPTIONAL_MUTUAL', credentialName: 'c' } }]);
  const mesh = (source: object, action = 'ALLOW') => Mesh.fromManifests(
    [...[...workload('httpbin'), mutual, virtualService({})], policy({ action, selector: { matchLabels: GATEWAY_LABELS }, rules: [{ from: [{ source }] }] }, { namespace: 'istio-system' })],
  );
  test.each([
    [{ principals: ['test.client'] }, spiffe('spiffe://test.client'), 200],
    [{ principals: ['*.client'] }, spiffe('spiffe://test.client'), 200],
    [{ principals: ['test.client'] }, subject('/CN=test.client'), 403],
    [{ principals: ['*'] }, subject('/CN=test.client'), 200],
    [{ namespaces: ['x'] }, subject('/CN=a\\/ns\\/x\\/b'), 200],
    [{ namespaces: ['x'] }, spiffe('spiffe://evil.test/ns/x/sa/y'), 200],
    [{ notPrincipals: ['*'] }, subject('/CN=test.client'), 403],
  ])('source %j', (source, client, expected) => {
    expect(answer(mesh(source).evaluate({ ...request, client }))).toBe(expected);
  });
});

function plaintextInMesh() {
  return Client.inMeshPlaintext();
}
