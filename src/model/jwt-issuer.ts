import { Audience } from './audience';
import { ClaimRequirement } from './claim-requirement';
import { JwtKeys } from './jwt-keys';
import { checkFields } from './known-fields';
import { TokenLocation } from './token-location';

/** An issuer of tokens, and which of its tokens are accepted. */
export interface JwtIssuer {
  /** The issuer exactly as the tokens spell it in `iss`: `https://idp.example.com` and `https://idp.example.com/` are two issuers. */
  readonly issuer: string;
  /** The keys with which it signs. */
  readonly keys: JwtKeys;
  /** For whom tokens must be issued; `Audience.any('reason')` accepts them all. */
  readonly audience: Audience;
  /**
   * Claims that must hold, all of them.
   * @default - none
   */
  readonly claims?: ClaimRequirement[];
  /**
   * Where requests carry the token.
   * @default - the header `Authorization: Bearer` alone, not the query parameter that Istio would also read
   */
  readonly tokenFrom?: TokenLocation[];
  /**
   * Whether the workload gets the token, too.
   * @default false
   */
  readonly forwardToken?: boolean;
}

/**
 * A checked copy of issuers. Their order means nothing: they come back sorted.
 * @internal
 */
export function checkedIssuers(issuers: JwtIssuer[]): Required<JwtIssuer>[] {
  if (!Array.isArray(issuers)) throw new Error(`invalid issuers \`${String(issuers)}\`: expected a list`);
  const checked = issuers.map(checkedIssuer).sort((a, b) => (a.issuer < b.issuer ? -1 : 1));
  const twice = checked.find(({ issuer }, index) => checked[index + 1]?.issuer === issuer);
  if (twice) throw new Error(`issuer \`${twice.issuer}\` is given twice: give it once, with all audiences in one \`Audience.of\``);
  return checked;
}

function checkedIssuer(given: JwtIssuer): Required<JwtIssuer> {
  checkFields('issuer', given, ['issuer', 'keys', 'audience', 'claims', 'tokenFrom', 'forwardToken']);
  const { issuer, keys, audience, claims = [], tokenFrom = [TokenLocation.authorizationHeader()], forwardToken = false } = given;
  checkedIssuerName(issuer);
  if (!(keys instanceof JwtKeys)) throw new Error(`invalid keys \`${String(keys)}\` of issuer \`${issuer}\`: expected \`JwtKeys.fromUri\` or \`JwtKeys.fromJwks\``);
  if (!(audience instanceof Audience)) throw new Error(`invalid audience \`${String(audience)}\` of issuer \`${issuer}\`: expected \`Audience.of('…')\`, or \`Audience.any('reason')\` to accept every audience`);
  if (!Array.isArray(claims) || !claims.every((claim) => claim instanceof ClaimRequirement)) throw new Error(`invalid claims \`${String(claims)}\` of issuer \`${issuer}\`: expected a list of \`ClaimRequirement\``);
  if (!Array.isArray(tokenFrom) || !tokenFrom.every((location) => location instanceof TokenLocation)) throw new Error(`invalid token locations \`${String(tokenFrom)}\` of issuer \`${issuer}\`: expected a list of \`TokenLocation\``);
  if (tokenFrom.length === 0) throw new Error(`empty list \`tokenFrom\` of issuer \`${issuer}\`: leave it out for \`Authorization: Bearer\``);
  if (typeof forwardToken !== 'boolean') throw new Error(`invalid \`forwardToken\` \`${String(forwardToken)}\` of issuer \`${issuer}\`: expected true or false`);
  return { issuer, keys, audience, claims: [...claims], tokenFrom: [...tokenFrom], forwardToken };
}

/**
 * An issuer's name that policies can name exactly.
 * @internal
 */
export function checkedIssuerName(issuer: string): string {
  if (typeof issuer !== 'string' || issuer === '') throw new Error(`invalid issuer \`${String(issuer)}\`: expected the value of \`iss\` in the tokens`);
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0020\u007f]/.test(issuer)) throw new Error(`invalid issuer ${JSON.stringify(issuer)}: expected no spaces and control characters`);
  if (/^https?:\/*$/.test(issuer)) throw new Error(`invalid issuer \`${issuer}\`: expected the whole value of \`iss\` in the tokens`);
  if (issuer.includes('*')) throw new Error(`invalid issuer \`${issuer}\`: expected one issuer, spelt out: \`*\` would admit the tokens of others`);
  return issuer;
}
