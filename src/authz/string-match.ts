/** A test of one text. */
export type TextTest = (text: string) => boolean;

/**
 * The test that a policy value stands for: `v` exact, `v*` prefix, `*v` suffix, `*` present and not empty.
 *
 * A `*` elsewhere is a literal (istio `pilot/pkg/security/authz/matcher/string.go`).
 */
export function textTest(value: string): TextTest {
  if (value === '*') return (text) => text.length > 0;
  if (value.startsWith('*')) {
    const suffix = value.slice(1);
    return (text) => text.endsWith(suffix);
  }
  if (value.endsWith('*')) {
    const prefix = value.slice(0, -1);
    return (text) => text.startsWith(prefix);
  }
  return (text) => text === value;
}

/** The test of a whole list, as that of its values one by one: whether one of them matches. A list of 100,000 costs no more than the different lengths of its wildcards. */
export function anyTextTest(values: Iterable<string>): TextTest {
  const exact = new Set<string>();
  const [prefixes, suffixes] = [new Map<number, Set<string>>(), new Map<number, Set<string>>()];
  let present = false;
  for (const value of values) {
    if (value === '*') present = true;
    else if (value.startsWith('*')) put(suffixes, value.slice(1));
    else if (value.endsWith('*')) put(prefixes, value.slice(0, -1));
    else exact.add(value);
  }
  return (text) => exact.has(text) || (present && text.length > 0)
    || [...prefixes].some(([length, known]) => length <= text.length && known.has(text.slice(0, length)))
    || [...suffixes].some(([length, known]) => length <= text.length && known.has(text.slice(text.length - length)));
}

function put(byLength: Map<number, Set<string>>, affix: string): void {
  byLength.set(affix.length, (byLength.get(affix.length) ?? new Set()).add(affix));
}

/** As `textTest`, but `*` asks for presence only, so that an empty header or host matches it. */
export function headerTest(value: string): TextTest {
  return value === '*' ? () => true : textTest(value);
}

/** The test of a policy's `hosts`: ASCII letter case does not count, the port does. */
export function hostTest(value: string): TextTest {
  const test = headerTest(lowerAscii(value));
  return (text) => test(lowerAscii(text));
}

/** Lower case of ASCII letters only, as Envoy folds case. */
export function lowerAscii(text: string): string {
  return !/[A-Z]/.test(text) ? text : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
