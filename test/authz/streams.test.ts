import { secret, testPki } from './support/certificates';
import { answer, gateway, GATEWAY_LABELS, GATEWAY_PRINCIPAL, https, inMesh, none, peerAuthentication, plaintext, policy, spiffe, virtualService, workload, world } from './support/world';
import { AccessRequest, Client, HttpVersion, MeshOptions } from '../../src/authz';

const pki = testPki();
const secrets = [secret('c', { 'tls.crt': pki.serverPem, 'tls.key': pki.serverKey, 'ca.crt': pki.clients.pem })];
const ledger = workload('ledger', { ports: [{ name: 'tcp', port: 5432 }, { name: 'http', port: 80, targetPort: 8080 }] });
const to = (host: string, port: number) => [{ destination: { host, port: { number: port } } }];
const tcp = { port: { number: 443, name: 'tcp', protocol: 'TCP' }, hosts: ['a.test'] };
const passthrough = https(['a.test', 'b.test'], { mode: 'PASSTHROUGH' }, { protocol: 'TLS' });
const opened = https(['a.test'], { mode: 'MUTUAL', credentialName: 'c' }, { protocol: 'TLS' });
const routes = (spec: object) => virtualService({ hosts: ['a.test', 'b.test'], http: undefined, ...spec });
const sni = (names: string[], host: string, port: number) => ({ match: [{ sniHosts: names }], route: to(host, port) });

function ask(documents: any[], request: Partial<AccessRequest>, options: MeshOptions = {}) {
  return answer(world([...ledger, ...secrets, ...documents], options).evaluate({ client: none, host: 'a.test', path: '/', port: 443, ...request }));
}

describe('bytes that a gateway hands on', () => {
  test.each<[string, any[], Partial<AccessRequest>, string | number]>([
    ['TCP to a TCP port', [gateway([tcp]), routes({ tcp: [{ route: to('ledger', 5432) }] })], { client: plaintext }, 200],
    ['TLS of the client over TCP', [gateway([tcp]), routes({ tcp: [{ route: to('ledger', 5432) }] })], {}, 200],
    ['TCP to an HTTP port', [gateway([tcp]), routes({ tcp: [{ route: to('ledger', 80) }] })], { client: plaintext }, 200],
    ['no TLS for an HTTP port', [gateway([tcp]), routes({ tcp: [{ route: to('ledger', 80) }] })], {}, 'connection closed'],
    ['no route, no listener', [gateway([tcp]), virtualService({})], { client: plaintext }, 'connection refused'],
    ['a route for another port', [gateway([tcp]), routes({ tcp: [{ match: [{ port: 1 }], route: to('ledger', 5432) }] })], { client: plaintext }, 'connection refused'],
    ['a Service without that port', [gateway([tcp]), routes({ tcp: [{ route: to('ledger', 1) }] })], { client: plaintext }, 'connection closed'],
    ['pass-through by server name', [gateway([passthrough]), routes({ tls: [sni(['a.test'], 'ledger', 5432)] })], {}, 200],
    ['pass-through of another name', [gateway([passthrough]), routes({ tls: [sni(['a.test'], 'ledger', 5432)] })], { host: 'b.test' }, 'connection closed'],
    ['pass-through to an HTTP port', [gateway([passthrough]), routes({ tls: [sni(['a.test'], 'ledger', 80)] })], {}, 'connection closed'],
    ['TLS that is opened', [gateway([opened]), routes({ tcp: [{ route: to('ledger', 5432) }] })], { client: Client.fromPem(pki.client()) }, 200],
    ['TLS that is opened, without certificate', [gateway([opened]), routes({ tcp: [{ route: to('ledger', 5432) }] })], {}, 'handshake rejected'],
    ['a name in two servers of one port', [gateway([passthrough, https(['a.test'], { mode: 'SIMPLE', credentialName: 'c' }, { name: 'two' })]), routes({ tls: [sni(['b.test'], 'ledger', 5432)] })], { host: 'b.test' }, 200],
    ['a server name twice: the later match is left out', [gateway([passthrough]), routes({ tls: [sni(['a.test'], 'ledger', 5432), sni(['a.test'], 'nothing', 1)] })], {}, 200],
  ])('%s', (_name, documents, request, expected) => {
    expect(ask(documents, request)).toBe(expected);
  });

  test('AUTO_PASSTHROUGH is not modelled, and said so', () => {
    expect(ask([gateway([https(['*.local'], { mode: 'AUTO_PASSTHROUGH' }, { protocol: 'TLS' })]), routes({ tcp: [{ route: to('ledger', 1) }] })], { sni: 'x.local' })).toBe('undecided');
  });

  test.each<[string, object, string | undefined]>([
    ['no destination', { tcp: [{ match: [{ port: 1 }] }] }, '`spec.tcp[0]` has no route'],
    ['no match', { tls: [{ route: to('ledger', 1) }] }, '`spec.tls[0]` has no match'],
    ['no server name', { tls: [{ match: [{ port: 1 }], route: to('ledger', 1) }] }, '`spec.tls[0]` matches no server name'],
    ['a strange server name', { tls: [sni(['c.test'], 'ledger', 1)] }, '`spec.tls[0]` matches server name `c.test`, which no entry of `spec.hosts` covers'],
    ['a port that is none', { tcp: [{ match: [{ port: 70000 }], route: to('ledger', 1) }] }, '`spec.tcp[0]` matches port 70000'],
    ['no weight', { tcp: [{ route: [...to('ledger', 1), ...to('ledger', 2)] }] }, '`spec.tcp[0].route` has no weight'],
  ])('the webhook refuses %s', (_name, spec, problem) => {
    expect(world([routes(spec)]).refused[0]).toContain(problem);
  });
});

