import { name, NOW, read, rootAndIntermediate } from './support/authorities';
import { ca, certificate, ecKeys, ExtendedKeyUsage, Forgery, Keys, KeyUsageFlags, names, notCa, purposes, request, rsaKeys, secondList, unknown, usage } from './support/forge';
import { SpiffeId } from '../../src/model/spiffe-id';
import { CertificateAuthority, CertificateSigningRequest, CertificateUsage, Clock, KeyAlgorithm, Validity } from '../../src/pki';
import { readPem, writePem } from '../../src/x509/pem';

const { SERVER, CLIENT } = CertificateUsage;
const LABEL = 'CERTIFICATE REQUEST';
let intermediate: CertificateAuthority;
let keys: Keys;
let rsa: Keys;

beforeAll(async () => {
  ({ intermediate } = await rootAndIntermediate());
  keys = await ecKeys();
  rsa = await rsaKeys(2048);
});

const made = async (forgery: Partial<Forgery> = {}) => CertificateSigningRequest.fromPem(await request({ keys, ...forgery }));

describe('a request', () => {
  test('shows what is asked for', async () => {
    const asked = await made({
      name: 'CN=requester, O=Example',
      extensions: [
        names({ type: 'dns', value: 'a.example.com' }, { type: 'ip', value: '192.0.2.1' }, { type: 'url', value: 'spiffe://a.example/b' }, { type: 'email', value: 'a@b.example' }),
        purposes(ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth, ExtendedKeyUsage.emailProtection),
        usage(KeyUsageFlags.digitalSignature), notCa(), unknown(false),
      ],
    });
    expect(asked.subject.openSsl).toBe('/CN=requester/O=Example');
    expect([asked.dnsNames, asked.ipAddresses, asked.uris, asked.emailAddresses])
      .toEqual([['a.example.com'], ['192.0.2.1'], ['spiffe://a.example/b'], ['a@b.example']]);
    expect(asked.usages).toEqual([SERVER, CLIENT]);
    expect(asked.keyAlgorithm).toBe(KeyAlgorithm.EC_P256);
  });

  test('may ask for nothing but a subject', async () => {
    const asked = await made({ keys: rsa });
    expect([asked.dnsNames, asked.ipAddresses, asked.uris, asked.emailAddresses, asked.usages]).toEqual([[], [], [], [], []]);
    expect(asked.keyAlgorithm).toBe(KeyAlgorithm.RSA_2048);
  });

  test('may have any of the supported keys and digests', async () => {
    expect((await made({ keys: await ecKeys('P-384'), hash: 'SHA-384' })).keyAlgorithm).toBe(KeyAlgorithm.EC_P384);
    expect((await made({ keys: await rsaKeys(2560, 'SHA-512'), hash: 'SHA-512' })).keyAlgorithm).toBe(KeyAlgorithm.RSA_3072);
    expect((await made({ keys, hash: 'SHA-512' })).keyAlgorithm).toBe(KeyAlgorithm.EC_P256);
  });

  test('is read under its old label too', async () => {
    const old = (await request({ keys })).replace(/CERTIFICATE REQUEST/g, `NEW ${LABEL}`);
    expect(CertificateSigningRequest.fromPem(old).subject.openSsl).toBe('/CN=requester');
  });

  const dns = (value: string) => names({ type: 'dns', value });
  const uris = (...values: string[]) => names(...values.map((value) => ({ type: 'url' as const, value })));

  test.each<[string, () => Partial<Forgery>, string]>([
    ['to be a CA', () => ({ extensions: [ca()] }), 'signing request asks for the certificate of a CA (CA:TRUE), which is never issued for a request: make CAs with `createIntermediate`'],
    ['to sign certificates', () => ({ extensions: [usage(KeyUsageFlags.digitalSignature + KeyUsageFlags.keyCertSign)] }),
      'signing request asks for the key usage keyCertSign, which only a CA has: have it made again with digitalSignature'],
    ['to sign revocation lists', () => ({ extensions: [usage(KeyUsageFlags.cRLSign)] }),
      'signing request asks for the key usage cRLSign, which only a CA has: have it made again with digitalSignature'],
    ['an unknown critical extension', () => ({ extensions: [unknown(true)] }),
      'signing request has the critical extension 1.3.6.1.4.1.99999.1, which is not known here: have it made again without it'],
    ['two lists of extensions', () => ({ extensions: [dns('a.example')], attributes: [secondList(unknown(true))] }),
      'signing request has 2 lists of extensions: have it made again with one'],
    ['the same extension twice', () => ({ extensions: [dns('a.example'), dns('b.example')] }),
      'signing request has extension 2.5.29.17 more than once (RFC 5280 section 4.2 allows one)'],
    ['the same name twice', () => ({ extensions: [names({ type: 'dns', value: 'a.example' }, { type: 'dns', value: 'a.example' })] }),
      '`a.example` stands twice in `dnsNames` of signing request: leave one out'],
    ['a name with NUL', () => ({ extensions: [dns('a.example\0.evil.example')] }),
      'DNS name "a.example\\u0000.evil.example" of signing request holds a control character: take it out'],
    ['a subject with a control character', () => ({ name: 'CN=a\x07b' }),
      'the subject `CN=a\\07b` of signing request holds a control character in attribute 2.5.4.3: take it out'],
    ['two SPIFFE IDs', () => ({ extensions: [uris('spiffe://a.example/b', 'spiffe://a.example/c')] }),
      'signing request has the SPIFFE IDs `spiffe://a.example/b` and `spiffe://a.example/c`: a certificate has one at most (X.509-SVID section 2)'],
    ['a SPIFFE ID and another URI', () => ({ extensions: [uris('spiffe://a.example/b', 'urn:a:b')] }),
      'signing request has the SPIFFE ID `spiffe://a.example/b` and the URI `urn:a:b`: a certificate with a SPIFFE ID has no other URI (X.509-SVID section 2)'],
    ['a SPIFFE ID off the standard', () => ({ extensions: [uris('spiffe://A.example/b')] }),
      'invalid SPIFFE ID `spiffe://A.example/b`: a trust domain is lower case; write `a.example`'],
    ['a name of another kind', () => ({ extensions: [names({ type: 'dn', value: 'CN=a' })] }),
      'signing request asks for an alternative name that is no DNS name, IP address, URI or e-mail address: have it made again without it'],
  ])('is refused that asks for %s', async (_, forgery, message) => {
    const pem = await request({ keys, ...forgery() });
    expect(() => CertificateSigningRequest.fromPem(pem)).toThrow(new Error(message));
  });

  test.each<[string, () => Promise<Partial<Forgery>>, string]>([
    ['RSA of 1024 bits', async () => ({ keys: await rsaKeys(1024) }), 'the key of the signing request is weak: RSA of 1024 bits; use EC P-256, EC P-384 or RSA of 2048 bits or more'],
    ['the curve P-521', async () => ({ keys: await ecKeys('P-521') }),
      'the key of the signing request is on the curve secp521r1, which is not supported: use EC P-256, EC P-384 or RSA of 2048 bits or more'],
    ['RSA and SHA-1', async () => ({ keys: await rsaKeys(2048, 'SHA-1'), hash: 'SHA-1' }),
      'signing request is signed with SHA-1, which can be forged: have it made again, e.g. `openssl req -new -sha256`'],
    ['ECDSA and SHA-1', async () => ({ keys, hash: 'SHA-1' }), 'signing request is signed with SHA-1, which can be forged: have it made again, e.g. `openssl req -new -sha256`'],
  ])('is refused that is signed with %s', async (_, forgery, message) => {
    const pem = await request({ keys, ...await forgery() });
    expect(() => CertificateSigningRequest.fromPem(pem)).toThrow(new Error(message));
  });

  test('is refused when a byte of it was changed', async () => {
    const der = readPem(await request({ keys, name: 'CN=honest' }), { what: 'x', label: LABEL })[0];
    const forged = Buffer.from(der.toString('latin1').replace('honest', 'crooks'), 'latin1');
    expect(() => CertificateSigningRequest.fromPem(writePem(LABEL, forged))).toThrow(
      new Error('the signature of the signing request is not by its own key: it was changed after it was made, or whoever made it does not have the private key'),
    );
  });

  test('is refused when its signature is said to be of another kind than its key', async () => {
    const der = readPem(await request({ keys: rsa }), { what: 'x', label: LABEL })[0].toString('hex');
    // sha256WithRSAEncryption to ecdsa-with-SHA256 and a parameter of the same length; and to RSASSA-PSS.
    const renamed = (oid: string) => writePem(LABEL, Buffer.from(der.replace(/300d06092a864886f70d01010b0500(?=0382010100)/, oid), 'hex'));
    expect(() => CertificateSigningRequest.fromPem(renamed('300d06082a8648ce3d040302040100'))).toThrow('the signature of the signing request is not by its own key');
    expect(() => CertificateSigningRequest.fromPem(renamed('300d06092a864886f70d01010a0500')))
      .toThrow(new Error('signing request is signed with algorithm 1.2.840.113549.1.1.10, which is not supported: use RSA (PKCS #1 v1.5) or ECDSA with SHA-2'));
  });

  test('is refused with a key that OpenSSL does not read', async () => {
    const der = readPem(await request({ keys }), { what: 'x', label: LABEL })[0].toString('hex');
    const offCurve = writePem(LABEL, Buffer.from(der.replace(/(03420004.{10})../, '$1ff'), 'hex'));
    expect(() => CertificateSigningRequest.fromPem(offCurve)).toThrow(new Error('signing request has a public key that OpenSSL does not read'));
  });

  test('is refused when it is not one request', async () => {
    const pem = await request({ keys });
    const refused = (text: unknown, message: string) =>
      expect(() => CertificateSigningRequest.fromPem(text as string)).toThrow(new Error(message));
    refused(pem + pem, 'signing request holds 2 requests: expected one');
    refused(undefined, 'signing request is of type undefined: expected PEM text that begins with `-----BEGIN CERTIFICATE REQUEST-----`');
    refused(await certificate({ keys }), 'signing request holds a `CERTIFICATE` block: expected only `-----BEGIN CERTIFICATE REQUEST-----` blocks');
    refused(writePem(LABEL, Buffer.from('30030201ff', 'hex')), 'signing request is PEM of something that is no signing request, or is damaged');
    refused(pem.replace(/^.*\n-----END/m, '-----END'), 'signing request is truncated: the DER ends inside an element');
  });
});

