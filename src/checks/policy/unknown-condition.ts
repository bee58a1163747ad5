import { describeRule, enforcedPolicies, WrittenPolicy } from './written-policies';
import { attributeOf } from '../../authz/condition';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Severity } from '../finding';

/** MTLS045: a condition that passes Istio's webhook and that Istio cannot translate: an ALLOW rule vanishes with it, elsewhere only the condition does, so that the rule is wider. */
export const unknownCondition: Check = {
  id: 'MTLS045',
  title: 'a condition that Istio cannot translate',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => enforcedPolicies(context).flatMap((policy) => policy.rules.flatMap(({ when }, rule) => when.flatMap(({ key }, index) => {
    if (isTranslated(key, policy, context)) return [];
    return [{
      object: policy.object,
      path: ['spec', 'rules', rule, 'when', index, 'key'],
      message: `Istio cannot translate condition \`${key}\` in ${describeRule(rule, policy)}`,
      effect: policy.action === 'ALLOW' ? 'the whole rule is dropped, so those whom it means get 403' : 'the condition is dropped, so the rule also matches requests that it excludes',
      cure: 'correct the key: `request.headers[<name>]`, `request.auth.claims[<name>]` or `request.auth.claims[<name>][<name>]`',
    }];
  }))),
};

function isTranslated(key: string, { object }: WrittenPolicy, { view }: CheckContext): boolean {
  // What follows `][]` is refused by Envoy, which is a trap of its own.
  return /^request\.auth\.claims.*\[\]/s.test(key) || attributeOf(key, object.namespace, view.settings)?.test('1.1.1.1') !== undefined || key === 'destination.port';
}
