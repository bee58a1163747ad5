import { DistinguishedName } from './distinguished-name';
import { formatMoment, parseMoment } from './moment';
import { Certificate } from '../x509/certificate';
import { findPath, isLinked } from '../x509/chain';
import { coversHost } from '../x509/host-coverage';
import { allowsPurpose } from '../x509/key-purpose';
import { readPrivateKey } from '../x509/private-key';

/**
 * Certificates in PEM: a leaf and the intermediates behind it, or the CAs of a trust anchor.
 *
 * The properties are those of the first certificate, unless they say otherwise. Dates are judged only against a date that you pass.
 */
export class CertificateChain {
  /**
   * Reads certificates from PEM text.
   *
   * Strict: nothing but `CERTIFICATE` blocks and blank lines, at most 1 MiB. A private key, a DER file, damaged base64 or trailing data is an error;
   * messages never show the text. The order is kept and not judged: see `isLinked`.
   *
   * @param pem one certificate or more, the leaf first
   */
  public static fromPem(pem: string): CertificateChain {
    return new CertificateChain(Certificate.readAll(pem));
  }

  private constructor(private readonly all: readonly Certificate[]) {}

  /** The certificates as PEM, one block after the other, lines of 64 characters ended by line feeds. */
  public get pem(): string {
    return this.all.map((certificate) => certificate.pem).join('');
  }

  /** How many certificates there are. */
  public get count(): number {
    return this.all.length;
  }

  /** Each certificate alone, in the same order. */
  public get certificates(): CertificateChain[] {
    return this.all.map((certificate) => new CertificateChain([certificate]));
  }

  /** Subject of the first certificate. */
  public get subject(): DistinguishedName {
    return DistinguishedName._ofName(this.leaf.subject);
  }

  /** Issuer of the first certificate. */
  public get issuer(): DistinguishedName {
    return DistinguishedName._ofName(this.leaf.issuer);
  }

  /** Serial number of the first certificate in lower-case hex. */
  public get serialNumber(): string {
    return this.leaf.serialNumber;
  }

  /** DNS names of the first certificate's SubjectAlternativeName, as written there. */
  public get dnsNames(): string[] {
    return [...this.leaf.extensions.alternativeNames.dnsNames];
  }

  /** URIs of the first certificate's SubjectAlternativeName: SPIFFE IDs stand here. */
  public get uris(): string[] {
    return [...this.leaf.extensions.alternativeNames.uris];
  }

  /** IP addresses of the first certificate's SubjectAlternativeName. */
  public get ipAddresses(): string[] {
    return [...this.leaf.extensions.alternativeNames.ipAddresses];
  }

  /** E-mail addresses of the first certificate's SubjectAlternativeName. */
  public get emailAddresses(): string[] {
    return [...this.leaf.extensions.alternativeNames.emailAddresses];
  }

  /** First moment at which the first certificate is valid, e.g. `2030-01-31T12:00:00Z`. */
  public get notBefore(): string {
    return formatMoment(this.leaf.notBefore);
  }

  /** Last moment at which the first certificate is valid, e.g. `2030-01-31T12:00:00Z`. */
  public get notAfter(): string {
    return formatMoment(this.leaf.notAfter);
  }

  /** Whether the first certificate may issue certificates (RFC 5280 section 4.2.1.9, and the key usage if it has one). */
  public get isCa(): boolean {
    return this.leaf.isCa;
  }

  /** Whether the first certificate is signed with its own key. */
  public get isSelfSigned(): boolean {
    return this.leaf.isSelfSigned;
  }

  /**
   * Extended key usages of the first certificate by name, e.g. `serverAuth`, or by number.
   *
   * Empty without the extension, which leaves every use open.
   */
  public get extendedKeyUsages(): string[] {
    return [...this.leaf.extensions.extendedKeyUsages ?? []];
  }

  /**
   * Whether the first certificate may be a TLS server's, as Envoy and browsers judge it.
   *
   * No certificate has an extended key usage without `serverAuth`, and the first one's key usage, if it has one, allows signing, encrypting keys
   * or agreeing on them.
   */
  public get allowsServerAuth(): boolean {
    return allowsPurpose(this.all, 'serverAuth');
  }

  /**
   * Whether the first certificate may be a TLS client's, as Envoy judges it.
   *
   * No certificate has an extended key usage without `clientAuth` (`anyExtendedKeyUsage` alone is refused), and the first one's key usage, if it has
   * one, contains `digitalSignature`.
   */
  public get allowsClientAuth(): boolean {
    return allowsPurpose(this.all, 'clientAuth');
  }

  /** Whether each certificate is signed by the next one: the order that a TLS server has to send (RFC 8446 section 4.4.2). */
  public get isLinked(): boolean {
    return isLinked(this.all);
  }

  /**
   * Whether the first certificate is valid for a host.
   *
   * Only the SubjectAlternativeName counts, never the subject; `*` in it stands for one label. A wildcard host is covered by the same wildcard only
   * (RFC 9525 section 6.3).
   *
   * @param host a DNS name, `*.` and a DNS name, or an IP address
   */
  public covers(host: string): boolean {
    if (typeof host !== 'string' || host === '') {
      throw new Error(`invalid host \`${String(host)}\`: expected a name such as \`api.example.com\` or \`*.example.com\``);
    }
    return coversHost(this.leaf, host);
  }

  /**
   * Whether a private key is the one of the first certificate.
   *
   * The key is not kept, and no message shows anything of it.
   *
   * @param pem the unencrypted key: PKCS#8, PKCS#1 or SEC 1
   */
  public matchesPrivateKey(pem: string): boolean {
    return this.leaf.isOfPrivateKey(readPrivateKey(pem));
  }

  /**
   * Whether every certificate is valid at a moment.
   *
   * @param isoDate a day (its first moment in UTC) or a time with zone, e.g. `2030-01-31` or `2030-01-31T12:00:00Z`
   */
  public isValidAt(isoDate: string): boolean {
    const moment = parseMoment(isoDate);
    return this.all.every(({ notBefore, notAfter }) => notBefore <= moment && moment <= notAfter);
  }

  /**
   * Whether a certificate of the chain has ended before a moment.
   *
   * @param isoDate a day (its first moment in UTC) or a time with zone, e.g. `2030-01-31` or `2030-01-31T12:00:00Z`
   */
  public expiresBefore(isoDate: string): boolean {
    const moment = parseMoment(isoDate);
    return this.all.some(({ notAfter }) => notAfter < moment);
  }

  /**
   * Whether signatures lead from the first certificate, over the others in any order, to one of the given chain.
   *
   * Every issuer on the way is a CA within its path length (RFC 5280 section 6.1). Dates and usages are not asked. A self-signed certificate is signed
   * by a chain that holds it.
   *
   * @param chain the certificates to arrive at, e.g. a trust anchor
   */
  public isSignedBy(chain: CertificateChain): boolean {
    return findPath(this.leaf, this.all.slice(1), chain.all) !== undefined;
  }

  /** @internal */
  public _certificates(): readonly Certificate[] {
    return this.all;
  }

  private get leaf(): Certificate {
    return this.all[0];
  }
}
