import type { RE2JS } from 're2js';

const compiled = new Map<string, RE2JS | undefined>();
const MAX_KEPT = 10_000;

/** Whether a whole text matches an RE2 expression, as Envoy's `safe_regex` does. False where Envoy would refuse the expression. */
export function fullMatch(expression: string, text: string): boolean {
  return compile(expression)?.matches(text) ?? false;
}

/** Whether Envoy accepts an expression. */
export function isExpression(expression: string): boolean {
  return compile(expression) !== undefined;
}

/** Replaces every match, with `\1` for the first group, as Envoy's `regex_rewrite` does. */
export function replaceMatches(expression: string, text: string, substitution: string): string {
  const pattern = compile(expression);
  if (pattern === undefined) return text;
  return pattern.matcher(text).replaceAll(substitution.replace(/\$/g, '\\$').replace(/\\(\d)/g, '$$$1'));
}

function compile(expression: string): RE2JS | undefined {
  if (!compiled.has(expression)) {
    if (compiled.size >= MAX_KEPT) compiled.clear();
    compiled.set(expression, tryCompile(expression));
  }
  return compiled.get(expression);
}

function tryCompile(expression: string): RE2JS | undefined {
  // Loaded when used: most programs only synthesise.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { RE2JS: engine }: typeof import('re2js') = require('re2js');
  try {
    return engine.compile(expression, engine.DOTALL);
  } catch {
    return undefined;
  }
}
