import { KeyObject, X509Certificate, createHash } from 'node:crypto';
import { DerElement, DerTag, readFields, readSingle, requireStrictDer, requireTag } from './der';
import { parseTime } from './der-time';
import { CertificateExtensions, readExtensions } from './extensions';
import { Name, decodeName } from './name';
import { decodeOid } from './oid';
import { readPem, writePem } from './pem';

const LABEL = 'CERTIFICATE';
const EXPLICIT_VERSION = 0xa0;
const EXPLICIT_EXTENSIONS = 0xa3;

/**
 * A certificate as its DER says, read once (RFC 5280 section 4.1).
 *
 * It is read strictly here, byte for byte where names are concerned, and by Node (OpenSSL), which must accept the same bytes and judges keys and
 * signatures.
 */
export class Certificate {
  /** Reads the certificates of a PEM text, in its order; there is at least one. */
  public static readAll(pem: unknown, what = 'certificate'): Certificate[] {
    const ders = readPem(pem, { what, label: LABEL });
    return ders.map((der, index) => new Certificate(der, ders.length === 1 ? what : `${what} ${index + 1} of ${ders.length}`));
  }

  /** The DER of the whole certificate. */
  public readonly der: Buffer;
  /** X.509 version: 1, 2 or 3. */
  public readonly version: number;
  /** Serial number in lower-case hex, as the DER has it. */
  public readonly serialNumber: string;
  /** Subject, in the order of the DER. */
  public readonly subject: Name;
  /** Issuer, in the order of the DER. */
  public readonly issuer: Name;
  /** First moment of validity. */
  public readonly notBefore: Date;
  /** Last moment of validity. */
  public readonly notAfter: Date;
  /** What the extensions say. */
  public readonly extensions: CertificateExtensions;
  /** SHA-256 of the SubjectPublicKeyInfo, in lower-case hex. */
  public readonly publicKeySha256: string;
  /** Dotted object identifier of the signature algorithm. */
  public readonly signatureAlgorithm: string;

  private readonly node: X509Certificate;

  private constructor(der: Buffer, what: string) {
    const element = readSingle(der, what);
    requireStrictDer(element, what);
    const [signed, algorithm] = readFields(element, DerTag.SEQUENCE, what);
    const fields = readFields(signed, DerTag.SEQUENCE, what);
    const version = fields[0]?.tag === EXPLICIT_VERSION ? readFields(fields.shift(), EXPLICIT_VERSION, what)[0] : undefined;
    const [serial, , issuer, validity, subject, publicKey, ...rest] = fields;
    this.der = der;
    this.version = version === undefined ? 1 : requireTag(version, DerTag.INTEGER, what).content[0] + 1;
    this.serialNumber = requireTag(serial, DerTag.INTEGER, what).content.toString('hex');
    this.issuer = decodeName(requireTag(issuer, DerTag.SEQUENCE, what).raw, `issuer of ${what}`);
    [this.notBefore, this.notAfter] = readValidity(validity, what);
    this.subject = decodeName(requireTag(subject, DerTag.SEQUENCE, what).raw, `subject of ${what}`);
    this.publicKeySha256 = createHash('sha256').update(requireTag(publicKey, DerTag.SEQUENCE, what).raw).digest('hex');
    const extensions = rest.find(({ tag }) => tag === EXPLICIT_EXTENSIONS);
    this.extensions = readExtensions(extensions && readFields(extensions, EXPLICIT_EXTENSIONS, what)[0], what);
    this.signatureAlgorithm = decodeOid(requireTag(readFields(algorithm, DerTag.SEQUENCE, what)[0], DerTag.OBJECT_IDENTIFIER, what).content);
    this.node = readByNode(der, what);
  }

  /** The certificate as one PEM block. */
  public get pem(): string {
    return writePem(LABEL, this.der);
  }

  /** The key that the certificate binds to its names. */
  public get publicKey(): KeyObject {
    return this.node.publicKey;
  }

  /** Whether it is signed with its own key, under its own name. */
  public get isSelfSigned(): boolean {
    return this.isSignedBy(this);
  }

  /**
   * Whether it may issue certificates: basicConstraints say CA and the key usage, if there is one, allows signing certificates.
   *
   * A self-signed certificate of X.509 version 1, which has no extensions, counts too: OpenSSL and BoringSSL accept it as a root.
   */
  public get isCa(): boolean {
    const { basicConstraints, keyUsages } = this.extensions;
    if (this.version === 1) {
      return this.isSelfSigned;
    }
    return basicConstraints?.ca === true && keyUsages?.includes('keyCertSign') !== false;
  }

  /** Whether the other certificate's name, key identifier and key are those that this one was issued by. Does not ask whether the other is a CA. */
  public isSignedBy(issuer: Certificate): boolean {
    return this.node.checkIssued(issuer.node) && this.node.verify(issuer.publicKey);
  }

  /** Whether a private key belongs to the certificate. */
  public isOfPrivateKey(key: KeyObject): boolean {
    return this.node.checkPrivateKey(key);
  }

  /** Whether both are the same certificate, byte for byte. */
  public equals(other: Certificate): boolean {
    return this.der.equals(other.der);
  }
}

function readValidity(element: DerElement | undefined, what: string): [Date, Date] {
  const [from, until] = readFields(element, DerTag.SEQUENCE, what).map(({ tag, content }) => parseTime(tag, content));
  if (from === undefined || until === undefined) {
    throw new Error(`${what} has a malformed date`);
  }
  return [from, until];
}

function readByNode(der: Buffer, what: string): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch {
    throw new Error(`${what} is no X.509 certificate that OpenSSL reads, or is damaged`);
  }
}