describe('signing a request', () => {
  test('takes over subject, names and key, and nothing else', async () => {
    const asked = await made({
      name: 'CN=requester, O=Example',
      extensions: [names({ type: 'dns', value: 'a.example.com' }), usage(KeyUsageFlags.digitalSignature + KeyUsageFlags.dataEncipherment), unknown(false), notCa()],
    });
    const issued = await intermediate.signRequest({ request: asked, usages: [SERVER], validity: Validity.days(30) });
    expect(issued.chain.subject.toDer()).toBe(asked.subject.toDer());
    expect(issued.chain.dnsNames).toEqual(['a.example.com']);
    expect(issued.chain.notAfter).toBe('2030-03-02T11:54:59Z');
    expect(read(issued.certificatePem).extensions).toMatchObject({ keyUsages: ['digitalSignature'], extendedKeyUsages: ['serverAuth'], basicConstraints: { ca: false } });
    // 1.3.6.1.4.1.99999.1
    expect(read(issued.certificatePem).der.includes(Buffer.from('2b06010401868d1f01', 'hex'))).toBe(false);
    expect(issued.hasPrivateKey).toBe(false);
    expect(issued.issuersPem).toBe(intermediate.bundlePem);
  });

  test('writes other names and another subject when told so', async () => {
    const asked = await made({ extensions: [names({ type: 'dns', value: 'a.example.com' }, { type: 'email', value: 'a@b.example' })] });
    const issued = await intermediate.signRequest({
      request: asked, usages: [CLIENT], subject: name('/CN=granted'), spiffeId: SpiffeId.parse('spiffe://a.example/b'),
    });
    expect([issued.chain.dnsNames, issued.chain.emailAddresses, issued.chain.uris]).toEqual([[], [], ['spiffe://a.example/b']]);
    expect(issued.chain.subject.openSsl).toBe('/CN=granted');
  });

  test('grants less than is asked for, never something else', async () => {
    const both = await made({ extensions: [purposes(ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth)] });
    expect((await intermediate.signRequest({ request: both, usages: [CLIENT] })).chain.extendedKeyUsages).toEqual(['clientAuth']);
    const asServer = await made({ extensions: [purposes(ExtendedKeyUsage.serverAuth), names({ type: 'dns', value: 'a.example' })] });
    await expect(intermediate.signRequest({ request: asServer, usages: [SERVER, CLIENT] })).rejects.toThrow(
      new Error('signing request asks for the extended key usage `serverAuth`, not for use as a client: grant what it asks for, or have it made again'),
    );
  });

  test('is refused without usages, for a server without a host, and for what is no request', async () => {
    const asked = await made();
    await expect(intermediate.signRequest({ request: asked, usages: [] })).rejects.toThrow(
      new Error('the usages of certificate for a signing request are missing: expected one or both of server, client'),
    );
    await expect(intermediate.signRequest({ request: asked, usages: [SERVER] })).rejects.toThrow('certificate for a signing request has no DNS name and no IP address');
    await expect(intermediate.signRequest({ request: 'pem' as never, usages: [SERVER] })).rejects.toThrow(
      new Error('the request to sign is not a CertificateSigningRequest: use `CertificateSigningRequest.fromPem(…)`'),
    );
  });

  test('uses RSA keys of the requester as RSA', async () => {
    const root = await CertificateAuthority.root({ subject: name('/CN=RSA'), keyAlgorithm: KeyAlgorithm.RSA_2048, clock: Clock.at(NOW) }).create();
    const issued = await root.signRequest({ request: await made({ keys: rsa }), usages: [SERVER], dnsNames: ['a.example'] });
    expect(read(issued.certificatePem).extensions.keyUsages).toEqual(['digitalSignature', 'keyEncipherment']);
    expect(read(issued.certificatePem).signatureAlgorithm).toBe('1.2.840.113549.1.1.11');
  });
});
