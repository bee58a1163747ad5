import { inspect } from 'node:util';
import { at, name, NOW, read, rootAndIntermediate } from './support/authorities';
import { ca, certificate, ecKeys, KeyUsageFlags, notCa, privateKeyPem, rsaKeys, unknown, usage } from './support/forge';
import { CertificateChain } from '../../src/model/certificate-chain';
import { SpiffeId } from '../../src/model/spiffe-id';
import { CertificateAuthority, Clock, IssuedCertificate, KeyAlgorithm, Validity } from '../../src/pki';

let root: CertificateAuthority;
let intermediate: CertificateAuthority;
const server = { dnsNames: ['api.example.com'] };
const spiffeId = SpiffeId.parse('spiffe://partner.example/billing');

beforeAll(async () => {
  ({ root, intermediate } = await rootAndIntermediate());
});

describe('a root', () => {
  test('is a CA for ten years, with room for one level of intermediates', () => {
    const made = read(root.certificatePem);
    expect(made).toMatchObject({ version: 3, isSelfSigned: true, isCa: true });
    expect(made.extensions).toMatchObject({
      basicConstraints: { ca: true, pathLength: 1 }, keyUsages: ['keyCertSign', 'cRLSign'], extendedKeyUsages: undefined, refusedCritical: [],
    });
    expect(made.extensions.authorityKeyId).toBe(made.extensions.subjectKeyId);
    expect([root.chain.notBefore, root.chain.notAfter]).toEqual(['2030-01-31T11:55:00Z', '2040-01-29T11:54:59Z']);
    expect(root.isRoot).toBe(true);
    expect(root.remainingPathLength).toBe(1);
    expect(root.subject.openSsl).toBe('/O=Example/CN=Root');
    expect(root.bundlePem).toBe(root.certificatePem);
    expect(String(root)).toBe('root CA /O=Example/CN=Root until 2040-01-29T11:54:59Z');
  });

  test('can be made twice from one description, each time with its own key and serial number', async () => {
    const description = CertificateAuthority.root({ subject: name('/CN=Twice'), keyAlgorithm: KeyAlgorithm.EC_P384, pathLength: 0, validity: Validity.days(1) });
    const [one, two] = [await description.create(), await description.create()];
    expect(one.revealPrivateKeyPem()).not.toBe(two.revealPrivateKeyPem());
    expect(one.chain.serialNumber).not.toBe(two.chain.serialNumber);
    expect(read(one.certificatePem).publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'secp384r1' });
    expect(Math.abs(Date.parse(one.chain.notBefore) + 300_000 - Date.now())).toBeLessThan(60_000);
  });

  test.each([
    [{}, "the subject of root CA is missing: use e.g. `DistinguishedName.fromOpenSsl('/CN=client/O=Example')`"],
    [{ subject: name('/') }, "the subject of the root CA is empty, but a CA has a name (RFC 5280 section 4.1.2.6): use e.g. `DistinguishedName.fromOpenSsl('/CN=Example CA')`"],
    [{ subject: name('/CN=x'), pathLength: -1 }, 'invalid path length `-1` of the root CA: expected a whole number from 0 to 9'],
    [{ subject: name('/CN=x'), validity: Validity.years(26) }, 'the validity `26y` of root CA is too long: at most `25y` is allowed'],
    [{ subject: name('/CN=x'), keyAlgorithm: 'rsa-1024' }, 'unknown key algorithm `rsa-1024`: expected one of ec-p256, ec-p384, rsa-2048, rsa-3072, rsa-4096'],
  ])('is refused for %p', (props, message) => {
    expect(() => CertificateAuthority.root(props as never)).toThrow(new Error(message));
  });
});