describe('policies on TCP', () => {
  const way = [gateway([tcp]), routes({ tcp: [{ route: to('ledger', 5432) }] })];
  const guard = (spec: object) => policy({ selector: { matchLabels: { app: 'ledger' } }, ...spec });
  test.each<[string, any, Partial<AccessRequest>, string | number]>([
    ['who is allowed gets through', guard({ rules: [{ from: [{ source: { principals: [GATEWAY_PRINCIPAL] } }] }] }), { client: plaintext }, 200],
    ['others are cut off', guard({ rules: [{ from: [{ source: { principals: ['x'] } }] }] }), { client: plaintext }, 'connection closed'],
    ['an ALLOW rule with an HTTP condition vanishes', guard({ rules: [{ to: [{ operation: { methods: ['GET'] } }] }] }), { client: plaintext }, 'connection closed'],
    ['a DENY rule loses its HTTP condition and denies all', guard({ action: 'DENY', rules: [{ to: [{ operation: { paths: ['/never'] } }] }] }), { client: plaintext }, 'connection closed'],
    ['callers in the mesh too', guard({ action: 'DENY', rules: [{ to: [{ operation: { ports: ['5432'] } }] }] }), { client: inMesh(), service: 'default/ledger', port: 5432 }, 'connection closed'],
    ['the HTTP port has its own', guard({ action: 'DENY', rules: [{ to: [{ operation: { ports: ['5432'] } }] }] }), { client: inMesh(), service: 'default/ledger', port: 80 }, 200],
    ['at the gateway', policy({ action: 'DENY', selector: { matchLabels: GATEWAY_LABELS }, rules: [{ to: [{ operation: { hosts: ['other.test'] } }] }] }, { namespace: 'istio-system' }), { client: plaintext }, 'connection closed'],
  ])('%s', (_name, rule, request, expected) => {
    expect(ask([...way, rule], request)).toBe(expected);
  });

  test('the decision names the policy, and no status', () => {
    const denied = world([...ledger, ...way, policy({ action: 'DENY', rules: [{}] }, { name: 'shut' })]).evaluate({ client: plaintext, host: 'a.test', path: '/', port: 443 });
    expect([denied.policy, denied.status]).toEqual(['default/shut', undefined]);
  });

  test('an HTTP route to a TCP port that refuses it is answered with 503', () => {
    const route = virtualService({ http: [{ route: to('ledger', 5432) }] });
    const shut = guard({ action: 'DENY', rules: [{}] });
    expect(ask([gateway([https(['a.test'], { mode: 'SIMPLE', credentialName: 'c' })]), route, shut], {})).toBe(503);
  });

  test('pass-through under STRICT: mutual TLS of the gateway carries the TLS of the client', () => {
    const documents = [gateway([passthrough]), routes({ tls: [sni(['a.test'], 'ledger', 5432)] }), peerAuthentication({ mtls: { mode: 'STRICT' } })];
    expect(ask(documents, {})).toBe(200);
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh: 'enableAutoMtls: false' } };
    expect(ask([...documents, config], {})).toBe('handshake rejected');
  });
});

