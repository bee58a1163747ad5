import { anyAudience } from '../../../src/checks/token/any-audience';
import { requestPrincipal } from '../../../src/checks/token/request-principal';
import { strippedToken } from '../../../src/checks/token/stripped-token';
import { tcpPort } from '../../../src/checks/token/tcp-port';
import { tokenNotDemanded } from '../../../src/checks/token/token-not-demanded';
import { tokenNotVerified } from '../../../src/checks/token/token-not-verified';
import { unreachableKeys } from '../../../src/checks/token/unreachable-keys';
import { unusableKeys } from '../../../src/checks/token/unusable-keys';
import { find, gateway, http, Manifest, object, policy, route, TO_HTTPBIN, told } from '../support';

const ISSUER = 'https://idp.test';
const NONE = null;
const selector = (labels: object | null) => (labels === NONE ? {} : { selector: { matchLabels: labels } });
const jwt = (rule: object = {}) => ({ issuer: ISSUER, jwksUri: `${ISSUER}/keys`, ...rule });
const authentication = (labels: object | null = { app: 'httpbin' }, rule: object = {}, namespace = 'default', name = 'tokens') => policy('RequestAuthentication', name, { ...selector(labels), jwtRules: [jwt(rule)] }, namespace);
const demand = (principal = `${ISSUER}/*`) => ({ from: [{ source: { requestPrincipals: [principal] } }] });
const allow = (labels: object | null = { app: 'httpbin' }, rules: object[] = [demand()], namespace = 'default', spec: object = {}) => policy('AuthorizationPolicy', 'allow', { ...selector(labels), rules, ...spec }, namespace);
const service = (port: object, labels: object = { app: 'httpbin' }, name = 'httpbin', namespace = 'default') => object('v1', 'Service', namespace, name, { spec: { selector: labels, ports: [port] } });

describe('MTLS112: tokens that were issued for any application', () => {
  const any = (principal = '*', more: object = {}) => ({ ...demand(principal), ...more });
  const when = (key: string, values: string[] = ['a']) => ({ when: [{ key, values }] });

  test('the finding stands at the rule of the issuer, and names the policy', () => {
    expect(find(anyAudience, [authentication(), allow()])).toEqual([{
      object: expect.objectContaining({ kind: 'RequestAuthentication', name: 'tokens' }),
      path: ['spec', 'jwtRules', 0],
      message: 'RequestAuthentication `default/tokens` takes tokens of `https://idp.test` for any audience, and rule 1 of AuthorizationPolicy `default/allow` admits whoever has one',
      effect: 'a token that the issuer gave for another application gets in',
      cure: 'list the `aud` of the tokens that are meant for this workload: `audiences: […]`',
      related: [expect.objectContaining({ kind: 'AuthorizationPolicy', name: 'allow' })],
    }]);
    expect(find(anyAudience, [authentication(NONE, { issuer: undefined }), allow(NONE, [any()])])[0].message).toContain('takes tokens for any audience');
  });

  test.each<[string, Manifest[], number]>([
    ['any issuer', [authentication(), allow(NONE, [any()])], 1],
    ['a condition on the principal', [authentication(), allow(NONE, [when('request.auth.principal', ['*'])])], 1],
    ['the second of two rules', [authentication(), allow(NONE, [any('*', when('request.auth.claims[group]')), any()])], 1],
    ['one of two sources', [authentication(), allow(NONE, [{ from: [{ source: { requestPrincipals: [`${ISSUER}/me`] } }, { source: { requestPrincipals: ['*'] } }] }])], 1],
    ['a condition that is none of the token', [authentication(), allow(NONE, [any('*', when('request.headers[a]'))])], 1],
    ['two issuers, one of which has audiences', [policy('RequestAuthentication', 'tokens', { jwtRules: [jwt({ audiences: ['shop'] }), jwt({ issuer: 'https://b.test' })] }), allow(NONE, [any()])], 1],
    ['silent: audiences', [authentication(NONE, { audiences: ['shop'] }), allow(NONE, [any()])], 0],
    ['silent: a condition on the audience', [authentication(), allow(NONE, [any('*', when('request.auth.audiences'))])], 0],
    ['silent: a condition on the application that asked', [authentication(), allow(NONE, [any('*', when('request.auth.presenter'))])], 0],
    ['silent: a claim', [authentication(), allow(NONE, [any('*', when('request.auth.claims[scope]'))])], 0],
    ['silent: one subject', [authentication(), allow(NONE, [any(`${ISSUER}/me`)])], 0],
    ['silent: another issuer', [authentication(), allow(NONE, [any('https://other.test/*')])], 0],
    ['silent: a denial, and a dry run', [authentication(), allow(NONE, [any()], 'default', { action: 'DENY' }), { ...allow(), metadata: { namespace: 'default', name: 'b', annotations: { 'istio.io/dry-run': 'true' } } }], 0],
    ['silent: other pods', [authentication(), allow({ app: 'other' })], 0],
    ['silent: another namespace', [authentication(), allow(NONE, [any()], 'other')], 0],
    ['silent: no policy', [authentication()], 0],
    ['silent: what Kyma\'s operator makes of an APIRule', [object('gateway.kyma-project.io/v2', 'APIRule', 'default', 'a', {
      spec: {
        gateway: 'kyma-system/kyma-gateway',
        hosts: ['a.test'],
        service: { name: 'a', port: 80 },
        rules: [{ path: '/*', methods: ['GET'], jwt: { authentications: [{ issuer: ISSUER, jwksUri: `${ISSUER}/keys` }] } }],
      },
    })], 0],
  ])('%s', (_name, manifests, count) => {
    expect(told(anyAudience, manifests)).toHaveLength(count);
  });
});

