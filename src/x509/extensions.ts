import type { Extension } from '@peculiar/asn1-x509';
import { AlternativeNames, NO_ALTERNATIVE_NAMES, readAlternativeNames } from './alternative-names';
import { loadAsn1 } from './asn1';
import { readSingle, requireStrictDer } from './der';
import { purposeName } from './key-purpose';

/** What the extensions of a certificate say, as far as gateways and their clients are concerned. */
export interface CertificateExtensions {
  /** Names of the SubjectAlternativeName extension; empty lists without one. */
  readonly alternativeNames: AlternativeNames;
  /** Key purposes, e.g. `serverAuth`, or the dotted number of an unnamed one; undefined without the extension. */
  readonly extendedKeyUsages?: readonly string[];
  /** Key usages, e.g. `digitalSignature`; undefined without the extension. */
  readonly keyUsages?: readonly string[];
  /** The basicConstraints extension; undefined without one. */
  readonly basicConstraints?: { readonly ca: boolean; readonly pathLength?: number };
  /** Subject key identifier in lower-case hex. */
  readonly subjectKeyId?: string;
  /** Key identifier of the issuer in lower-case hex. */
  readonly authorityKeyId?: string;
  /** Numbers of critical extensions that Envoy does not honour, so that it refuses the certificate (RFC 5280 section 4.2). */
  readonly refusedCritical: readonly string[];
}

const SUBJECT_KEY_ID = '2.5.29.14';
const KEY_USAGE = '2.5.29.15';
const ALTERNATIVE_NAME = '2.5.29.17';
const BASIC_CONSTRAINTS = '2.5.29.19';
const AUTHORITY_KEY_ID = '2.5.29.35';
const EXTENDED_KEY_USAGE = '2.5.29.37';
// What BoringSSL honours when it is critical: besides those that are read here, name constraints, policies, their mappings and constraints, and
// inhibitAnyPolicy. Key identifiers are not among them (observed on Envoy 1.40.0).
const HONOURED = [KEY_USAGE, ALTERNATIVE_NAME, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, '2.5.29.30', '2.5.29.32', '2.5.29.33', '2.5.29.36', '2.5.29.54'];

/** Reads the extensions that a certificate carries. A malformed or repeated one is an error (RFC 5280 section 4.2). */
export function readExtensions(extensions: readonly Extension[], what: string): CertificateExtensions {
  const values = new Map<string, Buffer>();
  extensions.forEach(({ extnID, extnValue }) => {
    if (values.has(extnID)) {
      throw new Error(`${what} has extension ${extnID} more than once (RFC 5280 section 4.2 allows one)`);
    }
    values.set(extnID, Buffer.from(extnValue.buffer));
  });
  const read = <T>(oid: string, name: string, decode: (value: Buffer) => T): T | undefined => {
    const value = values.get(oid);
    return value === undefined ? undefined : decodeStrictly(value, `extension ${name} of ${what}`, decode);
  };
  const { schema: { AsnConvert }, x509 } = loadAsn1();
  return {
    alternativeNames: read(ALTERNATIVE_NAME, 'subjectAltName', readAlternativeNames) ?? NO_ALTERNATIVE_NAMES,
    extendedKeyUsages: read(EXTENDED_KEY_USAGE, 'extKeyUsage', (value) => Array.from(AsnConvert.parse(value, x509.ExtendedKeyUsage), purposeName)),
    keyUsages: read(KEY_USAGE, 'keyUsage', (value) => AsnConvert.parse(value, x509.KeyUsage).toJSON()),
    basicConstraints: read(BASIC_CONSTRAINTS, 'basicConstraints', (value) => {
      const { cA, pathLenConstraint } = AsnConvert.parse(value, x509.BasicConstraints);
      return { ca: cA, pathLength: pathLenConstraint };
    }),
    subjectKeyId: read(SUBJECT_KEY_ID, 'subjectKeyIdentifier', (value) => hex(AsnConvert.parse(value, x509.SubjectKeyIdentifier).buffer)),
    authorityKeyId: read(AUTHORITY_KEY_ID, 'authorityKeyIdentifier', (value) => {
      const { keyIdentifier } = AsnConvert.parse(value, x509.AuthorityKeyIdentifier);
      return keyIdentifier === undefined ? undefined : hex(keyIdentifier.buffer);
    }),
    refusedCritical: extensions.filter(({ critical, extnID }) => critical && !HONOURED.includes(extnID)).map(({ extnID }) => extnID),
  };
}

function decodeStrictly<T>(value: Buffer, what: string, decode: (value: Buffer) => T): T {
  requireStrictDer(readSingle(value, what), what);
  try {
    return decode(value);
  } catch (error) {
    throw new Error(`${what} is malformed`, { cause: error });
  }
}

function hex(octets: ArrayBuffer): string {
  return Buffer.from(octets).toString('hex');
}
