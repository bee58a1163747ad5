import * as fc from 'fast-check';
import { ApiRulePath } from '../../src/resources/api-rule-path';

describe('a path is refused with its cure', () => {
  test.each([
    ['no slash', 'abc', 'invalid APIRule path `abc`: expected a leading `/`'],
    ['nothing', undefined, 'invalid APIRule path `undefined`: expected a leading `/`'],
    ['empty', '', 'invalid APIRule path ``: expected a leading `/`'],
    ['regular expression of v1beta1', '/.*', 'invalid APIRule path `/.*`: expected `/*` for every path: the v2 APIRule knows no regular expressions'],
    ['wildcard below a path', '/a/*', 'invalid APIRule path `/a/*`: expected `/a/{**}` for everything below: `*` stands alone only in `/*`'],
    ['wildcard in a segment', '/a*', 'invalid APIRule path `/a*`: expected `{*}` and `{**}` only as whole segments, or `/*` alone'],
    ['operator in a segment', '/a{*}', 'invalid APIRule path `/a{*}`: expected `{*}` and `{**}` only as whole segments, or `/*` alone'],
    ['suffix behind an operator', '/{**}.html', 'invalid APIRule path `/{**}.html`: expected `{*}` and `{**}` only as whole segments, or `/*` alone'],
    ['query', '/a?b', 'invalid APIRule path `/a?b`: expected a path without `?` and `#`'],
    ['percent sign', '/%zz', 'invalid APIRule path `/%zz`: expected `%` only before two hexadecimal digits'],
    ['space', '/a b', "invalid APIRule path `/a b`: expected segments of letters, digits, `-._~!&',;=:@` and `%XX`"],
    ['bracket', '/a[b', "invalid APIRule path `/a[b`: expected segments of letters, digits, `-._~!&',;=:@` and `%XX`"],
    ['plus', '/a+b', 'invalid APIRule path `/a+b`: expected no `+`: Kyma writes it unescaped into a regular expression, so the route would match other paths; use `{*}` for that segment'],
    ['parenthesis', '/(x)', 'invalid APIRule path `/(x)`: expected no `(`: Kyma writes it unescaped into a regular expression, so the route would match other paths; use `{*}` for that segment'],
    ['dollar', '/d$1', 'invalid APIRule path `/d$1`: expected no `$`: Kyma writes it unescaped into a regular expression, so the route would match other paths; use `{*}` for that segment'],
    ['operator after the rest', '/{**}/{*}', 'invalid APIRule path `/{**}/{*}`: expected no operator after `{**}`'],
    ['two rests', '/{**}/a/{**}', 'invalid APIRule path `/{**}/a/{**}`: expected no operator after `{**}`'],
    ['dot segment', '/a/../b', 'invalid path `/a/../b`: expected no `.` or `..` segment: Envoy resolves them before policies run'],
    ['escaped letter', '/%61', 'invalid path `/%61`: expected `a` instead of `%61`: Envoy decodes it before policies run'],
    ['doubled slash in front of an operator', '//{*}', 'invalid path `//{*}`: expected a single leading `/`: Envoy crashes on a template that begins with `//`'],
  ])('%s', (_name, path, message) => {
    expect(() => ApiRulePath.parse(path as any)).toThrow(new Error(message));
  });
});

test.each(['/', '/*', '/{**}', '/a', '/a.b', '/a/{*}/b', '/a/{**}/b', '/{*}/{**}/b', '/a/', '//a', "/~!&',;=:@-_%2F"])('the path `%s` is taken', (path) => {
  expect(ApiRulePath.parse(path).text).toBe(path);
});

test('the three roots, which Kyma never excepts', () => {
  expect(['/', '/*', '/{**}', '/{*}', '/a'].map((path) => ApiRulePath.parse(path).isRoot)).toEqual([true, true, true, false, false]);
});

describe('overlap and cover', () => {
  test.each([
    ['/a', '/a', true, true],
    ['/a', '/b', false, false],
    ['/a', '/a/', false, false],
    ['/{*}', '/a', true, true],
    ['/a', '/{*}', true, false],
    ['/{*}', '/', false, false],
    ['/{**}', '/', true, true],
    ['/*', '/a/{*}/c', true, true],
    ['/a/{**}', '/a', false, false],
    ['/a/{**}', '/a/', true, true],
    ['/a/{**}', '/a/b/c', true, true],
    ['/a/{**}', '/a/{**}/b', true, true],
    ['/a/{**}/b', '/a/{**}', true, false],
    ['/a/{**}/b', '/a/x/y/b', true, true],
    ['/a/{**}/b', '/a/b', false, false],
    ['/a/{**}/b', '/a//b', true, true],
    ['/a/{*}/c', '/a/b/{*}', true, false],
    ['/{*}/{**}', '/{**}', true, false],
    ['/{**}', '/{*}/{**}', true, true],
    ['/{*}/b', '/a/{*}', true, false],
    ['/a/{**}/c', '/a/{*}/{*}', true, false],
  ])('%s and %s', (one, other, overlap, cover) => {
    const [a, b] = [one, other].map((path) => ApiRulePath.parse(path));
    expect([a.overlaps(b), b.overlaps(a), a.covers(b)]).toEqual([overlap, overlap, cover]);
  });

  const segment = fc.constantFrom('a', 'b', '{*}');
  const path = fc.tuple(fc.array(segment, { maxLength: 3 }), fc.boolean(), fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }))
    .map(([head, rest, tail]) => `/${[...head, ...(rest ? ['{**}'] : []), ...tail].join('/')}`);
  const request = fc.array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 6 }).map((segments) => `/${segments.join('/')}`);
  // Kyma's own translation into the regular expression of the route.
  const expression = (text: string) => new RegExp(`^${text.replace(/\{\*\*\}/g, '[a-z/]*').replace(/\{\*\}/g, '[a-z]+')}$`);

  test('whatCoversAPathTakesAllItsRequests', () => {
    fc.assert(fc.property(path, path, request, (wide, narrow, url) => {
      const covers = ApiRulePath.parse(wide).covers(ApiRulePath.parse(narrow));
      return !covers || !expression(narrow).test(url) || expression(wide).test(url);
    }), { numRuns: 2000 });
  });

  test('pathsThatShareARequestOverlap', () => {
    fc.assert(fc.property(path, path, request, (one, other, url) => {
      const shared = expression(one).test(url) && expression(other).test(url);
      return !shared || ApiRulePath.parse(one).overlaps(ApiRulePath.parse(other));
    }), { numRuns: 2000 });
  });

  test('whatDoesNotCoverAPathMissesARequestOfIt', () => {
    const urls = ['a', 'b', 'c', ''].flatMap((x) => ['a', 'b', 'c', '', undefined].flatMap((y) => ['a', 'b', 'c', '', undefined].map((z) => `/${[x, y, z].filter((part) => part !== undefined).join('/')}`)));
    const short = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => `/${segments.join('/')}`);
    fc.assert(fc.property(short, short, (one, other) => {
      const witness = urls.some((url) => expression(other).test(url) && !expression(one).test(url));
      return ApiRulePath.parse(one).covers(ApiRulePath.parse(other)) !== witness;
    }), { numRuns: 1000 });
  });
});
