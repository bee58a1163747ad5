import type { X509Crl, X509CrlEntry, X509CrlEntryParams } from '@peculiar/x509';
import { IssuedRevocationList } from './issued-revocation-list';
import { Issuer } from './issuer';
import { webCryptoAlgorithm } from './key-strength';
import { validityWithin } from './limits';
import { periodFrom, readClock } from './period';
import { RevocationListProps, RevokeProps } from './revocation-props';
import { RevocationReason } from './revocation-reason';
import { Validity } from './validity';
import { loadX509 } from './x509-library';
import { formatMoment, parseMoment } from '../model/moment';
import { Certificate } from '../x509/certificate';
import { RevocationList } from '../x509/crl';
import { DerTag, writeElement } from '../x509/der';
import { encodeName } from '../x509/name';
import { readPem, writePem } from '../x509/pem';

const CRL_NUMBER = '2.5.29.20';
const LABEL = 'X509 CRL';
const WHAT = 'revocation list';

interface Revocation {
  readonly date: Date;
  readonly reason: RevocationReason;
}

/** What a CA has revoked, and the number of its last list. */
export class RevocationRegister {
  private readonly revoked = new Map<string, Revocation>();
  private lastNumber = 0n;

  public constructor(private readonly issuer: Issuer) {}

  /** Notes a certificate; it is on every list that is issued from then on. */
  public add({ certificatePem, serialNumber, reason, revokedAt }: RevokeProps): void {
    const serial = this.serialOf(certificatePem, serialNumber);
    if (this.revoked.has(serial)) {
      throw new Error(`certificate \`${serial}\` is revoked already, since ${formatMoment(this.revoked.get(serial)!.date)}: leave it as it is`);
    }
    const now = readClock(this.issuer.clock);
    const date = revokedAt === undefined ? now : parseMoment(revokedAt);
    if (date > now) {
      throw new Error(`certificate \`${serial}\` cannot be revoked in the future: \`${formatMoment(date)}\` is after ${formatMoment(now)}`);
    }
    this.revoked.set(serial, { date, reason: requireReason(reason ?? RevocationReason.UNSPECIFIED) });
  }

  /** Issues the next list, over all that is on the previous one and what was noted here. */
  public async issue({ previousPem, crlNumber, validity: asked }: RevocationListProps): Promise<IssuedRevocationList> {
    const validity = validityWithin(asked, Validity.days(30), Validity.days(366), `a ${WHAT}`);
    const now = readClock(this.issuer.clock);
    this.issuer.chain.requireValidAt(now);
    this.issuer.chain.requireMaySignLists();
    const previous = previousPem === undefined ? undefined : this.readPrevious(previousPem);
    const number = this.nextNumber(previous, crlNumber);
    const { notBefore: thisUpdate, notAfter: nextUpdate } = periodFrom(now, validity, this.issuer.chain.own.notBefore);
    const pem = await this.sign({ entries: this.entries(previous), number, thisUpdate, nextUpdate });
    this.lastNumber = number;
    return IssuedRevocationList._of(pem, number);
  }

  private serialOf(certificatePem?: string, serialNumber?: string): string {
    if ((certificatePem === undefined) === (serialNumber === undefined)) {
      throw new Error('expected either `certificatePem` or `serialNumber` of the certificate to revoke');
    }
    if (serialNumber !== undefined) {
      return requireSerialNumber(serialNumber);
    }
    const [certificate] = Certificate.readAll(certificatePem, 'certificate to revoke');
    if (!this.issuer.issued(certificate)) {
      throw new Error(`certificate \`${certificate.serialNumber}\` was not issued by \`${this.issuer.chain.name}\`: revoke it with the CA that did`);
    }
    if (certificate.isSelfSigned) {
      throw new Error(`certificate \`${certificate.serialNumber}\` is a root, which no list can revoke: take it out of the trust anchors`);
    }
    return canonicalSerial(certificate.serialNumber);
  }

