import type { KeyObject } from 'node:crypto';
import { CheckedNames, isNameless } from './alternative-names';
import { AuthorityChain } from './authority-chain';
import { CertificateUsage } from './certificate-usage';
import { IClock } from './clock';
import { authorityExtensions, keyIdOf, leafExtensions } from './extensions';
import { KeyPair } from './key-pair';
import { USUAL_INTERMEDIATE } from './limits';
import { Period, periodFrom, readClock } from './period';
import { signCertificate } from './signer';
import { Validity } from './validity';
import { formatMoment } from '../model/moment';
import { Certificate } from '../x509/certificate';
import { encodeName } from '../x509/name';

/** A certificate of a server or a client to be issued; everything in it has been checked alone. */
export interface LeafTemplate {
  /** The certificate in error messages. */
  readonly what: string;
  readonly usages: readonly CertificateUsage[];
  readonly names: CheckedNames;
  /** DER of the subject. */
  readonly subject: Buffer;
  readonly publicKey: KeyObject;
  readonly validity: Validity;
}

/** An intermediate CA to be issued. */
export interface AuthorityTemplate {
  readonly what: string;
  readonly subject: Buffer;
  readonly publicKey: KeyObject;
  readonly pathLength?: number;
  /** Undefined: the usual, or as long as the chain of the CA if that is shorter. */
  readonly validity?: Validity;
}

/** Signs for a CA: with its key, under its name, within its time. */
export class Issuer {
  public constructor(public readonly chain: AuthorityChain, public readonly key: KeyPair, public readonly clock: IClock) {
    chain.requireKey(key);
  }

  /** Issues a certificate of a server or a client. */
  public async issueLeaf({ what, usages, names, subject, publicKey, validity }: LeafTemplate): Promise<Certificate> {
    const hasSubject = !isEmptyName(subject);
    if (usages.includes(CertificateUsage.SERVER) && names.dnsNames.length + names.ipAddresses.length === 0) {
      throw new Error(`${what} has no DNS name and no IP address, and clients do not look at the subject (RFC 9525 section 2): give \`dnsNames\``);
    }
    if (!hasSubject && isNameless(names)) {
      throw new Error(`${what} names nobody: give a \`subject\`, a \`spiffeId\` or another name`);
    }
    const extensions = leafExtensions({ publicKey, authorityKeyId: this.keyId }, { usages, names, hasSubject });
    return this.sign(subject, publicKey, this.period(validity, what), extensions);
  }

  /** Issues the certificate of an intermediate CA. */
  public async issueAuthority({ what, subject, publicKey, pathLength, validity }: AuthorityTemplate): Promise<Certificate> {
    this.chain.requireRoomFor(pathLength ?? 0);
    const extensions = authorityExtensions({ publicKey, authorityKeyId: this.keyId }, pathLength);
    return this.sign(subject, publicKey, this.period(validity ?? USUAL_INTERMEDIATE, what, validity === undefined), extensions);
  }

  /** Whether a certificate is signed by this CA. */
  public issued(certificate: Certificate): boolean {
    return certificate.isSignedBy(this.chain.own);
  }

  /** The identifier of the CA's key as its certificate gives it, which need not be the one that we would compute. */
  public get keyId(): string {
    return this.chain.own.extensions.subjectKeyId ?? keyIdOf(this.key.publicKey);
  }

  private period(validity: Validity, what: string, mayBeCut = false): Period {
    const now = readClock(this.clock);
    this.chain.requireValidAt(now);
    const { notBefore, notAfter } = periodFrom(now, validity, this.chain.own.notBefore);
    const limit = this.chain.notAfter;
    if (notAfter > limit && mayBeCut) {
      return { notBefore, notAfter: limit };
    }
    if (notAfter > limit) {
      throw new Error(`${what} would be valid until ${formatMoment(notAfter)} and outlive its CA \`${this.chain.name}\`, whose chain ends on ${formatMoment(limit)}: `
        + `${cureFor(limit.getTime() - notBefore.getTime())}renew the CA first`);
    }
    return { notBefore, notAfter };
  }

  private async sign(subject: Buffer, publicKey: KeyObject, period: Period, extensions: ReturnType<typeof leafExtensions>): Promise<Certificate> {
    return signCertificate({ subject, issuer: encodeName(this.chain.own.subject), publicKey, ...period, extensions }, this.key);
  }
}

/** Both ends belong to a period, which is a second longer than their distance. */
function cureFor(distance: number): string {
  const days = Math.floor((distance + 1000) / Validity.days(1).milliseconds);
  return days === 0 ? '' : `give a \`validity\` of at most ${days} ${days === 1 ? 'day' : 'days'}, or `;
}

/** Whether a subject is the empty sequence. */
export function isEmptyName(subject: Buffer): boolean {
  return subject.length === 2;
}
