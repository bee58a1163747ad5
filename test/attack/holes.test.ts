/** Each known hole of the platform is found from the manifests, and of tenants from what they may add, alone: one row a hole. */
import { attack, AttackReport } from '../../src/attack';
import { Client, Mesh, Token } from '../../src/authz';
import { secret, testPki } from '../authz/support/certificates';
import { gateway, GATEWAY_LABELS, GATEWAY_PRINCIPAL, https, ingress, object, peerAuthentication, policy, toHttpbin, virtualService, workload } from '../authz/support/world';

const pki = testPki();
const H = 'h.shop.test';
const hosts = { to: [{ operation: { hosts: [H, `${H}:*`] } }] };
const secrets = [secret('c', { 'tls.crt': pki.serverPem, 'tls.key': pki.serverKey }), secret('c-cacert', { cacert: pki.clients.pem })];
const guarded = [
  ...ingress, ...workload('httpbin'), ...secrets,
  virtualService({ hosts: [H], gateways: ['gateway'], http: [{ headers: { request: { remove: ['x-id', 'x_id'], set: { 'x-id': '%DOWNSTREAM_PEER_SUBJECT%' } } }, route: toHttpbin }] }, { name: 'ours' }),
  policy({ selector: { matchLabels: { app: 'httpbin' } }, rules: [{ from: [{ source: { principals: [GATEWAY_PRINCIPAL] } }], ...hosts, when: [{ key: 'request.headers[x-id]', values: ['CN=admin'] }] }] }, { name: 'admins' }),
  peerAuthentication({ mtls: { mode: 'STRICT' } }, { name: 'strict' }),
];
const mutual = (host: string) => gateway([https([host], { mode: 'MUTUAL', credentialName: 'c' })]);
const demand = policy({ action: 'DENY', selector: { matchLabels: GATEWAY_LABELS }, rules: [{ from: [{ source: { notPrincipals: ['*'] } }], ...hosts }] }, { name: 'demand', namespace: 'istio-system' });

const kyma = [...ingress, ...workload('httpbin'), ...secrets, gateway([https(['*.kyma.test'], { mode: 'SIMPLE', credentialName: 'c' })], { name: 'kyma-gateway', namespace: 'kyma-system' })];
const jwt = { authentications: [{ issuer: 'https://idp.test', jwksUri: 'https://idp.test/keys' }] };
const rule = (name: string, host: string, rules: object[]) => object('gateway.kyma-project.io/v2', 'APIRule', { gateway: 'kyma-system/kyma-gateway', hosts: [host], service: { name: 'httpbin', port: 8000 }, rules }, { name });
const external = (namespace: string, domain: string) => object('gateway.kyma-project.io/v1alpha1', 'ExternalGateway', { externalDomain: domain, internalDomain: {}, region: 'r', regionsConfigMap: 'regions', caSecretRef: { name: 'ca' } }, { name: 'partner', namespace });

const causes = ({ ways }: AttackReport) => ways.map(({ cause }) => cause);
const search = (documents: any[], tenant?: string) => attack(documents, { mesh: { complete: true }, tenant });

test.each<[row: string, documents: any[], cause: string]>([
  ['a route bound to our Gateway', [...guarded, mutual(H)], 'tenant route on our Gateway'],
  ['our host on a plaintext server of theirs', [...guarded, mutual(`default/${H}`)], 'tenant plaintext server'],
  ['our host on a SIMPLE server of theirs', [...guarded, mutual(`default/${H}`)], 'tenant SIMPLE server'],
  ['our host behind their MUTUAL server with their own CA and our credentialName', [...guarded, mutual(`default/${H}`), demand], 'tenant MUTUAL server with an own CA'],
  ['their newer exact host against our wildcard server', [...guarded, mutual('*.shop.test'), demand], 'tenant exact host below our wildcard'],
  ['our host written over theirs, with a forged identity header', [...guarded, mutual(`default/${H}`), demand], 'tenant our host written over his'],
  ['an APIRule with `service.namespace` of somebody else', [...guarded, mutual(`default/${H}`), kyma[kyma.length - 1]], 'tenant APIRule to our Service'],
  ['an ExternalGateway of the name of ours', [...kyma, external('demo', 'api.customer.test')], 'tenant external partner'],
])('what a tenant may add: %s', (_row, documents, cause) => {
  expect(causes(search(documents))).not.toContain(cause);
  const found = search(documents, 'evil').ways.find((way) => way.cause === cause)!;
  expect(found).toBeDefined();
  expect(found.objects!.every(({ metadata }: any) => metadata.namespace === 'evil')).toBe(true);
  expect(found.cure).not.toBe('');
});

