import { identityHeadersOf, isOfCertificate } from './written-routes';
import { anyTextTest } from '../../authz/string-match';
import { putInto } from '../../mesh/groups';
import type { HttpRoute, VirtualService } from '../../mesh/virtual-service';
import type { CheckContext } from '../context';
import { enforcedPolicies, valuesOf } from '../policy/written-policies';
import { oncePerContext } from '../written';

/** A VirtualService that tells a workload the client's identity in headers. */
export interface SecuredRoute {
  readonly virtualService: VirtualService;
  readonly route: HttpRoute;
  /** In lower case. */
  readonly headers: readonly string[];
}

/** The routes that tell identities in headers, by the destination that they lead to. */
const securedRoutes: (context: CheckContext) => ReadonlyMap<string, readonly SecuredRoute[]> = oncePerContext(({ view }) => {
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

const tellersByHeader = oncePerContext((context) => {
  const found = new Map<string, Map<string, SecuredRoute[]>>();
  for (const [destination, routes] of securedRoutes(context)) {
    for (const secured of routes) {
      for (const header of secured.headers) {
        const tellers = within(found, destination);
        const known = tellers.get(header);
        if (known === undefined) tellers.set(header, [secured]);
        else if (known.length < 2) known.push(secured);
      }
    }
  }
  return found;
});

/** The headers in which other routes than one tell a workload identities, each with the first that does. */
export function* otherTellersOf(context: CheckContext, destination: string, route: HttpRoute): Generator<readonly [string, SecuredRoute]> {
  for (const [header, tellers] of tellersByHeader(context).get(destination) ?? []) {
    const other = tellers.find((secured) => secured.route !== route);
    if (other !== undefined) yield [header, other];
  }
}

/** Which VirtualService tells a workload an identity under a host, by destination, host and header; hosts and headers in lower case. */
const securedHosts = oncePerContext((context) => {
  const found = new Map<string, Map<string, Map<string, VirtualService>>>();
  for (const [destination, routes] of securedRoutes(context)) {
    for (const { virtualService, headers } of routes) {
      for (const host of virtualService.hosts) {
        const tellers = within(within(found, destination), host.toLowerCase());
        headers.forEach((header) => tellers.set(header, tellers.get(header) ?? virtualService));
      }
    }
  }
  return found;
});

function within<K, V>(maps: Map<string, Map<K, V>>, key: string): Map<K, V> {
  const inner = maps.get(key) ?? new Map<K, V>();
  maps.set(key, inner);
  return inner;
}

/**
 * The headers in which routes for a host tell a workload identities, each with a VirtualService that does, the routes for the very host first.
 *
 * A route for every host counts where the host is known to be one that somebody asks for: a Gateway serves it, or a policy names it.
 */
export function* tellersOf(context: CheckContext, destination: string, host: string): Generator<readonly [string, VirtualService]> {
  const hosts = securedHosts(context).get(destination);
  if (hosts === undefined) return;
  yield* hosts.get(host) ?? [];
  for (let dot = host.indexOf('.', 1); dot >= 0; dot = host.indexOf('.', dot + 1)) yield* hosts.get(`*${host.slice(dot)}`) ?? [];
  if (hosts.has('*') && isAskedFor(context)(host)) yield* hosts.get('*')!;
}

const isAskedFor = oncePerContext((context) => {
  const served = context.view.gateways.flatMap(({ servers }) => servers).flatMap(({ hosts }) => hosts).map((host) => host.slice(host.indexOf('/') + 1));
  const named = enforcedPolicies(context).filter(({ action }) => action === 'ALLOW').flatMap((policy) => valuesOf(policy, 'hosts')).filter(({ negated }) => !negated);
  return anyTextTest([...served, ...named.map(({ value }) => value.replace(/:(?:\d+|\*)$/, ''))].filter((host) => host !== '*').map((host) => host.toLowerCase()));
});

/** The headers, in lower case, that a route removes, or writes the certificate's word over, so that a client cannot make them up. */
export function toldHeaders({ headers, destinations }: HttpRoute): ReadonlySet<string> {
  const told = new Set(handled(headers));
  const [first, ...others] = destinations.map((destination) => handled(destination.headers));
  for (const name of first ?? []) if (others.every((names) => names.has(name))) told.add(name);
  return told;
}

function handled({ remove, set }: HttpRoute['headers']): Set<string> {
  return new Set([...remove, ...set.filter(([, value]) => isOfCertificate(value)).map(([name]) => name)].map((name) => name.toLowerCase()));
}
