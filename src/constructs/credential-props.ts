import type { CertManagerIssuerRef } from '../resources/cert-manager-certificate';
import type { PrivateKeyAlgorithm } from '../resources/gardener-certificate';
import type { AcmeIssuer } from '../resources/gardener-issuer';

/** Certificate and key that are written into a Secret manifest. */
export interface PrivateKeyCredentialProps {
  /** The name of the Secret. */
  readonly secretName: string;
  /** The certificate and the intermediates behind it, in PEM, the server's own first. */
  readonly certificateChain: string;
  /** The private key of the first certificate, unencrypted, in PEM. */
  readonly privateKey: string;
}

/** Certificate and key as files in the gateway's pods. */
export interface FileCredentialProps {
  /** Path of the certificate chain, e.g. `/etc/istio/ingressgateway-certs/tls.crt`. */
  readonly certificate: string;
  /** Path of the private key, e.g. `/etc/istio/ingressgateway-certs/tls.key`. */
  readonly privateKey: string;
  /**
   * The Secret, in the namespace of the gateway's pods, whose entries become these files; the gateway then describes the pod volumes.
   * @default - something else brings the files into the pods
   */
  readonly secretName?: string;
  /**
   * The name of the pod volume.
   * @default - the last part of the directory's name
   */
  readonly volumeName?: string;
}

/** The issuer of a Gardener certificate: an existing one by name, or one that is rendered along. */
export interface GardenerIssuerOptions {
  /** Its name. */
  readonly name: string;
  /**
   * The namespace of an existing issuer in the shoot.
   * @default - the controller's; for a rendered issuer the namespace of the gateway's pods
   */
  readonly namespace?: string;
  /**
   * Renders an issuer that orders from this ACME server.
   * @default - the issuer exists
   */
  readonly acme?: AcmeIssuer;
  /**
   * Renders an issuer that signs with the CA in this Secret.
   * @default - the issuer exists
   */
  readonly caSecretName?: string;
}

/** DNS records for the hosts of a server, one for each. */
export interface GardenerDnsOptions {
  /** Addresses, or one host name, of the gateway's load balancer. */
  readonly targets: string[];
  /**
   * Time to live in seconds.
   * @default - the provider's
   */
  readonly ttl?: number;
  /**
   * The class of DNS controllers.
   * @default 'garden'
   */
  readonly dnsClass?: string;
}

/** The DNS service that holds the records. */
export interface GardenerDnsProviderOptions {
  /** The name of the DNSProvider. */
  readonly name: string;
  /** The DNS service, e.g. `aws-route53`. */
  readonly type: string;
  /** The Secret with its access data, in the namespace of the gateway's pods. */
  readonly secretName: string;
  /**
   * Domains that it serves.
   * @default - every domain of its zones
   */
  readonly domains?: string[];
  /**
   * The class of DNS controllers.
   * @default 'garden'
   */
  readonly dnsClass?: string;
}

/** A certificate ordered from Gardener's certificate service. */
export interface GardenerCredentialProps {
  /** The Secret that the service writes, and the name of the Certificate. */
  readonly secretName: string;
  /**
   * Common name, at most 64 characters.
   * @default - the first host that is short enough
   */
  readonly commonName?: string;
  /**
   * Subject alternative names besides the common name. They have to cover the server's hosts.
   * @default - the server's hosts, as far as the common name does not cover them
   */
  readonly dnsNames?: string[];
  /**
   * Who issues the certificate.
   * @default - the shoot's default issuer
   */
  readonly issuer?: GardenerIssuerOptions;
  /**
   * DNS records for the server's hosts.
   * @default - none: they exist, or something else makes them
   */
  readonly dnsEntry?: GardenerDnsOptions;
  /**
   * The DNS service for the records.
   * @default - none: the shoot has one
   */
  readonly dnsProvider?: GardenerDnsProviderOptions;
  /**
   * Kind of the private key.
   * @default - the controller's
   */
  readonly keyAlgorithm?: PrivateKeyAlgorithm;
  /**
   * Size of the private key in bits.
   * @default - the controller's
   */
  readonly keySize?: number;
}

/** A certificate ordered from cert-manager. */
export interface CertManagerCredentialProps {
  /** The Secret that cert-manager writes, and the name of the Certificate. */
  readonly secretName: string;
  /** The issuer. */
  readonly issuerRef: CertManagerIssuerRef;
  /**
   * Subject alternative names. They have to cover the server's hosts.
   * @default - the server's hosts
   */
  readonly dnsNames?: string[];
  /**
   * Common name, at most 64 characters. Clients do not look at it.
   * @default - none
   */
  readonly commonName?: string;
  /**
   * How long a certificate is valid, as a Go duration such as `2160h`.
   * @default - cert-manager's, 90 days
   */
  readonly duration?: string;
  /**
   * How long before the end it is renewed, as a Go duration such as `360h`.
   * @default - cert-manager's, a third of the duration
   */
  readonly renewBefore?: string;
}
