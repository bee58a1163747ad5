/** What YAML takes for something else than a text (YAML 1.1, as kubectl reads it), and what is more than a word. */
const PLAIN = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[a-z][-\w./]*$/i;

/** A selector as people write it. */
export function selectorText(labels: ReadonlyMap<string, string>): string {
  return `selector: {matchLabels: {${[...labels].map(([key, value]) => `${key}: ${PLAIN.test(value) ? value : JSON.stringify(value)}`).join(', ') || '…'}}}`;
}
