/* eslint-disable @stylistic/max-len -- tables, one case a line */
import { expandApiRule } from '../../src/mesh/api-rule';
import { apiRuleProblem } from '../../src/mesh/api-rule-problem';
import { excludedRules, gatewayOf, requestHeaders, rulesOf } from '../../src/mesh/api-rule-rules';
import { readObject } from '../../src/mesh/kube-object';

const GATEWAY = 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account';
const service = { name: 'app', port: 8080 };
const open = { path: '/*', methods: ['GET'], noAuth: true };
const apiRule = (spec: object, metadata: object = {}) => readObject({
  apiVersion: 'gateway.kyma-project.io/v2', kind: 'APIRule', metadata: { name: 'api', namespace: 'n', ...metadata }, spec: { gateway: 'g/edge', hosts: ['a.test'], service, rules: [open], ...spec },
}, 0)!;
const world = {
  selector: (namespace: string, name: string) => (name === 'absent' ? undefined : new Map([['app', `${namespace}-${name}`]])),
  authorizers: undefined,
  bare: () => undefined,
  occupant: () => undefined,
  gatewayHosts: (gateway: string): string[] | undefined => ({ 'g/edge': ['*.test', '*.test'], 'g/two': ['*.a', '*.b'], 'g/one': ['a.test'], 'g/none': [] } as Record<string, string[]>)[gateway],
};
const expanded = (spec: object, metadata: object = {}) => expandApiRule(apiRule(spec, metadata), 'v2', world);
const rules = (...given: object[]) => ({ rules: given.map((rule) => ({ path: '/*', methods: ['GET'], ...rule })) });
const kindsOf = (spec: object) => expanded(spec).objects as { kind: string; metadata: any; spec: any }[];
const ofKind = (kind: string, spec: object) => kindsOf(spec).filter((object) => object.kind === kind).map((object) => object.spec);
const policies = (spec: object) => ofKind('AuthorizationPolicy', spec);
const routes = (spec: object) => ofKind('VirtualService', spec)[0].http;
const authentications = (spec: object) => ofKind('RequestAuthentication', spec);

const selector = { matchLabels: { app: 'n-app' } };
const issuer = { issuer: 'https://i.test', jwksUri: 'https://i.test/keys' };

test('an open rule becomes a policy that takes the gateway only, and a route', () => {
  expect(expanded({})).toEqual({
    objects: [
      {
        apiVersion: 'security.istio.io/v1',
        kind: 'AuthorizationPolicy',
        metadata: { name: 'api-1', namespace: 'n', annotations: { 'written-at': 'spec.rules[0]' } },
        spec: { selector, rules: [{ from: [{ source: { principals: [GATEWAY] } }], to: [{ operation: { hosts: ['a.test'], methods: ['GET'], paths: ['/{**}'] } }] }] },
      },
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'api-2', namespace: 'n' },
        spec: {
          hosts: ['a.test'],
          gateways: ['g/edge'],
          http: [{
            match: [{ uri: { prefix: '/' }, method: { regex: '^(GET)$' } }],
            route: [{ destination: { host: 'app.n.svc.cluster.local', port: { number: 8080 } }, weight: 100 }],
            headers: { request: { set: { 'x-forwarded-host': 'a.test' } } },
          }],
        },
      },
    ],
  });
});

test('what is created is as old as the APIRule', () => {
  const created = { creationTimestamp: '2030-01-01T00:00:00Z' };
  expect(expanded({}, created).objects).toMatchObject([{ metadata: { name: 'api-1', namespace: 'n', ...created } }, { metadata: { name: 'api-2', namespace: 'n', ...created } }]);
});

