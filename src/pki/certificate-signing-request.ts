import { KeyObject, createPublicKey, verify } from 'node:crypto';
import type { Pkcs10CertificateRequest } from '@peculiar/x509';
import { CheckedNames, requireNames } from './alternative-names';
import { CertificateUsage } from './certificate-usage';
import { KeyAlgorithm } from './key-algorithm';
import { keyAlgorithmOf, requireStrongKey } from './key-strength';
import { readRequestedExtensions } from './request-extensions';
import { requireSubject } from './subject';
import { loadX509 } from './x509-library';
import { DistinguishedName } from '../model/distinguished-name';
import { DerElement, readChildren, readSingle, requireStrictDer } from '../x509/der';
import { decodeName } from '../x509/name';
import { decodeOid } from '../x509/oid';
import { readPem } from '../x509/pem';

const WHAT = 'signing request';
const SIGNATURES: Record<string, { readonly digest: string; readonly type: string }> = {
  '1.2.840.113549.1.1.11': { digest: 'sha256', type: 'rsa' },
  '1.2.840.113549.1.1.12': { digest: 'sha384', type: 'rsa' },
  '1.2.840.113549.1.1.13': { digest: 'sha512', type: 'rsa' },
  '1.2.840.10045.4.3.2': { digest: 'sha256', type: 'ec' },
  '1.2.840.10045.4.3.3': { digest: 'sha384', type: 'ec' },
  '1.2.840.10045.4.3.4': { digest: 'sha512', type: 'ec' },
};
const BROKEN_SIGNATURES: Record<string, string> = {
  '1.2.840.113549.1.1.4': 'MD5', '1.2.840.113549.1.1.5': 'SHA-1', '1.2.840.10045.4.1': 'SHA-1',
};

/**
 * A request for a certificate (PKCS #10, RFC 2986), as `openssl req -new` makes it: the requester keeps the private key.
 *
 * Only the subject, the alternative names and the extended key usage are taken over from it. Whether the requester is who the request says must be
 * checked by whoever signs it.
 */
export class CertificateSigningRequest {
  /**
   * Reads a request and checks it.
   *
   * Refused: a signature that is not by the key of the request, SHA-1, weak keys, a request to become a CA, critical extensions that are not known
   * here, names that no certificate should have, more than one SPIFFE ID.
   *
   * @param pem one `CERTIFICATE REQUEST` block
   */
  public static fromPem(pem: string): CertificateSigningRequest {
    const text = typeof pem === 'string' ? pem.replace(/^(-----(?:BEGIN|END)) NEW CERTIFICATE REQUEST-----/gm, '$1 CERTIFICATE REQUEST-----') : pem;
    const requests = readPem(text, { what: WHAT, label: 'CERTIFICATE REQUEST' });
    if (requests.length !== 1) {
      throw new Error(`${WHAT} holds ${requests.length} requests: expected one`);
    }
    return new CertificateSigningRequest(requests[0]);
  }

  private readonly name: Buffer;
  private readonly names: CheckedNames;
  private readonly key: KeyObject;
  private readonly purposes?: readonly string[];

  private constructor(der: Buffer) {
    const element = readSingle(der, WHAT);
    requireStrictDer(element, WHAT);
    const request = parse(der);
    const [info, algorithm, signature] = readChildren(element, WHAT);
    const [, subject, publicKey] = readChildren(info, WHAT);
    this.key = requireStrongKey(readPublicKey(publicKey.raw), `the key of the ${WHAT}`);
    requireOwnSignature(info.raw, algorithm, signature, this.key);
    this.name = requireSubject(DistinguishedName._ofName(decodeName(subject.raw, `subject of ${WHAT}`)), WHAT);
    const { names, purposes } = readRequestedExtensions(request, WHAT);
    this.purposes = purposes;
    this.names = requireNames(names, WHAT);
  }

  /** Subject, as the requester wrote it. */
  public get subject(): DistinguishedName {
    return DistinguishedName._ofName(decodeName(this.name));
  }

  /** DNS names that are asked for. */
  public get dnsNames(): string[] {
    return [...this.names.dnsNames];
  }

  /** IP addresses that are asked for. */
  public get ipAddresses(): string[] {
    return [...this.names.ipAddresses];
  }

  /** URIs that are asked for; a SPIFFE ID is one. */
  public get uris(): string[] {
    return [...this.names.uris];
  }

  /** E-mail addresses that are asked for. */
  public get emailAddresses(): string[] {
    return [...this.names.emailAddresses];
  }

  /** Usages that are asked for; empty if the request leaves them open. */
  public get usages(): CertificateUsage[] {
    const asked = this.purposes ?? [];
    return [...asked.includes('serverAuth') ? [CertificateUsage.SERVER] : [], ...asked.includes('clientAuth') ? [CertificateUsage.CLIENT] : []];
  }

  /** Kind of the requester's key. RSA of a size in between counts as the next larger one. */
  public get keyAlgorithm(): KeyAlgorithm {
    return keyAlgorithmOf(this.key);
  }

  /** @internal */
  public _names(): CheckedNames {
    return this.names;
  }

  /** @internal */
  public _publicKey(): KeyObject {
    return this.key;
  }

  /** @internal */
  public _requireGrantable(usages: readonly CertificateUsage[]): void {
    const refused = usages.find((usage) => !this.usages.includes(usage));
    if (this.purposes !== undefined && refused !== undefined) {
      throw new Error(`${WHAT} asks for the extended key usage \`${this.purposes.join(', ')}\`, not for use as a ${refused}: grant what it asks for, or have it made again`);
    }
  }
}

function parse(der: Buffer): Pkcs10CertificateRequest {
  const x509 = loadX509();
  try {
    const request = new x509.Pkcs10CertificateRequest(der);
    // Parsed when first asked for, and malformed ones are damage too.
    request.extensions.forEach(({ type }) => type);
    return request;
  } catch {
    throw new Error(`${WHAT} is PEM of something that is no signing request, or is damaged`);
  }
}

function readPublicKey(der: Buffer): KeyObject {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    throw new Error(`${WHAT} has a public key that OpenSSL does not read`);
  }
}

/** The proof that the requester has the private key (RFC 2986 section 3). */
function requireOwnSignature(signed: Buffer, algorithm: DerElement, signature: DerElement, key: KeyObject): void {
  const oid = decodeOid(readChildren(algorithm, WHAT)[0].content);
  const broken = BROKEN_SIGNATURES[oid];
  if (broken !== undefined) {
    throw new Error(`${WHAT} is signed with ${broken}, which can be forged: have it made again, e.g. \`openssl req -new -sha256\``);
  }
  const known = SIGNATURES[oid];
  if (known === undefined) {
    throw new Error(`${WHAT} is signed with algorithm ${oid}, which is not supported: use RSA (PKCS #1 v1.5) or ECDSA with SHA-2`);
  }
  // The first octet of a BIT STRING counts its unused bits.
  const [unused, ...octets] = signature.content;
  if (known.type !== key.asymmetricKeyType || unused !== 0 || !verify(known.digest, signed, key, Buffer.from(octets))) {
    throw new Error(`the signature of the ${WHAT} is not by its own key: it was changed after it was made, or whoever made it does not have the private key`);
  }
}
