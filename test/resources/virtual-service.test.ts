import { ApiObject, App, Chart, Duration, Testing } from 'cdk8s';
import { HttpMethod } from '../../src/model/http-method';
import { StringMatch } from '../../src/model/string-match';
import { Destination } from '../../src/resources/destination';
import type { HttpRoute } from '../../src/resources/http-route';
import { VirtualService, VirtualServiceProps } from '../../src/resources/virtual-service';
import { Workload } from '../../src/resources/workload';
import { TestGateway } from '../constructs/test-gateway';

const gateway = new TestGateway();
const destinations = [{ destination: Destination.service('app', 80) }];
const base: VirtualServiceProps = { hosts: ['a.example.com'], gateways: [gateway], http: [{ destinations }] };

function chart(): Chart {
  return new Chart(new App(), 'chart', { namespace: 'shop' });
}

function rendered(props: Partial<VirtualServiceProps>): any {
  const it = chart();
  new VirtualService(it, 'route', { ...base, ...props });
  return Testing.synth(it)[0];
}

const http = (...routes: HttpRoute[]): any[] => rendered({ http: routes }).spec.http;

describe('what is rendered', () => {
  test('gateways with their namespace and destinations with their full name', () => {
    expect(rendered({})).toStrictEqual({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'route', namespace: 'shop' },
      spec: {
        hosts: ['a.example.com'],
        gateways: ['platform/edge'],
        http: [{ route: [{ destination: { host: 'app.shop.svc.cluster.local', port: { number: 80 } } }] }],
      },
    });
  });

  test('routes inside the mesh', () => {
    expect(rendered({ gateways: undefined, mesh: true, hosts: ['app.shop.svc.cluster.local'] }).spec.gateways).toStrictEqual(['mesh']);
    expect(rendered({ mesh: true }).spec.gateways).toStrictEqual(['platform/edge', 'mesh']);
  });

  test('destinations of every kind', () => {
    const workload = Workload.of({ service: 'w', port: 8080, labels: { app: 'w' }, namespace: 'other' });
    const all = [Destination.workload(workload), Destination.service('s', 1, 'ns').withSubset('v1'), Destination.external('api.partner.example', 443)];
    const routes = http({ destinations: all.map((destination, index) => ({ destination, weight: index, headers: { request: { remove: ['b', 'a'] } } })) });
    expect(routes[0].route).toStrictEqual([
      { destination: { host: 'w.other.svc.cluster.local', port: { number: 8080 } }, weight: 0, headers: { request: { remove: ['a', 'b'] } } },
      { destination: { host: 's.ns.svc.cluster.local', port: { number: 1 }, subset: 'v1' }, weight: 1, headers: { request: { remove: ['a', 'b'] } } },
      { destination: { host: 'api.partner.example', port: { number: 443 } }, weight: 2, headers: { request: { remove: ['a', 'b'] } } },
    ]);
  });

  test('every field of a match', () => {
    const exact = StringMatch.exact('x');
    const match = {
      uri: StringMatch.prefix('/x'),
      ignoreUriCase: true,
      method: HttpMethod.GET,
      authority: exact,
      headers: { 'x-a': StringMatch.present() },
      withoutHeaders: { 'x-b': StringMatch.regex('a.*') },
      queryParams: { q: exact },
      port: 443,
      gateways: [gateway],
    };
    expect(http({ match: [match, { uri: exact1('/y') }], destinations })[0].match).toStrictEqual([
      {
        uri: { prefix: '/x' },
        ignoreUriCase: true,
        method: { exact: 'GET' },
        authority: { exact: 'x' },
        headers: { 'x-a': {} },
        withoutHeaders: { 'x-b': { regex: 'a.*' } },
        queryParams: { q: { exact: 'x' } },
        port: 443,
        gateways: ['platform/edge'],
      },
      { uri: { exact: '/y' } },
    ]);
  });

  const exact1 = (text: string): StringMatch => StringMatch.exact(text);

  test('every action and option of a route', () => {
    const first = { match: [{ uri: exact1('/a') }] };
    expect(http(
      { ...first, name: 'moved', redirect: { uri: '/b', authority: 'b.example.com', scheme: 'https', port: 8443, redirectCode: 308 } },
      { ...first, directResponse: { status: 403 } },
      { ...first, directResponse: { status: 200, body: 'ok' } },
      {
        destinations,
        rewrite: { uri: '/c', authority: 'c.example.com' },
        timeout: Duration.seconds(5),
        retries: { attempts: 2, perTryTimeout: Duration.millis(1), retryOn: '5xx,503' },
        cors: {
          allowOrigins: [exact1('https://a.example'), StringMatch.regex('https://.*[.]b[.]example'), exact1('*'), StringMatch.present()],
          allowMethods: [HttpMethod.PUT],
          allowHeaders: ['authorization'],
          exposeHeaders: ['x-id'],
          maxAge: Duration.hours(1),
        },
        headers: { response: { set: { 'x-a': 'b' } } },
      },
    )).toStrictEqual([
      { name: 'moved', match: [{ uri: { exact: '/a' } }], redirect: { uri: '/b', authority: 'b.example.com', scheme: 'https', port: 8443, redirectCode: 308 } },
      { match: [{ uri: { exact: '/a' } }], directResponse: { status: 403 } },
      { match: [{ uri: { exact: '/a' } }], directResponse: { status: 200, body: { string: 'ok' } } },
      {
        route: [{ destination: { host: 'app.shop.svc.cluster.local', port: { number: 80 } } }],
        rewrite: { uri: '/c', authority: 'c.example.com' },
        timeout: '5s',
        retries: { attempts: 2, perTryTimeout: '1ms', retryOn: '5xx,503' },
        corsPolicy: {
          allowOrigins: [{ exact: 'https://a.example' }, { regex: 'https://.*[.]b[.]example' }, { exact: '*' }, { regex: '.*' }],
          allowMethods: ['PUT'],
          allowHeaders: ['authorization'],
          exposeHeaders: ['x-id'],
          maxAge: '3600s',
        },
        headers: { response: { set: { 'x-a': 'b' } } },
      },
    ]);
  });

  test('exportTo that the gateway sees', () => {
    expect(rendered({ exportTo: ['istio-system', '.', '.'] }).spec.exportTo).toStrictEqual(['.', 'istio-system']);
    expect(rendered({ exportTo: ['*'] }).spec.exportTo).toStrictEqual(['*']);
    expect(rendered({ exportTo: ['.'], metadata: { namespace: 'istio-system' } }).spec.exportTo).toStrictEqual(['.']);
  });

  test('a field of the CRD that is not modelled can be patched in', () => {
    const it = chart();
    const route = new VirtualService(it, 'route', base);
    route.apiObject.metadata.addAnnotation('a', 'b');
    expect([route.name, route.namespace, Testing.synth(it)[0].metadata.annotations]).toStrictEqual(['route', 'shop', { a: 'b' }]);
  });
});

