import type { ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { HostPattern } from '../model/host-pattern';
import type { IngressGateway } from '../model/ingress-gateway';
import { AuthorizationPolicy, PolicyAction } from '../resources/authorization-policy';
import { guardedPorts, passthroughServerNames } from '../resources/gateway-registry';
import type { PolicyRule } from '../resources/policy-rule';
import { Synthesis } from '../resources/synthesis';

const SERVER_NAME = 'connection.sni';
/** Most rules of one policy that Istio's schema takes. */
const MAX_RULES = 512;

/** What a guard protects. */
export interface GuardProps {
  /** Where the policies are constructed: before routes, so that they come first in the output. */
  readonly scope: Construct;
  readonly ingress: IngressGateway;
  /** The name of the first policy; its namespace is that of the gateway's pods. */
  readonly name: string;
  readonly metadata?: ApiObjectMetadata;
  /** Whether one of the gateway's servers has exactly this host or wildcard. */
  readonly isServed: (pattern: string) => boolean;
  /** The Service ports of the gateway's servers. */
  readonly ports: () => number[];
  /** Server names whose TLS others pass through on the same ingress workload, as far as the user tells. */
  readonly passthroughHosts?: string[];
}

/**
 * The DENY policy of a mutual-TLS gateway on a shared ingress workload.
 *
 * Istio picks the server by server name and port but the route by Host, so our hosts can be asked for over somebody else's server, or over port 80. The
 * policy refuses requests for them that come without a verified client certificate, or over a server name that is not ours. It names exact hosts only:
 * a wildcard would be escaped by `Host: a.example.com:9`, and would hit hosts of others.
 */
export class GatewayGuard {
  private readonly wanted = new Map<string, HostPattern>();
  private readonly policies: GuardPolicy[] = [];
  private serverNames: ReadonlySet<string> = new Set();

  public constructor(private readonly props: GuardProps) {
    Synthesis.of(props.scope).addCheck(props.scope, () => this.problems());
  }

  /** Guards an exact host, as soon as the gateway serves it; wildcards are left alone. */
  public add(host: HostPattern): void {
    if (host.isWildcard) return;
    this.wanted.set(host.text, host);
    const server = this.serverOf(host);
    // Only a further server name can ask for a further policy; thousands of hosts below one wildcard do not.
    if (server !== undefined && !this.serverNames.has(server)) this.grow();
  }

  /** Looks again which hosts the gateway serves. */
  public grow(): void {
    this.serverNames = new Set(this.byServerName().map(({ serverName }) => serverName));
    while (this.policies.length * (MAX_RULES - 1) < this.serverNames.size) {
      const index = this.policies.length;
      const { scope, ingress, name, metadata } = this.props;
      this.policies.push(new GuardPolicy(scope, `Policy${index}`, {
        metadata: { ...metadata, name: index === 0 ? name : `${name}-${index + 1}`, namespace: ingress.namespace },
        selector: ingress.labels,
        action: PolicyAction.DENY,
        rules: [],
      }, () => this.rules(index)));
    }
  }

  private problems(): string[] {
    const { scope, ingress, name, ports } = this.props;
    if (this.policies.length === 0 || !passthroughServerNames(scope, ingress, ports()).includes('*')) return [];
    return [`a gateway of this app passes TLS through for host \`*\` on the ingress workload that policy \`${name}\` guards: the policy could not spare those connections, name their hosts or use a dedicated ingress workload`];
  }

  private rules(index: number): PolicyRule[] {
    const groups = this.byServerName().slice(index * (MAX_RULES - 1), (index + 1) * (MAX_RULES - 1));
    const hosts = groups.flatMap(({ values }) => values).sort();
    const { scope, ingress, passthroughHosts } = this.props;
    // Istio drops `hosts` on TCP: what is left must not match the TCP and passthrough connections of others.
    const ports = guardedPorts(ingress, this.props.ports());
    const spared = [...new Set([...passthroughHosts ?? [], ...passthroughServerNames(scope, ingress, this.props.ports())])].sort();
    return [
      { from: [{ notPrincipals: ['*'] }], to: [{ hosts, ports }], ...(spared.length > 0 ? { when: [{ key: SERVER_NAME, notValues: spared }] } : {}) },
      // Any server name is ours where the server answers to `*`.
      ...groups.filter(({ serverName }) => serverName !== '*').map(({ serverName, values }) => ({
        to: [{ hosts: values, ports }],
        when: [{ key: SERVER_NAME, notValues: [serverName, ...spared.filter((name) => name !== serverName)] }],
      })),
    ];
  }

  /** The guarded hosts as policies write them, by the pattern of the server that Envoy picks for them. */
  private byServerName(): { serverName: string; values: string[] }[] {
    const groups = new Map<string, string[]>();
    for (const host of [...this.wanted.values()].sort((a, b) => (a.text < b.text ? -1 : 1))) {
      const server = this.serverOf(host);
      if (server === undefined) continue;
      const values = groups.get(server) ?? [];
      values.push(...host.denyValues());
      groups.set(server, values);
    }
    return [...groups.keys()].sort().map((serverName) => ({ serverName, values: groups.get(serverName)! }));
  }

  private serverOf(host: HostPattern): string | undefined {
    return patternsOver(host.text).find(this.props.isServed);
  }
}

/** Server names that a policy can spare; `*` would spare everything. */
export function checkedPassthroughHosts(hosts: string[] | undefined): string[] | undefined {
  if (hosts !== undefined && !Array.isArray(hosts)) throw new Error(`invalid \`passthroughHosts\` \`${String(hosts)}\`: expected a list of hosts`);
  return hosts?.map((host) => {
    const { text } = HostPattern.parse(host);
    if (text === '*') throw new Error('passthrough host `*` would spare every server name from the policy: name the hosts, or use a dedicated ingress workload');
    return text;
  });
}

/** What can cover a host, in the order in which Envoy looks: the host itself, the longest wildcard first, `*` last. */
function patternsOver(host: string): string[] {
  const labels = host.split('.');
  return [host, ...labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`), '*'];
}

/** A policy whose rules follow from the hosts that are known at synth. */
class GuardPolicy extends AuthorizationPolicy {
  private readonly produce: () => PolicyRule[];

  public constructor(scope: Construct, id: string, props: ConstructorParameters<typeof AuthorizationPolicy>[2], produce: () => PolicyRule[]) {
    super(scope, id, props);
    this.produce = produce;
  }

  public override get rules(): PolicyRule[] {
    return this.produce();
  }
}