describe('delegates', () => {
  const root = (match: object[] | undefined, more: object = {}) => virtualService({ http: [{ match, delegate: { name: 'leaf' }, ...more }] });
  const leaf = (http: object[], more: object = {}, metadata: object = {}) => virtualService({ hosts: undefined, gateways: undefined, http, ...more }, { name: 'leaf', ...metadata });
  const answering = (status: number, match?: object[]) => ({ match, directResponse: { status } });
  const simple = gateway([https(['a.test'], { mode: 'SIMPLE', credentialName: 'c' })]);
  test.each<[string, any, any, string, string | number]>([
    ['stand where they are named', root(undefined), leaf([answering(201)]), '/', 201],
    ['narrow a prefix', root([{ uri: { prefix: '/a' } }]), leaf([answering(201, [{ uri: { prefix: '/a/b' } }])]), '/a/b/c', 201],
    ['and nothing beside it', root([{ uri: { prefix: '/a' } }]), leaf([answering(201, [{ uri: { prefix: '/a/b' } }])]), '/a/c', 404],
    ['inherit the match', root([{ uri: { prefix: '/a' } }]), leaf([answering(201)]), '/b', 404],
    ['are left out when wider', root([{ uri: { prefix: '/a/b' } }]), leaf([answering(201, [{ uri: { prefix: '/a' } }])]), '/a/b', 404],
    ['are left out when exact beside another exact', root([{ uri: { exact: '/a' } }]), leaf([answering(201, [{ uri: { exact: '/b' } }])]), '/b', 404],
    ['take an exact path below a prefix', root([{ uri: { prefix: '/a' } }]), leaf([answering(201, [{ uri: { exact: '/a/b' } }])]), '/a/b', 201],
    ['are left out when both have expressions', root([{ uri: { regex: '/a.*' } }]), leaf([answering(201, [{ uri: { regex: '/a.*' } }])]), '/a', 404],
    ['must agree on letter case', root([{ uri: { prefix: '/a' } }]), leaf([answering(201, [{ uri: { prefix: '/a' }, ignoreUriCase: true }])]), '/a', 404],
    ['must agree on the port', root([{ port: 443 }]), leaf([answering(201, [{ port: 80 }])]), '/', 404],
    ['must agree on the gateway', root([{ gateways: ['gateway'] }]), leaf([answering(201, [{ gateways: ['other'] }])]), '/', 404],
    ['must agree on labels', root([{ sourceLabels: { istio: 'ingressgateway' } }]), leaf([answering(201, [{ sourceLabels: { istio: 'x' } }])]), '/', 404],
    ['may be missing', virtualService({ http: [{ delegate: { name: 'none' } }, answering(202)] }), leaf([]), '/', 202],
    ['must be exported', root(undefined), leaf([answering(201)], { exportTo: ['other'] }), '/', 404],
  ])('%s', (_name, from, delegate, path, expected) => {
    expect(ask([simple, from, delegate], { path })).toBe(expected);
  });

  test('inherit headers as a whole, unless they have their own', () => {
    const headers = { request: { set: { 'x-a': 'root' } } };
    const seen = (own: object) => world([...secrets, simple, root(undefined, { headers }), leaf([{ route: to('httpbin', 8000), ...own }])])
      .evaluate({ client: none, host: 'a.test', path: '/' }).upstreamHeaders['x-a'];
    expect(seen({})).toBe('root');
    expect(seen({ headers: { request: { remove: ['x-b'] } } })).toBeUndefined();
  });

  test('that are not among open manifests leave the answer open', () => {
    expect(ask([simple, root(undefined)], {}, { complete: false })).toBe('undecided');
  });

  test('may not delegate further', () => {
    expect(world([leaf([{ delegate: { name: 'x' } }])]).refused).toEqual(['VirtualService default/leaf: `spec.http[0]` delegates further']);
  });
});

describe('what stands before the gateway', () => {
  const topology = (text: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh: `defaultConfig: {gatewayTopology: {${text}}}` } });
  const mutual = gateway([https(['a.test'], { mode: 'OPTIONAL_MUTUAL', credentialName: 'c' })]);
  const forged = { 'x-forwarded-client-cert': 'URI=spiffe://admin' };
  const forwarded = (mode: string, client: Client) => world([...secrets, topology(`forwardClientCertDetails: ${mode}`), mutual, virtualService({ http: [{ match: [{ headers: { 'x-forwarded-client-cert': { regex: '.*spiffe://admin.*' } } }], directResponse: { status: 201 } }] })])
    .evaluate({ client, host: 'a.test', path: '/', headers: forged });
  test.each<[string, number, number]>([['SANITIZE', 404, 404], ['SANITIZE_SET', 404, 404], ['FORWARD_ONLY', 404, 201], ['APPEND_FORWARD', 404, 201], ['ALWAYS_FORWARD_ONLY', 201, 201]])('%s: a forged certificate header of nobody, and of a client with a certificate', (mode, nobody, holder) => {
    expect([answer(forwarded(mode, none)), answer(forwarded(mode, spiffe('spiffe://me')))]).toEqual([nobody, holder]);
  });

  test.each<[number, string | undefined, string | number]>([[0, '203.0.113.7', 403], [1, '203.0.113.7', 200], [1, '203.0.113.7, 10.0.0.1', 403], [2, '203.0.113.7, 10.0.0.1', 200], [2, '10.0.0.1', 403], [1, 'x', 403], [1, undefined, 403]])('%d trusted proxies and x-forwarded-for %s', (count, sent, expected) => {
    const allow = policy({ selector: { matchLabels: GATEWAY_LABELS }, rules: [{ from: [{ source: { remoteIpBlocks: ['203.0.113.0/24'] } }] }] }, { namespace: 'istio-system' });
    expect(ask([topology(`numTrustedProxies: ${count}`), mutual, virtualService({}), allow], { clientIp: '192.0.2.1', headers: sent === undefined ? {} : { 'x-forwarded-for': sent } })).toBe(expected);
  });

  test('a caller in the mesh writes the address that the sidecar takes for the client\'s', () => {
    const allow = policy({ rules: [{ from: [{ source: { remoteIpBlocks: ['203.0.113.0/24'] } }] }] });
    const call = (headers: { [name: string]: string }) => ask([allow], { client: inMesh(), service: 'default/httpbin', port: undefined, clientIp: '10.0.0.1', headers });
    expect([call({}), call({ 'x-forwarded-for': '203.0.113.7' })]).toEqual([403, 200]);
  });
});

