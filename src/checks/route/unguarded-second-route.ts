import { otherTellersOf, SecuredRoute, toldHeaders } from './secured-routes';
import { gatewayRoutes } from './written-routes';
import { describeObject } from '../../mesh/kube-object';
import { at, entries, field, list, texts, Value } from '../../mesh/value';
import type { HttpRoute } from '../../mesh/virtual-service';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { pointer } from '../pointer';

/** MTLS079: a second route to a workload lets identity headers of clients through, which the first one writes. */
export const unguardedSecondRoute: Check = {
  id: 'MTLS079',
  title: 'a second route that lets identity headers of clients through',
  severity: Severity.WARNING,
  effect: Effect.OPEN,
  find: (context) => gatewayRoutes(context).flatMap(({ virtualService, route, path }): Finding[] => {
    const open = openHeaders(context, route);
    if (open.size === 0) return [];
    const names = [...open.keys()];
    const [{ virtualService: other }] = open.values();
    return [{
      object: virtualService.object,
      path: [...path, 'route'],
      message: `${describeObject(virtualService.object)} leads to the workload of ${describeObject(other.object)} and passes on ${names.map((name) => `\`${name}\``).join(', ')} as clients send it`,
      effect: 'an application that trusts the header believes whatever identity a client of this route makes up',
      cure: 'remove the header on this route too',
      patch: [{ op: 'add', path: pointer([...path, 'headers']), value: removing(virtualService.object.spec, path[2] as number, names) }],
      related: [other.object],
    }];
  }),
};

/** The headers in which other routes tell the same workload identities, and which this one lets pass, each with the first of the others. */
function openHeaders(context: CheckContext, route: HttpRoute): ReadonlyMap<string, SecuredRoute> {
  const told = toldHeaders(route);
  const open = new Map<string, SecuredRoute>();
  for (const host of new Set(route.destinations.map((destination) => destination.host))) {
    for (const [name, secured] of otherTellersOf(context, host, route)) if (!told.has(name) && !open.has(name)) open.set(name, secured);
  }
  return open;
}

/** The `headers` of a route, with more names to remove. */
function removing(spec: Value, index: number, names: readonly string[]): Value {
  const headers = field(list(field(spec, 'http'))[index], 'headers');
  const request = Object.fromEntries(entries(field(headers, 'request')));
  return { ...Object.fromEntries(entries(headers)), request: { ...request, remove: [...texts(at(headers, 'request', 'remove')), ...names] } };
}
