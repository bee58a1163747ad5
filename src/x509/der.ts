/**
 * One DER element: identifier, length and content of a tag-length-value triple.
 *
 * Names need the bytes themselves, because Envoy prints values of unknown attribute types as the hex of their DER.
 */
export interface DerElement {
  /** Identifier octet, e.g. `0x30` for SEQUENCE. */
  readonly tag: number;
  /** The content octets. */
  readonly content: Buffer;
  /** The whole element: identifier, length and content. */
  readonly raw: Buffer;
}

/** Identifier octets of the ASN.1 types that certificates are made of (X.680). */
export const DerTag = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  OBJECT_IDENTIFIER: 0x06,
  ENUMERATED: 0x0a,
  UTF8_STRING: 0x0c,
  NUMERIC_STRING: 0x12,
  PRINTABLE_STRING: 0x13,
  T61_STRING: 0x14,
  IA5_STRING: 0x16,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  VISIBLE_STRING: 0x1a,
  UNIVERSAL_STRING: 0x1c,
  BMP_STRING: 0x1e,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

const CONSTRUCTED = 0x20;
const LONG_TAG = 0x1f;
const MAX_DEPTH = 32;

/**
 * Reads the element at an offset. DER only: definite lengths, each in its shortest form (X.690 section 10.1).
 */
export function readElement(bytes: Buffer, offset: number, what: string): DerElement {
  if (offset + 2 > bytes.length) {
    throw new Error(`${what} is truncated: the DER ends inside an element`);
  }
  const tag = bytes[offset];
  if (tag % 0x20 === LONG_TAG) {
    throw new Error(`${what} has a multi-byte DER tag, which no certificate field uses`);
  }
  let length = bytes[offset + 1];
  let start = offset + 2;
  if (length >= 0x80) {
    const octets = length - 0x80;
    if (octets === 0 || octets > 4) {
      throw new Error(`${what} is not DER: an element has ${octets === 0 ? 'an indefinite length' : `a length of ${octets} octets`}`);
    }
    if (start + octets > bytes.length) {
      throw new Error(`${what} is truncated: the DER ends inside an element`);
    }
    length = bytes.readUIntBE(start, octets);
    start += octets;
    if (length < 0x80 || length < 256 ** (octets - 1)) {
      throw new Error(`${what} is not DER: a length is not in its shortest form`);
    }
  }
  const end = start + length;
  if (end > bytes.length) {
    throw new Error(`${what} is truncated: the DER ends inside an element`);
  }
  return { tag, content: bytes.subarray(start, end), raw: bytes.subarray(offset, end) };
}

/** Reads bytes that hold exactly one element, and nothing behind it. */
export function readSingle(bytes: Buffer, what: string): DerElement {
  const element = readElement(bytes, 0, what);
  const rest = bytes.length - element.raw.length;
  if (rest > 0) {
    throw new Error(`${what} has ${rest} ${rest === 1 ? 'byte' : 'bytes'} of trailing data after its DER`);
  }
  return element;
}

/** Reads the elements that a constructed element holds. */
export function readChildren(element: DerElement, what: string): DerElement[] {
  const children: DerElement[] = [];
  for (let offset = 0; offset < element.content.length;) {
    const child = readElement(element.content, offset, what);
    children.push(child);
    offset += child.raw.length;
  }
  return children;
}

/** Reads the elements that a constructed element of a certain tag holds. */
export function readFields(element: DerElement | undefined, tag: number, what: string): DerElement[] {
  return readChildren(requireTag(element, tag, what), what);
}

/** Requires an element to be there and to have a certain tag. */
export function requireTag(element: DerElement | undefined, tag: number, what: string): DerElement {
  if (element?.tag !== tag) {
    const hex = (octet: number) => `0x${octet.toString(16).padStart(2, '0')}`;
    throw new Error(`${what} is malformed: found ${element === undefined ? 'nothing' : `DER tag ${hex(element.tag)}`} where ${hex(tag)} belongs`);
  }
  return element;
}

/** Refuses BER forms and broken nesting anywhere inside an element, also in parts that nothing here reads. */
export function requireStrictDer(element: DerElement, what: string, depth = 0): void {
  if (depth > MAX_DEPTH) {
    throw new Error(`${what} is nested more than ${MAX_DEPTH} levels deep`);
  }
  if (isConstructed(element.tag)) {
    readChildren(element, what).forEach((child) => requireStrictDer(child, what, depth + 1));
  }
}

/** Whether a tag says that the content is made of further elements. */
export function isConstructed(tag: number): boolean {
  return Math.floor(tag / CONSTRUCTED) % 2 === 1;
}

/** Writes one element. */
export function writeElement(tag: number, content: Buffer): Buffer {
  const length = content.length;
  if (length < 0x80) {
    return Buffer.concat([Buffer.from([tag, length]), content]);
  }
  const octets = length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
  const header = Buffer.alloc(2 + octets);
  header[0] = tag;
  header[1] = 0x80 + octets;
  header.writeUIntBE(length, 2, octets);
  return Buffer.concat([header, content]);
}
