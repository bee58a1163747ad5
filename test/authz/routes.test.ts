import { answer, gateway, http, https, plaintext, policy, spiffe, subject, toHttpbin, virtualService, workload, world } from './support/world';
import { AccessRequest, Client, HttpVersion, MeshOptions, PathNormalization } from '../../src/authz';
import { DistinguishedName } from '../../src/model/distinguished-name';

const request = { client: plaintext, host: 'a.test', path: '/' };
const evaluate = (spec: object, more: Partial<AccessRequest> = {}, documents: any[] = [], options: MeshOptions = {}) =>
  world([gateway([http(['*'])]), virtualService(spec), ...documents], options).evaluate({ ...request, ...more });

describe('matching', () => {
  const ask = (match: object, more: Partial<AccessRequest> = {}) => answer(evaluate({ http: [{ match: [match], route: toHttpbin }] }, more));

  test.each<[object, Partial<AccessRequest>, number]>([
    [{ uri: { exact: '/a' } }, { path: '/a?b' }, 200],
    [{ uri: { exact: '/a' } }, { path: '/a/' }, 404],
    [{ uri: { exact: '/A' }, ignoreUriCase: true }, { path: '/a' }, 200],
    [{ uri: { prefix: '/foo' } }, { path: '/foobar' }, 200],
    [{ uri: { prefix: '/Foo' }, ignoreUriCase: true }, { path: '/fOObar' }, 200],
    [{ uri: { prefix: '/foo' } }, { path: '/Foo' }, 404],
    [{ uri: { regex: '/a' } }, { path: '/ab' }, 404],
    [{ uri: { regex: '/a.*' } }, { path: '/ab' }, 200],
    [{ uri: { regex: '(?i)/A' } }, { path: '/a' }, 200],
    [{ uri: { regex: '/A' }, ignoreUriCase: true }, { path: '/a' }, 404],
    [{ method: { exact: 'GET' } }, {}, 200],
    [{ method: { regex: 'GET|POST' } }, { method: 'PUT' }, 404],
    [{ authority: { exact: 'a.test' } }, { host: 'a.test:80' }, 404],
    [{ authority: { prefix: 'a.test' } }, { host: 'a.test:80' }, 200],
    [{ headers: { 'X-A': { exact: 'b' } } }, { headers: { 'x-a': 'b' } }, 200],
    [{ headers: { 'x-a': { exact: 'b' } } }, { headers: { 'x-a': 'B' } }, 404],
    [{ headers: { 'x-a': {} } }, { headers: { 'x-a': '' } }, 200],
    [{ headers: { 'x-a': { regex: '*' } } }, {}, 404],
    [{ headers: { 'x-a': { exact: 'b' } } }, { repeatedHeaders: { 'x-a': ['c', 'b'] } }, 200],
    [{ withoutHeaders: { 'x-a': { exact: 'b' } } }, {}, 200],
    [{ withoutHeaders: { 'x-a': { exact: 'b' } } }, { headers: { 'x-a': 'b' } }, 404],
    [{ withoutHeaders: { 'x-a': {} } }, { headers: { 'x-a': 'b' } }, 404],
    [{ withoutHeaders: { 'x-a': {} } }, {}, 200],
    [{ queryParams: { q: { exact: '1' } } }, { path: '/?q=1&q=2' }, 200],
    [{ queryParams: { q: {} } }, { path: '/?q' }, 200],
    [{ queryParams: { q: { prefix: 'a' } } }, { path: '/?p=a' }, 404],
    [{ sourceLabels: { istio: 'ingressgateway' } }, {}, 200],
    [{ sourceLabels: { app: 'other' } }, {}, 404],
  ])('%j on %j', (match, more, expected) => {
    expect(ask(match, more)).toBe(expected);
  });
});

describe('what Envoy refuses takes every host of the port with it', () => {
  const other = virtualService({ hosts: ['b.test'] });
  test.each<[string, object]>([
    ['an unknown operator', { http: [{ headers: { request: { set: { 'x-a': '%NOPE%' } } }, route: toHttpbin }] }],
    ['a status beyond 599', { http: [{ directResponse: { status: 600 } }] }],
    ['a query parameter without name', { http: [{ match: [{ queryParams: { '': { exact: 'a' } } }], route: toHttpbin }] }],
  ])('%s', (_name, spec) => {
    expect(answer(evaluate(spec, { host: 'b.test' }, [other]))).toBe(404);
  });
});

