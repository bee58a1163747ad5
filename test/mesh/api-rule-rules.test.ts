import { pathCovers, pathsMeet } from '../../src/mesh/api-rule-rules';

test.each([
  ['/a', '/a', true],
  ['/a', '/b', false],
  ['/a', '/a/', false],
  ['/*', '/a/b', true],
  ['/{**}', '/', true],
  ['/a/{**}', '/a', false],
  ['/a/{**}', '/a/', true],
  ['/a/{**}', '/a/b/c', true],
  ['/a/{*}', '/a/b', true],
  ['/a/{*}', '/a/b/c', false],
  ['/{*}/c', '/a/{**}', true],
  ['/{**}/b', '/a/{**}', true],
  ['/{**}/b', '/{**}/c', false],
  ['/{**}/b', '/{**}', true],
  ['/{*}/{**}/d', '/a/b', false],
  ['/{*}/{**}/d', '/a/b/c/d', true],
  ['/*', '/*', true],
  ['/a/b', '/a', false],
  ['/a/{**}/b', '/a/{**}', true],
  ['/a/{**}/b', '/a/{**}/c/b', true],
  ['/a/{**}/b', '/a/b', false],
  ['/a/{**}/b/c', '/{**}/c', true],
  ['/{**}/b', '/a', false],
  ['/{**}/b', '/a/b/c', false],
])('the paths `%s` and `%s` have one in common: %s', (one, other, expected) => {
  expect(pathsMeet(one, other)).toBe(expected);
  expect(pathsMeet(other, one)).toBe(expected);
});

test.each([
  ['/*', '/{**}', true],
  ['/{**}', '/*', true],
  ['/{**}', '/a', true],
  ['/a/{**}', '/a/{*}', true],
  ['/a/{*}', '/a/{**}', false],
  ['/a', '/a/{*}', false],
  ['/{*}', '/a', true],
  ['/*', '/', true],
  ['/a/b', '/a/c', false],
  ['/a', '/a', true],
  ['/a', '/ab', false],
  ['/a/b', '/a', false],
  ['/{*}/b', '/a/b', true],
  ['/a/{*}', '/a/{*}', true],
  ['/{**}/b', '/{**}/b', false],
  ['/a/b', '/a/{**}', false],
  ['/{*}', '/*', false],
])('the path `%s` covers `%s`: %s', (pattern, path, expected) => {
  expect(pathCovers(pattern, path)).toBe(expected);
});
