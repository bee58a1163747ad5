import type * as Schema from '@peculiar/asn1-schema';
import type * as X509 from '@peculiar/asn1-x509';

/** The ASN.1 libraries, loaded when the first certificate is read: loading them takes longer than loading the rest of x509 together. */
export interface Asn1 {
  readonly schema: typeof Schema;
  readonly x509: typeof X509;
}

/** Loads the ASN.1 libraries (once: Node keeps them). */
export function loadAsn1(): Asn1 {
  /* eslint-disable @typescript-eslint/no-require-imports */
  return { schema: require('@peculiar/asn1-schema'), x509: require('@peculiar/asn1-x509') };
  /* eslint-enable @typescript-eslint/no-require-imports */
}
