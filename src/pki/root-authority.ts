import type { CertificateAuthority } from './certificate-authority';
import type { RootAuthorityProps } from './certificate-props';
import { Clock } from './clock';
import { Issuer } from './issuer';
import { KeyAlgorithm } from './key-algorithm';
import { KeyPair } from './key-pair';
import { requireKeyAlgorithm } from './key-strength';
import { LONGEST_AUTHORITY, requireAuthoritySubject, requirePathLength, validityWithin } from './limits';
import { RootTemplate, signRoot } from './root-signer';
import { Validity } from './validity';

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
