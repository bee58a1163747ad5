import { describeObject, KubeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

/**
 * MTLS085: two ExternalGateways have one name.
 *
 * What the operator makes in `istio-system` is named after the object alone, without its namespace: the second replaces the trust anchor, the certificate and the filter
 * of subjects of the first. Clients of the second CA then got into the first without a check of their subject (api-gateway 3.10, seen).
 */
export const externalGatewayName: Check = {
  id: 'MTLS085',
  title: 'two ExternalGateways of one name',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => {
    const first = new Map<string, KubeObject>();
    return context.of('ExternalGateway', 'gateway.kyma-project.io').flatMap((object) => {
      const other = first.get(object.name);
      if (other === undefined || other.namespace === object.namespace) {
        first.set(object.name, other ?? object);
        return [];
      }
      return [{
        object,
        path: ['metadata', 'name'],
        message: `${describeObject(object)} has the name of ${describeObject(other)}`,
        effect: 'the one that is processed last replaces the trust anchor and the check of subjects of the other, whose hosts its clients then enter',
        cure: 'give every ExternalGateway of the cluster a name of its own',
        related: [other],
      }];
    });
  },
};
