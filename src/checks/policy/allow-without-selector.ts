import { enforcedPolicies, WrittenPolicy } from './written-policies';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Severity } from '../finding';
import { headerOfKey, identityHeaders } from '../route/written-routes';

/** MTLS019: an ALLOW policy that is about one host or one identity header has no selector, so that it shuts every other pod of the namespace. */
export const allowWithoutSelector: Check = {
  id: 'MTLS019',
  title: 'an ALLOW policy for one workload that has no selector',
  severity: Severity.WARNING,
  effect: Effect.OUTAGE,
  find: (context) => enforcedPolicies(context).filter((policy) => policy.action === 'ALLOW' && policy.selector?.size === 0 && isOfOneWorkload(policy, context)).map(({ object }) => {
    const everywhere = object.namespace === context.view.settings.rootNamespace;
    return {
      object,
      path: ['spec'],
      message: `${describeObject(object)} has no selector, though each of its rules is about some hosts or an identity header`,
      effect: `every other pod ${everywhere ? 'of the mesh, gateways included,' : `of namespace \`${object.namespace}\``} answers 403 unless another policy allows the request`,
      cure: 'select the pods of the workload: `selector: {matchLabels: {…}}`',
    };
  }),
};

function isOfOneWorkload({ rules }: WrittenPolicy, context: CheckContext): boolean {
  return rules.length > 0 && rules.every(({ to, when }) => when.some(({ key, values }) => values.length > 0 && identityHeaders(context).has(headerOfKey(key) ?? ''))
    || (to.length > 0 && to.every((operation) => operation.some(({ key, values }) => key === 'hosts' && values.length > 0 && !values.includes('*')))));
}
