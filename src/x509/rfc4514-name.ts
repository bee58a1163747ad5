import { requireAcceptedValue } from './accepted-value';
import { readSingle, writeElement } from './der';
import { isNamedByEnvoy } from './envoy-names';
import { Name, NameAttribute, relativeName } from './name';
import { AttributeType, attributeTypeNamed, attributeTypeOfOid } from './name-attributes';
import { attributeOfText } from './name-value';
import { decodeString } from './string-value';

const DISPLAY_ORDER = 'RFC 4514 has no white space around `,`, `+` and `=`; a text that has it mostly shows the order of the certificate, which is the reverse: '
  + 'take the text of `openssl x509 -nameopt RFC2253`, or write it for fromOpenSsl';

interface Reading {
  readonly attribute: NameAttribute;
  /** Index of the separator behind the attribute, or the length of the text. */
  readonly end: number;
}

/**
 * Reads a name in the string form of RFC 4514, whose order is the reverse of the DER's: `O=Example,CN=client`.
 *
 * Strict: white space around separators is refused, because texts that have it (OpenSSL's and browsers' displays) mostly show the DER's order.
 */
export function parseRfc4514Name(text: string): Name {
  const what = `name \`${text}\``;
  if (text.startsWith('/')) {
    throw new Error(`invalid ${what}: expected the form \`O=Example,CN=client\`; a text with slashes is for fromOpenSsl, whose order is the reverse`);
  }
  const names: NameAttribute[][] = [];
  let joins = false;
  for (let at = 0; at < text.length || at > 0;) {
    const { attribute, end } = readAttribute(text, at, what);
    if (joins) {
      names[0].push(attribute);
    } else {
      names.unshift([attribute]);
    }
    if (end === text.length) {
      break;
    }
    joins = text[end] === '+';
    at = end + 1;
  }
  return names.map(relativeName);
}

/**
 * Writes a name in the string form of RFC 4514.
 *
 * What text could not bring back so that Envoy prints the same is written as `#` and the hex of its DER (section 2.4).
 */
export function formatRfc4514Name(name: Name): string {
  return [...name].reverse().map((attributes) => [...attributes].reverse().map(formatAttribute).join('+')).join(',');
}

function readAttribute(text: string, start: number, what: string): Reading {
  const equals = text.indexOf('=', start);
  if (equals < 0) {
    throw new Error(`invalid ${what}: \`${text.slice(start)}\` has no \`=\`; expected \`type=value\`, and a \`,\` or \`+\` inside a value is written \`\\,\` or \`\\+\``);
  }
  const name = text.slice(start, equals);
  if (name !== name.trim()) {
    throw new Error(`invalid ${what}: white space beside \`${name.trim()}\`; ${DISPLAY_ORDER}`);
  }
  const type = attributeTypeNamed(name, what);
  return text[equals + 1] === '#' ? readHex(type, text, equals + 1, what) : readText(type, text, equals + 1, what);
}

function readText(type: AttributeType, text: string, start: number, what: string): Reading {
  const octets: Buffer[] = [];
  let end = start;
  let plain = '';
  for (; end < text.length && text[end] !== ',' && text[end] !== '+';) {
    const escaped = /^\\(?:([0-9A-Fa-f]{2})|([ "#+,;<=>\\]))/.exec(text.slice(end, end + 3));
    plain = escaped === null ? text[end] : '';
    if (escaped !== null) {
      octets.push(escaped[1] === undefined ? Buffer.from(escaped[2]) : Buffer.from(escaped[1], 'hex'));
      end += escaped[0].length;
    } else if ('";<>\\'.includes(plain)) {
      const cure = plain === '\\' ? 'a backslash stands before two hex digits or one of `"#+,;<=>\\` and space' : `inside a value it is written \`\\${plain}\``;
      throw new Error(`invalid ${what}: unescaped \`${plain}\`; ${cure} (RFC 4514 section 2.4)`);
    } else if (plain === ' ' && end === start) {
      throw new Error(`invalid ${what}: white space beside \`=\`; ${DISPLAY_ORDER}`);
    } else {
      const character = String.fromCodePoint(text.codePointAt(end)!);
      octets.push(Buffer.from(character, 'utf8'));
      end += character.length;
    }
  }
  if (plain === ' ') {
    throw new Error(`invalid ${what}: white space at the end of a value is written \`\\ \`; ${DISPLAY_ORDER}`);
  }
  const value = Buffer.concat(octets);
  if (!Buffer.from(value.toString('utf8'), 'utf8').equals(value)) {
    throw new Error(`invalid ${what}: the hex pairs of \`${type.shortName ?? type.oid}\` are not UTF-8`);
  }
  return { attribute: attributeOfText(type, value.toString('utf8'), what), end };
}

function readHex(type: AttributeType, text: string, start: number, what: string): Reading {
  const hex = /^#((?:[0-9A-Fa-f]{2})+)(?=[,+]|$)/.exec(text.slice(start));
  if (hex === null) {
    throw new Error(`invalid ${what}: a value that begins with \`#\` is the hex of its DER; a text that begins with it is written \`\\#\``);
  }
  const value = `the value of \`${type.shortName ?? type.oid}\` in ${what}`;
  const element = readSingle(Buffer.from(hex[1], 'hex'), value);
  requireAcceptedValue(element, value);
  return { attribute: { oid: type.oid, tag: element.tag, value: element.content }, end: start + hex[0].length };
}

function formatAttribute(attribute: NameAttribute): string {
  const type = attributeTypeOfOid(attribute.oid);
  const text = decodeString(attribute.tag, attribute.value);
  const comesBack = type.shortName !== undefined && text !== undefined && isWritable(type, text)
    && (type.tag === attribute.tag || isNamedByEnvoy(attribute.oid));
  const value = comesBack ? escape(text) : `#${writeElement(attribute.tag, attribute.value).toString('hex').toUpperCase()}`;
  return `${type.shortName ?? attribute.oid}=${value}`;
}

function isWritable(type: AttributeType, text: string): boolean {
  try {
    attributeOfText(type, text, 'name');
    return true;
  } catch {
    return false;
  }
}

function escape(text: string): string {
  return text
    .replace(/["+,;<>\\]|^[ #]| $/g, '\\$&')
    .replace(/[\x01-\x1f\x7f]/g, (control) => `\\${control.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`); // eslint-disable-line no-control-regex
}
