import { mergeDelegates } from '../../src/mesh/delegate';
import { readObject } from '../../src/mesh/kube-object';
import { HttpRoute, readVirtualService } from '../../src/mesh/virtual-service';

const service = (spec: object, name: string, namespace = 'n') => readVirtualService(readObject({ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name, namespace }, spec }, 0)!);
const root = (route: object, more: object = {}) => service({ hosts: ['a.test'], http: [{ delegate: { name: 'leaf', namespace: 'teams' }, ...route }], ...more }, 'root');
const leaf = (routes: object[], more: object = {}, name = 'leaf') => service({ http: routes, ...more }, name, 'teams');
const to = { route: [{ destination: { host: 'app.teams.svc' } }] };
/** The routes of a host with one delegating route and one delegate with one route. */
const merged = (above: object, below: object): readonly HttpRoute[] => mergeDelegates([root(above), leaf([{ ...to, ...below }])], ['*'], false)[0].http;
const match = (...matches: object[]) => ({ match: matches });
const prefix = (value: string) => ({ uri: { prefix: value } });
const exact = (value: string) => ({ uri: { exact: value } });
const regex = (value: string) => ({ uri: { regex: value } });

describe('a delegate is merged', () => {
  test.each<[string, object, object, object[] | undefined]>([
    ['without any match', {}, {}, undefined],
    ['with the match of the root', match(prefix('/a')), {}, [prefix('/a')]],
    ['with its own match', {}, match(prefix('/a')), [prefix('/a')]],
    ['with a longer prefix', match(prefix('/a')), match(prefix('/a/b')), [prefix('/a/b')]],
    ['with an exact path below a prefix', match(prefix('/a')), match(exact('/a/b')), [exact('/a/b')]],
    ['with the same exact path', match(exact('/a')), match(exact('/a')), [exact('/a')]],
    ['with a regular expression where the root asks for no path', match({ method: { exact: 'GET' } }), match(regex('/a.*')), [{ ...regex('/a.*'), method: { exact: 'GET' } }]],
    ['with what the two add up to', match({ ...prefix('/a'), scheme: { exact: 'https' }, port: 80 }), match({ sourceNamespace: 'x', authority: { exact: 'a' }, method: { exact: 'GET' } }),
      [{ ...prefix('/a'), scheme: { exact: 'https' }, port: 80, sourceNamespace: 'x', authority: { exact: 'a' }, method: { exact: 'GET' } }]],
    ['with the same port and namespace', match({ port: 80, sourceNamespace: 'x' }), match({ port: 80, sourceNamespace: 'x' }), [{ port: 80, sourceNamespace: 'x' }]],
    ['with a port and namespace of its own', match(prefix('/a')), match({ ...prefix('/a'), port: 80 }), [{ ...prefix('/a'), port: 80 }]],
    ['with every pair that fits', match(prefix('/a'), prefix('/a/b'), prefix('/c')), match(prefix('/a/b/c'), prefix('/c')), [prefix('/a/b/c'), prefix('/a/b/c'), prefix('/c')]],
    ['with both their headers', match({ headers: { x: { exact: '1' } } }), match({ headers: { y: { exact: '2' } } }), [{ headers: { x: { exact: '1' }, y: { exact: '2' } } }]],
    ['with the narrower header', match({ headers: { x: { prefix: '1' } } }), match({ headers: { x: { exact: '12' } } }), [{ headers: { x: { exact: '12' } } }]],
    ['with both their withoutHeaders and parameters', match({ withoutHeaders: { x: {} }, queryParams: { p: { exact: '1' } } }), match({ withoutHeaders: { y: {} }, queryParams: { q: { exact: '2' } } }),
      [{ withoutHeaders: { x: {}, y: {} }, queryParams: { p: { exact: '1' }, q: { exact: '2' } } }]],
    ['with both their labels', match({ sourceLabels: { a: '1', b: '2' } }), match({ sourceLabels: { b: '2', c: '3' } }), [{ sourceLabels: { a: '1', b: '2', c: '3' } }]],
    ['with the gateways of the root', match({ gateways: ['g/a', 'g/b'] }), match(prefix('/a')), [{ ...prefix('/a'), gateways: ['g/a', 'g/b'] }]],
    ['with fewer gateways', match({ gateways: ['g/a', 'g/b'] }), match({ gateways: ['g/b'] }), [{ gateways: ['g/b'] }]],
    ['with gateways of its own where the root names none', match(prefix('/a')), match({ ...prefix('/a'), gateways: ['g/a', 'g/b'] }), [{ ...prefix('/a'), gateways: ['g/a', 'g/b'] }]],
    ['without regard to case where both are', match({ ...prefix('/a'), ignoreUriCase: true }), match({ ...prefix('/a'), ignoreUriCase: true }), [{ ...prefix('/a'), ignoreUriCase: true }]],
  ])('%s', (_what, above, below, expected) => {
    const [found, ...others] = merged(above, below);
    expect(others).toEqual([]);
    expect(found.matches).toEqual(service({ http: [{ match: expected }] }, 'expected').http[0].matches);
    expect(found.destinations.map(({ host }) => host)).toEqual(['app.teams.svc']);
    expect(found.delegate).toBeUndefined();
  });
});

