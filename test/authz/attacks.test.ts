import { secret, testPki } from './support/certificates';
import { answer, gateway, GATEWAY_LABELS, GATEWAY_PRINCIPAL, http, https, none, peerAuthentication, plaintext, policy, subject, toHttpbin, virtualService, world } from './support/world';
import { Client, Mesh } from '../../src/authz';

/** What a tenant may do who can write Gateways and VirtualServices for the same ingress proxy. */
const pki = testPki();
const tenantCa = pki.strangers.pem;
const H = 'h.test';
const at = (minute: number) => ({ creationTimestamp: `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z` });
const secrets = [secret('c', { 'tls.crt': pki.serverPem, 'tls.key': pki.serverKey }), secret('c-cacert', { cacert: pki.clients.pem })];
const identity = { request: { remove: ['x-id'], set: { 'x-id': '%DOWNSTREAM_PEER_SUBJECT%' } } };
const ours = [
  ...secrets,
  virtualService({ hosts: [H], gateways: ['gateway'], http: [{ headers: identity, route: toHttpbin }] }, at(1)),
  policy({
    selector: { matchLabels: { app: 'httpbin' } },
    rules: [{ from: [{ source: { principals: [GATEWAY_PRINCIPAL] } }], to: [{ operation: { hosts: [H, `${H}:*`] } }], when: [{ key: 'request.headers[x-id]', values: ['CN=admin'] }] }],
  }),
  peerAuthentication({ mtls: { mode: 'STRICT' } }),
];
const strict = gateway([https([H], { mode: 'MUTUAL', credentialName: 'c' })], at(1));
const forged = { host: H, path: '/', headers: { 'x-id': 'CN=admin' } };
const tenantRoute = (spec: object) => virtualService({ hosts: [H], gateways: ['evil/gateway'], http: [{ route: [{ destination: { host: 'httpbin.default.svc.cluster.local', port: { number: 8000 } } }] }], ...spec },
  { namespace: 'evil', ...at(9) });
const tenantGateway = (server: object) => gateway([server], { namespace: 'evil', ...at(9) });
const atGateway = (spec: object) => policy({ selector: { matchLabels: GATEWAY_LABELS }, ...spec }, { namespace: 'istio-system' });
const hosts = { to: [{ operation: { hosts: [H, `${H}:*`] } }] };
const noCertificate = atGateway({ action: 'DENY', rules: [{ from: [{ source: { notPrincipals: ['*'] } }], ...hosts }] });
const otherName = atGateway({ action: 'DENY', rules: [{ ...hosts, when: [{ key: 'connection.sni', notValues: [H] }] }] });
const mesh = (...documents: any[]): Mesh => world([...ours, ...documents]);

test('the admin gets in, and nobody who only says so', () => {
  const base = mesh(strict);
  expect(answer(base.evaluate({ ...forged, client: subject('/CN=admin') }))).toBe(200);
  expect(answer(base.evaluate({ ...forged, client: subject('/CN=bob') }))).toBe(403);
  expect(answer(base.evaluate({ ...forged, client: Client.certificate({ dnsNames: ['x.test'] }) }))).toBe(403);
  expect(answer(base.evaluate({ ...forged, client: none }))).toBe('handshake rejected');
  expect(answer(base.evaluate({ ...forged, client: Client.inMeshPlaintext(), service: 'default/httpbin' }))).toBe('connection closed');
});

test('a route bound to our Gateway shadows ours, unless the server admits our namespace only', () => {
  const attack = virtualService({
    hosts: [H],
    gateways: ['default/gateway'],
    exportTo: ['istio-system'],
    http: [{
      match: [{ uri: { prefix: '/' } }],
      headers: { request: { set: { 'x-id': 'CN=admin' } } },
      route: [{ destination: { host: 'httpbin.default.svc.cluster.local', port: { number: 8000 } } }],
    }],
  }, { namespace: 'evil', ...at(9) });
  expect(answer(mesh(strict, attack).evaluate({ ...forged, client: subject('/CN=bob') }))).toBe(200);
  const closed = gateway([https([`default/${H}`], { mode: 'MUTUAL', credentialName: 'c' })], at(1));
  expect(answer(mesh(closed, attack).evaluate({ ...forged, client: subject('/CN=bob') }))).toBe(403);
});

