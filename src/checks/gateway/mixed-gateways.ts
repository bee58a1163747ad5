import { isGuarded } from './client-certificate-guard';
import { isWritten } from './server';
import { closing, unequallyBound, unequalPairs } from './ways-in';
import { describeServer } from '../../mesh/gateway';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

/**
 * MTLS013: one VirtualService is bound to a Gateway that demands a client certificate for its host, and to another one that does not.
 *
 * Both lead to the same workload, so that the certificate can be done without.
 */
export const mixedGateways: Check = {
  id: 'MTLS013',
  title: 'a route is bound to a Gateway with client certificates and to one without',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => {
    return unequallyBound(context).flatMap((service) => unequalPairs(context, service, false)
      .filter(({ open, hostIndex }) => !isGuarded(context, open, service.hosts[hostIndex]))
      .map(({ hostIndex, closed, open }) => ({
        object: service.object,
        path: ['spec', 'gateways', service.gateways.indexOf(`${open.gateway.namespace}/${open.gateway.name}`)],
        message: `${describeObject(service.object)} serves host \`${service.hosts[hostIndex]}\` with a client certificate on ${describeServer(closed)} and without one on ${describeServer(open)}`,
        effect: 'anybody reaches the workload through the second',
        cure: `bind the route to \`${closed.gateway.namespace}/${closed.gateway.name}\` only, or ${closing(open)}`,
        related: [closed, open].filter(({ gateway }) => isWritten(gateway)).map(({ gateway }) => gateway.object),
      })));
  },
};
