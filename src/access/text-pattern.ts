import { regexSamples } from './regex-samples';
import { isTemplate } from '../authz/path-template';
import { StringPattern } from '../mesh/string-pattern';

/** A text that a policy or route compares with, whatever its form. */
export type TextPattern =
  | { readonly kind: 'exact' | 'prefix' | 'suffix' | 'regex' | 'template'; readonly value: string }
  | { readonly kind: 'present' };

/** The pattern that a policy value stands for. */
export function policyPattern(value: string, templates = false): TextPattern {
  if (templates && isTemplate(value)) return { kind: 'template', value };
  if (value === '*') return { kind: 'present' };
  if (value.startsWith('*')) return { kind: 'suffix', value: value.slice(1) };
  return value.endsWith('*') ? { kind: 'prefix', value: value.slice(0, -1) } : { kind: 'exact', value };
}

/** The pattern that a match of a route stands for. */
export function routePattern(pattern: StringPattern): TextPattern {
  return pattern;
}

/** Texts that a pattern takes, the plainest first. */
export function samplesOf(pattern: TextPattern, filler = 'x'): string[] {
  switch (pattern.kind) {
    case 'present': return [filler];
    case 'exact': return [pattern.value];
    case 'prefix': return [pattern.value, `${pattern.value}${filler}`, `${pattern.value}/${filler}`];
    case 'suffix': return [pattern.value, `${filler}${pattern.value}`];
    case 'regex': return regexSamples(pattern.value);
    case 'template': return templateSamples(pattern.value, filler);
  }
}

function templateSamples(template: string, filler: string): string[] {
  return [filler, `${filler}/${filler}`, ''].map((rest) => template.replace(/\{\*\*\}/g, rest).replace(/\{\*\}/g, filler));
}
