import { verify } from 'node:crypto';
import { Certificate } from './certificate';
import { DerElement, DerTag, readFields, readSingle, requireStrictDer, requireTag } from './der';
import { parseTime } from './der-time';
import { Name, decodeName, encodeName } from './name';
import { decodeOid } from './oid';
import { readPem } from './pem';

const LABEL = 'X509 CRL';
const TIMES: readonly number[] = [DerTag.UTC_TIME, DerTag.GENERALIZED_TIME];
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
    const [signed, algorithm, signature] = readFields(element, DerTag.SEQUENCE, what);
    const fields = readFields(signed, DerTag.SEQUENCE, what);
    if (fields[0]?.tag === DerTag.INTEGER) {
      fields.shift();
    }
    const [, issuer, thisUpdate, ...rest] = fields;
    const nextUpdate = TIMES.includes(rest[0]?.tag) ? rest.shift() : undefined;
    const revoked = rest[0]?.tag === DerTag.SEQUENCE ? readFields(rest[0], DerTag.SEQUENCE, what) : [];
    this.issuer = decodeName(requireTag(issuer, DerTag.SEQUENCE, what).raw, `issuer of ${what}`);
    this.thisUpdate = readTime(thisUpdate, what);
    this.nextUpdate = nextUpdate && readTime(nextUpdate, what);
    this.revokedSerialNumbers = revoked.map((entry) =>
      requireTag(readFields(entry, DerTag.SEQUENCE, what)[0], DerTag.INTEGER, what).content.toString('hex'));
    this.signatureAlgorithm = decodeOid(requireTag(readFields(algorithm, DerTag.SEQUENCE, what)[0], DerTag.OBJECT_IDENTIFIER, what).content);
    this.signed = signed.raw;
    // A BIT STRING begins with the number of its unused bits, which is 0 for a signature.
    this.signature = requireTag(signature, DerTag.BIT_STRING, what).content.subarray(1);
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

function readTime(element: DerElement | undefined, what: string): Date {
  const moment = element && parseTime(element.tag, element.content);
  if (moment === undefined) {
    throw new Error(`${what} has a malformed date`);
  }
  return moment;
}
