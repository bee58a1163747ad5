import { targetsOf } from './targets';
import { describeRule, enforcedPolicies, WrittenPolicy } from './written-policies';
import type { PolicyRule } from '../../mesh/authorization-policy';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';

/** MTLS023: a gateway denies some principals and nothing else keeps out those who have none, or another. */
export const denyByPrincipalOnly: Check = {
  id: 'MTLS023',
  title: 'a denial by principal alone',
  severity: Severity.WARNING,
  effect: Effect.OPEN,
  find: (context) => {
    const policies = enforcedPolicies(context);
    const guarded = new Set(policies.filter(guards).flatMap((policy) => targetsOf(context, policy).gateways));
    return policies.filter(({ action }) => action === 'DENY').flatMap((policy) => {
      const proxies = targetsOf(context, policy).gateways;
      if (proxies.length === 0 || proxies.some((proxy) => guarded.has(proxy))) return [];
      return policy.rules.flatMap((rule, index): Finding[] => (rule.from.some((source) => source.some(({ key, values }) => key === 'principals' && values.length > 0 && !values.includes('*'))) ? [{
        object: policy.object,
        path: ['spec', 'rules', index, 'from'],
        message: `${describeRule(index, policy)} denies by principal alone at gateway \`${proxies[0].workload.name}\``,
        effect: 'the same client gets in with any other certificate that the gateway accepts, and with none by any server that asks for none',
        cure: 'deny `notPrincipals: ["*"]` for the same hosts too, or write an ALLOW policy with the principals that may enter',
      }] : []));
    });
  },
};

/** Whether a policy keeps out those without a principal, or all but some. */
function guards({ action, rules }: WrittenPolicy): boolean {
  const lacksPrincipal = ({ from }: PolicyRule) => from.some((source) => source.some(({ key, notValues }) => key === 'principals' && notValues.length > 0));
  return action === 'ALLOW' || (action === 'DENY' && rules.some(lacksPrincipal));
}
