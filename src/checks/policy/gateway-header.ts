import { targetsOf } from './targets';
import { describeRule, enforcedPolicies, WrittenPolicy } from './written-policies';
import { KubeObject, nameOf } from '../../mesh/kube-object';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { namesGateway } from '../gateway-api/gateways';
import { routeWriters } from '../route/route-writers';
import { headerOfKey, identityHeaders } from '../route/written-routes';

/** MTLS015: a policy at the gateway asks for a header that the gateway writes itself, after its policies: what it sees is the client's. */
export const gatewayHeader: Check = {
  id: 'MTLS015',
  title: 'a policy at the gateway that asks for a header which the gateway writes',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => enforcedPolicies(context).flatMap((policy) => {
    return policy.rules.flatMap(({ when }, rule) => when.flatMap(({ key }, index): Finding[] => {
      const header = headerOfKey(key) ?? '';
      const place = classic(policy, header, context) ?? modern(policy, header, context);
      return place === undefined ? [] : [{
        object: policy.object,
        path: ['spec', 'rules', rule, 'when', index, 'key'],
        message: `${describeRule(rule, policy)} asks for \`${key}\` at gateway \`${place.gateway}\`, which writes that header only after its policies`,
        effect: policy.action === 'ALLOW' ? 'the policy reads what the client sent: a forged header gets in, and the right clients get 403' : 'the policy reads what the client sent, so a client decides itself whether it is denied',
        cure: 'select the pods of the workload behind the gateway instead',
        related: place.writers,
      }];
    }));
  }),
};

interface Place {
  readonly gateway: string;
  readonly writers: readonly KubeObject[];
}

function classic(policy: WrittenPolicy, header: string, context: CheckContext): Place | undefined {
  const writers = identityHeaders(context).get(header) ?? [];
  const proxy = writers.length === 0 ? undefined : targetsOf(context, policy).gateways[0];
  return proxy === undefined ? undefined : { gateway: nameOf(proxy.workload), writers: writers.slice(0, 3).map(({ object }) => object) };
}

/** A Gateway of the Gateway API that a policy is enforced at, and its routes that write the header. */
function modern(policy: WrittenPolicy, header: string, context: CheckContext): Place | undefined {
  const writers = routeWriters(context).get(header) ?? [];
  if (writers.length === 0) return undefined;
  const { routers } = targetsOf(context, policy);
  const gateway = writers.flatMap(({ gateways }) => gateways).find(({ namespace, name, services, pods }) => (policy.selector === undefined
    ? services === undefined && policy.object.namespace === namespace && namesGateway(policy.object, name)
    : pods !== undefined && routers.includes(pods)));
  if (gateway === undefined) return undefined;
  const its = writers.filter(({ gateways }) => gateways.includes(gateway));
  return { gateway: nameOf(gateway), writers: its.slice(0, 3).map(({ object }) => object) };
}
