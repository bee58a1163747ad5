import { secret, testPki } from './support/certificates';
import { answer, gateway, https, inMesh, none, object, spiffe, workload, world } from './support/world';
import { AccessRequest, Mesh, Token } from '../../src/authz';

const pki = testPki();
const secrets = [secret('c', { 'tls.crt': pki.serverPem, 'tls.key': pki.serverKey, 'ca.crt': pki.clients.pem })];
const mutual = gateway([https(['*.d.test'], { mode: 'MUTUAL', credentialName: 'c' })]);
const client = spiffe('spiffe://client.test');
const noAuth = { noAuth: true };
const jwt = { jwt: { authentications: [{ issuer: 'https://i.test', jwksUri: 'https://i.test/keys' }] } };
const token = Token.verified({ issuer: 'https://i.test', subject: 'alice' });

function apiRule(rules: object[], more: object = {}, metadata: object = {}): any {
  return object('gateway.kyma-project.io/v2', 'APIRule', { gateway: 'default/gateway', hosts: ['a.d.test'], service: { name: 'httpbin', port: 8000 }, rules, ...more }, { name: 'rule', ...metadata });
}

function mesh(...documents: any[]): Mesh {
  return world([mutual, ...secrets, ...documents]);
}

function ask(rules: object[], more: Partial<AccessRequest> = {}): string | number {
  return answer(mesh(apiRule(rules)).evaluate({ client, host: 'a.d.test', path: '/', ...more }));
}

describe('one rule', () => {
  const all = [{ path: '/*', methods: ['GET'], ...noAuth }];
  test.each<[string, Partial<AccessRequest>, string | number]>([
    ['GET', {}, 200],
    ['another method has no route', { method: 'POST' }, 404],
    ['HEAD is not implied', { method: 'HEAD' }, 404],
    ['a port in the host', { host: 'a.d.test:443' }, 403],
    ['upper case in the host', { host: 'A.D.test' }, 200],
    ['a trailing dot', { host: 'a.d.test.', sni: 'a.d.test' }, 404],
    ['no certificate', { client: none }, 'handshake rejected'],
    ['a caller in the mesh', { client: inMesh(), service: 'default/httpbin' }, 403],
    ['a raw bracket is routed, and refused by the policy', { path: '/[' }, 403],
  ])('%s', (_name, more, expected) => {
    expect(ask(all, more)).toBe(expected);
  });

  test('under `/{**}` a raw bracket is not even routed', () => {
    expect(ask([{ path: '/{**}', methods: ['GET'], ...noAuth }], { path: '/[' })).toBe(404);
  });
});

describe('several rules', () => {
  const rules = [
    { path: '/anything/{*}/one', methods: ['GET'], ...jwt },
    { path: '/status/{*}', methods: ['GET', 'POST'], ...jwt },
    { path: '/headers', methods: ['GET'], ...jwt },
    { path: '/anything/{**}', methods: ['GET', 'PUT'], ...noAuth },
    { path: '/post', methods: ['POST'], ...noAuth },
    { path: '/{**}', methods: ['GET'], ...noAuth },
    { path: '/*', methods: ['DELETE'], ...noAuth },
  ];
  test.each<[Partial<AccessRequest>, string | number]>([
    [{ path: '/headers' }, 403],
    [{ path: '/headers', token }, 200],
    [{ path: '/headers/' }, 200],
    [{ path: '/Headers' }, 200],
    [{ path: '/headers;x' }, 200],
    [{ path: '/headers%2F' }, 200],
    [{ path: '/status%2F201' }, 200],
    [{ path: '//headers' }, 200],
    [{ path: '/./headers' }, 403],
    [{ path: '/%68eaders' }, 403],
    [{ path: '/x/../status/201' }, 403],
    [{ path: '/anything/a/one' }, 403],
    [{ path: '/anything/a/one', token }, 200],
    [{ path: '/anything/a/two' }, 200],
    [{ path: '/anything/a/one', method: 'PUT' }, 403],
    [{ path: '/x', method: 'DELETE' }, 200],
    [{ path: '/post', method: 'POST' }, 200],
    [{ path: '/other', headers: { authorization: 'Bearer bad' } }, 401],
    [{ path: '/other', headers: { authorization: 'Basic x' } }, 200],
  ])('%j', (more, expected) => {
    expect(ask(rules, more)).toBe(expected);
  });
});

