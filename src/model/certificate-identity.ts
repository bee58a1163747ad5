import { DistinguishedName } from './distinguished-name';
import { SpiffeId } from './spiffe-id';

/** By what a client certificate is recognised. */
export enum CertificateIdentityKind {
  /** By the SPIFFE ID in its URI SAN. */
  SPIFFE_ID = 'spiffe-id',
  /** By its subject, whichever accepted CA issued it. */
  SUBJECT = 'subject',
  /** By its subject together with its issuer. */
  SUBJECT_AND_ISSUER = 'subject-and-issuer',
}

/** Who a client is by its certificate: a SPIFFE ID, a subject, or a subject of one issuer. */
export class CertificateIdentity {
  /**
   * The client whose certificate carries this SPIFFE ID.
   *
   * @param id the identity in the URI SAN
   */
  public static spiffe(id: SpiffeId): CertificateIdentity {
    return new CertificateIdentity(CertificateIdentityKind.SPIFFE_ID, requireSpiffeId(id));
  }

  /**
   * The client whose certificate has this subject, whichever of the gateway's accepted CAs issued it.
   *
   * @param name the subject; neither empty nor such that Istio would take its text for a wildcard
   */
  public static subject(name: DistinguishedName): CertificateIdentity {
    return new CertificateIdentity(CertificateIdentityKind.SUBJECT, undefined, requireComparable(name, 'subject'));
  }

  /**
   * The client whose certificate has this subject and was issued by the CA of this name.
   *
   * @param subject the subject; neither empty nor such that Istio would take its text for a wildcard
   * @param issuer the issuer's name; the same holds
   */
  public static subjectAndIssuer(subject: DistinguishedName, issuer: DistinguishedName): CertificateIdentity {
    return new CertificateIdentity(
      CertificateIdentityKind.SUBJECT_AND_ISSUER, undefined, requireComparable(subject, 'subject'), requireComparable(issuer, 'issuer'),
    );
  }

  /**
   * The client that this certificate names: its subject and its issuer.
   *
   * A renewed certificate of the same subject and issuer is the same client.
   *
   * @param pem the certificate; of several the first, which is the leaf of a chain
   */
  public static fromCertificate(pem: string): CertificateIdentity {
    return CertificateIdentity.subjectAndIssuer(DistinguishedName.fromCertificate(pem), DistinguishedName.issuerOfCertificate(pem));
  }

  /** By what the certificate is recognised. */
  public readonly kind: CertificateIdentityKind;

  /** The SPIFFE ID, where the identity is one. */
  public readonly spiffeId?: SpiffeId;

  /** The subject, where the identity has one. */
  public readonly subjectName?: DistinguishedName;

  /** The issuer, where the identity has one. */
  public readonly issuerName?: DistinguishedName;

  private constructor(kind: CertificateIdentityKind, spiffeId?: SpiffeId, subjectName?: DistinguishedName, issuerName?: DistinguishedName) {
    this.kind = kind;
    this.spiffeId = spiffeId;
    this.subjectName = subjectName;
    this.issuerName = issuerName;
  }

  /**
   * Whether both recognise the same certificates by the same means.
   *
   * @param other the identity to compare with
   */
  public isSameAs(other: CertificateIdentity): boolean {
    return this.toString() === other.toString();
  }

  /** The identity in words, e.g. `subject O=Example,CN=client`. */
  public toString(): string {
    const parts = [
      this.spiffeId?.uri,
      this.subjectName && `subject ${this.subjectName.envoySubject}`,
      this.issuerName && `issuer ${this.issuerName.envoySubject}`,
    ];
    return parts.filter((part) => part !== undefined).join(', ');
  }
}

function requireComparable(name: DistinguishedName, what: string): DistinguishedName {
  if (!(name instanceof DistinguishedName)) {
    throw new Error(`the ${what} of a certificate identity is not a DistinguishedName but ${typeName(name)}: use \`DistinguishedName.fromOpenSsl(…)\``);
  }
  if (name.isEmpty) {
    throw new Error(`the ${what} of a certificate identity is the empty name, of which Envoy sends no header: recognise the client by its SPIFFE ID`);
  }
  if (name.startsOrEndsWithWildcard) {
    throw new Error(
      `the ${what} \`${name.envoySubject}\` of a certificate identity begins or ends in \`*\`, which Istio takes for a wildcard: `
      + 'issue the certificate with another name or order of attributes, or recognise the client by its SPIFFE ID',
    );
  }
  if (name.envoySubject.endsWith(' ')) {
    throw new Error(
      `the ${what} \`${name.envoySubject}\` of a certificate identity ends in a space, which HTTP/1.1 strips from a header: `
      + 'issue the certificate with another name or order of attributes, or recognise the client by its SPIFFE ID',
    );
  }
  return name;
}

function requireSpiffeId(id: SpiffeId): SpiffeId {
  if (!(id instanceof SpiffeId)) {
    throw new Error(`a certificate identity is not made of a SpiffeId but of ${typeName(id)}: use \`SpiffeId.parse(…)\``);
  }
  return id;
}

function typeName(value: unknown): string {
  return value === null ? 'null' : typeof value;
}
