import { answer, authentication, gateway, GATEWAY_LABELS, http, inMesh, object, peerAuthentication, plaintext, policy, virtualService, world } from './support/world';
import { AccessRequest, Decision } from '../../src/authz';

const open = [gateway([http(['a.test'])]), virtualService({})];
const request: AccessRequest = { client: plaintext, host: 'a.test', path: '/' };
const ask = (documents: any[], more: Partial<AccessRequest> = {}): Decision => world([...open, ...documents]).evaluate({ ...request, ...more });
const called = { client: inMesh(), service: 'default/httpbin', host: 'httpbin' };
const istio = (kind: string, spec: object, metadata: object = {}) => object('networking.istio.io/v1', kind, spec, metadata);
const exported = (exportTo: string) => object('v1', 'Service', { selector: { app: 'httpbin' }, ports: [{ name: 'http', port: 8000, targetPort: 8080 }] }, { name: 'httpbin', annotations: { 'networking.istio.io/exportTo': exportTo } });

describe('a Service that is not exported', () => {
  test.each<[string, string | number]>([['*', 200], ['istio-system', 200], ['other, istio-system', 200], ['.', 503], ['other', 503], ['~', 503], ['', 503]])('to gateways: exportTo `%s` → %p', (exportTo, expected) => {
    expect(answer(ask([exported(exportTo)]))).toBe(expected);
  });

  test('is no hiding place: a caller in the mesh speaks to its pods', () => {
    expect(answer(ask([exported('.')], called))).toBe(200);
    expect(answer(ask([exported('~')], called))).toBe(200);
  });
});

describe('a Sidecar object', () => {
  const listening = (metadata: object = {}, labels?: object) => istio('Sidecar', { ...(labels === undefined ? {} : { workloadSelector: { labels } }), ingress: [{ port: { number: 8080, protocol: 'HTTP', name: 'http' }, defaultEndpoint: '127.0.0.1:8080' }] }, metadata);
  test.each<[string, any, string | number]>([
    ['with listeners of its own', listening(), 'undecided'],
    ['with listeners, for these pods', listening({}, { app: 'httpbin' }), 'undecided'],
    ['with listeners, for other pods', listening({}, { app: 'other' }), 200],
    ['with listeners, in another namespace', listening({ namespace: 'other' }), 200],
    ['with listeners, for the whole mesh', listening({ namespace: 'istio-system' }), 'undecided'],
    ['for what pods send', istio('Sidecar', { egress: [{ hosts: ['./*'] }] }), 200],
  ])('%s', (_, sidecar, expected) => {
    expect(answer(ask([sidecar]))).toBe(expected);
  });

  test('says nothing about gateways', () => {
    expect(answer(ask([listening({ namespace: 'istio-system' }, GATEWAY_LABELS)]))).toBe(200);
    expect(answer(ask([listening({ namespace: 'istio-system' })], { host: 'b.test' }))).toBe(404);
  });
});

describe('a ServiceEntry', () => {
  const entry = (more: object = {}) => istio('ServiceEntry', { hosts: ['api.example.com', '*.wild.example.com'], ports: [{ number: 443, name: 'https', protocol: 'HTTPS' }], location: 'MESH_EXTERNAL', resolution: 'DNS', ...more });
  const to = (host: string, port = 443) => [gateway([http(['a.test'])]), virtualService({ http: [{ route: [{ destination: { host, port: { number: port } } }] }] })];
  const reach = (documents: any[]): string | number => answer(world(documents).evaluate(request));

  test('leads a route out of the mesh, on its ports', () => {
    expect(reach([...to('api.example.com')])).toBe(503);
    expect(reach([...to('api.example.com'), entry()])).toBe(200);
    expect(reach([...to('x.wild.example.com'), entry()])).toBe(200);
    expect(reach([...to('wild.example.com'), entry()])).toBe(503);
    expect(reach([...to('api.example.com', 80), entry()])).toBe(503);
  });

  test.each<[string, object]>([['of the mesh', { location: 'MESH_INTERNAL' }], ['that selects pods', { workloadSelector: { labels: { app: 'httpbin' } } }], ['with addresses', { resolution: 'STATIC', endpoints: [{ address: '10.0.0.1' }] }],
    ['that not everybody knows', { exportTo: ['.'] }]])('%s is undecided, with the reason', (_, more) => {
    const decision = world([...to('api.example.com'), entry(more)]).evaluate(request);
    expect(decision).toMatchObject({ outcome: 'undecided', reason: expect.stringContaining('says what is behind `api.example.com`') });
  });

  test('for the name of a Service leaves open who answers', () => {
    const same = entry({ hosts: ['httpbin.default.svc.cluster.local'], location: 'MESH_INTERNAL' });
    expect(answer(ask([same]))).toBe('undecided');
    expect(answer(ask([same], called))).toBe('undecided');
  });
});

test('a gateway that wants the PROXY protocol: a load balancer that speaks it is taken for granted', () => {
  const config = (text: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh: `defaultConfig: {gatewayTopology: ${text}}` } });
  const assumed = (text: string) => ask([config(text)]).assumptions.filter((assumption) => assumption.includes('PROXY'));
  expect(assumed('{proxyProtocol: {}}')).toEqual(['the load balancer before gateway istio-system/istio-ingressgateway speaks the PROXY protocol']);
  expect(assumed('{numTrustedProxies: 1}')).toEqual([]);
});

