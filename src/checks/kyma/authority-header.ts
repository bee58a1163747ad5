import { requestHeaders } from '../../mesh/api-rule-rules';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { apiRulesOf, describeRule, rulePath } from './api-rules';

/** MTLS091: an APIRule sets the host of the request, which its own policy at the workload then does not know (api-gateway 3.10, seen). */
export const authorityHeader: Check = {
  id: 'MTLS091',
  title: 'an APIRule that rewrites the host its own policy asks for',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => apiRulesOf(context).flatMap((view) => view.rules.flatMap((rule, index) => requestHeaders(rule)
    .filter(([name, value]) => ['host', ':authority'].includes(name.toLowerCase()) && value.toLowerCase() !== view.host)
    .map(([name, value]) => ({
      object: view.object,
      path: rulePath(index, 'request', 'headers', name),
      message: `${describeRule(view, index)} sets \`${name}\` to \`${value}\``,
      effect: `the policy that Kyma writes admits \`${view.host}\` only, so every request gets 403 at the workload`,
      cure: 'leave the host as it is: the application finds it in `X-Forwarded-Host`',
    })))),
};
