import { DerTag, readFields, readSingle } from './der';

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

// GeneralName, RFC 5280 section 4.2.1.6
const EMAIL = 0x81;
const DNS = 0x82;
const URI = 0x86;
const IP = 0x87;

/**
 * Reads the names from the DER of the extension.
 *
 * Never from the text that Node makes of it: in `DNS:a, URI:b` a name that holds `, URI:` is not told from two names.
 */
export function readAlternativeNames(value: Buffer, what: string): AlternativeNames {
  const names = readFields(readSingle(value, what), DerTag.SEQUENCE, what);
  const some = (tag: number, decode: (content: Buffer) => string) => names.filter((name) => name.tag === tag).map(({ content }) => decode(content));
  const latin1 = (content: Buffer) => content.toString('latin1');
  const known = {
    dnsNames: some(DNS, latin1),
    uris: some(URI, latin1),
    ipAddresses: some(IP, formatAddress),
    emailAddresses: some(EMAIL, latin1),
  };
  return { ...known, others: names.length - Object.values(known).flat().length };
}

/** An IP address in its usual form (RFC 5952 for version 6), or hex if it is neither of 4 nor of 16 bytes. */
function formatAddress(octets: Buffer): string {
  if (octets.length === 4) {
    return octets.join('.');
  }
  const hex = octets.toString('hex');
  return octets.length === 16 ? new URL(`http://[${hex.match(/..../g)!.join(':')}]`).hostname.slice(1, -1) : hex;
}
