import { isOfGateways, writtenVirtualServices } from './written-routes';
import { describeObject } from '../../mesh/kube-object';
import { isCatchAllMatch } from '../../mesh/route-table';
import type { HttpRoute, VirtualService } from '../../mesh/virtual-service';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';

/** MTLS038: routes that are never reached, because one before them takes every request. */
export const shadowedRoute: Check = {
  id: 'MTLS038',
  title: 'a route behind one that takes everything',
  severity: Severity.ERROR,
  effect: Effect.IGNORED,
  find: (context) => {
    const written = writtenVirtualServices(context);
    return [...written.flatMap(within), ...acrossObjects(written)];
  },
};

/** The first entry that nothing passes, on any gateway and port. */
function takesAll({ http }: VirtualService): number {
  return http.findIndex(isCatchAll);
}

export function isCatchAll({ matches }: HttpRoute): boolean {
  return matches === undefined || matches.some((match) => match.port === undefined && match.gateways.length === 0 && match.sourceLabels.size === 0
    && match.sourceNamespace === undefined && isCatchAllMatch(match));
}

function within(service: VirtualService): Finding[] {
  const { object, http } = service;
  const first = takesAll(service);
  if (first < 0 || first === http.length - 1) return [];
  return [{
    object,
    path: ['spec', 'http', first + 1],
    message: `entry ${first + 1} of \`http\` in ${describeObject(object)} takes every request, and ${http.length - 1 - first} more come after it`,
    effect: 'they are never reached: what they deny, change or lead elsewhere does not happen',
    cure: 'move the entry to the end, or give it a `match`',
    patch: [{ op: 'remove', path: `/spec/http/${first}` }, { op: 'add', path: '/spec/http/-', value: entryOf(service, first) }],
  }];
}

function entryOf({ object }: VirtualService, index: number): unknown {
  return ((object.spec as { http: unknown[] }).http)[index];
}

/** Two VirtualServices that both take everything for one host of one gateway: the older one does. */
function acrossObjects(written: readonly VirtualService[]): Finding[] {
  const first = new Map<string, VirtualService>();
  return written.filter((service) => isOfGateways(service) && takesAll(service) >= 0).flatMap((service): Finding[] => {
    const keys = service.hosts.flatMap((host) => service.gateways.filter((gateway) => gateway !== 'mesh').map((gateway) => JSON.stringify([host.toLowerCase(), gateway, exported(service)])));
    const other = keys.map((key) => first.get(key)).find((found) => found !== undefined);
    keys.filter((key) => !first.has(key)).forEach((key) => first.set(key, service));
    const taken = new Set(other?.hosts.map((name) => name.toLowerCase()));
    const host = service.hosts.find((name) => taken.has(name.toLowerCase()));
    return host === undefined ? [] : [{
      object: service.object,
      path: ['spec', 'hosts', service.hosts.indexOf(host)],
      message: `${describeObject(service.object)} and ${describeObject(other!.object)} both take every request for host \`${host}\` on one gateway`,
      effect: 'only the older one does; the last route of the other is never reached',
      cure: 'keep one of them, or limit one by a `match`',
      related: [other!.object],
    }];
  });
}

function exported({ exportTo }: VirtualService): string {
  return exportTo.length === 0 || exportTo.includes('*') ? '*' : [...exportTo].sort().join(',');
}
