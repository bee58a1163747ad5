import { Side } from './layout';

/** Where a CA is in its life: a new one is incoming until certificates are issued with it, an old one outgoing until nobody trusts it. */
export const AUTHORITY_STATES = ['active', 'incoming', 'outgoing', 'retired'] as const;
export type AuthorityState = typeof AUTHORITY_STATES[number];

/** What has become of a certificate. */
export const CERTIFICATE_STATES = ['current', 'replaced', 'revoked'] as const;
export type CertificateState = typeof CERTIFICATE_STATES[number];

/** What the index tells of every certificate, of a CA or not. */
interface IndexedCertificate {
  readonly name: string;
  /** As Istio prints it. */
  readonly subject: string;
  /** Name of the CA that issued it; a root's is its own. */
  readonly issuer: string;
  /** In lower-case hex. */
  readonly serialNumber: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** Path below the directory. */
  readonly certificate: string;
  /** Path below the directory; absent where the key is somebody else's. */
  readonly privateKey?: string;
  readonly revokedAt?: string;
  readonly reason?: string;
}

/** A CA in the index. */
export interface AuthorityEntry extends IndexedCertificate {
  /** What it and those that replace it are called together. */
  readonly family: string;
  readonly state: AuthorityState;
  /** For which sides it issues. */
  readonly issues: readonly Side[];
  /** Path of its newest revocation list. */
  readonly revocationList?: string;
  /** Number of that list. */
  readonly crlNumber?: string;
}

/** A certificate of a server or a client in the index. */
export interface CertificateEntry extends IndexedCertificate {
  readonly side: Side;
  readonly state: CertificateState;
  /** Alternative names, e.g. `DNS:example.com`. */
  readonly names: readonly string[];
  /** Path of the copy that stays when the certificate is replaced. */
  readonly copy: string;
}

/** What a directory holds. */
export interface StoreIndex {
  readonly layout: string;
  readonly authorities: readonly AuthorityEntry[];
  readonly certificates: readonly CertificateEntry[];
}
