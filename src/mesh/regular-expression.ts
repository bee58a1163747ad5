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

/**
 * Replaces every match, with `\1` for the first group and `\0` for all of it, as Envoy's `regex_rewrite` does (RE2's `GlobalReplace`): a text stays as it is where a
 * group is named that the expression lacks, and no empty match stands right behind another one.
 */
export function replaceMatches(expression: string, text: string, substitution: string): string {
  const pattern = compile(expression);
  const written = [...substitution.matchAll(/\\(\\|\d)|[^\\]+/g)];
  if (pattern === undefined || written.some(([, group]) => group !== '\\' && Number(group) > pattern.groupCount())) return text;
  const matcher = pattern.matcher(text);
  let replaced = '';
  let done = 0;
  let last = -1;
  while (matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    if (start === end && start === last) continue;
    replaced += text.slice(done, start);
    for (const [literal, group] of written) replaced += group === undefined ? literal : group === '\\' ? group : matcher.group(Number(group)) ?? '';
    done = end;
    last = end;
  }
  return replaced + text.slice(done);
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
