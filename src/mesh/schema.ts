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
  if (value === undefined || value === null || shape === 'any') return undefined;
  if (typeof shape === 'string') return fits(value, shape) ? undefined : `\`${path}\` is not ${WORDS[shape]}`;
  if ('oneOf' in shape) return shape.oneOf.includes(value as string) ? undefined : `\`${path}\` is none of ${shape.oneOf.map((word) => `\`${word}\``).join(', ')}`;
  if ('list' in shape) {
    if (!Array.isArray(value)) return `\`${path}\` is not a list`;
    return first(value, (item, index) => (item === null ? `\`${path}[${index}]\` is null` : misfit(item, shape.list, `${path}[${index}]`)));
  }
  if (!isMapping(value)) return `\`${path}\` is not a mapping`;
  if ('map' in shape) return first(entries(value), ([key, item]) => misfit(item, shape.map, `${path}.${key}`));
  return first(entries(value), ([key, item]) => {
    if (!Object.prototype.hasOwnProperty.call(shape.fields, key)) return `unknown field \`${path}.${key}\``;
    return misfit(item, shape.fields[key], `${path}.${key}`);
  });
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

function first<T>(items: readonly T[], problem: (item: T, index: number) => string | undefined): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = problem(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
