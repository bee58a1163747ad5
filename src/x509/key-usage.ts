import { DerTag, readSingle, requireTag } from './der';

// In the order of their bits, RFC 5280 section 4.2.1.3
const NAMES = [
  'digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment', 'keyAgreement', 'keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly',
];

/** The key usages that the BIT STRING of the extension sets, by name. */
export function keyUsageNames(value: Buffer, what: string): string[] {
  const [, ...octets] = requireTag(readSingle(value, what), DerTag.BIT_STRING, what).content;
  const bits = octets.map((octet) => octet.toString(2).padStart(8, '0')).join('');
  return NAMES.filter((_, index) => bits[index] === '1');
}
