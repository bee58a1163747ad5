import { RevocationReason } from './revocation-reason';
import { Validity } from './validity';

/** A certificate to be revoked: itself or its serial number, one of the two. */
export interface RevokeProps {
  /**
   * The certificate in PEM; of several the first.
   *
   * @default - `serialNumber` says which one it is
   */
  readonly certificatePem?: string;
  /**
   * Serial number in hex, if the certificate itself is lost. Nobody can check then that it is one of this CA.
   *
   * @default - the one of `certificatePem`
   */
  readonly serialNumber?: string;
  /**
   * Why.
   *
   * @default RevocationReason.UNSPECIFIED
   */
  readonly reason?: RevocationReason;
  /**
   * Since when, in ISO 8601; not in the future.
   *
   * @default - now, by the clock of the CA
   */
  readonly revokedAt?: string;
}

/** A revocation list to be issued. */
export interface RevocationListProps {
  /**
   * The CA's last list in PEM. All that is on it stays on the new one.
   *
   * @default - only what was revoked with this object is on the list
   */
  readonly previousPem?: string;
  /**
   * Number of the list; greater than that of any earlier one (RFC 5280 section 5.2.3).
   *
   * @default - one more than the last list, given or issued with this object; 1 for the first
   */
  readonly crlNumber?: number;
  /**
   * Until when the next list is due; at most 366 days. Envoy refuses every certificate of a CA whose list is older.
   *
   * @default Validity.days(30)
   */
  readonly validity?: Validity;
}