describe('MTLS030: a RequestAuthentication without a policy that demands a token', () => {
  test('the finding has the policy to add', () => {
    expect(find(tokenNotDemanded, [authentication()])).toEqual([{
      object: expect.objectContaining({ kind: 'RequestAuthentication', name: 'tokens' }),
      path: ['spec', 'jwtRules'],
      message: 'RequestAuthentication `default/tokens` verifies tokens, and no AuthorizationPolicy for the same pods demands one',
      effect: 'requests without a token get in',
      cure: 'add an AuthorizationPolicy with the same selector that allows `requestPrincipals: ["https://idp.test/*"]`, and list the `aud` of the tokens that are meant for this workload in `audiences`',
    }]);
    expect(find(tokenNotDemanded, [authentication(NONE, { issuer: undefined })])[0].cure).toContain('`requestPrincipals: ["*"]`');
    expect(find(tokenNotDemanded, [authentication(NONE, { audiences: ['shop'] })])[0].cure).toMatch(/`requestPrincipals: \["https:\/\/idp\.test\/\*"\]`$/);
  });

  const claims = (name: string) => route({ http: [{ match: [{ headers: { [name]: { exact: 'a' } } }], ...TO_HTTPBIN }] });
  test.each<[string, Manifest[], number]>([
    ['a policy that says nothing of tokens', [authentication(), allow(NONE, [{ to: [{ operation: { paths: ['/'] } }] }])], 1],
    ['a policy for other pods', [authentication(), allow({ app: 'other' })], 1],
    ['a policy for gateway pods', [authentication(NONE, {}, 'istio-system'), authentication(), gateway('httpbin', [http(['*'])]), allow({ istio: 'ingressgateway' }, [demand()], 'istio-system')], 1],
    ['at a gateway, a policy behind it', [authentication({ istio: 'ingressgateway' }, {}, 'istio-system'), gateway('httpbin', [http(['*'])]), allow()], 0],
    ['a policy of another namespace', [authentication(), allow(NONE, [demand()], 'other')], 1],
    ['a dry run', [authentication(), { ...allow(), metadata: { namespace: 'default', name: 'allow', annotations: { 'istio.io/dry-run': 'true' } } }], 1],
    ['claims are read at no gateway', [authentication(), claims('@request.auth.claims.group')], 1],
    ['a route at the gateway reads another header', [authentication({ istio: 'ingressgateway' }, {}, 'istio-system'), claims('x-group')], 1],
    ['a policy that demands one', [authentication(), allow()], 0],
    ['for all pods of the namespace', [authentication(), allow(NONE)], 0],
    ['for all pods of the mesh', [authentication(), allow(NONE, [demand()], 'istio-system')], 0],
    ['for pods with one more label', [authentication(), allow({ version: 'v1' })], 0],
    ['by a claim', [authentication(), allow(NONE, [{ when: [{ key: 'request.auth.claims[group]', values: ['a'] }] }])], 0],
    ['a DENY for those without', [authentication(), allow(NONE, [{ from: [{ source: { notRequestPrincipals: ['*'] } }] }], 'default', { action: 'DENY' })], 0],
    ['an external authorizer', [authentication(), allow(NONE, [{}], 'default', { action: 'CUSTOM', provider: { name: 'x' } })], 0],
    ['claims are read by routes', [authentication({ istio: 'ingressgateway' }, {}, 'istio-system'), gateway('httpbin', [http(['*'])]), claims('@request.auth.claims.group')], 0],
    ['no issuer', [policy('RequestAuthentication', 'tokens', {})], 0],
    ['Gateway API', [policy('RequestAuthentication', 'tokens', { targetRefs: [{ kind: 'Gateway', name: 'a' }], jwtRules: [jwt()] })], 0],
  ])('%s', (_name, manifests, count) => {
    expect(find(tokenNotDemanded, manifests)).toHaveLength(count);
  });
});