  private readPrevious(pem: string): X509Crl {
    const [list, ...more] = RevocationList.readAll(pem, `previous ${WHAT}`);
    if (more.length > 0) {
      throw new Error(`previous ${WHAT} holds ${more.length + 1} lists: expected the one of \`${this.issuer.chain.name}\``);
    }
    if (!list.isSignedBy(this.issuer.chain.own)) {
      throw new Error(`previous ${WHAT} was not issued by \`${this.issuer.chain.name}\`: give the one of this CA, unchanged`);
    }
    return new (loadX509().X509Crl)(readPem(pem, { what: WHAT, label: LABEL })[0]);
  }

  private nextNumber(previous: X509Crl | undefined, wanted: number | undefined): bigint {
    const known = previous === undefined ? 0n : numberOf(previous);
    const last = known > this.lastNumber ? known : this.lastNumber;
    if (wanted === undefined) {
      return last + 1n;
    }
    if (!Number.isSafeInteger(wanted) || wanted < 1) {
      throw new Error(`invalid number \`${String(wanted)}\` of a ${WHAT}: expected a whole number of at least 1`);
    }
    if (BigInt(wanted) <= last) {
      throw new Error(`the number \`${wanted}\` of a ${WHAT} is not greater than the last one, ${last} (RFC 5280 section 5.2.3): leave it out to get the next`);
    }
    return BigInt(wanted);
  }

  private entries(previous: X509Crl | undefined): Array<X509CrlEntry | X509CrlEntryParams> {
    const reasons = loadX509().X509CrlReason;
    const kept = [...previous?.entries ?? []];
    const known = new Set(kept.map(({ serialNumber }) => canonicalSerial(serialNumber)));
    const added = [...this.revoked].filter(([serial]) => !known.has(serial));
    return [
      ...kept,
      // No code at all stands for "unspecified" (RFC 5280 section 5.3.1).
      ...added.map(([serialNumber, { date, reason }]) => ({ serialNumber: evenHex(serialNumber), revocationDate: date, reason: reasons[reason] })),
    ];
  }

  private async sign({ entries, number, thisUpdate, nextUpdate }: ListTemplate): Promise<string> {
    const x509 = loadX509();
    const list = await x509.X509CrlGenerator.create({
      issuer: new x509.Name(encodeName(this.issuer.chain.own.subject)),
      thisUpdate,
      nextUpdate,
      entries,
      extensions: [
        new x509.AuthorityKeyIdentifierExtension(this.issuer.keyId),
        new x509.Extension(CRL_NUMBER, false, writeElement(DerTag.INTEGER, positiveInteger(number))),
      ],
      signingAlgorithm: webCryptoAlgorithm(this.issuer.key.publicKey),
      signingKey: await this.issuer.key.signingKey(),
    });
    return writePem(LABEL, Buffer.from(list.rawData));
  }
}

interface ListTemplate {
  readonly entries: Array<X509CrlEntry | X509CrlEntryParams>;
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

function requireSerialNumber(text: unknown): string {
  if (typeof text !== 'string' || !/^[0-9a-f]{1,42}$/i.test(text) || /^0+$/.test(text)) {
    throw new Error(`invalid serial number \`${String(text)}\`: expected hex digits, as \`IssuedCertificate.serialNumber\` and OpenSSL show them`);
  }
  return canonicalSerial(text);
}

/** Programs differ in whether they show the zero octet that keeps the number positive. */
function canonicalSerial(hex: string): string {
  return BigInt(`0x${hex}`).toString(16);
}

function numberOf(list: X509Crl): bigint {
  const extension = list.getExtension(CRL_NUMBER);
  const content = extension === null ? Buffer.alloc(1) : Buffer.from(extension.value).subarray(2);
  return BigInt(`0x${content.toString('hex')}`);
}

function positiveInteger(number: bigint): Buffer {
  const octets = Buffer.from(evenHex(number.toString(16)), 'hex');
  return octets[0] >= 0x80 ? Buffer.concat([Buffer.alloc(1), octets]) : octets;
}

function evenHex(hex: string): string {
  return hex.padStart(hex.length + hex.length % 2, '0');
}

/** Nothing but this stops JavaScript. */
function requireReason(reason: unknown): RevocationReason {
  const known = Object.values(RevocationReason);
  if (!known.includes(reason as RevocationReason)) {
    throw new Error(`unknown revocation reason \`${String(reason)}\`: expected one of ${known.join(', ')}`);
  }
  return reason as RevocationReason;
}
