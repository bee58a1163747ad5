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
  const found = find(value, shape);
  return found === undefined ? undefined : found.problem(`${path}${found.path}`);
}

/** Where a value is not of a shape. The path is put together on the way back: nearly all values are as they should be. */
interface Misfit {
  readonly path: string;
  readonly problem: (path: string) => string;
}

function find(value: Value, shape: Shape): Misfit | undefined {
  if (value === undefined || value === null || shape === 'any') return undefined;
  if (typeof shape === 'string') return fits(value, shape) ? undefined : here((path) => `\`${path}\` is not ${WORDS[shape]}`);
  if ('oneOf' in shape) {
    return shape.oneOf.includes(value as string) ? undefined : here((path) => `\`${path}\` is none of ${shape.oneOf.map((word) => `\`${word}\``).join(', ')}`);
  }
  return 'list' in shape ? findInList(value, shape.list) : findInMapping(value, shape);
}

function findInList(value: Value, shape: Shape): Misfit | undefined {
  if (!Array.isArray(value)) return here((path) => `\`${path}\` is not a list`);
  for (let index = 0; index < value.length; index++) {
    const found = value[index] === null ? here((path) => `\`${path}\` is null`) : find(value[index], shape);
    if (found !== undefined) return below(`[${index}]`, found);
  }
  return undefined;
}

function findInMapping(value: Value, shape: { readonly map: Shape } | { readonly fields: { readonly [name: string]: Shape } }): Misfit | undefined {
  if (!isMapping(value)) return here((path) => `\`${path}\` is not a mapping`);
  for (const key of Object.keys(value as object)) {
    if ('fields' in shape && !Object.prototype.hasOwnProperty.call(shape.fields, key)) return below(`.${key}`, here((path) => `unknown field \`${path}\``));
    const found = find((value as Record<string, Value>)[key], 'fields' in shape ? shape.fields[key] : shape.map);
    if (found !== undefined) return below(`.${key}`, found);
  }
  return undefined;
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