describe('what the webhook refuses takes only its own routes', () => {
  const other = virtualService({ hosts: ['b.test'] });
  test.each<[object, string]>([
    [{ http: [{ headers: { request: { set: { 'x-a': 'a % b' } } }, route: toHttpbin }] }, '`spec.http[0]` writes header `x-a` with a value that Envoy does not take'],
    [{ http: [{ match: [{ uri: { regex: '/(?=a)' } }], route: toHttpbin }] }, '`spec.http[0]` has the regular expression `/(?=a)`'],
    [{ http: [{ match: [{ headers: { a: { regex: '*' } } }], route: toHttpbin }] }, '`spec.http[0]` has the regular expression `*`'],
    [{ http: [{ match: [{ headers: { a: { prefix: '' } } }], route: toHttpbin }] }, '`spec.http[0]` has an empty prefix'],
    [{ http: [{ match: [{ headers: { 'a b': {} } }], route: toHttpbin }] }, '`spec.http[0]` matches a header `a b`'],
    [{ http: [{ match: [{ port: 70000 }], route: toHttpbin }] }, '`spec.http[0]` matches port 70000'],
    [{ http: [{ match: [{ uri: { exact: '/', prefix: '/' } }], route: toHttpbin }] }, '`spec.http[0]` has a match of two forms'],
    [{ http: [{ redirect: { uri: '/' }, route: toHttpbin }] }, '`spec.http[0]` needs exactly one of route, redirect, directResponse, delegate'],
    [{ http: [{ redirect: {} }] }, '`spec.http[0].redirect` changes nothing'],
    [{ http: [{ redirect: { uri: '/', redirectCode: 200 } }] }, '`spec.http[0].redirect` has code 200'],
    [{ http: [{ redirect: { uri: '/' }, rewrite: { uri: '/' } }] }, '`spec.http[0]` has a rewrite or fault beside its own answer'],
    [{ http: [{ directResponse: {} }] }, '`spec.http[0].directResponse` has no status'],
    [{ http: [{ directResponse: { status: 601 } }] }, '`spec.http[0].directResponse` has status 601'],
    [{ http: [{ rewrite: {}, route: toHttpbin }] }, '`spec.http[0].rewrite` changes nothing'],
    [{ http: [{ rewrite: { uri: '/', uriRegexRewrite: { match: 'a', rewrite: 'b' } }, route: toHttpbin }] }, '`spec.http[0].rewrite` has two forms of the path'],
    [{ http: [{ rewrite: { uriRegexRewrite: { match: '(', rewrite: 'b' } }, route: toHttpbin }] }, '`spec.http[0].rewrite.uriRegexRewrite` cannot be used'],
    [{ http: [{ rewrite: { authority: 'b' }, headers: { request: { set: { host: 'c' } } }, route: toHttpbin }] }, '`spec.http[0]` sets the host more than once'],
    [{ http: [{ headers: { request: { remove: ['host'] } }, route: toHttpbin }] }, '`spec.http[0]` removes the header `host`'],
    [{ http: [{ headers: { request: { set: { ':path': '/' } } }, route: toHttpbin }] }, '`spec.http[0]` writes the header `:path`'],
    [{ http: [{ route: [{ destination: {} }] }] }, '`spec.http[0].route` has a destination without host'],
    [{ http: [{ route: [...toHttpbin, ...toHttpbin] }] }, '`spec.http[0].route` has no weight'],
    [{ http: [] }, 'there are no routes'],
    [{ hosts: ['*.test', 'a.test'] }, '`spec.hosts` overlap in `*.test`'],
    [{ hosts: ['*'], gateways: ['mesh', 'gateway'] }, '`spec.hosts` holds `*`, which routes of the mesh must not'],
    [{ hosts: [] }, '`spec.hosts` is empty'],
    [{ hosts: ['a.*.test'] }, '`spec.hosts` holds `a.*.test`'],
    [{ exportTo: ['.', '*'] }, '`spec.exportTo` has others beside `*`'],
    [{ exportTo: ['.', '.'] }, '`spec.exportTo` holds an entry twice'],
    [{ exportTo: ['a/b'] }, '`spec.exportTo` names no namespace'],
    [{ gateways: ['./gateway'] }, '`spec.gateways` holds `./gateway`'],
    [{ gateways: undefined, http: [{ match: [{ headers: { '@request.auth.claims.a': { exact: 'b' } } }], route: toHttpbin }] }, '`spec.http[0]` matches a claim, which only routes of gateways can'],
  ])('%j', (spec, reason) => {
    const mesh = world([gateway([http(['*'])]), virtualService(spec, { name: 'bad' }), other]);
    expect(mesh.refused).toEqual([`VirtualService default/bad: ${reason}`]);
    expect(answer(mesh.evaluate({ ...request, host: 'b.test' }))).toBe(200);
  });
});

