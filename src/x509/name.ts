import { requireAcceptedValue } from './accepted-value';
import { DerElement, DerTag, readFields, readSingle, requireTag, writeElement } from './der';
import { decodeOid, encodeOid } from './oid';

/** One attribute of a name, e.g. `CN=client`: its type, and its value as the DER holds it. */
export interface NameAttribute {
  /** Dotted object identifier of the attribute type. */
  readonly oid: string;
  /** DER tag of the value, e.g. `0x0c` for UTF8String. */
  readonly tag: number;
  /** Content octets of the value. */
  readonly value: Buffer;
}

/** A relative distinguished name: one attribute, or several (multi-valued) in the order of the DER. */
export type RelativeName = readonly NameAttribute[];

/** An X.501 name: relative distinguished names in the order of the DER. */
export type Name = readonly RelativeName[];

/** Reads a DER-encoded Name (RFC 5280 section 4.1.2.4), keeping order, string types and bytes. */
export function decodeName(der: Buffer, what = 'name'): Name {
  return readFields(readSingle(der, what), DerTag.SEQUENCE, what).map((set) => {
    const attributes = readFields(set, DerTag.SET, what);
    if (attributes.length === 0) {
      throw new Error(`${what} has an empty relative name, which Envoy refuses`);
    }
    return attributes.map((attribute) => decodeAttribute(attribute, what));
  });
}

/** Writes a name as DER. The attributes of a multi-valued relative name keep their order: see `relativeName`. */
export function encodeName(name: Name): Buffer {
  const sets = name.map((attributes) => writeElement(DerTag.SET, Buffer.concat(attributes.map(encodeAttribute))));
  return writeElement(DerTag.SEQUENCE, Buffer.concat(sets));
}

/** Makes a relative name of attributes in any order: DER sorts a SET OF by its encodings (X.690 section 11.6). */
export function relativeName(attributes: readonly NameAttribute[]): RelativeName {
  return [...attributes].sort((a, b) => Buffer.compare(encodeAttribute(a), encodeAttribute(b)));
}

function encodeAttribute(attribute: NameAttribute): Buffer {
  const type = writeElement(DerTag.OBJECT_IDENTIFIER, encodeOid(attribute.oid));
  return writeElement(DerTag.SEQUENCE, Buffer.concat([type, writeElement(attribute.tag, attribute.value)]));
}

function decodeAttribute(element: DerElement, what: string): NameAttribute {
  const fields = readFields(element, DerTag.SEQUENCE, what);
  if (fields.length !== 2) {
    throw new Error(`${what} has an attribute that is not a pair of type and value`);
  }
  const oid = decodeOid(requireTag(fields[0], DerTag.OBJECT_IDENTIFIER, what).content);
  requireAcceptedValue(fields[1], `value of attribute ${oid} in ${what}`);
  return { oid, tag: fields[1].tag, value: fields[1].content };
}
