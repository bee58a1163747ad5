import { attack, AttackReport } from '../../src/attack';
import { secret, testPki } from '../authz/support/certificates';
import { gateway, GATEWAY_LABELS, GATEWAY_PRINCIPAL, https, ingress, object, peerAuthentication, policy, toHttpbin, virtualService, workload } from '../authz/support/world';

const pki = testPki();
const H = 'h.shop.test';
const secrets = [secret('c', { 'tls.crt': pki.serverPem, 'tls.key': pki.serverKey }), secret('c-cacert', { cacert: pki.clients.pem })];
const identity = { request: { remove: ['x-id', 'x_id'], set: { 'x-id': '%DOWNSTREAM_PEER_SUBJECT%' } } };
const fromGateway = (principal = GATEWAY_PRINCIPAL, more: object = {}) => policy({
  selector: { matchLabels: { app: 'httpbin' } },
  rules: [{ from: [{ source: { principals: [principal] } }], to: [{ operation: { hosts: [H, `${H}:*`] } }], when: [{ key: 'request.headers[x-id]', values: ['CN=admin'] }] }],
  ...more,
}, { name: 'admins' });
const strict = peerAuthentication({ mtls: { mode: 'STRICT' } }, { name: 'strict' });
const route = virtualService({ hosts: [H], gateways: ['gateway'], http: [{ headers: identity, route: toHttpbin }] }, { name: 'ours' });
const base = [...ingress, ...workload('httpbin'), ...secrets, route, fromGateway(), strict];
const server = (host: string) => gateway([https([host], { mode: 'MUTUAL', credentialName: 'c' })]);
const atGateway = (rules: object[]) => policy({ action: 'DENY', selector: { matchLabels: GATEWAY_LABELS }, rules }, { name: 'demand', namespace: 'istio-system' });
const hosts = { to: [{ operation: { hosts: [H, `${H}:*`] } }] };
const noCertificate = { from: [{ source: { notPrincipals: ['*'] } }], ...hosts };
const otherName = { ...hosts, when: [{ key: 'connection.sni', notValues: [H] }] };
const search = (documents: any[], tenant?: string): AttackReport => attack(documents, { mesh: { complete: true }, tenant });
const causes = (report: AttackReport) => report.ways.map(({ cause }) => cause.replace('tenant ', ''));

test('without a tenant nothing gets in', () => {
  expect(search([...base, server(H)])).toMatchObject({ ways: [], complete: true, doubts: [] });
});

test.each<[string, any[], string[]]>([
  ['a bare host', [server(H)], ['route on our Gateway', 'plaintext server', 'SIMPLE server', 'MUTUAL server with an own CA', 'our host written over his']],
  ['a server that admits its namespace only', [server(`default/${H}`)], ['plaintext server', 'SIMPLE server', 'MUTUAL server with an own CA', 'our host written over his']],
  ['a demand for certificates at the gateway', [server(H), atGateway([noCertificate])], ['route on our Gateway', 'MUTUAL server with an own CA', 'our host written over his']],
  ['and for the server name', [server(H), atGateway([noCertificate, otherName])], ['route on our Gateway', 'our host written over his']],
  ['a wildcard server with both', [server('*.shop.test'), atGateway([noCertificate, otherName])], ['route on our Gateway', 'exact host below our wildcard', 'our host written over his']],
])('what a tenant can add against %s', (_name, ours, found) => {
  const report = search([...base, ...ours], 'evil');
  expect(causes(report)).toEqual(found);
  for (const { objects, decision, refusal } of report.ways) {
    expect(objects!.every(({ metadata }: any) => metadata.namespace === 'evil' && metadata.creationTimestamp === undefined)).toBe(true);
    expect(decision.isAllowed).toBe(true);
    expect(refusal!.decision.isAllowed).toBe(false);
  }
});