describe('answers of the gateway itself', () => {
  test.each<[object, string, number]>([
    [{ redirect: { uri: '/x' } }, 'redirect', 301],
    [{ redirect: { redirectCode: 307, uri: '/y' } }, 'redirect', 307],
    [{ directResponse: { status: 418 } }, 'direct response', 418],
  ])('%j', (route, outcome, status) => {
    expect(evaluate({ http: [route] })).toMatchObject({ outcome, status });
  });

  test('weights whose destinations differ leave the answer open', () => {
    const route = [{ destination: { host: 'httpbin', port: { number: 8000 } }, weight: 50 }, { destination: { host: 'other', port: { number: 8000 } }, weight: 50 }];
    const decision = evaluate({ http: [{ route }] }, {}, workload('other'));
    expect(decision.alternatives.map(({ workload: reached }) => reached)).toEqual(['default/httpbin', 'default/other']);
  });
});

describe('header operations', () => {
  const tls = { mode: 'OPTIONAL_MUTUAL', credentialName: 'c' };
  const upstream = (client: Client, changes: object, headers: { [name: string]: string } = {}, route = toHttpbin as object[]) =>
    world([gateway([https(['*'], tls)]), virtualService({ http: [{ headers: { request: changes }, route }] })], { complete: false })
      .evaluate({ ...request, client, headers }).upstreamHeaders;
  const set = { set: { 'X-Id': '%DOWNSTREAM_PEER_SUBJECT%' } };
  const forged = { 'x-id': 'forged' };

  test('`set` overwrites what the client sent', () => {
    expect(upstream(subject('/CN=a'), set, forged)['x-id']).toBe('CN=a');
  });

  test('an empty value is not set, and a forged header survives', () => {
    expect(upstream(Client.none(), set, forged)['x-id']).toBe('forged');
    expect(upstream(spiffe('spiffe://a.test'), set, forged)['x-id']).toBe('forged');
  });

  test('`remove` goes first and makes it safe', () => {
    expect(upstream(Client.none(), { ...set, remove: ['x-id'] }, forged)['x-id']).toBeUndefined();
    expect(upstream(subject('/CN=a'), { ...set, remove: ['X-ID'] }, forged)['x-id']).toBe('CN=a');
  });

  test('`add` keeps what the client sent; `set` comes before it', () => {
    expect(upstream(subject('/CN=a'), { add: set.set }, forged)['x-id']).toBe('forged, CN=a');
    expect(upstream(subject('/CN=a'), { add: { 'x-id': 'b' }, ...set }, forged)['x-id']).toBe('CN=a, b');
  });

  test('a destination\'s `remove` does not undo the route\'s `set`', () => {
    const route = [{ ...toHttpbin[0], headers: { request: { remove: ['x-id'], set: { 'x-more': 'c' } } } }];
    expect(upstream(subject('/CN=a'), set, forged, route)).toMatchObject({ 'x-id': 'CN=a', 'x-more': 'c' });
  });

  test('operators', () => {
    const client = Client.certificate({
      subject: DistinguishedName.fromOpenSsl('/C=US/O=Ex, Inc/CN=100%'), issuer: DistinguishedName.fromOpenSsl('/CN=ca'), uris: ['spiffe://a.test', 'spiffe://b.test'], dnsNames: ['c.test'],
    });
    const changes = { set: { a: '%DOWNSTREAM_PEER_SUBJECT%', b: '%DOWNSTREAM_PEER_ISSUER%', c: '%DOWNSTREAM_PEER_URI_SAN%', d: 'x%%y %DOWNSTREAM_PEER_DNS_SAN%', e: '%REQ(X-Id)%', f: '%REQ(X-NO?:METHOD)%', g: '%REQ(X-ID):3%' } };
    expect(upstream(client, changes, forged)).toMatchObject({ a: 'CN=100%,O=Ex\\, Inc,C=US', b: 'CN=ca', c: 'spiffe://a.test,spiffe://b.test', d: 'x%y c.test', e: 'forged', f: 'GET', g: 'for' });
  });

  test('the host is rewritten by `set`, `add` and `rewrite.authority`', () => {
    expect(upstream(Client.none(), { set: { Host: 'b.test' } }).host).toBe('b.test');
    expect(upstream(Client.none(), { add: { ':authority': 'b.test' } }).host).toBe('b.test');
    const decision = evaluate({ http: [{ rewrite: { authority: 'b.test', uri: '/x' }, match: [{ uri: { prefix: '/a' } }], route: toHttpbin }] }, { path: '/a/b?c' });
    expect([decision.upstreamHeaders.host, decision.upstreamPath]).toEqual(['b.test', '/x/b?c']);
  });

  test('a header of the gateway is never the client\'s', () => {
    const headers = upstream(Client.none(), {}, { 'x-forwarded-client-cert': 'URI=spiffe://admin', 'x-forwarded-proto': 'http', 'x-envoy-original-path': '/x' });
    // What is there names the gateway, and was written by the sidecar.
    expect(headers['x-forwarded-client-cert']).toMatch(/^By=spiffe:\/\/cluster\.local\/ns\/default\/sa\/\w+;.*;URI=spiffe:\/\/cluster\.local\/ns\/istio-system\/sa\/[\w-]+$/);
    expect(headers['x-forwarded-proto']).toBe('https');
    expect(headers['x-envoy-original-path']).toBeUndefined();
    expect(upstream(spiffe('spiffe://a.test'), {}, {})['x-forwarded-client-cert']).toContain(';URI=spiffe://a.test,By=');
  });
});

