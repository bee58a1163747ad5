import { IdentityHeader } from './identity-headers';
import { Limits, limitsOf } from './limits';
import { CertificateIdentity, CertificateIdentityKind } from '../model/certificate-identity';
import type { HttpMethod } from '../model/http-method';
import { checkFields } from '../model/known-fields';
import type { PathPattern } from '../model/path-pattern';
import type { PolicyCondition } from '../resources/policy-rule';

/** A client that may call, by its certificate, and what it may ask for. */
export interface CertificateGrant {
  /** Who the client is by its certificate. */
  readonly identity: CertificateIdentity;
  /**
   * Paths that it may ask for, as the workload sees them: after a rewrite of the route.
   * @default - every path
   */
  readonly paths?: PathPattern[];
  /**
   * Methods that it may use.
   * @default - every method
   */
  readonly methods?: HttpMethod[];
}

/**
 * A checked grant.
 * @internal
 */
export interface CheckedGrant {
  readonly identity: CertificateIdentity;
  readonly limits: Limits;
}

/** @internal */
export function checkedGrant(grant: CertificateGrant): CheckedGrant {
  checkFields('grant', grant, ['identity', 'paths', 'methods']);
  if (!(grant.identity instanceof CertificateIdentity)) {
    throw new Error(`invalid identity \`${String(grant.identity)}\` of a grant: expected a \`CertificateIdentity\`, as in \`CertificateIdentity.spiffe(SpiffeId.parse('spiffe://partner.example/billing'))\``);
  }
  return { identity: grant.identity, limits: limitsOf('grant', grant) };
}

/**
 * Grants as groups that fit into one rule each: the same limits and the same kind of identity, for issuers the same one.
 * @internal
 */
export function grantGroups(grants: CheckedGrant[]): { limits: Limits; when: PolicyCondition[] }[] {
  const groups = new Map<string, { limits: Limits; header: IdentityHeader; values: Set<string>; issuer?: string }>();
  for (const { identity, limits } of grants) {
    const header = identity.kind === CertificateIdentityKind.SPIFFE_ID ? IdentityHeader.SAN : IdentityHeader.CN;
    const value = identity.spiffeId?.uri ?? identity.subjectName!.envoySubject;
    const issuer = identity.issuerName?.envoySubject;
    const key = JSON.stringify([limits, header, issuer]);
    const group = groups.get(key) ?? { limits, header, values: new Set<string>(), issuer };
    group.values.add(value);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ limits, header, values, issuer }) => ({
    limits,
    when: [
      { key: `request.headers[${header}]`, values: [...values] },
      ...(issuer === undefined ? [] : [{ key: `request.headers[${IdentityHeader.ISSUER}]`, values: [issuer] }]),
    ],
  }));
}
