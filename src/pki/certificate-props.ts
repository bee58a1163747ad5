import type { CertificateAuthority } from './certificate-authority';
import { CertificateSigningRequest } from './certificate-signing-request';
import { CertificateUsage } from './certificate-usage';
import { IClock } from './clock';
import { KeyAlgorithm } from './key-algorithm';
import { Validity } from './validity';
import { DistinguishedName } from '../model/distinguished-name';
import { SpiffeId } from '../model/spiffe-id';

/** A root to be made. */
export interface RootAuthorityProps {
  /** Name of the CA; not empty (RFC 5280 section 4.1.2.6). */
  readonly subject: DistinguishedName;
  /**
   * How many intermediates may follow one below the other.
   *
   * @default 1 - one level of intermediates
   */
  readonly pathLength?: number;
  /**
   * Kind of key.
   *
   * @default KeyAlgorithm.EC_P256
   */
  readonly keyAlgorithm?: KeyAlgorithm;
  /**
   * How long it is valid; at most 25 years.
   *
   * @default Validity.years(10)
   */
  readonly validity?: Validity;
  /**
   * What tells the time, for this CA and for those that are made from it.
   *
   * @default Clock.system()
   */
  readonly clock?: IClock;
}

/** A CA that exists. */
export interface AuthorityFromPemProps {
  /** Certificate of the CA in PEM, and behind it those of the CAs above it, its issuer first. The root may be left out. */
  readonly certificatePem: string;
  /** Private key of the first certificate in PEM, unencrypted: PKCS#8, PKCS#1 or SEC 1. */
  readonly privateKeyPem: string;
  /**
   * What tells the time.
   *
   * @default Clock.system()
   */
  readonly clock?: IClock;
}

/** An intermediate CA to be made. */
export interface IntermediateAuthorityProps {
  /** Name of the CA; not empty (RFC 5280 section 4.1.2.6). */
  readonly subject: DistinguishedName;
  /**
   * How many intermediates may follow below this one; less than its issuer allows.
   *
   * @default 0 - it issues certificates of servers and clients only
   */
  readonly pathLength?: number;
  /**
   * Kind of key.
   *
   * @default KeyAlgorithm.EC_P256
   */
  readonly keyAlgorithm?: KeyAlgorithm;
  /**
   * How long it is valid; at most 25 years, and no longer than its issuer.
   *
   * @default Validity.years(5) - or as long as its issuer, if that is shorter
   */
  readonly validity?: Validity;
}

/** What a certificate of a server or a client names and how long it is valid. */
export interface LeafProps {
  /**
   * DNS names, exact or with `*` as the whole first label.
   *
   * @default - none
   */
  readonly dnsNames?: string[];
  /**
   * IP addresses, version 4 or 6.
   *
   * @default - none
   */
  readonly ipAddresses?: string[];
  /**
   * URIs other than SPIFFE IDs. A certificate with a SPIFFE ID has none (X.509-SVID section 2).
   *
   * @default - none
   */
  readonly uris?: string[];
  /**
   * E-mail addresses.
   *
   * @default - none
   */
  readonly emailAddresses?: string[];
  /**
   * SPIFFE ID, the one URI of the certificate: what Istio compares in `principals`.
   *
   * @default - none
   */
  readonly spiffeId?: SpiffeId;
  /**
   * How long it is valid: at most 825 days, which is what Apple's clients accept of any CA, and no longer than its CA.
   *
   * @default Validity.days(90)
   */
  readonly validity?: Validity;
}

/** A server certificate to be issued. It has at least one DNS name or IP address, because clients do not look at the subject (RFC 9525 section 2). */
export interface ServerCertificateProps extends LeafProps {
  /**
   * Subject.
   *
   * @default - `/CN=` and the first DNS name or IP address; the empty name if that is longer than 64 characters
   */
  readonly subject?: DistinguishedName;
  /**
   * Whether it may be used by a client too.
   *
   * @default false
   */
  readonly alsoClient?: boolean;
  /**
   * Kind of key.
   *
   * @default KeyAlgorithm.EC_P256
   */
  readonly keyAlgorithm?: KeyAlgorithm;
}

/** A client certificate to be issued. It has a subject, a SPIFFE ID or another name. */
export interface ClientCertificateProps extends LeafProps {
  /**
   * Subject, written into the certificate byte for byte, so that Envoy prints what `DistinguishedName.envoySubject` says.
   *
   * @default - the empty name: the client is known by its SPIFFE ID or other names only
   */
  readonly subject?: DistinguishedName;
  /**
   * Whether it may be used by a server too. Such a certificate has at least one DNS name or IP address.
   *
   * @default false
   */
  readonly alsoServer?: boolean;
  /**
   * Kind of key.
   *
   * @default KeyAlgorithm.EC_P256
   */
  readonly keyAlgorithm?: KeyAlgorithm;
}

/** A signing request to be granted. If any name is given here, it and the others given replace all alternative names of the request. */
export interface SignRequestProps extends LeafProps {
  /** The request, already checked. */
  readonly request: CertificateSigningRequest;
  /** What the certificate is good for. The CA decides it; a request that asks for something else is refused. */
  readonly usages: CertificateUsage[];
  /**
   * Subject.
   *
   * @default - the one of the request, byte for byte
   */
  readonly subject?: DistinguishedName;
}

/** A certificate to be renewed: the same names and usages again. */
export interface RenewCertificateProps {
  /** The old certificate in PEM; of several the first. */
  readonly certificatePem: string;
  /**
   * Private key of the old certificate, to have it in the result. The renewal itself does not need it.
   *
   * @default - the result has no private key, unless `newKey` says that one is generated
   */
  readonly privateKeyPem?: string;
  /**
   * Whether a new key is generated. Safer than keeping the old one, where nobody pins it.
   *
   * @default false
   */
  readonly newKey?: boolean;
  /**
   * Kind of the new key; only together with `newKey`.
   *
   * @default - the kind of the old one
   */
  readonly keyAlgorithm?: KeyAlgorithm;
  /**
   * What the certificate is good for.
   *
   * @default - what the old one is good for by its extended key usages, as far as that is TLS; a certificate without any needs this
   */
  readonly usages?: CertificateUsage[];
  /**
   * How long it is valid.
   *
   * @default - as long as the old one was, at most 825 days
   */
  readonly validity?: Validity;
  /**
   * Whether the old certificate may be from another CA, as when the CA is rotated. Nobody checks its signature then.
   *
   * @default false
   */
  readonly fromOtherAuthority?: boolean;
}

/** A root to be made again. */
export interface RenewRootProps {
  /**
   * How long it is valid; at most 25 years.
   *
   * @default Validity.years(10)
   */
  readonly validity?: Validity;
}

/** An intermediate to be made again. */
export interface RenewIntermediateProps {
  /** The intermediate, with its key. */
  readonly authority: CertificateAuthority;
  /**
   * How long it is valid; at most 25 years, and no longer than its issuer.
   *
   * @default Validity.years(5) - or as long as its issuer, if that is shorter
   */
  readonly validity?: Validity;
}
