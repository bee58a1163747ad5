import { targetsOf } from './targets';
import { describeRule, enforcedPolicies, WrittenPolicy } from './written-policies';
import type { PolicyRule } from '../../mesh/authorization-policy';
import { ClientCheck, clientCheckOf } from '../../mesh/client-check';
import type { GatewayProxy } from '../../mesh/gateway-proxy';
import { entries, field, list } from '../../mesh/value';
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
        cure: `add a rule \`from: [{source: {notPrincipals: ["*"]}}]\`${rule.to.length > 0 ? ' with the same `to`' : ''}, which keeps out whoever shows no certificate; `
          + 'against another certificate of the same client only an ALLOW policy with the principals that may enter helps',
        ...patchOf(policy, index, proxies),
      }] : []));
    });
  },
};

/** Whether a policy keeps out those without a principal, or all but some. A source that names principals too is not about those without. */
function guards({ action, rules }: WrittenPolicy): boolean {
  const lacksPrincipal = ({ from }: PolicyRule) => from.some((source) => source.length === 1 && source[0].key === 'principals' && source[0].values.length === 0);
  return action === 'ALLOW' || (action === 'DENY' && rules.some(lacksPrincipal));
}

/** The rule for those without certificate. Where a TLS server asks for none, a person has to know whom that server is for. */
function patchOf({ object }: WrittenPolicy, index: number, proxies: readonly GatewayProxy[]): Pick<Finding, 'patch'> {
  const servers = proxies.flatMap((proxy) => proxy.servers);
  if (servers.some(({ server }) => server.tls !== undefined && clientCheckOf(server) === ClientCheck.NONE)) return {};
  const same = entries(list(field(object.spec, 'rules'))[index]).filter(([key]) => key !== 'from');
  return { patch: [{ op: 'add', path: '/spec/rules/-', value: { from: [{ source: { notPrincipals: ['*'] } }], ...Object.fromEntries(same) } }] };
}
