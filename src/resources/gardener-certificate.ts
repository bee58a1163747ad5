import { ApiObject, ApiObjectMetadata, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { checkedCommonName, checkedDnsName } from './certificate-name';
import { checkedCredentialName } from './gateway-server-check';
import { MeshResource, objectMetadata } from './mesh-resource';
import { Synthesis } from './synthesis';
import * as gardener from '../../imports/cert.gardener.cloud';

/** The kind of a private key. */
export enum PrivateKeyAlgorithm {
  /** RSA. */
  RSA = 'RSA',
  /** ECDSA over a NIST curve. */
  ECDSA = 'ECDSA',
}

/** Properties of a `GardenerCertificate`. */
export interface GardenerCertificateProps {
  /**
   * Name, namespace, labels and annotations. The controller writes the Secret into the same namespace: for a gateway that of its pods.
   * @default - the Secret's name, the chart's namespace or `default`
   */
  readonly metadata?: ApiObjectMetadata;
  /** The Secret into which the controller writes `tls.crt`, `tls.key` and the issuer's `ca.crt`. */
  readonly secretName: string;
  /**
   * Common name: a DNS name of at most 64 characters, which becomes a subject alternative name too.
   * @default - the first of the other names, in alphabetical order, that is short enough
   */
  readonly commonName?: string;
  /**
   * Further subject alternative names.
   * @default - none
   */
  readonly dnsNames?: string[];
  /**
   * Name of the Issuer.
   * @default - the shoot's default issuer
   */
  readonly issuerName?: string;
  /**
   * Namespace of the Issuer, for issuers that live in the shoot itself.
   * @default - the controller's issuer namespace
   */
  readonly issuerNamespace?: string;
  /**
   * Kind of the private key.
   * @default - the controller's
   */
  readonly keyAlgorithm?: PrivateKeyAlgorithm;
  /**
   * Size of the private key in bits: 2048, 3072 or 4096 for RSA, 256 or 384 for ECDSA.
   * @default - the controller's
   */
  readonly keySize?: number;
}

const KEY_SIZES = { [PrivateKeyAlgorithm.RSA]: [2048, 3072, 4096], [PrivateKeyAlgorithm.ECDSA]: [256, 384] };

/**
 * Gardener's Certificate: a certificate that the shoot's certificate service orders and renews.
 *
 * The Secret also holds the issuer's CA as `ca.crt`: a mutual-TLS gateway without a trust anchor of its own would admit every client of that CA.
 * @see https://github.com/gardener/cert-management
 */
export class GardenerCertificate extends MeshResource {
  /** The API object behind this certificate. */
  public readonly apiObject: ApiObject;
  /** The Secret into which the controller writes. */
  public readonly secretName: string;

  private readonly commonName?: string;
  private readonly names: Set<string>;

  /** Defines the certificate. Throws on names that no certificate can carry. */
  public constructor(scope: Construct, id: string, props: GardenerCertificateProps) {
    super(scope, id);
    this.secretName = checkedCredentialName(props.secretName);
    this.commonName = props.commonName === undefined ? undefined : checkedCommonName(props.commonName);
    this.names = new Set((props.dnsNames ?? []).map(checkedDnsName));
    this.apiObject = new gardener.Certificate(this, 'Resource', {
      metadata: objectMetadata(this, props.metadata, props.secretName),
      spec: Lazy.any({ produce: (): gardener.CertificateSpec => this.render(props) }) as any,
    });
    checkKey(props);
    if (props.issuerNamespace !== undefined && props.issuerName === undefined) {
      throw new Error(`\`issuerNamespace\` \`${props.issuerNamespace}\` without \`issuerName\`: name the issuer`);
    }
    Synthesis.of(this).addCheck(this, () => this.commonName === undefined && this.names.size === 0
      ? [`certificate \`${this.name}\` has no names: give \`commonName\` or \`dnsNames\``] : []);
  }

  /** The names that the certificate is ordered for: common name and subject alternative names, sorted. */
  public get hosts(): string[] {
    return [...new Set([...this.commonName === undefined ? [] : [this.commonName], ...this.names])].sort();
  }

  /** Adds a subject alternative name. */
  public addDnsName(name: string): void {
    this.names.add(checkedDnsName(name));
  }

  private render(props: GardenerCertificateProps): gardener.CertificateSpec {
    const commonName = this.commonName ?? this.hosts.find((name) => name.length <= 64);
    const dnsNames = this.hosts.filter((name) => name !== commonName);
    return {
      ...(commonName === undefined ? {} : { commonName }),
      ...(dnsNames.length > 0 ? { dnsNames } : {}),
      secretName: this.secretName,
      ...(props.issuerName === undefined ? {} : { issuerRef: { name: props.issuerName, namespace: props.issuerNamespace } }),
      ...(props.keyAlgorithm === undefined ? {} : {
        privateKey: {
          algorithm: props.keyAlgorithm as string as gardener.CertificateSpecPrivateKeyAlgorithm,
          ...(props.keySize === undefined ? {} : { size: props.keySize as gardener.CertificateSpecPrivateKeySize }),
        },
      }),
    };
  }
}

function checkKey({ keyAlgorithm, keySize }: GardenerCertificateProps): void {
  if (keyAlgorithm === undefined) {
    if (keySize !== undefined) throw new Error(`\`keySize\` \`${keySize}\` without \`keyAlgorithm\`: say \`RSA\` or \`ECDSA\``);
    return;
  }
  const sizes = KEY_SIZES[keyAlgorithm];
  if (!sizes) throw new Error(`invalid key algorithm \`${String(keyAlgorithm)}\`: expected \`RSA\` or \`ECDSA\``);
  if (keySize !== undefined && !sizes.includes(keySize)) throw new Error(`invalid key size \`${keySize}\` for \`${keyAlgorithm}\`: expected one of ${sizes.map((size) => `\`${size}\``).join(', ')}`);
}
