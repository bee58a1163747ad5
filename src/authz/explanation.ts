import { CompiledRule, Condition } from './compiled-policy';
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

/** A near miss in words: `demo/httpbin rule 1 when request.headers[X]: wants …, the request has …`. */
export function describeMiss({ rule, failed }: NearMiss, request: ProxyRequest): string {
  const [first] = failed;
  const found = first === undefined ? '' : ` ${first.name}: ${first.wants}, the request has ${first.found(request)}`;
  return `\`${rule.policy.namespace}/${rule.policy.name}\` rule ${rule.number}${found}`;
}

function fewestFailures(alternatives: readonly (readonly Condition[])[], request: ProxyRequest): readonly Condition[] {
  let best: readonly Condition[] | undefined;
  for (const conditions of alternatives) {
    const failed = conditions.filter((condition) => !condition.holds(request));
    if (best === undefined || failed.length < best.length) best = failed;
  }
  return best ?? [];
}
