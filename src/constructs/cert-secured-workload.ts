import type { ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { CertificateGrant, checkedGrant, CheckedGrant, grantGroups } from './certificate-grant';
import { withIdentity } from './identity-headers';
import { CheckedCaller, checkedCaller, InMeshCaller, inMeshRules } from './in-mesh-caller';
import type { IMutualTlsGateway } from './mutual-tls-gateway';
import type { RouteOptions } from './route-options';
import { checkedGateway, SecuredRoute } from './secured-route';
import { strictPeersOf } from './strict-peers';
import { audienceNotes, jwtRule, requiredIssuers, TokenDemand, tokenDemand, TokenRequirement } from './token-requirement';
import { checkFields } from '../model/known-fields';
import type { AuthorizationPolicy } from '../resources/authorization-policy';
import { gatewayReference } from '../resources/gateway-reference';
import type { PeerAuthentication } from '../resources/peer-authentication';
import type { PolicyRule } from '../resources/policy-rule';
import type { RequestAuthentication } from '../resources/request-authentication';
import type { VirtualService } from '../resources/virtual-service';
import type { Workload } from '../resources/workload';

/** Properties of a `CertSecuredWorkload`. */
export interface CertSecuredWorkloadProps {
  /** The gateway that verifies the client certificates. */
  readonly gateway: IMutualTlsGateway;
  /** The host under which clients call: exact, or `*.suffix`. It must be one of the gateway's. */
  readonly host: string;
  /** What is protected. */
  readonly workload: Workload;
  /**
   * The clients that may call; more with `allow`.
   * @default - nobody, every request is refused
   */
  readonly allow?: CertificateGrant[];
  /**
   * A token that every client needs besides its certificate.
   * @default - none
   */
  readonly token?: TokenRequirement;
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
 * A workload behind a mutual-TLS gateway, open only to clients whose certificates are granted.
 *
 * Renders the route that tells the workload who the client is, and the policy that admits the granted clients from the gateway and nobody else.
 */
export class CertSecuredWorkload extends Construct {
  private readonly parts: SecuredRoute;
  private readonly grants: CheckedGrant[] = [];
  private readonly callers: CheckedCaller[] = [];
  private readonly gateway: IMutualTlsGateway;
  private readonly workload: Workload;
  private readonly tokens: (TokenDemand | undefined)[];

  /** Secures the workload. Throws when the gateway does not verify client certificates, and on values that cannot work. */
  public constructor(scope: Construct, id: string, props: CertSecuredWorkloadProps) {
    super(scope, id);
    checkFields('workload secured by certificates', props, ['gateway', 'host', 'workload', 'allow', 'token', 'route', 'metadata']);
    checkedGateway(props.gateway);
    this.gateway = props.gateway;
    this.workload = props.workload;
    if (this.gateway.verifiesClientCertificates !== true) {
      throw new Error(`gateway \`${gatewayReference(this.gateway)}\` does not verify client certificates: clients could not be told apart, use a \`MutualTlsGateway\``);
    }
    const issuers = requiredIssuers(props.token);
    this.tokens = issuers.length === 0 ? [undefined] : issuers.map(tokenDemand);
    if (props.allow !== undefined && !Array.isArray(props.allow)) throw new Error(`invalid \`allow\` \`${String(props.allow)}\`: expected a list of grants`);
    for (const grant of props.allow ?? []) this.allow(grant);
    this.parts = new SecuredRoute(this, {
      ...props,
      headers: withIdentity(),
      tokens: issuers.length > 0,
      grown: () => this.grants.length + this.callers.length,
      rules: (hosts, service, namespace) => this.rules(hosts, service, namespace),
    });
    for (const issuer of issuers) this.parts.addTokenRule(jwtRule(issuer));
    this.parts.addNotes(audienceNotes(issuers));
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

  /** What verifies tokens on the workload; undefined without `token`. */
  public get requestAuthentication(): RequestAuthentication | undefined {
    return this.parts.authentications[0];
  }

  /** What demands mutual TLS on the workload; undefined where the app has another PeerAuthentication for it. */
  public get peerAuthentication(): PeerAuthentication | undefined {
    return strictPeersOf(this, this.workload, this.parts.namespace);
  }

  /** Lets a client in. The order of the calls means nothing. */
  public allow(grant: CertificateGrant): void {
    this.grants.push(checkedGrant(grant));
  }

  /**
   * Lets a workload inside the mesh in, by its identity there and under the names of the Service, without a client certificate.
   *
   * With `token` it needs the token, too. Requests of it that carry an identity header are refused, because no gateway wrote that header.
   */
  public allowInMesh(caller: InMeshCaller): void {
    this.callers.push(checkedCaller(caller, this.gateway.ingress.principal));
  }

  private rules(hosts: string[], service: string, namespace: string): PolicyRule[] {
    const { principal } = this.gateway.ingress;
    const external = grantGroups(this.grants).flatMap(({ limits, when }) => this.tokens.map((token) => ({
      from: [{ principals: [principal], ...(token ? { requestPrincipals: token.requestPrincipals } : {}) }],
      to: [{ hosts, ...limits }],
      when: [...when, ...token?.when ?? []],
    })));
    return [...external, ...inMeshRules(this.callers, service, namespace, this.tokens)];
  }
}
