import { targetsOf } from './targets';
import { describeRule, enforcedPolicies, valuesOf, WrittenPolicy } from './written-policies';
import { describeServer, GatewayServer } from '../../mesh/gateway';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Severity } from '../finding';

const BY_NAME = new Set(['namespaces', 'serviceAccounts', 'source.namespace', 'source.serviceAccount']);

/** MTLS029: a policy at a gateway with a client CA of its own judges by namespace or service account: any certificate of that CA whose names contain `/ns/<namespace>/` passes for it. */
export const namespacesAtGateway: Check = {
  id: 'MTLS029',
  title: 'namespaces as sources at a gateway that accepts outside certificates',
  severity: Severity.WARNING,
  effect: Effect.OPEN,
  find: (context) => enforcedPolicies(context).flatMap((policy) => {
    const server = outsideServer(policy, context);
    if (server === undefined) return [];
    return valuesOf(policy, ...BY_NAME).filter(({ negated }) => negated === (policy.action === 'DENY')).map(({ key, value, rule, path }) => ({
      object: policy.object,
      path,
      message: `${key} \`${value}\` in ${describeRule(rule, policy)} is looked for in certificates of the clients' own CA on ${describeServer(server)}`,
      effect: `a client whose certificate has a name with \`/ns/${value.split('/')[0]}/\` in it passes for that namespace`,
      cure: 'name `principals`, which are compared as a whole',
      related: [server.gateway.object],
    }));
  }),
};

function outsideServer(policy: WrittenPolicy, context: CheckContext): GatewayServer | undefined {
  if (policy.action !== 'ALLOW' && policy.action !== 'DENY') return undefined;
  return targetsOf(context, policy).gateways.flatMap(({ servers }) => servers)
    .map(({ server }) => server).find(({ tls }) => tls?.mode === 'MUTUAL' || tls?.mode === 'OPTIONAL_MUTUAL');
}