test('a gateway of its own closes what no policy closes on a shared one', () => {
  const labels = { istio: 'dedicated' };
  const own = [
    object('apps/v1', 'Deployment', { template: { metadata: { labels }, spec: { serviceAccountName: 'dedicated', containers: [{ name: 'istio-proxy' }] } } }, { name: 'dedicated', namespace: 'edge' }),
    object('v1', 'Service', { selector: labels, ports: [{ name: 'https', port: 443, targetPort: 8443 }] }, { name: 'dedicated', namespace: 'edge' }),
  ];
  const documents = [...ingress, ...workload('httpbin'), ...own, ...secrets.map((each) => ({ ...each, metadata: { ...each.metadata, namespace: 'edge' } })), route, strict,
    fromGateway('cluster.local/ns/edge/sa/dedicated'),
    gateway([https([`default/${H}`], { mode: 'MUTUAL', credentialName: 'c' })], {}, labels),
    policy({ selector: { matchLabels: labels }, rules: [{ from: [{ source: { principals: ['*'] } }], to: hosts.to, when: [{ key: 'connection.sni', values: [H] }] }] }, { name: 'only', namespace: 'edge' })];
  expect(causes(search(documents, 'evil'))).toEqual(expect.not.arrayContaining(['route on our Gateway', 'plaintext server', 'SIMPLE server', 'MUTUAL server with an own CA']));
});

describe('APIRules', () => {
  const kyma = gateway([https(['*.kyma.test'], { mode: 'SIMPLE', credentialName: 'c' })], { name: 'kyma-gateway', namespace: 'kyma-system' });
  const rule = (name: string, host: string, rules: object[]) => object('gateway.kyma-project.io/v2', 'APIRule', { gateway: 'kyma-system/kyma-gateway', hosts: [host], service: { name: 'httpbin', port: 8000 }, rules }, { name });
  const jwt = { authentications: [{ issuer: 'https://idp.test', jwksUri: 'https://idp.test/keys' }] };
  const world = [...ingress, ...workload('httpbin'), ...secrets, kyma];
  const shown = (report: AttackReport) => report.ways.map(({ means, attempt: { caller, host, path } }) => `${means.join()} ${caller.text} ${host}${path}`);

  test('a path string that comes twice ends the exclusion of the guarded path', () => {
    const report = search([...world, rule('one', 'one.kyma.test', [
      { path: '/anything/{**}', methods: ['POST'], jwt }, { path: '/anything/secret', methods: ['GET'], jwt }, { path: '/anything/{**}', methods: ['GET'], noAuth: true },
    ])]);
    expect(shown(report)).toEqual(['overshadowed rule no certificate one.kyma.test/anything/secret']);
  });

  test('a guarded `/` beside an open tree is open', () => {
    expect(shown(search([...world, rule('two', 'two.kyma.test', [{ path: '/', methods: ['GET'], jwt }, { path: '/{**}', methods: ['GET'], noAuth: true }])]))).toEqual(['overshadowed rule no certificate two.kyma.test/']);
  });

  test('an open wildcard host opens every guarded host of the workload', () => {
    const report = search([...world, rule('wild', '*.kyma.test', [{ path: '/*', methods: ['GET'], noAuth: true }]), rule('own', 'j.kyma.test', [{ path: '/*', methods: ['GET'], jwt }])]);
    expect(shown(report)).toEqual(['overshadowed rule no certificate j.kyma.test/']);
  });

  test('an open exception below a guarded site is no hole; its guarded neighbours are, in other spellings', () => {
    const exception = rule('ok', 'ok.kyma.test', [{ path: '/health', methods: ['GET'], noAuth: true }, { path: '/{**}', methods: ['GET'], jwt }]);
    expect(shown(search([...world, exception]))).toEqual([]);
    const guarded = rule('exact', 'exact.kyma.test', [{ path: '/headers', methods: ['GET'], jwt }, { path: '/{**}', methods: ['GET'], noAuth: true }]);
    const report = search([...world, guarded]);
    expect(report.ways.map(({ means }) => means)).toEqual([['path spelling']]);
    expect(report.ways[0].also).toEqual(expect.arrayContaining(['/headers/', '/headers;x', '/headers%2F']));
  });

  test('an APIRule of a tenant opens a workload behind a mutual-TLS gateway, with the identity that its policy wants', () => {
    const report = search([...base, server(`default/${H}`), atGateway([noCertificate, otherName]), kyma], 'evil');
    const way = report.ways.find(({ cause }) => cause === 'tenant APIRule to our Service');
    expect(way).toMatchObject({ attempt: { caller: { text: 'no certificate' }, host: 'h-shop-test.kyma.test' }, objects: [{ kind: 'APIRule', spec: { service: { namespace: 'default', name: 'httpbin' } } }] });
  });
});
