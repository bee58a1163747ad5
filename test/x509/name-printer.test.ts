import { PRINTED } from './envoy-observations';
import { ENVOY_NAMES } from '../../src/x509/envoy-name-table';
import { envoyShortName, isNamedByEnvoy } from '../../src/x509/envoy-names';
import { decodeName } from '../../src/x509/name';
import { printEnvoyName } from '../../src/x509/name-printer';

test.each(PRINTED)('%s: printed as Envoy did', (_, hex, header) => {
  expect(printEnvoyName(decodeName(Buffer.from(hex, 'hex')))).toBe(header);
});

test('a space at the end is printed, although HTTP strips it from a header', () => {
  expect(printEnvoyName(decodeName(Buffer.from('300d310b30090603550403' + '0c026120', 'hex')))).toBe('CN=a\\ ');
});

test.each([
  ['2.5.4.3', 'CN'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['1.2.840.113549.1.9.1', 'emailAddress'],
  ['2.5.4.72', 'role'],
  ['2.16.840.1.101.3.4.2.1', 'SHA256'],
  ['2.5.4.97', undefined],
  ['1.3.6.1.4.1.311.60.2.1.3', undefined],
])('%s is %s to Envoy', (oid, name) => {
  expect(envoyShortName(oid)).toBe(name);
  expect(isNamedByEnvoy(oid)).toBe(name !== undefined);
});

test('the table is made of pairs of number and name', () => {
  const pairs = Object.values(ENVOY_NAMES).map((list) => list.split(' '));
  expect(pairs.every((words) => words.length % 2 === 0 && words.every((word, index) => (index % 2 === 0) === /^\d+$/.test(word)))).toBe(true);
  expect(pairs.flat()).toHaveLength(2 * 888);
});
