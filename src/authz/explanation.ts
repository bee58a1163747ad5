import { EnforcedPolicies } from './authorizer';
import { CompiledRule, Condition } from './compiled-policy';
import { UnmetCondition } from './decision';
import { ProxyRequest } from './proxy-request';

/** A rule that almost matched, and where it failed. */
export interface NearMiss {
  readonly rule: CompiledRule;
  readonly failed: readonly Condition[];
}

/** The ALLOW rule of which the fewest conditions fail; undefined without rules. */
export function closestRule(rules: readonly CompiledRule[], request: ProxyRequest): NearMiss | undefined {
  let best: NearMiss | undefined;
  for (const rule of rules) {
    const failed = [...fewestFailures(rule.operations, request), ...fewestFailures(rule.sources, request)];
    if (best === undefined || failed.length < best.failed.length) best = { rule, failed };
  }
  return best;
}

/** What a near miss fails at. */
export function unmetConditions({ failed }: NearMiss, request: ProxyRequest): UnmetCondition[] {
  return failed.map((condition) => ({ condition: condition.name, wants: condition.wants, found: condition.found(request) }));
}

/** A near miss in words: `demo/httpbin rule 1 when request.headers[X]: wants …, the request has …`. */
export function describeMiss({ rule }: NearMiss, [first]: readonly UnmetCondition[]): string {
  const found = first === undefined ? '' : ` ${first.condition}: ${first.wants}, the request has ${first.found}`;
  return `\`${nameOf(rule)}\` rule ${rule.number}${found}`;
}

/** Why a rule matches. */
export function describeMatch(rule: CompiledRule, request: ProxyRequest): string {
  const holds = (conditions: readonly Condition[]) => conditions.every((condition) => condition.holds(request));
  const holding = [rule.operations, rule.sources].flatMap((alternatives) => alternatives.find(holds) ?? []);
  if (holding.length === 0) return 'which matches every request';
  return `because ${holding.map((condition) => `${condition.name} ${condition.wants}, and the request has ${condition.found(request)}`).join('; ')}`;
}

/** What the policies of a proxy make of a request that they let pass. */
export function describeRules({ deny }: EnforcedPolicies, allowing: CompiledRule | undefined): string {
  const denying = [...new Set(deny.map((rule) => `\`${nameOf(rule)}\``))];
  const denied = denying.length === 0 ? [] : [`no rule of ${denying.join(', ')} denies`];
  if (allowing !== undefined) return [...denied, `\`${nameOf(allowing)}\` rule ${allowing.number} allows`].join('; ');
  return [...denied, denying.length === 0 ? 'no policy selects it' : 'no ALLOW policy selects it'].join('; ');
}

function fewestFailures(alternatives: readonly (readonly Condition[])[], request: ProxyRequest): readonly Condition[] {
  let best: readonly Condition[] | undefined;
  for (const conditions of alternatives) {
    const failed = conditions.filter((condition) => !condition.holds(request));
    if (best === undefined || failed.length < best.length) best = failed;
  }
  return best ?? [];
}

function nameOf({ policy }: CompiledRule): string {
  return `${policy.namespace}/${policy.name}`;
}
