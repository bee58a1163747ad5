import { DerTag } from './der';

const LATIN1 = new Set<number>([
  DerTag.NUMERIC_STRING, DerTag.PRINTABLE_STRING, DerTag.T61_STRING, DerTag.IA5_STRING,
  DerTag.UTC_TIME, DerTag.GENERALIZED_TIME, DerTag.VISIBLE_STRING,
]);

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

/** Whether every character is one that BoringSSL accepts: no surrogate, no Unicode noncharacter. */
export function isAcceptedText(text: string): boolean {
  return Array.from(text).every((character) => isAcceptedCodePoint(character.codePointAt(0)!));
}

/** Whether the bytes of a string type are characters that BoringSSL accepts. It checks no type but these three. */
export function isAcceptedString(tag: number, value: Buffer): boolean {
  switch (tag) {
    case DerTag.UTF8_STRING: {
      const text = value.toString('utf8');
      return Buffer.from(text, 'utf8').equals(value) && isAcceptedText(text);
    }
    case DerTag.BMP_STRING:
      return value.length % 2 === 0 && codeUnits(value, 2).every(isAcceptedCodePoint);
    case DerTag.UNIVERSAL_STRING:
      return value.length % 4 === 0 && codeUnits(value, 4).every(isAcceptedCodePoint);
    default:
      return true;
  }
}

function isAcceptedCodePoint(code: number): boolean {
  const plane = code % 0x10000;
  return code <= 0x10ffff && plane < 0xfffe && !(code >= 0xfdd0 && code <= 0xfdef) && !(code >= 0xd800 && code <= 0xdfff);
}

function codeUnits(value: Buffer, size: 2 | 4): number[] {
  return Array.from({ length: Math.floor(value.length / size) }, (_, index) => value.readUIntBE(index * size, size));
}
