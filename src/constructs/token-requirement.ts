import { checkedIssuers, JwtIssuer } from '../model/jwt-issuer';
import { checkFields } from '../model/known-fields';
import type { PolicyCondition } from '../resources/policy-rule';
import type { JwtRule } from '../resources/request-authentication';

/** A token that clients need besides their certificate. */
export interface TokenRequirement {
  /** The issuers, of which one must have issued the token. */
  readonly issuers: JwtIssuer[];
}

/**
 * What a rule demands of the token: one entry for each issuer, because audience and claims belong to it.
 * @internal
 */
export interface TokenDemand {
  readonly requestPrincipals: string[];
  readonly when: PolicyCondition[];
}

/**
 * The checked issuers of a requirement.
 * @internal
 */
export function requiredIssuers(token: TokenRequirement | undefined): Required<JwtIssuer>[] {
  if (token === undefined) return [];
  checkFields('token requirement', token, ['issuers']);
  const issuers = checkedIssuers(token.issuers);
  if (issuers.length === 0) throw new Error('empty list `issuers` of `token`: give at least one issuer, or leave `token` out to demand none');
  return issuers;
}

/** @internal */
export function tokenDemand({ issuer, audience, claims }: Required<JwtIssuer>): TokenDemand {
  return {
    requestPrincipals: [`${issuer}/*`],
    // Another RequestAuthentication of the same pods can accept this issuer for any audience, so the policy asks for it as well.
    when: [
      ...(audience.values.length > 0 ? [{ key: 'request.auth.audiences', values: audience.values }] : []),
      ...claims.map(({ key, values }) => ({ key, values })),
    ],
  };
}

/** @internal */
export function jwtRule({ issuer, keys, audience, tokenFrom, forwardToken }: Required<JwtIssuer>): JwtRule {
  return { issuer, keys, tokenFrom, forwardToken, ...(audience.values.length > 0 ? { audiences: audience.values } : {}) };
}

/**
 * Why audiences are not checked, for those who review the manifests.
 * @internal
 */
export function audienceNotes(issuers: Required<JwtIssuer>[]): string[] {
  return issuers.flatMap(({ issuer, audience }) => (audience.reason === undefined ? [] : [`${issuer}: ${audience.reason}`]));
}
