import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { SpiffeId } from '../model/spiffe-id';
import { writeElement } from '../x509/der';

/** The names of a certificate beside its subject, checked and in the order in which they are written. */
export interface CheckedNames {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
  readonly emailAddresses: readonly string[];
}

/** Names as they were asked for. */
export interface AskedNames {
  readonly dnsNames?: string[];
  readonly ipAddresses?: string[];
  readonly uris?: string[];
  readonly emailAddresses?: string[];
  readonly spiffeId?: SpiffeId;
}

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;
const NOT_PRINTABLE_ASCII = /[^\x21-\x7e]/;
// GeneralName, RFC 5280 section 4.2.1.6
const TAG = { emailAddress: 0x81, dnsName: 0x82, uri: 0x86, ipAddress: 0x87 };
const SEQUENCE = 0x30;

/** Checks names. What is left out stays empty; an empty list that is written out is refused, because something was meant by it. */
export function requireNames(asked: AskedNames, what: string): CheckedNames {
  const spiffeId = requireSpiffeId(asked.spiffeId, what);
  const uris = requireList(asked.uris, 'uris', what, (uri) => requireUri(uri, what));
  const spiffeUris = uris.filter((uri) => /^spiffe:/i.test(uri));
  if (spiffeUris.length > 0) {
    throw new Error(`URI \`${spiffeUris[0]}\` of ${what} is a SPIFFE ID: give it as \`spiffeId: SpiffeId.parse(…)\``);
  }
  if (spiffeId !== undefined && uris.length > 0) {
    throw new Error(`${what} has the SPIFFE ID \`${spiffeId}\` and the URI \`${uris[0]}\`: a certificate with a SPIFFE ID has no other URI (X.509-SVID section 2)`);
  }
  return {
    dnsNames: requireList(asked.dnsNames, 'dnsNames', what, (name) => requireDnsName(name, what), (name) => name.toLowerCase()),
    ipAddresses: requireList(asked.ipAddresses, 'ipAddresses', what, (address) => requireAddress(address, what), (address) => encodeAddress(address).toString('hex')),
    uris: spiffeId === undefined ? uris : [spiffeId.uri],
    emailAddresses: requireList(asked.emailAddresses, 'emailAddresses', what, (address) => requireEmail(address, what)),
  };
}

/** Whether there is no name at all. */
export function isNameless(names: CheckedNames): boolean {
  return Object.values(names).every((list) => list.length === 0);
}

/** The DER of the extension's value (RFC 5280 section 4.2.1.6). */
export function encodeNames(names: CheckedNames): Buffer {
  const text = (tag: number) => (value: string) => writeElement(tag, Buffer.from(value, 'ascii'));
  return writeElement(SEQUENCE, Buffer.concat([
    ...names.dnsNames.map(text(TAG.dnsName)),
    ...names.ipAddresses.map((address) => writeElement(TAG.ipAddress, encodeAddress(address))),
    ...names.uris.map(text(TAG.uri)),
    ...names.emailAddresses.map(text(TAG.emailAddress)),
  ]));
}

function requireList(
  list: unknown, prop: string, what: string, check: (item: unknown) => string, canonical: (item: string) => string = (item) => item,
): string[] {
  if (list === undefined) {
    return [];
  }
  if (!Array.isArray(list) || list.length === 0) {
    throw new Error(`\`${prop}\` of ${what} is ${Array.isArray(list) ? 'an empty list' : 'not a list'}: leave it out or give at least one`);
  }
  const checked = list.map(check);
  const keys = checked.map(canonical);
  checked.forEach((item, index) => {
    if (keys.indexOf(keys[index]) !== index) {
      throw new Error(`\`${item}\` stands twice in \`${prop}\` of ${what}: leave one out`);
    }
  });
  return checked;
}

