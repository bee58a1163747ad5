import { ApiObject, ApiObjectMetadata, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import type { IGateway } from './gateway-reference';
import { registerGateway } from './gateway-registry';
import { GatewayProtocol, GatewayServer, GatewayTls, TlsMode } from './gateway-server';
import { CheckedServer, checkedServer } from './gateway-server-check';
import { MeshResource, objectMetadata } from './mesh-resource';
import { Synthesis } from './synthesis';
import * as networking from '../../imports/networking.istio.io';
import { IngressGateway } from '../model/ingress-gateway';

/** Properties of a `Gateway`. */
export interface GatewayProps {
  /**
   * Name, namespace, labels and annotations.
   * @default - the construct id as name, the chart's namespace or `default`
   */
  readonly metadata?: ApiObjectMetadata;
  /**
   * The workload that serves the Gateway.
   * @default IngressGateway.istioctlDefault()
   */
  readonly ingress?: IngressGateway;
  /** Ports and hosts. At least one; more can be added. */
  readonly servers: GatewayServer[];
}

/**
 * Istio's Gateway: which ports and hosts an ingress workload serves, and how TLS is done there.
 *
 * Prefer `MutualTlsGateway` and `TlsGateway`, which also care for certificates and policies. What Istio accepts and then drops silently is refused.
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/
 */
export class Gateway extends MeshResource implements IGateway {
  /** The API object behind this Gateway. */
  public readonly apiObject: ApiObject;
  /** The workload that serves the Gateway. */
  public readonly ingress: IngressGateway;

  private readonly added: CheckedServer[] = [];
  private derive?: () => GatewayServer[];

  /** Defines the Gateway. Throws on values that Istio would drop or Envoy refuse. */
  public constructor(scope: Construct, id: string, props: GatewayProps) {
    super(scope, id);
    this.ingress = props.ingress ?? IngressGateway.istioctlDefault();
    const metadata = objectMetadata(this, props.metadata, id);
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(metadata.name!)) {
      throw new Error(`invalid gateway name \`${metadata.name}\`: expected at most 63 lower-case letters, digits and inner \`-\`, Istio takes no dots here`);
    }
    if (!Array.isArray(props.servers)) throw new Error(`invalid \`servers\` \`${String(props.servers)}\`: expected a list`);
    for (const server of props.servers) this.addServer(server);
    this.apiObject = new networking.Gateway(this, 'Resource', {
      metadata,
      spec: Lazy.any({ produce: (): networking.GatewaySpec => this.render() }),
    });
    Synthesis.of(this).addCheck(this, () => this.problems());
    registerGateway({
      construct: this,
      reference: `${this.namespace}/${this.name}`,
      ingress: this.ingress,
      servers: () => this.serverSet.map((server) => ({
        port: server.port,
        hosts: server.parsedHosts,
        encrypted: isEncrypted(server),
        redirects: server.httpsRedirect === true,
        passesThrough: server.tls?.mode === TlsMode.PASSTHROUGH || server.tls?.mode === TlsMode.AUTO_PASSTHROUGH,
      })),
    });
  }

  /** The name of the Gateway object. */
  public get gatewayName(): string {
    return this.name;
  }

  /** The namespace of the Gateway object. */
  public get gatewayNamespace(): string {
    return this.namespace;
  }

  /** The host patterns that the Gateway serves over TLS, without namespace parts. */
  public get gatewayHosts(): string[] {
    return unique(this.encrypted.flatMap(({ parsedHosts }) => parsedHosts.map(({ pattern }) => pattern.text)));
  }

  /** The Service ports on which it serves them. */
  public get gatewayPorts(): number[] {
    return [...new Set(this.encrypted.map(({ port }) => port))].sort((a, b) => a - b);
  }

  /** Whether each server demands a client certificate, or only redirects to one that does. */
  public get verifiesClientCertificates(): boolean {
    return this.encrypted.length > 0 && this.serverSet.every(({ tls, httpsRedirect }) => tls?.mode === TlsMode.MUTUAL || httpsRedirect === true);
  }

  /** The servers as they are rendered: a set, sorted by port and hosts. */
  public get servers(): GatewayServer[] {
    return this.sorted.map(({ parsedHosts, ...server }) => ({ ...server, hosts: parsedHosts.map(({ text }) => text) }));
  }

  /** Adds a server; the order of the calls means nothing. */
  public addServer(server: GatewayServer): void {
    this.added.push(checkedServer(server));
  }

  /**
   * Servers that follow from the others; asked for at synth, must not throw.
   * @internal
   */
  public _deriveServers(derive: () => GatewayServer[]): void {
    this.derive = derive;
  }

  /** Does nothing: a plain Gateway has no policy of its own. */
  public guard(_host: string): void {}

  private get encrypted(): CheckedServer[] {
    return this.serverSet.filter(isEncrypted);
  }

  private get sorted(): CheckedServer[] {
    return [...this.serverSet].sort((a, b) => a.port - b.port || (a.hosts.join() < b.hosts.join() ? -1 : 1));
  }

  private get serverSet(): CheckedServer[] {
    return [...this.added, ...(this.derive?.() ?? []).map(checkedServer)];
  }

  private problems(): string[] {
    const names = this.serverSet.map(({ name }) => name);
    const twice = unique(names.filter((name, index) => names.indexOf(name) !== index));
    return [
      ...(names.length === 0 ? [`gateway \`${this.name}\` has no servers \`[]\`: add at least one`] : []),
      ...twice.map((name) => `port name \`${name}\` stands twice in gateway \`${this.name}\`: give each server a \`name\` of its own`),
    ];
  }

  private render(): networking.GatewaySpec {
    return {
      selector: this.ingress.labels,
      servers: this.sorted.map(({ hosts, port, name, protocol, tls, httpsRedirect }) => ({
        hosts,
        port: { number: port, name, protocol },
        ...(tls ? { tls: renderedTls(tls) } : {}),
        ...(httpsRedirect ? { tls: { httpsRedirect: true } } : {}),
      })),
    };
  }
}

function renderedTls({ mode, minimumVersion, maximumVersion, ...rest }: GatewayTls): networking.GatewaySpecServersTls {
  const terminated = [TlsMode.SIMPLE, TlsMode.MUTUAL, TlsMode.OPTIONAL_MUTUAL].includes(mode);
  return {
    ...rest,
    mode: mode as string as networking.GatewaySpecServersTlsMode,
    // Istio applies versions to terminating modes only; spelt out, because the mesh's own default may be older.
    ...(terminated ? { minProtocolVersion: (minimumVersion ?? 'TLSV1_2') as networking.GatewaySpecServersTlsMinProtocolVersion } : {}),
    ...(maximumVersion ? { maxProtocolVersion: maximumVersion as string as networking.GatewaySpecServersTlsMaxProtocolVersion } : {}),
  };
}

function isEncrypted({ protocol }: GatewayServer): boolean {
  return protocol === GatewayProtocol.HTTPS || protocol === GatewayProtocol.TLS;
}

function unique(texts: string[]): string[] {
  return [...new Set(texts)].sort();
}
