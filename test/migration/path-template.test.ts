import * as fc from 'fast-check';
import { translatePath } from '../../src/migration/path-template';

describe('expressions that a template says exactly', () => {
  test.each<[string, string[]]>([
    ['/*', ['/*']],
    ['/.*', ['/*']],
    ['/headers', ['/headers']],
    ['^/headers$', ['/headers']],
    ['/v1\\.0/x', ['/v1.0/x']],
    ['/foo/.*', ['/foo/{**}']],
    ['/foo(/.*)?', ['/foo', '/foo/{**}']],
    ['/a/[^/]+/b', ['/a/{*}/b']],
    ['/(a|b)/c', ['/a/c', '/b/c']],
    ['/(?:a|b)?/c', ['/a/c', '/b/c', '//c']],
    ['/a/.*/b', ['/a/{**}/b']],
  ])('%s', (expression, paths) => {
    expect(translatePath(expression)).toEqual({ paths, wider: false });
  });
});

describe('expressions that a template says nearly: the difference is told', () => {
  test.each<[string, string[], boolean, string]>([
    ['/foo.*', ['/foo', '/foo/{**}'], false, '`/foox` is no longer taken: v2 has no part of a segment'],
    ['/a.b', ['/a.b'], false, 'the dot in `a.b` was any character and is a dot now'],
    ['/x/\\d+', ['/x/{*}'], true, '`{*}` takes any one segment, not only `\\d+`'],
    ['/x/[a-z]+/y', ['/x/{*}/y'], true, '`{*}` takes any one segment, not only `[a-z]+`'],
    ['/x/.+', ['/x/{**}'], true, '`{**}` takes the empty rest too'],
  ])('%s', (expression, paths, wider, difference) => {
    expect(translatePath(expression)).toEqual({ paths, wider, difference });
  });
});

test.each(['/a(b', '/(a|b', '/(ab)+', '/a|b', 'a', '/a[', '/x{2}', '/.*/[^/]+', '/.*/a/.*', `/${'(a|b)'.repeat(8)}`, '/a\\', '/ä', '/a b'])('there is no template for %s', (expression) => {
  expect(translatePath(expression)).toBeUndefined();
});

test('exactTemplatesTakeWhatTheExpressionTook', () => {
  const piece = fc.constantFrom('/a', '/b', '/.*', '/[^/]+', '(/c)?', '/(a|b)');
  fc.assert(fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), fc.array(fc.constantFrom('a', 'b', 'c', 'x'), { minLength: 1, maxLength: 4 }), (pieces, segments) => {
    const translated = translatePath(pieces.join(''));
    const path = `/${segments.join('/')}`;
    if (translated === undefined || translated.wider || translated.difference !== undefined || pieces.join('') === '/.*') return;
    const template = (one: string) => new RegExp(`^${one.replaceAll('{**}', '.*').replaceAll('{*}', '[^/]+')}$`);
    expect({ path, taken: translated.paths.some((one) => template(one).test(path)) }).toEqual({ path, taken: new RegExp(`^${pieces.join('')}$`).test(path) });
  }));
});

test('anyTextIsTranslatedOrNot', () => {
  fc.assert(fc.property(fc.string(), (text) => {
    expect(translatePath(`/${text}`)?.paths ?? []).toEqual(expect.any(Array));
  }));
});
