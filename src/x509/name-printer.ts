import { writeElement } from './der';
import { envoyShortName } from './envoy-names';
import { Name, NameAttribute } from './name';
import { printOid } from './oid';
import { decodeString } from './string-value';

/**
 * Prints a name as Envoy does in `%DOWNSTREAM_PEER_SUBJECT%` and `%DOWNSTREAM_PEER_ISSUER%`.
 *
 * That is BoringSSL's `X509_NAME_print_ex` with `XN_FLAG_RFC2253`: last relative name first, also inside a multi-valued one; each byte of the
 * UTF-8 outside ASCII, and each control character, as a backslash and two hex digits. Attribute types that BoringSSL does not name are printed
 * as number and hex of the DER, as are values that are no strings. It differs from OpenSSL in which types it names.
 */
export function printEnvoyName(name: Name): string {
  return [...name].reverse().map((attributes) => [...attributes].reverse().map(printAttribute).join('+')).join(',');
}

function printAttribute(attribute: NameAttribute): string {
  const shortName = envoyShortName(attribute.oid);
  const text = shortName === undefined ? undefined : decodeString(attribute.tag, attribute.value);
  const value = text === undefined ? `#${hex(writeElement(attribute.tag, attribute.value))}` : escapeText(text);
  return `${shortName ?? printOid(attribute.oid)}=${value}`;
}

function escapeText(text: string): string {
  const octets = Buffer.from(text, 'utf8');
  return Array.from(octets, (octet, index) => {
    if (octet < 0x20 || octet >= 0x7f) {
      return `\\${hex(Buffer.from([octet]))}`;
    }
    const character = String.fromCharCode(octet);
    const special = '\\",+<>;'.includes(character)
      || (index === 0 && ' #'.includes(character))
      || (index === octets.length - 1 && character === ' ');
    return special ? `\\${character}` : character;
  }).join('');
}

function hex(octets: Buffer): string {
  return octets.toString('hex').toUpperCase();
}
