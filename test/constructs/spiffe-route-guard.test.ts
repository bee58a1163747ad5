import { Chart, Testing } from 'cdk8s';
import * as fc from 'fast-check';
import { EnforcementPoint } from '../../src/constructs/enforcement-point';
import { SpiffeDenyPolicy } from '../../src/constructs/spiffe-deny-policy';
import { DOT_SEGMENTS, guardingExpression } from '../../src/constructs/spiffe-route-guard';
import { HttpMethod } from '../../src/model/http-method';
import { PathPattern } from '../../src/model/path-pattern';
import { SpiffeId } from '../../src/model/spiffe-id';
import { Destination } from '../../src/resources/destination';
import { VirtualService } from '../../src/resources/virtual-service';
import { Workload } from '../../src/resources/workload';
import { fakeGateway } from '../resources/fake-gateway';

const CLIENT = SpiffeId.parse('spiffe://test.client');
const TEAPOT = PathPattern.exact('/status/418');

function policy(props: object = {}): SpiffeDenyPolicy {
  const scope = new Chart(Testing.app(), 'chart');
  return new SpiffeDenyPolicy(scope, 'Deny', { enforceAt: EnforcementPoint.gateway(fakeGateway(['test.com']) as any), clients: [CLIENT], paths: [TEAPOT], ...props });
}

// RE2 and JavaScript agree on these expressions but for the flag in front; routes match the whole text.
function takes(pattern: PathPattern, path: string): boolean {
  const expression = guardingExpression(pattern);
  expect(expression.startsWith('(?i)')).toBe(true);
  return new RegExp(`^(?:${expression.slice(4)})$`, 'i').test(path);
}

test('the route that a VirtualService puts in front of its own', () => {
  const gateway = fakeGateway(['test.com']);
  const scope = new Chart(Testing.app(), 'chart');
  const deny = new SpiffeDenyPolicy(scope, 'Deny', {
    enforceAt: EnforcementPoint.gateway(gateway as any),
    clients: [CLIENT, SpiffeId.parse('spiffe://partner.example/a_b')],
    paths: [TEAPOT],
    methods: [HttpMethod.GET],
  });
  const httpbin = Workload.of({ service: 'httpbin', port: 8000, labels: { app: 'httpbin' } });
  new VirtualService(scope, 'httpbin', { hosts: ['test.com'], gateways: [gateway], http: [deny.routeGuard(), { destinations: [{ destination: Destination.workload(httpbin) }] }] });
  const [, route] = Testing.synth(scope);
  const teapot = '(?i)((/|%2f|%5c)((;|%3b)[^/]*)?)*status((;|%3b)[^/]*)?((/|%2f|%5c)((;|%3b)[^/]*)?)+418((;|%3b|/|%2f|%5c).*)?';
  const xfcc = (id: string) => ({ 'x-forwarded-client-cert': { regex: `.*;URI=spiffe://${id}(;.*)?` } });
  expect(route.spec.http[0]).toEqual({
    name: 'spiffe-deny',
    match: ['partner[.]example/a_b', 'test[.]client'].flatMap((id) => [teapot, DOT_SEGMENTS].flatMap((regex) => ['GET', 'HEAD'].map((method) => (
      { uri: { regex }, headers: xfcc(id), method: { exact: method } }
    )))),
    directResponse: { status: 403 },
  });
});

test('hosts that the policy names limit the route too, with every port', () => {
  const { match } = policy({ hosts: ['test.com'], enforceAt: EnforcementPoint.gateway(fakeGateway(['test.com', 'b.com']) as any) }).routeGuard();
  expect([...new Set(match!.map(({ authority }) => authority?.toString()))]).toEqual(['regex (?i)(test[.]com)(:[0-9]*)?']);
  const two = policy({ hosts: ['test.com', 'b.com'], enforceAt: EnforcementPoint.gateway(fakeGateway(['test.com', 'b.com']) as any) }).routeGuard();
  expect(two.match![0].authority!.toString()).toBe('regex (?i)(b[.]com|test[.]com)(:[0-9]*)?');
});

