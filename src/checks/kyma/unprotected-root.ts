import { ApiRuleRule, pathCovers, shareMethod, WHOLE_SITE } from '../../mesh/api-rule-rules';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { apiRulesOf, ApiRuleView, demandOf, describeRule, rulePath } from './api-rules';

/**
 * MTLS081: the path `/` is protected in one rule, and a later rule for everything is not told to leave it out.
 *
 * Kyma's operator never excludes the paths `/`, `/*` and `/{**}` of earlier rules from the policies of later ones (api-gateway 3.10, seen).
 */
export const unprotectedRoot: Check = {
  id: 'MTLS081',
  title: 'a protected root path that a later rule opens',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => apiRulesOf(context).flatMap((view) => pairsOf(view).flatMap(({ rule, index, other, position }) => {
    if (demandOf(other) === demandOf(rule) || !shareMethod(other, rule) || !pathCovers(rule.path, other.path)) return [];
    return [{
      object: view.object,
      path: rulePath(position, 'path'),
      message: `${describeRule(view, position)} protects a path that rule ${index + 1} (\`${rule.path}\`, ${rule.handler}) covers as well`,
      effect: `Kyma never leaves \`${other.path}\` out of a later rule, so it is open to whoever rule ${index + 1} admits`,
      cure: `protect \`${rule.path}\` too, or name the open paths in rule ${index + 1} one by one`,
    }];
  })),
};

/** Each rule with each protected one for the root path that stands before it. */
function pairsOf({ rules }: ApiRuleView): { rule: ApiRuleRule; index: number; other: ApiRuleRule; position: number }[] {
  const whole = rules.map((other, position) => ({ other, position })).filter(({ other }) => WHOLE_SITE.has(other.path) && other.handler !== 'noAuth');
  return rules.flatMap((rule, index) => whole.filter(({ position }) => position < index).map((earlier) => ({ rule, index, ...earlier })));
}
