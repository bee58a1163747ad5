import { describeObject, KubeObject } from '../../mesh/kube-object';
import { field, texts } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { apiRuleObjects, versionOf } from './api-rules';

/** MTLS094: the host of an APIRule is that of another APIRule or VirtualService. Kyma serves the first and gives the second the state Error, on any Gateway (api-gateway 3.10, seen). */
export const occupiedHost: Check = {
  id: 'MTLS094',
  title: 'an APIRule for a host that is taken',
  severity: Severity.ERROR,
  effect: Effect.REFUSED,
  find: (context) => {
    const owners = new Map<string, KubeObject>();
    for (const object of context.of('VirtualService', 'networking.istio.io')) {
      for (const host of texts(field(object.spec, 'hosts'))) owners.set(host, owners.get(host) ?? object);
    }
    return apiRuleObjects(context).filter((object) => versionOf(object) !== 'v1beta1').flatMap((object) => {
      const [host] = texts(field(object.spec, 'hosts'));
      const other = host === undefined ? undefined : owners.get(host);
      if (host !== undefined && other === undefined) owners.set(host, object);
      // One object written twice is a check of its own.
      if (other === undefined || other.key === object.key || isMadeBy(other, object)) return [];
      return [{
        object,
        path: ['spec', 'hosts', 0],
        message: `host \`${host}\` of ${describeObject(object)} is also that of ${describeObject(other)}`,
        effect: 'Kyma processes one of them and gives the APIRule the state Error: its rules take no effect',
        cure: 'use another host, or put the rules into one APIRule',
        related: [other],
      }];
    });
  },
};

/** The VirtualService that the operator made for the APIRule itself is there in what `kubectl get` prints. */
function isMadeBy({ labels }: KubeObject, { namespace, name }: KubeObject): boolean {
  return labels.get('apirule.gateway.kyma-project.io/name') === name && labels.get('apirule.gateway.kyma-project.io/namespace') === namespace;
}
