import { kubernetesGateways } from './gateways';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

/**
 * MTLS107: a Gateway names by its address the Service of gateway pods in another namespace.
 *
 * istiod gives a Gateway to pods only where their Service is in the Gateway's own namespace (istio `pilot/pkg/model/push_context.go`, `mergeGateways`).
 */
export const foreignGatewayService: Check = {
  id: 'MTLS107',
  title: 'a Gateway whose pods are in another namespace',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => kubernetesGateways(context).flatMap(({ object, namespace, services = [] }) => {
    return services.filter((service) => service.namespace !== namespace).map((service) => ({
      object,
      path: ['spec', 'addresses', service.index, 'value'],
      message: `${describeObject(object)} is meant for the pods of Service \`${service.namespace}/${service.name}\`, in another namespace`,
      effect: 'no pod gets it: nothing listens for its hosts, and its certificates and routes lead nowhere',
      cure: `move the Gateway to namespace \`${service.namespace}\`, with its Secrets; routes stay where they are and name it with \`namespace\``,
    }));
  }),
};
