import { KeyObject } from 'node:crypto';
import { Certificate } from '../../x509/certificate';
import { Name } from '../../x509/name';
import { printEnvoyName } from '../../x509/name-printer';

const SIGNATURES: Record<string, string> = {
  '1.2.840.113549.1.1.4': 'RSA with MD5',
  '1.2.840.113549.1.1.5': 'RSA with SHA-1',
  '1.2.840.113549.1.1.10': 'RSA-PSS',
  '1.2.840.113549.1.1.11': 'RSA with SHA-256',
  '1.2.840.113549.1.1.12': 'RSA with SHA-384',
  '1.2.840.113549.1.1.13': 'RSA with SHA-512',
  '1.2.840.10045.4.1': 'ECDSA with SHA-1',
  '1.2.840.10045.4.3.2': 'ECDSA with SHA-256',
  '1.2.840.10045.4.3.3': 'ECDSA with SHA-384',
  '1.2.840.10045.4.3.4': 'ECDSA with SHA-512',
  '1.3.101.112': 'Ed25519',
};

const CURVES: Record<string, string> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };

/** A name as Envoy prints it; the empty one in words. */
export function nameText(name: Name): string {
  return printEnvoyName(name) || 'the empty name';
}

/** The signature algorithm in words, or its number. */
export function signatureText(oid: string): string {
  return SIGNATURES[oid] ?? oid;
}

/** Kind and size of a key, e.g. `EC P-256`, `RSA 2048`. */
export function keyText(key: KeyObject): string {
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  if (namedCurve !== undefined) return `EC ${CURVES[namedCurve] ?? namedCurve}`;
  return modulusLength === undefined ? String(key.asymmetricKeyType) : `${String(key.asymmetricKeyType).toUpperCase()} ${modulusLength}`;
}

/** The alternative names with their kinds, e.g. `DNS:example.com`. */
export function namesOf(certificate: Certificate): string[] {
  const { dnsNames, uris, ipAddresses, emailAddresses, others } = certificate.extensions.alternativeNames;
  const kinds: [string, readonly string[]][] = [['DNS', dnsNames], ['URI', uris], ['IP', ipAddresses], ['email', emailAddresses]];
  const known = kinds.flatMap(([kind, names]) => names.map((name) => `${kind}:${name}`));
  return others === 0 ? known : [...known, `${others} of other kinds`];
}
