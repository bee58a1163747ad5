import { seq, oid } from './certificate-builder';
import { PRINTED, REFUSED } from './envoy-observations';
import { DerTag, writeElement } from '../../src/x509/der';
import { decodeName, encodeName, relativeName } from '../../src/x509/name';

const set = (...parts: Buffer[]) => writeElement(DerTag.SET, Buffer.concat(parts));
const utf8 = (text: string) => writeElement(DerTag.UTF8_STRING, Buffer.from(text));

test.each(PRINTED)('%s: the bytes come back', (_, hex) => {
  expect(encodeName(decodeName(Buffer.from(hex, 'hex'))).toString('hex')).toBe(hex);
});

test.each(REFUSED)('%s is refused, as Envoy refuses it', (_, hex) => {
  expect(() => decodeName(Buffer.from(hex, 'hex'))).toThrow(/Envoy refuses/);
});

test.each([
  ['no sequence', utf8('a'), 'subject is malformed: found DER tag 0x0c where 0x30 belongs'],
  ['no set in it', seq(seq()), 'subject is malformed: found DER tag 0x30 where 0x31 belongs'],
  ['no attribute in the set', seq(set(utf8('a'))), 'subject is malformed: found DER tag 0x0c where 0x30 belongs'],
  ['an attribute without a value', seq(set(seq(oid('2.5.4.3')))), 'subject has an attribute that is not a pair of type and value'],
  ['an attribute of three', seq(set(seq(oid('2.5.4.3'), utf8('a'), utf8('b')))), 'subject has an attribute that is not a pair of type and value'],
  ['a type that is none', seq(set(seq(utf8('a'), utf8('a')))), 'subject is malformed: found DER tag 0x0c where 0x06 belongs'],
  ['trailing data', Buffer.concat([seq(), Buffer.from([0])]), 'subject has 1 byte of trailing data after its DER'],
  ['a bad value', seq(set(seq(oid('2.5.4.3'), writeElement(0x1e, Buffer.from('a'))))),
    'value of attribute 2.5.4.3 in subject is not valid DER of tag 0x1e: Envoy refuses such a certificate'],
])('%s', (_, der, message) => {
  expect(() => decodeName(der, 'subject')).toThrow(new Error(message));
});

test('the attributes of a relative name are sorted by their encodings', () => {
  const attribute = (type: string, text: string) => ({ oid: type, tag: 0x0c, value: Buffer.from(text) });
  const sorted = relativeName([attribute('2.5.4.11', 'Sales'), attribute('2.5.4.3', 'Joe'), attribute('2.5.4.3', 'Al')]);
  expect(sorted.map(({ value }) => value.toString())).toEqual(['Al', 'Joe', 'Sales']);
});