describe('MTLS031: a policy that demands a token where none is verified', () => {
  test('the finding names the RequestAuthentication that is for other pods', () => {
    expect(find(tokenNotVerified, [authentication({ app: 'other' }), allow()])).toEqual([{
      object: expect.objectContaining({ kind: 'AuthorizationPolicy', name: 'allow' }),
      path: ['spec', 'selector', 'matchLabels'],
      message: 'rule 1 of AuthorizationPolicy `default/allow` demands a token, and RequestAuthentication `default/tokens` is for other pods',
      effect: 'no token is read there, and every request that needs the rule gets 403',
      cure: 'give both the same selector',
      related: [expect.objectContaining({ name: 'tokens' })],
    }]);
  });

  test('several are not named', () => {
    expect(find(tokenNotVerified, [authentication({ app: 'a' }), authentication({ app: 'b' }, {}, 'istio-system', 'more'), allow(NONE, [{}, { when: [{ key: 'request.auth.claims[a]', values: ['b'] }] }], 'default', { selector: { matchLabels: { app: 'httpbin' } } })])[0])
      .toMatchObject({ message: 'rule 2 of AuthorizationPolicy `default/allow` demands a token, and all RequestAuthentications are for other pods' });
  });

  const deny = (rules: object[]) => allow({ app: 'httpbin' }, rules, 'default', { action: 'DENY' });
  test.each<[string, Manifest[], number]>([
    ['a DENY for those without', [authentication({ app: 'other' }), deny([{ from: [{ source: { notRequestPrincipals: ['*'] } }] }])], 1],
    ['a DENY for one subject', [authentication({ app: 'other' }), deny([demand()])], 0],
    ['a DENY for all but one', [authentication({ app: 'other' }), deny([{ from: [{ source: { notRequestPrincipals: ['a/b'] } }] }])], 0],
    ['one of two sources needs none', [authentication({ app: 'other' }), allow({ app: 'httpbin' }, [{ from: [...demand().from, { source: { principals: ['a'] } }] }])], 0],
    ['a token is kept out', [authentication({ app: 'other' }), allow({ app: 'httpbin' }, [{ from: [{ source: { notRequestPrincipals: ['a/b'] } }] }])], 0],
    ['other labels, which the pods may carry too', [authentication({ version: 'v1' }), allow()], 0],
    ['the whole namespace', [authentication(NONE), allow()], 0],
    ['one of the root namespace', [authentication({ app: 'other' }), authentication(NONE, {}, 'istio-system'), allow()], 0],
    ['none at all', [allow()], 0],
    ['none in the namespace', [authentication({ app: 'other' }, {}, 'else'), allow()], 0],
    ['one that is refused', [authentication({ app: 'other' }), policy('RequestAuthentication', 'bad', { jwtRules: [{}] }), allow()], 0],
    ['one for the Gateway API', [authentication({ app: 'other' }), policy('RequestAuthentication', 'bad', { targetRefs: [{ kind: 'Gateway', name: 'a' }], jwtRules: [jwt()] }), allow()], 0],
    ['a policy for the Gateway API', [authentication({ app: 'other' }), policy('AuthorizationPolicy', 'allow', { targetRefs: [{ kind: 'Gateway', name: 'a' }], rules: [demand()] })], 0],
  ])('%s', (_name, manifests, count) => {
    expect(find(tokenNotVerified, manifests)).toHaveLength(count);
  });

  test('without labels of its own, it stands at the rule', () => {
    const [finding] = find(tokenNotVerified, [policy('RequestAuthentication', 'tokens', { selector: { matchLabels: { app: 'a' } }, jwtRules: [jwt()] }, 'istio-system'), allow({ app: 'b' }, [{ to: [{ operation: { paths: ['/'] } }] }, demand()])]);
    expect(finding).toMatchObject({ path: ['spec', 'selector', 'matchLabels'] });
  });
});

