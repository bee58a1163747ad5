import { identityHeadersOf, isOfCertificate } from './written-routes';
import { putInto } from '../../mesh/groups';
import type { HttpRoute, VirtualService } from '../../mesh/virtual-service';
import type { CheckContext } from '../context';
import { oncePerContext } from '../written';

/** A VirtualService that tells a workload the client's identity in headers. */
export interface SecuredRoute {
  readonly virtualService: VirtualService;
  readonly route: HttpRoute;
  /** In lower case. */
  readonly headers: readonly string[];
}

/** The routes that tell identities in headers, by the destination that they lead to. */
export const securedRoutes: (context: CheckContext) => ReadonlyMap<string, readonly SecuredRoute[]> = oncePerContext(({ view }) => {
  const found = new Map<string, SecuredRoute[]>();
  for (const virtualService of view.virtualServices) {
    for (const route of virtualService.http) {
      const headers = [...identityHeadersOf(route)];
      const hosts = headers.length === 0 ? [] : new Set(route.destinations.map(({ host }) => host));
      for (const host of hosts) putInto(found, host, { virtualService, route, headers });
    }
  }
  return found;
});

/** Whether a route removes a header, or writes the certificate's word over it, so that a client cannot make it up. */
export function tellsIdentity({ headers, destinations }: HttpRoute, name: string): boolean {
  const everywhere = destinations.length > 0 && destinations.every((destination) => handles(destination.headers, name));
  return handles(headers, name) || everywhere;
}

function handles({ remove, set }: HttpRoute['headers'], name: string): boolean {
  return remove.some((removed) => removed.toLowerCase() === name)
    || set.some(([written, value]) => written.toLowerCase() === name && isOfCertificate(value));
}
