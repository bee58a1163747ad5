import type { ApiObject, ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { DedicatedPolicy, dedicatedRules, ingressHelmValues, ingressHelmValuesYaml, requireOwnIngress } from './dedicated-ingress';
import { GatewayExposure } from './gateway-exposure';
import { checkedPassthroughHosts, GatewayGuard } from './gateway-guard';
import { GatewayStrength } from './gateway-strength';
import type { GatewayVolumes } from './gateway-volumes';
import { ImportedMutualTlsGateway } from './imported-mutual-tls-gateway';
import { PlainHttp } from './plain-http';
import type { TlsServer } from './tls-server';
import type { TrustAnchor } from './trust-anchor';
import { HostPattern } from '../model/host-pattern';
import type { IngressGateway } from '../model/ingress-gateway';
import type { IGateway } from '../resources/gateway-reference';

/** A gateway that admits nobody without a client certificate of its trust anchor. */
export interface IMutualTlsGateway extends IGateway {
  /** Always true: tells mutual-TLS gateways from others at compile time. */
  readonly trustAnchored: boolean;
}

/** One server of a mutual-TLS gateway. */
export interface MutualTlsServer extends TlsServer {}

/** Properties of a `MutualTlsGateway`. */
export interface MutualTlsGatewayProps {
  /** Hosts with their certificates. At least one; more can be added. */
  readonly servers: MutualTlsServer[];
  /** Whose clients get in. One for all servers, because a route is reachable through every server that its hosts meet. */
  readonly trustAnchor: TrustAnchor;
  /**
   * The workload that serves the gateway. Certificates and policies go into its namespace.
   * @default IngressGateway.istioctlDefault()
   */
  readonly ingress?: IngressGateway;
  /**
   * Whether the ingress workload is shared with others, and so which policy protects the gateway from them.
   * @default GatewayStrength.SHARED
   */
  readonly strength?: GatewayStrength;
  /**
   * Server names whose TLS others pass through (mode `PASSTHROUGH`) on the same ports of the same ingress workload. The gateway's policy has to spare
   * them: a policy cannot look into such connections, and a DENY policy refuses what it cannot look into. Those of this app's own Gateways are found.
   * @default - none besides those of this app
   */
  readonly passthroughHosts?: string[];
  /**
   * What happens on port 80.
   * @default PlainHttp.CLOSED
   */
  readonly plainHttp?: PlainHttp;
  /**
   * Where the objects in the namespace of the gateway's pods are constructed: certificates, trust anchors and the gateway's policy. For instance a chart
   * that the platform team applies.
   * @default - this construct
   */
  readonly credentialScope?: Construct;
  /**
   * The date at which certificates have to be valid: a day or a time with zone, ISO 8601.
   * @default - dates are not judged, because synth has no clock
   */
  readonly validAt?: string;
  /**
   * Name, namespace, labels and annotations. Labels and annotations go to every object.
   * @default - `mtls-` and the first host, with `-` for dots and `wildcard` for `*`; the chart's namespace or `default`
   */
  readonly metadata?: ApiObjectMetadata;
}

/** What has to be known of a mutual-TLS gateway that another team owns. */
export interface MutualTlsGatewayAttributes {
  /** The namespace of the Gateway object. */
  readonly namespace: string;
  /** The name of the Gateway object. */
  readonly name: string;
  /** The hosts and wildcards that it serves with mutual TLS. */
  readonly mutualTlsHosts: string[];
  /**
   * The Service ports on which it serves them.
   * @default [443]
   */
  readonly ports?: number[];
  /**
   * The workload that serves it.
   * @default IngressGateway.istioctlDefault()
   */
  readonly ingress?: IngressGateway;
  /**
   * Where to construct a DENY policy, in the namespace of the gateway's pods, that guards the hosts of this app's routes as the gateway's owner would:
   * nobody without a verified certificate, nobody over a foreign server name. Whoever applies it needs the right to write policies there.
   * @default - no policy: guarding the hosts is left to the owner
   */
  readonly guardScope?: Construct;
  /**
   * Server names whose TLS others pass through (mode `PASSTHROUGH`) on the same ports of the same ingress workload. The gateway's policy has to spare
   * them: a policy cannot look into such connections, and a DENY policy refuses what it cannot look into. Those of this app's own Gateways are found.
   * @default - none besides those of this app
   */
  readonly passthroughHosts?: string[];
}

/**
 * An Istio gateway with mutual TLS: clients without a certificate of the trust anchor fail in the handshake.
 *
 * Renders the Gateway, the certificate objects and a trust anchor of its own for each certificate, and a policy on the ingress workload against requests
 * that reach its hosts by another way in (see `GatewayStrength`).
 */
export class MutualTlsGateway extends Construct implements IMutualTlsGateway {
  /**
   * A gateway that another team owns, so that routes and policies of this app can be bound to it.
   *
   * That it asks every client for a certificate is taken on trust.
   */
  public static fromGatewayAttributes(scope: Construct, id: string, attributes: MutualTlsGatewayAttributes): IMutualTlsGateway {
    return new ImportedMutualTlsGateway(scope, id, attributes);
  }

  /** Always true: tells mutual-TLS gateways from others at compile time. */
  public readonly trustAnchored: boolean = true;
  /** Always true: no server of this gateway admits a client without a verified certificate. */
  public readonly verifiesClientCertificates: boolean = true;
  /** The workload that serves the gateway. */
  public readonly ingress: IngressGateway;
  /** The pod volumes that certificates in files need; empty with Secrets. */
  public readonly volumes: GatewayVolumes;

  private readonly exposure: GatewayExposure;
  private readonly shield?: GatewayGuard;

  /** Defines the gateway. Throws on values that could not work or would let other clients in. */
  public constructor(scope: Construct, id: string, props: MutualTlsGatewayProps) {
    super(scope, id);
    const anchor = props.trustAnchor?._source;
    if (!anchor) throw new Error(`mutual TLS gateway has no trust anchor \`${String(props.trustAnchor)}\`: expected one such as \`TrustAnchor.fromPem(pem)\``);
    const strength = props.strength ?? GatewayStrength.SHARED;
    if (!Object.values(GatewayStrength).includes(strength)) throw new Error(`invalid strength \`${String(strength)}\`: expected \`SHARED\` or \`DEDICATED\``);
    const dedicated = strength === GatewayStrength.DEDICATED;
    if (dedicated) requireOwnIngress(props.ingress);
    if (dedicated && props.plainHttp === PlainHttp.REDIRECT) {
      throw new Error('`plainHttp` `REDIRECT` with strength `DEDICATED`: the policy answers every request without a certificate with 403 before it is redirected, leave port 80 closed');
    }
    // Policies come before the Gateway in the output, so that nothing is served unprotected in between.
    const policies = props.credentialScope ?? new Construct(this, 'Policies');
    this.exposure = new GatewayExposure(this, { ...props, anchor, namePrefix: 'mtls' });
    this.ingress = this.exposure.gateway.ingress;
    this.volumes = this.exposure.volumes;
    const { ingress, exposure } = this;
    const name = `${this.gatewayNamespace}.${this.gatewayName}-client-certificate`;
    const metadata = { labels: props.metadata?.labels, annotations: props.metadata?.annotations };
    if (dedicated) {
      new DedicatedPolicy(policies, name, { name, metadata, ingress }, () => dedicatedRules(exposure.hosts, this.gatewayPorts));
    } else {
      this.shield = new GatewayGuard({
        scope: new Construct(policies, name),
        ingress,
        name,
        metadata,
        isServed: (host) => exposure.serves(host),
        ports: () => this.gatewayPorts,
        passthroughHosts: checkedPassthroughHosts(props.passthroughHosts),
      });
    }
    for (const server of props.servers) this.addServer(server);
  }

  /** The Gateway object, for fields that are not modelled here. */
  public get apiObject(): ApiObject {
    return this.exposure.gateway.apiObject;
  }

  /** The name of the Gateway object. */
  public get gatewayName(): string {
    return this.exposure.gateway.gatewayName;
  }

  /** The namespace of the Gateway object. */
  public get gatewayNamespace(): string {
    return this.exposure.gateway.gatewayNamespace;
  }

  /** The host patterns that the gateway serves, sorted. */
  public get gatewayHosts(): string[] {
    return this.exposure.hosts.map(({ text }) => text);
  }

  /** The Service ports on which it serves them, sorted. */
  public get gatewayPorts(): number[] {
    return this.exposure.gateway.gatewayPorts;
  }

  /** Adds a server; the order of the calls means nothing. */
  public addServer(server: MutualTlsServer): void {
    const hosts = this.exposure.addServer(server);
    hosts.forEach((host) => this.shield?.add(host));
    this.shield?.grow();
  }

  /**
   * Has the gateway itself refuse requests for a host that come without a verified certificate or over a foreign server; routes call it for their hosts.
   *
   * Wildcards cannot be guarded on a shared ingress workload, and a dedicated one guards everything anyway.
   */
  public guard(host: string): void {
    this.shield?.add(HostPattern.parse(host));
  }

  /** Values for Istio's Helm chart `gateway` that install the ingress workload as it is described: name, labels, account, Service ports, volumes. */
  public helmValues(): any {
    return ingressHelmValues(this.ingress, this.gatewayPorts, this.volumes);
  }

  /** The same as YAML text, for a values file. */
  public helmValuesYaml(): string {
    return ingressHelmValuesYaml(this.ingress, this.gatewayPorts, this.volumes);
  }
}
