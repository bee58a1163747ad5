import { describeRule, PolicyValue, valuesOf, writtenPolicies } from './written-policies';
import { isTemplate } from '../../authz/path-template';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';

const LONGEST_LITERAL = 255;

/** MTLS076: what passes Istio's webhook and makes Envoy reject the listener of every selected pod. */
export const rejectedListener: Check = {
  id: 'MTLS076',
  title: 'a policy for which Envoy rejects the listener',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => writtenPolicies(context).flatMap((policy) => [
    ...valuesOf(policy, 'paths').filter(isOverlong).map(({ rule, path }): Finding => ({
      object: policy.object,
      path,
      message: `a path template in ${describeRule(rule, policy)} has a segment of more than ${LONGEST_LITERAL} characters`,
      effect: EFFECT,
      cure: 'use `{*}` for that segment, or an exact path',
    })),
    ...policy.rules.flatMap(({ when }, rule) => when.flatMap(({ key }, index): Finding[] => (isUnusable(key) ? [{
      object: policy.object,
      path: ['spec', 'rules', rule, 'when', index, 'key'],
      message: `condition ${JSON.stringify(key)} in ${describeRule(rule, policy)} cannot be used by Envoy`,
      effect: EFFECT,
      cure: key.startsWith('request.headers') ? 'write the name of the header without control characters' : 'name a claim between each `[` and `]`',
    }] : []))),
  ]),
};

const EFFECT = 'Envoy rejects the listener of every pod that the policy selects: old settings stay, and a new pod takes no connections';

function isOverlong({ value }: PolicyValue): boolean {
  return isTemplate(value) && value.split('/').some((segment) => !isTemplate(segment) && segment.length > LONGEST_LITERAL);
}

function isUnusable(key: string): boolean {
  // eslint-disable-next-line no-control-regex
  return /^request\.headers\[[^\]]*[\u0000\n\r]/.test(key) || /^request\.auth\.claims(?:\[[^[\]]+\])+\[\]$/.test(key);
}
