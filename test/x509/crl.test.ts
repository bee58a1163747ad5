import { authority, certificate, integer, oid, revocationList, seq, signed } from './certificate-builder';
import { Certificate } from '../../src/x509/certificate';
import { RevocationList } from '../../src/x509/crl';
import { DerTag, writeElement } from '../../src/x509/der';
import { printEnvoyName } from '../../src/x509/name-printer';
import { writePem } from '../../src/x509/pem';

const ca = authority({ subject: '/O=Example/CN=ca' });
const caCertificate = Certificate.readAll(ca.pem)[0];
const leaf = (serial: number[], issuer = ca) => Certificate.readAll(certificate({ serial, issuer }))[0];
const list = (pem: string) => RevocationList.readAll(pem)[0];

test('a list is read', () => {
  const crl = list(revocationList(ca, [[1], [0, 0xff]], '250301000000Z'));
  expect(printEnvoyName(crl.issuer)).toBe('CN=ca,O=Example');
  expect(crl.thisUpdate.toISOString()).toBe('2025-01-01T00:00:00.000Z');
  expect(crl.nextUpdate?.toISOString()).toBe('2025-03-01T00:00:00.000Z');
  expect(crl.revokedSerialNumbers).toEqual(['01', '00ff']);
  expect(crl.signatureAlgorithm).toBe('1.2.840.10045.4.3.2');
});

test('an empty list without a next update is read', () => {
  const crl = list(revocationList(ca, []));
  expect(crl.revokedSerialNumbers).toEqual([]);
  expect(crl.nextUpdate).toBeUndefined();
});

test('a list without a version is of version 1', () => {
  const time = writeElement(DerTag.UTC_TIME, Buffer.from('250101000000Z'));
  const der = signed(ca.keys, seq(seq(oid('1.2.840.10045.4.3.2')), ca.name, time));
  expect(printEnvoyName(list(writePem('X509 CRL', der)).issuer)).toBe('CN=ca,O=Example');
});

test('a single entry is read where no next update stands before it', () => {
  expect(list(revocationList(ca, [[7]])).revokedSerialNumbers).toEqual(['07']);
});

test('a certificate is revoked by serial number and issuer', () => {
  const crl = list(revocationList(ca, [[5]]));
  expect(crl.revokes(leaf([5]))).toBe(true);
  expect(crl.revokes(leaf([6]))).toBe(false);
  expect(crl.revokes(leaf([5], authority({ subject: '/CN=other' })))).toBe(false);
});

test('the signature is that of the CA', () => {
  const crl = list(revocationList(ca, [[5]]));
  expect(crl.isSignedBy(caCertificate)).toBe(true);
  expect(crl.isSignedBy(Certificate.readAll(authority({ subject: '/O=Example/CN=ca' }).pem)[0])).toBe(false);
  expect(crl.isSignedBy(Certificate.readAll(certificate({ subject: '/CN=other', keys: ca.keys }))[0])).toBe(false);
});

test('an algorithm that is not supported is named', () => {
  const time = writeElement(DerTag.UTC_TIME, Buffer.from('250101000000Z'));
  const md5 = seq(oid('1.2.840.113549.1.1.4'));
  const crl = list(writePem('X509 CRL', signed(ca.keys, seq(integer(1), md5, ca.name, time), md5)));
  expect(() => crl.isSignedBy(caCertificate))
    .toThrow(new Error('revocation list is signed with algorithm 1.2.840.113549.1.1.4, which is not supported: use RSA or ECDSA with SHA-2, or Ed25519'));
});

test('several lists are read in their order', () => {
  expect(RevocationList.readAll(revocationList(ca, [[1]]) + revocationList(ca, [[2]])).map((crl) => crl.revokedSerialNumbers)).toEqual([['01'], ['02']]);
});

test.each([
  ['a certificate', ca.pem, 'crl of gateway holds a `CERTIFICATE` block: expected only `-----BEGIN X509 CRL-----` blocks'],
  ['another structure', writePem('X509 CRL', seq(integer(1))), 'crl of gateway is malformed: found DER tag 0x02 where 0x30 belongs'],
  ['trailing data', writePem('X509 CRL', Buffer.concat([seq(), Buffer.from([1])])), 'crl of gateway has 1 byte of trailing data after its DER'],
  ['a malformed date', revocationList(ca, [], '250230000000Z'), 'crl of gateway has a malformed date'],
  ['no date', writePem('X509 CRL', signed(ca.keys, seq(integer(1), seq(oid('1.2.3')), ca.name))), 'crl of gateway has a malformed date'],
  ['a second one that is damaged', revocationList(ca, []) + writePem('X509 CRL', seq()), 'crl of gateway 2 of 2 is malformed: found nothing where 0x30 belongs'],
])('%s is refused', (_, pem, message) => {
  expect(() => RevocationList.readAll(pem, 'crl of gateway')).toThrow(new Error(message));
});
