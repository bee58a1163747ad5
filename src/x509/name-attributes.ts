import { DerTag } from './der';
import { requireOid } from './oid';

/** A type of name attribute that may be written by name, with the string type and length that OpenSSL gives it. */
export interface AttributeType {
  /** Dotted object identifier. */
  readonly oid: string;
  /** OpenSSL's short name, e.g. `CN`; undefined for a type that is known by number only. */
  readonly shortName?: string;
  /** The X.520, RFC 4519 or RFC 2985 name, e.g. `commonName`. */
  readonly longName?: string;
  /** DER tag that a written value gets. */
  readonly tag: number;
  /** Fewest characters. */
  readonly minimum: number;
  /** Most characters, or undefined for no bound of its own. */
  readonly maximum?: number;
}

const { UTF8_STRING, PRINTABLE_STRING, IA5_STRING } = DerTag;
const UB_NAME = 32768;

// String types and bounds are those of `openssl req -utf8` (ASN1_STRING_TABLE); the bounds come from RFC 5280 appendix A.1.
const TYPES: readonly AttributeType[] = [
  known('2.5.4.3', 'CN', 'commonName', 64),
  known('2.5.4.4', 'SN', 'surname', UB_NAME),
  known('2.5.4.5', 'serialNumber', 'serialNumber', 64, PRINTABLE_STRING),
  known('2.5.4.6', 'C', 'countryName', 2, PRINTABLE_STRING, 2),
  known('2.5.4.7', 'L', 'localityName', 128),
  known('2.5.4.8', 'ST', 'stateOrProvinceName', 128),
  known('2.5.4.9', 'street', 'streetAddress'),
  known('2.5.4.10', 'O', 'organizationName', 64),
  known('2.5.4.11', 'OU', 'organizationalUnitName', 64),
  known('2.5.4.12', 'title', 'title'),
  known('2.5.4.13', 'description', 'description'),
  known('2.5.4.15', 'businessCategory', 'businessCategory'),
  known('2.5.4.16', 'postalAddress', 'postalAddress'),
  known('2.5.4.17', 'postalCode', 'postalCode'),
  known('2.5.4.18', 'postOfficeBox', 'postOfficeBox'),
  known('2.5.4.20', 'telephoneNumber', 'telephoneNumber'),
  known('2.5.4.41', 'name', 'name', UB_NAME),
  known('2.5.4.42', 'GN', 'givenName', UB_NAME),
  known('2.5.4.43', 'initials', 'initials', UB_NAME),
  known('2.5.4.44', 'generationQualifier', 'generationQualifier'),
  known('2.5.4.46', 'dnQualifier', 'dnQualifier', undefined, PRINTABLE_STRING),
  known('2.5.4.51', 'houseIdentifier', 'houseIdentifier'),
  known('2.5.4.65', 'pseudonym', 'pseudonym'),
  known('2.5.4.72', 'role', 'role'),
  known('2.5.4.97', 'organizationIdentifier', 'organizationIdentifier'),
  known('0.9.2342.19200300.100.1.1', 'UID', 'userId'),
  known('0.9.2342.19200300.100.1.3', 'mail', 'rfc822Mailbox', undefined, IA5_STRING),
  known('0.9.2342.19200300.100.1.25', 'DC', 'domainComponent', undefined, IA5_STRING),
  known('1.2.840.113549.1.9.1', 'emailAddress', 'emailAddress', 128, IA5_STRING),
  known('1.2.840.113549.1.9.2', 'unstructuredName', 'unstructuredName'),
  known('1.2.840.113549.1.9.8', 'unstructuredAddress', 'unstructuredAddress'),
  known('1.3.6.1.4.1.311.60.2.1.1', 'jurisdictionL', 'jurisdictionLocalityName'),
  known('1.3.6.1.4.1.311.60.2.1.2', 'jurisdictionST', 'jurisdictionStateOrProvinceName'),
  known('1.3.6.1.4.1.311.60.2.1.3', 'jurisdictionC', 'jurisdictionCountryName', 2, PRINTABLE_STRING, 2),
];

// Spellings of other programs, so that the error can name the one to write.
const FOREIGN_SPELLINGS: Record<string, string> = { e: 'emailAddress', email: 'emailAddress', s: 'ST', sp: 'ST', g: 'GN', i: 'initials', t: 'title' };

const BY_OID = new Map(TYPES.map((type) => [type.oid, type]));
const BY_NAME = new Map(TYPES.flatMap((type) => [[type.shortName!.toLowerCase(), type], [type.longName!.toLowerCase(), type]]));

/** The attribute type of an object identifier, whether or not it has a name. */
export function attributeTypeOfOid(oid: string): AttributeType {
  return BY_OID.get(oid) ?? { oid, tag: UTF8_STRING, minimum: 1 };
}

/** The attribute type that a short name, a long name (both in any letter case, RFC 4514 section 2.3) or a dotted object identifier means. */
export function attributeTypeNamed(text: string, what: string): AttributeType {
  if (/^\d/.test(text)) {
    return attributeTypeOfOid(requireOid(text));
  }
  const type = BY_NAME.get(text.toLowerCase());
  if (type === undefined) {
    const other = FOREIGN_SPELLINGS[text.toLowerCase()];
    const cure = other === undefined
      ? `expected one of ${TYPES.map(({ shortName }) => shortName).join(', ')}, or a dotted object identifier such as \`2.5.4.97\``
      : `write \`${other}\``;
    throw new Error(`unknown attribute \`${text}\` in ${what}: ${cure}`);
  }
  return type;
}

function known(oid: string, shortName: string, longName: string, maximum?: number, tag: number = UTF8_STRING, minimum = 1): AttributeType {
  return { oid, shortName, longName, tag, minimum, maximum };
}
