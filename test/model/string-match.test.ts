import { StringMatch } from '../../src/model/string-match';

test.each<[string, StringMatch, object]>([
  ['exact', StringMatch.exact('/a'), { exact: '/a' }],
  ['prefix', StringMatch.prefix('/a'), { prefix: '/a' }],
  ['an expression in the syntax of RE2', StringMatch.regex('(?i)(?P<x>a)|(?s:.b)'), { regex: '(?i)(?P<x>a)|(?s:.b)' }],
  ['quoted text that JavaScript does not know', StringMatch.regex('\\Q(\\E'), { regex: '\\Q(\\E' }],
  ['presence', StringMatch.present(), {}],
])('%s is rendered', (_, match, rendered) => {
  expect(match._render()).toStrictEqual(rendered);
});

test('a match says what it is', () => {
  expect([StringMatch.exact('a'), StringMatch.regex('b'), StringMatch.present()].map(String)).toStrictEqual(['exact a', 'regex b', 'present']);
});

test.each<[StringMatch, boolean]>([
  [StringMatch.regex('.*'), true], [StringMatch.present(), true], [StringMatch.regex('a.*'), false], [StringMatch.prefix('/'), false],
])('%s takes everything: %s', (match, everything) => {
  expect(match._isEverything).toBe(everything);
});

test.each<[string, () => StringMatch, string]>([
  ['an empty text', () => StringMatch.exact(''), 'invalid match ``: expected a non-empty text'],
  ['no text', () => StringMatch.prefix(undefined as any), 'invalid match `undefined`: expected a non-empty text'],
  ['control characters', () => StringMatch.exact('a\nb'), 'invalid match "a\\nb": expected no control characters'],
  ['an empty expression', () => StringMatch.regex(''), 'invalid match ``: expected a non-empty text'],
  ['lookahead', () => StringMatch.regex('a(?=b)'), 'invalid regular expression `a(?=b)`: expected RE2 syntax, without lookaround and backreferences'],
  ['lookbehind', () => StringMatch.regex('(?<!a)b'), 'invalid regular expression `(?<!a)b`: expected RE2 syntax, without lookaround and backreferences'],
  ['a backreference', () => StringMatch.regex('(a)\\1'), 'invalid regular expression `(a)\\1`: expected RE2 syntax, without lookaround and backreferences'],
  ['a lost bracket', () => StringMatch.regex('(a'), 'invalid regular expression `(a`: expected RE2 syntax (unterminated group)'],
  ['1025 characters', () => StringMatch.regex('a'.repeat(1025)), `invalid regular expression \`${'a'.repeat(40)}…\`: expected at most 1024 characters`],
])('%s is refused', (_, make, message) => {
  expect(make).toThrow(new Error(message));
});
