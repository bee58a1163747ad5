import { ApiObject, ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { IGateway } from './gateway-reference';
import { MeshResource, objectMetadata } from './mesh-resource';
import { Synthesis } from './synthesis';
import * as kyma from '../../imports/gateway.kyma-project.io';
import { HostPattern } from '../model/host-pattern';
import { checkedNamespace, IngressGateway } from '../model/ingress-gateway';

/** Properties of an `ExternalGateway`. */
export interface ExternalGatewayProps {
  /**
   * Name, namespace, labels and annotations. The name must be the only one of its kind in the cluster: what Kyma makes in `istio-system` is named by it alone.
   * @default - the construct id as name, the chart's namespace or `default`
   */
  readonly metadata?: ApiObjectMetadata;
  /** The domain that customers use, exact or `*.example.com`. */
  readonly externalDomain: string;
  /** The region of the gateway in front, as the regions ConfigMap spells it. */
  readonly region: string;
  /** The ConfigMap of the same namespace that lists regions and the certificate subjects of their gateways. */
  readonly regionsConfigMap: string;
  /** The Secret with the CA of the client certificates: one key, or `ca.crt`. */
  readonly caSecret: string;
  /**
   * The namespace of that Secret.
   * @default - the namespace of the ExternalGateway
   */
  readonly caSecretNamespace?: string;
  /**
   * The first label of the domain inside Kyma. Of two ExternalGateways with the same one, istiod serves only one.
   * @default `external`
   */
  readonly kymaSubdomain?: string;
  /**
   * The domain of the Kyma cluster. Not rendered: with it, APIRules may name the inner host too.
   * @default - APIRules may name the external domain only
   */
  readonly kymaDomain?: string;
  /**
   * Whether the certificate of the gateway in front is put into `x-forwarded-client-cert`. Do not read that header either way: Kyma passes on what the client
   * sent in it.
   * @default false
   */
  readonly includeExtGatewayClientCert?: boolean;
}

const KEY = Symbol.for('cdk8s-istio-security.external-gateways');

/**
 * Kyma's ExternalGateway (`gateway.kyma-project.io/v1alpha1`): a mutual-TLS entrance for another platform's gateways, told apart by certificate subject.
 *
 * The peer is that gateway, not the end user, and any subject of the region gets in. Kyma makes the Gateway `<name>-gw`, its certificate and its filters.
 */
export class ExternalGateway extends MeshResource implements IGateway {
  /** The API object behind this resource. */
  public readonly apiObject: ApiObject;
  /** The workload that serves it: Kyma's own ingress gateway. */
  public readonly ingress: IngressGateway = IngressGateway.kyma();
  /** Clients without a certificate of the given CA are refused in the handshake. */
  public readonly verifiesClientCertificates: boolean = true;
  /** How APIRules name it. */
  public readonly externalGatewayReference: string;

  private readonly hosts: string[];

  /** Defines the ExternalGateway. Throws on values that Kyma refuses or that end in state Error. */
  public constructor(scope: Construct, id: string, props: ExternalGatewayProps) {
    super(scope, id);
    const metadata = objectMetadata(this, props.metadata, id);
    // `<name>-gw` becomes the name of a Gateway, which has no dots and at most 63 characters.
    if (!/^[a-z0-9]([-a-z0-9]{0,58}[a-z0-9])?$/.test(metadata.name!)) {
      throw new Error(`invalid ExternalGateway name \`${metadata.name}\`: expected at most 60 lower-case letters, digits and inner \`-\``);
    }
    const externalDomain = HostPattern.parse(props.externalDomain).text;
    if (externalDomain === '*') throw new Error('invalid external domain `*`: expected a host name such as `api.example.com` or a wildcard such as `*.example.com`');
    const kymaSubdomain = label('kymaSubdomain', props.kymaSubdomain ?? 'external');
    const internal = props.kymaDomain === undefined ? [] : [HostPattern.parse(`${kymaSubdomain}.${props.kymaDomain}`).text];
    if (internal.some((host) => host.length > 64)) throw new Error(`inner domain \`${internal[0]}\` has ${internal[0].length} characters: expected at most 64, because Kyma makes it the common name of a certificate`);
    const { region } = props;
    if (typeof region !== 'string' || !/^[!-~]+$/.test(region)) throw new Error(`invalid region \`${String(region)}\`: expected a region of the ConfigMap, such as \`eu10\``);
    const name = objectName('caSecret', props.caSecret);
    const namespace = props.caSecretNamespace === undefined ? undefined : checkedNamespace(props.caSecretNamespace);
    this.hosts = [externalDomain, ...internal];
    this.externalGatewayReference = `${metadata.namespace}/${metadata.name}`;
    this.apiObject = new kyma.ExternalGateway(this, 'Resource', {
      metadata,
      spec: {
        externalDomain,
        internalDomain: { kymaSubdomain },
        region,
        regionsConfigMap: objectName('regionsConfigMap', props.regionsConfigMap),
        caSecretRef: { name, ...(namespace !== undefined && { namespace }) },
        ...(props.includeExtGatewayClientCert !== undefined && { includeExtGatewayClientCert: flag(props.includeExtGatewayClientCert) }),
      },
    });
    const all = Synthesis.of(this).sharedBy<ExternalGateway[]>(KEY, () => []);
    Synthesis.of(this).addCheck(this, () => this.problems(all));
    all.push(this);
  }

  /** The name of the Gateway object that Kyma makes. */
  public get gatewayName(): string {
    return `${this.name}-gw`;
  }

  /** The namespace of the Gateway object that Kyma makes. */
  public get gatewayNamespace(): string {
    return this.namespace;
  }

  /** The host patterns that it serves. */
  public get gatewayHosts(): string[] {
    return [...this.hosts];
  }

  /** The Service ports on which it serves them. */
  public get gatewayPorts(): number[] {
    return [443];
  }

  /** Does nothing: Kyma's own filter refuses other subjects. */
  public guard(_host: string): void {}

  private problems(all: readonly ExternalGateway[]): string[] {
    return all.slice(0, all.indexOf(this)).flatMap((other) => [
      ...(other.name === this.name && other.namespace !== this.namespace
        ? [`ExternalGateway \`${this.name}\` is also defined in namespace \`${other.namespace}\`: Kyma names CA, certificate and filters by the name alone, so one would replace the other's CA; use unique names`]
        : []),
      ...(other.hosts[0] === this.hosts[0] ? [`external domain \`${this.hosts[0]}\` is also that of ExternalGateway \`${other.externalGatewayReference}\`: Kyma leaves one in state Error, use one domain once`] : []),
    ]);
  }
}

function label(field: string, value: unknown): string {
  if (typeof value !== 'string' || !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value)) throw new Error(`invalid \`${field}\` \`${String(value)}\`: expected at most 63 lower-case letters, digits and inner \`-\``);
  return value;
}

function objectName(field: string, value: unknown): string {
  if (typeof value !== 'string' || value.length > 253 || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(value)) {
    throw new Error(`invalid \`${field}\` \`${String(value)}\`: expected the name of an object of that kind`);
  }
  return value;
}

function flag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Error(`invalid \`includeExtGatewayClientCert\` \`${String(value)}\`: expected true or false`);
  return value;
}
