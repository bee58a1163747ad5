import { checkFields } from '../../src/model/known-fields';

test('known fields pass, undefined ones too', () => {
  expect(() => checkFields('grant', { a: 1, b: undefined }, ['a', 'b', 'c'])).not.toThrow();
});

test.each<[string, unknown, string]>([
  ['an unknown field', { a: 1, d: undefined }, 'unknown field `d` of grant: expected one of `a`, `b`'],
  ['a list', ['a'], 'invalid grant `a`: expected an object'],
  ['a text', 'a', 'invalid grant `a`: expected an object'],
  ['null', null, 'invalid grant `null`: expected an object'],
])('%s is refused', (_, given, message) => {
  expect(() => checkFields('grant', given, ['a', 'b'])).toThrow(new Error(message));
});