describe('routes that would not work', () => {
  const one = (fields: object) => ({ http: [{ destinations, ...fields }] });
  const weigh = (...weights: any[]) => ({ http: [{ destinations: weights.map((weight) => ({ ...destinations[0], weight })) }] });
  const origin = (text: string, allowCredentials = false) => one({ cors: { allowOrigins: [StringMatch.exact(text)], allowCredentials } });
  const everyPage = 'with credentials: every web page could act in the name of its visitors, name the origins';
  test.each<[string, any, string]>([
    ['no hosts', { hosts: [] }, 'virtual service `route` has no hosts: give at least one'],
    ['a short host', { hosts: ['app'] }, 'invalid host `app`: expected a name with a dot: Istio expands a single label to a service of its own namespace'],
    ['a host twice', { hosts: ['a.example.com', 'a.example.com'] }, 'hosts `a.example.com` and `a.example.com` of virtual service `route` overlap: Istio refuses that, keep one of them'],
    ['overlapping hosts', { hosts: ['*.example.com', 'a.example.com'] }, 'hosts `*.example.com` and `a.example.com` of virtual service `route` overlap: Istio refuses that, keep one of them'],
    ['no gateway', { gateways: [] }, 'empty list `gateways` of virtual service `route`: leave the field out and say `mesh: true` for routes inside the mesh'],
    ['nothing to be bound to', { gateways: undefined }, 'virtual service `route` is bound to nothing: give `gateways`, or say `mesh: true`'],
    ['host * in the mesh', { hosts: ['*'], mesh: true }, 'virtual service `route` applies to the mesh with host `*`: Istio refuses that, name the hosts'],
    ['no routes', { http: [] }, 'virtual service `route` has no routes: give at least one in `http`'],
    ['a catch-all before others', { http: [{ destinations }, { destinations }] }, 'route 0 of virtual service `route` takes every request: move it behind the others, which Istio would drop'],
    ['the prefix / before others', { http: [{ destinations, match: [{ uri: StringMatch.prefix('/') }] }, { destinations }] },
      'route 0 of virtual service `route` takes every request: move it behind the others, which Istio would drop'],
    ['an exportTo that hides it', { exportTo: ['.'] },
      'exportTo `.` hides virtual service `route` from gateway `platform/edge`: add `istio-system`, the namespace of its pods'],
    ['an empty exportTo', { exportTo: [] }, 'empty list `exportTo`: leave the field out to export to all namespaces'],
    ['exportTo nobody', { exportTo: ['~'] }, 'invalid namespace `~`: expected at most 63 lower-case letters, digits and inner `-`'],
    ['no action', { http: [{}] }, 'route has no action: expected exactly one of `destinations`, `redirect`, `directResponse`'],
    ['two actions', one({ directResponse: { status: 200 } }), 'route has `destinations` and `directResponse`: expected exactly one of `destinations`, `redirect`, `directResponse`'],
    ['no match', one({ match: [] }), 'empty list `match`: leave the field out to match every request'],
    ['an empty match', one({ match: [{ uri: undefined }] }), 'empty match `{}`: leave `match` out to match every request'],
    ['a misspelt match', one({ match: [{ path: '/a' }] }),
      'unknown field `path` of match: expected one of `uri`, `ignoreUriCase`, `method`, `authority`, `headers`, `withoutHeaders`, `queryParams`, `port`, `gateways`'],
    ['a route that is no object', { http: ['/'] }, 'invalid route `/`: expected an object'],
    ['a path without slash', one({ match: [{ uri: StringMatch.exact('a') }] }), 'invalid path `a`: expected a leading `/`'],
    ['a path with query', one({ match: [{ uri: StringMatch.prefix('/a?b') }] }), 'invalid path `/a?b`: expected no query and no fragment, match those with `queryParams`'],
    ['any path', one({ match: [{ uri: StringMatch.present() }] }), 'invalid match `present` of the path: expected `exact`, `prefix` or `regex`'],
    ['a text as path', one({ match: [{ uri: '/a' }] }), 'invalid `uri` `/a`: expected a `StringMatch`, as in `StringMatch.exact(\'/a\')`'],
    ['ignoreUriCase with an expression', one({ match: [{ uri: StringMatch.regex('/a.*'), ignoreUriCase: true }] }), '`ignoreUriCase` has no effect on regular expressions: begin the expression with `(?i)`'],
    ['a lower-case method', one({ match: [{ method: 'get' }] }), 'invalid HTTP method `get`: expected `GET` (Envoy compares methods case-sensitively)'],
    ['an empty query parameter name', one({ match: [{ queryParams: { '': StringMatch.present() } }] }), 'invalid name "" in `queryParams`: expected visible ASCII characters'],
    ['no gateways in a match', one({ match: [{ gateways: [] }] }), 'empty list `gateways` of a match: leave the field out to match on all of them'],
    ['port 0', one({ match: [{ port: 0 }] }), 'invalid port `0`: expected an integer from 1 to 65535'],
    ['rewrite of a redirect', { http: [{ redirect: { uri: '/a' }, rewrite: { uri: '/b' } }] }, '`rewrite` needs `destinations`: Istio refuses it beside `redirect` and `directResponse`'],
    ['an empty rewrite', one({ rewrite: {} }), 'empty `rewrite`: expected `uri`, `authority` or both'],
    ['a rewrite without slash', one({ rewrite: { uri: 'a' } }), 'invalid rewrite `a`: expected a path with a leading `/`'],
    ['a rewrite to a URL', one({ rewrite: { authority: 'https://a' } }), 'invalid rewrite `https://a`: expected a host name'],
    ['an empty redirect', { http: [{ redirect: {} }] }, 'empty `redirect`: expected at least one field, clients would be sent in a circle'],
    ['redirect 200', { http: [{ redirect: { redirectCode: 200 } }] }, 'invalid redirect code `200`: expected 301, 302, 303, 307 or 308'],
    ['redirect to port 0', { http: [{ redirect: { port: 0 } }] }, 'invalid port `0`: expected an integer from 1 to 65535'],
    ['redirect to ftp', { http: [{ redirect: { scheme: 'ftp' } }] }, 'invalid scheme `ftp`: expected `http` or `https`'],
    ['redirect without slash', { http: [{ redirect: { uri: 'a' } }] }, 'invalid redirect `a`: expected a path with a leading `/`'],
    ['redirect to a path as host', { http: [{ redirect: { authority: 'a/b' } }] }, 'invalid redirect `a/b`: expected a host name'],
    ['status 600', { http: [{ directResponse: { status: 600 } }] }, 'invalid status `600`: expected 200 to 599, Envoy rejects the whole route table for others'],
    ['no time', one({ timeout: Duration.millis(0) }), 'invalid timeout `0ms`: expected whole milliseconds, at least one'],
    ['half a retry', one({ retries: { attempts: 0.5 } }), 'invalid number of retries `0.5`: expected an integer from 0'],
    ['conditions of no retries', one({ retries: { attempts: 0, retryOn: '5xx' } }), 'no retries have neither `perTryTimeout` nor `retryOn`: leave these out'],
    ['retry conditions with spaces', one({ retries: { attempts: 1, retryOn: '5xx, reset' } }), 'invalid retry conditions `5xx, reset`: expected Envoy\'s names separated by `,`, as in `5xx,reset`'],
    ['an origin with a path', origin('https://a.example/'), 'invalid origin `https://a.example/`: expected scheme and host without a path, as in `https://shop.example.com`'],
    ['every origin with credentials', origin('*', true), `origin \`*\` ${everyPage}`],
    ['sandboxed pages with credentials', origin('null', true), `origin \`null\` ${everyPage}`],
    ['every origin by expression with credentials', one({ cors: { allowOrigins: [StringMatch.regex('.*')], allowCredentials: true } }), `origin \`regex .*\` ${everyPage}`],
    ['a header name with a space', one({ cors: { allowOrigins: [StringMatch.exact('*')], allowHeaders: ['a b'] } }),
      'invalid header name `a b` in cross-origin policy: expected the characters of RFC 9110 section 5.1'],
    ['no destinations', { http: [{ destinations: [] }] }, 'empty list `destinations`: give at least one destination'],
    ['one weight missing', weigh(1, undefined), 'destination without weight beside others: give each of them a weight'],
    ['a negative weight', weigh(-1), 'invalid weight `-1`: expected an integer from 0'],
    ['no weight at all', weigh(0, 0), 'total weight `0` of the destinations: give one of them a weight above 0'],
    ['an unknown operator', one({ headers: { request: { set: { 'x-a': '%NO%' } } } }),
      'unknown operator `%NO%` in header `x-a`: Envoy rejects the whole route table for it, expected an operator of Envoy\'s access log'],
  ])('%s', (_, props, message) => {
    expect(() => rendered(props)).toThrow(new Error(message));
  });

  test.each<[string, () => Destination, string]>([
    ['a service with its namespace', () => Destination.service('app.shop', 80), 'invalid service name `app.shop`: expected a DNS label, and the namespace as an argument of its own'],
    ['a namespace that is none', () => Destination.service('app', 80, 'A'), 'invalid namespace `A`: expected at most 63 lower-case letters, digits and inner `-`'],
    ['a wildcard', () => Destination.external('*.example.com', 80), 'invalid destination `*.example.com`: expected one host'],
    ['a subset with a dot', () => destinations[0].destination.withSubset('v1.0'), 'invalid subset `v1.0`: expected a DNS label'],
  ])('destination: %s', (_, make, message) => {
    expect(make).toThrow(new Error(message));
  });

  test('a host that none of the gateways serves is reported at synth', () => {
    const second = new TestGateway(['b.example.org'], true, 'second');
    expect(() => rendered({ hosts: ['a.example.net'], gateways: [gateway, second] })).toThrow(
      'host `a.example.net` is not served by gateway `platform/edge` (hosts: `*.example.com`) or `platform/second` (hosts: `b.example.org`)',
    );
  });

  test('a host that is wider than the gateway is narrowed by Istio and passes', () => {
    expect(rendered({ hosts: ['*.com'] }).spec.hosts).toStrictEqual(['*.com']);
  });

  test('a workload whose manifests are at fault is reported, and the producer does not throw', () => {
    const it = chart();
    const deployment = new ApiObject(it, 'd', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } });
    const service = new ApiObject(it, 's', { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } });
    const route = new VirtualService(it, 'route', { ...base, http: [{ destinations: [{ destination: Destination.workload(Workload.fromDeployment(deployment, service)) }] }] });
    expect(route.apiObject.toJson().spec.http[0].route[0].destination).toStrictEqual({ host: 's.shop.svc.cluster.local', port: {} });
    expect(() => Testing.synth(it)).toThrow('service `s` has no port');
  });
});
