import { secret, testPki } from './support/certificates';
import { answer, gateway, http, https, ingress, none, object, plaintext, spiffe, virtualService, workload, world } from './support/world';
import { AccessRequest, Mesh, MeshOptions } from '../../src/authz';

const pki = testPki();
const secrets = [secret('c', { 'tls.crt': pki.serverPem, 'tls.key': pki.serverKey, 'ca.crt': pki.clients.pem })];
const simple = { mode: 'SIMPLE', credentialName: 'c' };
const mutual = { mode: 'MUTUAL', credentialName: 'c' };
const everywhere = { hosts: ['*'], gateways: ['gateway', 'second'] };
const created = (minute: number) => ({ creationTimestamp: `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z` });

function ask(documents: any[], request: Partial<AccessRequest>, options: MeshOptions = {}) {
  return answer(world([...documents, ...secrets], options).evaluate({ client: none, host: 'a.test', path: '/', ...request }));
}

describe('server names and hosts', () => {
  const documents = [gateway([https(['a.test'], mutual, { name: 'one' }), https(['*.b.test'], simple, { name: 'two' })]), virtualService({ hosts: ['*.test'], gateways: ['gateway'] })];
  test.each<[string, Partial<AccessRequest>, string | number]>([
    ['the server of the name', { host: 'x.b.test' }, 200],
    ['a name of two labels more', { host: 'x.y.b.test' }, 200],
    ['the domain itself is not in its wildcard', { host: 'b.test' }, 'connection closed'],
    ['letter case of names', { sni: 'X.B.test', host: 'x.b.test' }, 200],
    ['no name', { sni: '', host: 'x.b.test' }, 'connection closed'],
    ['a name beside the host: the virtual hosts are those of the name', { sni: 'x.b.test', host: 'a.test' }, 404],
    ['a trailing dot in the host', { sni: 'x.b.test', host: 'x.b.test.' }, 404],
    ['a port in the host', { host: 'x.b.test:443' }, 200],
  ])('%s', (_name, request, expected) => {
    expect(ask(documents, request)).toBe(expected);
  });
});

describe('a route bound to a server with certificates and to one without', () => {
  test.each<[string, any[], Partial<AccessRequest>]>([
    ['port 80', [gateway([https(['a.test'], mutual), http(['*'])])], { client: plaintext }],
    ['SIMPLE `*` under another name', [gateway([https(['a.test'], mutual, { name: 'one' }), https(['*'], simple, { name: 'two' })])], { sni: 'other' }],
    ['SIMPLE `*` without a name', [gateway([https(['a.test'], mutual, { name: 'one' }), https(['*'], simple, { name: 'two' })])], { sni: '' }],
    ['a second Gateway', [gateway([https(['a.test'], mutual)]), gateway([https(['*.test'], simple)], { name: 'second' })], { sni: 'x.test' }],
  ])('is open: %s', (_name, gateways, request) => {
    expect(ask([...gateways, virtualService(everywhere)], request)).toBe(200);
    expect(ask([...gateways, virtualService(everywhere)], {})).toBe('handshake rejected');
  });
});

