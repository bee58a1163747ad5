import { describeRule, valuesOf, writtenPolicies } from './written-policies';
import { isTemplate } from '../../authz/path-template';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { pointer } from '../pointer';

/** MTLS052: a path template does not begin with one `/`: Istio's webhook takes it, and Envoy aborts over it. */
export const templateWithoutSlash: Check = {
  id: 'MTLS052',
  title: 'a path template that does not begin with one `/`',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => writtenPolicies(context).flatMap((policy) => valuesOf(policy, 'paths')
    .filter(({ value }) => isTemplate(value) && !/^\/(?!\/)/.test(value))
    .map(({ value, rule, path }) => ({
      object: policy.object,
      path,
      message: `path template \`${value}\` in ${describeRule(rule, policy)} does not begin with one \`/\``,
      effect: 'every Envoy that the policy selects aborts, and does so again at each start',
      cure: `write \`${value.replace(/^\/*/, '/')}\``,
      patch: [{ op: 'replace', path: pointer(path), value: value.replace(/^\/*/, '/') }],
    }))),
};
