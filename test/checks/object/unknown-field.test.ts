import { cureOfUnknownField } from '../../../src/checks/object/unknown-field';

describe('what is meant by a field that does not exist', () => {
  const rules = (name: string) => cureOfUnknownField('AuthorizationPolicy', ['spec', name]);
  const meant = 'write `rules`, or take the field away';
  const listed = /^take the field away, or write it where it belongs: here are .*`rules`/;

  test.each([
    ['rule', true], ['ules', true], ['rles', true], ['ruless', true], ['rrules', true], ['ru1es', true], ['1ules', true], ['rule5', true], ['urles', true], ['ruels', true], ['rulse', true], ['RULES', true],
    ['rul', false], ['rulesss', false], ['les', false], ['xxles', false], ['ulres', false], ['rseul', false], ['sules2', false], ['selur', false], ['r', false], ['', false], ['lures', false], ['ruxxs', false], ['xulex', false], ['urlse', false],
  ])('`%s`', (name, near) => {
    if (near) expect(rules(name)).toBe(meant);
    else expect(rules(name)).toMatch(listed);
  });

  test('the whole list, where it is short enough', () => {
    expect(rules('nothing')).toBe('take the field away, or write it where it belongs: here are `selector`, `targetRef`, `targetRefs`, `action`, `provider`, `rules`');
    expect(rules('targetReff')).toBe('write `targetRef` or `targetRefs`, or take the field away');
  });

  test('a field deep below, and in a list', () => {
    expect(cureOfUnknownField('AuthorizationPolicy', ['spec', 'rules', 0, 'from', 0, 'source', 'ipBlock'])).toBe('write `ipBlocks`, or take the field away');
    expect(cureOfUnknownField('RequestAuthentication', ['spec', 'jwtRules', 3, 'jwk'])).toBe('write `jwks`, or take the field away');
  });

  test.each<[string, string, (string | number)[]]>([
    ['a kind without known fields', 'ServiceEntry', ['spec', 'a']],
    ['below a field that is not known either', 'Gateway', ['spec', 'a', 'b']],
    ['below a text', 'Gateway', ['spec', 'servers', 0, 'port', 'name', 'b']],
    ['below what every object has', 'Gateway', ['spec', 'constructor', 'name']],
    ['a mapping whose keys are free', 'Gateway', ['spec', 'selector', 'app']],
  ])('%s', (_name, kind, path) => {
    expect(cureOfUnknownField(kind, path)).toBe('take the field away, or write it where it belongs');
  });
});
