import { KeyObject, createPublicKey, generateKeyPair, sign, webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import { KeyAlgorithm } from './key-algorithm';
import { requireKeyAlgorithm, requireStrongKey, webCryptoAlgorithm } from './key-strength';
import { readPrivateKey } from '../x509/private-key';

const generate = promisify(generateKeyPair);
const signInThread = promisify(sign);

/**
 * A private key and its public half.
 *
 * The key is in a private field of the language, which neither JSON nor `util.inspect` reaches: whatever holds a KeyPair may be logged.
 */
export class KeyPair {
  /** Generates a key, in the thread pool. */
  public static async generate(algorithm: KeyAlgorithm): Promise<KeyPair> {
    const [type, size] = requireKeyAlgorithm(algorithm).split('-');
    const { privateKey } = type === 'ec'
      ? await generate('ec', { namedCurve: size === 'p256' ? 'P-256' : 'P-384' })
      : await generate('rsa', { modulusLength: Number(size) });
    return new KeyPair(privateKey);
  }

  /** Reads an unencrypted private key: PKCS#8, PKCS#1 or SEC 1. No message shows anything of it. */
  public static fromPem(pem: unknown, what: string): KeyPair {
    return new KeyPair(requireStrongKey(readPrivateKey(pem, what), what));
  }

  /** The public half. */
  public readonly publicKey: KeyObject;
  readonly #privateKey: KeyObject;

  private constructor(privateKey: KeyObject) {
    this.#privateKey = privateKey;
    this.publicKey = createPublicKey(privateKey);
  }

  /** The private key in PEM (PKCS#8, unencrypted). */
  public revealPem(): string {
    return this.#privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  }

  /** Whether this is the key of a certificate with the given public key. */
  public isOf(publicKey: KeyObject): boolean {
    return this.publicKey.equals(publicKey);
  }

  /** The private key in the form in which the certificate library takes it, for signing only and not exportable again. */
  public async signingKey(): Promise<webcrypto.CryptoKey> {
    const der = this.#privateKey.export({ type: 'pkcs8', format: 'der' });
    return webcrypto.subtle.importKey('pkcs8', der, webCryptoAlgorithm(this.#privateKey), false, ['sign']);
  }

  /** Signs bytes with the digest that goes with the key; an ECDSA signature in DER, as X.509 has it (RFC 3279 section 2.2.3). */
  public async sign(bytes: Buffer): Promise<Buffer> {
    return signInThread(webCryptoAlgorithm(this.publicKey).hash, bytes, this.#privateKey);
  }
}
