/** What kind of key a certificate is made for. All of them are accepted by Envoy, OpenSSL and Node. */
export enum KeyAlgorithm {
  /** ECDSA on the curve P-256, with SHA-256: small, quick, and what Istio itself uses for workloads. */
  EC_P256 = 'ec-p256',
  /** ECDSA on the curve P-384, with SHA-384. */
  EC_P384 = 'ec-p384',
  /** RSA of 2048 bits, with SHA-256: for clients that know no ECDSA. */
  RSA_2048 = 'rsa-2048',
  /** RSA of 3072 bits, with SHA-256. */
  RSA_3072 = 'rsa-3072',
  /** RSA of 4096 bits, with SHA-256. Generating one takes seconds. */
  RSA_4096 = 'rsa-4096',
}
