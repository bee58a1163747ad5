import { DistinguishedName } from '../model/distinguished-name';
import { DerTag } from '../x509/der';
import { decodeName } from '../x509/name';
import { decodeString } from '../x509/string-value';

const { UTF8_STRING, NUMERIC_STRING, PRINTABLE_STRING, T61_STRING, IA5_STRING, UNIVERSAL_STRING, BMP_STRING, BIT_STRING } = DerTag;
// What OpenSSL, and so Node, takes in a name (B_ASN1_PRINTABLE); with another type the whole certificate is unreadable to them.
const READ_BY_OPENSSL: readonly number[] = [
  UTF8_STRING, NUMERIC_STRING, PRINTABLE_STRING, T61_STRING, IA5_STRING, UNIVERSAL_STRING, BMP_STRING, BIT_STRING,
];
const CONTROL = /[\x00-\x1f\x7f-\x9f]/; // eslint-disable-line no-control-regex

/**
 * Checks a subject before a certificate is issued for it, and returns its DER.
 *
 * Names that are only read may hold control characters, because such certificates exist; none is made here.
 */
export function requireSubject(subject: unknown, what: string): Buffer {
  if (!(subject instanceof DistinguishedName)) {
    const found = subject === undefined ? 'is missing' : `is not a DistinguishedName but ${subject === null ? 'null' : typeof subject}`;
    throw new Error(`the subject of ${what} ${found}: use e.g. \`DistinguishedName.fromOpenSsl('/CN=client/O=Example')\``);
  }
  decodeName(subject._der()).flat().forEach(({ tag, value, oid }) => {
    if (!READ_BY_OPENSSL.includes(tag)) {
      const type = `0x${tag.toString(16).padStart(2, '0')}`;
      throw new Error(`the subject \`${subject.envoySubject}\` of ${what} has attribute ${oid} in the DER type ${type}, which OpenSSL does not read: write it as text`);
    }
    const text = decodeString(tag, value);
    if (text !== undefined && CONTROL.test(text)) {
      throw new Error(`the subject \`${subject.envoySubject}\` of ${what} holds a control character in attribute ${oid}: take it out`);
    }
  });
  return subject._der();
}

/** The name that a server certificate gets when none is given: its first name as commonName, if it fits into 64 characters (RFC 5280 appendix A.1). */
export function subjectOfFirstName(names: readonly string[]): DistinguishedName {
  const [first = ''] = names;
  return first === '' || first.length > 64 ? DistinguishedName.fromOpenSsl('/') : DistinguishedName.fromOpenSsl(`/CN=${first}`);
}
