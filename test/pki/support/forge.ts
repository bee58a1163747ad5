import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

// Generating RSA keys takes as long as it takes.
jest.setTimeout(30_000);

// What our own API does not make: certificates and requests that it must refuse.

export type Keys = webcrypto.CryptoKeyPair;

export async function ecKeys(namedCurve = 'P-256'): Promise<Keys> {
  return await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, true, ['sign', 'verify']) as Keys;
}

export async function rsaKeys(modulusLength: number, hash = 'SHA-256', publicExponent = [1, 0, 1]): Promise<Keys> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', modulusLength, publicExponent: new Uint8Array(publicExponent), hash };
  return await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Keys;
}

export async function privateKeyPem(keys: Keys): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}

export interface Forgery {
  readonly name?: string;
  readonly keys: Keys;
  readonly extensions?: x509.Extension[];
  readonly hash?: string;
  readonly attributes?: x509.Attribute[];
  readonly from?: string;
  readonly until?: string;
  readonly issuer?: { readonly name: string; readonly keys: Keys };
}

export async function certificate({ name = 'CN=Forged', keys, extensions = [], hash = 'SHA-256', from = '2020-01-01', until = '2050-01-01', issuer }: Forgery): Promise<string> {
  const made = await x509.X509CertificateGenerator.create({
    subject: name,
    issuer: issuer?.name ?? name,
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: { name: (issuer?.keys ?? keys).privateKey.algorithm.name, hash } as EcdsaParams,
    notBefore: new Date(from),
    notAfter: new Date(until),
    extensions,
  });
  return `${made.toString('pem')}\n`;
}

export async function request({ name = 'CN=requester', keys, extensions = [], attributes = [], hash = 'SHA-256' }: Forgery): Promise<string> {
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    name, keys, extensions, attributes, signingAlgorithm: { name: keys.privateKey.algorithm.name, hash } as EcdsaParams,
  });
  return `${made.toString('pem')}\n`;
}

export const ca = (pathLength?: number) => new x509.BasicConstraintsExtension(true, pathLength, true);
export const notCa = () => new x509.BasicConstraintsExtension(false, undefined, true);
export const usage = (flags: number) => new x509.KeyUsagesExtension(flags, true);
export const names = (...list: x509.JsonGeneralNames) => new x509.SubjectAlternativeNameExtension(list);
export const purposes = (...list: string[]) => new x509.ExtendedKeyUsageExtension(list);
export const secondList = (...extensions: x509.Extension[]) => new x509.ExtensionsAttribute(extensions);
export const unknown = (critical: boolean) => new x509.Extension('1.3.6.1.4.1.99999.1', critical, new Uint8Array([5, 0]));
export const { KeyUsageFlags, ExtendedKeyUsage } = x509;

interface EcdsaParams { name: string; hash: string }
