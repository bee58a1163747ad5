import * as fc from 'fast-check';
import { normalizePath } from '../../src/authz/path-normalization';
import { PathNormalization } from '../../src/mesh/path-normalization';

const { NONE, BASE, MERGE_SLASHES, DECODE_AND_MERGE_SLASHES } = PathNormalization;

describe('BASE', () => {
  test.each([
    ['/a/../%61dmin', '/admin'],
    ['//admin', '//admin'],
    ['/Admin', '/Admin'],
    ['/a/./b', '/a/b'],
    ['/a/b/..', '/a/'],
    ['/a/b/.', '/a/b/'],
    ['/..', '/'],
    ['/../../a', '/a'],
    ['/a/%2e%2E/b', '/b'],
    ['/a/.%2e/b', '/b'],
    ['/a\\b', '/a/b'],
    ['/a\\..\\b', '/b'],
    ['/a%2Fb%5c', '/a%2Fb%5c'],
    ['/a%2fb', '/a%2fb'],
    ['/%7e%5F%2D', '/~_-'],
    ['/a.b/.c/d.', '/a.b/.c/d.'],
    ['/a%2eb', '/a.b'],
    ['/%zz', '/%zz'],
    ['/100%', '/100%'],
    ['/a "<>^`{|}', '/a%20%22%3C%3E%5E%60%7B%7C%7D'],
    ['/\u00c3\u00a9', '/%C3%A9'],
    ['/[x]', '/[x]'],
    ['/a%2%46b', '/a%252Fb'],
    ['/a%%32Fb', '/a%252Fb'],
    ['/a%2%47b', '/a%2Gb'],
    ['/a;x/b', '/a;x/b'],
    ['/...', '/...'],
    ['/a/...b', '/a/...b'],
    ['/a/..b', '/a/..b'],
    ['a/b', '/a/b'],
    ['', '/'],
    ['/x/..;/admin', '/admin'],
    ['/x/.;y/admin', '/x/admin'],
    ['/x/%2e%2e;z', '/'],
    ['/x/..%3b/admin', '/x/..%3b/admin'],
    ['/x/..;a\\admin', '/admin'],
  ])('%s becomes %s', (path, expected) => {
    expect(normalizePath(path, BASE, true)).toBe(expected);
  });

  test.each(['/a%00b', '/a\u0000b'])('%j is answered with 400', (path) => {
    expect(normalizePath(path, BASE, true)).toBeUndefined();
  });

  test('old versions keep `..;`', () => {
    expect(normalizePath('/x/..;/admin', BASE, false)).toBe('/x/..;/admin');
  });
});

test.each([
  ['/a//b', '/a/b'],
  ['/a//../b', '/a/b'],
  ['//', '//'],
  ['//a/..', '//'],
  ['///a//', '/a/'],
  ['/a%2f/b', '/a%2f/b'],
])('MERGE_SLASHES: %s becomes %s', (path, expected) => {
  expect(normalizePath(path, MERGE_SLASHES, true)).toBe(expected);
});

test.each([
  ['/a%2f..%2fb', '/b'],
  ['/a%5Cb', '/a/b'],
  ['/a%252Fb', '/a%252Fb'],
  ['/a%2F%2Fb', '/a/b'],
])('DECODE_AND_MERGE_SLASHES: %s becomes %s', (path, expected) => {
  expect(normalizePath(path, DECODE_AND_MERGE_SLASHES, true)).toBe(expected);
});

test.each(['/a/../b', '//a', '/%61', '/x/..;/a', '/a%00'])('NONE: %s stays', (path) => {
  expect(normalizePath(path, NONE, true)).toBe(path);
});

const path = fc.array(fc.constantFrom('/', '//', '.', '..', '%2e', '%2E', '%2f', '%5C', '\\', ';x', 'a', '%61', '%', '%2', '%25', 'F', '%46', '~'), { maxLength: 14 })
  .map((parts) => `/${parts.join('')}`);

test('normalisingTwiceChangesNothing unless a percent sign was escaped', () => {
  fc.assert(fc.property(path, fc.constantFrom(BASE, MERGE_SLASHES), (given, mode) => {
    const once = normalizePath(given, mode, true)!;
    fc.pre(!once.includes('%'));
    expect(normalizePath(once, mode, true)).toBe(once);
  }));
});

test('noDotSegmentSurvives', () => {
  fc.assert(fc.property(path, (given) => {
    expect(normalizePath(given, BASE, true)!.split('/')).not.toEqual(expect.arrayContaining([expect.stringMatching(/^\.{1,2}$/)]));
  }));
});