describe('MTLS032: a request principal that no token has', () => {
  test('an issuer that ends in a slash', () => {
    expect(find(requestPrincipal, [authentication({ app: 'httpbin' }, { issuer: `${ISSUER}/` }), allow()])).toEqual([{
      object: expect.objectContaining({ kind: 'AuthorizationPolicy' }),
      path: ['spec', 'rules', 0, 'from', 0, 'source', 'requestPrincipals', 0],
      message: 'request principal `https://idp.test/*` in rule 1 of AuthorizationPolicy `default/allow` asks for issuer `https://idp.test`, and RequestAuthentication `default/tokens` verifies tokens of `https://idp.test/`',
      effect: 'it never matches, so those whom it means get 403',
      cure: 'write `https://idp.test//*`',
      patch: [{ op: 'replace', path: '/spec/rules/0/from/0/source/requestPrincipals/0', value: 'https://idp.test//*' }],
      related: [expect.objectContaining({ name: 'tokens' })],
    }]);
  });

  test('one slash too many', () => {
    expect(find(requestPrincipal, [authentication(), allow({ app: 'httpbin' }, [demand(`${ISSUER}//bob`)])])[0].cure).toBe('write `https://idp.test/bob`');
  });

  test('no slash', () => {
    expect(find(requestPrincipal, [allow(NONE, [demand('bob')], 'default', { action: 'DENY' })])).toEqual([{
      object: expect.objectContaining({ name: 'allow' }),
      path: ['spec', 'rules', 0, 'from', 0, 'source', 'requestPrincipals', 0],
      message: 'request principal `bob` in rule 1 of AuthorizationPolicy `default/allow` has no `/`, and asks for an empty subject',
      effect: 'it never matches, so nobody is denied by it',
      cure: 'write `<issuer>/<subject>`, or `<issuer>/*` for any subject',
    }]);
  });

  test('another issuer is a warning', () => {
    const other = { when: [{ key: 'request.auth.principal', values: ['https://other.test/bob'] }] };
    expect(find(requestPrincipal, [authentication(), allow({ app: 'httpbin' }, [other])])).toEqual([{
      severity: 'warning',
      object: expect.objectContaining({ name: 'allow' }),
      path: ['spec', 'rules', 0, 'when', 0, 'values', 0],
      message: 'request principal `https://other.test/bob` in rule 1 of AuthorizationPolicy `default/allow` asks for issuer `https://other.test`, and no RequestAuthentication among the manifests verifies its tokens for the same pods',
      effect: 'it never matches, so those whom it means get 403',
      cure: 'name issuer `https://idp.test`, or verify tokens of this one',
      related: [expect.objectContaining({ name: 'tokens' })],
    }]);
    expect(find(requestPrincipal, [authentication(), authentication(NONE, { issuer: 'https://third.test' }, 'default', 'more'), allow({ app: 'httpbin' }, [other])])[0].cure).toBe('name one of the issuers that are verified, or verify tokens of this one');
  });

  test.each<[string, string, Manifest[]]>([
    ['the issuer', `${ISSUER}/*`, [authentication()]],
    ['any subject', '*', [authentication()]],
    ['any issuer', '*/bob', [authentication()]],
    ['the beginning of an issuer', 'https*', [authentication()]],
    ['the end of a subject', '*bob', [authentication()]],
    ['the beginning of an issuer with a slash', 'https://id*/bob', [authentication()]],
    ['within the URL, which is MTLS077', 'https://*', [authentication()]],
    ['the same over plain HTTP', 'http://*', [authentication()]],
    ['an empty issuer', '/bob', [authentication()]],
    ['an issuer that is discovered', 'https://other.test/*', [authentication({ app: 'httpbin' }, { issuer: undefined })]],
    ['a RequestAuthentication for other pods', 'https://other.test/*', [authentication({ app: 'other' })]],
    ['none', 'https://other.test/*', []],
  ])('silent: %s', (_name, principal, manifests) => {
    expect(told(requestPrincipal, [...manifests, allow({ app: 'httpbin' }, [demand(principal)])])).toEqual([]);
  });
});

