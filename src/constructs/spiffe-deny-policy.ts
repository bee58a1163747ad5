import type { ApiObject, ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import type { Enforcement } from './enforcement';
import type { EnforcementPoint } from './enforcement-point';
import { checkedClient, enforcementOf, given, givenMethods, givenPaths, LazyPolicy, policyName } from './spiffe-policy';
import { guardingRoute } from './spiffe-route-guard';
import type { HostPattern } from '../model/host-pattern';
import { checkedMethods, HttpMethod } from '../model/http-method';
import type { PathPattern } from '../model/path-pattern';
import type { SpiffeId } from '../model/spiffe-id';
import { PolicyAction } from '../resources/authorization-policy';
import type { HttpRoute } from '../resources/http-route';
import type { PolicyOperation, PolicyRule } from '../resources/policy-rule';
import { Synthesis } from '../resources/synthesis';

/** What a `SpiffeDenyPolicy` does with requests that come without a verified client certificate. */
export enum WithoutCertificate {
  /** Denies them too, for the same hosts, paths and methods. A redirect from port 80 then answers 403 there. */
  DENY = 'DENY',
  /** Leaves them to the gateway: whoever reaches a server of the same host that asks for no certificate is not stopped by this policy. */
  LEAVE = 'LEAVE',
}

/** Properties of a `SpiffeDenyPolicy`. */
export interface SpiffeDenyPolicyProps {
  /** Where the policy is enforced: at the proxy that sees the clients' certificates. */
  readonly enforceAt: EnforcementPoint;
  /** The identities to deny. At least one; more can be added. */
  readonly clients: SpiffeId[];
  /**
   * The exact hosts on which they are denied, each with every port.
   * @default - at a gateway its hosts, which must be exact; at a workload every host
   */
  readonly hosts?: string[];
  /**
   * The paths that they are denied, with trailing slash, subtree, `;parameters` and a doubled leading slash.
   * @default - every path
   */
  readonly paths?: PathPattern[];
  /**
   * The only paths that they keep: everything else is denied, variants of these paths included. Stronger than `paths`, and instead of it.
   * @default - what `paths` says
   */
  readonly exceptPaths?: PathPattern[];
  /**
   * The methods that they are denied. `GET` covers `HEAD`, which servers answer like `GET` (RFC 9110 section 9.3.2).
   * @default - every method
   */
  readonly methods?: HttpMethod[];
  /**
   * What happens to requests without a verified client certificate.
   * @default WithoutCertificate.DENY
   */
  readonly withoutCertificate?: WithoutCertificate;
  /**
   * Name, labels and annotations of the policy; its namespace is that of the selected pods.
   * @default - a name of gateway or workload, hosts given and paths
   */
  readonly metadata?: ApiObjectMetadata;
}

/**
 * Denies requests of the given SPIFFE identities at one enforcement point.
 *
 * Every other verified identity still gets in: prefer `SpiffeAllowPolicy`, which names those that may. A certificate with several URI SANs is denied when one
 * of them is. Paths cannot close inner `//`, `%2F` and letter case: use `exceptPaths`, or put `routeGuard()` in front of the routes.
 */
export class SpiffeDenyPolicy extends Construct {
  /** The API object of the policy. */
  public readonly apiObject: ApiObject;

  private readonly enforcement: Enforcement;
  private readonly denied: SpiffeId[] = [];
  private readonly hosts?: HostPattern[];
  private readonly paths?: PathPattern[];
  private readonly exceptPaths?: PathPattern[];
  private readonly methods?: HttpMethod[];
  private readonly withoutCertificate: WithoutCertificate;
  private guarded?: number;

  /** Defines the policy. Throws on identities that the enforcement point never sees, and on hosts that cannot limit a DENY policy. */
  public constructor(scope: Construct, id: string, props: SpiffeDenyPolicyProps) {
    super(scope, id);
    this.enforcement = enforcementOf(props.enforceAt);
    if (props.paths !== undefined && props.exceptPaths !== undefined) throw new Error('`paths` beside `exceptPaths`: expected one of them');
    this.paths = givenPaths('paths', props.paths)?.map(deniable);
    this.exceptPaths = givenPaths('exceptPaths', props.exceptPaths);
    this.methods = withHead(givenMethods(props.methods));
    this.withoutCertificate = checkedWithoutCertificate(props.withoutCertificate ?? WithoutCertificate.DENY);
    this.hosts = this.enforcement.parseHosts(given('hosts', props.hosts));
    for (const host of this.hosts ?? []) host.denyValues();
    if (!Array.isArray(props.clients)) throw new Error(`invalid \`clients\` \`${String(props.clients)}\`: expected a list of SpiffeId`);
    for (const client of props.clients) this.deny(client);
    const name = policyName(this.enforcement, this.hosts, this.exceptPaths ? 'deny-except' : 'deny', this.paths ?? this.exceptPaths);
    const policy = new LazyPolicy(this, 'Resource', {
      enforcement: this.enforcement,
      metadata: this.enforcement.metadata(props.metadata, name),
      action: PolicyAction.DENY,
      produce: () => this.rules(),
    });
    this.apiObject = policy.apiObject;
    Synthesis.of(this).addCheck(this, () => this.problems());
  }

  /** The policy as logs and tools name it: `<namespace>/<name>`. */
  public get policyRef(): string {
    return `${this.apiObject.metadata.namespace}/${this.apiObject.name}`;
  }

  /** The denied identities: a set, sorted. */
  public get clients(): SpiffeId[] {
    const byUri = new Map(this.denied.map((client) => [client.uri, client]));
    return [...byUri.keys()].sort().map((uri) => byUri.get(uri)!);
  }

  /** What the policy leaves open, in words; nothing is printed. */
  public get warnings(): string[] {
    const partial = (this.paths ?? []).filter((path) => path.isPartial);
    if (partial.length === 0 || this.guarded !== undefined) return [];
    const list = partial.map((path) => `\`${path}\``).join(', ');
    return [
      `paths cannot close inner \`//\`, \`%2F\` and letter case, so variants of ${list} escape policy \`${this.policyRef}\` where the workload takes them for the same: `
      + 'use `exceptPaths`, `routeGuard()` in front of the routes, or a SpiffeAllowPolicy',
    ];
  }

  /** Denies one more identity; the order of the calls means nothing. */
  public deny(client: SpiffeId): void {
    this.denied.push(checkedClient(this.enforcement, client));
  }

  /**
   * A route that answers 403 to the denied identities on the denied paths, in any spelling: letter case, doubled and encoded slashes, `;parameters`.
   *
   * Put it in front of the routes of the hosts, at the same gateway; the policy stays needed. Without `hosts` it holds for all hosts of the VirtualService.
   * It compares `x-forwarded-client-cert`, which the gateway writes anew before it routes, so clients cannot forge it there. Add all clients before the call.
   */
  public routeGuard(): HttpRoute {
    if (!this.enforcement.isGateway) throw new Error('route guard of a policy at a workload: routes are chosen at the gateway, enforce the policy there');
    if (!this.paths) throw new Error('route guard of a policy without `paths`: nothing is left open, leave it out');
    if (this.clients.length === 0) throw new Error('route guard of a policy without clients `[]`: add the clients first');
    this.guarded = this.clients.length;
    return guardingRoute({ clients: this.clients, paths: this.paths, methods: this.methods, hosts: this.hosts });
  }

  private problems(): string[] {
    const problems = this.enforcement.problems(this.hosts);
    if (this.denied.length === 0) problems.push('spiffe deny policy has no clients `[]`: name at least one identity to deny');
    if (this.guarded !== undefined && this.guarded !== this.clients.length) {
      problems.push('clients were denied after `routeGuard()` was called, so the route does not know them: call it last');
    }
    return problems;
  }

  // True for plain text and for connections without a certificate, those of others included.
  private anonymous(operation: PolicyOperation): PolicyRule {
    const when = this.enforcement.spared(this);
    return { from: [{ notPrincipals: ['*'] }], ...limits({ ...operation, ports: this.enforcement.ports() }), ...(when.length > 0 ? { when } : {}) };
  }

  private rules(): PolicyRule[] {
    const operation: PolicyOperation = {
      hosts: this.enforcement.hostValues(this.hosts, PolicyAction.DENY),
      paths: this.paths?.flatMap((path) => path.denyValues()),
      notPaths: this.exceptPaths?.flatMap((path) => path.allowValues()),
      methods: this.methods,
    };
    const to = limits(operation);
    const principals = this.clients.map((client) => client.principal);
    return [
      ...(principals.length === 0 ? [] : [{ from: [{ principals }], ...to }]),
      ...(this.withoutCertificate === WithoutCertificate.DENY ? [this.anonymous(operation)] : []),
    ];
  }
}

function limits(operation: PolicyOperation): Pick<PolicyRule, 'to'> {
  return Object.values(operation).some((values) => values?.length > 0) ? { to: [operation] } : {};
}

// Istio takes no operator after `{**}`, so there is no value for what is below such a path.
function deniable(path: PathPattern): PathPattern {
  const [template] = path.allowValues();
  if (!/\{\*\*\}./.test(template)) return path;
  throw new Error(`template \`${template}\` cannot be denied together with what is below it: end it with \`{**}\`, or use \`exceptPaths\``);
}

function withHead(methods: HttpMethod[] | undefined): HttpMethod[] | undefined {
  return methods?.includes(HttpMethod.GET) ? checkedMethods([...methods, HttpMethod.HEAD]) : methods;
}

function checkedWithoutCertificate(value: WithoutCertificate): WithoutCertificate {
  if (Object.values(WithoutCertificate).includes(value)) return value;
  throw new Error(`invalid \`withoutCertificate\` \`${String(value)}\`: expected WithoutCertificate.DENY or .LEAVE`);
}
