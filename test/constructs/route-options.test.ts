import { App, Chart, Duration, Testing } from 'cdk8s';
import { TestGateway } from './test-gateway';
import { CertSecuredWorkload } from '../../src/constructs/cert-secured-workload';
import type { RouteOptions } from '../../src/constructs/route-options';
import { PathPattern } from '../../src/model/path-pattern';
import { StringMatch } from '../../src/model/string-match';
import { Workload } from '../../src/resources/workload';

const app = Workload.of({ service: 'app', port: 80, labels: { app: 'app' } });
const canary = Workload.of({ service: 'canary', port: 8080, labels: { app: 'canary' }, namespace: 'other' });

function objects(route: RouteOptions, metadata = {}): any[] {
  const chart = new Chart(new App(), 'chart');
  new CertSecuredWorkload(chart, 'App', { gateway: new TestGateway(), host: 'app.example.com', workload: app, route, metadata });
  return Testing.synth(chart);
}

const http = (route: RouteOptions): any[] => objects(route).find(({ kind }) => kind === 'VirtualService').spec.http;

describe('paths', () => {
  test('become matches: exact, prefix with its slash, prefix, expression', () => {
    const paths = [PathPattern.exact('/a'), PathPattern.tree('/t'), PathPattern.prefix('/p'), PathPattern.template('/v1.0/{*}/x/{**}')];
    expect(http({ paths })).toHaveLength(1);
    expect(http({ paths })[0].match).toStrictEqual([
      { uri: { exact: '/a' } }, { uri: { prefix: '/p' } }, { uri: { exact: '/t' } }, { uri: { prefix: '/t/' } }, { uri: { regex: '/v1[.]0/[^/]+/x/.*' } },
    ]);
  });

  test('the tree of everything is a catch-all', () => {
    expect(http({ paths: [PathPattern.tree('/')] })[0].match).toStrictEqual([{ uri: { prefix: '/' } }]);
  });
});

describe('rewrite', () => {
  const uris = (path: PathPattern, rewrite: string) => http({ paths: [path], rewrite }).map(({ match, rewrite: { uri } }) => [match[0].uri, uri]);

  test('replaces an exact path', () => {
    expect(uris(PathPattern.exact('/a'), '/b')).toStrictEqual([[{ exact: '/a' }, '/b']]);
  });

  test('replaces a tree with and without what follows', () => {
    expect(uris(PathPattern.tree('/a'), '/b')).toStrictEqual([[{ exact: '/a' }, '/b'], [{ prefix: '/a/' }, '/b/']]);
    expect(uris(PathPattern.tree('/a'), '/')).toStrictEqual([[{ exact: '/a' }, '/'], [{ prefix: '/a/' }, '/']]);
  });

  test('replaces a prefix', () => {
    expect(uris(PathPattern.prefix('/v'), '/w')).toStrictEqual([[{ prefix: '/v' }, '/w']]);
  });
});

