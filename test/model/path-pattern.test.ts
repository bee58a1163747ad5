import * as fc from 'fast-check';
import { PathPattern } from '../../src/model/path-pattern';

describe('a path is refused with its cure', () => {
  test.each([
    ['reports', 'invalid path `reports`: expected a leading `/`'],
    [undefined as any, 'invalid path `undefined`: expected a leading `/`'],
    ['/a*', 'invalid path `/a*`: expected no `*`, `{` or `}`: use `PathPattern.tree`, `.prefix` or `.template`'],
    ['/a?b=c', 'invalid path `/a?b=c`: expected a path without `?` and `#`: policies see neither query nor fragment'],
    ['/a/../b', 'invalid path `/a/../b`: expected no `.` or `..` segment: Envoy resolves them before policies run'],
    ['/a/%2e%2e/b', 'invalid path `/a/%2e%2e/b`: expected no `.` or `..` segment: Envoy resolves them before policies run'],
    ['/a/..;x/b', 'invalid path `/a/..;x/b`: expected no `.` or `..` segment: Envoy resolves them before policies run'],
    ['/a\\b', 'invalid path `/a\\b`: expected `/` instead of `\\`: Envoy turns it into `/` before policies run'],
    ['/%61dmin', 'invalid path `/%61dmin`: expected `a` instead of `%61`: Envoy decodes it before policies run'],
    ['/%2D', 'invalid path `/%2D`: expected `-` instead of `%2D`: Envoy decodes it before policies run'],
    ['/a%00', 'invalid path `/a%00`: expected no `%00`: Envoy answers 400 to it'],
    ['/%zz', 'invalid path `/%zz`: expected `%` only before two hexadecimal digits'],
    ['/a\u0007', 'invalid path `/a\u0007`: expected no control characters'],
    ['/a b', 'invalid path `/a b`: expected its escaped form `/a%20b`, which is what policies see'],
    ['/é', 'invalid path `/é`: expected its escaped form `/%C3%A9`, which is what policies see'],
    [`/${'a'.repeat(2048)}`, `invalid path \`/${'a'.repeat(39)}…\`: expected at most 2048 characters`],
  ])('%p', (path, message) => {
    expect(() => PathPattern.exact(path)).toThrow(new Error(message));
  });

  test.each([
    ['admin/{**}', 'invalid path `admin/{**}`: expected a leading `/`: every Envoy that gets a template without it crashes'],
    [undefined as any, 'invalid path `undefined`: expected a leading `/`: every Envoy that gets a template without it crashes'],
    ['//{*}', 'invalid path `//{*}`: expected a single leading `/`: Envoy crashes on a template that begins with `//`'],
    ['/admin', 'invalid path `/admin`: expected an operator `{*}` or `{**}`; without one use `PathPattern.exact`'],
    ['/{**}/{*}', 'invalid path `/{**}/{*}`: expected no operator after `{**}`'],
    ['/a{*}/{*}', 'invalid path `/a{*}/{*}`: expected `{*}` and `{**}` only as whole segments, and no other `*`, `{` or `}`'],
    ['/a[0]/{*}', 'invalid path `/a[0]/{*}`: expected no `[` or `]`, which Istio refuses in templates'],
    ['/a//{*}', 'invalid path `/a//{*}`: expected no empty segment'],
    ['/a b/{*}', 'invalid path `/a b/{*}`: expected its escaped form `/a%20b/{*}`, which is what policies see'],
    [`/${'a'.repeat(256)}/{*}`, `invalid path \`/${'a'.repeat(256)}/{*}\`: expected literal segments of at most 255 characters`],
  ])('template %p', (template, message) => {
    expect(() => PathPattern.template(template)).toThrow(new Error(message));
  });
});

