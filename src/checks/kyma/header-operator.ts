import { requestHeaders } from '../../mesh/api-rule-rules';
import { formatProblem } from '../../mesh/header-format';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { apiRulesOf, describeRule, rulePath } from './api-rules';

/**
 * MTLS084: a request header of an APIRule has a value that Envoy refuses.
 *
 * Kyma and Istio take an unknown operator, and Envoy then refuses every change of the routes of that Gateway server: APIRules that are added afterwards answer 404,
 * those of other teams too, until the object is gone (api-gateway 3.10, seen).
 */
export const apiRuleHeaderOperator: Check = {
  id: 'MTLS084',
  title: 'a header value in an APIRule that Envoy refuses',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => apiRulesOf(context).flatMap((view) => view.rules.flatMap((rule, index) => requestHeaders(rule).flatMap(([name, value]) => {
    const problem = formatProblem(value);
    return problem === undefined ? [] : [{
      object: view.object,
      path: rulePath(index, 'request', 'headers', name),
      message: `header \`${name}\` of ${describeRule(view, index)} has the value \`${value}\`: ${problem}`,
      effect: `Envoy refuses all later changes of the routes of Gateway \`${view.gateway}\`, also those of other APIRules, which answer 404`,
      cure: 'use an operator that Envoy knows, e.g. `%DOWNSTREAM_PEER_SUBJECT%`, and write a percent sign as `%%`',
    }];
  }))),
};