describe('an intermediate', () => {
  test('is a CA for five years, signed by the root, that issues no further CA', () => {
    const made = read(intermediate.certificatePem);
    expect(made.isSignedBy(read(root.certificatePem))).toBe(true);
    expect(made.extensions).toMatchObject({ basicConstraints: { ca: true, pathLength: 0 }, keyUsages: ['keyCertSign', 'cRLSign'] });
    expect(made.extensions.authorityKeyId).toBe(read(root.certificatePem).extensions.subjectKeyId);
    expect(intermediate.bundlePem).toBe(intermediate.certificatePem + root.certificatePem);
    expect(intermediate.chain.notAfter).toBe('2035-01-30T11:54:59Z');
    expect(intermediate.isRoot).toBe(false);
    expect(intermediate.remainingPathLength).toBe(0);
    expect(String(intermediate)).toBe('intermediate CA /O=Example/CN=Intermediate until 2035-01-30T11:54:59Z');
  });

  test('may stand at any depth that the root allows, and not one deeper', async () => {
    let authority = await CertificateAuthority.root({ subject: name('/CN=Deep'), pathLength: 3, clock: Clock.at(NOW) }).create();
    for (const pathLength of [2, 1, 0]) {
      authority = await authority.createIntermediate({ subject: name(`/CN=Level ${pathLength}`), pathLength });
    }
    expect(authority.chain.count).toBe(4);
    expect((await authority.issueServerCertificate(server)).chain.count).toBe(4);
    await expect(authority.createIntermediate({ subject: name('/CN=Too deep') })).rejects.toThrow(new Error(
      'the CA `CN=Level 0` may not have an intermediate below it: its path length is 0 (RFC 5280 section 4.2.1.9); '
      + 'issue from a CA above it, or make it again with a greater `pathLength`',
    ));
  });

  test('asks for no more room than its issuer has', async () => {
    await expect(root.createIntermediate({ subject: name('/CN=x'), pathLength: 1 })).rejects.toThrow(new Error(
      'the path length 1 of an intermediate of `CN=Root,O=Example` is too great: at most 0 is left (RFC 5280 section 4.2.1.9)',
    ));
  });

  test('may have any path length below a root without one', async () => {
    const keys = await ecKeys();
    const unbound = CertificateAuthority.fromPem({
      certificatePem: await certificate({ keys, extensions: [ca()] }), privateKeyPem: await privateKeyPem(keys), clock: Clock.at(NOW),
    });
    expect(unbound.remainingPathLength).toBeUndefined();
    expect((await unbound.createIntermediate({ subject: name('/CN=x'), pathLength: 9 })).remainingPathLength).toBe(9);
  });

  test('is bound by the CAs above its issuer too', async () => {
    const [rootKeys, keys] = [await ecKeys(), await ecKeys()];
    const forgedRoot = await certificate({ name: 'CN=Narrow', keys: rootKeys, extensions: [ca(1)] });
    const wide = await certificate({ name: 'CN=Wide', keys, extensions: [ca(5)], issuer: { name: 'CN=Narrow', keys: rootKeys } });
    const privateKey = await privateKeyPem(keys);
    const authority = CertificateAuthority.fromPem({ certificatePem: wide + forgedRoot, privateKeyPem: privateKey, clock: Clock.at(NOW) });
    expect(authority.remainingPathLength).toBe(0);
    await expect(authority.createIntermediate({ subject: name('/CN=x') })).rejects.toThrow('the CA `CN=Wide` may not have an intermediate below it: its path length is 0');
  });

  test('of the usual validity ends with its issuer at the latest', async () => {
    const late = await at('2038-01-01', root).createIntermediate({ subject: name('/CN=Late') });
    expect([late.chain.certificates[0].notBefore, late.chain.certificates[0].notAfter]).toEqual(['2037-12-31T23:55:00Z', root.chain.notAfter]);
  });

  test('has a name and does not outlive its issuer when told how long', async () => {
    await expect(root.createIntermediate({ subject: name('/') })).rejects.toThrow('the subject of the intermediate CA is empty');
    await expect(root.createIntermediate({ subject: name('/CN=x'), validity: Validity.years(11) })).rejects.toThrow(new Error(
      'intermediate CA would be valid until 2041-01-28T11:54:59Z and outlive its CA `CN=Root,O=Example`, whose chain ends on 2040-01-29T11:54:59Z: '
      + 'give a `validity` of at most 3650 days, or renew the CA first',
    ));
  });
});

