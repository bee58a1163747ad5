import * as fc from 'fast-check';
import { anyTemplateTest, templateTest } from '../../src/authz/path-template';

test.each<[string, string[], string, boolean]>([
  ['one of several', ['/a/{*}', '/b/{**}'], '/b/c/d', true],
  ['none of several', ['/a/{*}', '/b/{**}'], '/a/b/c', false],
  ['a literal before an operator', ['/{*}/x', '/a/{*}'], '/a/x', true],
  ['what a literal leads astray', ['/a/{*}/x', '/{*}/b/y'], '/a/b/y', true],
  ['an empty rest', ['/a/{**}'], '/a/', true],
  ['no rest at all', ['/a/{**}'], '/a', false],
  ['an end behind the rest', ['/a/{**}/z', '/a/{**}/y/z'], '/a/b/c/z', true],
  ['another end behind the rest', ['/a/{**}/z'], '/a/b/c/y', false],
  ['no empty segment', ['/a/{*}'], '/a/', false],
  ['a character that no operator takes', ['/a/{*}', '/a/{**}'], '/a/[b]', false],
  ['an operator within a segment', ['/a/x{*}'], '/a/xy', true],
  ['no templates', [], '/a', false],
])('a list of templates: %s', (_name, templates, path, expected) => {
  expect(anyTemplateTest(templates)(path)).toBe(expected);
});

test('aListOfTemplatesMatchesWhatOneOfThemDoes', () => {
  const segment = fc.constantFrom('a', 'b', '{*}', '{**}', 'x{*}', '', 'a;b');
  const template = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => `/${segments.join('/')}`);
  const path = fc.array(fc.constantFrom('a', 'b', 'c', '', 'a;b', 'xa', '[', 'é'), { maxLength: 5 }).map((segments) => `/${segments.join('/')}`);
  fc.assert(fc.property(fc.array(template, { maxLength: 6 }), path, (templates, one) => {
    expect(anyTemplateTest(templates)(one)).toBe(templates.some((single) => templateTest(single)(one)));
  }), { numRuns: 2000 });
});
