import type { ApiObjectMetadata } from 'cdk8s';
import type { Enforcement } from './enforcement';
import { HostPattern } from '../model/host-pattern';
import type { SpiffeId } from '../model/spiffe-id';
import { PolicyAction } from '../resources/authorization-policy';
import type { PolicyCondition } from '../resources/policy-rule';
import type { Workload } from '../resources/workload';

/** Policies on the pods of a workload, where the certificates of the mesh are seen: those of sidecars and gateways. */
export class WorkloadEnforcement implements Enforcement {
  public readonly isGateway = false;

  public constructor(private readonly workload: Workload, private readonly trustDomain: string) {}

  public get target() {
    return { workload: this.workload };
  }

  public name(hosts: HostPattern[] | undefined): string {
    return [this.workload.service, ...(hosts ?? []).map(({ text }) => text.replace(/^\*(\.|$)/, 'wildcard$1'))].join('.');
  }

  public metadata(given: ApiObjectMetadata | undefined, name: string): ApiObjectMetadata {
    return { ...given, name: given?.name ?? name };
  }

  public checkClient(client: SpiffeId): void {
    if (client.trustDomain === this.trustDomain && /^\/ns\/[^/]+\/sa\/[^/]+$/.test(client.path)) return;
    throw new Error(
      `client \`${client}\` is no identity of the mesh (\`spiffe://${this.trustDomain}/ns/<namespace>/sa/<service account>\`): workload \`${this.workload.service}\` sees the gateway `
      + 'as the caller, never the client behind it; enforce the policy where the client\'s certificate is seen, with `EnforcementPoint.gateway`',
    );
  }

  public parseHosts(hosts: string[] | undefined): HostPattern[] | undefined {
    return hosts && [...new Set(hosts)].sort().map((host) => HostPattern.parse(host));
  }

  public hostValues(hosts: HostPattern[] | undefined, action: PolicyAction): string[] | undefined {
    if (!hosts || this.workload._problems().length > 0) return undefined;
    if (action === PolicyAction.DENY) return hosts.flatMap((host) => host.denyValues());
    const ports = [...new Set([this.workload.port, this.workload.targetPort])].sort((a, b) => a - b);
    return hosts.flatMap((host) => host.allowValues(ports));
  }

  public ports(): undefined {
    return undefined;
  }

  // What reaches the TCP ports of these pods is meant for this workload, and refusing it is the closed answer.
  public spared(): PolicyCondition[] {
    return [];
  }

  // The workload's own problems are reported by the policy that selects it.
  public problems(): string[] {
    return [];
  }
}