test.each<[string, PathPattern, string[], string[]]>([
  ['an exact path', TEAPOT, [
    '/status/418', '//status/418', '/status//418', '/status%2F418', '/status%5c418', '/STATUS/418', '/status;x=1/418', '/status;x/%2f418', '/status/418;x', '/status/418/', '/status/418/a',
    '/status/418%2f', '/status%3bx/418', '%2fstatus/418', '/;x/status/418', '/status/;x/418', '/;x%2Fstatus;y/;z//418', '/%3Bx/status/418',
  ], ['/status/4180', '/status/41', '/statu/418', '/status', '/a/status/418', '/status418', '/', '/status/200/418']],
  ['the root', PathPattern.exact('/'), ['/', '//', '/;x', '/%2F', '/%3Bx'], ['/a', '/a/b']],
  ['a path with a trailing slash', PathPattern.exact('/a/'), ['/a', '/a/', '/A//'], ['/ab']],
  ['a tree', PathPattern.tree('/a'), ['/a', '/a/b', '/A%2Fb'], ['/ab']],
  ['the whole tree', PathPattern.tree('/'), ['/', '/a', '/a/b'], []],
  ['a prefix', PathPattern.prefix('/v'), ['/v', '/v1', '/V1/a', '//v1'], ['/w']],
  ['a prefix that ends a segment', PathPattern.prefix('/v/'), ['/v/', '/v//a', '/v%2fa'], ['/v', '/va/b']],
  ['one segment', PathPattern.template('/a/{*}/c'), ['/a/b/c', '/A/b/C/d', '/a//b//c', '/a/b;x/c'], ['/a/c', '/a/b/d']],
  ['the rest', PathPattern.template('/a/{**}'), ['/a/', '/a/b/c', '/A//b'], ['/a', '/ab']],
  ['special characters', PathPattern.exact('/a.b-c/%2Fd+e(f)$g[h]'), ['/a.b-c/%2fd+e(f)$g[h]', '/a%2eb%2Dc/%2Fd%2be%28f%29%24g%5Bh%5D'], ['/axb-c/%2fd+e(f)$g[h]']],
])('spellings of %s', (_name, pattern, taken, left) => {
  expect(taken.filter((path) => !takes(pattern, path))).toEqual([]);
  expect(left.filter((path) => takes(pattern, path))).toEqual([]);
});

test('a dot segment that the gateway leaves is guarded on every path', () => {
  const expression = new RegExp(`^(?:${DOT_SEGMENTS.slice(4)})$`, 'i');
  for (const path of ['/x/..%2Fstatus/418', '/x%2F..%2Fstatus/418', '/x%2f%2e%2e/a', '/..', '/a/.', '/a/..;x/b', '/a/.%3bx', '/x%5C../a']) expect([path, expression.test(path)]).toEqual([path, true]);
  for (const path of ['/', '/.well-known/a', '/a/..b', '/a...', '/a/...', '/a.b/c', '/status/418']) expect([path, expression.test(path)]).toEqual([path, false]);
});

test('everySpellingOfADeniedPathIsGuarded', () => {
  const segment = fc.stringMatching(/^[A-Za-z0-9._~-]{1,6}$/).filter((text) => !/^\.+$/.test(text));
  const slash = fc.constantFrom('/', '//', '%2F', '%2f', '%5C', '/%2f');
  const change = fc.constantFrom((text: string) => text, (text: string) => text.toUpperCase(), (text: string) => `${text};x=1`, (text: string) => text.replace(/[.]/g, '%2E'));
  fc.assert(fc.property(fc.array(fc.tuple(segment, slash, change), { minLength: 1, maxLength: 4 }), (parts) => {
    const path = `/${parts.map(([text]) => text).join('/')}`;
    const spelt = parts.map(([text, separator, spell], index) => (index === 0 ? '/' : separator) + spell(text)).join('');
    expect(takes(PathPattern.exact(path), spelt)).toBe(true);
  }), { numRuns: 500 });
});

test('everyVariantThatThePolicyDeniesIsGuardedToo', () => {
  const path = fc.array(fc.stringMatching(/^[a-z0-9]{1,5}$/), { minLength: 1, maxLength: 3 }).map((segments) => `/${segments.join('/')}`);
  fc.assert(fc.property(path, fc.constantFrom('x', '', 'x/y'), (text, tail) => {
    const pattern = PathPattern.exact(text);
    for (const value of pattern.denyValues()) expect(takes(pattern, value.replace(/\*$/, tail))).toBe(true);
  }), { numRuns: 100 });
});

describe('a route guard is refused with the cure', () => {
  const CALLER = SpiffeId.ofWorkload({ namespace: 'shop', serviceAccount: 'cart' });
  const atWorkload = EnforcementPoint.workload(Workload.of({ service: 'httpbin', port: 8000, labels: { app: 'httpbin' } }));

  test.each<[string, object, string]>([
    ['at a workload', { enforceAt: atWorkload, clients: [CALLER] }, 'route guard of a policy at a workload: routes are chosen at the gateway, enforce the policy there'],
    ['without paths', { paths: undefined }, 'route guard of a policy without `paths`: nothing is left open, leave it out'],
    ['without clients', { clients: [] }, 'route guard of a policy without clients `[]`: add the clients first'],
  ])('%s', (_name, props, message) => {
    expect(() => policy(props).routeGuard()).toThrow(new Error(message));
  });

  test('clients that come after it are an error at synth', () => {
    const deny = policy();
    deny.routeGuard();
    deny.deny(CLIENT);
    expect(deny.node.root.node.findAll().flatMap((node) => node.node.validate())).toEqual([]);
    deny.deny(SpiffeId.parse('spiffe://late'));
    expect(deny.node.root.node.findAll().flatMap((node) => node.node.validate())).toEqual([
      'clients were denied after `routeGuard()` was called, so the route does not know them: call it last',
    ]);
  });
});
