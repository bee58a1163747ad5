import { targetsOf } from './targets';
import { describeRule, enforcedPolicies } from './written-policies';
import { nameOf } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';
import { headerOfKey, identityHeaders } from '../route/written-routes';

/** MTLS015: a policy at the gateway asks for a header that the gateway writes itself, after its policies: what it sees is the client's. */
export const gatewayHeader: Check = {
  id: 'MTLS015',
  title: 'a policy at the gateway that asks for a header which the gateway writes',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => enforcedPolicies(context).flatMap((policy) => {
    return policy.rules.flatMap(({ when }, rule) => when.flatMap(({ key }, index): Finding[] => {
      const writers = identityHeaders(context).get(headerOfKey(key) ?? '') ?? [];
      const proxy = writers.length === 0 ? undefined : targetsOf(context, policy).gateways[0];
      return proxy === undefined ? [] : [{
        object: policy.object,
        path: ['spec', 'rules', rule, 'when', index, 'key'],
        message: `${describeRule(rule, policy)} asks for \`${key}\` at gateway \`${nameOf(proxy.workload)}\`, which writes that header only after its policies`,
        effect: policy.action === 'ALLOW' ? 'the policy reads what the client sent: a forged header gets in, and the right clients get 403' : 'the policy reads what the client sent, so a client decides itself whether it is denied',
        cure: 'select the pods of the workload behind the gateway instead',
        related: writers.slice(0, 3).map(({ object }) => object),
      }];
    }));
  }),
};