test.each<[string, any, Client, object]>([
  ['plain HTTP', http([H]), plaintext, {}],
  ['a SIMPLE server under another name', https(['evil.test', H], { mode: 'SIMPLE', credentialName: 'c' }), none, { sni: 'evil.test' }],
])('our host on %s of theirs is closed by a DENY of callers without certificate', (_name, server, client, more) => {
  const theirs = [tenantGateway({ ...server, hosts: server.tls === undefined ? server.hosts : ['evil.test', '*'] }), tenantRoute({})];
  expect(answer(mesh(strict, ...theirs).evaluate({ ...forged, client, ...more }))).toBe(200);
  expect(answer(mesh(strict, noCertificate, ...theirs).evaluate({ ...forged, client, ...more }))).toBe(403);
});

test('our host behind a MUTUAL wildcard of theirs with their own CA is closed by the server name', () => {
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ca', namespace: 'evil' }, data: { cacert: tenantCa } };
  const theirs = [configMap, tenantGateway(https(['*.test'], { mode: 'MUTUAL', credentialName: 'c', caCertCredentialName: 'configmap://evil/ca' })), tenantRoute({})];
  const request = { ...forged, client: Client.fromPem(pki.stranger()), sni: 'x.test' };
  expect(answer(mesh(strict, noCertificate, ...theirs).evaluate(request))).toBe(200);
  expect(answer(mesh(strict, noCertificate, otherName, ...theirs).evaluate(request))).toBe(403);
});

test('their newer exact host wins against our wildcard; against our exact host it loses', () => {
  const wild = gateway([https(['*.test'], { mode: 'MUTUAL', credentialName: 'c' })], at(1));
  const theirs = [tenantGateway(https([H], { mode: 'SIMPLE', credentialName: 'c' })), tenantRoute({})];
  expect(answer(mesh(wild, ...theirs).evaluate({ ...forged, client: none }))).toBe(200);
  expect(answer(mesh(strict, ...theirs).evaluate({ ...forged, client: none }))).toBe('handshake rejected');
});

test('authority rewriting with a forged header gets in over a shared proxy; a dedicated gateway closes it', () => {
  const theirs = [tenantGateway(http(['evil.test'])), tenantRoute({ hosts: ['evil.test'], http: [{ rewrite: { authority: H }, route: [{ destination: { host: 'httpbin.default.svc.cluster.local', port: { number: 8000 } } }] }] })];
  const request = { ...forged, host: 'evil.test', client: plaintext };
  expect(answer(mesh(strict, noCertificate, otherName, ...theirs).evaluate(request))).toBe(200);
  const dedicated = policy({ action: 'DENY', selector: { matchLabels: { app: 'httpbin' } }, rules: [{ from: [{ source: { notPrincipals: ['cluster.local/ns/istio-system/sa/dedicated'] } }] }] });
  expect(answer(mesh(strict, dedicated, ...theirs).evaluate(request))).toBe(403);
});

test('the route guard by the forwarded certificate denies one identity on every spelling of a path', () => {
  const guard = {
    match: [{
      uri: { regex: '(?i)(/|%2f|%5c)*status(;[^/]*)?(/|%2f|%5c)+418(;.*|/.*)?' },
      headers: { 'x-forwarded-client-cert': { regex: '.*;URI=spiffe://test[.]client(;.*)?' } },
    }],
    directResponse: { status: 403 },
  };
  const guarded = world([...secrets, strict, virtualService({ hosts: [H], gateways: ['gateway'], http: [guard, { route: toHttpbin }] })]);
  const denied = Client.certificate({ uris: ['spiffe://test.client'] });
  for (const path of ['/status/418', '/status/418/', '//status/418', '/Status/418', '/status%2F418', '/status//418', '/status/418;x']) {
    expect(answer(guarded.evaluate({ host: H, path, client: denied }))).toBe(403);
    expect(answer(guarded.evaluate({ host: H, path, client: Client.certificate({ uris: ['spiffe://test.client2'] }) }))).toBe(200);
    expect(answer(guarded.evaluate({ host: H, path, client: Client.certificate({ uris: ['spiffe://x'] }), headers: { 'x-forwarded-client-cert': ';URI=spiffe://test.client' } }))).toBe(200);
  }
});
