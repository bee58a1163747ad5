import { securedRoutes, tellsIdentity } from './secured-routes';
import { gatewayRoutes } from './written-routes';
import { describeObject } from '../../mesh/kube-object';
import { at, entries, field, list, texts, Value } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';
import { pointer } from '../pointer';

/** MTLS079: a second route to a workload lets identity headers of clients through, which the first one writes. */
export const unguardedSecondRoute: Check = {
  id: 'MTLS079',
  title: 'a second route that lets identity headers of clients through',
  severity: Severity.WARNING,
  effect: Effect.OPEN,
  find: (context) => gatewayRoutes(context).flatMap(({ virtualService, route, path }): Finding[] => {
    const others = route.destinations.flatMap(({ host }) => securedRoutes(context).get(host) ?? []).filter((secured) => secured.route !== route);
    const open = others.flatMap((secured) => secured.headers.filter((name) => !tellsIdentity(route, name)).map((name) => ({ name, secured })));
    if (open.length === 0) return [];
    const names = [...new Set(open.map(({ name }) => name))];
    return [{
      object: virtualService.object,
      path: [...path, 'route'],
      message: `${describeObject(virtualService.object)} leads to the workload of ${describeObject(open[0].secured.virtualService.object)} and passes on ${names.map((name) => `\`${name}\``).join(', ')} as clients send it`,
      effect: 'an application that trusts the header believes whatever identity a client of this route makes up',
      cure: 'remove the header on this route too',
      patch: [{ op: 'add', path: pointer([...path, 'headers']), value: removing(virtualService.object.spec, path[2] as number, names) }],
      related: [open[0].secured.virtualService.object],
    }];
  }),
};

/** The `headers` of a route, with more names to remove. */
function removing(spec: Value, index: number, names: readonly string[]): Value {
  const headers = field(list(field(spec, 'http'))[index], 'headers');
  const request = Object.fromEntries(entries(field(headers, 'request')));
  return { ...Object.fromEntries(entries(headers)), request: { ...request, remove: [...texts(at(headers, 'request', 'remove')), ...names] } };
}
