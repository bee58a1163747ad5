import type { ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { withoutIdentity } from './identity-headers';
import { CheckedCaller, checkedCaller, InMeshCaller, inMeshRules } from './in-mesh-caller';
import { Limits, limitsOf } from './limits';
import type { RouteOptions } from './route-options';
import { checkedGateway, SecuredRoute } from './secured-route';
import { strictPeersOf } from './strict-peers';
import { audienceNotes, jwtRule, tokenDemand } from './token-requirement';
import type { HttpMethod } from '../model/http-method';
import { checkedIssuers, JwtIssuer } from '../model/jwt-issuer';
import { checkFields } from '../model/known-fields';
import type { PathPattern } from '../model/path-pattern';
import type { AuthorizationPolicy } from '../resources/authorization-policy';
import type { IGateway } from '../resources/gateway-reference';
import type { PeerAuthentication } from '../resources/peer-authentication';
import type { PolicyRule } from '../resources/policy-rule';
import type { RequestAuthentication } from '../resources/request-authentication';
import type { VirtualService } from '../resources/virtual-service';
import type { Workload } from '../resources/workload';

/** Properties of a `JwtSecuredWorkload`. */
export interface JwtSecuredWorkloadProps {
  /** The gateway behind which the workload is; one with TLS of any kind. */
  readonly gateway: IGateway;
  /** The host under which clients call: exact, or `*.suffix`. It must be one of the gateway's. */
  readonly host: string;
  /** What is protected. */
  readonly workload: Workload;
  /** The issuers whose tokens are accepted; more with `addIssuer`, and at least one at synth. */
  readonly issuers: JwtIssuer[];
  /**
   * Paths that may be asked for with a token, as the workload sees them: after a rewrite of the route.
   * @default - every path
   */
  readonly paths?: PathPattern[];
  /**
   * Methods that may be used with a token.
   * @default - every method
   */
  readonly methods?: HttpMethod[];
  /**
   * How requests get from the gateway to the workload.
   * @default - every path, unchanged
   */
  readonly route?: RouteOptions;
  /**
   * Name, labels and annotations of the objects; the namespace of the route, and of the policies where the workload names none.
   * @default - named `<service>.<host>`, in the namespace of the chart or `default`
   */
  readonly metadata?: ApiObjectMetadata;
}

/**
 * A workload behind a TLS gateway, open only to requests with a valid token of a known issuer.
 *
 * Renders the route, the verification of tokens, and the policy that demands one: each alone would leave the workload open.
 */
export class JwtSecuredWorkload extends Construct {
  private readonly parts: SecuredRoute;
  private readonly issuers: Required<JwtIssuer>[] = [];
  private readonly callers: CheckedCaller[] = [];
  private readonly gateway: IGateway;
  private readonly workload: Workload;
  private readonly limits: Limits;

  /** Secures the workload. Throws on values that cannot work. */
  public constructor(scope: Construct, id: string, props: JwtSecuredWorkloadProps) {
    super(scope, id);
    checkFields('workload secured by tokens', props, ['gateway', 'host', 'workload', 'issuers', 'paths', 'methods', 'route', 'metadata']);
    checkedGateway(props.gateway);
    this.gateway = props.gateway;
    this.workload = props.workload;
    this.limits = limitsOf('workload secured by tokens', props);
    const issuers = checkedIssuers(props.issuers);
    this.parts = new SecuredRoute(this, {
      gateway: props.gateway,
      host: props.host,
      workload: props.workload,
      route: props.route,
      metadata: props.metadata,
      headers: withoutIdentity(),
      tokens: true,
      grown: () => this.issuers.length + this.callers.length,
      rules: (hosts, service, namespace) => this.rules(hosts, service, namespace),
    });
    for (const issuer of issuers) this.add(issuer);
  }

  /** The host under which clients call. */
  public get host(): string {
    return this.parts.host.text;
  }

  /** The policy on the workload. */
  public get policy(): AuthorizationPolicy {
    return this.parts.policies[0];
  }

  /** The policies on all workloads that share the requests, the first workload's first. */
  public get policies(): AuthorizationPolicy[] {
    return [...this.parts.policies];
  }

  /** The route. */
  public get virtualService(): VirtualService {
    return this.parts.virtualService;
  }

  /** What verifies tokens on the workload. */
  public get requestAuthentication(): RequestAuthentication {
    return this.parts.authentications[0];
  }

  /** What demands mutual TLS on the workload; undefined where the app has another PeerAuthentication for it. */
  public get peerAuthentication(): PeerAuthentication | undefined {
    return strictPeersOf(this, this.workload, this.parts.namespace);
  }

  /** Accepts the tokens of another issuer. The order of the calls means nothing. */
  public addIssuer(issuer: JwtIssuer): void {
    this.add(checkedIssuers([issuer])[0]);
  }

  /**
   * Lets a workload inside the mesh in, by its identity there and under the names of the Service; it needs a token like everyone.
   *
   * Paths and methods that it does not name are those of the construct.
   */
  public allowInMesh(caller: InMeshCaller): void {
    const { principal, limits } = checkedCaller(caller, this.gateway.ingress.principal);
    this.callers.push({ principal, limits: { ...this.limits, ...limits } });
  }

  private add(issuer: Required<JwtIssuer>): void {
    this.parts.addTokenRule(jwtRule(issuer));
    this.issuers.push(issuer);
    this.parts.addNotes(audienceNotes([issuer]));
  }

  private rules(hosts: string[], service: string, namespace: string): PolicyRule[] {
    const demands = this.issuers.map(tokenDemand);
    const external = demands.map(({ requestPrincipals, when }) => ({
      from: [{ principals: [this.gateway.ingress.principal], requestPrincipals }],
      to: [{ hosts, ...this.limits }],
      ...(when.length === 0 ? {} : { when }),
    }));
    return [...external, ...inMeshRules(this.callers, service, namespace, demands)];
  }
}
