import type { ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import { pathValues, RouteOptions, routesOf, workloadsOf } from './route-options';
import { SecuredHost, SecuredWorkloads } from './secured-workloads';
import { strictPeers } from './strict-peers';
import { HostPattern } from '../model/host-pattern';
import { checkedNamespace } from '../model/ingress-gateway';
import { AuthorizationPolicy } from '../resources/authorization-policy';
import type { IGateway } from '../resources/gateway-reference';
import type { HeaderOperations } from '../resources/header-operations';
import { namespaceOf } from '../resources/mesh-resource';
import type { PolicyRule } from '../resources/policy-rule';
import { JwtRule, RequestAuthentication } from '../resources/request-authentication';
import { Synthesis } from '../resources/synthesis';
import { notServed, VirtualService } from '../resources/virtual-service';
import type { Workload } from '../resources/workload';

const NOTE = 'cdk8s-istio-security/any-audience';

/** What both secured workloads are made of. */
export interface SecuredRouteProps {
  readonly gateway: IGateway;
  readonly host: string;
  readonly workload: Workload;
  readonly route?: RouteOptions;
  readonly metadata?: ApiObjectMetadata;
  readonly headers: HeaderOperations;
  /** Whether tokens are verified at the workload. */
  readonly tokens: boolean;
  /** How many grants there are by now. */
  readonly grown: () => number;
  /** The rules for one of the workloads; asked at synth, when all grants are known. */
  readonly rules: (hosts: string[], service: string, namespace: string) => PolicyRule[];
}

/**
 * The objects of a secured workload: for each workload behind the route policy, tokens and mutual TLS, and then the route that leads to them.
 * @internal
 */
export class SecuredRoute {
  public readonly host: HostPattern;
  public readonly namespace: string;
  public readonly policies: AuthorizationPolicy[] = [];
  public readonly authentications: RequestAuthentication[] = [];
  public readonly virtualService: VirtualService;

  private readonly notes = new Set<string>();

  constructor(scope: Construct, private readonly props: SecuredRouteProps) {
    const { gateway, workload, route = {}, metadata } = props;
    this.host = HostPattern.parse(props.host);
    if (this.host.text === '*') throw new Error('host `*` cannot be secured: the policy would hold for every name of the workload, give the host or a wildcard such as `*.example.com`');
    const dryRun = metadata?.annotations?.['istio.io/dry-run'];
    if (dryRun !== undefined) throw new Error(`annotation \`istio.io/dry-run: ${dryRun}\` in \`metadata\`: the policy would enforce nothing and leave the workload open, leave it out`);
    const workloads = workloadsOf(workload, route);
    this.namespace = workload.namespace ?? metadata?.namespace ?? namespaceOf(scope);
    checkedNamespace(this.namespace);
    const http = routesOf(workload, this.namespace, route, props.headers);
    workloads.forEach((each, index) => this.protect(scope, each, index));
    this.virtualService = new VirtualService(scope, 'Route', {
      metadata: { ...metadata, name: metadata?.name ?? this.nameFor(workload), namespace: metadata?.namespace ?? this.namespace },
      hosts: [this.host.text],
      gateways: [gateway],
      http,
    });
    const secured: SecuredHost = {
      construct: scope,
      host: this.host,
      gateway,
      workloads,
      namespace: this.namespace,
      ...(route.paths ? { paths: pathValues(route.paths) } : {}),
    };
    const all = SecuredWorkloads.of(scope);
    all.add(secured);
    Synthesis.of(scope).addCheck(scope, () => [...this.unserved(), ...all.problems(secured)]);
    if (!this.host.isWildcard) gateway.guard(this.host.text);
  }

  /** Adds an issuer whose tokens the workloads verify. */
  public addTokenRule(rule: JwtRule): void {
    for (const authentication of this.authentications) authentication.addRule(rule);
  }

  /** Writes down on what verifies tokens why something is left open. */
  public addNotes(notes: string[]): void {
    for (const note of notes) this.notes.add(note);
    if (this.notes.size === 0) return;
    for (const { apiObject } of this.authentications) apiObject.metadata.addAnnotation(NOTE, [...this.notes].sort().join('; '));
  }

  private protect(scope: Construct, workload: Workload, index: number): void {
    const { gateway, metadata = {}, rules, grown } = this.props;
    const namespace = workload.namespace ?? this.namespace;
    const suffix = index === 0 ? '' : `-${namespace}-${workload.service}`;
    const name = metadata.name === undefined ? this.nameFor(workload) : `${metadata.name}${index === 0 ? '' : `-${workload.service}`}`;
    const shared: ApiObjectMetadata = { labels: metadata.labels, annotations: metadata.annotations };
    const policy = new AuthorizationPolicy(scope, `Policy${suffix}`, { workload, metadata: { ...shared, name, namespace } });
    let last: { readonly state: string; readonly rules: PolicyRule[] } | undefined;
    policy._addRuleSource(() => {
      // A synth asks several times; the grants only grow, so their number tells whether there are new ones.
      const hosts = this.host.allowValues(this.host.isWildcard ? gateway.gatewayPorts : []);
      const state = `${grown()} ${hosts.join()}`;
      if (last?.state !== state) last = { state, rules: rules(hosts, workload.service, namespace) };
      return last.rules;
    });
    this.policies.push(policy);
    if (this.props.tokens) {
      this.authentications.push(new RequestAuthentication(scope, `Authentication${suffix}`, { workload, metadata: { ...shared, name, namespace }, rules: [] }));
    }
    strictPeers(scope, `PeerAuthentication${suffix}`, workload, namespace, shared);
  }

  private nameFor(workload: Workload): string {
    return `${workload.service}.${this.host.text.replace(/^\*\./, 'wildcard.')}`;
  }

  private unserved(): string[] {
    const { gateway } = this.props;
    if (gateway.gatewayHosts.some((served) => HostPattern.parse(served).covers(this.host))) return [];
    return [notServed(this.host.text, [gateway])];
  }
}

/**
 * A gateway that may come from JavaScript.
 * @internal
 */
export function checkedGateway(gateway: IGateway): void {
  if (typeof gateway?.guard !== 'function' || !gateway.ingress) throw new Error(`invalid gateway \`${String(gateway)}\`: expected a \`MutualTlsGateway\`, a \`TlsGateway\` or what \`fromGatewayAttributes\` of either gives`);
}