describe('a server certificate', () => {
  test('has its names, its own key and 90 days', async () => {
    const issued = await intermediate.issueServerCertificate({ dnsNames: ['api.example.com', '*.example.com'], ipAddresses: ['192.0.2.1', '2001:db8::1'] });
    const { chain } = issued;
    expect(chain.dnsNames).toEqual(['api.example.com', '*.example.com']);
    expect(chain.covers('other.example.com') && chain.covers('2001:db8::1')).toBe(true);
    expect(chain.subject.openSsl).toBe('/CN=api.example.com');
    expect(chain.issuer.openSsl).toBe('/O=Example/CN=Intermediate');
    expect([chain.notBefore, chain.notAfter]).toEqual(['2030-01-31T11:55:00Z', '2030-05-01T11:54:59Z']);
    expect([chain.allowsServerAuth, chain.allowsClientAuth, chain.isLinked, chain.isCa]).toEqual([true, false, true, false]);
    expect(chain.matchesPrivateKey(issued.revealPrivateKeyPem())).toBe(true);
    expect(issued.chainPem).toBe(issued.certificatePem + intermediate.certificatePem);
    expect(issued.issuersPem).toBe(intermediate.certificatePem + root.certificatePem);
    expect(issued.hasPrivateKey).toBe(true);
    expect(chain.isSignedBy(CertificateChain.fromPem(root.certificatePem))).toBe(true);
    expect(String(issued)).toBe(`certificate ${issued.serialNumber} of /CN=api.example.com until 2030-05-01T11:54:59Z`);
  });

  test.each<[KeyAlgorithm, boolean | undefined, object]>([
    [KeyAlgorithm.EC_P256, undefined, { keyUsages: ['digitalSignature'], extendedKeyUsages: ['serverAuth'] }],
    [KeyAlgorithm.EC_P384, true, { keyUsages: ['digitalSignature'], extendedKeyUsages: ['serverAuth', 'clientAuth'] }],
    [KeyAlgorithm.RSA_2048, false, { keyUsages: ['digitalSignature', 'keyEncipherment'], extendedKeyUsages: ['serverAuth'] }],
    [KeyAlgorithm.RSA_3072, true, { keyUsages: ['digitalSignature', 'keyEncipherment'], extendedKeyUsages: ['serverAuth', 'clientAuth'] }],
  ])('with a key %s, also for a client %p, says what it is for', async (keyAlgorithm, alsoClient, expected) => {
    const issued = await root.issueServerCertificate({ ...server, keyAlgorithm, alsoClient });
    expect(read(issued.certificatePem).extensions).toMatchObject({ ...expected, basicConstraints: { ca: false } });
  });

  test.each<[object, string]>([
    [{}, 'server certificate has no DNS name and no IP address, and clients do not look at the subject (RFC 9525 section 2): give `dnsNames`'],
    [{ subject: name('/CN=a.example') }, 'server certificate has no DNS name and no IP address, and clients do not look at the subject (RFC 9525 section 2): give `dnsNames`'],
    [{ dnsNames: ['a.example', 'a.example'] }, '`a.example` stands twice in `dnsNames` of server certificate: leave one out'],
    [{ ...server, validity: Validity.days(826) }, 'the validity `826d` of server certificate is too long: at most `825d` is allowed'],
    [{ ...server, keyAlgorithm: 'dsa' }, 'unknown key algorithm `dsa`: expected one of ec-p256, ec-p384, rsa-2048, rsa-3072, rsa-4096'],
    [{ ...server, subject: 'CN=a' }, "the subject of server certificate is not a DistinguishedName but string: use e.g. `DistinguishedName.fromOpenSsl('/CN=client/O=Example')`"],
  ])('is refused for %p', async (props, message) => {
    await expect(intermediate.issueServerCertificate(props)).rejects.toThrow(new Error(message));
  });
});

describe('a client certificate', () => {
  test('has the subject byte for byte, so that Envoy prints what was granted', async () => {
    const subject = name('/C=DE/CN=client/O=Example, Inc./OU=a+OU=b/emailAddress=ops@example.com/2.5.4.97=VATDE-1');
    const issued = await intermediate.issueClientCertificate({ subject });
    expect(issued.chain.subject.toDer()).toBe(subject.toDer());
    expect(issued.chain.subject.envoySubject).toBe('2.5.4.97=#0C0756415444452D31,emailAddress=ops@example.com,OU=b+OU=a,O=Example\\, Inc.,CN=client,C=DE');
    expect([issued.chain.allowsServerAuth, issued.chain.allowsClientAuth]).toEqual([false, true]);
    expect(issued.chain.uris).toEqual([]);
  });

  test('with a SPIFFE ID alone has an empty subject and a critical alternative name', async () => {
    const issued = await intermediate.issueClientCertificate({ spiffeId, keyAlgorithm: KeyAlgorithm.RSA_2048 });
    expect(issued.chain.uris).toEqual([spiffeId.uri]);
    expect(issued.chain.subject.isEmpty).toBe(true);
    expect(read(issued.certificatePem).extensions.keyUsages).toEqual(['digitalSignature']);
    // subjectAltName, critical
    expect(read(issued.certificatePem).der.includes(Buffer.from('0603551d110101ff', 'hex'))).toBe(true);
    expect(String(issued)).toMatch(/^certificate [0-9a-f]+ of \/ until /);
  });

  test('can be a server too, then with a host', async () => {
    const issued = await intermediate.issueClientCertificate({ spiffeId, ...server, emailAddresses: ['ops@example.com'], alsoServer: true });
    expect([issued.chain.allowsServerAuth, issued.chain.allowsClientAuth]).toEqual([true, true]);
    await expect(intermediate.issueClientCertificate({ spiffeId, alsoServer: true })).rejects.toThrow('client certificate has no DNS name and no IP address');
  });

  test('names somebody', async () => {
    await expect(intermediate.issueClientCertificate({}))
      .rejects.toThrow(new Error('client certificate names nobody: give a `subject`, a `spiffeId` or another name'));
  });
});

