import { oneLine } from './text-layout';

/** Text from manifests within Markdown: shown as it is, whatever it holds. Code in backticks stays code. */
export function inMarkdown(text: string): string {
  return oneLine(text).split(/(`[^`]*`)/).map((part) => (/^`.+`$/.test(part) ? part : part.replace(/[\\`*_{}[\]()#+!|<>~@]/g, (character) => (
    character === '<' ? '&lt;' : character === '>' ? '&gt;' : character === '@' ? '&#64;' : `\\${character}`
  )))).join('');
}

/** Lines as a block of code, whatever fences they hold. */
export function fenced(lines: readonly string[], language: string): string[] {
  const longest = Math.max(2, ...lines.map((line) => /^\s*(`+)/.exec(line)?.[1].length ?? 0));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...lines.map(oneLine), fence];
}
