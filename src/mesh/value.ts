/** A part of a manifest: anything at all, until a reader of this file has looked at it. */
export type Value = unknown;

/** The field of a mapping. Own fields only, so that no manifest reaches `constructor` or `__proto__` of our objects. */
export function field(value: Value, key: string): Value {
  return isMapping(value) && Object.prototype.hasOwnProperty.call(value, key) ? (value as Record<string, Value>)[key] : undefined;
}

/** The value at the end of a path of fields. */
export function at(value: Value, ...keys: string[]): Value {
  return keys.reduce(field, value);
}

/** Whether a value is a mapping: neither a list nor a scalar. */
export function isMapping(value: Value): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The entries of a mapping; none of anything else. */
export function entries(value: Value): [string, Value][] {
  return isMapping(value) ? Object.entries(value as Record<string, Value>) : [];
}

const NOTHING: readonly never[] = Object.freeze([]);

/** The items of a list; none of anything else. */
export function list(value: Value): readonly Value[] {
  return Array.isArray(value) ? value : NOTHING;
}

/** The strings of a list. */
export function texts(value: Value): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** A string, or undefined. */
export function text(value: Value): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A number, or undefined: JSON, which the API server takes, has neither `.nan` nor `.inf`. */
export function number(value: Value): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

const NO_TEXTS: ReadonlyMap<string, string> = new Map();

/** A mapping of strings, e.g. labels; other values are left out. */
export function textMap(value: Value): ReadonlyMap<string, string> {
  if (value === undefined) return NO_TEXTS;
  return new Map(entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
