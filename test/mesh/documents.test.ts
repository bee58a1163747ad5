import { parseDocuments, parseWithNodes, requireReadable } from '../../src/mesh/documents';

const nested = (levels: number) => Array.from({ length: levels }).reduce<unknown>((inner) => ({ a: inner }), 'x');

test.each<[string, string, unknown[]]>([
  ['one document', 'a: 1', [{ a: 1 }]],
  ['documents in their order', 'a: 1\n---\nb: [x, {c: true}]\n', [{ a: 1 }, { b: ['x', { c: true }] }]],
  ['nothing', '', []],
  ['an empty document', '---\n---\na: 1', [null, { a: 1 }]],
  ['merge keys', 'base: &b {x: 1, y: 1}\nmore: {<<: *b, y: 2}', [{ base: { x: 1, y: 1 }, more: { x: 1, y: 2 } }]],
  ['an alias', 'a: &a [1]\nb: *a', [{ a: [1], b: [1] }]],
  ['brackets that close nothing', ']}'.repeat(3).replace(/^/, 'a: "') + '"', [{ a: ']}]}]}' }]],
  ['many brackets that are closed', `a: [${'[]'.repeat(6000).replace(/\]\[/g, '],[')}]`, [{ a: Array(6000).fill([]) }]],
  ['many braces that are closed', `a: [${'{}'.repeat(6000).replace(/\}\{/g, '},{')}]`, [{ a: Array(6000).fill({}) }]],
  ['brackets in text of many documents', `a: "${'['.repeat(3000)}"\n---\nb: "${'{'.repeat(3000)}"\n`, [{ a: '['.repeat(3000) }, { b: '{'.repeat(3000) }]],
])('of YAML text, %s is read', (_what, yaml, expected) => {
  expect(parseDocuments(yaml)).toEqual(expected);
});

test('a document is read with the nodes that know where it stands', () => {
  const [first, second] = parseWithNodes('a: 1\n---\nb: 2\n');
  expect([first.value, second.value]).toEqual([{ a: 1 }, { b: 2 }]);
  expect(second.node.range[0]).toBeGreaterThan(first.node.range[0]);
});

test.each<[string, unknown, string | RegExp]>([
  ['no text', 7, 'manifests are of type number: expected YAML text'],
  ['nothing at all', null, 'manifests are of type null: expected YAML text'],
  ['undefined', undefined, 'manifests are of type undefined: expected YAML text'],
  ['a key twice', 'a: 1\na: 2', /^document 1 is no valid YAML: Map keys must be unique at line 2, column 1$/],
  ['an error in the second document', 'a: 1\n---\nb: [c', /^document 2 is no valid YAML: Flow sequence in block collection .*[^:]$/],
  ['an alias without anchor', 'a: *b', /^(?:document 1 is no valid YAML|manifests have YAML aliases that cannot be followed): Unresolved alias/],
  ['unclosed brackets', '['.repeat(5001), 'manifests are nested too deeply: at most 200 levels are read'],
  ['unclosed braces', 'a: {'.repeat(5001), 'manifests are nested too deeply: at most 200 levels are read'],
  ['brackets in more than the beginning', `a: 1\nb: ${'['.repeat(5001)}`, 'manifests are nested too deeply: at most 200 levels are read'],
  ['brackets that close nothing before those that are not closed', `${']'.repeat(100)}${'['.repeat(5001)}`, 'manifests are nested too deeply: at most 200 levels are read'],
])('%s is refused', (_what, yaml, message) => {
  expect(() => parseDocuments(yaml as string)).toThrow(message instanceof RegExp ? message : new RegExp(`^${message}$`));
});

test('aliases that multiply are refused, some hundred uses of one anchor are not', () => {
  const uses = (count: number) => `a: &a [x]\nb: [${Array(count).fill('*a').join(', ')}]`;
  expect(parseDocuments(uses(900))[0]).toHaveProperty('b.length', 900);
  const levels = Array.from({ length: 5 }, (_, level) => `l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`).join(', ')}]`);
  const bomb = () => parseDocuments(['l0: &l0 [x]', ...levels].join('\n'));
  expect(bomb).toThrow(/^manifests have YAML aliases that cannot be followed: Excessive alias count/);
  expect(bomb).toThrow(expect.objectContaining({ cause: expect.any(ReferenceError) }));
});

describe('objects that were read elsewhere', () => {
  test.each<[string, unknown[]]>([
    ['of 199 levels', [nested(199)]],
    ['with empty values', [null, undefined, 'a', 1, [], {}]],
    ['that share a part', (() => { const part = nested(50); return [part, part, { part }]; })()],
  ])('%s are taken', (_what, documents) => {
    expect(() => requireReadable(documents as never)).not.toThrow();
  });

  const loop: { self?: unknown } = {};
  loop.self = [loop];
  test.each<[string, unknown[]]>([
    ['of more than 200 levels', [nested(201)]],
    ['with a deep list', [Array.from({ length: 201 }).reduce<unknown>((inner) => [inner], 'x')]],
    ['with a deep part behind others', [{ a: 'x', b: { c: null, d: nested(200) }, e: {} }]],
    ['that contain themselves', [loop]],
  ])('%s are refused', (_what, documents) => {
    expect(() => requireReadable(documents as never)).toThrow(/^manifests are nested too deeply or contain themselves: at most 200 levels are read$/);
  });
});

test('a key may be there twice in two mappings, as `<<`, and as number and text', () => {
  expect(parseDocuments('a: {x: 1}\nb: {x: 2, "1": t, 1: n, <<: {y: 3}, <<: {z: 4}}')).toEqual([{ a: { x: 1 }, b: { x: 2, 1: 'n', y: 3, z: 4 } }]);
  expect(() => parseDocuments('a:\n- {x: 1}\n- b: {y: 1, z: 2, "y": 3}')).toThrow('document 1 is no valid YAML: Map keys must be unique at line 3, column 19');
});

test('the time of reading does not grow with the square of the keys of a mapping', () => {
  const text = (keys: number) => `a:\n${Array.from({ length: keys }, (_, index) => `  k${index}: v\n`).join('')}`;
  const time = (keys: number) => {
    const start = process.cpuUsage();
    parseDocuments(text(keys));
    return process.cpuUsage(start).user / 1000;
  };
  const isLinear = () => time(16_000) < 25 * Math.max(time(2000), 5);
  expect([1, 2, 3].some(isLinear)).toBe(true);
});
