import type { ApiObjectMetadata } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { Enforcement } from './enforcement';
import type { IMutualTlsGateway } from './mutual-tls-gateway';
import { HostPattern } from '../model/host-pattern';
import type { SpiffeId } from '../model/spiffe-id';
import { gatewayReference } from '../resources/gateway-reference';
import { guardedPorts, passthroughServerNames } from '../resources/gateway-registry';
import type { PolicyCondition } from '../resources/policy-rule';
import { notServed } from '../resources/virtual-service';

/** Policies on the pods of an ingress gateway, where the clients' own certificates are seen. */
export class GatewayEnforcement implements Enforcement {
  public readonly isGateway = true;

  public constructor(
    private readonly gateway: IMutualTlsGateway,
    private readonly everyHost: boolean,
    private readonly passthroughHosts: string[] = [],
  ) {}

  public get target() {
    return { selector: this.gateway.ingress.labels };
  }

  // Policies of every gateway and team meet in the namespace of the pods, so the name begins with the Gateway's own.
  public name(hosts: HostPattern[] | undefined): string {
    return [this.gateway.gatewayNamespace, this.gateway.gatewayName, ...(hosts ?? []).map(({ text }) => text)].join('.');
  }

  public metadata(given: ApiObjectMetadata | undefined, name: string): ApiObjectMetadata {
    const { namespace } = this.gateway.ingress;
    if (given?.namespace !== undefined && given.namespace !== namespace) {
      throw new Error(
        `policy in namespace \`${given.namespace}\` cannot select the pods of gateway \`${gatewayReference(this.gateway)}\`, which run in \`${namespace}\`: `
        + 'leave `metadata.namespace` out',
      );
    }
    return { ...given, name: given?.name ?? name, namespace };
  }

  public checkClient(client: SpiffeId): void {
    // Istio would also rewrite such a principal for every alias of the mesh's trust domain.
    if (client.trustDomain === this.gateway.ingress.trustDomain && /^\/ns\/[^/]+\/sa\/[^/]+$/.test(client.path)) {
      throw new Error(
        `client \`${client}\` has an identity of the mesh: gateway \`${gatewayReference(this.gateway)}\` sees the certificates of its own trust anchor, `
        + 'never that of a sidecar; enforce the policy at the called workload with `EnforcementPoint.workload`',
      );
    }
  }

  public parseHosts(hosts: string[] | undefined): HostPattern[] | undefined {
    if (hosts === undefined) return undefined;
    if (this.everyHost) throw new Error(`\`hosts\` beside \`everyHost\`: expected one of them (hosts: ${quoted(hosts)})`);
    const patterns = sortedHosts(hosts);
    for (const pattern of patterns) {
      if (!pattern.isWildcard) this.gateway.guard(pattern.text);
      else pattern.denyValues();
    }
    return patterns;
  }

  // Only DENY policies are enforced at gateways. A wildcard is an error that `problems` reports.
  public hostValues(hosts: HostPattern[] | undefined): string[] | undefined {
    const patterns = hosts ?? this.served;
    if (this.everyHost || patterns.length === 0) return undefined;
    return patterns.flatMap((host) => (host.isWildcard ? [host.text] : host.denyValues()));
  }

  public ports(): string[] | undefined {
    return this.everyHost ? undefined : guardedPorts(this.gateway.ingress, this.gateway.gatewayPorts);
  }

  public spared(construct: IConstruct): PolicyCondition[] {
    if (this.everyHost) return [];
    const found = passthroughServerNames(construct, this.gateway.ingress, this.gateway.gatewayPorts);
    const notValues = [...new Set([...this.passthroughHosts, ...found])].sort();
    return notValues.length === 0 ? [] : [{ key: 'connection.sni', notValues }];
  }

  public problems(hosts: HostPattern[] | undefined): string[] {
    if (this.everyHost) return [];
    if (hosts) {
      return hosts.filter((host) => !this.served.some((served) => served.covers(host))).map(({ text }) => notServed(text, [this.gateway]));
    }
    const reference = gatewayReference(this.gateway);
    if (this.served.length === 0) return [`gateway \`${reference}\` serves no hosts: name the hosts of the policy in \`hosts\``];
    return this.served.filter(({ isWildcard }) => isWildcard).map(({ text }) =>
      `gateway \`${reference}\` serves \`${text}\`, and a wildcard cannot limit a DENY policy (\`Host: a${text.slice(1)}:9\` would escape it): `
      + 'list the exact hosts in `hosts`, or say `everyHost: true` where the ingress workload serves nothing else');
  }

  private get served(): HostPattern[] {
    return sortedHosts(this.gateway.gatewayHosts);
  }
}

function sortedHosts(hosts: string[]): HostPattern[] {
  return [...new Set(hosts)].sort().map((host) => HostPattern.parse(host));
}

function quoted(hosts: string[]): string {
  return hosts.map((host) => `\`${host}\``).join(', ');
}
