import { Certificate } from '../x509/certificate';
import { Name, encodeName } from '../x509/name';
import { printEnvoyName } from '../x509/name-printer';
import { requireNameText } from '../x509/name-text';
import { formatOpenSslName, parseOpenSslName } from '../x509/openssl-name';
import { formatRfc4514Name, parseRfc4514Name } from '../x509/rfc4514-name';

const MAX_DER = 64 * 1024;

/**
 * The X.500 name of a certificate's subject or issuer, e.g. `/CN=client/O=Example`.
 *
 * The same name has two written orders: OpenSSL's follows the certificate, RFC 4514's and Envoy's reverse it. Take the name from the certificate
 * itself where you can. String types are those that OpenSSL writes (UTF8String; PrintableString for countryName, serialNumber and dnQualifier;
 * IA5String for emailAddress and domainComponent), and so are the length bounds (RFC 5280 appendix A.1).
 */
export class DistinguishedName {
  /**
   * Reads a name as it is given to `openssl req -utf8 -subj`: `/CN=client/O=Example`, in the order of the certificate.
   *
   * Types by short or long name in any letter case, or by number (`2.5.4.97`). A backslash takes the next character literally; an unescaped `+`
   * adds to the attribute before it (multi-valued), as OpenSSL 3 always does. What OpenSSL would skip with a warning is an error.
   *
   * @param text the name; `/` alone is the empty name
   */
  public static fromOpenSsl(text: string): DistinguishedName {
    return new DistinguishedName(parseOpenSslName(requireNameText(text)));
  }

  /**
   * Reads a name in the string form of RFC 4514 (before: RFC 2253): `O=Example,CN=client`, the reverse of the order of the certificate.
   *
   * This is what `openssl x509 -subject -nameopt RFC2253` prints, and what Envoy puts into headers. White space around separators is refused,
   * because texts that have it (`CN = client, O = Example`) show the order of the certificate.
   *
   * @param text the name; the empty text is the empty name
   */
  public static fromRfc4514(text: string): DistinguishedName {
    return new DistinguishedName(parseRfc4514Name(requireNameText(text)));
  }

  /**
   * Takes the subject of a certificate, byte for byte.
   *
   * @param pem the certificate; of several the first, which is the leaf of a chain
   */
  public static fromCertificate(pem: string): DistinguishedName {
    return new DistinguishedName(Certificate.readAll(pem)[0].subject);
  }

  /**
   * Takes the issuer of a certificate, byte for byte.
   *
   * @param pem the certificate; of several the first, which is the leaf of a chain
   */
  public static issuerOfCertificate(pem: string): DistinguishedName {
    return new DistinguishedName(Certificate.readAll(pem)[0].issuer);
  }

  /** @internal */
  public static _ofName(name: Name): DistinguishedName {
    return new DistinguishedName(name);
  }

  private readonly name: Name;
  private printed?: string;

  private constructor(name: Name) {
    const size = encodeName(name).length;
    if (size > MAX_DER) {
      throw new Error(`a name of ${size} bytes in DER is too long: at most ${MAX_DER} are allowed`);
    }
    this.name = name;
  }

  /**
   * The text that Envoy puts into `%DOWNSTREAM_PEER_SUBJECT%` (and `_ISSUER%`) for this name, e.g. `O=Example,CN=client`.
   *
   * Reversed order, also inside multi-valued attributes; `\` before special characters; bytes outside ASCII and control characters as `\C3\A9` and
   * `\0A`; attribute types that Envoy's BoringSSL does not name as number and hex of the DER, e.g. `2.5.4.97=#0C0141`. OpenSSL names more types.
   */
  public get envoySubject(): string {
    return this.printed ??= printEnvoyName(this.name);
  }

  /**
   * The name in the string form of RFC 4514, e.g. `O=Example,CN=client`.
   *
   * Characters outside ASCII stand for themselves. `fromRfc4514` makes an equal name of it.
   */
  public get rfc4514(): string {
    return formatRfc4514Name(this.name);
  }

  /**
   * The name as `openssl req -utf8 -subj` takes it, e.g. `/CN=client/O=Example`.
   *
   * For display and command lines: a value that is no string is shown as `#` and hex, which OpenSSL would take for text.
   */
  public get openSsl(): string {
    return formatOpenSslName(this.name);
  }

  /** Whether the name has no attribute at all, as in certificates that are known by their alternative names only. */
  public get isEmpty(): boolean {
    return this.name.length === 0;
  }

  /**
   * Whether the text that Envoy prints begins or ends in `*`.
   *
   * An AuthorizationPolicy value that does is a wildcard, so such a name cannot be compared exactly (Istio, AuthorizationPolicy: string match).
   */
  public get startsOrEndsWithWildcard(): boolean {
    return this.envoySubject.startsWith('*') || this.envoySubject.endsWith('*');
  }

  /** The DER of the name in lower-case hex. */
  public toDer(): string {
    return this._der().toString('hex');
  }

  /**
   * Whether Istio sees the same in both names: the text that Envoy prints is equal.
   *
   * Names that differ in string types only (PrintableString, UTF8String) are equal.
   *
   * @param other the name to compare with
   */
  public isSameAs(other: DistinguishedName): boolean {
    return this.envoySubject === other.envoySubject;
  }

  /** The text that Envoy prints. */
  public toString(): string {
    return this.envoySubject;
  }

  /** @internal */
  public _der(): Buffer {
    return encodeName(this.name);
  }
}