describe('scopes and audiences', () => {
  const rules = [{ path: '/*', methods: ['GET'], jwt: { ...jwt.jwt, authorizations: [{ requiredScopes: ['read', 'write'] }, { audiences: ['a1', 'a2'] }] } }];
  const withClaims = (claims: object) => ({ token: Token.verified({ issuer: 'https://i.test', subject: 'a', claims: claims as any }) });
  test.each<[object, number]>([
    [{ scope: 'read write' }, 200],
    [{ scp: ['read', 'write'] }, 200],
    [{ scopes: ['write', 'read'] }, 200],
    [{ scp: 'read write' }, 403],
    [{ scopes: 'read write' }, 403],
    [{ scp: ['read'], scope: 'write' }, 403],
    [{ aud: ['a1', 'a2'] }, 200],
    [{ aud: ['a1'] }, 403],
    [{ aud: 'a1' }, 403],
  ])('%j', (claims, expected) => {
    expect(ask(rules, withClaims(claims))).toBe(expected);
  });
});

describe('holes of the operator', () => {
  test('a path that is repeated with another method switches the exclusions off', () => {
    const rules = (path: string) => [
      { path, methods: ['POST'], ...jwt }, { path: '/anything/secret', methods: ['GET'], ...jwt }, { path, methods: ['GET'], ...noAuth },
    ];
    expect(ask(rules('/anything/{**}'), { path: '/anything/secret' })).toBe(200);
    expect(ask(rules('/*'), { path: '/anything/secret' })).toBe(403);
  });

  test('a token for `/` beside an open `/{**}` protects nothing', () => {
    expect(ask([{ path: '/', methods: ['GET'], ...jwt }, { path: '/{**}', methods: ['GET'], ...noAuth }], { path: '/' })).toBe(200);
  });

  test('an open wildcard host opens every host of the workload', () => {
    const open = apiRule([{ path: '/*', methods: ['GET'], ...noAuth }], { hosts: ['*.d.test'] }, { name: 'wild' });
    const closed = apiRule([{ path: '/*', methods: ['GET'], ...jwt }]);
    const request = { client, host: 'a.d.test', path: '/' };
    expect(answer(mesh(closed).evaluate(request))).toBe(403);
    expect(answer(mesh(closed, open).evaluate(request))).toBe(200);
  });

  test('another namespace opens a door of its own to a Service', () => {
    const simple = gateway([https(['*.kyma.test'], { mode: 'SIMPLE', credentialName: 'c' })], { name: 'open' });
    const stranger = apiRule([{ path: '/*', methods: ['GET'], ...noAuth, request: { headers: { 'x-client-ssl-cn': 'CN=admin' } } }],
      { gateway: 'default/open', hosts: ['evil.kyma.test'], service: { name: 'httpbin', namespace: 'default', port: 8000 } }, { namespace: 'evil' });
    const decision = mesh(simple, stranger).evaluate({ client: none, host: 'evil.kyma.test', path: '/' });
    expect([decision.outcome, decision.workload, decision.upstreamHeaders['x-client-ssl-cn']]).toEqual(['allowed', 'default/httpbin', 'CN=admin']);
  });

  test('an unknown operator in a header value takes all hosts of the server', () => {
    const bad = apiRule([{ path: '/*', methods: ['GET'], ...noAuth, request: { headers: { 'x-a': '%NOPE%' } } }], { hosts: ['b.d.test'] }, { name: 'bad' });
    expect(answer(mesh(apiRule([{ path: '/*', methods: ['GET'], ...noAuth }]), bad).evaluate({ client, host: 'a.d.test', path: '/' }))).toBe(404);
  });
});

test('headers and cookies of a rule', () => {
  const rules = [{ path: '/*', methods: ['GET'], ...noAuth, request: { headers: { 'X-A': 'b' }, cookies: { c: 'd' } } }];
  const { upstreamHeaders } = mesh(apiRule(rules)).evaluate({ client, host: 'a.d.test', path: '/', headers: { cookie: 'mine=1' } });
  expect(upstreamHeaders).toMatchObject({ 'x-a': 'b', 'cookie': 'c=d', 'x-forwarded-host': 'a.d.test' });
});

