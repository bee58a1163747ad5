import type { ApiObject, ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { GatewayExposure } from './gateway-exposure';
import type { GatewayVolumes } from './gateway-volumes';
import { ImportedGateway } from './imported-gateway';
import type { PlainHttp } from './plain-http';
import type { TlsServer } from './tls-server';
import { HostPattern } from '../model/host-pattern';
import { IngressGateway } from '../model/ingress-gateway';
import type { IGateway } from '../resources/gateway-reference';

/** Properties of a `TlsGateway`. */
export interface TlsGatewayProps {
  /** Hosts with their certificates. At least one; more can be added. */
  readonly servers: TlsServer[];
  /**
   * The workload that serves the gateway. Certificates go into its namespace.
   * @default IngressGateway.istioctlDefault()
   */
  readonly ingress?: IngressGateway;
  /**
   * What happens on port 80.
   * @default PlainHttp.CLOSED
   */
  readonly plainHttp?: PlainHttp;
  /**
   * Where the objects in the namespace of the gateway's pods are constructed, for instance a chart that the platform team applies.
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
   * @default - `tls-` and the first host, with `-` for dots and `wildcard` for `*`; the chart's namespace or `default`
   */
  readonly metadata?: ApiObjectMetadata;
}

/** What has to be known of a TLS gateway that another team owns. */
export interface TlsGatewayAttributes {
  /** The namespace of the Gateway object. */
  readonly namespace: string;
  /** The name of the Gateway object. */
  readonly name: string;
  /** The hosts and wildcards that it serves over TLS. */
  readonly hosts: string[];
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
}

/** Which Kyma cluster is meant. */
export interface KymaGatewayOptions {
  /** The cluster's domain, e.g. `c-1234567.kyma.example.com`: the gateway serves every name below it. */
  readonly domain: string;
}

/**
 * An Istio gateway with TLS that asks clients for no certificate: everybody gets in, and tokens or other means have to tell who calls.
 *
 * Renders the Gateway and the certificate objects.
 */
export class TlsGateway extends Construct implements IGateway {
  /** A gateway that another team owns, so that routes and policies of this app can be bound to it. */
  public static fromGatewayAttributes(scope: Construct, id: string, attributes: TlsGatewayAttributes): IGateway {
    return new ImportedTlsGateway(scope, id, attributes);
  }

  /** Kyma's ready-made gateway `kyma-system/kyma-gateway`: TLS for `*.<domain>`, redirect on port 80. */
  public static kyma(scope: Construct, id: string, options: KymaGatewayOptions): IGateway {
    const { text } = HostPattern.parse(options.domain);
    if (text.startsWith('*')) throw new Error(`invalid domain \`${text}\`: expected it without \`*.\``);
    return new ImportedTlsGateway(scope, id, { namespace: 'kyma-system', name: 'kyma-gateway', hosts: [`*.${text}`], ingress: IngressGateway.kyma() });
  }

  /** Always false: clients are not asked for a certificate. */
  public readonly verifiesClientCertificates: boolean = false;
  /** The workload that serves the gateway. */
  public readonly ingress: IngressGateway;
  /** The pod volumes that certificates in files need; empty with Secrets. */
  public readonly volumes: GatewayVolumes;

  private readonly exposure: GatewayExposure;

  /** Defines the gateway. Throws on values that could not work. */
  public constructor(scope: Construct, id: string, props: TlsGatewayProps) {
    super(scope, id);
    this.exposure = new GatewayExposure(this, { ...props, namePrefix: 'tls' });
    this.ingress = this.exposure.gateway.ingress;
    this.volumes = this.exposure.volumes;
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
  public addServer(server: TlsServer): void {
    this.exposure.addServer(server);
  }

  /** Does nothing: without client certificates there is nothing to guard. */
  public guard(_host: string): void {}
}

/** A TLS gateway of another team. */
class ImportedTlsGateway extends ImportedGateway {
  public readonly verifiesClientCertificates: boolean = false;

  public constructor(scope: Construct, id: string, attributes: TlsGatewayAttributes) {
    super(scope, id, { ...attributes, hostsField: 'hosts' });
  }
}
