import { ApiRuleRule, pathsMeet, shareMethod, WHOLE_SITE } from '../../mesh/api-rule-rules';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';
import { apiRulesOf, ApiRuleView, demandOf, describeRule, rulePath } from './api-rules';

/**
 * MTLS080: a path that stands in two rules of one APIRule ends the exclusions of the second.
 *
 * The policy of a rule leaves out the paths of the earlier rules. Kyma's operator collects them until it meets a rule with the same path string, whatever its
 * methods, so that what stands between the two is not left out: the weaker rule admits its callers there as well (api-gateway 3.10, seen).
 */
export const lostExclusion: Check = {
  id: 'MTLS080',
  title: 'a repeated path by which an APIRule loses the protection of another',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => apiRulesOf(context).flatMap((view) => {
    const first = new Map<string, number>();
    return view.rules.flatMap((rule, index) => {
      const repeated = WHOLE_SITE.has(rule.path) ? undefined : first.get(rule.path);
      if (repeated === undefined) first.set(rule.path, index);
      return repeated === undefined ? [] : findingsOf(view, rule, index, repeated);
    });
  }),
};

function findingsOf(view: ApiRuleView, rule: ApiRuleRule, index: number, repeated: number): Finding[] {
  // What stands before the repeated path is left out as it should be.
  return view.rules.slice(repeated, index).flatMap((other, offset) => {
    const position = repeated + offset;
    if (WHOLE_SITE.has(other.path) || !shareMethod(other, rule) || !pathsMeet(other.path, rule.path)) return [];
    if (other.handler === 'noAuth' || demandOf(other) === demandOf(rule)) return [];
    return [{
      object: view.object,
      path: rulePath(index, 'path'),
      message: `${describeRule(view, index)} repeats the path of rule ${repeated + 1}, and so its policy does not leave out \`${other.path}\` of rule ${position + 1} (${other.handler})`,
      effect: `callers of \`${other.path}\` need only what rule ${index + 1} asks for`,
      cure: `spell the path differently in one of them, or put rule ${index + 1}'s methods into rule ${repeated + 1} where both ask for the same`,
    }];
  });
}