test.each<[string, Partial<AccessRequest>, string | number]>([
  ['bytes outside ASCII are escaped on the way', { path: '/é' }, 200],
  ['a method that HTTP/1.1 does not know is refused by the next proxy', { method: 'get' }, 400],
  ['no host', { host: '', sni: 'a.test' }, 'connection closed'],
  ['a whole URL for a path', { path: 'https://a.test/' }, 'connection closed'],
  ['OPTIONS *', { method: 'OPTIONS', path: '*' }, 404],
])('HTTP/2: %s', (_name, request, expected) => {
  expect(ask([gateway([https(['a.test'], { mode: 'SIMPLE', credentialName: 'c' })]), virtualService({})], { httpVersion: HttpVersion.HTTP_2, ...request })).toBe(expected);
});

test('a route is chosen by the headers of the client until a token is verified, and loses them to the token filter afterwards', () => {
  const authentication = { apiVersion: 'security.istio.io/v1', kind: 'RequestAuthentication', metadata: { name: 'r', namespace: 'istio-system' }, spec: { selector: { matchLabels: GATEWAY_LABELS }, jwtRules: [{ issuer: 'i', jwksUri: 'https://i.test', outputPayloadToHeader: 'x-payload' }] } };
  const route = virtualService({ http: [{ match: [{ headers: { 'x-payload': { exact: 'forged' } } }], route: to('httpbin', 8000) }] });
  const decision = world([...secrets, authentication, gateway([https(['a.test'], { mode: 'SIMPLE', credentialName: 'c' })]), route])
    .evaluate({ client: none, host: 'a.test', path: '/', headers: { 'x-payload': 'forged' } });
  expect([answer(decision), decision.upstreamHeaders['x-payload']]).toEqual([200, undefined]);
});

test('set of route and destination comes before add of either; of several destinations each has a list of its own, and it comes first', () => {
  const sent = (route: object[]) => world([...secrets, gateway([https(['a.test'], { mode: 'SIMPLE', credentialName: 'c' })]), virtualService({ http: [{ headers: { request: { add: { 'x-a': 'route' } } }, route }] })])
    .evaluate({ client: none, host: 'a.test', path: '/' }).upstreamHeaders['x-a'];
  const destination = { ...to('httpbin', 8000)[0], headers: { request: { set: { 'x-a': 'destination' } } } };
  expect(sent([destination])).toBe('destination, route');
  expect(sent([{ ...destination, weight: 100 }, { ...to('ledger', 80)[0], weight: 0 }])).toBe('destination, route');
});

test.each([['1.27', 1], ['1.30', 1], ['1.32', 0]])('a decision for Istio %s says so where no proxy of that version was run', (istioVersion, count) => {
  const { assumptions } = world([], { istioVersion }).evaluate({ client: inMesh(), service: 'default/httpbin', host: 'httpbin', path: '/' });
  expect(assumptions.filter((text) => text.startsWith('Istio 1.'))).toHaveLength(count);
});

test('behind a trusted proxy whoever says x-forwarded-proto: https is not redirected; without one nobody is believed', () => {
  const route = virtualService({});
  const redirecting = gateway([{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['a.test'], tls: { httpsRedirect: true } }]);
  const config = (count: number) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh: `defaultConfig: {gatewayTopology: {numTrustedProxies: ${count}}}` } });
  const call = (count: number) => ask([redirecting, route, config(count)], { client: plaintext, port: 80, headers: { 'x-forwarded-proto': 'https' } });
  expect([call(0), call(1)]).toEqual([301, 200]);
});
