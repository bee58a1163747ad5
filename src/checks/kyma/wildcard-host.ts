import { pathsMeet, shareMethod } from '../../mesh/api-rule-rules';
import { isSubset } from '../../mesh/host-name';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';
import { apiRulesOf, ApiRuleView, demandOf, describeRule, rulePath, serviceName } from './api-rules';

/**
 * MTLS082: an APIRule for a wildcard host opens a host that another APIRule protects on the same workload.
 *
 * The policies of both select the same pods, ALLOW policies are a union, and the wildcard's policy matches the exact host too (api-gateway 3.10, seen).
 */
export const wildcardHost: Check = {
  id: 'MTLS082',
  title: 'a wildcard host that opens a protected host of the same workload',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => {
    const views = apiRulesOf(context);
    const wide = views.filter(({ host }) => host.startsWith('*.'));
    const below = (view: ApiRuleView) => views.filter((other) => other.host !== view.host && isSubset(other.host, view.host));
    return wide.flatMap((view) => below(view).flatMap((other) => findingsOf(view, other)));
  },
};

function findingsOf(view: ApiRuleView, other: ApiRuleView): Finding[] {
  for (const [index, rule] of view.rules.entries()) {
    for (const [position, guarded] of other.rules.entries()) {
      if (guarded.handler === 'noAuth' || demandOf(guarded) === demandOf(rule) || serviceName(guarded) !== serviceName(rule)) continue;
      if (!shareMethod(guarded, rule) || !pathsMeet(guarded.path, rule.path)) continue;
      return [{
        object: view.object,
        path: rulePath(index, rule.handler),
        message: `${describeRule(view, index)} for \`${view.host}\` leads to the same Service \`${serviceName(rule)}\` as ${describeRule(other, position)} for \`${other.host}\``,
        effect: `the policy of the wildcard matches \`${other.host}\` too, so what that asks for is not needed`,
        cure: `name the hosts of ${describeObject(view.object)} one by one, or give them a workload of their own`,
        related: [other.object],
      }];
    }
  }
  return [];
}
