import { Schema } from './schema';
import { entries, Value } from '../../mesh/value';

/** Where a value is not as the schema wants it, and why. */
export interface SchemaProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Finds where a value breaks a schema: the first problem of each branch, in the order of the value. */
export function schemaProblems(root: Schema, value: Value): SchemaProblem[] {
  return problems(root, root, value, []);
}

function problems(root: Schema, written: Schema, value: Value, path: readonly (string | number)[]): SchemaProblem[] {
  const schema = resolved(root, written);
  const refuse = (message: string): SchemaProblem[] => [{ path, message }];
  if (schema.anyOf !== undefined) {
    const meant = schema.anyOf.map((option) => resolved(root, option)).find(({ type }) => type === typeOf(value));
    return meant === undefined ? refuse(`expected ${schema.anyOf.map((option) => words(resolved(root, option))).join(', or ')}; got ${shown(value)}`) : problems(root, meant, value, path);
  }
  if (schema.type !== undefined && schema.type !== typeOf(value)) return refuse(`expected ${words(schema)}; got ${shown(value)}`);
  if (schema.enum !== undefined && !schema.enum.includes(value as string)) return refuse(`expected one of ${schema.enum.map((one) => `\`${one}\``).join(', ')}; got ${shown(value)}`);
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value as string)) return refuse(`expected ${schema.description}; got ${shown(value)}`);
  if (typeof value === 'number' && (value < (schema.minimum ?? value) || value > (schema.maximum ?? value))) return refuse(`expected a number from ${schema.minimum} to ${schema.maximum ?? '∞'}; got ${value}`);
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0)) return refuse('the list is empty');
    return value.flatMap((item, index) => problems(root, schema.items ?? {}, item, [...path, index]));
  }
  return typeOf(value) === 'object' ? fieldProblems(root, schema, value, path) : [];
}

function fieldProblems(
  root: Schema,
  { properties = {}, required = [], additionalProperties }: Schema,
  value: Value,
  path: readonly (string | number)[],
): SchemaProblem[] {
  const fields = entries(value);
  const missing = required.find((name) => !fields.some(([key]) => key === name));
  const absent = missing === undefined ? [] : [{ path, message: `the field \`${missing}\` is missing` }];
  return [...absent, ...fields.flatMap(([key, content]) => {
    const known = Object.entries(properties).find(([name]) => name === key)?.[1];
    if (known !== undefined) return problems(root, known, content, [...path, key]);
    if (additionalProperties === false) return [{ path: [...path, key], message: `unknown field \`${key}\`: expected ${Object.keys(properties).map((name) => `\`${name}\``).join(', ')}` }];
    return typeof additionalProperties === 'object' ? problems(root, additionalProperties, content, [...path, key]) : [];
  })];
}

function resolved(root: Schema, schema: Schema): Schema {
  return schema.$ref === undefined ? schema : root.$defs![schema.$ref.slice('#/$defs/'.length)];
}

function typeOf(value: Value): Schema['type'] {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value as Schema['type'];
}

const WORDS = { object: 'fields', array: 'a list', string: 'text', integer: 'a whole number', boolean: '`true` or `false`', null: '`null`' };

function words(schema: Schema): string {
  return schema.enum !== undefined ? `one of ${schema.enum.map((one) => `\`${one}\``).join(', ')}` : WORDS[schema.type!];
}

function shown(value: Value): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return `\`${text.length > 60 ? `${text.slice(0, 60)}…` : text}\``;
}