describe('serial numbers', () => {
  test('are positive, random in 128 bits, and at most 20 octets in the DER (RFC 5280 section 4.1.2.2)', async () => {
    const serials = await Promise.all(Array.from({ length: 24 }, async () => (await root.issueServerCertificate(server)).serialNumber));
    expect(new Set(serials).size).toBe(24);
    serials.forEach((serial) => {
      expect(serial).toMatch(/^(00[89a-f][0-9a-f]{31}|[0-7][0-9a-f]{1,31})$/);
    });
    // 24 numbers in which one of the 128 bits never changes: once in 65536 runs.
    const bits = serials.map((serial) => BigInt(`0x${serial}`));
    const ever = bits.reduce((a, b) => a | b); // eslint-disable-line no-bitwise
    expect(ever.toString(2).split('').filter((bit) => bit === '1').length).toBeGreaterThan(120);
  });
});

describe('time', () => {
  test('nothing is issued by a CA that has expired, nor below one', async () => {
    await expect(at('2036-01-01', intermediate).issueServerCertificate(server)).rejects.toThrow(
      new Error('the CA `CN=Intermediate,O=Example` has expired on 2035-01-30T11:54:59Z: renew it before it issues anything'),
    );
    await expect(at('2041-01-01', root).createIntermediate({ subject: name('/CN=x') })).rejects.toThrow('the CA `CN=Root,O=Example` has expired on 2040-01-29T11:54:59Z');
    await expect(at('2041-01-01', root).issueRevocationList()).rejects.toThrow('the CA `CN=Root,O=Example` has expired');
  });

  test('nothing is issued before the CA is valid', async () => {
    await expect(at('2029-01-01', root).issueServerCertificate(server)).rejects.toThrow(
      new Error('the CA `CN=Root,O=Example` is not valid before 2030-01-31T11:55:00Z: check the clock, which says 2029-01-01T00:00:00Z'),
    );
  });

  test('nothing outlives any CA of its chain', async () => {
    await expect(at('2034-12-31', intermediate).issueServerCertificate({ ...server, validity: Validity.days(31) })).rejects.toThrow(new Error(
      'server certificate would be valid until 2035-01-30T23:54:59Z and outlive its CA `CN=Intermediate,O=Example`, whose chain ends on 2035-01-30T11:54:59Z: '
      + 'give a `validity` of at most 30 days, or renew the CA first',
    ));
    await expect(at('2035-01-29', intermediate).issueServerCertificate(server)).rejects.toThrow('give a `validity` of at most 1 day, or renew the CA first');
    await expect(at('2035-01-30', intermediate).issueServerCertificate(server)).rejects.toThrow('ends on 2035-01-30T11:54:59Z: renew the CA first');
    expect((await at('2034-12-31', intermediate).issueServerCertificate({ ...server, validity: Validity.days(30) })).chain.notAfter).toBe('2035-01-29T23:54:59Z');
  });

  test('dates from 2050 on are written so that they are read as such', async () => {
    const later = await CertificateAuthority.root({ subject: name('/CN=Later'), clock: Clock.at('2049-12-31T23:00:00Z') }).create();
    const issued = await later.issueServerCertificate(server);
    expect([issued.chain.notBefore, issued.chain.notAfter]).toEqual(['2049-12-31T22:55:00Z', '2050-03-31T22:54:59Z']);
  });
});

