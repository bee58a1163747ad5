import { ApiObject, ApiObjectMetadata, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { checkedCommonName, checkedDnsName } from './certificate-name';
import { checkedCredentialName } from './gateway-server-check';
import { MeshResource, objectMetadata } from './mesh-resource';
import { Synthesis } from './synthesis';
import * as certManager from '../../imports/cert-manager.io';

/** The issuer of a cert-manager certificate. */
export interface CertManagerIssuerRef {
  /** Its name. */
  readonly name: string;
  /**
   * Its kind: `Issuer` of the same namespace, `ClusterIssuer`, or a kind of another API group.
   * @default 'Issuer'
   */
  readonly kind?: string;
  /**
   * Its API group.
   * @default 'cert-manager.io'
   */
  readonly group?: string;
}

/** Properties of a `CertManagerCertificate`. */
export interface CertManagerCertificateProps {
  /**
   * Name, namespace, labels and annotations. The Secret is written into the same namespace: for a gateway that of its pods.
   * @default - the Secret's name, the chart's namespace or `default`
   */
  readonly metadata?: ApiObjectMetadata;
  /** The Secret into which cert-manager writes `tls.crt`, `tls.key` and, where it knows it, the issuer's `ca.crt`. */
  readonly secretName: string;
  /** The issuer. */
  readonly issuerRef: CertManagerIssuerRef;
  /**
   * Common name, at most 64 characters.
   * @default - none
   */
  readonly commonName?: string;
  /**
   * Subject alternative names.
   * @default - none
   */
  readonly dnsNames?: string[];
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

const DURATION = /^(\d+(\.\d+)?(h|m|s))+$/;

/**
 * cert-manager's Certificate, for a TLS server.
 *
 * The Secret may also hold the issuer's CA as `ca.crt`: a mutual-TLS gateway without a trust anchor of its own would admit every client of that CA.
 * @see https://cert-manager.io/docs/usage/certificate/
 */
export class CertManagerCertificate extends MeshResource {
  /** The API object behind this certificate. */
  public readonly apiObject: ApiObject;
  /** The Secret into which cert-manager writes. */
  public readonly secretName: string;

  private readonly commonName?: string;
  private readonly names: Set<string>;

  /** Defines the certificate. Throws on names that no certificate can carry. */
  public constructor(scope: Construct, id: string, props: CertManagerCertificateProps) {
    super(scope, id);
    this.secretName = checkedCredentialName(props.secretName);
    if (typeof props.issuerRef?.name !== 'string' || props.issuerRef.name === '') throw new Error(`certificate \`${this.secretName}\` has no issuer: give \`issuerRef.name\``);
    this.commonName = props.commonName === undefined ? undefined : checkedCommonName(props.commonName);
    this.names = new Set((props.dnsNames ?? []).map(checkedDnsName));
    for (const [field, value] of Object.entries({ duration: props.duration, renewBefore: props.renewBefore })) {
      if (value !== undefined && !DURATION.test(value)) throw new Error(`invalid \`${field}\` \`${String(value)}\`: expected a Go duration such as \`2160h\``);
    }
    this.apiObject = new certManager.Certificate(this, 'Resource', {
      metadata: objectMetadata(this, props.metadata, props.secretName),
      spec: Lazy.any({ produce: (): certManager.CertificateSpec => this.render(props) }) as any,
    });
    Synthesis.of(this).addCheck(this, () => this.names.size === 0 ? [`certificate \`${this.name}\` has no names: give \`dnsNames\``] : []);
  }

  /** The names that the certificate is ordered for: the subject alternative names, sorted. Clients do not look at the common name (RFC 9525). */
  public get hosts(): string[] {
    return [...this.names].sort();
  }

  /** Adds a subject alternative name. */
  public addDnsName(name: string): void {
    this.names.add(checkedDnsName(name));
  }

  private render({ issuerRef, duration, renewBefore }: CertManagerCertificateProps): certManager.CertificateSpec {
    const { DIGITAL_SIGNATURE, KEY_ENCIPHERMENT, SERVER_AUTH } = certManager.CertificateSpecUsages;
    return {
      ...(this.commonName === undefined ? {} : { commonName: this.commonName }),
      dnsNames: this.hosts,
      secretName: this.secretName,
      issuerRef: { name: issuerRef.name, kind: issuerRef.kind ?? 'Issuer', group: issuerRef.group ?? 'cert-manager.io' },
      ...(duration === undefined ? {} : { duration }),
      ...(renewBefore === undefined ? {} : { renewBefore }),
      usages: [DIGITAL_SIGNATURE, KEY_ENCIPHERMENT, SERVER_AUTH],
    };
  }
}