test.each<[string, object, unknown[]]>([
  ['a rule for tokens', rules({ jwt: { authentications: [issuer] } }), [{ rules: [{ from: [{ source: { principals: [GATEWAY], requestPrincipals: ['https://i.test/*'] } }], to: [{ operation: { hosts: ['a.test'], methods: ['GET'], paths: ['/{**}'] } }] }] }]],
  ['a rule for audiences', rules({ path: '/a', jwt: { authentications: [issuer], authorizations: [{ audiences: ['x', 'y'] }] } }),
    [{ rules: [{ from: expect.anything(), to: [{ operation: { hosts: ['a.test'], methods: ['GET'], paths: ['/a'] } }], when: [{ key: 'request.auth.claims[aud]', values: ['x'] }, { key: 'request.auth.claims[aud]', values: ['y'] }] }] }]],
  ['a rule for scopes', rules({ jwt: { authentications: [issuer], authorizations: [{ requiredScopes: ['r', 'w'], audiences: ['x'] }] } }),
    [{ rules: ['scp', 'scope', 'scopes'].map((claim) => ({ from: expect.anything(), to: expect.anything(), when: [...['r', 'w'].map((scope) => ({ key: `request.auth.claims[${claim}]`, values: [scope] })), { key: 'request.auth.claims[aud]', values: ['x'] }] })) }]],
  ['an authorization that asks for nothing', rules({ jwt: { authentications: [issuer], authorizations: [{}] } }), [{ rules: [{ from: expect.anything(), to: expect.anything() }] }]],
  ['a rule for an authorizer', rules({ extAuth: { authorizers: ['one', 'two'] } }), [
    ...['one', 'two'].map((name) => ({ action: 'CUSTOM', provider: { name }, rules: [{ to: [{ operation: { hosts: ['a.test'], methods: ['GET'], paths: ['/{**}'] } }] }] })),
    { rules: [{ from: [{ source: { principals: [GATEWAY] } }], to: expect.anything() }] },
  ]],
  ['a rule for an authorizer and tokens', rules({ extAuth: { authorizers: ['one'], restrictions: { authentications: [issuer] } } }), [
    { action: 'CUSTOM', provider: { name: 'one' }, rules: [{ to: expect.anything() }] },
    { rules: [{ from: [{ source: { principals: [GATEWAY], requestPrincipals: ['https://i.test/*'] } }], to: expect.anything() }] },
  ]],
])('%s becomes policies of its own', (_what, spec, expected) => {
  expect(policies(spec)).toEqual(expected.map((policy) => ({ selector, ...(policy as object) })));
});

test('an authorization is a policy each', () => {
  expect(policies(rules({ jwt: { authentications: [issuer], authorizations: [{ audiences: ['x'] }, { audiences: ['y'] }] } })).map(({ rules: [{ when }] }) => when[0].values)).toEqual([['x'], ['y']]);
});

test('policies leave out the paths of earlier rules for the same method, and later ones never', () => {
  const spec = rules({ path: '/a', noAuth: true }, { path: '/b', methods: ['POST'], noAuth: true }, { path: '/{**}', methods: ['GET', 'HEAD'], noAuth: true }, { path: '/*', methods: ['PUT'], noAuth: true });
  expect(policies(spec).map(({ rules: [{ to: [{ operation }] }] }) => [operation.paths, operation.notPaths])).toEqual([[['/a'], undefined], [['/b'], undefined], [['/{**}'], ['/a']], [['/{**}'], undefined]]);
});

test.each([
  ['/*', { prefix: '/' }],
  ['/a', { regex: '^/a$' }],
  ['/a/{*}', { regex: "^/a/([A-Za-z0-9-._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$" }],
  ['/{*}/{**}', { regex: "^/([A-Za-z0-9-._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+/([A-Za-z0-9-._~!$&'()*+,;=:@/]|%[0-9a-fA-F]{2})*$" }],
])('the path `%s` is routed by %j', (path, uri) => {
  expect(routes(rules({ path, methods: ['GET', 'POST'], noAuth: true }))[0].match).toEqual([{ uri, method: { regex: '^(GET|POST)$' } }]);
});

test.each<[string, object, object]>([
  ['the host', {}, { 'x-forwarded-host': 'a.test' }],
  ['the asked host below a wildcard', { hosts: ['*.a.test'] }, { 'x-forwarded-host': '%REQ(:AUTHORITY)%' }],
  ['headers, those that are text', rules({ noAuth: true, request: { headers: { 'a': '1', 'b': 2, 'x-forwarded-host': 'forged' } } }), { 'x-forwarded-host': 'forged', 'a': '1' }],
  ['cookies', rules({ noAuth: true, request: { cookies: { a: '1', b: '2' } } }), { 'x-forwarded-host': 'a.test', 'Cookie': 'a=1; b=2' }],
])('a route sets %s', (_what, spec, headers) => {
  expect(routes(spec)[0].headers).toEqual({ request: { set: headers } });
});

test('a rule leads to its own Service, wherever that is, and its policy stands there', () => {
  const spec = rules({ noAuth: true, service: { name: 'other', namespace: 'm', port: 9 } });
  expect(routes(spec)[0].route[0].destination).toEqual({ host: 'other.m.svc.cluster.local', port: { number: 9 } });
  const [made] = kindsOf(spec);
  expect([made.metadata.namespace, made.spec.selector]).toEqual(['m', { matchLabels: { app: 'm-other' } }]);
});

