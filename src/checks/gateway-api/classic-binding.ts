import { kubernetesGateways } from './gateways';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';
import { writtenVirtualServices } from '../route/written-routes';

/** MTLS111: a VirtualService is bound to a Gateway of the Gateway API, which only routes of that API can be. */
export const classicBinding: Check = {
  id: 'MTLS111',
  title: 'a VirtualService that names a Gateway of the Gateway API',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => {
    const others = new Map(kubernetesGateways(context).map((gateway) => [`${gateway.namespace}/${gateway.name}`, gateway.object]));
    if (others.size === 0) return [];
    const classic = new Set(context.view.gateways.map(({ namespace, name }) => `${namespace}/${name}`));
    return writtenVirtualServices(context).flatMap(({ object, gateways }) => gateways.flatMap((name, index): Finding[] => {
      const other = classic.has(name) ? undefined : others.get(name);
      return other === undefined ? [] : [{
        object,
        path: ['spec', 'gateways', index],
        message: `${describeObject(object)} is bound to \`${name}\`, and the only Gateway of that name is one of \`${other.group}\``,
        effect: 'the routes are bound to no gateway, so their hosts answer 404',
        cure: 'write the routes as an HTTPRoute with `parentRefs`, or bind them to a Gateway of `networking.istio.io`',
        related: [other],
      }];
    }));
  },
};
