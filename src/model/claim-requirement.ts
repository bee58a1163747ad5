/**
 * A claim that tokens must carry, besides those of issuer and audience.
 *
 * Istio sees text and lists of text only: numbers and booleans never match. `scope` and `permission` are split at spaces.
 */
export class ClaimRequirement {
  /** Requires that the claim is one of the values or, when it is a list, contains one of them. */
  public static oneOf(claim: string, ...values: string[]): ClaimRequirement {
    return ClaimRequirement.nestedOneOf([claim], ...values);
  }

  /** Requires a value of a claim inside of others: `['realm_access', 'roles']` is `roles` of the object `realm_access`. */
  public static nestedOneOf(claim: string[], ...values: string[]): ClaimRequirement {
    const path = checkedPath(claim);
    if (values.length === 0) throw new Error(`claim \`${path.join('.')}\` without value: give at least one, or require only its presence with \`ClaimRequirement.present\``);
    for (const value of values) checkedClaimText(`value of claim \`${path.join('.')}\``, value);
    return new ClaimRequirement(path, [...new Set(values)].sort());
  }

  /** Requires that the claim is there and is a text, or a list of texts, that is not empty. */
  public static present(claim: string): ClaimRequirement {
    return new ClaimRequirement(checkedPath([claim]), ['*']);
  }

  private constructor(private readonly path: string[], private readonly accepted: string[]) {}

  /** The claim as a policy names it: `request.auth.claims[realm_access][roles]`. */
  public get key(): string {
    return `request.auth.claims${this.path.map((name) => `[${name}]`).join('')}`;
  }

  /** The accepted values, sorted; `*` stands for any. */
  public get values(): string[] {
    return [...this.accepted];
  }
}

/**
 * A text that a policy compares with a claim.
 * @internal
 */
export function checkedClaimText(what: string, text: string): string {
  if (typeof text !== 'string' || text === '') throw new Error(`invalid ${what} \`${String(text)}\`: expected a non-empty text${typeof text === 'number' || typeof text === 'boolean' ? ', Istio compares no numbers and booleans' : ''}`);
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new Error(`invalid ${what} ${JSON.stringify(text)}: expected no control characters`);
  if (/^\*|\*$/.test(text)) throw new Error(`invalid ${what} \`${text}\`: expected no \`*\` at the beginning or the end, policies read it as a wildcard`);
  return text;
}

function checkedPath(path: string[]): string[] {
  if (!Array.isArray(path) || path.length === 0) throw new Error(`invalid claim \`${String(path)}\`: expected a name`);
  for (const name of path) {
    if (typeof name !== 'string' || name === '') throw new Error(`invalid claim \`${String(name)}\`: expected a non-empty name`);
    // eslint-disable-next-line no-control-regex
    if (/[[\]\u0000-\u001f\u007f]/.test(name)) throw new Error(`invalid claim ${JSON.stringify(name)}: expected a name without brackets and control characters, inner claims by \`ClaimRequirement.nestedOneOf\``);
  }
  return [...path];
}
