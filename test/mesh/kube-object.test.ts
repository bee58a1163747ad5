/* eslint-disable @stylistic/max-len -- tables, one case a line */
import { describeObject, flatten, nameOf, readObject, readObjects, unfold } from '../../src/mesh/kube-object';

const thing = (metadata: object, more: object = {}) => ({ apiVersion: 'g.test/v1', kind: 'Thing', metadata, ...more });

test('an object is read', () => {
  const document = thing({ name: 'a', namespace: 'n', labels: { x: '1', y: 2 }, annotations: { z: '3' }, creationTimestamp: '2030-01-01T00:00:00Z' }, { spec: { s: 1 } });
  expect(readObject(document, 7)).toEqual({
    group: 'g.test',
    kind: 'Thing',
    name: 'a',
    namespace: 'n',
    key: '6 5 1 g.testThingna',
    labels: new Map([['x', '1']]),
    annotations: new Map([['z', '3']]),
    created: Date.UTC(2030, 0, 1),
    index: 7,
    body: document,
    spec: { s: 1 },
  });
});

test.each<[string, unknown, object]>([
  ['without namespace', thing({ name: 'a' }), { namespace: 'default' }],
  ['with an empty namespace', thing({ name: 'a', namespace: '' }), { namespace: 'default' }],
  ['of the core group', thing({ name: 'a' }, { apiVersion: 'v1' }), { group: '' }],
  ['of no group', thing({ name: 'a' }, { apiVersion: '/v1' }), { group: '' }],
  ['of the cluster', thing({ name: 'a', namespace: 'n' }, { kind: 'Namespace' }), { namespace: '' }],
  ['whose name is generated', thing({ generateName: 'a-' }), { name: 'a-7' }],
  ['whose time is none', thing({ name: 'a', creationTimestamp: 'soon' }), { created: undefined }],
  ['whose time is null', thing({ name: 'a', creationTimestamp: null }), { created: undefined }],
])('an object %s is read as %j', (_what, document, expected) => {
  expect(readObject(document, 7)).toMatchObject(expected);
});

test.each<[string, unknown]>([
  ['without apiVersion', thing({ name: 'a' }, { apiVersion: undefined })],
  ['without kind', thing({ name: 'a' }, { kind: undefined })],
  ['without name', thing({})],
  ['with an empty name', thing({ name: '' })],
  ['that is a list', [thing({ name: 'a' })]],
  ['that is text', 'a'],
])('a document %s is no object', (_what, document) => {
  expect(readObject(document, 0)).toBeUndefined();
});

test('objects that strange names could make equal have keys of their own', () => {
  const keys = [['g', 'K', 'n', 'a'], ['gK', '', 'n', 'a'], ['g', 'Kn', '', 'a'], ['g', 'K', 'na', '']].map(([group, kind, namespace, name]) => readObject({ apiVersion: `${group}/v1`, kind, metadata: { namespace, name } }, 0)?.key);
  expect(new Set(keys).size).toBe(keys.length);
});

test('an object is named by namespace and name, one of the cluster by name', () => {
  expect([nameOf({ namespace: 'n', name: 'a' }), nameOf({ namespace: '', name: 'a' })]).toEqual(['n/a', 'a']);
  expect(describeObject(readObject(thing({ name: 'a', namespace: 'n' }), 0)!)).toBe('Thing `n/a`');
});

describe('lists', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => thing({ name }));
  test.each<[string, unknown[], unknown[]]>([
    ['of any kind', [{ kind: 'List', items: [a, b] }, c], [a, b, c]],
    ['in lists', [{ kind: 'List', items: [a, { kind: 'List', items: [b] }, c] }], [a, b, c]],
    ['of YAML', [[a, [b]], c], [a, b, c]],
    ['of one kind, whose items are told it', [{ apiVersion: 'v1', kind: 'PodList', items: [{ metadata: { name: 'x' } }] }], [{ metadata: { name: 'x' }, apiVersion: 'v1', kind: 'Pod' }]],
    ['of one kind, whose items know theirs', [{ apiVersion: 'v1', kind: 'PodList', items: [a, 'x'] }], [a, 'x']],
    ['with nothing in them', [{ kind: 'List', items: [] }, null, undefined, []], []],
  ])('%s are unfolded in their order', (_what, documents, expected) => {
    expect(flatten(documents)).toEqual(expected);
  });

  test.each<[string, unknown]>([['an object of another kind with items', { kind: 'Basket', items: [a] }], ['a list without items', { kind: 'PodList' }], ['items without kind', { items: [a] }], ['items that are no list', { kind: 'List', items: { a } }]])('%s is no list', (_what, document) => {
    expect(flatten([document])).toEqual([document]);
  });

  test('tell the way to each document', () => {
    expect(unfold({ kind: 'List', items: [a, { kind: 'List', items: [b, c] }] })).toEqual([{ value: a, path: ['items', 0] }, { value: b, path: ['items', 1, 'items', 0] }, { value: c, path: ['items', 1, 'items', 1] }]);
    expect(unfold([a, [b]])).toEqual([{ value: a, path: [0] }, { value: b, path: [1, 0] }]);
    expect(unfold(a)).toEqual([{ value: a, path: [] }]);
  });

  test('are counted by what is in them', () => {
    expect(readObjects([{ kind: 'List', items: [a, 'x', b] }, c]).map(({ name, index }) => [name, index])).toEqual([['a', 0], ['b', 2], ['c', 3]]);
  });
});
