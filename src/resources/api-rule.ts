import { ApiObject, ApiObjectMetadata, Duration, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import type { ApiRuleAccess } from './api-rule-access';
import { checkedCors } from './api-rule-cors';
import { checkedHost } from './api-rule-host';
import { requireOneSpelling } from './api-rule-jwt';
import { orderProblems, orderWarnings } from './api-rule-order';
import { registerApiRule } from './api-rule-registry';
import { ApiRuleRule, CheckedRule, checkedReason, checkedRule, requireWorkload, seconds } from './api-rule-rule';
import { gatewayReference, IGateway } from './gateway-reference';
import type { CorsPolicy } from './http-route';
import { registerUnstrippedWay } from './identity-policies';
import { MeshResource, objectMetadata } from './mesh-resource';
import { Synthesis } from './synthesis';
import { notServed } from './virtual-service';
import type { Workload } from './workload';
import * as kyma from '../../imports/gateway.kyma-project.io';
import { HostPattern } from '../model/host-pattern';
import { HttpMethod } from '../model/http-method';

/** Properties of an `ApiRule`. */
export interface ApiRuleProps {
  /**
   * Name (at most 63 characters), namespace, labels and annotations.
   * @default - the host as name, the chart's namespace or `default`
   */
  readonly metadata?: ApiObjectMetadata;
  /** The gateway that serves the host. Its pods have to be Kyma's ingress gateway: Kyma's policies admit no other. */
  readonly gateway: IGateway;
  /** The host, exact or `*.example.com`. */
  readonly host: string;
  /** The workload behind it. Its pods need a sidecar: without one, Kyma's policies are not enforced. */
  readonly workload: Workload;
  /**
   * The rules, first match first: the more specific before the more general. Instead of `access`, `methods` and `path`.
   * @default - one rule of `access`, `methods` and `path`
   */
  readonly rules?: ApiRuleRule[];
  /**
   * Who may use the workload, for an APIRule of one rule.
   * @default - what `rules` say
   */
  readonly access?: ApiRuleAccess;
  /**
   * The methods, for an APIRule of one rule.
   * @default - what `rules` say
   */
  readonly methods?: HttpMethod[];
  /**
   * The path, for an APIRule of one rule.
   * @default `/*`
   */
  readonly path?: string;
  /**
   * How long the workload may take, from 1 to 3900 seconds.
   * @default - Kyma's, 180 seconds
   */
  readonly timeout?: Duration;
  /**
   * Which web pages of other origins may read the answers. Needs `OPTIONS` among the methods: preflights are 404 without.
   * @default - none, and the workload's own CORS headers are removed
   */
  readonly cors?: CorsPolicy;
  /**
   * The reason why a workload of another namespace is exposed. Kyma asks that namespace for no consent.
   * @default - a workload of another namespace is an error
   */
  readonly crossNamespace?: string;
}

// The only caller that Kyma's policies admit, whatever gateway the APIRule names.
const KYMA_ACCOUNT = 'istio-system/istio-ingressgateway-service-account';

/**
 * Kyma's APIRule (`gateway.kyma-project.io/v2`): exposes a workload on a gateway; Kyma makes the route and the policies.
 *
 * Refuses what Kyma accepts and then leaves open, serves on no gateway or answers 403. Requests whose `Host` names a port are always 403, and once an APIRule
 * selects a workload, callers inside the mesh are locked out unless another ALLOW policy admits them.
 * @see https://github.com/kyma-project/api-gateway
 */
export class ApiRule extends MeshResource {
  /** The API object behind this APIRule. */
  public readonly apiObject: ApiObject;
  /** The host. */
  public readonly host: string;

  private readonly rules: CheckedRule[];
  private readonly props: ApiRuleProps;
  private readonly cors?: kyma.ApiRuleSpecCorsPolicy;
  private readonly timeout?: number;

  /** Defines the APIRule. */
  public constructor(scope: Construct, id: string, props: ApiRuleProps) {
    super(scope, id);
    this.props = { ...props };
    const pattern = checkedHost(props.host, props.gateway);
    requireWorkload(props.workload);
    this.host = pattern.text;
    this.rules = rulesOf(props).map(checkedRule);
    requireOneSpelling(this.rules.flatMap(({ access }) => access._authentications()));
    this.timeout = seconds(props.timeout);
    this.cors = props.cors === undefined ? undefined : checkedCors(props.cors);
    const metadata = objectMetadata(this, props.metadata, this.host.replace(/^\*\./, 'wildcard.'));
    if (metadata.name!.length > 63) {
      throw new Error(`APIRule name \`${metadata.name}\` has ${metadata.name!.length} characters: expected at most 63, because Kyma writes it into a label, set \`metadata.name\``);
    }
    for (const workload of this.workloads) requireConsent(workload, metadata.namespace!, props.crossNamespace);
    this.apiObject = new kyma.ApiRule(this, 'Resource', {
      metadata,
      spec: Lazy.any({ produce: (): kyma.ApiRuleSpec => this.render() }),
    });
    if (!pattern.isWildcard) props.gateway.guard(this.host);
    Synthesis.of(this).addCheck(this, () => this.problems(pattern));
    registerUnstrippedWay({
      construct: this,
      pods: () => this.workloads.filter((workload) => workload._problems().length === 0)
        .map(({ namespace = this.namespace, labels }) => ({ namespace, labels })),
      message: (policy) => `host \`${this.host}\` leads to pods that trust the identity headers which policy \`${policy}\` reads: Kyma's route `
        + 'does not remove what clients send in them; give the host a workload of its own, or secure it with a CertSecuredWorkload or JwtSecuredWorkload',
    });
    registerApiRule(this, { host: pattern, rules: this.rules, workload: props.workload });
  }

  /** Requests that answer 403 although a rule seems to allow them, in words; nothing is printed. */
  public get warnings(): string[] {
    return orderWarnings(this.rules);
  }

  private get workloads(): Workload[] {
    return [...new Set([this.props.workload, ...this.rules.flatMap(({ workload }) => workload ?? [])])];
  }

  private problems(host: HostPattern): string[] {
    const { gateway } = this.props;
    const reference = gatewayReference(gateway);
    const problems = this.workloads.flatMap((workload) => workload._problems());
    if (!gateway.gatewayHosts.some((served) => HostPattern.parse(served).covers(host))) problems.push(notServed(this.host, [gateway]));
    const { namespace, serviceAccount } = gateway.ingress;
    if (`${namespace}/${serviceAccount}` !== KYMA_ACCOUNT) {
      problems.push(`gateway \`${reference}\` runs as \`${namespace}/${serviceAccount}\`: Kyma admits only \`${KYMA_ACCOUNT}\` to the workload, every request would be 403`);
    }
    if (this.cors && !this.rules.some(({ methods }) => methods.includes(HttpMethod.OPTIONS))) {
      problems.push('`cors` without a rule for `OPTIONS`: preflights would be 404, add `HttpMethod.OPTIONS` to the rules that browsers use');
    }
    return [...problems, ...orderProblems(this.rules)];
  }

  private render(): kyma.ApiRuleSpec {
    const { gateway, workload } = this.props;
    const external = (gateway as { externalGatewayReference?: string }).externalGatewayReference;
    return {
      ...(external === undefined ? { gateway: gatewayReference(gateway) } : { externalGateway: external }),
      hosts: [this.host],
      service: this.service(workload),
      ...(this.timeout !== undefined && { timeout: this.timeout }),
      ...(this.cors && { corsPolicy: this.cors }),
      rules: this.rules.map((rule) => ({
        path: rule.path.text,
        methods: rule.methods as unknown as kyma.ApiRuleSpecRulesMethods[],
        ...rule.access._handler(),
        ...(rule.workload && { service: this.service(rule.workload) }),
        ...(rule.request && { request: rule.request }),
        ...(rule.timeout !== undefined && { timeout: rule.timeout }),
      })),
    };
  }

  private service(workload: Workload): kyma.ApiRuleSpecService {
    const elsewhere = workload.namespace !== undefined && workload.namespace !== this.namespace;
    // A workload whose manifests are at fault is reported by its own check.
    const port = workload._problems().length > 0 ? 0 : workload.port;
    return { name: workload.service, ...(elsewhere && { namespace: workload.namespace }), port };
  }
}

function rulesOf({ rules, access, methods, path }: ApiRuleProps): ApiRuleRule[] {
  const short = access !== undefined || methods !== undefined || path !== undefined;
  if (rules === undefined ? !short : short) throw new Error('expected either `rules`, or `access` with `methods` and perhaps `path`');
  if (rules === undefined) return [{ path, methods: methods!, access: access! }];
  if (!Array.isArray(rules) || rules.length === 0) throw new Error(`invalid \`rules\` \`${String(rules)}\`: expected at least one rule`);
  return rules;
}

function requireConsent(workload: Workload, namespace: string, reason: string | undefined): void {
  if (reason !== undefined) return void checkedReason('crossNamespace', reason);
  if (workload.namespace !== undefined && workload.namespace !== namespace) {
    throw new Error(
      `workload \`${workload.service}\` is in namespace \`${workload.namespace}\`, the APIRule in \`${namespace}\`: Kyma exposes it without that namespace's consent, `
      + 'give both the same namespace or `crossNamespace` a reason',
    );
  }
}
