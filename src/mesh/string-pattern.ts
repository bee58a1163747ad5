import { entries, field, isMapping, text, Value } from './value';

/** A StringMatch of a VirtualService. */
export type StringPattern =
  | { readonly kind: 'exact' | 'prefix' | 'regex'; readonly value: string }
  | { readonly kind: 'present' };

/** Reads a StringMatch; one without any form asks for presence, as does the regular expression `*`. */
export function readPattern(value: Value): StringPattern | undefined {
  if (value === undefined || value === null) return undefined;
  for (const kind of ['exact', 'prefix', 'regex'] as const) {
    const given = text(field(value, kind));
    if (given !== undefined) return kind === 'regex' && given === '*' ? { kind: 'present' } : { kind, value: given };
  }
  return { kind: 'present' };
}

/** Reads a mapping of names to StringMatches. */
export function readPatterns(value: Value): { readonly name: string; readonly pattern: StringPattern }[] {
  return isMapping(value) ? entries(value).map(([name, item]) => ({ name, pattern: readPattern(item) ?? { kind: 'present' } })) : [];
}
