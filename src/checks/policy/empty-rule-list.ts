import { enforcedPolicies, describeRule } from './written-policies';
import type { PolicyRule } from '../../mesh/authorization-policy';
import { at, field, list } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

const MEANING: Record<string, string> = { from: 'from anybody', to: 'for any operation', when: 'without any condition' };

/** MTLS068: an empty list in a rule, which Istio reads as no limit at all: an ALLOW rule `from: []` admits everybody. */
export const emptyRuleList: Check = {
  id: 'MTLS068',
  title: 'an empty list in a rule',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => enforcedPolicies(context).filter(({ rules }) => rules.some(mayHoldEmptyList)).flatMap((policy) => list(at(policy.object.spec, 'rules')).flatMap((rule, index) => Object.keys(MEANING)
    .filter((key) => Array.isArray(field(rule, key)) && list(field(rule, key)).length === 0)
    .map((key) => ({
      object: policy.object,
      path: ['spec', 'rules', index, key],
      message: `\`${key}\` of ${describeRule(index, policy)} is an empty list, which means no limit`,
      effect: policy.action === 'ALLOW' ? `requests are let in ${MEANING[key]}` : `the rule acts on requests ${MEANING[key]}`,
      cure: `say in \`${key}\` what is meant, or leave it out where no limit is meant`,
    })))),
};

function mayHoldEmptyList({ from, to, when }: PolicyRule): boolean {
  return from.length === 0 || to.length === 0 || when.length === 0;
}
