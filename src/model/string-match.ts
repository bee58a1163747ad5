/**
 * How a route compares a path, a method or a header: exactly, by prefix, or by regular expression.
 */
export class StringMatch {
  /** Matches this text and nothing else; case-sensitive. */
  public static exact(text: string): StringMatch {
    return new StringMatch('exact', checkedText(text));
  }

  /** Matches what begins with this text, in the middle of a path segment too: `/foo` covers `/foobar`. */
  public static prefix(text: string): StringMatch {
    return new StringMatch('prefix', checkedText(text));
  }

  /**
   * Matches what the RE2 expression matches as a whole.
   *
   * Throws on more than 1024 characters and on what RE2 does not know: lookaround and backreferences (https://github.com/google/re2/wiki/Syntax).
   */
  public static regex(expression: string): StringMatch {
    return new StringMatch('regex', checkedRegex(expression));
  }

  /** Matches when the header or query parameter is there, whatever it contains. */
  public static present(): StringMatch {
    return new StringMatch('present', '');
  }

  private constructor(private readonly kind: 'exact' | 'prefix' | 'regex' | 'present', private readonly text: string) {}

  /**
   * The match in the words of the CRD.
   * @internal
   */
  public _render(): { readonly exact?: string; readonly prefix?: string; readonly regex?: string } {
    return this.kind === 'present' ? {} : { [this.kind]: this.text };
  }

  /**
   * Whether the match takes every text, as `.*` does.
   * @internal
   */
  public get _isEverything(): boolean {
    return this.kind === 'regex' ? /^(\.\*|\.\+|\(\.\*\))$/.test(this.text) : this.kind === 'present';
  }

  /** The match in words. */
  public toString(): string {
    return this.kind === 'present' ? 'present' : `${this.kind} ${this.text}`;
  }
}

/**
 * A regular expression that RE2 reads.
 * @internal
 */
export function checkedRegex(expression: string): string {
  checkedText(expression);
  if (expression.length > 1024) throw new Error(`invalid regular expression \`${expression.slice(0, 40)}…\`: expected at most 1024 characters`);
  if (/\(\?<?[=!]|\\[1-9]/.test(expression)) {
    throw new Error(`invalid regular expression \`${expression}\`: expected RE2 syntax, without lookaround and backreferences`);
  }
  // RE2's own spellings are brought into JavaScript's, so that only errors which both know remain.
  const script = expression.replace(/\(\?[imsU-]+\)/g, '').replace(/\(\?[imsU-]+:/g, '(?:').replace(/\(\?P</g, '(?<');
  try {
    if (!/\\Q/.test(script)) new RegExp(script);
  } catch (error) {
    throw new Error(`invalid regular expression \`${expression}\`: expected RE2 syntax (${(error as Error).message.replace(/^.*: /, '').toLowerCase()})`);
  }
  return expression;
}

function checkedText(text: string): string {
  if (typeof text !== 'string' || text === '') throw new Error(`invalid match \`${String(text)}\`: expected a non-empty text`);
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new Error(`invalid match ${JSON.stringify(text)}: expected no control characters`);
  return text;
}
