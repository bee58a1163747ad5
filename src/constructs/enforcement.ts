import type { ApiObjectMetadata } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { HostPattern } from '../model/host-pattern';
import type { SpiffeId } from '../model/spiffe-id';
import type { PolicyAction } from '../resources/authorization-policy';
import type { PolicyCondition } from '../resources/policy-rule';
import type { Workload } from '../resources/workload';

/** What a policy by SPIFFE ID has to know of the place where it is enforced. */
export interface Enforcement {
  /** Whether a single ALLOW policy would cut off everything else that the proxy serves, or be undone by another one. */
  readonly isGateway: boolean;
  /** The pods, in the words of an AuthorizationPolicy. */
  readonly target: { readonly selector: { [key: string]: string } } | { readonly workload: Workload };
  /** What is protected, as the beginning of a name. */
  name(hosts: HostPattern[] | undefined): string;
  /** Name and namespace of the policy, given what the user said. */
  metadata(given: ApiObjectMetadata | undefined, name: string): ApiObjectMetadata;
  /** Throws when the identity cannot be seen here. */
  checkClient(client: SpiffeId): void;
  /** Reads the hosts that the user gave; throws on one that cannot limit a policy here. */
  parseHosts(hosts: string[] | undefined): HostPattern[] | undefined;
  /** The `hosts` of a policy of that action, undefined for every host. Never throws. */
  hostValues(hosts: HostPattern[] | undefined, action: PolicyAction): string[] | undefined;
  /** The ports on which requests for the hosts can arrive, undefined for all. Never throws. */
  ports(): string[] | undefined;
  /**
   * What keeps a rule that also matches callers without a certificate from the TCP connections of others. Never throws.
   *
   * Istio drops conditions on hosts, paths and methods where a proxy cannot see HTTP, and what is left of a DENY rule would match every such connection.
   */
  spared(construct: IConstruct): PolicyCondition[];
  /** What is wrong between the policy and the place, as far as it is known only at synth. */
  problems(hosts: HostPattern[] | undefined): string[];
}
