import { servicesOfRule } from './meant-pods';
import { enforcedPolicies, WrittenPolicy } from './written-policies';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Severity } from '../finding';
import { headerOfKey, identityHeaders } from '../route/written-routes';
import { selectorText } from '../selector-text';

/** MTLS019: an ALLOW policy that is about one host or one identity header has no selector, so that it shuts every other pod of the namespace. */
export const allowWithoutSelector: Check = {
  id: 'MTLS019',
  title: 'an ALLOW policy for one workload that has no selector',
  severity: Severity.WARNING,
  effect: Effect.OUTAGE,
  find: (context) => enforcedPolicies(context).filter((policy) => policy.action === 'ALLOW' && policy.selector?.size === 0 && isOfOneWorkload(policy, context)).map((policy) => {
    const { object } = policy;
    const everywhere = object.namespace === context.view.settings.rootNamespace;
    return {
      object,
      path: ['spec'],
      message: `${describeObject(object)} has no selector, though each of its rules is about some hosts or an identity header`,
      effect: `every other pod ${everywhere ? 'of the mesh, gateways included,' : `of namespace \`${object.namespace}\``} answers 403 unless another policy allows the request`,
      cure: cureOf(policy, context),
    };
  }),
};

function isOfOneWorkload({ rules }: WrittenPolicy, context: CheckContext): boolean {
  return rules.length > 0 && rules.every(({ to, when }) => when.some(({ key, values }) => values.length > 0 && identityHeaders(context).has(headerOfKey(key) ?? ''))
    || (to.length > 0 && to.every((operation) => operation.some(({ key, values }) => key === 'hosts' && values.length > 0 && !values.includes('*')))));
}

function cureOf({ object: { namespace }, rules }: WrittenPolicy, context: CheckContext): string {
  const services = [...new Set(rules.flatMap((rule) => [...servicesOfRule(rule, namespace, context)]))];
  if (services.length === 0) return 'select the pods of the workload: `selector: {matchLabels: {…}}`';
  const names = services.map((name) => `\`${namespace}/${name}\``).join(', ');
  if (services.length > 1) return `write a policy for each of the Services to which the routes lead, ${names}, with the labels of its pods: \`selector: {matchLabels: {…}}\``;
  const selector = context.view.service(namespace, services[0])?.selector;
  return selector === undefined || selector.size === 0
    ? `select the pods of Service ${names}, to which the route leads, by the labels that the Service selects: \`selector: {matchLabels: {…}}\``
    : `select the pods of Service ${names}, to which the route leads: \`${selectorText(selector)}\``;
}
