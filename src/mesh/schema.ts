import { entries, isMapping, Value } from './value';

/** The shape of a field as the API server checks it. */
export type Shape =
  | 'any' | 'text' | 'boolean' | 'integer' | 'labels' | 'texts'
  | { readonly oneOf: readonly string[] }
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly fields: { readonly [name: string]: Shape } };

const WORDS: Record<string, string> = { text: 'a string', boolean: '`true` or `false`', integer: 'an integer', labels: 'a mapping of strings', texts: 'a list of strings' };

/** The first place where a value is not of a shape, in words; undefined where it is. Null counts as absent, as for the API server. */
export function misfit(value: Value, shape: Shape, path: string): string | undefined {
  const found = find(value, nodeOf(shape));
  return found === undefined ? undefined : found.problem(`${path}${found.path}`);
}

/** Where a value is not of a shape. The path is put together on the way back: nearly all values are as they should be. */
interface Misfit {
  readonly path: string;
  readonly problem: (path: string) => string;
}

/** A shape as it is walked: every kind of it has the same fields, so that the walk stays fast on the ten thousands of fields of a mesh. */
interface Node {
  readonly kind: 'any' | 'text' | 'boolean' | 'integer' | 'labels' | 'texts' | 'oneOf' | 'list' | 'map' | 'fields';
  readonly words: readonly string[];
  /** What the items of a list or the values of a mapping are. */
  readonly item?: Node;
  readonly fields: ReadonlyMap<string, Node>;
}

const nodes = new Map<Shape, Node>();
const NO_FIELDS: ReadonlyMap<string, Node> = new Map();

function nodeOf(shape: Shape): Node {
  const node = nodes.get(shape) ?? compile(shape);
  nodes.set(shape, node);
  return node;
}

function compile(shape: Shape): Node {
  if (typeof shape === 'string') return { kind: shape, words: [], item: undefined, fields: NO_FIELDS };
  if ('oneOf' in shape) return { kind: 'oneOf', words: shape.oneOf, item: undefined, fields: NO_FIELDS };
  if ('list' in shape) return { kind: 'list', words: [], item: nodeOf(shape.list), fields: NO_FIELDS };
  if ('map' in shape) return { kind: 'map', words: [], item: nodeOf(shape.map), fields: NO_FIELDS };
  return { kind: 'fields', words: [], item: undefined, fields: new Map(Object.entries(shape.fields).map(([name, field]) => [name, nodeOf(field)])) };
}

function find(value: Value, node: Node): Misfit | undefined {
  if (value === undefined || value === null) return undefined;
  switch (node.kind) {
    case 'any': return undefined;
    case 'fields': return findInFields(value, node.fields);
    case 'list': return findInList(value, node.item!);
    case 'map': return findInMap(value, node.item!);
    case 'oneOf': return node.words.includes(value as string) ? undefined : here((path) => `\`${path}\` is none of ${node.words.map((word) => `\`${word}\``).join(', ')}`);
    default: return fits(value, node.kind) ? undefined : here((path) => `\`${path}\` is not ${WORDS[node.kind]}`);
  }
}

function findInList(value: Value, item: Node): Misfit | undefined {
  if (!Array.isArray(value)) return here((path) => `\`${path}\` is not a list`);
  for (let index = 0; index < value.length; index += 1) {
    const found = value[index] === null ? here((path) => `\`${path}\` is null`) : find(value[index], item);
    if (found !== undefined) return below(`[${index}]`, found);
  }
  return undefined;
}

function findInFields(value: Value, fields: ReadonlyMap<string, Node>): Misfit | undefined {
  if (!isMapping(value)) return notMapping();
  for (const key of Object.keys(value as object)) {
    const node = fields.get(key);
    const found = node === undefined ? here((path) => `unknown field \`${path}\``) : find((value as Record<string, Value>)[key], node);
    if (found !== undefined) return below(`.${key}`, found);
  }
  return undefined;
}

function findInMap(value: Value, item: Node): Misfit | undefined {
  if (!isMapping(value)) return notMapping();
  for (const key of Object.keys(value as object)) {
    const found = find((value as Record<string, Value>)[key], item);
    if (found !== undefined) return below(`.${key}`, found);
  }
  return undefined;
}

function notMapping(): Misfit {
  return here((path) => `\`${path}\` is not a mapping`);
}

function here(problem: Misfit['problem']): Misfit {
  return { path: '', problem };
}

function below(step: string, { path, problem }: Misfit): Misfit {
  return { path: `${step}${path}`, problem };
}

function fits(value: Value, shape: string): boolean {
  switch (shape) {
    case 'text': return typeof value === 'string';
    case 'boolean': return typeof value === 'boolean';
    case 'integer': return Number.isSafeInteger(value);
    case 'labels': return isMapping(value) && entries(value).every(([, item]) => typeof item === 'string');
    default: return Array.isArray(value) && value.every((item) => typeof item === 'string');
  }
}
