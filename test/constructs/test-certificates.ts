import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;

/** A certificate and its key, made for one run of the tests. */
export interface TestCertificate {
  readonly pem: string;
  readonly key: string;
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

interface LeafOptions {
  readonly names?: string[];
  readonly usages?: x509.ExtendedKeyUsage[];
  readonly ca?: boolean;
  readonly keyUsage?: x509.KeyUsageFlags;
  readonly notAfter?: string;
}

let serial = 1;

async function issue(name: string, issuer: TestCertificate | undefined, options: LeafOptions = {}): Promise<TestCertificate> {
  const { names, usages, keyUsage, ca = false, notAfter = '2100-01-01' } = options;
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: (serial++).toString(16).padStart(2, '0'),
    subject: `CN=${name}`,
    issuer: issuer?.certificate.subject ?? `CN=${name}`,
    notBefore: new Date('2020-01-01'),
    notAfter: new Date(notAfter),
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(ca, undefined, true),
      ...(ca ? [new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true)] : []), // eslint-disable-line no-bitwise
      ...(keyUsage ? [new x509.KeyUsagesExtension(keyUsage, true)] : []),
      ...(usages ? [new x509.ExtendedKeyUsageExtension(usages)] : []),
      ...(names ? [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns' as const, value })))] : []),
    ],
  }, webcrypto as any);
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64').replace(/(.{64})/g, '$1\n').trim();
  return { pem: `${certificate.toString('pem')}\n`, key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`, certificate, keys };
}

async function revocationList(issuer: TestCertificate, nextUpdate: string): Promise<string> {
  const crl = await x509.X509CrlGenerator.create({
    issuer: issuer.certificate.subject,
    thisUpdate: new Date('2020-01-01'),
    nextUpdate: new Date(nextUpdate),
    entries: [],
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: ALGORITHM,
  }, webcrypto as any);
  return `${crl.toString('pem').replaceAll(' CRL-', ' X509 CRL-')}\n`;
}

/** Certificates for the tests of gateways: two CAs, servers and clients. */
export async function testCertificates() {
  x509.cryptoProvider.set(webcrypto as any);
  const serverCa = await issue('Server CA', undefined, { ca: true });
  const clientCa = await issue('Client CA', undefined, { ca: true });
  const secondClientCa = await issue('Second Client CA', undefined, { ca: true, notAfter: '2030-01-01' });
  const intermediate = await issue('Intermediate', serverCa, { ca: true });
  return {
    serverCa,
    clientCa,
    secondClientCa,
    intermediate,
    server: await issue('test.com', serverCa, { names: ['test.com', '*.mtls.example.com'], usages: [serverAuth] }),
    chained: await issue('chained.example.com', intermediate, { names: ['chained.example.com'] }),
    expired: await issue('expired.example.com', serverCa, { names: ['expired.example.com'], notAfter: '2021-01-01' }),
    nameless: await issue('nameless', serverCa),
    encryptingClient: await issue('encrypting', clientCa, { keyUsage: x509.KeyUsageFlags.dataEncipherment }),
    client: await issue('client', clientCa, { usages: [clientAuth] }),
    clientOnly: await issue('client-only.example.com', serverCa, { names: ['client-only.example.com'], usages: [clientAuth] }),
    encryptingServer: await issue('encrypting.example.com', serverCa, { names: ['encrypting.example.com'], keyUsage: x509.KeyUsageFlags.dataEncipherment }),
    serverOnlyCa: await issue('Server Only CA', undefined, { ca: true, usages: [serverAuth] }),
    clientCrl: await revocationList(clientCa, '2090-01-01'),
    staleClientCrl: await revocationList(clientCa, '2021-01-01'),
  };
}

/** What `testCertificates` makes. */
export type TestCertificates = Awaited<ReturnType<typeof testCertificates>>;