describe('a CA from PEM', () => {
  test('issues as the one it was made from', async () => {
    const issued = await at(NOW, intermediate).issueServerCertificate(server);
    expect(issued.issuersPem).toBe(intermediate.bundlePem);
  });

  test('does without its root, which then is in no bundle', async () => {
    const loaded = CertificateAuthority.fromPem({
      certificatePem: intermediate.certificatePem, privateKeyPem: intermediate.revealPrivateKeyPem(), clock: Clock.at(NOW),
    });
    expect((await loaded.issueServerCertificate(server)).chainPem).toContain(intermediate.certificatePem);
    expect(loaded.bundlePem).toBe(intermediate.certificatePem);
  });

  test('goes by the clock of the machine unless told otherwise', async () => {
    const keys = await ecKeys();
    const certificatePem = await certificate({ keys, extensions: [ca()] });
    const loaded = CertificateAuthority.fromPem({ certificatePem, privateKeyPem: await privateKeyPem(keys) });
    const { chain } = await loaded.issueServerCertificate(server);
    expect(chain.isValidAt(new Date().toISOString())).toBe(true);
    // Forged without key identifiers: the one of the key is computed.
    expect(chain.isSignedBy(loaded.chain)).toBe(true);
  });

  const load = (certificatePem: unknown, privateKey: unknown) => () => CertificateAuthority.fromPem({
    certificatePem: certificatePem as string, privateKeyPem: privateKey as string,
  });

  test('is refused when it is the certificate of a server', async () => {
    const issued = await root.issueServerCertificate(server);
    expect(load(issued.certificatePem, issued.revealPrivateKeyPem())).toThrow(new Error(
      'certificate `CN=api.example.com` may not issue certificates: its basicConstraints do not say CA:TRUE; give the certificate of a CA (RFC 5280 section 4.2.1.9)',
    ));
  });

  test('is refused when it has no basicConstraints, no keyCertSign, or an unknown critical extension', async () => {
    const keys = await ecKeys();
    const key = await privateKeyPem(keys);
    expect(load(await certificate({ keys }), key)).toThrow('its basicConstraints do not say CA:TRUE');
    expect(load(await certificate({ keys, extensions: [notCa()] }), key)).toThrow('its basicConstraints do not say CA:TRUE');
    expect(load(await certificate({ keys, extensions: [ca(), usage(KeyUsageFlags.digitalSignature)] }), key)).toThrow(new Error(
      'certificate `CN=Forged` may not issue certificates: its key usage has no keyCertSign; give a CA whose key may sign certificates (RFC 5280 section 4.2.1.3)',
    ));
    expect(load(await certificate({ keys, extensions: [ca(), unknown(true)] }), key)).toThrow(new Error(
      'certificate `CN=Forged` may not issue certificates: its extension 1.3.6.1.4.1.99999.1 is critical, and Envoy does not know it, so that it refuses whatever this CA issues',
    ));
    expect(load(await certificate({ keys, extensions: [ca(), unknown(false)] }), key)).not.toThrow();
  });

  test('is refused when it is signed with SHA-1, unless it is the root', async () => {
    const [rootKeys, keys] = [await rsaKeys(2048, 'SHA-1'), await ecKeys()];
    const forgedRoot = await certificate({ name: 'CN=Old', keys: rootKeys, hash: 'SHA-1', extensions: [ca()] });
    expect(load(forgedRoot, await privateKeyPem(rootKeys))).not.toThrow();
    const below = await certificate({ keys, hash: 'SHA-1', extensions: [ca()], issuer: { name: 'CN=Old', keys: rootKeys } });
    expect(load(below + forgedRoot, await privateKeyPem(keys))).toThrow(new Error(
      'certificate `CN=Forged` may not issue certificates: it is signed with SHA-1, and clients refuse the whole chain; have it issued again with SHA-256',
    ));
  });

  test('is refused with another key', () => {
    expect(load(root.certificatePem, intermediate.revealPrivateKeyPem())).toThrow(
      new Error('the private key is not the one of the CA certificate `CN=Root,O=Example`: give the key that belongs to the first certificate'),
    );
  });

  test('is refused when the CAs above it are another chain', async () => {
    const other = await CertificateAuthority.root({ subject: name('/O=Example/CN=Root') }).create();
    const message = 'the CA certificates are not a chain: expected the certificate of the signing CA, then its issuer, and so on up to the root';
    expect(load(intermediate.certificatePem + other.certificatePem, intermediate.revealPrivateKeyPem())).toThrow(new Error(message));
    expect(load(root.certificatePem + intermediate.certificatePem, root.revealPrivateKeyPem())).toThrow(new Error(message));
  });

  test.each<[string, () => Promise<Parameters<typeof privateKeyPem>[0]>, string]>([
    ['RSA of 1024 bits', () => rsaKeys(1024), 'private key of the CA is weak: RSA of 1024 bits; use EC P-256, EC P-384 or RSA of 2048 bits or more'],
    ['RSA with exponent 3', () => rsaKeys(2048, 'SHA-256', [3]), 'private key of the CA is weak: RSA with the public exponent 3; generate one with 65537'],
    ['EC P-521', () => ecKeys('P-521'), 'private key of the CA is on the curve secp521r1, which is not supported: use EC P-256, EC P-384 or RSA of 2048 bits or more'],
  ])('is refused with a key that is %s', async (_, keys, message) => {
    expect(load(root.certificatePem, await privateKeyPem(await keys()))).toThrow(new Error(message));
  });

  test('is refused with a key of another kind', () => {
    const ed25519 = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n';
    expect(load(root.certificatePem, ed25519))
      .toThrow(new Error('private key of the CA is of type ed25519, which is not supported: use EC P-256, EC P-384 or RSA of 2048 bits or more'));
  });

  test.each<[string, () => [unknown, unknown], string]>([
    ['nothing', () => [undefined, undefined], 'CA certificate is of type undefined: expected PEM text that begins with `-----BEGIN CERTIFICATE-----`'],
    ['a key for a certificate', () => [root.revealPrivateKeyPem(), root.revealPrivateKeyPem()],
      'CA certificate holds a private key (`PRIVATE KEY`): expected only `-----BEGIN CERTIFICATE-----` blocks'],
    ['a certificate for a key', () => [root.certificatePem, root.certificatePem],
      'private key of the CA holds `CERTIFICATE`: expected one block `-----BEGIN PRIVATE KEY-----`'],
    ['a truncated key', () => [root.certificatePem, root.revealPrivateKeyPem().slice(0, 100)],
      'private key of the CA is truncated: the PEM block that begins in line 1 has no `-----END PRIVATE KEY-----`'],
  ])('is refused for %s', (_, arguments_, message) => {
    expect(load(...arguments_())).toThrow(new Error(message));
  });
});

