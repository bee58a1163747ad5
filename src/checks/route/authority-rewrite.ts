import { securedRoutes, SecuredRoute, tellsIdentity } from './secured-routes';
import { changesOf, gatewayRoutes, WrittenRoute } from './written-routes';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, FieldPath, Finding, Severity } from '../finding';

/** MTLS071: a route writes a secured host over its own and leads to the same workload, with the client's identity headers untouched. */
export const authorityRewrite: Check = {
  id: 'MTLS071',
  title: 'a route that passes for a secured host',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => gatewayRoutes(context).flatMap((written) => authorities(written).flatMap(({ authority, path }): Finding[] => {
    const secured = written.route.destinations.flatMap(({ host }) => securedRoutes(context).get(host) ?? [])
      .find((candidate) => isForHost(candidate, authority) && candidate.headers.some((name) => !tellsIdentity(written.route, name)));
    return secured === undefined ? [] : [{
      object: written.virtualService.object,
      path,
      message: `${describeObject(written.virtualService.object)} writes host \`${authority}\` over its own, which is secured by ${describeObject(secured.virtualService.object)}`,
      effect: `its clients reach the same workload under that host with a \`${secured.headers[0]}\` that they made up`,
      cure: 'drop the rewrite, or remove and set the identity headers as the secured route does; a gateway of its own keeps others\' routes away altogether',
      related: [secured.virtualService.object],
    }];
  })),
};

/** The hosts that a route writes over its own, and where. */
function authorities(written: WrittenRoute): { readonly authority: string; readonly path: FieldPath }[] {
  const rewrite = written.route.rewriteAuthority;
  return [
    ...(rewrite === undefined ? [] : [{ authority: rewrite, path: [...written.path, 'rewrite', 'authority'] }]),
    ...changesOf(written).flatMap(({ changes, path }) => (['set', 'add'] as const).flatMap((kind) => changes[kind]
      .filter(([name]) => /^(?::authority|host)$/i.test(name)).map(([name, authority]) => ({ authority, path: [...path, kind, name] })))),
  ];
}

function isForHost({ virtualService }: SecuredRoute, authority: string): boolean {
  const host = authority.toLowerCase().replace(/:\d+$/, '');
  return virtualService.hosts.some((candidate) => candidate.toLowerCase() === host || (candidate.startsWith('*.') && host.endsWith(candidate.slice(1).toLowerCase())));
}