function requireText(value: unknown, kind: string, what: string): string {
  if (value === '') {
    throw new Error(`${what} has an empty ${kind}: leave it out or name one`);
  }
  if (typeof value !== 'string') {
    throw new Error(`${kind} of ${what} is not a text but ${value === null ? 'null' : typeof value}: leave it out or name one`);
  }
  const alien = NOT_PRINTABLE_ASCII.exec(value);
  if (alien === null) {
    return value;
  }
  const code = alien[0].charCodeAt(0);
  if (code <= 0x20 || code === 0x7f) {
    throw new Error(`${kind} ${JSON.stringify(value)} of ${what} holds ${code === 0x20 ? 'a space' : 'a control character'}: take it out`);
  }
  const ascii = kind === 'DNS name' ? domainToASCII(value) : '';
  const cure = ascii === '' ? 'only ASCII is allowed in certificates (RFC 5280 section 4.2.1.6)' : `write its punycode form \`${ascii}\``;
  throw new Error(`${kind} \`${value}\` of ${what} is not ASCII: ${cure}`);
}

/** Underscores are let through: service names in DNS have them, and TLS libraries take them. */
function requireDnsName(value: unknown, what: string): string {
  const name = requireText(value, 'DNS name', what);
  const refuse = (cure: string) => new Error(`invalid DNS name \`${name}\` of ${what}: ${cure}`);
  if (isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) {
    throw refuse('this is an IP address; give it in `ipAddresses`');
  }
  if (name.endsWith('.')) {
    throw refuse(`write \`${name.slice(0, -1)}\`; certificates have no dot at the end`);
  }
  if (/:\d*$/.test(name)) {
    throw refuse(`write \`${name.replace(/:\d*$/, '')}\`; certificates have no ports`);
  }
  const exact = name.startsWith('*.') ? name.slice(2) : name;
  if (exact.includes('*')) {
    throw refuse('a wildcard is the whole first label of a name, as in `*.example.com` (RFC 9525 section 6.3)');
  }
  if (exact !== name && !exact.includes('.')) {
    throw refuse('a wildcard directly under a top-level domain is refused by clients; name the hosts');
  }
  const labels = exact.split('.');
  if (name.length > 253 || !labels.every((label) => LABEL.test(label)) || /^\d+$/.test(labels.at(-1)!)) {
    throw refuse('expected labels of letters, digits and inner `-`, joined by dots, at most 63 characters each and 253 in all, the last not a number');
  }
  return name;
}

function requireAddress(value: unknown, what: string): string {
  const address = requireText(value, 'IP address', what);
  if (isIP(address) === 0 || address.includes('%')) {
    throw new Error(`invalid IP address \`${address}\` of ${what}: expected e.g. \`192.0.2.1\` or \`2001:db8::1\`, without a port, a zone or a prefix length`);
  }
  return address;
}

function requireUri(value: unknown, what: string): string {
  const uri = requireText(value, 'URI', what);
  if (!/^[a-z][a-z0-9+.-]*:[^\\^`{|}<>"]+$/i.test(uri)) {
    throw new Error(`invalid URI \`${uri}\` of ${what}: expected an absolute one such as \`urn:example:billing\` (RFC 3986)`);
  }
  return uri;
}

function requireEmail(value: unknown, what: string): string {
  const address = requireText(value, 'e-mail address', what);
  if (!/^[^@<>"(),:;[\]\\]{1,64}@[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(address)) {
    throw new Error(`invalid e-mail address \`${address}\` of ${what}: expected e.g. \`ops@example.com\``);
  }
  return address;
}

function requireSpiffeId(id: unknown, what: string): SpiffeId | undefined {
  if (id !== undefined && !(id instanceof SpiffeId)) {
    throw new Error(`the SPIFFE ID of ${what} is not a SpiffeId but ${id === null ? 'null' : typeof id}: use \`SpiffeId.parse(…)\``);
  }
  return id;
}

/** The 4 or 16 octets of an address that Node takes for one. */
function encodeAddress(address: string): Buffer {
  if (isIP(address) === 4) {
    return Buffer.from(address.split('.').map(Number));
  }
  // The URL parser writes any IPv6 text, also one that ends in an IPv4 address, in groups of hex digits.
  const [head, tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const groups = tail === undefined ? head : [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