test.each<[row: string, documents: any[], words: RegExp, cure: RegExp]>([
  ['the same path string earlier with another method ends the exclusions',
    [rule('one', 'one.kyma.test', [{ path: '/anything/{**}', methods: ['POST'], jwt }, { path: '/anything/secret', methods: ['GET'], jwt }, { path: '/anything/{**}', methods: ['GET'], noAuth: true }])],
    /^APIRule default\/one `spec\.rules\[1\]` asks who it is, and APIRule default\/one `spec\.rules\[2\]` lets everybody in/, /no path twice/],
  ['`/` guarded beside an open `/{**}`', [rule('two', 'two.kyma.test', [{ path: '/', methods: ['GET'], jwt }, { path: '/{**}', methods: ['GET'], noAuth: true }])],
    /^APIRule default\/two `spec\.rules\[0\]` asks who it is, and APIRule default\/two `spec\.rules\[1\]` lets everybody in/, /never `\/`/],
  ['an open wildcard host beside a guarded host of the same workload', [rule('wild', '*.kyma.test', [{ path: '/*', methods: ['GET'], noAuth: true }]), rule('own', 'j.kyma.test', [{ path: '/*', methods: ['GET'], jwt }])],
    /^APIRule default\/own `spec\.rules\[0\]` asks who it is, and APIRule default\/wild `spec\.rules\[0\]`/, /give APIRule default\/wild `spec\.rules\[0\]` hosts that no guarded APIRule/],
  ['two ExternalGateways of one name', [external('demo', 'api.customer.test'), external('other', 'api2.customer.test')],
    /^ExternalGateway other\/partner has the name of ExternalGateway demo\/partner/, /a name of its own/],
])('what APIRules open: %s', (_row, own, words, cure) => {
  const { ways } = search([...kyma, ...own]);
  expect(ways.map(({ because }) => because)).toContainEqual(expect.stringMatching(words));
  const found = ways.find(({ because }) => words.test(because))!;
  expect(found.cure).toMatch(cure);
  // The generated policies have names that nobody wrote.
  for (const { because, cure: text } of ways) expect(`${because} ${text}`).not.toMatch(/default\/(?:one|two|wild|own)-\d/);
});

describe('tokens', () => {
  const route = virtualService({ hosts: [H], gateways: ['gateway'], http: [{ route: toHttpbin }] }, { name: 'ours' });
  const denied = (location: object) => [
    ...ingress, ...workload('httpbin'), ...secrets, route, gateway([https([H], { mode: 'SIMPLE', credentialName: 'c' })]),
    object('security.istio.io/v1', 'RequestAuthentication', { selector: { matchLabels: { app: 'httpbin' } }, jwtRules: [{ issuer: 'https://idp.test', jwksUri: 'https://idp.test/keys', ...location }] }, { name: 'idp' }),
    policy({ action: 'DENY', selector: { matchLabels: { app: 'httpbin' } }, rules: [{ from: [{ source: { requestPrincipals: ['https://idp.test/banned'] } }] }] }, { name: 'banned' }),
  ];

  test.each<[string, object]>([
    ['the usual header', {}],
    ['a header with a prefix of its own', { fromHeaders: [{ name: 'x-token', prefix: 'Token ' }] }],
    ['a query parameter', { fromParams: ['token'] }],
    ['a cookie', { fromCookies: ['token'] }],
  ])('whom a policy denies by the token in %s leaves it at home', (_name, location) => {
    const { ways } = search(denied(location));
    expect(ways.map(({ means }) => means.join('+'))).toContain('anonymous');
  });

  test.each<[string, object]>([
    ['a header with a prefix of its own', { fromHeaders: [{ name: 'x-token', prefix: 'Token ' }] }],
    ['a query parameter', { fromParams: ['token'] }],
    ['a cookie', { fromCookies: ['token'] }],
  ])('where every caller needs a token in %s, nothing gets in without', (_name, location) => {
    const documents = denied(location).slice(0, -1);
    const only = policy({ selector: { matchLabels: { app: 'httpbin' } }, rules: [{ from: [{ source: { requestPrincipals: ['https://idp.test/*'] } }], to: [{ operation: { methods: ['GET', 'OPTIONS'] } }] }] }, { name: 'only' });
    expect(search([...documents, only]).ways).toEqual([]);
  });

  test('a preflight is a request without its token, which is tried: the answer is the same', () => {
    const documents = denied({}).slice(0, -1);
    const preflight = { 'origin': 'https://o.test', 'access-control-request-method': 'GET' };
    for (const requestPrincipals of [['*'], ['https://idp.test/me']]) {
      for (const action of ['ALLOW', 'DENY']) {
        const own = policy({ action, selector: { matchLabels: { app: 'httpbin' } }, rules: [{ from: [{ source: { requestPrincipals } }] }] }, { name: 'own' });
        const mesh = Mesh.fromManifests([...documents, own], { complete: true });
        const ask = (more: object) => mesh.evaluate({ client: Client.none(), host: H, path: '/', method: 'OPTIONS', headers: preflight, ...more }).outcome;
        expect(ask({ token: Token.verified({ issuer: 'https://idp.test', subject: 'me' }) })).toBe(ask({}));
        expect(ask({})).toBe(ask({ headers: {} }));
      }
    }
  });
});
