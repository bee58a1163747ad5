import type { ApiObject, ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import type { Enforcement } from './enforcement';
import type { EnforcementPoint } from './enforcement-point';
import { allowRules, reserveRules, SpiffeGrant } from './spiffe-grants';
import { checkedClient, enforcementOf, given, givenMethods, givenPaths, LazyPolicy, policyName } from './spiffe-policy';
import type { HostPattern } from '../model/host-pattern';
import type { HttpMethod } from '../model/http-method';
import type { PathPattern } from '../model/path-pattern';
import { SpiffeId } from '../model/spiffe-id';
import { PolicyAction } from '../resources/authorization-policy';
import { registerUnstrippedWay } from '../resources/identity-policies';
import { Synthesis } from '../resources/synthesis';
import type { Workload } from '../resources/workload';

// The DENY form at a gateway doubles with each further way.
const MAX_GRANTS = 5;

/** What an identity may ask for. */
export interface SpiffeAllowOptions {
  /**
   * The paths that it may use.
   * @default - those of the policy
   */
  readonly paths?: PathPattern[];
  /**
   * The methods that it may use; `GET` does not imply `HEAD`.
   * @default - those of the policy
   */
  readonly methods?: HttpMethod[];
}

/** Properties of a `SpiffeAllowPolicy`. */
export interface SpiffeAllowPolicyProps {
  /** Where the policy is enforced: at the proxy that sees the clients' certificates. */
  readonly enforceAt: EnforcementPoint;
  /**
   * The identities that may call; more can be added.
   * @default - nobody: every request is denied
   */
  readonly clients?: SpiffeId[];
  /**
   * The hosts on which they may call: exact at a gateway, exact or wildcards at a workload.
   * @default - at a gateway its hosts, which must be exact; at a workload every host
   */
  readonly hosts?: string[];
  /**
   * The only paths that clients may use, unless `allow` says otherwise for one of them.
   * @default - every path
   */
  readonly paths?: PathPattern[];
  /**
   * The only methods that clients may use, unless `allow` says otherwise for one of them; `GET` does not imply `HEAD`.
   * @default - every method
   */
  readonly methods?: HttpMethod[];
  /**
   * Name, labels and annotations of the policy; its namespace is that of the selected pods.
   * @default - a name of gateway or workload and the hosts given
   */
  readonly metadata?: ApiObjectMetadata;
}

/**
 * Lets only the given SPIFFE identities in, and only to the given paths; everybody and everything else is denied.
 *
 * At a workload this is an ALLOW policy, so others on the same pods may admit more. At a gateway it is a DENY policy for its hosts: an ALLOW policy would cut
 * off everything else that the proxy serves, or be undone by the ALLOW policy of another Gateway. There, one policy for each host: two would admit what both do.
 * A certificate with several URI SANs passes when one of them is allowed.
 */
export class SpiffeAllowPolicy extends Construct {
  /** The API object of the policy. */
  public readonly apiObject: ApiObject;

  private readonly enforcement: Enforcement;
  private readonly hosts?: HostPattern[];
  private readonly paths?: PathPattern[];
  private readonly methods?: HttpMethod[];
  private readonly grants: SpiffeGrant[] = [];

  /** Defines the policy. Throws on identities that the enforcement point never sees. */
  public constructor(scope: Construct, id: string, props: SpiffeAllowPolicyProps) {
    super(scope, id);
    this.enforcement = enforcementOf(props.enforceAt);
    this.paths = givenPaths('paths', props.paths);
    this.methods = givenMethods(props.methods);
    this.hosts = this.enforcement.parseHosts(given('hosts', props.hosts));
    const clients: unknown = props.clients ?? [];
    if (!Array.isArray(clients)) throw new Error(`invalid \`clients\` \`${String(clients)}\`: expected a list of SpiffeId`);
    for (const client of clients) this.allow(client);
    const policy = new LazyPolicy(this, 'Resource', {
      enforcement: this.enforcement,
      metadata: this.enforcement.metadata(props.metadata, policyName(this.enforcement, this.hosts, 'allow')),
      action: this.enforcement.isGateway ? PolicyAction.DENY : PolicyAction.ALLOW,
      produce: () => (this.enforcement.isGateway
        ? reserveRules(this.grants, this.enforcement.hostValues(this.hosts, PolicyAction.DENY), this.enforcement.spared(this))
        : allowRules(this.grants, this.enforcement.hostValues(this.hosts, PolicyAction.ALLOW))),
    });
    this.apiObject = policy.apiObject;
    Synthesis.of(this).addCheck(this, () => this.problems());
    const { target } = this.enforcement;
    if ('workload' in target) this.registerCallers(target.workload);
  }

  /** The policy as logs and tools name it: `<namespace>/<name>`. */
  public get policyRef(): string {
    return `${this.apiObject.metadata.namespace}/${this.apiObject.name}`;
  }

  /** The allowed identities: a set, sorted. */
  public get clients(): SpiffeId[] {
    return [...new Set(this.grants.map(({ client }) => client.uri))].sort().map((uri) => SpiffeId.parse(uri));
  }

  /** Lets one more identity in; the order of the calls means nothing, and what is allowed twice is allowed in both ways. */
  public allow(client: SpiffeId, options: SpiffeAllowOptions = {}): void {
    this.grants.push({
      client: checkedClient(this.enforcement, client),
      paths: givenPaths('paths', options.paths) ?? this.paths,
      methods: givenMethods(options.methods) ?? this.methods,
    });
  }

  private problems(): string[] {
    const problems = this.enforcement.problems(this.hosts);
    const limits = Math.max(0, ...this.clients.map(({ uri }) => this.grants.filter(({ client }) => client.uri === uri).length));
    if (this.enforcement.isGateway && limits > MAX_GRANTS) {
      problems.push(`a client is allowed in ${limits} different ways: expected at most ${MAX_GRANTS}, allow several paths or methods in one call`);
    }
    return problems;
  }

  // A sidecar lets callers inside the mesh send any header; at a gateway the routes remove the identity headers.
  private registerCallers(workload: Workload): void {
    registerUnstrippedWay({
      construct: this,
      pods: () => {
        if (this.grants.length === 0 || workload._problems().length > 0) return [];
        return [{ namespace: this.apiObject.metadata.namespace!, labels: workload.labels }];
      },
      message: (policy) => `policy \`${this.policyRef}\` admits callers to workload \`${workload.service}\`, which trusts the identity headers `
        + `that policy \`${policy}\` reads: `
        + 'they could forge them, use `allowInMesh` of the secured workload',
    });
  }
}
