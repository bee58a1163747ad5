import { targetsOf } from './targets';
import { describeRule, enforcedPolicies, valuesOf, WrittenPolicy } from './written-policies';
import { describeObject, KubeObject } from '../../mesh/kube-object';
import { surelySelects } from '../../mesh/labels';
import { field, text, textMap } from '../../mesh/value';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Severity } from '../finding';

/** MTLS027: `ipBlocks` at a gateway whose Service hides the clients' addresses. */
export const addressBehindBalancer: Check = {
  id: 'MTLS027',
  title: 'client addresses that the gateway does not see',
  severity: Severity.WARNING,
  effect: Effect.IGNORED,
  find: (context) => enforcedPolicies(context).flatMap((policy) => {
    const values = valuesOf(policy, 'ipBlocks', 'source.ip');
    const service = values.length === 0 ? undefined : hidingService(policy, context);
    if (service === undefined) return [];
    return values.map(({ key, value, rule, path }) => ({
      object: policy.object,
      path,
      message: `${key} \`${value}\` in ${describeRule(rule, policy)} is compared with the peer of the connection, and ${describeObject(service)} puts the address of a node in its place`,
      effect: 'the rule matches every client or none',
      cure: 'set `externalTrafficPolicy: Local` of the Service, or use `remoteIpBlocks` with `numTrustedProxies`',
      related: [service],
    }));
  }),
};

/** A Service of a selected gateway through which connections come from the node: neither Local nor cluster-internal. */
function hidingService(policy: WrittenPolicy, context: CheckContext): KubeObject | undefined {
  const { gateways } = targetsOf(context, policy);
  return context.of('Service', '').find(({ namespace, spec }) => ['LoadBalancer', 'NodePort'].includes(text(field(spec, 'type')) ?? '') && text(field(spec, 'externalTrafficPolicy')) !== 'Local'
    && textMap(field(spec, 'selector')).size > 0 && gateways.some(({ workload }) => workload.namespace === namespace && surelySelects(textMap(field(spec, 'selector')), workload.labels)));
}