describe('merging', () => {
  const older = (servers: object[]) => gateway(servers, created(1));
  const younger = (servers: object[]) => gateway(servers, { name: 'second', ...created(2) });
  test('the whole later server is dropped over one host', () => {
    const documents = [older([https(['a.test'], mutual)]), younger([https(['a.test', 'b.test'], simple)]), virtualService(everywhere)];
    expect(ask(documents, {})).toBe('handshake rejected');
    expect(ask(documents, { host: 'b.test' })).toBe('connection closed');
  });

  test('without creation times the order is open, and both answers are given', () => {
    const documents = [gateway([https(['a.test'], mutual)]), gateway([https(['a.test'], simple)], { name: 'second' }), virtualService(everywhere)];
    const decision = world([...documents, ...secrets], { createdTogether: false }).evaluate({ client: none, host: 'a.test', path: '/' });
    expect(decision.outcome).toBe('undecided');
    expect(decision.alternatives.map(({ outcome }) => outcome)).toEqual(['handshake rejected', 'allowed']);
    expect(decision.reason).toContain('unless Gateway default/gateway is older than Gateway default/second');
  });

  test('an open order that changes nothing is not asked', () => {
    const documents = [gateway([https(['a.test'], simple)]), gateway([https(['b.test'], simple)], { name: 'second' }), virtualService(everywhere)];
    expect(ask(documents, {}, { createdTogether: false })).toBe(200);
  });

  test.each<[string, object[], object[], Partial<AccessRequest>, string | number]>([
    ['another spelling of a name: the listener is refused', [https(['A.test'], simple)], [https(['a.test'], simple)], {}, 'connection refused'],
    ['two namespaces of a name: the listener is refused', [https(['default/a.test'], simple)], [https(['other/a.test'], simple)], {}, 'connection refused'],
    ['another port lives', [https(['A.test'], simple)], [https(['a.test'], simple), http(['*'])], { client: plaintext }, 200],
    ['HTTP first kills HTTPS', [http(['*'], { port: { number: 443, name: 'h', protocol: 'HTTP' } })], [https(['a.test'], simple)], {}, 'connection closed'],
    ['HTTP first, plain text', [http(['*'], { port: { number: 443, name: 'h', protocol: 'HTTP' } })], [https(['a.test'], simple)], { client: plaintext, port: 443 }, 200],
    ['HTTPS first, then plain text on its port', [https(['a.test'], simple)], [http(['*'], { port: { number: 443, name: 'h', protocol: 'HTTP' } })], { client: plaintext, port: 443 }, 200],
    ['HTTPS first stays', [https(['a.test'], simple)], [http(['*'], { port: { number: 443, name: 'h', protocol: 'HTTP' } })], {}, 200],
    ['duplicate HTTP hosts are fine', [http(['*'])], [http(['*'])], { client: plaintext }, 200],
    ['a second redirect that repeats a host is dropped: its other hosts are served', [http(['a.test'], { tls: { httpsRedirect: true } }), { ...http(['*']), port: { number: 80, name: 'x', protocol: 'HTTP' } }],
      [http(['a.test', 'b.test'], { tls: { httpsRedirect: true } })], { client: plaintext, host: 'b.test' }, 200],
    ['one redirect suffices', [http(['*'])], [http(['*'], { tls: { httpsRedirect: true } })], { client: plaintext }, 301],
  ])('%s', (_name, first, second, request, expected) => {
    expect(ask([older(first), younger(second), virtualService(everywhere)], request)).toBe(expected);
  });

  test('ports that one target port answers collide', () => {
    const both = object('v1', 'Service', { selector: { istio: 'ingressgateway' }, ports: [{ port: 443, targetPort: 8443 }] }, { name: 'istio-ingressgateway', namespace: 'istio-system' });
    const documents = [both, gateway([https(['a.test'], mutual, { name: 'one' }), https(['a.test'], simple, { number: 8443, name: 'two' })]), virtualService(everywhere)];
    expect(ask(documents, {})).toBe('handshake rejected');
  });
});

describe('binding', () => {
  test.each<[string, object, object, string | number]>([
    ['a bare name is of the own namespace', { gateways: ['gateway'] }, { namespace: 'other' }, 404],
    ['namespace and name', { gateways: ['default/gateway'] }, { namespace: 'other' }, 200],
    ['`mesh` only', { gateways: undefined }, {}, 404],
    ['exportTo the own namespace', { gateways: ['default/gateway'], exportTo: ['.'] }, {}, 404],
    ['exportTo the namespace of the gateway pods', { gateways: ['default/gateway'], exportTo: ['istio-system'] }, {}, 200],
    ['a short host is one of the mesh', { hosts: ['a'] }, {}, 404],
    ['a host that the server does not have', { hosts: ['a.other'] }, {}, 404],
    ['a wider host', { hosts: ['*'] }, {}, 200],
    ['letter case of hosts in the route', { hosts: ['A.TEST'] }, {}, 404],
    ['match.port of the server', { http: [{ match: [{ port: 80 }], route: [{ destination: { host: 'httpbin.default.svc.cluster.local' } }] }] }, {}, 200],
    ['match.port of the target', { http: [{ match: [{ port: 8080 }], route: [{ destination: { host: 'httpbin' } }] }] }, {}, 404],
    ['match.gateways', { http: [{ match: [{ gateways: ['default/other'] }], route: [{ destination: { host: 'httpbin' } }] }] }, {}, 404],
    ['a host of two labels is no short name', { http: [{ route: [{ destination: { host: 'httpbin.default' } }] }] }, {}, 503],
    ['an unknown Service', { http: [{ route: [{ destination: { host: 'nothing' } }] }] }, {}, 503],
    ['an unknown port', { http: [{ route: [{ destination: { host: 'httpbin', port: { number: 1 } } }] }] }, {}, 503],
  ])('%s', (_name, spec, metadata, expected) => {
    const host = (spec as any).http === undefined ? 'httpbin.default.svc.cluster.local' : undefined;
    const route = host === undefined ? {} : { http: [{ route: [{ destination: { host, port: { number: 8000 } } }] }] };
    expect(ask([gateway([http(['*.test'])]), virtualService({ ...route, ...spec }, metadata)], { client: plaintext })).toBe(expected);
  });

  test.each<[string, string[], string, string | number]>([
    ['another namespace', ['other/*.test'], 'default', 404],
    ['the own namespace', ['./*.test'], 'default', 200],
    ['every namespace', ['*/*.test'], 'default', 200],
    ['everything', ['*/*'], 'default', 200],
  ])('server hosts of %s', (_name, hosts, namespace, expected) => {
    expect(ask([gateway([http(hosts)]), virtualService({ gateways: ['default/gateway'] }, { namespace })], { client: plaintext })).toBe(expected);
  });

  test('a private route goes before an older public one', () => {
    const answering = (status: number) => ({ gateways: ['default/gateway'], http: [{ match: [{ uri: { prefix: '/' } }], directResponse: { status } }] });
    const documents = [gateway([http(['*'])]), virtualService(answering(201), created(1)), virtualService({ ...answering(202), exportTo: ['.'] }, { namespace: 'istio-system', ...created(2) })];
    expect(ask(documents, { client: plaintext })).toBe(202);
  });

  test('a catch-all goes behind the routes of younger objects', () => {
    const documents = [gateway([http(['*'])]), virtualService({ http: [{ directResponse: { status: 201 } }] }, created(1)),
      virtualService({ http: [{ match: [{ uri: { exact: '/x' } }], directResponse: { status: 202 } }] }, created(2))];
    expect(ask(documents, { client: plaintext, path: '/x' })).toBe(202);
    expect(ask(documents, { client: plaintext, path: '/y' })).toBe(201);
  });

  test('nothing behind a catch-all of the same object counts', () => {
    const spec = { http: [{ directResponse: { status: 201 } }, { match: [{ uri: { exact: '/x' } }], directResponse: { status: 202 } }] };
    expect(ask([gateway([http(['*'])]), virtualService(spec)], { client: plaintext, path: '/x' })).toBe(201);
  });
});

