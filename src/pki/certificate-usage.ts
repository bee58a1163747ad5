/** On which side of a TLS connection a certificate may be used (RFC 5280 section 4.2.1.12). */
export enum CertificateUsage {
  /** By a TLS server: extended key usage `serverAuth`. */
  SERVER = 'server',
  /** By a TLS client: extended key usage `clientAuth`. */
  CLIENT = 'client',
}
