import { createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Extension } from '@peculiar/x509';
import { CheckedNames, encodeNames, isNameless } from './alternative-names';
import { CertificateUsage } from './certificate-usage';
import { loadX509 } from './x509-library';
import { readChildren, readSingle } from '../x509/der';

const ALTERNATIVE_NAME = '2.5.29.17';

/** What the extensions of any certificate depend on. */
interface Keys {
  readonly publicKey: KeyObject;
  /** Key identifier of the issuer in hex; that of the key itself in a root. */
  readonly authorityKeyId: string;
}

/** Extensions of a CA certificate (RFC 5280 section 4.2.1; basicConstraints and keyUsage critical). */
export function authorityExtensions({ publicKey, authorityKeyId }: Keys, pathLength?: number): Extension[] {
  const x509 = loadX509();
  return [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign + x509.KeyUsageFlags.cRLSign, true),
    new x509.SubjectKeyIdentifierExtension(keyIdOf(publicKey)),
    new x509.AuthorityKeyIdentifierExtension(authorityKeyId),
  ];
}

/** What a certificate of a server or a client says. */
export interface LeafContent {
  readonly usages: readonly CertificateUsage[];
  readonly names: CheckedNames;
  readonly hasSubject: boolean;
}

/** Extensions of a certificate of a server or a client: never a CA, and good for nothing but TLS. */
export function leafExtensions({ publicKey, authorityKeyId }: Keys, { usages, names, hasSubject }: LeafContent): Extension[] {
  const x509 = loadX509();
  // RSA key exchange, which TLS 1.2 servers may still use, encrypts with the server's key.
  const encipherment = publicKey.asymmetricKeyType === 'rsa' && usages.includes(CertificateUsage.SERVER) ? x509.KeyUsageFlags.keyEncipherment : 0;
  const purposes = { [CertificateUsage.SERVER]: x509.ExtendedKeyUsage.serverAuth, [CertificateUsage.CLIENT]: x509.ExtendedKeyUsage.clientAuth };
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature + encipherment, true),
    new x509.ExtendedKeyUsageExtension(usages.map((usage) => purposes[usage])),
    // Critical in a certificate without a subject (RFC 5280 section 4.2.1.6).
    ...isNameless(names) ? [] : [new x509.Extension(ALTERNATIVE_NAME, !hasSubject, encodeNames(names))],
    new x509.SubjectKeyIdentifierExtension(keyIdOf(publicKey)),
    new x509.AuthorityKeyIdentifierExtension(authorityKeyId),
  ];
}

/** The identifier of a key: SHA-1 of the public key's bits, as OpenSSL makes it (RFC 5280 section 4.2.1.2, method 1). */
export function keyIdOf(publicKey: KeyObject): string {
  const what = 'public key';
  const [, bits] = readChildren(readSingle(publicKey.export({ type: 'spki', format: 'der' }), what), what);
  // The first octet of a BIT STRING counts its unused bits.
  return createHash('sha1').update(bits.content.subarray(1)).digest('hex');
}
