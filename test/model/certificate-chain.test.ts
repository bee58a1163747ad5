import { CertificateChain } from '../../src/model/certificate-chain';
import { CLIENT_AUTH, KEY_CERT_SIGN, SERVER_AUTH, authority, certificate, keyPem, newKeys } from '../x509/certificate-builder';

const root = authority({ subject: '/O=Example/CN=root', until: '400101000000Z' });
const issuing = authority({ subject: '/CN=issuing', issuer: root, keyUsage: KEY_CERT_SIGN, until: '300101000000Z' });
const keys = newKeys();
const leafPem = certificate({
  subject: '/CN=gateway/O=Example',
  issuer: issuing,
  keys,
  serial: [0x0a, 0xbc],
  from: '250101000000Z',
  until: '260101000000Z',
  dns: ['*.mtls.example.com'],
  uris: ['spiffe://test.com'],
  ips: [Buffer.from([10, 0, 0, 1])],
  emails: ['a@b.c'],
  purposes: [SERVER_AUTH],
  ca: false,
});
const chain = CertificateChain.fromPem(leafPem + issuing.pem);
const anchor = CertificateChain.fromPem(root.pem);

test('it tells what the leaf says', () => {
  expect(chain.subject.openSsl).toBe('/CN=gateway/O=Example');
  expect(chain.issuer.openSsl).toBe('/CN=issuing');
  expect(chain.serialNumber).toBe('0abc');
  expect(chain.dnsNames).toEqual(['*.mtls.example.com']);
  expect(chain.uris).toEqual(['spiffe://test.com']);
  expect(chain.ipAddresses).toEqual(['10.0.0.1']);
  expect(chain.emailAddresses).toEqual(['a@b.c']);
  expect(chain.notBefore).toBe('2025-01-01T00:00:00Z');
  expect(chain.notAfter).toBe('2026-01-01T00:00:00Z');
  expect(chain.extendedKeyUsages).toEqual(['serverAuth']);
  expect(chain.allowsServerAuth).toBe(true);
  expect(chain.allowsClientAuth).toBe(false);
  expect(chain.isCa).toBe(false);
  expect(chain.isSelfSigned).toBe(false);
  expect(chain.count).toBe(2);
});

test('it tells what a root says', () => {
  expect(anchor.isCa).toBe(true);
  expect(anchor.isSelfSigned).toBe(true);
  expect(anchor.extendedKeyUsages).toEqual([]);
  expect(anchor.dnsNames).toEqual([]);
});

test('lists are copies', () => {
  chain.dnsNames.push('evil.example.com');
  chain.extendedKeyUsages.push('clientAuth');
  chain.certificates.pop();
  expect(chain.dnsNames).toEqual(['*.mtls.example.com']);
  expect(chain.extendedKeyUsages).toEqual(['serverAuth']);
  expect(chain.certificates).toHaveLength(2);
});

test('the text is normalised', () => {
  const untidy = `\r\n  ${(leafPem + '\n\n' + issuing.pem).replace(/\n/g, '\r\n  ')}`;
  expect(CertificateChain.fromPem(untidy).pem).toBe(leafPem + issuing.pem);
});

test('each certificate is had alone', () => {
  expect(chain.certificates.map(({ subject, count }) => [subject.openSsl, count])).toEqual([['/CN=gateway/O=Example', 1], ['/CN=issuing', 1]]);
  expect(chain._certificates()).toHaveLength(2);
});

test('hosts', () => {
  expect(chain.covers('httpbin.mtls.example.com')).toBe(true);
  expect(chain.covers('*.mtls.example.com')).toBe(true);
  expect(chain.covers('gateway')).toBe(false);
  expect(() => chain.covers('')).toThrow(new Error('invalid host ``: expected a name such as `api.example.com` or `*.example.com`'));
  expect(() => chain.covers(undefined as any)).toThrow(new Error('invalid host `undefined`: expected a name such as `api.example.com` or `*.example.com`'));
});

test('the private key', () => {
  expect(chain.matchesPrivateKey(keyPem(keys))).toBe(true);
  expect(chain.matchesPrivateKey(keyPem(newKeys()))).toBe(false);
  expect(() => chain.matchesPrivateKey(leafPem)).toThrow(new Error('private key holds `CERTIFICATE`: expected one block `-----BEGIN PRIVATE KEY-----`'));
});

test.each([
  ['2024-12-31T23:59:59Z', false],
  ['2025-01-01', true],
  ['2026-01-01T00:00:00Z', true],
  ['2026-01-01T00:00:01Z', false],
])('valid at %s: %s', (date, expected) => {
  expect(chain.isValidAt(date)).toBe(expected);
});

test.each([['2026-01-01', false], ['2026-01-01T00:00:01Z', true]])('ended before %s: %s', (date, expected) => {
  expect(chain.expiresBefore(date)).toBe(expected);
});

test('the intermediate counts for dates too', () => {
  const long = CertificateChain.fromPem(certificate({ issuer: issuing, until: '350101000000Z' }) + issuing.pem);
  expect(long.isValidAt('2031-01-01')).toBe(false);
  expect(long.expiresBefore('2031-01-01')).toBe(true);
});

test('a date is ISO 8601', () => {
  expect(() => chain.isValidAt('tomorrow')).toThrow(new Error('invalid date `tomorrow`: expected ISO 8601 such as `2030-01-31` or `2030-01-31T12:00:00Z`'));
});

test('signatures', () => {
  const leafAlone = CertificateChain.fromPem(leafPem);
  expect(chain.isSignedBy(anchor)).toBe(true);
  expect(leafAlone.isSignedBy(anchor)).toBe(false);
  expect(leafAlone.isSignedBy(CertificateChain.fromPem(issuing.pem))).toBe(true);
  expect(anchor.isSignedBy(anchor)).toBe(true);
  expect(chain.isSignedBy(CertificateChain.fromPem(authority({ subject: '/O=Example/CN=root' }).pem))).toBe(false);
});

test('a chain in wrong order is not linked, and still signed by its root', () => {
  const intermediates = [issuing, authority({ subject: '/CN=unrelated' })].map(({ pem }) => pem);
  expect(chain.isLinked).toBe(true);
  expect(CertificateChain.fromPem(leafPem + intermediates.reverse().join('')).isLinked).toBe(false);
  expect(CertificateChain.fromPem(leafPem + intermediates.join('')).isSignedBy(anchor)).toBe(true);
});

test('a client certificate', () => {
  const client = CertificateChain.fromPem(certificate({ issuer: root, purposes: [CLIENT_AUTH] }));
  expect(client.allowsClientAuth).toBe(true);
  expect(client.allowsServerAuth).toBe(false);
});

test('a private key among the certificates is refused and not shown', () => {
  const key = keyPem(keys);
  try {
    CertificateChain.fromPem(leafPem + key);
    throw new Error('it was read');
  } catch (error) {
    expect((error as Error).message).toBe('certificate holds a private key (`PRIVATE KEY`): expected only `-----BEGIN CERTIFICATE-----` blocks');
  }
});