describe('private keys', () => {
  test('are not seen when the objects are logged, in whatever form', async () => {
    const issued = await intermediate.issueServerCertificate(server);
    const secrets = [issued.revealPrivateKeyPem(), intermediate.revealPrivateKeyPem(), root.revealPrivateKeyPem()].flatMap((pem) => pem.split('\n').slice(1, -2));
    expect(secrets.length).toBeGreaterThan(5);
    const objects: unknown[] = [issued, intermediate, root, { nested: [issued, root] }, CertificateAuthority.root({ subject: name('/CN=x') })];
    const seen = objects.flatMap((object) => [
      String(object), `${JSON.stringify(object)}`, inspect(object, { depth: Infinity, showHidden: true, getters: false }),
      JSON.stringify({ ...object as object }), inspect(structuredCloneOr(object)),
    ]).join('\n');
    secrets.forEach((line) => expect(seen).not.toContain(line));
    expect(seen).not.toContain('PRIVATE KEY');
  });

  test('are not in error messages', async () => {
    const broken = root.revealPrivateKeyPem().replace(/^(.*\n.)./, '$1!');
    expect(() => CertificateAuthority.fromPem({ certificatePem: root.certificatePem, privateKeyPem: broken })).toThrow(/^private key of the CA has a PEM block in line 1 whose base64 is malformed or truncated$/);
  });

  test('are PKCS #8 and match', () => {
    expect(root.revealPrivateKeyPem()).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(root.chain.matchesPrivateKey(root.revealPrivateKeyPem())).toBe(true);
  });

  test('that are not known cannot be revealed', async () => {
    const renewed = await intermediate.renewCertificate({ certificatePem: (await intermediate.issueServerCertificate(server)).certificatePem });
    expect(renewed.hasPrivateKey).toBe(false);
    expect(() => renewed.revealPrivateKeyPem()).toThrow(new Error(
      `the private key of certificate \`${renewed.serialNumber}\` is not known here: it is with whoever made the signing request, or in the file of the old certificate`,
    ));
  });
});

function structuredCloneOr(object: unknown): unknown {
  try {
    return structuredClone(object);
  } catch {
    return object instanceof IssuedCertificate;
  }
}
