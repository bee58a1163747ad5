import { AuthorityChain } from './authority-chain';
import type { CertificateAuthority } from './certificate-authority';
import type { RootAuthorityProps } from './certificate-props';
import { Clock, IClock, readClock } from './clock';
import { authorityExtensions, keyIdOf } from './extensions';
import { Issuer, periodFrom } from './issuer';
import { KeyAlgorithm, requireKeyAlgorithm } from './key-algorithm';
import { KeyPair } from './key-pair';
import { LONGEST_AUTHORITY, requireAuthoritySubject, requirePathLength } from './limits';
import { signCertificate } from './signer';
import { Validity, validityWithin } from './validity';

/** A root CA that is to be made. */
export class RootAuthority {
  /** @internal */
  public static _of(props: RootAuthorityProps, toAuthority: (issuer: Issuer) => CertificateAuthority): RootAuthority {
    return new RootAuthority(props, toAuthority);
  }

  private readonly template: RootTemplate;
  private readonly keyAlgorithm: KeyAlgorithm;

  private constructor(props: RootAuthorityProps, private readonly toAuthority: (issuer: Issuer) => CertificateAuthority) {
    const what = 'root CA';
    this.template = {
      subject: requireAuthoritySubject(props.subject, what),
      pathLength: requirePathLength(props.pathLength ?? 1, what),
      validity: validityWithin(props.validity, Validity.years(10), LONGEST_AUTHORITY, what),
      clock: props.clock ?? Clock.system(),
    };
    this.keyAlgorithm = requireKeyAlgorithm(props.keyAlgorithm ?? KeyAlgorithm.EC_P256);
  }

  /** Generates the key of the CA and signs its certificate with it. Each call makes another CA. */
  public async create(): Promise<CertificateAuthority> {
    return this.toAuthority(await signRoot(this.template, await KeyPair.generate(this.keyAlgorithm)));
  }
}

/** What a self-signed certificate says. */
export interface RootTemplate {
  /** DER of the name. */
  readonly subject: Buffer;
  readonly pathLength?: number;
  readonly validity: Validity;
  readonly clock: IClock;
}

/** Makes a self-signed certificate for a key, new or not. */
export async function signRoot({ subject, pathLength, validity, clock }: RootTemplate, key: KeyPair): Promise<Issuer> {
  const { publicKey } = key;
  const extensions = authorityExtensions({ publicKey, authorityKeyId: keyIdOf(publicKey) }, pathLength);
  const certificate = await signCertificate({ subject, issuer: subject, publicKey, ...periodFrom(readClock(clock), validity), extensions }, key);
  return new Issuer(new AuthorityChain([certificate]), key, clock);
}
