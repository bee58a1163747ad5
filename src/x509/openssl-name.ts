import { Name, NameAttribute, relativeName } from './name';
import { attributeTypeNamed, attributeTypeOfOid } from './name-attributes';
import { attributeOfText } from './name-value';
import { decodeString } from './string-value';

/**
 * Reads a name as `openssl req -subj` does: `/CN=client/O=Example`, in the order of the DER.
 *
 * A backslash takes the next character literally, and an unescaped `+` adds to the relative name before it, as OpenSSL 3 always does.
 * Where OpenSSL warns and drops an attribute (unknown type, no value), this is an error.
 */
export function parseOpenSslName(text: string): Name {
  const what = `name \`${text}\``;
  if (!text.startsWith('/')) {
    const cure = /^\w+ ?= ?/.test(text) ? ', in the order of the certificate; a text with commas is for fromRfc4514, whose order is the reverse' : '';
    throw new Error(`invalid ${what}: expected the form \`/CN=client/O=Example\`${cure}`);
  }
  const names: NameAttribute[][] = [];
  let joins = false;
  for (let at = 1; at < text.length;) {
    const equals = text.indexOf('=', at);
    if (equals < 0) {
      throw new Error(`invalid ${what}: \`${text.slice(at)}\` has no \`=\`; expected \`type=value\`, and a \`/\` or \`+\` inside a value is written \`\\/\` or \`\\+\``);
    }
    const type = attributeTypeNamed(text.slice(at, equals), what);
    const { value, end } = readValue(text, equals + 1, what);
    const attribute = attributeOfText(type, value, what);
    if (joins) {
      names[names.length - 1].push(attribute);
    } else {
      names.push([attribute]);
    }
    joins = text[end] === '+';
    at = end + 1;
    if (joins && at >= text.length) {
      throw new Error(`invalid ${what}: nothing follows the last \`+\`; a \`+\` inside a value is written \`\\+\``);
    }
  }
  return names.map(relativeName);
}

/** Writes a name in the form of `openssl req -subj`. String types are not kept, and a value that is no string is shown as `#` and hex. */
export function formatOpenSslName(name: Name): string {
  return name.map((attributes) => '/' + attributes.map(formatAttribute).join('+')).join('');
}

function formatAttribute(attribute: NameAttribute): string {
  const text = decodeString(attribute.tag, attribute.value) ?? `#${attribute.value.toString('hex').toUpperCase()}`;
  return `${attributeTypeOfOid(attribute.oid).shortName ?? attribute.oid}=${text.replace(/[/+\\]/g, '\\$&')}`;
}

function readValue(text: string, start: number, what: string): { value: string; end: number } {
  let value = '';
  let end = start;
  for (; end < text.length && text[end] !== '/' && text[end] !== '+'; end += 1) {
    if (text[end] === '\\') {
      end += 1;
      if (end === text.length) {
        throw new Error(`invalid ${what}: it ends in a lone \`\\\`; a backslash inside a value is written \`\\\\\``);
      }
    }
    value += text[end];
  }
  return { value, end };
}
