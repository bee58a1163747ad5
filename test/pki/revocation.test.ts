import 'reflect-metadata';
import { createSign } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { at, name, NOW, read, rootAndIntermediate } from './support/authorities';
import { ca, certificate, ecKeys, KeyUsageFlags, privateKeyPem, usage } from './support/forge';
import { CertificateAuthority, Clock, IssuedRevocationList, KeyAlgorithm, RevocationReason, Validity } from '../../src/pki';
import { RevocationList } from '../../src/x509/crl';
import { writeElement } from '../../src/x509/der';
import { writePem } from '../../src/x509/pem';

let root: CertificateAuthority;
let intermediate: CertificateAuthority;
let leaf: string;

beforeEach(async () => {
  ({ root, intermediate } = await rootAndIntermediate());
  leaf = (await intermediate.issueServerCertificate({ dnsNames: ['a.example'] })).certificatePem;
});

const parse = (list: IssuedRevocationList) => new x509.X509Crl(list.pem);
const reasons = (list: IssuedRevocationList) => parse(list).entries.map(({ reason }) => reason && x509.X509CrlReason[reason]);

describe('a revocation list', () => {
  test('of a CA that has revoked nothing is empty, numbered 1, and lasts 30 days', async () => {
    const list = await intermediate.issueRevocationList();
    expect(list).toMatchObject({ crlNumber: '1', thisUpdate: '2030-01-31T11:55:00Z', nextUpdate: '2030-03-02T11:54:59Z', revokedSerialNumbers: [] });
    const [own] = RevocationList.readAll(list.pem);
    expect(own.isSignedBy(read(intermediate.certificatePem))).toBe(true);
    expect(own.isSignedBy(read(root.certificatePem))).toBe(false);
    const authority = parse(list).getExtension(x509.AuthorityKeyIdentifierExtension);
    expect(authority?.keyId).toBe(read(intermediate.certificatePem).extensions.subjectKeyId);
    // Neither an empty list of entries nor an empty list of extensions (RFC 5280 section 5.1.2.6).
    expect(parse(list).entries).toEqual([]);
  });

  test('names what was revoked, with reason and date', async () => {
    const revokedBefore = (await intermediate.issueClientCertificate({ subject: name('/CN=b') })).certificatePem;
    intermediate.revoke({ certificatePem: leaf, reason: RevocationReason.KEY_COMPROMISE });
    intermediate.revoke({ certificatePem: revokedBefore, revokedAt: '2030-01-30T10:00:00Z' });
    const list = await intermediate.issueRevocationList({ validity: Validity.days(7) });
    expect(list.revokedSerialNumbers).toEqual([read(leaf).serialNumber, read(revokedBefore).serialNumber]);
    expect(reasons(list)).toEqual(['keyCompromise', undefined]);
    expect(parse(list).entries.map(({ revocationDate }) => revocationDate.toISOString())).toEqual(['2030-01-31T12:00:00.000Z', '2030-01-30T10:00:00.000Z']);
    expect(list.nextUpdate).toBe('2030-02-07T11:54:59Z');
    expect(RevocationList.readAll(list.pem)[0].revokes(read(leaf))).toBe(true);
  });

  test.each(Object.values(RevocationReason))('can give the reason %s', async (reason) => {
    intermediate.revoke({ certificatePem: leaf, reason });
    expect(reasons(await intermediate.issueRevocationList())).toEqual([reason === 'unspecified' ? undefined : reason]);
  });

  test('of the root can name an intermediate', async () => {
    root.revoke({ certificatePem: intermediate.certificatePem, reason: RevocationReason.CA_COMPROMISE });
    expect((await root.issueRevocationList()).revokedSerialNumbers).toEqual([read(intermediate.certificatePem).serialNumber]);
  });

  test('counts up, from the previous one or the last of this object', async () => {
    const first = await intermediate.issueRevocationList();
    expect((await intermediate.issueRevocationList()).crlNumber).toBe('2');
    expect((await intermediate.issueRevocationList({ previousPem: first.pem })).crlNumber).toBe('3');
    const high = await intermediate.issueRevocationList({ crlNumber: 128 });
    expect(high.crlNumber).toBe('128');
    const again = at(NOW, intermediate);
    expect((await again.issueRevocationList({ previousPem: high.pem })).crlNumber).toBe('129');
    // An INTEGER whose first bit is set gets a zero octet in front: 128 is 02 02 00 80.
    expect(Buffer.from(parse(high).getExtension('2.5.29.20')!.value).toString('hex')).toBe('02020080');
  });

  test('keeps all of the previous one', async () => {
    intermediate.revoke({ certificatePem: leaf, reason: RevocationReason.SUPERSEDED });
    const first = await intermediate.issueRevocationList();
    const later = at('2030-02-10', intermediate);
    const other = (await later.issueServerCertificate({ dnsNames: ['b.example'] })).certificatePem;
    later.revoke({ certificatePem: other });
    later.revoke({ certificatePem: leaf, reason: RevocationReason.KEY_COMPROMISE });
    const second = await later.issueRevocationList({ previousPem: first.pem });
    expect(second.revokedSerialNumbers).toEqual([read(leaf).serialNumber, read(other).serialNumber]);
    expect(reasons(second)).toEqual(['superseded', undefined]);
    expect(parse(second).entries[0].revocationDate.toISOString()).toBe('2030-01-31T12:00:00.000Z');
  });

  test('can be issued by a CA with an RSA key', async () => {
    const rsa = await CertificateAuthority.root({ subject: name('/CN=RSA'), keyAlgorithm: KeyAlgorithm.RSA_2048, clock: Clock.at(NOW) }).create();
    expect(RevocationList.readAll((await rsa.issueRevocationList()).pem)[0].isSignedBy(read(rsa.certificatePem))).toBe(true);
  });

  test('is refused with a number that is not greater than the last', async () => {
    const first = await intermediate.issueRevocationList({ crlNumber: 5 });
    const refused = async (crlNumber: unknown, message: string) =>
      expect(at(NOW, intermediate).issueRevocationList({ previousPem: first.pem, crlNumber: crlNumber as number })).rejects
        .toThrow(new Error(message));
    await refused(5, 'the number `5` of a revocation list is not greater than the last one, 5 (RFC 5280 section 5.2.3): leave it out to get the next');
    await refused(0, 'invalid number `0` of a revocation list: expected a whole number of at least 1');
    await refused(1.5, 'invalid number `1.5` of a revocation list: expected a whole number of at least 1');
    await refused('6', 'invalid number `6` of a revocation list: expected a whole number of at least 1');
  });

  test('is refused over a previous one of another CA, damaged, or two', async () => {
    const [ofRoot, own] = [await root.issueRevocationList(), await intermediate.issueRevocationList()];
    const message = 'previous revocation list was not issued by `CN=Intermediate,O=Example`: give the one of this CA, unchanged';
    await expect(intermediate.issueRevocationList({ previousPem: ofRoot.pem })).rejects.toThrow(new Error(message));
    await expect(intermediate.issueRevocationList({ previousPem: own.pem + own.pem }))
      .rejects.toThrow(new Error('previous revocation list holds 2 lists: expected the one of `CN=Intermediate,O=Example`'));
    await expect(intermediate.issueRevocationList({ previousPem: leaf }))
      .rejects.toThrow(new Error('previous revocation list holds a `CERTIFICATE` block: expected only `-----BEGIN X509 CRL-----` blocks'));
  });

  test.each([true, false])('takes over all of a foreign one without a number (with nextUpdate: %p)', async (dated) => {
    const keys = await ecKeys();
    const authority = CertificateAuthority.fromPem({
      certificatePem: await certificate({ keys, name: 'CN=Old', extensions: [ca()] }), privateKeyPem: await privateKeyPem(keys), clock: Clock.at(NOW),
    });
    const old = await x509.X509CrlGenerator.create({
      issuer: 'CN=Old',
      signingKey: keys.privateKey,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' } as never,
      thisUpdate: new Date('2029-01-01'),
      nextUpdate: dated ? new Date('2031-01-01') : undefined,
      extensions: dated ? [new x509.Extension('2.5.29.99', false, Buffer.from([5, 0]))] : undefined,
      entries: [
        { serialNumber: '0f', revocationDate: new Date('2029-01-01'), reason: x509.X509CrlReason.certificateHold },
        { serialNumber: '10', revocationDate: new Date('2029-01-01') },
      ],
    });
    const next = await authority.issueRevocationList({ previousPem: writePem('X509 CRL', Buffer.from(old.rawData)) });
    expect([next.crlNumber, next.revokedSerialNumbers, reasons(next)]).toEqual(['1', ['0f', '10'], ['certificateHold', undefined]]);
  });

  test('takes over a list of version 1, which has no extensions', async () => {
    const [tag, sha256] = ['02010f', '300a06082a8648ce3d040302'];
    const keys = await ecKeys();
    const authority = CertificateAuthority.fromPem({
      certificatePem: await certificate({ keys, name: 'CN=V1', extensions: [ca()] }), privateKeyPem: await privateKeyPem(keys), clock: Clock.at(NOW),
    });
    const seq = (...parts: Buffer[]) => writeElement(0x30, Buffer.concat(parts));
    const date = writeElement(0x17, Buffer.from('290101000000Z'));
    const issuer = Buffer.from(authority.subject.toDer(), 'hex');
    const tbs = seq(Buffer.from(sha256, 'hex'), issuer, date, date, seq(seq(Buffer.from(tag, 'hex'), date)));
    const signature = createSign('SHA256').update(tbs).sign(authority.revealPrivateKeyPem());
    const old = seq(tbs, Buffer.from(sha256, 'hex'), writeElement(0x03, Buffer.concat([Buffer.from([0]), signature])));
    const next = await authority.issueRevocationList({ previousPem: writePem('X509 CRL', old) });
    expect([next.crlNumber, next.revokedSerialNumbers]).toEqual(['1', ['0f']]);
  });

  test('is read the same by the library, with dates on both sides of 2050', async () => {
    const later = at('2039-12-31', root);
    expect(parse(await later.issueRevocationList()).nextUpdate?.toISOString()).toBe('2040-01-29T23:54:59.000Z');
    const century = await CertificateAuthority.root({ subject: name('/CN=x'), clock: Clock.at('2049-12-31'), keyAlgorithm: KeyAlgorithm.EC_P384 }).create();
    century.revoke({ serialNumber: 'ff' });
    const list = parse(await century.issueRevocationList());
    expect([list.thisUpdate.toISOString(), list.nextUpdate?.toISOString()]).toEqual(['2049-12-30T23:55:00.000Z', '2050-01-29T23:54:59.000Z']);
    expect(await list.verify({ publicKey: new x509.X509Certificate(century.certificatePem) })).toBe(true);
    expect(list.entries[0].revocationDate.toISOString()).toBe('2049-12-31T00:00:00.000Z');
    // No empty sequence of extensions: the entry is the number and the date.
    expect(Buffer.from(list.rawData).toString('hex')).toContain('30130202' + '00ff' + '170d3439313233313030303030305a');
  });

  test('is not for more than a year, nor by a CA that may not sign one', async () => {
    await expect(root.issueRevocationList({ validity: Validity.days(367) }))
      .rejects.toThrow(new Error('the validity `367d` of a revocation list is too long: at most `366d` is allowed'));
    const keys = await ecKeys();
    const mute = CertificateAuthority.fromPem({
      certificatePem: await certificate({ keys, extensions: [ca(), usage(KeyUsageFlags.keyCertSign)] }), privateKeyPem: await privateKeyPem(keys),
    });
    await expect(mute.issueRevocationList()).rejects.toThrow(
      new Error('the CA `CN=Forged` may not sign revocation lists: its key usage has no cRLSign; make the CA again with it'),
    );
  });
});