describe('gateways that open manifests leave out', () => {
  test('the usual gateway is taken for granted, and said', () => {
    const documents = [...workload('httpbin'), gateway([http(['*'])]), virtualService({})];
    const decision = world([], {}).evaluate({ client: plaintext, host: 'a.test', path: '/' });
    expect(decision.outcome).toBe('connection refused');
    const open = openWorld(documents).evaluate({ client: plaintext, host: 'a.test', path: '/' });
    expect(open.assumptions).toEqual(['the ingress gateway is that of istioctl: istio-ingressgateway in istio-system']);
    expect(open.outcome).toBe('allowed');
  });

  test('a Gateway that only a route names makes the answer open', () => {
    const decision = openWorld([...workload('httpbin'), virtualService({ gateways: ['platform/edge'] })]).evaluate({ client: none, host: 'a.test', path: '/' });
    expect(decision).toMatchObject({ outcome: 'undecided', reason: 'Gateway `platform/edge`, to which the host is bound, is not among the manifests' });
  });

  test('kyma-gateway is known: TLS without client certificates, and a redirect', () => {
    const mesh = openWorld([...workload('httpbin'), virtualService({ gateways: ['kyma-system/kyma-gateway'] })]);
    expect(answer(mesh.evaluate({ client: none, host: 'a.test', path: '/' }))).toBe(200);
    expect(answer(mesh.evaluate({ client: plaintext, host: 'a.test', path: '/' }))).toBe(301);
  });

  test('two gateways: the one that serves the host is meant, and it can be named', () => {
    const second = ingress.map((document) => ({ ...document, metadata: { ...document.metadata, name: 'edge' } }));
    second[0] = { ...second[0], spec: { template: { metadata: { labels: { istio: 'edge' } }, spec: {} } } };
    second[1] = { ...second[1], spec: { ...second[1].spec, selector: { istio: 'edge' } } };
    const documents = [...second, gateway([http(['a.test'])]), gateway([http(['b.test'])], { name: 'second' }, { istio: 'edge' }), virtualService({ ...everywhere, hosts: ['*'] })];
    expect(ask(documents, { client: plaintext })).toBe(200);
    expect(ask(documents, { client: plaintext, host: 'b.test' })).toBe(200);
    expect(ask(documents, { client: plaintext, host: 'b.test', gateway: 'istio-system/istio-ingressgateway' })).toBe(404);
    expect(ask(documents, { client: plaintext, gateway: 'istio-system/nothing' })).toBe('connection refused');
  });
});

function openWorld(documents: any[]) {
  return Mesh.fromManifests(documents, { createdTogether: true });
}

test('redirects run behind policies', () => {
  const deny = object('security.istio.io/v1', 'AuthorizationPolicy', { action: 'DENY', rules: [{ to: [{ operation: { paths: ['/x'] } }] }], selector: { matchLabels: { istio: 'ingressgateway' } } },
    { namespace: 'istio-system' });
  const documents = [deny, gateway([http(['*'], { tls: { httpsRedirect: true } })]), virtualService({})];
  expect(ask(documents, { client: plaintext, path: '/x' })).toBe(403);
  expect(ask(documents, { client: plaintext, path: '/y' })).toBe(301);
  expect(ask(documents, { client: plaintext, path: '/y', host: 'unknown.test' })).toBe(301);
  expect(ask(documents, { client: spiffe('spiffe://a.test'), path: '/y' })).toBe('connection refused');
});
