import { IssuedRevocationList } from './issued-revocation-list';
import { Issuer } from './issuer';
import { validityWithin } from './limits';
import { periodFrom, readClock } from './period';
import { ListContent, canonicalSerial, entryOf, readList, signList } from './revocation-list-der';
import { RevocationListProps, RevokeProps } from './revocation-props';
import { RevocationReason } from './revocation-reason';
import { Validity } from './validity';
import { formatMoment, parseMoment } from '../model/moment';
import { Certificate } from '../x509/certificate';
import { RevocationList } from '../x509/crl';
import { encodeName } from '../x509/name';
import { readPem, writePem } from '../x509/pem';

const LABEL = 'X509 CRL';
const WHAT = 'revocation list';
// RFC 5280 section 5.3.1
const REASON_CODES: Record<RevocationReason, number> = {
  [RevocationReason.UNSPECIFIED]: 0,
  [RevocationReason.KEY_COMPROMISE]: 1,
  [RevocationReason.CA_COMPROMISE]: 2,
  [RevocationReason.AFFILIATION_CHANGED]: 3,
  [RevocationReason.SUPERSEDED]: 4,
  [RevocationReason.CESSATION_OF_OPERATION]: 5,
  [RevocationReason.PRIVILEGE_WITHDRAWN]: 9,
};

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
    const { chain, clock, key, keyId } = this.issuer;
    const now = readClock(clock);
    chain.requireValidAt(now);
    chain.requireMaySignLists();
    const previous = previousPem === undefined ? { entries: [], number: 0n } : this.readPrevious(previousPem);
    const number = this.nextNumber(previous.number, crlNumber);
    const known = new Set(previous.entries.map(({ serial }) => serial));
    const added = [...this.revoked]
      .filter(([serial]) => !known.has(serial))
      .map(([serial, { date, reason }]) => entryOf(serial, date, REASON_CODES[reason]));
    const { notBefore: thisUpdate, notAfter: nextUpdate } = periodFrom(now, validity, chain.own.notBefore);
    this.lastNumber = number;
    const der = await signList({
      issuer: encodeName(chain.own.subject), authorityKeyId: keyId, thisUpdate, nextUpdate, entries: [...previous.entries, ...added], number,
    }, key);
    return IssuedRevocationList._of(writePem(LABEL, der), number);
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

  private readPrevious(pem: string): ListContent {
    const [list, ...more] = RevocationList.readAll(pem, `previous ${WHAT}`);
    if (more.length > 0) {
      throw new Error(`previous ${WHAT} holds ${more.length + 1} lists: expected the one of \`${this.issuer.chain.name}\``);
    }
    if (!list.isSignedBy(this.issuer.chain.own)) {
      throw new Error(`previous ${WHAT} was not issued by \`${this.issuer.chain.name}\`: give the one of this CA, unchanged`);
    }
    return readList(readPem(pem, { what: WHAT, label: LABEL })[0]);
  }

  private nextNumber(previous: bigint, wanted: number | undefined): bigint {
    const last = previous > this.lastNumber ? previous : this.lastNumber;
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
}

function requireSerialNumber(text: unknown): string {
  if (typeof text !== 'string' || !/^[0-9a-f]{1,42}$/i.test(text) || /^0+$/.test(text)) {
    throw new Error(`invalid serial number \`${String(text)}\`: expected hex digits, as \`IssuedCertificate.serialNumber\` and OpenSSL show them`);
  }
  return canonicalSerial(text);
}

/** Nothing but this stops JavaScript. */
function requireReason(reason: unknown): RevocationReason {
  const known = Object.values(RevocationReason);
  if (!known.includes(reason as RevocationReason)) {
    throw new Error(`unknown revocation reason \`${String(reason)}\`: expected one of ${known.join(', ')}`);
  }
  return reason as RevocationReason;
}
