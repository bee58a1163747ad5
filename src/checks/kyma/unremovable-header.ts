import { requestHeaders } from '../../mesh/api-rule-rules';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { apiRulesOf, describeRule, rulePath } from './api-rules';

/** Operators that are empty for a certificate without the name in question; every certificate of a gateway that asks for one has the others. */
const MAY_BE_EMPTY = /%DOWNSTREAM_PEER_(URI_SAN|DNS_SAN|IP_SAN|EMAIL_SAN|OTHERNAME_SAN)%/;

/**
 * MTLS087: an APIRule takes an identity header from a part of the certificate that may not be there.
 *
 * Envoy skips `set` where the value is empty, and an APIRule cannot `remove`: what the client sent in that header reaches the workload (Envoy `header_parser.cc`; seen).
 */
export const unremovableHeader: Check = {
  id: 'MTLS087',
  title: 'an identity header of an APIRule that a client can write itself',
  severity: Severity.WARNING,
  effect: Effect.OPEN,
  find: (context) => apiRulesOf(context).flatMap((view) => view.rules.flatMap((rule, index) => requestHeaders(rule).flatMap(([name, value]) => {
    const [operator] = MAY_BE_EMPTY.exec(value) ?? [];
    return operator === undefined || value !== operator ? [] : [{
      object: view.object,
      path: rulePath(index, 'request', 'headers', name),
      message: `header \`${name}\` of ${describeRule(view, index)} is set to \`${operator}\`, which is empty for certificates without such a name`,
      effect: 'such a client writes the header itself, because an APIRule removes nothing',
      cure: 'put a constant in front of the operator, e.g. `URI=' + operator + '`, and compare with that; or use a VirtualService with `remove`',
    }];
  }))),
};
