import * as fc from 'fast-check';
import { anyTextTest, textTest } from '../../src/authz/string-match';

const values = fc.array(fc.string({ unit: fc.constantFrom('*', 'a', 'b', '.', ':'), maxLength: 4 }), { maxLength: 6 });

test('aListMatchesWhatOneOfItsValuesMatches', () => {
  fc.assert(fc.property(values, fc.string({ unit: fc.constantFrom('*', 'a', 'b', '.', ':'), maxLength: 6 }), (list, text) => {
    expect(anyTextTest(list)(text)).toBe(list.some((value) => textTest(value)(text)));
  }), { numRuns: 2000 });
});

test('a list of 100,000 hosts is no loop over all of them for each', () => {
  const list = Array.from({ length: 100_000 }, (_, i) => `*.h${i}.example.com`);
  const matches = anyTextTest(list);
  expect(list.filter((host) => matches(`a${host.slice(1)}`))).toHaveLength(100_000);
  expect(matches('a.h100000.example.com')).toBe(false);
});
