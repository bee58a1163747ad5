import { KeyObject, generateKeyPairSync, sign } from 'node:crypto';
import { DerTag, writeElement } from '../../src/x509/der';
import { Name, encodeName } from '../../src/x509/name';
import { encodeOid } from '../../src/x509/oid';
import { parseOpenSslName } from '../../src/x509/openssl-name';
import { writePem } from '../../src/x509/pem';

export interface KeyPair { readonly publicKey: KeyObject; readonly privateKey: KeyObject }

/** What a certificate for a test is made of; everything has a default. */
export interface Recipe {
  readonly subject?: string | Name;
  readonly issuer?: Authority;
  readonly keys?: KeyPair;
  readonly dns?: readonly string[];
  readonly uris?: readonly string[];
  readonly ips?: readonly Buffer[];
  readonly emails?: readonly string[];
  readonly purposes?: readonly string[];
  /** Content octets of the BIT STRING. */
  readonly keyUsage?: readonly number[];
  readonly ca?: boolean;
  readonly pathLength?: number;
  readonly extensions?: readonly Buffer[];
  readonly from?: string;
  readonly until?: string;
  readonly serial?: readonly number[];
  readonly version1?: boolean;
}

export interface Authority { readonly name: Buffer; readonly keys: KeyPair; readonly pem: string }

export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
export const KEY_CERT_SIGN = [2, 0x04];
export const DIGITAL_SIGNATURE = [7, 0x80];

export function newKeys(): KeyPair {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

export function keyPem(keys: KeyPair): string {
  return keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export function seq(...parts: Buffer[]): Buffer {
  return writeElement(DerTag.SEQUENCE, Buffer.concat(parts));
}

export function oid(text: string): Buffer {
  return writeElement(DerTag.OBJECT_IDENTIFIER, encodeOid(text));
}

export function extension(id: string, value: Buffer, critical = false): Buffer {
  return seq(oid(id), ...(critical ? [writeElement(DerTag.BOOLEAN, Buffer.from([0xff]))] : []), writeElement(DerTag.OCTET_STRING, value));
}

/** Makes a CA, self-signed unless it has an issuer. */
export function authority(recipe: Recipe = {}): Authority {
  const keys = recipe.keys ?? newKeys();
  const subject = recipe.subject ?? '/CN=test ca';
  const pem = certificate({ ca: true, ...recipe, subject, keys });
  return { name: encodeSubject(subject), keys, pem };
}

/** Makes a certificate in PEM, self-signed unless it has an issuer. */
export function certificate(recipe: Recipe = {}): string {
  return writePem('CERTIFICATE', certificateDer(recipe));
}

export function certificateDer(recipe: Recipe): Buffer {
  const keys = recipe.keys ?? newKeys();
  const subject = encodeSubject(recipe.subject ?? '/CN=test');
  const issuer = recipe.issuer ?? { name: subject, keys };
  const time = (text: string) => writeElement(text.length > 13 ? DerTag.GENERALIZED_TIME : DerTag.UTC_TIME, Buffer.from(text));
  const extensions = extensionsOf(recipe);
  return signed(issuer.keys, seq(
    ...(recipe.version1 ? [] : [writeElement(0xa0, integer(2))]),
    writeElement(DerTag.INTEGER, Buffer.from(recipe.serial ?? [0x1a, 0x2b])),
    ECDSA_SHA256,
    issuer.name,
    seq(time(recipe.from ?? '250101000000Z'), time(recipe.until ?? '350101000000Z')),
    subject,
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [writeElement(0xa3, seq(...extensions))]),
  ));
}

/** Makes a certificate revocation list in PEM. */
export function revocationList(issuer: Authority, revoked: readonly (readonly number[])[], next?: string): string {
  const entries = revoked.map((serial) => seq(writeElement(DerTag.INTEGER, Buffer.from(serial)), writeElement(DerTag.UTC_TIME, Buffer.from('250201000000Z'))));
  return writePem('X509 CRL', signed(issuer.keys, seq(
    integer(1),
    ECDSA_SHA256,
    issuer.name,
    writeElement(DerTag.UTC_TIME, Buffer.from('250101000000Z')),
    ...(next === undefined ? [] : [writeElement(DerTag.UTC_TIME, Buffer.from(next))]),
    ...(entries.length === 0 ? [] : [seq(...entries)]),
  )));
}

export function integer(value: number): Buffer {
  return writeElement(DerTag.INTEGER, Buffer.from([value]));
}

export function signed(keys: KeyPair, toBeSigned: Buffer, algorithm = ECDSA_SHA256): Buffer {
  const signature = sign('sha256', toBeSigned, keys.privateKey);
  return seq(toBeSigned, algorithm, writeElement(DerTag.BIT_STRING, Buffer.concat([Buffer.from([0]), signature])));
}

export const ECDSA_SHA256 = seq(oid('1.2.840.10045.4.3.2'));

function encodeSubject(subject: string | Name): Buffer {
  return encodeName(typeof subject === 'string' ? parseOpenSslName(subject) : subject);
}

function extensionsOf(recipe: Recipe): Buffer[] {
  const names = [
    ...(recipe.emails ?? []).map((email) => writeElement(0x81, Buffer.from(email))),
    ...(recipe.dns ?? []).map((name) => writeElement(0x82, Buffer.from(name))),
    ...(recipe.uris ?? []).map((uri) => writeElement(0x86, Buffer.from(uri))),
    ...(recipe.ips ?? []).map((ip) => writeElement(0x87, ip)),
  ];
  const constraints = [
    ...(recipe.ca ? [writeElement(DerTag.BOOLEAN, Buffer.from([0xff]))] : []),
    ...(recipe.pathLength === undefined ? [] : [integer(recipe.pathLength)]),
  ];
  return [
    ...(names.length === 0 ? [] : [extension('2.5.29.17', seq(...names))]),
    ...(recipe.purposes === undefined ? [] : [extension('2.5.29.37', seq(...recipe.purposes.map(oid)))]),
    ...(recipe.keyUsage === undefined ? [] : [extension('2.5.29.15', writeElement(DerTag.BIT_STRING, Buffer.from(recipe.keyUsage)), true)]),
    ...(recipe.ca === undefined ? [] : [extension('2.5.29.19', seq(...constraints), true)]),
    ...(recipe.extensions ?? []),
  ];
}
