import { at, name, NOW, read, rootAndIntermediate } from './support/authorities';
import { ca, certificate, ecKeys, ExtendedKeyUsage, names, privateKeyPem, purposes, rsaKeys } from './support/forge';
import { SpiffeId } from '../../src/model/spiffe-id';
import { CertificateAuthority, CertificateUsage, IssuedCertificate, KeyAlgorithm, RenewCertificateProps, Validity } from '../../src/pki';

let root: CertificateAuthority;
let intermediate: CertificateAuthority;
let old: IssuedCertificate;

beforeAll(async () => {
  ({ root, intermediate } = await rootAndIntermediate());
  old = await intermediate.issueClientCertificate({
    subject: name('/CN=client/O=Example'),
    spiffeId: SpiffeId.parse('spiffe://partner.example/billing'),
    dnsNames: ['a.example'],
    emailAddresses: ['a@b.example'],
    ipAddresses: ['192.0.2.1'],
    alsoServer: true,
    validity: Validity.days(30),
  });
});

const forRenewal = (issued: IssuedCertificate): RenewCertificateProps => ({ certificatePem: issued.certificatePem });

describe('a renewed certificate', () => {
  test('says the same for as long again, with the same key', async () => {
    const renewed = await at('2030-02-20', intermediate).renewCertificate({ ...forRenewal(old), privateKeyPem: old.revealPrivateKeyPem() });
    const [before, after] = [read(old.certificatePem), read(renewed.certificatePem)];
    expect(after.extensions).toEqual(before.extensions);
    expect(after.subject).toEqual(before.subject);
    expect(after.publicKeySha256).toBe(before.publicKeySha256);
    expect(after.serialNumber).not.toBe(before.serialNumber);
    expect([renewed.chain.notBefore, renewed.chain.notAfter]).toEqual(['2030-02-19T23:55:00Z', '2030-03-21T23:54:59Z']);
    expect(renewed.revealPrivateKeyPem()).toBe(old.revealPrivateKeyPem());
  });

  test('can have a new key, of the old kind or another, and another length', async () => {
    const same = await intermediate.renewCertificate({ ...forRenewal(old), newKey: true });
    expect(read(same.certificatePem).publicKeySha256).not.toBe(read(old.certificatePem).publicKeySha256);
    expect(same.chain.matchesPrivateKey(same.revealPrivateKeyPem())).toBe(true);
    expect(read(same.certificatePem).publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    const otherwise = { newKey: true, keyAlgorithm: KeyAlgorithm.EC_P384, validity: Validity.days(1) };
    const other = await intermediate.renewCertificate({ ...forRenewal(old), ...otherwise });
    expect(read(other.certificatePem).publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'secp384r1' });
    expect(other.chain.notAfter).toBe('2030-02-01T11:54:59Z');
  });

  test('keeps a usage alone', async () => {
    const server = await intermediate.issueServerCertificate({ dnsNames: ['a.example'] });
    expect((await intermediate.renewCertificate(forRenewal(server))).chain.extendedKeyUsages).toEqual(['serverAuth']);
    const client = await intermediate.issueClientCertificate({ subject: name('/CN=client') });
    expect((await intermediate.renewCertificate(forRenewal(client))).chain.extendedKeyUsages).toEqual(['clientAuth']);
  });

  test('may come from another CA, when that is said', async () => {
    await expect(root.renewCertificate(forRenewal(old))).rejects.toThrow(new Error(
      `certificate \`${old.serialNumber}\` was not issued by \`CN=Root,O=Example\`: renew it with the CA that did, or say \`fromOtherAuthority\``,
    ));
    const renewed = await root.renewCertificate({ ...forRenewal(old), fromOtherAuthority: true });
    expect(renewed.chain.issuer.openSsl).toBe('/O=Example/CN=Root');
  });

  test('of another program needs its usage, and is cut to what we allow', async () => {
    const foreign = await certificate({
      keys: await rsaKeys(2560), name: 'CN=old', until: '2040-01-01', extensions: [names({ type: 'dns', value: 'a.example' }, { type: 'url', value: 'urn:a:b' })],
    });
    const props = { certificatePem: foreign, fromOtherAuthority: true };
    await expect(intermediate.renewCertificate(props)).rejects.toThrow(
      new Error(`certificate \`${read(foreign).serialNumber}\` has no extended key usage: say in \`usages\` what it is for`),
    );
    const renewed = await intermediate.renewCertificate({ ...props, usages: [CertificateUsage.SERVER], newKey: true });
    expect([renewed.chain.notAfter, renewed.chain.uris, renewed.chain.allowsServerAuth]).toEqual(['2032-05-05T11:54:59Z', ['urn:a:b'], true]);
    expect(read(renewed.certificatePem).publicKey.asymmetricKeyDetails?.modulusLength).toBe(3072);
  });

  test('of another program is refused if it is for something else than TLS, or weak', async () => {
    const mail = await certificate({ keys: await ecKeys(), extensions: [purposes(ExtendedKeyUsage.emailProtection)] });
    await expect(intermediate.renewCertificate({ certificatePem: mail, fromOtherAuthority: true })).rejects.toThrow(
      new Error('the usages of renewed certificate are missing: expected one or both of server, client'),
    );
    const weak = await certificate({ keys: await rsaKeys(1024), extensions: [purposes(ExtendedKeyUsage.clientAuth)] });
    await expect(intermediate.renewCertificate({ certificatePem: weak, fromOtherAuthority: true })).rejects.toThrow(
      new Error('the key of the certificate to renew is weak: RSA of 1024 bits; use EC P-256, EC P-384 or RSA of 2048 bits or more'),
    );
    const odd = await certificate({ keys: await ecKeys(), extensions: [purposes(ExtendedKeyUsage.clientAuth), names({ type: 'dn', value: 'CN=a' })] });
    await expect(intermediate.renewCertificate({ certificatePem: odd, fromOtherAuthority: true })).rejects.toThrow(new Error(
      `certificate \`${read(odd).serialNumber}\` has an alternative name that is no DNS name, IP address, URI or e-mail address: issue a new one instead`,
    ));
  });

  test.each<[string, () => Partial<RenewCertificateProps>, string]>([
    ['another key', () => ({ privateKeyPem: root.revealPrivateKeyPem() }), 'the private key is not the one of certificate `SERIAL`: give the key that belongs to it'],
    ['an old key and a new one', () => ({ newKey: true, privateKeyPem: old.revealPrivateKeyPem() }),
      'both `newKey` and `privateKeyPem` are given for the renewal: give one, a new key is generated'],
    ['a kind of key without a new key', () => ({ keyAlgorithm: KeyAlgorithm.RSA_2048 }), '`keyAlgorithm` is given for a renewal that keeps the key: leave it out, or say `newKey`'],
    ['too long a time', () => ({ validity: Validity.years(3) }), 'the validity `3y` of renewed certificate is too long: at most `825d` is allowed'],
    ['a root', () => ({ certificatePem: root.certificatePem }), 'certificate `ROOT` is the one of a CA: renew it with `renewRoot` or `renewIntermediate`'],
  ])('is refused with %s', async (_, props, message) => {
    await expect(intermediate.renewCertificate({ ...forRenewal(old), ...props() })).rejects.toThrow(
      new Error(message.replace('SERIAL', old.serialNumber).replace('ROOT', root.chain.serialNumber)),
    );
  });
});

