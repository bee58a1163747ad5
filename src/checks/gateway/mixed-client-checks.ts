import { isGuarded } from './client-certificate-guard';
import { closing, unequallyBound, unequalPairs } from './ways-in';
import { describeServer } from '../../mesh/gateway';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

/**
 * MTLS012: one route is reachable through a server that demands a client certificate and through another of the same Gateway that does not.
 *
 * A VirtualService is programmed on every server of its gateways whose hosts intersect its own, and Envoy picks the server by SNI or port but the
 * route by Host: whoever takes the open server reaches the same workload without a certificate.
 */
export const mixedClientChecks: Check = {
  id: 'MTLS012',
  title: 'a request without client certificate reaches a route that is meant for those with one',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => {
    return unequallyBound(context).flatMap((service) => unequalPairs(context, service, true)
      .filter(({ open, hostIndex }) => !isGuarded(context, open, service.hosts[hostIndex]))
      .map(({ hostIndex, closed, open }) => ({
        object: service.object,
        path: ['spec', 'hosts', hostIndex],
        message: `host \`${service.hosts[hostIndex]}\` of ${describeObject(service.object)} is served with a client certificate on ${describeServer(closed)} and without one on ${describeServer(open)}`,
        effect: 'anybody reaches the workload through the second',
        cure: `${closing(open)}, or give it hosts or a Gateway of its own`,
        related: [closed.gateway.object],
      })));
  },
};
