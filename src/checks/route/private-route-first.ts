import { isCatchAll } from './shadowed-route';
import { writtenVirtualServices } from './written-routes';
import { describeObject } from '../../mesh/kube-object';
import type { VirtualService } from '../../mesh/virtual-service';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';

/** MTLS072: a VirtualService that is exported to named namespaces comes before a public one of the same host, however old. */
export const privateRouteFirst: Check = {
  id: 'MTLS072',
  title: 'a route that goes first because it is not public',
  severity: Severity.WARNING,
  effect: Effect.OPEN,
  find: (context) => {
    const written = writtenVirtualServices(context);
    const shared = new Map<string, VirtualService>();
    for (const service of written.filter((one) => !isPrivate(one))) keysOf(service).forEach((key) => shared.set(key, shared.get(key) ?? service));
    return written.filter((service) => isPrivate(service) && service.http.some(isCatchAll)).flatMap((service): Finding[] => {
      const shadowed = keysOf(service).map((key) => shared.get(key)).find((other) => other !== undefined);
      return shadowed === undefined ? [] : [{
        object: service.object,
        path: ['spec', 'exportTo'],
        message: `${describeObject(service.object)} is exported to ${service.exportTo.map((target) => `\`${target}\``).join(', ')} only and serves a host of ${describeObject(shadowed.object)}`,
        effect: 'the gateway takes its routes first, however young it is: requests that the other sends to its last route go here',
        cure: 'remove it, give it another host, or export both alike',
        related: [shadowed.object],
      }];
    });
  },
};

function keysOf({ hosts, gateways }: VirtualService): string[] {
  return hosts.flatMap((host) => gateways.filter((gateway) => gateway !== 'mesh').map((gateway) => JSON.stringify([host.toLowerCase(), gateway])));
}

function isPrivate({ exportTo }: VirtualService): boolean {
  return exportTo.length > 0 && !exportTo.includes('*') && !exportTo.includes('~');
}
