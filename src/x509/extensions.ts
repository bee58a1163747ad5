import { AlternativeNames, NO_ALTERNATIVE_NAMES, readAlternativeNames } from './alternative-names';
import { DerElement, DerTag, readFields, readSingle, requireStrictDer, requireTag } from './der';
import { purposeName } from './key-purpose';
import { keyUsageNames } from './key-usage';
import { decodeOid } from './oid';

/** What the extensions of a certificate say, as far as gateways and their clients are concerned. */
export interface CertificateExtensions {
  /** Names of the SubjectAlternativeName extension; empty lists without one. */
  readonly alternativeNames: AlternativeNames;
  /** Key purposes, e.g. `serverAuth`, or the dotted number of an unnamed one; undefined without the extension. */
  readonly extendedKeyUsages?: readonly string[];
  /** Key usages by the names of RFC 5280, e.g. `digitalSignature`; undefined without the extension. */
  readonly keyUsages?: readonly string[];
  /** The basicConstraints extension; undefined without one. */
  readonly basicConstraints?: BasicConstraints;
  /** Subject key identifier in lower-case hex. */
  readonly subjectKeyId?: string;
  /** Key identifier of the issuer in lower-case hex. */
  readonly authorityKeyId?: string;
  /** Numbers of critical extensions that Envoy does not honour, so that it refuses the certificate (RFC 5280 section 4.2). */
  readonly refusedCritical: readonly string[];
}

/** Whether a certificate is a CA's, and how many CAs may follow below it. */
export interface BasicConstraints {
  readonly ca: boolean;
  readonly pathLength?: number;
}

interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Buffer;
}

const SUBJECT_KEY_ID = '2.5.29.14';
const KEY_USAGE = '2.5.29.15';
const ALTERNATIVE_NAME = '2.5.29.17';
const BASIC_CONSTRAINTS = '2.5.29.19';
const AUTHORITY_KEY_ID = '2.5.29.35';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const KEY_IDENTIFIER = 0x80;
// What BoringSSL honours when it is critical: besides those that are read here, name constraints, policies, their mappings and constraints, and
// inhibitAnyPolicy. Key identifiers are not among them (observed on Envoy 1.40.0).
const HONOURED = [KEY_USAGE, ALTERNATIVE_NAME, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, '2.5.29.30', '2.5.29.32', '2.5.29.33', '2.5.29.36', '2.5.29.54'];

/** Reads the Extensions of a certificate or signing request, if there are any. A malformed or repeated one is an error (RFC 5280 section 4.2). */
export function readExtensions(element: DerElement | undefined, what: string): CertificateExtensions {
  const extensions = element === undefined ? [] : readFields(element, DerTag.SEQUENCE, what).map((extension) => readExtension(extension, what));
  const values = new Map<string, Buffer>();
  extensions.forEach(({ oid, value }) => {
    if (values.has(oid)) {
      throw new Error(`${what} has extension ${oid} more than once (RFC 5280 section 4.2 allows one)`);
    }
    values.set(oid, value);
  });
  const read = <T>(oid: string, name: string, decode: (value: Buffer, what: string) => T): T | undefined => {
    const value = values.get(oid);
    return value && decodeStrictly(value, `extension ${name} of ${what}`, decode);
  };
  return {
    alternativeNames: read(ALTERNATIVE_NAME, 'subjectAltName', readAlternativeNames) ?? NO_ALTERNATIVE_NAMES,
    extendedKeyUsages: read(EXTENDED_KEY_USAGE, 'extKeyUsage', readPurposes),
    keyUsages: read(KEY_USAGE, 'keyUsage', keyUsageNames),
    basicConstraints: read(BASIC_CONSTRAINTS, 'basicConstraints', readBasicConstraints),
    subjectKeyId: read(SUBJECT_KEY_ID, 'subjectKeyIdentifier', (value, where) => hex(requireTag(readSingle(value, where), DerTag.OCTET_STRING, where))),
    authorityKeyId: read(AUTHORITY_KEY_ID, 'authorityKeyIdentifier', readAuthorityKeyId),
    refusedCritical: extensions.filter(({ critical, oid }) => critical && !HONOURED.includes(oid)).map(({ oid }) => oid),
  };
}

function readExtension(element: DerElement, what: string): Extension {
  const [type, ...rest] = readFields(element, DerTag.SEQUENCE, what);
  const flagged = rest[0]?.tag === DerTag.BOOLEAN;
  return {
    oid: decodeOid(requireTag(type, DerTag.OBJECT_IDENTIFIER, what).content),
    critical: flagged && rest[0].content[0] !== 0,
    value: requireTag(rest[flagged ? 1 : 0], DerTag.OCTET_STRING, what).content,
  };
}

function decodeStrictly<T>(value: Buffer, what: string, decode: (value: Buffer, what: string) => T): T {
  requireStrictDer(readSingle(value, what), what);
  return decode(value, what);
}

function readPurposes(value: Buffer, what: string): string[] {
  return readFields(readSingle(value, what), DerTag.SEQUENCE, what).map((purpose) =>
    purposeName(decodeOid(requireTag(purpose, DerTag.OBJECT_IDENTIFIER, what).content)));
}

function readBasicConstraints(value: Buffer, what: string): BasicConstraints {
  const fields = readFields(readSingle(value, what), DerTag.SEQUENCE, what);
  const flagged = fields[0]?.tag === DerTag.BOOLEAN;
  const [limit, ...more] = flagged ? fields.slice(1) : fields;
  if (more.length > 0 || (limit !== undefined && (limit.tag !== DerTag.INTEGER || limit.content.length > 6 || limit.content[0] >= 0x80))) {
    throw new Error(`${what} is malformed: expected a flag and a path length that is no negative or huge number`);
  }
  return { ca: flagged && fields[0].content[0] !== 0, pathLength: limit?.content.readUIntBE(0, limit.content.length) };
}

function readAuthorityKeyId(value: Buffer, what: string): string | undefined {
  const id = readFields(readSingle(value, what), DerTag.SEQUENCE, what).find(({ tag }) => tag === KEY_IDENTIFIER);
  return id && hex(id);
}

function hex(element: DerElement): string {
  return element.content.toString('hex');
}
