import { ApiObject, ApiObjectMetadata, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { MeshResource } from './mesh-resource';
import { podSelector, selectingMetadata, selectorOf, SelectorSource } from './pod-selector';
import type { PolicyRule } from './policy-rule';
import { checkedRule, sortedRules } from './policy-rule-check';
import { Synthesis } from './synthesis';
import type { Workload } from './workload';
import * as security from '../../imports/security.istio.io';

/** What a policy does with the requests that its rules match. Istio asks CUSTOM first, then AUDIT, DENY and ALLOW. */
export enum PolicyAction {
  /** Lets them through; once a workload has an ALLOW policy, all other requests are refused. */
  ALLOW = 'ALLOW',
  /** Refuses them, whatever other policies allow. */
  DENY = 'DENY',
  /** Marks them for the audit log and decides nothing. */
  AUDIT = 'AUDIT',
  /** Asks the extension `provider`. */
  CUSTOM = 'CUSTOM',
}

/** Properties of an `AuthorizationPolicy`. */
export interface AuthorizationPolicyProps {
  /**
   * Name, namespace, labels and annotations. The namespace decides where the policy works: that of the selected pods, or the mesh's root namespace.
   * @default - the construct id as name, the chart's namespace or `default`
   */
  readonly metadata?: ApiObjectMetadata;
  /**
   * Labels of the pods on which the policy is enforced.
   * @default - the labels of `workload`
   */
  readonly selector?: { [key: string]: string };
  /**
   * The workload on which the policy is enforced: the source of selector and namespace.
   * @default - what `selector` says
   */
  readonly workload?: Workload;
  /**
   * Leaves the selector out: the policy applies to every pod of the namespace, and in the mesh's root namespace to the whole mesh with its gateways.
   * @default false
   */
  readonly wholeNamespace?: boolean;
  /**
   * What happens to requests that match.
   * @default PolicyAction.ALLOW
   */
  readonly action?: PolicyAction;
  /**
   * The rules, one of which must match. Left out or empty: no request matches, so an ALLOW policy admits nobody. `[{}]`: every request matches.
   * @default - none
   */
  readonly rules?: PolicyRule[];
  /**
   * The extension provider of the mesh configuration, with `PolicyAction.CUSTOM` only.
   * @default - none
   */
  readonly provider?: string;
}

/** Properties of the namespace-wide baseline. */
export interface DenyAllProps {
  /**
   * Name, namespace, labels and annotations.
   * @default - the construct id as name, the chart's namespace or `default`
   */
  readonly metadata?: ApiObjectMetadata;
}

/**
 * Istio's AuthorizationPolicy: which requests the selected pods admit.
 *
 * Values that Istio accepts but reads as "everybody" or "never" are refused, and so is a policy without a selector that does not say `wholeNamespace`.
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/
 */
export class AuthorizationPolicy extends MeshResource {
  /**
   * Renders the baseline `spec: {}`: every pod of the namespace refuses what no other ALLOW policy admits.
   *
   * In the mesh's root namespace (`istio-system`) it covers the whole mesh, ingress gateways included.
   */
  public static denyAll(scope: Construct, id: string, props: DenyAllProps = {}): AuthorizationPolicy {
    return new AuthorizationPolicy(scope, id, { metadata: props.metadata, wholeNamespace: true });
  }

  /** The API object behind this policy. */
  public readonly apiObject: ApiObject;
  /** What happens to requests that match. */
  public readonly action: PolicyAction;

  private readonly selector?: SelectorSource;
  private readonly provider?: string;
  private readonly ruleSet?: PolicyRule[];
  private readonly addedRules: PolicyRule[] = [];
  private readonly ruleSources: (() => PolicyRule[])[] = [];

  /** Defines the policy. Throws on values that cannot mean what they seem to. */
  public constructor(scope: Construct, id: string, props: AuthorizationPolicyProps) {
    super(scope, id);
    this.action = checkedAction(props.action ?? PolicyAction.ALLOW);
    this.provider = props.provider;
    if (this.action === PolicyAction.CUSTOM ? !isText(props.provider) : props.provider !== undefined) {
      throw new Error(`invalid provider \`${String(props.provider)}\` with action \`${this.action}\`: expected a provider's name with \`CUSTOM\` and none otherwise`);
    }
    this.selector = podSelector(`authorization policy \`${id}\``, props);
    if (props.rules !== undefined) {
      if (!Array.isArray(props.rules)) throw new Error(`invalid \`rules\` \`${String(props.rules)}\`: expected a list`);
      this.ruleSet = props.rules.map((rule) => this.checkedForAction(rule));
    }
    this.apiObject = new security.AuthorizationPolicy(this, 'Resource', {
      metadata: selectingMetadata(this, `authorization policy \`${id}\``, props.metadata, id, props.workload),
      spec: Lazy.any({ produce: (): security.AuthorizationPolicySpec => this.render() }),
    });
    Synthesis.of(this).addCheck(this, () => this.problems(props.workload));
  }

  /** The rules as they are rendered: a set, sorted. */
  public get rules(): PolicyRule[] {
    return sortedRules([...this.ruleSet ?? [], ...this.addedRules, ...this.ruleSources.flatMap((source) => source())]);
  }

  /** Adds a rule; the order of the calls means nothing. */
  public addRule(rule: PolicyRule): void {
    this.addedRules.push(this.checkedForAction(rule));
  }

  /**
   * Adds rules that are made at synth, from values which were checked when they were given. A source may return the same list until it has other rules.
   * @internal
   */
  public _addRuleSource(source: () => PolicyRule[]): void {
    let last: { readonly given: PolicyRule[]; readonly checked: PolicyRule[] } | undefined;
    this.ruleSources.push(() => {
      const given = source();
      if (last?.given !== given) last = { given, checked: given.map(checkedRule) };
      return last.checked;
    });
  }

  private checkedForAction(rule: PolicyRule): PolicyRule {
    const checked = checkedRule(rule);
    if (this.action !== PolicyAction.CUSTOM) return checked;
    const identity = (checked.from ?? []).flatMap((source) => Object.keys(source)).find((field) => /principals|namespaces|serviceAccounts/i.test(field))
      ?? (checked.when ?? []).map(({ key }) => key).find((key) => /^request\.auth\.|^source\.(principal|namespace|serviceAccount)/.test(key));
    if (identity) throw new Error(`invalid \`${identity}\` in a \`CUSTOM\` policy: expected conditions on the request alone, Istio refuses identities there`);
    return checked;
  }

  private problems(workload: Workload | undefined): string[] {
    const problems = workload?._problems() ?? [];
    const { rules } = this;
    if (rules.length > 512) problems.push(`authorization policy \`${this.name}\` has ${rules.length} rules: expected at most 512, group values in one rule or write several policies`);
    if (rules.length === 0 && this.action !== PolicyAction.ALLOW) {
      problems.push(`authorization policy \`${this.name}\` with action \`${this.action}\` has no rules: add a rule, \`{}\` to match every request`);
    }
    return problems;
  }

  private render(): security.AuthorizationPolicySpec {
    const all = this.rules;
    const rules = this.ruleSet === undefined && all.length === 0 ? undefined : all;
    const baseline = this.action === PolicyAction.ALLOW && !this.selector && !rules;
    return {
      ...(this.selector ? { selector: { matchLabels: selectorOf(this.selector) } } : {}),
      ...(baseline ? {} : { action: this.action as string as security.AuthorizationPolicySpecAction }),
      ...(this.provider ? { provider: { name: this.provider } } : {}),
      ...(rules ? {
        rules: rules.map(({ from, to, when }) => ({
          ...(from ? { from: from.map((source) => ({ source })) } : {}),
          ...(to ? { to: to.map((operation) => ({ operation })) } : {}),
          ...(when ? { when } : {}),
        })),
      } : {}),
    };
  }
}

function checkedAction(action: PolicyAction): PolicyAction {
  if (Object.values(PolicyAction).includes(action)) return action;
  throw new Error(`invalid action \`${String(action)}\`: expected one of ${Object.values(PolicyAction).map((name) => `\`${name}\``).join(', ')}`);
}

function isText(text: unknown): boolean {
  return typeof text === 'string' && /^[!-~]+$/.test(text);
}