describe('TLS settings of a DestinationRule', () => {
  const rule = (trafficPolicy: object, more: object = {}) => istio('DestinationRule', { host: 'httpbin', trafficPolicy, ...more });
  const strict = peerAuthentication({ mtls: { mode: 'STRICT' } });
  const tls = (mode: string) => ({ tls: { mode } });
  const port = (number: number, more: object) => ({ portLevelSettings: [{ port: { number }, ...more }] });
  test.each<[string, any[], string | number]>([
    ['none', [strict], 200],
    ['DISABLE', [strict, rule(tls('DISABLE'))], 503],
    ['of this port', [strict, rule({ ...tls('ISTIO_MUTUAL'), ...port(8000, tls('DISABLE')) })], 503],
    ['of another port', [strict, rule({ ...tls('ISTIO_MUTUAL'), ...port(80, tls('DISABLE')) })], 200],
    ['of this port, which puts the others aside', [strict, rule({ ...tls('DISABLE'), ...port(8000, { loadBalancer: { simple: 'RANDOM' } }) })], 200],
    ['SIMPLE, which no sidecar takes', [rule(tls('SIMPLE'))], 503],
    ['an empty policy is refused', [strict, rule({})], 200],
    ['a port that sets nothing is refused', [strict, rule({ ...tls('DISABLE'), ...port(8000, {}) })], 200],
  ])('%s', (_, documents, expected) => {
    expect(answer(ask(documents))).toBe(expected);
  });

  test('bind a caller only through its own proxy: both answers are told', () => {
    const decision = ask([strict, rule(tls('DISABLE'))], called);
    expect(decision.outcome).toBe('undecided');
    expect(decision.alternatives.map(answer)).toEqual([503, 200]);
    expect(decision.alternatives[1].unless).toEqual(['spiffe://cluster.local/ns/default/sa/sleep sends through its own proxy, for which a DestinationRule sets TLS DISABLE']);
    expect(answer(ask([strict, rule(tls('ISTIO_MUTUAL'))], called))).toBe(200);
  });
});

describe('the server name at a sidecar', () => {
  const allowing = (name: string) => policy({ selector: { matchLabels: { app: 'httpbin' } }, rules: [{ when: [{ key: 'connection.sni', values: [name] }] }] });
  const ofProxies = 'outbound_.8000_._.httpbin.default.svc.cluster.local';
  test.each<[string, string, Partial<AccessRequest>, string | number]>([
    ['from a gateway is what proxies ask for', ofProxies, {}, 200],
    ['from a gateway is not what the client asked for', 'a.test', {}, 403],
    ['from a caller in the mesh is what proxies ask for', ofProxies, called, 200],
    ['from a caller that speaks for itself is what it likes', 'a.test', { ...called, sni: 'a.test' }, 200],
    ['from a caller that names no server', '*', { ...called, sni: '' }, 403],
  ])('%s', (_, name, more, expected) => {
    expect(answer(ask([allowing(name)], more))).toBe(expected);
  });
});

describe('before a gateway', () => {
  const trusting = (count: number) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh: `defaultConfig: {gatewayTopology: {numTrustedProxies: ${count}}}` } });
  test.each<[number, Record<string, string>, string | number]>([[0, {}, 403], [0, { 'x-forwarded-proto': 'https' }, 403], [1, {}, 200], [1, { 'x-forwarded-proto': 'https' }, 200], [1, { 'x-forwarded-proto': 'http' }, 200]])(
    '%p trusted proxies, an `https://` target in plain text with %j → %p',
    (count, headers, expected) => {
      expect(answer(ask([trusting(count)], { path: 'https://a.test/', headers }))).toBe(expected);
    },
  );

  test('a client on loopback comes to the workload with an address that no manifest shows', () => {
    const allowing = policy({ selector: { matchLabels: { app: 'httpbin' } }, rules: [{ from: [{ source: { remoteIpBlocks: ['192.0.2.0/24'] } }] }] });
    expect(answer(ask([allowing], { clientIp: '192.0.2.1' }))).toBe(200);
    expect(answer(ask([allowing], { clientIp: '198.51.100.1' }))).toBe(403);
    expect(answer(ask([allowing], { clientIp: '127.0.0.1' }))).toBe('undecided');
  });
});

test('a RequestAuthentication of the namespace comes before one of the mesh', () => {
  const rule = (more: object) => ({ jwtRules: [{ issuer: 'https://i.test', jwks: '{"keys":[{"kty":"oct","k":"AAAA"}]}', ...more }] });
  const reason = (documents: any[]) => ask(documents, { headers: { authorization: 'Bearer x.y.z' } }).reason;
  const own = authentication(rule({}), { name: 'own' });
  const wide = authentication(rule({}), { name: 'wide', namespace: 'istio-system', selector: {} });
  const atWorkload = { ...wide, spec: { ...wide.spec, selector: { matchLabels: { app: 'httpbin' } } } };
  expect(reason([atWorkload, own])).toContain('default/own');
  expect(reason([atWorkload])).toContain('istio-system/wide');
});
