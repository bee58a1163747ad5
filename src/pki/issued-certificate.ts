import { KeyPair } from './key-pair';
import { CertificateChain } from '../model/certificate-chain';
import { Certificate } from '../x509/certificate';

/**
 * A certificate fresh from its CA, with the key that was generated for it.
 *
 * The object may be logged: neither `JSON.stringify` nor `util.inspect` shows the private key. `revealPrivateKeyPem` does.
 */
export class IssuedCertificate {
  /** @internal */
  public static _of(certificate: Certificate, issuers: readonly Certificate[], key?: KeyPair): IssuedCertificate {
    return new IssuedCertificate(certificate, issuers, key);
  }

  // Fields of the language: neither JSON nor `util.inspect` sees them.
  readonly #certificate: Certificate;
  readonly #issuers: readonly Certificate[];
  readonly #key?: KeyPair;

  private constructor(certificate: Certificate, issuers: readonly Certificate[], key?: KeyPair) {
    this.#certificate = certificate;
    this.#issuers = [...issuers];
    this.#key = key;
  }

  /** The certificate alone, in PEM. */
  public get certificatePem(): string {
    return this.#certificate.pem;
  }

  /** The certificate and the intermediates above it, in PEM, without the root: what a TLS server or client sends (RFC 8446 section 4.4.2). */
  public get chainPem(): string {
    return [this.#certificate, ...this.#issuers.filter((issuer) => !issuer.isSelfSigned)].map(({ pem }) => pem).join('');
  }

  /** The CAs above the certificate, in PEM, its issuer first and the root last: what OpenSSL takes as `-CAfile`. */
  public get issuersPem(): string {
    return this.#issuers.map(({ pem }) => pem).join('');
  }

  /** The certificate and the intermediates above it, to ask about names, dates and usages. */
  public get chain(): CertificateChain {
    return CertificateChain.fromPem(this.chainPem);
  }

  /** Serial number in lower-case hex. */
  public get serialNumber(): string {
    return this.#certificate.serialNumber;
  }

  /** Whether the private key is known here: not for a certificate that was issued for a signing request. */
  public get hasPrivateKey(): boolean {
    return this.#key !== undefined;
  }

  /**
   * Reveals the private key, unencrypted, in PEM (PKCS#8).
   *
   * It goes into a file that only its owner can read, or into a Secret; not into a log. Throws where there is no key, see `hasPrivateKey`.
   */
  public revealPrivateKeyPem(): string {
    if (this.#key === undefined) {
      throw new Error(`the private key of certificate \`${this.serialNumber}\` is not known here: it is with whoever made the signing request, or in the file of the old certificate`);
    }
    return this.#key.revealPem();
  }

  /** What the certificate is, in words, without its key. */
  public toString(): string {
    return `certificate ${this.serialNumber} of ${this.chain.subject.openSsl || '/'} until ${this.chain.notAfter}`;
  }
}