describe('MTLS033: a token that the gateway takes away', () => {
  const atGateway = (rule: object = {}) => authentication({ istio: 'ingressgateway' }, rule, 'istio-system', 'edge');
  const traffic = [gateway('httpbin', [http(['*'])]), route({})];
  const http80 = { name: 'http', port: 8000 };

  test('the finding stands at the rule of the gateway', () => {
    expect(find(strippedToken, [atGateway(), authentication(), allow(), ...traffic, service(http80)])).toEqual([{
      object: expect.objectContaining({ kind: 'RequestAuthentication', name: 'edge' }),
      path: ['spec', 'jwtRules', 0],
      message: 'RequestAuthentication `istio-system/edge` takes tokens of `https://idp.test` away at the gateway, and AuthorizationPolicy `default/allow` demands them of requests that come from there',
      effect: 'the workload sees no token and answers 403',
      cure: 'set `forwardOriginalToken: true` at the gateway',
      patch: [{ op: 'add', path: '/spec/jwtRules/0/forwardOriginalToken', value: true }],
      related: [expect.objectContaining({ kind: 'AuthorizationPolicy', name: 'allow' })],
    }]);
  });

  test.each<[string, Manifest[], string[]]>([
    ['a Service that is not known', [atGateway(), authentication(), allow(), ...traffic], ['warning']],
    ['for the whole mesh, gateways included', [authentication(NONE, {}, 'istio-system', 'mesh'), allow(), ...traffic, service(http80)], ['error']],
    ['one header in common', [atGateway({ fromHeaders: [{ name: 'X-Token' }] }), authentication({ app: 'httpbin' }, { fromHeaders: [{ name: 'x-token' }], fromParams: ['t'] }), allow(), ...traffic, service(http80)], ['error']],
    ['one parameter in common', [atGateway({ fromParams: ['t'] }), authentication({ app: 'httpbin' }, { fromHeaders: [{ name: 'x' }], fromParams: ['t'] }), allow(), ...traffic, service(http80)], ['error']],
    ['one of two policies is certain', [atGateway(), authentication(), allow(), policy('AuthorizationPolicy', 'more', { rules: [demand()] }, 'default'), ...traffic, service(http80)], ['error']],
    ['forwarded', [atGateway({ forwardOriginalToken: true }), authentication(), allow(), ...traffic, service(http80)], []],
    ['another issuer', [atGateway({ issuer: 'https://other.test' }), authentication(), allow(), ...traffic, service(http80)], []],
    ['another place', [atGateway({ fromHeaders: [{ name: 'x-token' }] }), authentication(), allow(), ...traffic, service(http80)], []],
    ['cookies stay', [atGateway({ fromCookies: ['t'] }), authentication({ app: 'httpbin' }, { fromCookies: ['t'] }), allow(), ...traffic, service(http80)], []],
    ['the workload demands none', [atGateway(), authentication(), ...traffic, service(http80)], []],
    ['the policy is at the gateway too', [atGateway(), allow({ istio: 'ingressgateway' }, [demand()], 'istio-system'), ...traffic, service(http80)], []],
    ['no route leads there', [atGateway(), authentication(), allow(), service(http80)], []],
    ['the route leads to another namespace', [atGateway(), authentication(), allow(), traffic[0], route({ http: [{ route: [{ destination: { host: 'httpbin.other.svc.cluster.local' } }] }] }), service(http80)], []],
    ['the route leads to other pods', [atGateway(), authentication(), allow(), ...traffic, service(http80, { app: 'other' })], []],
    ['the route leads out of the mesh', [atGateway(), authentication(), allow(), traffic[0], route({ http: [{ route: [{ destination: { host: 'example.com' } }] }] })], []],
    ['a RequestAuthentication of a workload', [authentication(), allow(), ...traffic, service(http80)], []],
  ])('%s', (_name, manifests, expected) => {
    expect(find(strippedToken, manifests).map(({ severity }) => severity ?? 'error')).toEqual(expected);
  });
});

