import { AuthorityChain } from './authority-chain';
import { IClock } from './clock';
import { authorityExtensions, keyIdOf } from './extensions';
import { Issuer } from './issuer';
import { KeyPair } from './key-pair';
import { periodFrom, readClock } from './period';
import { signCertificate } from './signer';
import { Validity } from './validity';

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