describe('malformed requests', () => {
  test.each<[string, Partial<AccessRequest>, string | number]>([
    ['a lower-case method', { method: 'get' }, 400],
    ['a path with bytes outside ASCII', { path: '/é' }, 400],
    ['the same over HTTP/2', { path: '/é', httpVersion: HttpVersion.HTTP_2 }, 200],
    ['a space in the path', { path: '/a b' }, 400],
    ['spaces and tabs around the path', { path: ' /a \t ' }, 200],
    ['the same over HTTP/2', { path: '/a ', httpVersion: HttpVersion.HTTP_2 }, 400],
    ['`%00`', { path: '/%00' }, 400],
    ['a host with a space', { host: 'a test' }, 400],
    ['a header name with a space', { headers: { 'a b': 'c' } }, 400],
    ['a line feed in a value', { headers: { a: 'b\nc: d' } }, 400],
    ['`*` with GET', { path: '*' }, 400],
    ['an absolute target brings its own host', { path: 'http://b.test/' }, 404],
    ['a fragment is cut off', { path: '/#x' }, 200],
  ])('%s', (_name, more, expected) => {
    expect(answer(evaluate({}, more))).toBe(expected);
  });
});

test('the mesh setting for paths is read from the ConfigMap, and can be given', () => {
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh: 'pathNormalization:\n  normalization: MERGE_SLASHES\n' } };
  const deny = policy({ action: 'DENY', rules: [{ to: [{ operation: { paths: ['/a/b'] } }] }] });
  expect(answer(evaluate({}, { path: '/a//b' }, [deny]))).toBe(200);
  expect(answer(evaluate({}, { path: '/a//b' }, [deny, config]))).toBe(403);
  expect(answer(evaluate({}, { path: '/a%2Fb' }, [deny], { pathNormalization: PathNormalization.DECODE_AND_MERGE_SLASHES }))).toBe(403);
});