describe('MTLS034: signing keys that istiod cannot fetch', () => {
  test('loopback', () => {
    expect(find(unreachableKeys, [authentication({ app: 'a' }, { jwksUri: 'http://localhost:8080/keys' })])).toEqual([{
      object: expect.objectContaining({ name: 'tokens' }),
      path: ['spec', 'jwtRules', 0, 'jwksUri'],
      message: '`jwksUri` `http://localhost:8080/keys` of RequestAuthentication `default/tokens` leads to istiod\'s own pod, which asks for it',
      effect: 'every token of the issuer is answered with 401',
      cure: 'name an address that istiod reaches, or give the keys in `jwks`',
    }]);
  });

  test('a short name of a Service elsewhere', () => {
    expect(told(unreachableKeys, [authentication({ app: 'a' }, { jwksUri: 'http://keycloak/keys' }), service({ port: 80 }, {}, 'keycloak', 'auth')])).toEqual([
      'RequestAuthentication default/tokens spec.jwtRules.0.jwksUri: `jwksUri` `http://keycloak/keys` of RequestAuthentication `default/tokens` is a short name, which istiod looks for in `istio-system`; the Service is `auth/keycloak`',
    ]);
  });

  test.each(['http://127.0.0.1/k', 'https://127.1.2.3:443/k', 'http://[::1]:1/k', 'http://[::]/k', 'http://0.0.0.0/k', 'http://a.localhost/k'])('loopback: %s', (jwksUri) => {
    expect(find(unreachableKeys, [authentication({ app: 'a' }, { jwksUri })])).toHaveLength(1);
  });

  test('keys that are discovered at the issuer', () => {
    expect(find(unreachableKeys, [authentication({ app: 'a' }, { issuer: 'http://localhost:8080', jwksUri: undefined })])).toMatchObject([{ path: ['spec', 'jwtRules', 0, 'issuer'] }]);
  });

  test.each<[string, object]>([
    ['a public address', {}],
    ['a Service by namespace', { jwksUri: 'http://keycloak.auth/keys' }],
    ['an address in the cluster', { jwksUri: 'http://10.0.0.1/keys' }],
    ['another address', { jwksUri: 'http://[fd00::1]/keys' }],
    ['keys in place', { issuer: 'http://localhost', jwksUri: undefined, jwks: '{"keys":[]}' }],
    ['an issuer that is no URL', { issuer: 'localhost', jwksUri: undefined }],
    ['a short name that nobody knows', { jwksUri: 'http://dex/keys' }],
  ])('silent: %s', (_name, rule) => {
    expect(told(unreachableKeys, [authentication({ app: 'a' }, rule), service({ port: 80 }, {}, 'keycloak', 'auth')])).toEqual([]);
  });

  test('silent for a short name beside istiod', () => {
    expect(told(unreachableKeys, [authentication({ app: 'a' }, { jwksUri: 'http://keycloak/keys' }), service({ port: 80 }, {}, 'keycloak', 'auth'), service({ port: 80 }, {}, 'keycloak', 'istio-system')])).toEqual([]);
  });
});

