import { verify } from 'node:crypto';
import type { CertificateList } from '@peculiar/asn1-x509';
import { loadAsn1 } from './asn1';
import { Certificate } from './certificate';
import { readChildren, readSingle, requireStrictDer } from './der';
import { Name, decodeName, encodeName } from './name';
import { readPem } from './pem';

const LABEL = 'X509 CRL';
const DIGESTS: Record<string, string | null> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.101.112': null,
};

/** A certificate revocation list (RFC 5280 section 5). */
export class RevocationList {
  /** Reads the lists of a PEM text, in its order; there is at least one. */
  public static readAll(pem: unknown, what = 'revocation list'): RevocationList[] {
    const ders = readPem(pem, { what, label: LABEL });
    return ders.map((der, index) => new RevocationList(der, ders.length === 1 ? what : `${what} ${index + 1} of ${ders.length}`));
  }

  /** Who issued the list. */
  public readonly issuer: Name;
  /** When it was issued. */
  public readonly thisUpdate: Date;
  /** When the next one is due. Envoy refuses every client when it has passed, or when there is none. */
  public readonly nextUpdate?: Date;
  /** Serial numbers of the revoked certificates, in lower-case hex as in `Certificate.serialNumber`. */
  public readonly revokedSerialNumbers: readonly string[];
  /** Dotted object identifier of the signature algorithm. */
  public readonly signatureAlgorithm: string;

  private readonly signed: Buffer;
  private readonly signature: Buffer;

  private constructor(der: Buffer, what: string) {
    const element = readSingle(der, what);
    requireStrictDer(element, what);
    const list = parse(der, what);
    const [tbs] = readChildren(element, what);
    const fields = readChildren(tbs, what);
    this.signed = tbs.raw;
    this.signature = Buffer.from(list.signature);
    this.signatureAlgorithm = list.signatureAlgorithm.algorithm;
    // version (optional), signature, issuer
    this.issuer = decodeName(fields[list.tbsCertList.version === undefined ? 1 : 2].raw, `issuer of ${what}`);
    this.thisUpdate = list.tbsCertList.thisUpdate.getTime();
    this.nextUpdate = list.tbsCertList.nextUpdate?.getTime();
    this.revokedSerialNumbers = (list.tbsCertList.revokedCertificates ?? []).map(({ userCertificate }) => Buffer.from(userCertificate).toString('hex'));
  }

  /** Whether the list names this certificate. */
  public revokes(certificate: Certificate): boolean {
    return this.isOf(certificate.issuer) && this.revokedSerialNumbers.includes(certificate.serialNumber);
  }

  /** Whether this CA issued the list: same name, and its key made the signature. */
  public isSignedBy(issuer: Certificate): boolean {
    const digest = DIGESTS[this.signatureAlgorithm];
    if (digest === undefined) {
      throw new Error(`revocation list is signed with algorithm ${this.signatureAlgorithm}, which is not supported: use RSA or ECDSA with SHA-2, or Ed25519`);
    }
    return this.isOf(issuer.subject) && verify(digest, this.signed, issuer.publicKey, this.signature);
  }

  private isOf(name: Name): boolean {
    return encodeName(this.issuer).equals(encodeName(name));
  }
}

function parse(der: Buffer, what: string): CertificateList {
  const { schema: { AsnConvert }, x509 } = loadAsn1();
  try {
    return AsnConvert.parse(der, x509.CertificateList);
  } catch (error) {
    throw new Error(`${what} is PEM of something that is no revocation list, or is damaged`, { cause: error });
  }
}
