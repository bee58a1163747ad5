import type { ApiObjectMetadata } from 'cdk8s';
import type { HostPattern } from '../model/host-pattern';
import type { SpiffeId } from '../model/spiffe-id';
import type { PolicyAction } from '../resources/authorization-policy';
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
  /** What is wrong between the policy and the place, as far as it is known only at synth. */
  problems(hosts: HostPattern[] | undefined): string[];
}
