import { Construct } from 'constructs';
import { HostPattern } from '../model/host-pattern';
import { checkedNamespace, checkedPort, IngressGateway } from '../model/ingress-gateway';
import type { IGateway } from '../resources/gateway-reference';
import { registerGateway } from '../resources/gateway-registry';

/** What has to be known of a Gateway that this app does not render. */
export interface ImportedGatewayProps {
  readonly namespace: string;
  readonly name: string;
  readonly hosts: string[];
  /** How the user calls the hosts. */
  readonly hostsField: string;
  readonly ports?: number[];
  readonly ingress?: IngressGateway;
}

/** A Gateway of another team: nothing is rendered, but its hosts and ports count when Gateways of this app are checked against each other. */
export abstract class ImportedGateway extends Construct implements IGateway {
  public readonly gatewayName: string;
  public readonly gatewayNamespace: string;
  public readonly ingress: IngressGateway;
  public abstract readonly verifiesClientCertificates: boolean;

  private readonly patterns: HostPattern[];
  private readonly ports: number[];

  public constructor(scope: Construct, id: string, props: ImportedGatewayProps) {
    super(scope, id);
    this.gatewayNamespace = checkedNamespace(props.namespace);
    if (typeof props.name !== 'string' || !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(props.name)) {
      throw new Error(`invalid gateway name \`${String(props.name)}\`: expected at most 63 lower-case letters, digits and inner \`-\`; the namespace stands in \`namespace\``);
    }
    this.gatewayName = props.name;
    this.ingress = props.ingress ?? IngressGateway.istioctlDefault();
    const reference = `${this.gatewayNamespace}/${this.gatewayName}`;
    if (!Array.isArray(props.hosts) || props.hosts.length === 0) throw new Error(`gateway \`${reference}\` has no \`${props.hostsField}\` \`[]\`: name the hosts that it serves`);
    if (props.ports?.length === 0) throw new Error(`gateway \`${reference}\` has no ports \`[]\`: leave \`ports\` out for 443`);
    this.patterns = [...new Set(props.hosts)].sort().map((host) => HostPattern.parse(host));
    this.ports = [...new Set(props.ports ?? [443])].map(checkedPort).sort((a, b) => a - b);
    registerGateway({
      construct: this,
      reference,
      ingress: this.ingress,
      servers: () => this.ports.map((port) => ({
        port,
        hosts: this.patterns.map((pattern) => ({ text: pattern.text, pattern, binding: '*' })),
        encrypted: true,
        redirects: false,
        passesThrough: false,
      })),
    });
  }

  public get gatewayHosts(): string[] {
    return this.patterns.map(({ text }) => text);
  }

  public get gatewayPorts(): number[] {
    return [...this.ports];
  }

  public guard(_host: string): void {}
}
