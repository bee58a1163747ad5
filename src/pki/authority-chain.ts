import { KeyPair } from './key-pair';
import { formatMoment } from '../model/moment';
import { Certificate } from '../x509/certificate';
import { isLinked } from '../x509/chain';
import { printEnvoyName } from '../x509/name-printer';

// RFC 5280 does not name them; these are the signature algorithms with SHA-1 and MD5 of PKCS #1 and X9.62.
const BROKEN_SIGNATURES: Record<string, string> = {
  '1.2.840.113549.1.1.4': 'MD5',
  '1.2.840.113549.1.1.5': 'SHA-1',
  '1.2.840.10045.4.1': 'SHA-1',
};

/** The certificate of a CA and of the CAs above it, its issuer first. The root may be missing. */
export class AuthorityChain {
  /** Reads and judges what does not depend on the time. */
  public static fromPem(pem: string): AuthorityChain {
    const certificates = Certificate.readAll(pem, 'CA certificate');
    if (!isLinked(certificates)) {
      throw new Error('the CA certificates are not a chain: expected the certificate of the signing CA, then its issuer, and so on up to the root');
    }
    const chain = new AuthorityChain(certificates);
    certificates.forEach((certificate) => requireAuthority(certificate));
    return chain;
  }

  public constructor(public readonly certificates: readonly Certificate[]) {}

  /** The certificate of the CA itself. */
  public get own(): Certificate {
    return this.certificates[0];
  }

  /** The CA in error messages. */
  public get name(): string {
    return nameOf(this.own);
  }

  /** How many CAs may follow below this one on a path; undefined for no bound (RFC 5280 section 4.2.1.9). */
  public get remainingPathLength(): number | undefined {
    const limits = this.certificates.flatMap(({ extensions }, index) => {
      const limit = extensions.basicConstraints?.pathLength;
      const between = this.certificates.slice(0, index).filter((below) => !below.isSelfSigned).length;
      return limit === undefined ? [] : [limit - between];
    });
    return limits.length === 0 ? undefined : Math.min(...limits);
  }

  /** The last moment at which every certificate of the chain is valid. */
  public get notAfter(): Date {
    return new Date(Math.min(...this.certificates.map(({ notAfter }) => notAfter.getTime())));
  }

  /** Refuses to sign with a CA whose certificate has run out, or is not valid yet. */
  public requireValidAt(now: Date): void {
    this.certificates.forEach((certificate) => {
      if (certificate.notAfter < now) {
        throw new Error(`the CA \`${nameOf(certificate)}\` has expired on ${formatMoment(certificate.notAfter)}: renew it before it issues anything`);
      }
      if (certificate.notBefore > now) {
        throw new Error(`the CA \`${nameOf(certificate)}\` is not valid before ${formatMoment(certificate.notBefore)}: check the clock, which says ${formatMoment(now)}`);
      }
    });
  }

  /** Refuses to sign revocation lists with a CA that may not (RFC 5280 section 4.2.1.3). */
  public requireMaySignLists(): void {
    if (this.own.extensions.keyUsages?.includes('cRLSign') === false) {
      throw new Error(`the CA \`${this.name}\` may not sign revocation lists: its key usage has no cRLSign; make the CA again with it`);
    }
  }

  /** Refuses a key that is not the one of the certificate. */
  public requireKey(key: KeyPair): void {
    if (!key.isOf(this.own.publicKey)) {
      throw new Error(`the private key is not the one of the CA certificate \`${this.name}\`: give the key that belongs to the first certificate`);
    }
  }

  /** Refuses an intermediate that verifiers would not accept below this CA. */
  public requireRoomFor(pathLength: number): void {
    const remaining = this.remainingPathLength;
    if (remaining !== undefined && remaining < 1) {
      throw new Error(`the CA \`${this.name}\` may not have an intermediate below it: its path length is ${remaining} (RFC 5280 section 4.2.1.9); `
        + 'issue from a CA above it, or make it again with a greater `pathLength`');
    }
    if (remaining !== undefined && pathLength >= remaining) {
      throw new Error(`the path length ${pathLength} of an intermediate of \`${this.name}\` is too great: at most ${remaining - 1} is left (RFC 5280 section 4.2.1.9)`);
    }
  }
}

function nameOf(certificate: Certificate): string {
  return printEnvoyName(certificate.subject);
}

function requireAuthority(certificate: Certificate): void {
  const { basicConstraints, keyUsages, refusedCritical } = certificate.extensions;
  const refuse = (reason: string) => new Error(`certificate \`${nameOf(certificate)}\` may not issue certificates: ${reason}`);
  if (basicConstraints?.ca !== true) {
    throw refuse('its basicConstraints do not say CA:TRUE; give the certificate of a CA (RFC 5280 section 4.2.1.9)');
  }
  if (keyUsages?.includes('keyCertSign') === false) {
    throw refuse('its key usage has no keyCertSign; give a CA whose key may sign certificates (RFC 5280 section 4.2.1.3)');
  }
  if (refusedCritical.length > 0) {
    throw refuse(`its extension ${refusedCritical[0]} is critical, and Envoy does not know it, so that it refuses whatever this CA issues`);
  }
  const broken = certificate.isSelfSigned ? undefined : BROKEN_SIGNATURES[certificate.signatureAlgorithm];
  if (broken !== undefined) {
    throw refuse(`it is signed with ${broken}, and clients refuse the whole chain; have it issued again with SHA-256`);
  }
}