describe('policy values', () => {
  test.each([
    ['exact', PathPattern.exact('/status/418'), ['/status/418'],
      ['/status/418', '/status/418/*', '/status/418;*', '//status/418', '//status/418/*', '//status/418;*']],
    ['exact with a trailing slash', PathPattern.exact('/a/'), ['/a/'], ['/a', '/a/*', '/a;*', '//a', '//a/*', '//a;*']],
    ['exact root denies the root, not the site', PathPattern.exact('/'), ['/'], ['/', '/;*', '//', '//;*']],
    ['tree', PathPattern.tree('/reports'), ['/reports', '/reports/*'],
      ['/reports', '/reports/*', '/reports;*', '//reports', '//reports/*', '//reports;*']],
    ['tree with a trailing slash', PathPattern.tree('/reports/'), ['/reports', '/reports/*'],
      ['/reports', '/reports/*', '/reports;*', '//reports', '//reports/*', '//reports;*']],
    ['tree of the whole site', PathPattern.tree('/'), ['/*'], ['*']],
    ['prefix', PathPattern.prefix('/v'), ['/v*'], ['/v*', '//v*']],
    ['prefix of everything', PathPattern.prefix('/'), ['/*'], ['*']],
    ['template', PathPattern.template('/a/{*}/b'), ['/a/{*}/b'], ['/a/{*}/b', '/a/{*}/b/{**}']],
    ['template with a trailing slash', PathPattern.template('/a/{*}/'), ['/a/{*}/'], ['/a/{*}/', '/a/{*}/{**}']],
    ['open template', PathPattern.template('/a/{**}'), ['/a/{**}'], ['/a/{**}']],
    ['template with a tail after the open operator', PathPattern.template('/a/{**}/b'), ['/a/{**}/b'], ['/a/{**}/b']],
    ['a bracket, which Envoy leaves alone', PathPattern.exact('/a[0]'), ['/a[0]'],
      ['/a[0]', '/a[0]/*', '/a[0];*', '//a[0]', '//a[0]/*', '//a[0];*']],
  ])('%s', (_name, pattern, allow, deny) => {
    expect(pattern.allowValues()).toEqual(allow);
    expect(pattern.denyValues()).toEqual(deny);
  });

  test('only a pattern for the whole site cannot be escaped by path variants', () => {
    expect([PathPattern.tree('/'), PathPattern.prefix('/'), PathPattern.template('/{**}')].map((pattern) => pattern.isPartial)).toEqual([false, false, false]);
    expect([PathPattern.exact('/'), PathPattern.tree('/a'), PathPattern.prefix('/a')].map((pattern) => pattern.isPartial)).toEqual([true, true, true]);
  });

  test('a pattern prints as the policy reads it', () => {
    expect([PathPattern.exact('/a'), PathPattern.tree('/a'), PathPattern.tree('/'), PathPattern.prefix('/a')].map(String)).toEqual(['/a', '/a/*', '/*', '/a*']);
  });
});

const segment = fc.stringMatching(/^[a-z0-9\-_~!$&'()+,;=:@]{1,8}$/);
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => `/${segments.join('/')}`);
const matches = (value: string, request: string) => value.endsWith('*') ? request.startsWith(value.slice(0, -1)) : request === value;

test('everyDeniedExactPathIsDeniedInItsUsualVariants', () => {
  fc.assert(fc.property(path, fc.constantFrom('', '/', '/x', ';x', ';'), fc.constantFrom('', '/'), (denied, tail, head) => {
    const request = `${head}${denied}${tail}`;
    expect(PathPattern.exact(denied).denyValues().some((value) => matches(value, request))).toBe(true);
  }));
});

test('anAllowedTreeNeverReachesASibling', () => {
  fc.assert(fc.property(path, segment, (allowed, tail) => {
    expect(PathPattern.tree(allowed).allowValues().some((value) => matches(value, `${allowed}${tail}`))).toBe(false);
    expect(PathPattern.tree(allowed).allowValues().some((value) => matches(value, `${allowed}/${tail}`))).toBe(true);
  }));
});