describe('a route of a delegate is lost', () => {
  test.each<[string, object, object]>([
    ['of another exact path', exact('/a'), exact('/b')],
    ['of a prefix below an exact path', exact('/a'), prefix('/a')],
    ['of an exact path outside of the prefix', prefix('/a'), exact('/b')],
    ['of a shorter prefix', prefix('/a/b'), prefix('/a')],
    ['of a regular expression below a prefix', prefix('/a'), regex('/a')],
    ['of presence below a prefix', prefix('/a'), { uri: {} }],
    ['of an empty exact path below a prefix', prefix('/a'), exact('')],
    ['of a prefix below a regular expression', regex('/a.*'), prefix('/a')],
    ['of the same regular expression', regex('/a'), regex('/a')],
    ['below an empty prefix', prefix(''), prefix('/a')],
    ['below an empty exact path', exact(''), exact('/a')],
    ['of another method', { method: { exact: 'GET' } }, { method: { exact: 'POST' } }],
    ['of another scheme', { scheme: { exact: 'http' } }, { scheme: { exact: 'https' } }],
    ['of another authority', { authority: { exact: 'a' } }, { authority: { exact: 'b' } }],
    ['of another value of a header', { headers: { x: { exact: '1' } } }, { headers: { x: { exact: '2' } } }],
    ['of another value of one of two headers', { headers: { y: { prefix: '' }, x: { exact: '1' } } }, { headers: { z: {}, x: { exact: '2' } } }],
    ['of another value of a header that must not be', { withoutHeaders: { x: { exact: '1' } } }, { withoutHeaders: { x: { exact: '2' } } }],
    ['of another value of a parameter', { queryParams: { p: { exact: '1' } } }, { queryParams: { p: { exact: '2' } } }],
    ['with regard to case where the root has none', { ...prefix('/a'), ignoreUriCase: true }, prefix('/a')],
    ['without regard to case where the root has', prefix('/a'), { ...prefix('/a'), ignoreUriCase: true }],
    ['of another port', { port: 80 }, { port: 81 }],
    ['of another namespace', { sourceNamespace: 'x' }, { sourceNamespace: 'y' }],
    ['of any namespace below one', { sourceNamespace: 'x' }, { port: 80 }],
    ['of another value of a label', { sourceLabels: { a: '1' } }, { sourceLabels: { b: '2', a: '2' } }],
    ['of a gateway that is not of the root', { gateways: ['g/a'] }, { gateways: ['g/b'] }],
    ['of more gateways than the root', { gateways: ['g/a'] }, { gateways: ['g/a', 'g/a'] }],
    ['of one gateway more', { gateways: ['g/a', 'g/b'] }, { gateways: ['g/a', 'g/c'] }],
  ])('%s', (_what, above, below) => {
    expect(merged(match(above), match(below))).toEqual([]);
  });

  test('whole, if one of its matches fits nowhere', () => {
    expect(merged(match(prefix('/a')), match(prefix('/a/b'), prefix('/c')))).toEqual([]);
  });
});

