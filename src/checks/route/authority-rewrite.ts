import { tellersOf, toldHeaders } from './secured-routes';
import { gatewayChanges, gatewayRoutes, WrittenRoute } from './written-routes';
import { describeObject, KubeObject } from '../../mesh/kube-object';
import type { HttpRoute } from '../../mesh/virtual-service';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';

/** MTLS071: a route writes a secured host over its own and leads to the same workload, with the client's identity headers untouched. */
export const authorityRewrite: Check = {
  id: 'MTLS071',
  title: 'a route that passes for a secured host',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => writtenAuthorities(context).flatMap(({ virtualService, route, authority, path }): Finding[] => {
    const host = authority.toLowerCase().replace(/:\d+$/, '');
    const open = openHeader(context, route, host);
    return open === undefined ? [] : [{
      object: virtualService.object,
      path,
      message: `${describeObject(virtualService.object)} writes host \`${authority}\` over its own, which is secured by ${describeObject(open.teller)}`,
      effect: `its clients reach the same workload under that host with a \`${open.name}\` that they made up`,
      cure: 'drop the rewrite, or remove and set the identity headers as the secured route does; a gateway of its own keeps others\' routes away altogether',
      related: [open.teller],
    }];
  }),
};

interface WrittenAuthority extends WrittenRoute {
  readonly authority: string;
}

/** The hosts that routes write over their own, and where. */
function writtenAuthorities(context: CheckContext): WrittenAuthority[] {
  const rewrites = gatewayRoutes(context).filter(({ route }) => route.rewriteAuthority !== undefined)
    .map((written) => ({ ...written, authority: written.route.rewriteAuthority!, path: [...written.path, 'rewrite', 'authority'] }));
  const headers = gatewayChanges(context).flatMap(({ virtualService, route, changes, path }) => (['set', 'add'] as const).flatMap((kind) => changes[kind]
    .filter(([name]) => /^(?::authority|host)$/i.test(name)).map(([name, authority]) => ({ virtualService, route, authority, path: [...path, kind, name] }))));
  return [...rewrites, ...headers];
}

/** A header in which some route tells the same workload an identity under a host, and which this route lets pass. */
function openHeader(context: CheckContext, route: HttpRoute, host: string): { readonly name: string; readonly teller: KubeObject } | undefined {
  const told = toldHeaders(route);
  for (const destination of new Set(route.destinations.map((one) => one.host))) {
    for (const [name, { object }] of tellersOf(context, destination, host)) {
      if (!told.has(name)) return { name, teller: object };
    }
  }
  return undefined;
}
