import { DerElement, DerTag, isConstructed } from './der';

const LATIN1 = new Set<number>([
  DerTag.NUMERIC_STRING, DerTag.PRINTABLE_STRING, DerTag.T61_STRING, DerTag.IA5_STRING,
  DerTag.UTC_TIME, DerTag.GENERALIZED_TIME, DerTag.VISIBLE_STRING,
]);
const UNIVERSAL_CONSTRUCTED = new Set<number>([0x08, 0x0b, 0x10, 0x11, 0x1d]);

/**
 * Text of a string value as BoringSSL reads it, or undefined for a type that is no string to it.
 *
 * T61String, IA5String and the other one-byte types are read as Latin-1, whatever their standards say, because Envoy's BoringSSL does.
 */
export function decodeString(tag: number, value: Buffer): string | undefined {
  switch (tag) {
    case DerTag.UTF8_STRING:
      return value.toString('utf8');
    case DerTag.BMP_STRING:
      return String.fromCharCode(...codeUnits(value, 2));
    case DerTag.UNIVERSAL_STRING:
      return codeUnits(value, 4).map((code) => String.fromCodePoint(code)).join('');
    default:
      return LATIN1.has(tag) ? value.toString('latin1') : undefined;
  }
}

/** Refuses what BoringSSL refuses: a certificate with such a value in a name never gets through a handshake with Envoy. */
export function requireAcceptedValue(element: DerElement, what: string): void {
  const refuse = (reason: string) => new Error(`${what} ${reason}: Envoy refuses such a certificate`);
  const universal = element.tag < 0x40;
  if (universal && isConstructed(element.tag) !== UNIVERSAL_CONSTRUCTED.has(element.tag % 0x20)) {
    throw refuse('has a constructed string type');
  }
  const { tag, content } = element;
  if (tag === DerTag.UTF8_STRING) {
    const text = content.toString('utf8');
    if (!Buffer.from(text, 'utf8').equals(content) || !isAcceptedText(text)) {
      throw refuse('is not valid UTF-8');
    }
  }
  if (tag === DerTag.BMP_STRING && (content.length % 2 !== 0 || !codeUnits(content, 2).every(isAcceptedCodePoint))) {
    throw refuse('is not a valid BMPString');
  }
  if (tag === DerTag.UNIVERSAL_STRING && (content.length % 4 !== 0 || !codeUnits(content, 4).every(isAcceptedCodePoint))) {
    throw refuse('is not a valid UniversalString');
  }
}

/** Whether every character is one that BoringSSL accepts: no surrogate, no Unicode noncharacter. */
export function isAcceptedText(text: string): boolean {
  return Array.from(text).every((character) => isAcceptedCodePoint(character.codePointAt(0)!));
}

function isAcceptedCodePoint(code: number): boolean {
  const plane = code % 0x10000;
  return code <= 0x10ffff && plane < 0xfffe && !(code >= 0xfdd0 && code <= 0xfdef) && !(code >= 0xd800 && code <= 0xdfff);
}

function codeUnits(value: Buffer, size: 2 | 4): number[] {
  return Array.from({ length: Math.floor(value.length / size) }, (_, index) => value.readUIntBE(index * size, size));
}
