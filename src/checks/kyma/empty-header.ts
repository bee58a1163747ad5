import { requestHeaders } from '../../mesh/api-rule-rules';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { apiRulesOf, describeRule, rulePath } from './api-rules';

/** MTLS097: an APIRule sets a header to nothing. Envoy skips an empty value, and what the client sent stays (Envoy `header_parser.cc`; seen). */
export const emptyHeader: Check = {
  id: 'MTLS097',
  title: 'an APIRule that means to clear a header',
  severity: Severity.WARNING,
  effect: Effect.IGNORED,
  find: (context) => apiRulesOf(context).flatMap((view) => view.rules.flatMap((rule, index) => requestHeaders(rule).filter(([, value]) => value === '').map(([name]) => ({
    object: view.object,
    path: rulePath(index, 'request', 'headers', name),
    message: `${describeRule(view, index)} sets header \`${name}\` to the empty text`,
    effect: 'Envoy skips it, and what the client sent in that header reaches the workload',
    cure: 'give it a value that stands for nothing, e.g. `none`; an APIRule cannot remove a header',
  })))),
};
