import { isOlder, sortByAge } from '../../src/mesh/age-order';
import { readObject } from '../../src/mesh/kube-object';

const thing = (name: string, created?: string) => {
  const [namespace, short] = name.split('/');
  return readObject({ apiVersion: 'v1', kind: 'Thing', metadata: { name: short, namespace, creationTimestamp: created } }, 0)!;
};
const [EARLY, LATE] = ['2030-01-01T00:00:00Z', '2030-01-02T00:00:00Z'];

test.each<[string, string | undefined, string, string | undefined, boolean, boolean | undefined]>([
  // What was stored first is older, whatever the names.
  ['n/b', EARLY, 'n/a', LATE, false, true],
  ['n/a', LATE, 'n/b', EARLY, false, false],
  ['n/b', EARLY, 'n/a', LATE, true, true],
  // In one second the name decides, then the namespace.
  ['n/a', EARLY, 'n/b', EARLY, false, true],
  ['n/b', EARLY, 'n/a', EARLY, false, false],
  ['m/a', EARLY, 'n/a', EARLY, false, true],
  ['n/a', EARLY, 'm/a', EARLY, false, false],
  ['z/a', EARLY, 'm/b', EARLY, false, true],
  ['n/a', EARLY, 'n/a', EARLY, false, false],
  // Without a time it is not known, except where all came at once.
  ['n/a', undefined, 'n/b', undefined, false, undefined],
  ['n/a', EARLY, 'n/b', undefined, false, undefined],
  ['n/a', undefined, 'n/b', EARLY, false, undefined],
  ['n/a', undefined, 'n/b', undefined, true, true],
  ['n/b', undefined, 'n/a', undefined, true, false],
  ['n/a', EARLY, 'n/b', undefined, true, true],
  ['n/b', EARLY, 'n/a', undefined, true, false],
  ['n/b', undefined, 'n/a', EARLY, true, false],
])('%s of %s is older than %s of %s, all applied at once %s: %s', (a, first, b, second, sameTime, expected) => {
  expect(isOlder(thing(a, first), thing(b, second), sameTime)).toBe(expected);
});

describe('objects in order of their age', () => {
  /** The order, and what was asked. Every question gets the same answer. */
  const sorted = (names: [string, string?][], { sameTime = false, answer = true, matters = (_a: string, _b: string): boolean => true } = {}) => {
    const asked: [string, string][] = [];
    const choices = { ask: (key: string, text: string) => { asked.push([key, text]); return answer; } };
    const items = names.map(([name, created]) => ({ object: thing(name, created) }));
    const order = sortByAge(items, sameTime, choices, (a, b) => matters(a.object.name, b.object.name)).map(({ object }) => `${object.namespace}/${object.name}`);
    return { order, asked };
  };

  test('of known age are sorted without a question', () => {
    expect(sorted([['n/c', LATE], ['n/b', EARLY], ['n/a', LATE], ['m/b', EARLY]])).toEqual({ order: ['m/b', 'n/b', 'n/a', 'n/c'], asked: [] });
  });

  test('applied at once are sorted by name', () => {
    expect(sorted([['n/c'], ['n/a'], ['n/b']], { sameTime: true })).toEqual({ order: ['n/a', 'n/b', 'n/c'], asked: [] });
  });

  test('of unknown age stand as the answer is', () => {
    const key = 'older Thing n/a Thing n/b';
    expect(sorted([['n/b'], ['n/a']], { answer: true })).toEqual({ order: ['n/a', 'n/b'], asked: [[key, 'Thing n/a is older than Thing n/b']] });
    expect(sorted([['n/b'], ['n/a']], { answer: false })).toEqual({ order: ['n/b', 'n/a'], asked: [[key, 'Thing n/a is older than Thing n/b']] });
  });

  test('where it does not matter are sorted by name, and nothing is asked', () => {
    expect(sorted([['n/c'], ['n/b'], ['n/a']], { answer: false, matters: () => false })).toEqual({ order: ['n/a', 'n/b', 'n/c'], asked: [] });
  });

  test('are asked about in pairs that matter only, whatever the order they come in', () => {
    const names: [string, string?][] = [['n/a'], ['n/b'], ['n/c']];
    const matters = (a: string, b: string) => a === 'c' && b === 'b';
    const expected = { order: ['n/a', 'n/c', 'n/b'], asked: [['older Thing n/b Thing n/c', 'Thing n/b is older than Thing n/c']] };
    expect(sorted(names, { answer: false, matters })).toEqual(expected);
    expect(sorted(names.reverse(), { answer: false, matters })).toEqual(expected);
  });
});