test.each<[string, object, object, Partial<HttpRoute>]>([
  ['rewrite', { rewrite: { uri: '/x', authority: 'x' } }, {}, { rewriteUri: '/x', rewriteAuthority: 'x' }],
  ['rewrite of its own, as a whole', { rewrite: { authority: 'x' } }, { rewrite: { uri: '/y' } }, { rewriteUri: '/y', rewriteAuthority: undefined }],
  ['rewrite by expression', { rewrite: { uriRegexRewrite: { match: 'a', rewrite: 'b' } } }, {}, { rewriteRegex: { match: 'a', rewrite: 'b' } }],
  ['own answer', { directResponse: { status: 204 } }, { route: [] }, { directStatus: 204 }],
  ['own answer of its own', { directResponse: { status: 204 } }, { directResponse: { status: 418 } }, { directStatus: 418 }],
  ['fault', { fault: { abort: { httpStatus: 500 } } }, {}, { fault: true }],
  ['fault of its own', { fault: { abort: { httpStatus: 500 } } }, { fault: { delay: {} } }, { fault: false }],
  ['CORS policy', { corsPolicy: {} }, {}, { cors: true }],
  ['headers', { headers: { request: { set: { a: '1' } } } }, {}, { headers: { set: [['a', '1']], add: [], remove: [] } }],
  ['headers of its own, as a whole', { headers: { request: { set: { a: '1' } } } }, { headers: { request: { remove: ['b'] } } }, { headers: { set: [], add: [], remove: ['b'] } }],
])('a delegate has the %s', (_what, above, below, expected) => {
  expect(merged(above, below)[0]).toMatchObject(expected);
});

test('what a route and its delegate set is set for the next of them', () => {
  expect([...merged({ headers: {}, name: 'above' }, { rewrite: {} })[0].given].sort()).toEqual(['delegate', 'headers', 'name', 'rewrite', 'route']);
});

describe('a delegate', () => {
  const hosts = (services: { name: string }[]) => services.map(({ name }) => name);
  test('serves nothing by itself, and its routes stand in the place of the route that names it', () => {
    const above = service({ hosts: ['a.test'], http: [{ name: 'first', ...to }, { name: 'gap', delegate: { name: 'leaf', namespace: 'teams' } }, { name: 'last', ...to }] }, 'root');
    const [found, ...others] = mergeDelegates([leaf([{ name: 'one', ...to }, { name: 'two', ...to }]), above], ['*'], false);
    expect(others).toEqual([]);
    expect(hosts([found])).toEqual(['root']);
    expect(found.http.map(({ name }) => name)).toEqual(['first', 'one', 'two', 'last']);
  });

  test('is found by namespace and name', () => {
    expect(mergeDelegates([root({}), leaf([to], {}, 'other')], ['*'], false)[0].http).toEqual([]);
    expect(mergeDelegates([root({}), service({ http: [to] }, 'leaf', 'other')], ['*'], false)[0].http).toEqual([]);
    expect(mergeDelegates([root({}), service({ hosts: ['b.test'], http: [to] }, 'leaf', 'teams')], ['*'], false)[0].http).toEqual([]);
  });

  test('that is not there leaves a gap, or the route as it is', () => {
    expect(mergeDelegates([root({})], ['*'], false)[0].http).toEqual([]);
    expect(mergeDelegates([root({})], ['*'], true)[0].http).toEqual(root({}).http);
  });

  test.each<[string[], string[], boolean]>([
    [[], ['*'], true], [[], ['.'], false], [[], ['n'], true], [[], [], false],
    [['*'], ['.'], true], [['n'], ['.'], true], [['m', 'n'], [], true], [['.'], ['*'], false], [['teams'], ['*'], false],
  ])('exported to %j (by default to %j) is merged into a root of another namespace: %s', (exportTo, byDefault, merges) => {
    expect(mergeDelegates([root({}), leaf([to], { exportTo })], byDefault, true)[0].http.length).toBe(merges ? 1 : 0);
  });

  test('that is exported to its own namespace is merged there', () => {
    const own = service({ hosts: ['a.test'], http: [{ delegate: { name: 'leaf', namespace: 'teams' } }] }, 'root', 'teams');
    expect(mergeDelegates([own, leaf([to], { exportTo: ['.'] })], ['*'], false)[0].http).toHaveLength(1);
  });
});
