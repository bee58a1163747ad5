import { targetsOf } from './targets';
import { describeRule, neverMatches, valuesWith, WrittenPolicy } from './written-policies';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Severity } from '../finding';

/** MTLS021: a policy of a workload names the principal of a client outside the mesh, whose certificate ends at the gateway. */
export const outsidePrincipal: Check = {
  id: 'MTLS021',
  title: 'a client certificate that a workload never sees',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => valuesWith(context, ['principals', 'source.principal'], (value) => !value.includes('*') && !value.startsWith('spiffe://') && !isOfWorkload(value))
    .filter(({ policy }) => isForWorkloadsOnly(policy, context))
    .map(({ policy, value, negated, rule, path }) => ({
      object: policy.object,
      path,
      message: `principal \`${value}\` in ${describeRule(rule, policy)} is no workload of a mesh, and a sidecar sees only those: client certificates end at the gateway`,
      effect: neverMatches(policy.action, negated),
      cure: 'select the gateway that ends the TLS connection, or let its route write the identity into a header and ask for that',
    })),
};

function isOfWorkload(principal: string): boolean {
  return /^[^/]+\/ns\/[^/]+\/sa\/[^/]+$/.test(principal);
}

/** Whether a policy is known to select pods of applications, and no gateway. */
export function isForWorkloadsOnly(policy: WrittenPolicy, context: CheckContext): boolean {
  const { gateways, workloads, services, routers } = targetsOf(context, policy);
  return policy.selector?.size !== 0 && gateways.length + routers.length === 0 && workloads.length + services.length > 0;
}