describe('MTLS049: tokens on ports that Istio takes for TCP', () => {
  test('the finding stands at the port of the Service', () => {
    expect(find(tcpPort, [authentication(), object('v1', 'Service', 'default', 'httpbin', { spec: { selector: { app: 'httpbin' }, ports: [{ name: 'udp', port: 53, protocol: 'UDP' }, { name: 'tcp-web', port: 8000 }] } })])).toEqual([{
      object: expect.objectContaining({ kind: 'Service', name: 'httpbin' }),
      path: ['spec', 'ports', 1],
      message: 'Istio takes port 8000 (`tcp-web`) of Service `default/httpbin` for TCP, and RequestAuthentication `default/tokens` verifies tokens there',
      effect: 'no token is read: without a policy everybody gets in, and one that demands a token refuses every connection',
      cure: 'set `appProtocol: http`, or let the name of the port begin with `http`',
      patch: [{ op: 'add', path: '/spec/ports/1/appProtocol', value: 'http' }],
      related: [expect.objectContaining({ name: 'tokens' })],
    }]);
    expect(find(tcpPort, [authentication(), service({ port: 8000, appProtocol: 'tcp' })])[0].message).toContain('Istio takes port 8000 of Service');
  });

  test.each<[string, Manifest[]]>([
    ['HTTP', [authentication(), service({ name: 'http', port: 8000 })]],
    ['a protocol that the proxy looks for', [authentication(), service({ name: 'web', port: 8000 })]],
    ['one port is HTTP', [authentication(), service({ name: 'tcp', port: 1 }), service({ name: 'http', port: 2 }, { app: 'httpbin' }, 'other')]],
    ['other pods', [authentication(), service({ name: 'tcp', port: 1 }, { app: 'other' })]],
    ['no selector', [authentication(NONE), service({ name: 'tcp', port: 1 })]],
    ['no issuer', [policy('RequestAuthentication', 'tokens', selector({ app: 'httpbin' })), service({ name: 'tcp', port: 1 })]],
    ['no TCP port', [authentication(), service({ name: 'udp', port: 1, protocol: 'UDP' })]],
  ])('silent: %s', (_name, manifests) => {
    expect(told(tcpPort, manifests)).toEqual([]);
  });

  test('a Service that is described and not among the manifests is left alone', () => {
    const workload = { namespace: 'default', name: 'httpbin', labels: { known: new Map([['app', 'httpbin']]), complete: true }, serviceAccount: 'x', proxied: true, namedPorts: new Map() };
    const described = { namespace: 'default', name: 'httpbin', selector: new Map([['app', 'httpbin']]), labels: new Map(), external: false, ports: [{ port: 1, name: 'tcp', targetPort: 1, http: false }] };
    expect(told(tcpPort, [authentication()], {}, { workloads: [{ workload, service: described }] })).toEqual([]);
  });
});

describe('MTLS059: a key set without usable key', () => {
  test.each(['{"keys":[]}', '{}', '{"keys":[{"kty":"RSA","n":"x"}]}', '{"keys":[{"kty":"none"}]}'])('%s', (jwks) => {
    expect(find(unusableKeys, [authentication({ app: 'a' }, { jwksUri: undefined, jwks })])).toEqual([{
      object: expect.objectContaining({ name: 'tokens' }),
      path: ['spec', 'jwtRules', 0, 'jwks'],
      message: '`jwks` of issuer `https://idp.test` in RequestAuthentication `default/tokens` holds no key that Envoy can use',
      effect: 'Envoy refuses the listener of every pod that is selected: nothing that is new takes effect there, and after a restart nothing is served',
      cure: 'give the public keys of the issuer as JSON Web Keys, or their address in `jwksUri`',
    }]);
  });

  test('silent for a good key, an address, and a text that is refused', () => {
    const key = { kty: 'EC', crv: 'P-256', x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4', y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM' };
    for (const jwks of [JSON.stringify({ keys: [key] }), 'no JSON', undefined]) {
      expect(told(unusableKeys, [authentication({ app: 'a' }, { jwksUri: jwks === undefined ? ISSUER : undefined, jwks })])).toEqual([]);
    }
  });
});
