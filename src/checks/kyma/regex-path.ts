import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { apiRulesOf, describeRule, rulePath } from './api-rules';

/** Characters that a path may have and that mean something else in the regular expression that Kyma makes of it. */
const SPECIAL = /[+()$]/;

/**
 * MTLS088: a path of an APIRule has characters that the route takes for a regular expression.
 *
 * Kyma writes the path unescaped into the route's regex, and as it is into the policy: no request fits both (api-gateway 3.10, seen: `/a+b` routes `/aab`, which is
 * then 403, and `/a+b` is 404).
 */
export const regexPath: Check = {
  id: 'MTLS088',
  title: 'a path of an APIRule that no request matches',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => apiRulesOf(context).flatMap((view) => view.rules.flatMap((rule, index) => {
    const [character] = SPECIAL.exec(rule.path) ?? [];
    return character === undefined ? [] : [{
      object: view.object,
      path: rulePath(index, 'path'),
      message: `${describeRule(view, index)} has the character \`${character}\` in its path`,
      effect: 'the route takes it for a part of a regular expression and the policy as it is, so requests for the path get 404 or 403',
      cure: 'use `{*}` for that segment, or a path without `+`, `(`, `)` and `$`',
    }];
  })),
};