describe('the keys of tokens', () => {
  test('are known to the workload, and the token is forwarded', () => {
    expect(authentications(rules({ jwt: { authentications: [issuer] } }))).toEqual([{ selector, jwtRules: [{ ...issuer, forwardOriginalToken: true }] }]);
  });

  test('are known of an authorizer\'s restrictions too, with the places where tokens stand', () => {
    const places = { fromHeaders: [{ name: 'x', prefix: 'P ' }], fromParams: ['t'] };
    expect(authentications(rules({ extAuth: { authorizers: ['one'], restrictions: { authentications: [{ ...issuer, ...places }] } } }))).toEqual([{ selector, jwtRules: [{ ...issuer, forwardOriginalToken: true, ...places }] }]);
  });

  test('are known once for a workload and set of issuers, as the first rule says', () => {
    const jwt = (more: object = {}) => ({ authentications: [{ ...issuer, fromParams: ['a'], ...more }] });
    const other = { issuer: 'https://o.test', jwksUri: 'https://o.test/keys' };
    const made = authentications(rules(
      { path: '/a', jwt: jwt() }, { path: '/b', extAuth: { authorizers: ['one'], restrictions: jwt({ fromParams: ['b'] }) } }, { path: '/c', jwt: { authentications: [other] } }, { path: '/d', jwt: { authentications: [...jwt().authentications, other] } },
      { path: '/e', jwt: jwt({ jwksUri: 'https://i.test/more' }) }, { path: '/f', jwt: jwt(), service: { name: 'other', port: 1 } }, { path: '/g', jwt: jwt(), service: { name: 'app', namespace: 'm', port: 1 } }, { path: '/h', noAuth: true },
    ));
    expect(made.map(({ selector: { matchLabels }, jwtRules }) => [matchLabels.app, jwtRules.map(({ jwksUri, fromParams }: any) => [jwksUri, fromParams])])).toEqual([
      ['n-app', [['https://i.test/keys', ['a']]]], ['n-app', [['https://o.test/keys', undefined]]], ['n-app', [['https://i.test/keys', ['a']], ['https://o.test/keys', undefined]]],
      ['n-app', [['https://i.test/more', ['a']]]], ['n-other', [['https://i.test/keys', ['a']]]], ['m-app', [['https://i.test/keys', ['a']]]],
    ]);
  });
});

test.each<[string, object, string]>([
  ['an unknown Gateway', { gateway: 'g/absent' }, 'Gateway `g/absent` is not among the manifests'],
  ['an unknown ExternalGateway', { gateway: undefined, externalGateway: 'g/edge' }, 'Gateway `g/edge-gw` is not among the manifests'],
  ['a short host on a Gateway of two domains', { gateway: 'g/two', hosts: ['a'] }, 'a short host needs a Gateway whose only host is `*.<domain>`, `g/two` has `*.a`, `*.b`'],
  ['a short host on a Gateway of one host', { gateway: 'g/one', hosts: ['a'] }, 'a short host needs a Gateway whose only host is `*.<domain>`, `g/one` has `a.test`'],
  ['a short host on a Gateway without hosts', { gateway: 'g/none', hosts: ['a'] }, 'a short host needs a Gateway whose only host is `*.<domain>`, `g/none` has '],
  ['an unknown Service', rules({ path: '/a', noAuth: true }, { path: '/b', noAuth: true, service: { name: 'absent', namespace: 'm', port: 1 } }), 'Service `m/absent` is not among the manifests'],
  ['a rule that breaks a rule', { rules: [] }, '`spec.rules` is empty'],
  ['one issuer with tokens in two places', rules({ path: '/a', jwt: { authentications: [issuer] } }, { path: '/b', jwt: { authentications: [{ ...issuer, fromParams: ['b'] }] } }), 'tokens of issuer `https://i.test` are expected in different places'],
])('with %s nothing is created', (_what, spec, problem) => {
  expect(expanded(spec)).toEqual({ objects: [], problem });
});

test('a short host is one below the domain of the Gateway', () => {
  expect(ofKind('VirtualService', { hosts: ['a'] })[0].hosts).toEqual(['a.test']);
});

