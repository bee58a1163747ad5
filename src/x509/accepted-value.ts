import { DerElement, DerTag, isConstructed } from './der';
import { parseTime } from './der-time';
import { decodeOid } from './oid';
import { isAcceptedString } from './string-value';

const RESERVED = 0x0f;
// EXTERNAL, EMBEDDED PDV, SEQUENCE, SET and CHARACTER STRING (X.680 section 8.4)
const CONSTRUCTED = new Set([0x08, 0x0b, 0x10, 0x11, 0x1d]);
const UNIVERSAL_END = 0x40;

/**
 * Refuses a value that BoringSSL refuses: a certificate with such a value in a name never gets through a handshake with Envoy.
 *
 * The rules are those of its parser for values of any type, observed on Envoy 1.40.0.
 */
export function requireAcceptedValue(element: DerElement, what: string): void {
  if (!isAcceptedForm(element.tag) || !isAcceptedContent(element.tag, element.content)) {
    const type = element.tag === DerTag.UTF8_STRING ? 'UTF-8' : `DER of tag 0x${element.tag.toString(16).padStart(2, '0')}`;
    throw new Error(`${what} is not valid ${type}: Envoy refuses such a certificate`);
  }
}

function isAcceptedForm(tag: number): boolean {
  const number = tag % 0x20;
  return tag >= UNIVERSAL_END || number === RESERVED || (number !== 0 && isConstructed(tag) === CONSTRUCTED.has(number));
}

function isAcceptedContent(tag: number, content: Buffer): boolean {
  switch (tag) {
    case DerTag.BOOLEAN:
      return content.length === 1 && (content[0] === 0 || content[0] === 0xff);
    case DerTag.INTEGER:
    case DerTag.ENUMERATED:
      return content.length > 0 && !(content.length > 1 && (content[0] === 0 ? content[1] < 0x80 : content[0] === 0xff && content[1] >= 0x80));
    case DerTag.BIT_STRING:
      return content.length > 0 && content[0] < 8 && content[content.length - 1] % 2 ** content[0] === 0 && (content.length > 1 || content[0] === 0);
    case DerTag.NULL:
      return content.length === 0;
    case DerTag.OBJECT_IDENTIFIER:
      return isOid(content);
    case DerTag.UTC_TIME:
      // BoringSSL takes an offset from UTC here, which certificates' own dates must not have.
      return parseTime(tag, Buffer.from(content.toString('latin1').replace(/[+-]([01]\d|2[0-3])[0-5]\d$/, 'Z'))) !== undefined;
    case DerTag.GENERALIZED_TIME:
      return parseTime(tag, content) !== undefined;
    default:
      return isAcceptedString(tag, content);
  }
}

function isOid(content: Buffer): boolean {
  try {
    decodeOid(content);
    return true;
  } catch {
    return false;
  }
}
