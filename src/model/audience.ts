import { checkedClaimText } from './claim-requirement';

/** For whom tokens must be issued (RFC 7519 section 4.1.3). */
export class Audience {
  /**
   * Accepts tokens whose `aud` contains one of these values, compared exactly.
   *
   * Throws without a value, and on values that begin or end in `*`, which policies would read as wildcards.
   */
  public static of(...audiences: string[]): Audience {
    if (audiences.length === 0) throw new Error('audience without value: give at least one, or accept every audience with `Audience.any(\'reason\')`');
    for (const audience of audiences) checkedClaimText('audience', audience);
    return new Audience([...new Set(audiences)].sort());
  }

  /**
   * Accepts tokens for every audience of the issuer: whoever gets a token for another application of the same issuer gets in here.
   *
   * The reason is rendered as an annotation, for those who review the manifests.
   */
  public static any(reason: string): Audience {
    if (typeof reason !== 'string' || reason.trim() === '') throw new Error(`invalid reason \`${String(reason)}\` for accepting every audience: expected a sentence, or use \`Audience.of\``);
    return new Audience([], reason.trim());
  }

  /** Why every audience is accepted; undefined where audiences are required. */
  public readonly reason?: string;

  private readonly accepted: string[];

  private constructor(accepted: string[], reason?: string) {
    this.accepted = accepted;
    this.reason = reason;
  }

  /** The accepted audiences, sorted; empty where every audience is accepted. */
  public get values(): string[] {
    return [...this.accepted];
  }
}