describe('a renewed CA', () => {
  test('that is a root keeps name, key and path length, so that what it has issued stays valid', async () => {
    const renewed = await at('2039-01-01', root).renewRoot();
    expect([renewed.chain.notBefore, renewed.chain.notAfter]).toEqual(['2038-12-31T23:55:00Z', '2048-12-28T23:54:59Z']);
    expect(read(renewed.certificatePem).extensions).toEqual(read(root.certificatePem).extensions);
    expect(intermediate.chain.isSignedBy(renewed.chain)).toBe(true);
    expect(renewed.revealPrivateKeyPem()).toBe(root.revealPrivateKeyPem());
    expect((await at('2039-01-01', root).renewRoot({ validity: Validity.days(1) })).chain.notAfter).toBe('2039-01-01T23:54:59Z');
  });

  test('that is an intermediate keeps name, key and path length, so that what it has issued stays valid', async () => {
    const renewed = await at('2034-01-01', root).renewIntermediate({ authority: intermediate });
    expect(renewed.chain.notAfter).toBe('2038-12-30T23:54:59Z');
    expect(read(renewed.certificatePem).extensions).toEqual(read(intermediate.certificatePem).extensions);
    expect(old.chain.certificates[0].isSignedBy(renewed.chain)).toBe(true);
    expect(renewed.bundlePem).toBe(renewed.certificatePem + root.certificatePem);
    const again = await at('2034-01-01', renewed).issueServerCertificate({ dnsNames: ['a.example'] });
    expect(again.chain.count).toBe(2);
  });

  test('that has no path length gets none', async () => {
    const keys = await ecKeys();
    const unbound = CertificateAuthority.fromPem({
      certificatePem: await certificate({ keys, extensions: [ca()], issuer: { name: 'CN=Elsewhere', keys: await ecKeys() } }), privateKeyPem: await privateKeyPem(keys),
    });
    const renewed = await root.renewIntermediate({ authority: unbound });
    expect(read(renewed.certificatePem).extensions.basicConstraints).toEqual({ ca: true, pathLength: undefined });
    expect(renewed.remainingPathLength).toBe(0);
  });

  test('is of the kind that the method is for', async () => {
    await expect(intermediate.renewRoot()).rejects.toThrow(
      new Error('the CA `CN=Intermediate,O=Example` is no root: renew it with `renewIntermediate` of the CA above it'),
    );
    await expect(root.renewIntermediate({ authority: root })).rejects.toThrow(new Error('the CA `CN=Root,O=Example` is a root: renew it with `renewRoot`'));
    await expect(intermediate.renewIntermediate({ authority: intermediate })).rejects.toThrow('the CA `CN=Intermediate,O=Example` may not have an intermediate below it');
    await expect(root.renewIntermediate({ authority: intermediate.certificatePem as never }))
      .rejects.toThrow(new Error('the intermediate to renew is not a CertificateAuthority: use `CertificateAuthority.fromPem(…)`'));
    await expect(root.renewIntermediate({ authority: intermediate, validity: Validity.years(26) }))
      .rejects.toThrow(new Error('the validity `26y` of intermediate CA is too long: at most `25y` is allowed'));
  });
});

test('the fixed time of these tests is one at which both CAs are valid', () => {
  expect(intermediate.chain.isValidAt(NOW)).toBe(true);
});
