import * as fc from 'fast-check';
import { decodeOid, encodeOid, printOid, requireOid } from '../../src/x509/oid';

test.each([
  ['2.5.4.3', '550403'],
  ['1.2.840.113549.1.9.1', '2a864886f70d010901'],
  ['2.999.5', '883705'],
  ['0.9.2342.19200300.100.1.25', '0992268993f22c640119'],
  ['1.2.18446744073709551615', '2a81ffffffffffffffff7f'],
])('%s', (text, hex) => {
  expect(encodeOid(text).toString('hex')).toBe(hex);
  expect(decodeOid(Buffer.from(hex, 'hex'))).toBe(text);
});

test('everyObjectIdentifierComesBack', () => {
  const arc = fc.bigInt({ min: 0n, max: 2n ** 64n - 100n });
  const root = fc.oneof(fc.tuple(fc.constantFrom(0n, 1n), fc.bigInt({ min: 0n, max: 39n })), fc.tuple(fc.constant(2n), arc));
  fc.assert(fc.property(root, fc.array(arc, { maxLength: 8 }), (start, rest) => {
    const text = [...start, ...rest].join('.');
    expect(decodeOid(encodeOid(text))).toBe(text);
  }));
});

test.each(['', '1', '1.', '.1', '1..2', '01.2', '1.02', '1.a', '1.2 ', ' 1.2', '-1.2', '1.2.'])('`%s` is no object identifier', (text) => {
  expect(() => requireOid(text)).toThrow(new Error(`invalid object identifier \`${text}\`: expected numbers joined by dots, e.g. \`2.5.4.97\``));
});

test.each(['3.1', '0.40', '1.40.1'])('`%s` has a root that does not exist', (text) => {
  expect(() => requireOid(text)).toThrow(new Error(`invalid object identifier \`${text}\`: the first number is 0, 1 or 2, and after 0 or 1 the second is at most 39`));
});

test('what Envoy would not print whole is refused', () => {
  const long = `1.2${'.1234567890'.repeat(8)}`;
  expect(() => requireOid(long)).toThrow(new Error(`object identifier \`${long}\` is longer than 79 characters, behind which Envoy cuts it off`));
  expect(() => requireOid('1.2.18446744073709551616'))
    .toThrow(new Error('object identifier `1.2.18446744073709551616` has a number above 2^64-1, which Envoy prints as nothing'));
  expect(requireOid('1.2.18446744073709551615')).toBe('1.2.18446744073709551615');
  expect(printOid('1.2.18446744073709551616')).toBe('');
  expect(printOid(long)).toHaveLength(79);
});

test.each([
  ['', 'an object identifier in the DER is truncated'],
  ['84', 'an object identifier in the DER is truncated'],
  ['558004', 'an object identifier in the DER is not in its shortest form'],
])('the octets `%s` are refused', (hex, message) => {
  expect(() => decodeOid(Buffer.from(hex, 'hex'))).toThrow(new Error(message));
});