test('an external authorizer is asked before all else, callers in the mesh included', () => {
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh: 'extensionProviders: [{name: authz, envoyExtAuthzHttp: {service: authz, port: 80}}]' } };
  const rules = [{ path: '/*', methods: ['GET'], extAuth: { authorizers: ['authz'] } }];
  expect(mesh(config, apiRule(rules)).evaluate({ client, host: 'a.d.test', path: '/' }).outcome).toBe('undecided');
  expect(mesh(config, apiRule(rules)).evaluate({ client: inMesh(), service: 'default/httpbin', host: 'a.d.test', path: '/' }).outcome).toBe('forbidden');
});

test('a short host takes the domain of the Gateway', () => {
  const rules = apiRule([{ path: '/*', methods: ['GET'], ...noAuth }], { hosts: ['short'] });
  expect(answer(mesh(rules).evaluate({ client, host: 'short.d.test', path: '/' }))).toBe(200);
});

describe('refused', () => {
  const one = [{ path: '/*', methods: ['GET'], ...noAuth }];
  test.each<[string, any, string]>([
    ['two handlers', apiRule([{ ...one[0], ...jwt }]), '`spec.rules[0]` needs exactly one of noAuth, jwt, extAuth'],
    ['no handler', apiRule([{ path: '/*', methods: ['GET'], noAuth: false }]), '`spec.rules[0]` needs exactly one of noAuth, jwt, extAuth'],
    ['the old path form', apiRule([{ ...one[0], path: '/.*' }]), '`spec.rules[0].path` is no path that APIRules know'],
    ['operators behind `{**}`', apiRule([{ ...one[0], path: '/{**}/{*}' }]), '`spec.rules[0].path` has an operator after `{**}`'],
    ['general before specific', apiRule([...one, { ...one[0], path: '/a' }]), 'path `/a` with method GET conflicts with the earlier `/*`'],
    ['no methods', apiRule([{ ...one[0], methods: [] }]), '`spec.rules[0].methods` is empty or has an unknown method'],
    ['no service', apiRule(one, { service: undefined }), '`spec.rules[0]` has no service'],
    ['a bare gateway', apiRule(one, { gateway: 'gateway' }), '`spec.gateway` is not in the form `namespace/name`'],
    ['an unknown gateway', apiRule(one, { gateway: 'default/none' }), 'Gateway `default/none` is not among the manifests'],
    ['an unknown Service', apiRule(one, { service: { name: 'none', port: 1 } }), 'Service `default/none` is not among the manifests'],
    ['two hosts', apiRule(one, { hosts: ['a.d.test', 'b.d.test'] }), '`spec.hosts` must be one host: a name, `*.` and a name, or one label'],
    ['jwt without issuers', apiRule([{ path: '/*', methods: ['GET'], jwt: {} }]), '`spec.rules[0].jwt` has no authentications'],
  ])('%s', (_name, document, reason) => {
    expect(mesh(document).refused).toEqual([`APIRule default/rule: ${reason}`]);
  });
});

test('an ExternalGateway brings filters that are not modelled', () => {
  const external = object('gateway.kyma-project.io/v1alpha1', 'ExternalGateway', { externalDomain: 'api.customer.test', region: 'x', regionsConfigMap: 'r', caSecretRef: { name: 'ca' } }, { name: 'partner' });
  const rule = apiRule([{ path: '/*', methods: ['GET'], ...noAuth }], { gateway: undefined, externalGateway: 'default/partner', hosts: ['api.customer.test'] });
  const documents = [external, rule, secret('partner-tls', { 'tls.crt': pki.serverPem, 'tls.key': pki.serverKey, 'ca.crt': pki.clients.pem })];
  expect(mesh(...documents).evaluate({ client, host: 'api.customer.test', path: '/' })).toMatchObject({ outcome: 'undecided' });
});

test('without its Service the rule still guards what is behind it, in open manifests', () => {
  const open = Mesh.fromManifests([mutual, ...secrets, apiRule([{ path: '/*', methods: ['GET'], ...jwt }])]);
  expect(answer(open.evaluate({ client, host: 'a.d.test', path: '/' }))).toBe(403);
  expect(answer(open.evaluate({ client, host: 'a.d.test', path: '/', token }))).toBe(200);
  expect(workload('x')).toHaveLength(2);
});