describe('split', () => {
  test('every workload gets policies of its own with the same rules, before the route', () => {
    const all = objects({ split: [{ workload: canary, weight: 25 }] });
    expect(all.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toStrictEqual([
      'AuthorizationPolicy default/app.app.example.com',
      'PeerAuthentication default/app',
      'AuthorizationPolicy other/canary.app.example.com',
      'PeerAuthentication other/canary',
      'VirtualService default/app.app.example.com',
    ]);
    expect(all[4].spec.http[0].route).toStrictEqual([
      { destination: { host: 'app.default.svc.cluster.local', port: { number: 80 } }, weight: 75 },
      { destination: { host: 'canary.other.svc.cluster.local', port: { number: 8080 } }, weight: 25 },
    ]);
  });

  test('a workload that names no namespace is routed to where its policies are', () => {
    const chart = new Chart(new App(), 'chart');
    const first = Workload.of({ service: 'app', port: 80, labels: { app: 'app' }, namespace: 'a' });
    const second = Workload.of({ service: 'second', port: 80, labels: { app: 'second' } });
    const route = { split: [{ workload: second, weight: 50 }] };
    new CertSecuredWorkload(chart, 'App', { gateway: new TestGateway(), host: 'app.example.com', workload: first, route, metadata: { namespace: 'routes' } });
    const all = Testing.synth(chart);
    expect(all.filter(({ kind }) => kind === 'AuthorizationPolicy').map(({ metadata }) => metadata.namespace)).toStrictEqual(['a', 'a']);
    expect(all.at(-1).spec.http[0].route.map(({ destination }: any) => destination.host)).toStrictEqual([
      'app.a.svc.cluster.local', 'second.a.svc.cluster.local',
    ]);
  });

  test('Services of one name in several namespaces do not collide', () => {
    const inNamespace = (namespace: string): Workload => Workload.of({ service: 'app', port: 80, labels: { app: 'app' }, namespace });
    const all = objects({ split: [{ workload: inNamespace('b'), weight: 1 }, { workload: inNamespace('c'), weight: 1 }] });
    expect(all.filter(({ kind }) => kind === 'PeerAuthentication').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toStrictEqual(['default/app', 'b/app', 'c/app']);
  });

  test('a name that is set gets the service behind it', () => {
    expect(objects({ split: [{ workload: canary, weight: 100 }] }, { name: 'open' }).map(({ metadata }) => metadata.name)).toStrictEqual([
      'open', 'app', 'open-canary', 'canary', 'open',
    ]);
  });
});

test('timeout, retries and cross-origin policy are rendered', () => {
  const [route] = http({
    timeout: Duration.millis(1500),
    retries: { attempts: 0 },
    cors: { allowOrigins: [StringMatch.exact('https://a.example')], maxAge: Duration.minutes(1), allowCredentials: true, allowHeaders: ['authorization'], exposeHeaders: ['x-id'] },
  });
  expect(route).toMatchObject({
    timeout: '1500ms',
    retries: { attempts: 0 },
    corsPolicy: { allowOrigins: [{ exact: 'https://a.example' }], maxAge: '60s', allowCredentials: true, allowHeaders: ['authorization'], exposeHeaders: ['x-id'] },
  });
});

describe('values that are refused', () => {
  const share = (weight: any, workload: any = canary) => ({ workload, weight });
  test.each<[string, any, string]>([
    ['no paths', { paths: [] }, 'empty list `paths` of the route: leave it out to route every path'],
    ['a text as path', { paths: ['/a'] }, 'invalid path `/a` of the route: expected a `PathPattern`, as in `PathPattern.tree(\'/api\')`'],
    ['rewrite without path', { rewrite: '/a' }, 'rewrite `/a` needs exactly one path, exact, tree or prefix: give it in `paths` of the route'],
    ['rewrite of two paths', { rewrite: '/a', paths: [PathPattern.exact('/b'), PathPattern.exact('/c')] },
      'rewrite `/a` needs exactly one path, exact, tree or prefix: give it in `paths` of the route'],
    ['rewrite of a template', { rewrite: '/a', paths: [PathPattern.template('/{*}')] },
      'rewrite `/a` needs exactly one path, exact, tree or prefix: give it in `paths` of the route'],
    ['rewrite without slash', { rewrite: 'a', paths: [PathPattern.exact('/b')] }, 'invalid rewrite `a`: expected a path with a leading `/`'],
    ['an empty split', { split: [] }, 'empty list `split`: leave it out to send every request to one workload'],
    ['a split with no workload', { split: [share(1, 'canary')] }, 'invalid workload `canary` in `split`: expected a `Workload`'],
    ['a negative weight', { split: [share(-1)] }, 'invalid weight `-1` of workload `canary`: expected an integer from 0 to 100'],
    ['a weight above 100', { split: [share(101)] }, 'invalid weight `101` of workload `canary`: expected an integer from 0 to 100'],
    ['weights above 100 together', { split: [share(60), share(60, Workload.of({ service: 'c', port: 1, labels: { app: 'c' } }))] },
      'weights in `split` sum up to `120`: expected at most 100, the first workload gets the rest'],
    ['a split with itself', { split: [share(10, app)] }, 'workload `app` shares the requests with itself: give each workload a Service of its own'],
    ['no origins', { cors: { allowOrigins: [] } }, 'cross-origin policy has no `allowOrigins`: give at least one origin'],
  ])('%s', (_, route, message) => {
    expect(() => objects(route)).toThrow(new Error(message));
  });
});
