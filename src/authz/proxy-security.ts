import { EnforcedPolicies } from './authorizer';
import { CompiledRule, compilePolicy } from './compiled-policy';
import { JwtProvider, readProviders } from './jwt-authn';
import { isTemplate, templateProblem } from './path-template';
import { sortByAge } from '../mesh/age-order';
import { AuthorizationPolicy } from '../mesh/authorization-policy';
import { Choices, Remembered } from '../mesh/choices';
import { selects } from '../mesh/labels';
import { MeshView, ProxyExtension, RefusedObject } from '../mesh/mesh-view';
import { Scoped } from '../mesh/policy-scope';
import { RequestAuthentication } from '../mesh/request-authentication';
import { Workload } from '../mesh/workload';

/** What guards one proxy, made ready once. */
export interface ProxySecurity {
  readonly http: EnforcedPolicies;
  readonly tcp: EnforcedPolicies;
  /** Names of the enforced ALLOW policies. */
  readonly allowing: readonly string[];
  readonly providers: readonly JwtProvider[];
  /** What changes the proxy in ways that are not modelled. */
  readonly extensions: readonly ProxyExtension[];
  /** Policies that would apply here, had the API server not refused them. */
  readonly refused: readonly RefusedObject[];
  /** Why the proxy does not take its configuration. */
  readonly problem?: string;
}

/** Finds what guards the proxies of a mesh. Policies that do not select a workload cost its requests nothing. */
export class SecurityCatalogue {
  private readonly known = new Map<Workload, Remembered<ProxySecurity>>();

  public constructor(
    private readonly view: MeshView,
    private readonly keySets: ReadonlyMap<string, string>,
    private readonly harmless: ReadonlySet<string>,
  ) {}

  /** What guards the proxies of a workload. */
  public of(workload: Workload, choices: Choices): ProxySecurity {
    let remembered = this.known.get(workload);
    if (remembered === undefined) {
      remembered = new Remembered((open) => this.build(workload, open));
      this.known.set(workload, remembered);
    }
    return remembered.get(choices);
  }

  /**
   * Those of the workload's namespace first, then those of the root namespace, in each the oldest first (istio `authentication.go`, getConfigsForWorkload):
   * of several rules for one issuer the first that takes a token says what becomes of it, and the order tells which error is reported.
   */
  private inOrder(authentications: readonly RequestAuthentication[], choices: Choices): RequestAuthentication[] {
    const { settings, sameTime } = this.view;
    const isRoot = ({ object }: RequestAuthentication) => object.namespace === settings.rootNamespace;
    return [authentications.filter((one) => !isRoot(one)), authentications.filter(isRoot)]
      .flatMap((group) => (group.length < 2 ? group : sortByAge(group, sameTime, choices, shareAnIssuer)));
  }

  private build(workload: Workload, choices: Choices): ProxySecurity {
    const { view } = this;
    const pods = `pods of ${workload.namespace}/${workload.name}`;
    const selected = <T extends Scoped>(items: readonly T[]) => items.filter(({ selector }) => selects(selector, workload.labels, pods, choices));
    const policies = selected(view.scoped(view.policies, workload)).filter(({ dryRun }) => !dryRun);
    const rules = this.inOrder(selected(view.scoped(view.authentications, workload)), choices).flatMap((authentication) => authentication.rules);
    const providers = readProviders(rules, this.keySets);
    return {
      http: enforced(policies, (policy) => compilePolicy(policy, view.settings, false)),
      tcp: enforced(policies, (policy) => compilePolicy(policy, view.settings, true)),
      allowing: policies.filter(({ action }) => action === 'ALLOW').map(({ namespace, name }) => `${namespace}/${name}`),
      providers: providers ?? [],
      extensions: selected(view.scoped(view.extensions, workload)).filter(({ object }) => !this.harmless.has(`${object.namespace}/${object.name}`)),
      refused: selected(view.scoped(view.refusedGuards, workload)),
      problem: providers === undefined ? 'a RequestAuthentication has a `jwks` without usable key, for which Envoy refuses the listener' : templatesProblem(policies),
    };
  }
}

function shareAnIssuer(a: RequestAuthentication, b: RequestAuthentication): boolean {
  return a.rules.some(({ issuer }) => b.rules.some((other) => other.issuer === issuer));
}

function enforced(policies: readonly AuthorizationPolicy[], compile: (policy: AuthorizationPolicy) => CompiledRule[]): EnforcedPolicies {
  const rules = (action: string) => policies.filter((policy) => policy.action === action).flatMap(compile);
  return { custom: rules('CUSTOM'), deny: rules('DENY'), allow: rules('ALLOW'), closed: policies.some(({ action }) => action === 'ALLOW') };
}

function templatesProblem(policies: readonly AuthorizationPolicy[]): string | undefined {
  const fields = policies.flatMap(({ rules }) => rules).flatMap(({ to }) => to).flat().filter(({ key }) => key === 'paths');
  const templates = fields.flatMap(({ values, notValues }) => [...values, ...notValues]).filter(isTemplate);
  return templates.map(templateProblem).find((problem) => problem !== undefined);
}
