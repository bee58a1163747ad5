import { generateKeyPairSync } from 'node:crypto';
import {
  CLIENT_AUTH, DIGITAL_SIGNATURE, KEY_CERT_SIGN, Recipe, SERVER_AUTH, authority, certificate, certificateDer, extension, integer, newKeys, oid, seq,
} from './certificate-builder';
import { Certificate } from '../../src/x509/certificate';
import { DerTag, writeElement } from '../../src/x509/der';
import { printEnvoyName } from '../../src/x509/name-printer';
import { writePem } from '../../src/x509/pem';

const read = (recipe: Recipe) => Certificate.readAll(certificate(recipe))[0];
const refusal = (recipe: Recipe) => {
  try {
    read(recipe);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('fields', () => {
  test('names, dates, serial number and version', () => {
    const issuer = authority({ subject: '/O=Example/CN=ca' });
    const leaf = read({ subject: '/CN=client/O=Example', issuer, serial: [0, 0xab, 0xcd], from: '20500101000000Z', until: '20991231235959Z' });
    expect(printEnvoyName(leaf.subject)).toBe('O=Example,CN=client');
    expect(printEnvoyName(leaf.issuer)).toBe('CN=ca,O=Example');
    expect(leaf.serialNumber).toBe('00abcd');
    expect(leaf.version).toBe(3);
    expect(leaf.notBefore.toISOString()).toBe('2050-01-01T00:00:00.000Z');
    expect(leaf.notAfter.toISOString()).toBe('2099-12-31T23:59:59.000Z');
    expect(leaf.signatureAlgorithm).toBe('1.2.840.10045.4.3.2');
    expect(leaf.publicKeySha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('dates in two-digit years are of 1950 to 2049', () => {
    const leaf = read({ from: '500101000000Z', until: '491231235959Z' });
    expect(leaf.notBefore.getUTCFullYear()).toBe(1950);
    expect(leaf.notAfter.getUTCFullYear()).toBe(2049);
  });

  test('the same key has the same hash in two certificates', () => {
    const keys = newKeys();
    expect(read({ keys }).publicKeySha256).toBe(read({ keys, subject: '/CN=other' }).publicKeySha256);
    expect(read({ keys }).publicKeySha256).not.toBe(read({}).publicKeySha256);
  });

  test('the certificate is written as it was read', () => {
    const pem = certificate({});
    expect(Certificate.readAll(pem.replace(/\n/g, '\r\n'))[0].pem).toBe(pem);
  });

  test('version 1 has no extensions', () => {
    const leaf = read({ version1: true });
    expect(leaf.version).toBe(1);
    expect(leaf.extensions.alternativeNames.dnsNames).toEqual([]);
    expect(leaf.extensions.extendedKeyUsages).toBeUndefined();
  });

  test('a name with a value that is no string is read', () => {
    expect(printEnvoyName(read({ subject: [[{ oid: '2.5.4.45', tag: DerTag.BIT_STRING, value: Buffer.from([0, 1]) }]] }).subject)).toBe('x500UniqueIdentifier=#03020001');
  });
});

describe('extensions', () => {
  test('alternative names by kind, from the DER', () => {
    const { alternativeNames } = read({
      dns: ['a.example.com, URI:spiffe://admin', '*.example.com'],
      uris: ['spiffe://test.client'],
      emails: ['a@b.c'],
      ips: [Buffer.from([10, 0, 0, 1]), Buffer.from('20010db8000000000000000000000001', 'hex')],
    }).extensions;
    expect(alternativeNames).toEqual({
      dnsNames: ['a.example.com, URI:spiffe://admin', '*.example.com'],
      uris: ['spiffe://test.client'],
      ipAddresses: ['10.0.0.1', '2001:db8::1'],
      emailAddresses: ['a@b.c'],
      others: 0,
    });
  });

  test('names of other kinds are counted', () => {
    const registered = writeElement(0x88, Buffer.from([0x2a, 3]));
    expect(read({ extensions: [extension('2.5.29.17', seq(registered))] }).extensions.alternativeNames.others).toBe(1);
  });

  test('usages by name, or by number where there is none', () => {
    const { extensions } = read({ purposes: [SERVER_AUTH, CLIENT_AUTH, '2.5.29.37.0', '1.2.3.4'], keyUsage: [0, 0xff, 0x80] });
    expect(extensions.extendedKeyUsages).toEqual(['serverAuth', 'clientAuth', 'anyExtendedKeyUsage', '1.2.3.4']);
    expect(extensions.keyUsages).toEqual([
      'digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment', 'keyAgreement', 'keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly',
    ]);
  });

  test('basic constraints', () => {
    expect(read({ ca: true, pathLength: 0 }).extensions.basicConstraints).toEqual({ ca: true, pathLength: 0 });
    expect(read({ ca: true }).extensions.basicConstraints).toEqual({ ca: true, pathLength: undefined });
    expect(read({ ca: false }).extensions.basicConstraints).toEqual({ ca: false, pathLength: undefined });
    expect(read({}).extensions.basicConstraints).toBeUndefined();
  });

  test('key identifiers in hex', () => {
    const { extensions } = read({
      extensions: [
        extension('2.5.29.14', writeElement(DerTag.OCTET_STRING, Buffer.from([0xab, 1]))),
        extension('2.5.29.35', seq(writeElement(0x80, Buffer.from([0xcd, 2])))),
      ],
    });
    expect(extensions.subjectKeyId).toBe('ab01');
    expect(extensions.authorityKeyId).toBe('cd02');
    expect(read({ extensions: [extension('2.5.29.35', seq())] }).extensions.authorityKeyId).toBeUndefined();
  });

  // Observed on Envoy 1.40.0: the handshake fails with "unknown certificate" where this says true.
  test.each([
    ['an unknown one', '1.2.3.4', true],
    ['key identifiers', '2.5.29.14', true],
    ['CRL distribution points', '2.5.29.31', true],
    ['name constraints', '2.5.29.30', false],
    ['certificate policies', '2.5.29.32', false],
    ['inhibitAnyPolicy', '2.5.29.54', false],
  ])('critical and not honoured by Envoy: %s', (_, id, refused) => {
    const value = id === '2.5.29.14' ? writeElement(DerTag.OCTET_STRING, Buffer.from([1])) : id === '2.5.29.54' ? integer(0) : seq();
    expect(read({ extensions: [extension(id, value, true)] }).extensions.refusedCritical).toEqual(refused ? [id] : []);
    expect(read({ extensions: [extension(id, value)] }).extensions.refusedCritical).toEqual([]);
  });

  test.each([
    ['repeated', [extension('2.5.29.37', seq(oid(CLIENT_AUTH))), extension('2.5.29.37', seq(oid(CLIENT_AUTH)))],
      'certificate has extension 2.5.29.37 more than once (RFC 5280 section 4.2 allows one)'],
    ['followed by garbage', [extension('2.5.29.17', Buffer.concat([seq(writeElement(0x82, Buffer.from('a'))), Buffer.from([5, 0])]))],
      'extension subjectAltName of certificate has 2 bytes of trailing data after its DER'],
    ['of another type', [extension('2.5.29.19', integer(1))], 'extension basicConstraints of certificate is malformed: found DER tag 0x02 where 0x30 belongs'],
    ['key usage of another type', [extension('2.5.29.15', integer(1))], 'extension keyUsage of certificate is malformed: found DER tag 0x02 where 0x03 belongs'],
    ['with a broken element inside', [extension('2.5.29.37', Buffer.from('30030603ff', 'hex'))], 'extension extKeyUsage of certificate is truncated: the DER ends inside an element'],
    ['with a negative path length', [extension('2.5.29.19', seq(writeElement(DerTag.INTEGER, Buffer.from([0xff]))))],
      'extension basicConstraints of certificate is malformed: expected a flag and a path length that is no negative or huge number'],
    ['with a huge path length', [extension('2.5.29.19', seq(writeElement(DerTag.INTEGER, Buffer.alloc(7, 1))))],
      'extension basicConstraints of certificate is malformed: expected a flag and a path length that is no negative or huge number'],
    ['with two path lengths', [extension('2.5.29.19', seq(integer(1), integer(1)))],
      'extension basicConstraints of certificate is malformed: expected a flag and a path length that is no negative or huge number'],
    ['without a value', [seq(oid('1.2.3'))], 'certificate is malformed: found nothing where 0x04 belongs'],
  ])('an extension that is %s is refused', (_, extensions, message) => {
    expect(refusal({ extensions })).toBe(message);
  });
});

describe('CA', () => {
  test.each<[string, Recipe, boolean]>([
    ['basicConstraints CA:TRUE', { ca: true }, true],
    ['CA:TRUE with keyCertSign', { ca: true, keyUsage: KEY_CERT_SIGN }, true],
    ['CA:TRUE without keyCertSign', { ca: true, keyUsage: DIGITAL_SIGNATURE }, false],
    ['CA:FALSE', { ca: false }, false],
    ['nothing', {}, false],
    ['keyCertSign alone', { keyUsage: KEY_CERT_SIGN }, false],
    ['self-signed version 1', { version1: true }, true],
    ['version 1 of another issuer', { version1: true, issuer: authority() }, false],
  ])('%s: %s', (_, recipe, expected) => {
    expect(read(recipe).isCa).toBe(expected);
  });
});

describe('signatures', () => {
  test('a certificate is signed by its issuer and by nobody else', () => {
    const issuer = authority();
    const [leaf, ca, namesake] = [read({ issuer }), Certificate.readAll(issuer.pem)[0], Certificate.readAll(authority().pem)[0]];
    expect(leaf.isSignedBy(ca)).toBe(true);
    expect(leaf.isSignedBy(namesake)).toBe(false);
    expect(ca.isSignedBy(leaf)).toBe(false);
    expect(leaf.isSelfSigned).toBe(false);
    expect(ca.isSelfSigned).toBe(true);
  });

  test('the name of the issuer counts, not only the key', () => {
    const keys = newKeys();
    const issuer = authority({ keys, subject: '/CN=one' });
    expect(read({ issuer }).isSignedBy(read({ keys, ca: true, subject: '/CN=two' }))).toBe(false);
  });

  test('noOneByteMutationIsEverVerified', () => {
    const issuer = authority();
    const ca = Certificate.readAll(issuer.pem)[0];
    const der = certificateDer({ issuer, dns: ['a.example.com'] });
    for (let at = 0; at < der.length; at += 1) {
      const mutant = Buffer.from(der);
      mutant[at] = (mutant[at] + 1) % 256;
      let read1: Certificate | undefined;
      try {
        [read1] = Certificate.readAll(writePem('CERTIFICATE', mutant));
      } catch { /* refused while reading */ }
      expect(read1?.isSignedBy(ca) ?? false).toBe(false);
    }
  });

  test('a private key of the certificate, and another', () => {
    const keys = newKeys();
    expect(read({ keys }).isOfPrivateKey(keys.privateKey)).toBe(true);
    expect(read({ keys }).isOfPrivateKey(newKeys().privateKey)).toBe(false);
    expect(read({ keys }).isOfPrivateKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)).toBe(false);
  });

  test('equality is that of the bytes', () => {
    const pem = certificate({});
    expect(Certificate.readAll(pem)[0].equals(Certificate.readAll(pem)[0])).toBe(true);
    expect(Certificate.readAll(pem)[0].equals(read({}))).toBe(false);
  });
});

describe('what is no certificate', () => {
  const der = certificateDer({});
  test.each([
    ['trailing data', Buffer.concat([der, Buffer.from([0])]), 'certificate has 1 byte of trailing data after its DER'],
    ['truncated DER', der.subarray(0, -5), 'certificate is truncated: the DER ends inside an element'],
    ['another structure', seq(integer(1)), 'certificate is malformed: found DER tag 0x02 where 0x30 belongs'],
    ['a private key in DER', newKeys().privateKey.export({ type: 'pkcs8', format: 'der' }), 'certificate is malformed: found DER tag 0x02 where 0x30 belongs'],
    ['a bit string', writeElement(DerTag.BIT_STRING, Buffer.from([0])), 'certificate is malformed: found DER tag 0x03 where 0x30 belongs'],
  ])('%s', (_, octets, message) => {
    expect(() => Certificate.readAll(writePem('CERTIFICATE', octets))).toThrow(new Error(message));
  });

  test('the message says which of several', () => {
    const bundle = writePem('CERTIFICATE', der) + writePem('CERTIFICATE', seq(integer(1)));
    expect(() => Certificate.readAll(bundle, 'trust anchor')).toThrow(new Error('trust anchor 2 of 2 is malformed: found DER tag 0x02 where 0x30 belongs'));
  });

  test.each(['250230000000Z', '2501010000Z', '250101000000+0100', '20250101000000.5Z', '20250101240000Z'])('a date of `%s`', (until) => {
    expect(refusal({ until })).toBe('certificate has a malformed date');
  });

  test('a name that Envoy refuses', () => {
    const message = 'value of attribute 2.5.4.3 in subject of certificate is not valid UTF-8: Envoy refuses such a certificate';
    expect(refusal({ subject: [[{ oid: '2.5.4.3', tag: DerTag.UTF8_STRING, value: Buffer.from([0xff]) }]], issuer: authority() })).toBe(message);
  });
});