test.each<[string, object, string | undefined]>([
  ['a Gateway', {}, undefined],
  ['an ExternalGateway', { gateway: undefined, externalGateway: 'g/edge' }, undefined],
  ['neither', { gateway: undefined }, 'either `spec.gateway` or `spec.externalGateway` must be given'],
  ['both', { externalGateway: 'g/edge' }, 'either `spec.gateway` or `spec.externalGateway` must be given'],
  ['names of one character', { gateway: 'a/b' }, undefined],
  ['names with dashes', { gateway: 'a-1/b-2' }, undefined],
  ['no namespace', { gateway: 'edge' }, '`spec.gateway` is not in the form `namespace/name`'],
  ['three parts', { gateway: 'a/b/c' }, '`spec.gateway` is not in the form `namespace/name`'],
  ['a name that begins with a dash', { gateway: '-a/b' }, '`spec.gateway` is not in the form `namespace/name`'],
  ['a name that ends with a dash', { gateway: 'a/b-' }, '`spec.gateway` is not in the form `namespace/name`'],
  ['two hosts', { hosts: ['a.test', 'b.test'] }, '`spec.hosts` must be one host: a name, `*.` and a name, or one label'],
  ['a method that nobody knows', rules({ methods: ['GET', 'BREW'], noAuth: true }), '`spec.rules[0].methods` is empty or has an unknown method'],
  ['methods that are no list', rules({ methods: 'GET', noAuth: true }), '`spec.rules[0].methods` is empty or has an unknown method'],
  ['a Service without port', rules({ noAuth: true, service: { name: 'app' } }), '`spec.rules[0]` has no service'],
  ['a Service without name', rules({ noAuth: true, service: { port: 1 } }), '`spec.rules[0]` has no service'],
  ['no Service', { service: undefined }, '`spec.rules[0]` has no service'],
  ['a Service of its own where the APIRule has none', { service: undefined, ...rules({ noAuth: true, service }) }, undefined],
  ['no authentications', rules({ jwt: {} }), '`spec.rules[0].jwt` has no authentications'],
  ['no authorizers', rules({ extAuth: { restrictions: {} } }), '`spec.rules[0].extAuth` has no authorizers'],
  ['two handlers', rules({ noAuth: true, jwt: { authentications: [issuer] } }), '`spec.rules[0]` needs exactly one of noAuth, jwt, extAuth'],
  ['a path behind `{**}`', rules({ path: '/{**}/{*}', noAuth: true }), '`spec.rules[0].path` has an operator after `{**}`'],
  ['a path without slash', rules({ path: 'a', noAuth: true }), '`spec.rules[0].path` is no path that APIRules know'],
  ['no path', rules({ path: undefined, noAuth: true }), '`spec.rules[0].path` is no path that APIRules know'],
  ['a rule that an earlier one covers', rules({ noAuth: true }, { path: '/a', noAuth: true }), 'path `/a` with method GET conflicts with the earlier `/*`'],
])('an APIRule with %s has the problem `%s`', (_what, spec, problem) => {
  expect(apiRuleProblem(apiRule(spec), 'v2')).toBe(problem);
});

test('APIRules of v1beta1 are no longer processed', () => {
  expect(apiRuleProblem(apiRule({}), 'v1beta1')).toBe('APIRule v1beta1 is no longer supported: write v2');
});

test('rules are read with their handler', () => {
  const read = rulesOf(apiRule(rules({ noAuth: true }, { jwt: {} }, { extAuth: {} }, { path: undefined, methods: undefined, service: {} })));
  expect(read.map(({ handler }) => handler)).toEqual(['noAuth', 'jwt', 'extAuth', 'noAuth']);
  expect(read[3]).toMatchObject({ path: '', methods: [], service: { namespace: 'n', name: '', port: 0 } });
});

test('an ExternalGateway is served by a Gateway of its name', () => {
  expect(gatewayOf(apiRule({ gateway: undefined, externalGateway: 'g/edge' }))).toBe('g/edge-gw');
  expect(gatewayOf(apiRule({}))).toBe('g/edge');
});

test('headers of a rule are those that are text', () => {
  expect(requestHeaders(rulesOf(apiRule(rules({ request: { headers: { a: '1', b: 2 } } })))[0])).toEqual([['a', '1']]);
  expect(requestHeaders(rulesOf(apiRule(rules({ request: { headers: ['a'] } })))[0])).toEqual([]);
});

test('a rule leaves out earlier ones until one of its own path', () => {
  const excluded = (...given: [string, string[]][]) => {
    const read = rulesOf(apiRule(rules(...given.map(([path, methods]) => ({ path, methods })))));
    return excludedRules(read[read.length - 1], read.slice(0, -1)).map(({ path }) => path);
  };
  expect(excluded(['/a', ['GET']], ['/b', ['GET']], ['/c', ['GET', 'PUT']])).toEqual(['/a', '/b']);
  expect(excluded(['/a', ['GET']], ['/c', ['PUT']], ['/b', ['GET']], ['/c', ['GET']])).toEqual(['/a']);
  expect(excluded(['/*', ['GET']], ['/', ['GET']], ['/{**}', ['GET']], ['/b', ['GET']], ['/c', ['GET']])).toEqual(['/b']);
  expect(excluded(['/a', ['POST']], ['/c', ['GET']])).toEqual([]);
});
