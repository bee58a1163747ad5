import { loadAsn1 } from './asn1';

/** The names of a SubjectAlternativeName extension, by kind, in the order of the DER. */
export interface AlternativeNames {
  readonly dnsNames: readonly string[];
  readonly uris: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  /** How many names of other kinds there are: directory names, otherName, registered identifiers. */
  readonly others: number;
}

/** What a certificate without the extension has. */
export const NO_ALTERNATIVE_NAMES: AlternativeNames = { dnsNames: [], uris: [], ipAddresses: [], emailAddresses: [], others: 0 };

/**
 * Reads the names from the DER of the extension.
 *
 * Never from the text that Node makes of it: in `DNS:a, URI:b` a name that holds `, URI:` is not told from two names.
 */
export function readAlternativeNames(value: Buffer): AlternativeNames {
  const { schema: { AsnConvert }, x509 } = loadAsn1();
  const names = Array.from(AsnConvert.parse(value, x509.SubjectAlternativeName));
  const some = (pick: (name: typeof names[number]) => string | undefined) => names.map(pick).filter((name) => name !== undefined);
  const known = {
    dnsNames: some((name) => name.dNSName),
    uris: some((name) => name.uniformResourceIdentifier),
    ipAddresses: some((name) => name.iPAddress),
    emailAddresses: some((name) => name.rfc822Name),
  };
  return { ...known, others: names.length - Object.values(known).flat().length };
}
