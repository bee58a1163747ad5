import { KeyObject, X509Certificate, createHash } from 'node:crypto';
import { loadAsn1 } from './asn1';
import { readChildren, readSingle, requireStrictDer } from './der';
import { CertificateExtensions, readExtensions } from './extensions';
import { Name, decodeName } from './name';
import { readPem, writePem } from './pem';

const LABEL = 'CERTIFICATE';
const EXPLICIT_VERSION = 0xa0;
const EXPLICIT_EXTENSIONS = 0xa3;

/** A certificate as its DER says, read once (RFC 5280 section 4.1). */
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
    this.der = der;
    this.node = readByNode(der, what);
    const [tbs, signatureAlgorithm] = readChildren(element, what);
    const all = readChildren(tbs, what);
    const versioned = all[0].tag === EXPLICIT_VERSION;
    this.version = versioned ? all[0].content[2] + 1 : 1;
    const [serial, , issuer, validity, subject, publicKey, ...rest] = versioned ? all.slice(1) : all;
    this.serialNumber = serial.content.toString('hex');
    this.issuer = decodeName(issuer.raw, `issuer of ${what}`);
    this.subject = decodeName(subject.raw, `subject of ${what}`);
    const { schema: { AsnConvert }, x509 } = loadAsn1();
    const { notBefore, notAfter } = AsnConvert.parse(validity.raw, x509.Validity);
    this.notBefore = notBefore.getTime();
    this.notAfter = notAfter.getTime();
    this.publicKeySha256 = createHash('sha256').update(publicKey.raw).digest('hex');
    this.signatureAlgorithm = AsnConvert.parse(signatureAlgorithm.raw, x509.AlgorithmIdentifier).algorithm;
    const extensions = rest.find(({ tag }) => tag === EXPLICIT_EXTENSIONS);
    this.extensions = readExtensions(extensions === undefined ? [] : AsnConvert.parse(extensions.content, x509.Extensions), what);
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

/** Node (OpenSSL) reads the whole structure first, so that whatever follows here walks a certificate that is one. */
function readByNode(der: Buffer, what: string): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (error) {
    throw new Error(`${what} is PEM of something that is no X.509 certificate, or is damaged`, { cause: error });
  }
}