describe('revoking', () => {
  test('by serial number takes it in any of the forms that programs show', async () => {
    intermediate.revoke({ serialNumber: '00AB12' });
    intermediate.revoke({ serialNumber: '7' });
    expect((await intermediate.issueRevocationList()).revokedSerialNumbers).toEqual(['00ab12', '07']);
    expect(() => intermediate.revoke({ serialNumber: 'ab12' })).toThrow(
      new Error('certificate `ab12` is revoked already, since 2030-01-31T12:00:00Z: leave it as it is'),
    );
  });

  test.each<[string, () => object, string]>([
    ['nothing', () => ({}), 'expected either `certificatePem` or `serialNumber` of the certificate to revoke'],
    ['both', () => ({ certificatePem: leaf, serialNumber: '01' }), 'expected either `certificatePem` or `serialNumber` of the certificate to revoke'],
    ['what is no number', () => ({ serialNumber: '0x12' }), 'invalid serial number `0x12`: expected hex digits, as `IssuedCertificate.serialNumber` and OpenSSL show them'],
    ['the number 0', () => ({ serialNumber: '00' }), 'invalid serial number `00`: expected hex digits, as `IssuedCertificate.serialNumber` and OpenSSL show them'],
    ['a number of JavaScript', () => ({ serialNumber: 12 }), 'invalid serial number `12`: expected hex digits, as `IssuedCertificate.serialNumber` and OpenSSL show them'],
    ['an unknown reason', () => ({ certificatePem: leaf, reason: 'removeFromCRL' }),
      'unknown revocation reason `removeFromCRL`: expected one of unspecified, keyCompromise, cACompromise, affiliationChanged, superseded, cessationOfOperation, privilegeWithdrawn'],
    ['the future', () => ({ serialNumber: '01', revokedAt: '2030-02-01' }), 'certificate `1` cannot be revoked in the future: `2030-02-01T00:00:00Z` is after 2030-01-31T12:00:00Z'],
    ['no date', () => ({ serialNumber: '01', revokedAt: 'yesterday' }), 'invalid date `yesterday`: expected ISO 8601 such as `2030-01-31` or `2030-01-31T12:00:00Z`'],
  ])('%s is refused', (_, props, message) => {
    expect(() => intermediate.revoke(props())).toThrow(new Error(message));
  });

  test('is only for what the CA has issued', () => {
    expect(() => root.revoke({ certificatePem: leaf })).toThrow(
      new Error(`certificate \`${read(leaf).serialNumber}\` was not issued by \`CN=Root,O=Example\`: revoke it with the CA that did`),
    );
    expect(() => root.revoke({ certificatePem: root.certificatePem })).toThrow(
      new Error(`certificate \`${read(root.certificatePem).serialNumber}\` is a root, which no list can revoke: take it out of the trust anchors`),
    );
  });
});
