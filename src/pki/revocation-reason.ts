/** Why a certificate is revoked (RFC 5280 section 5.3.1). Envoy, OpenSSL and Node refuse it whatever the reason. */
export enum RevocationReason {
  /** No reason is given; the list then has no reason code. */
  UNSPECIFIED = 'unspecified',
  /** Somebody else has, or may have, the private key. */
  KEY_COMPROMISE = 'keyCompromise',
  /** Somebody else has, or may have, the private key of a CA. */
  CA_COMPROMISE = 'cACompromise',
  /** The subject's name or other information has changed. */
  AFFILIATION_CHANGED = 'affiliationChanged',
  /** Another certificate has taken its place. */
  SUPERSEDED = 'superseded',
  /** It is no longer needed for what it was issued for. */
  CESSATION_OF_OPERATION = 'cessationOfOperation',
  /** What the certificate allows has been withdrawn. */
  PRIVILEGE_WITHDRAWN = 'privilegeWithdrawn',
}
