import { ClientCheck, clientCheckOf } from '../../mesh/client-check';
import { GatewayServer, isPlainHttp } from '../../mesh/gateway';
import { intersection, hostsForNamespace } from '../../mesh/host-name';
import type { HttpRoute, VirtualService } from '../../mesh/virtual-service';
import type { CheckContext } from '../context';
import { oncePerContext } from '../written';

/** Two servers through which one route is reached: one that demands a client certificate and one that does not. */
export interface UnequalPair {
  readonly hostIndex: number;
  readonly closed: GatewayServer;
  readonly open: GatewayServer;
}

const gatewaysByName = oncePerContext(({ view }) => new Map(view.gateways.map((gateway) => [`${gateway.namespace}/${gateway.name}`, gateway])));

/** The servers of the Gateways that a VirtualService is bound to, in the order of the Gateways. */
export function boundServers(context: CheckContext, service: VirtualService): readonly GatewayServer[] {
  if (service.gateways.length === 1) return gatewaysByName(context).get(service.gateways[0])?.servers ?? [];
  const gateways = [...new Set(service.gateways)].flatMap((name) => gatewaysByName(context).get(name) ?? []);
  return gateways.sort((a, b) => a.object.index - b.object.index).flatMap(({ servers }) => servers);
}

/** The servers that lead from a host of a VirtualService to one of its routes; redirects and answers of the gateway's own lead nowhere. */
export function serversOf(route: HttpRoute, host: string, service: VirtualService, servers: readonly GatewayServer[]): GatewayServer[] {
  const bound = servers.filter(({ hosts }) => intersection(hostsForNamespace(hosts, service.namespace), [host]).length > 0);
  if (route.matches === undefined) return bound;
  return bound.filter(({ gateway, port }) => route.matches!.some((match) => (match.port === undefined || match.port === port)
    && (match.gateways.length === 0 || match.gateways.includes(`${gateway.namespace}/${gateway.name}`))));
}

/** Every such pair of a VirtualService, once for each host and pair of servers. */
export function unequalPairs(
  context: CheckContext,
  service: VirtualService,
  related: (closed: GatewayServer, open: GatewayServer) => boolean,
): UnequalPair[] {
  const servers = boundServers(context, service);
  if (!servers.some((server) => clientCheckOf(server) === ClientCheck.CERTIFICATE)) return [];
  const routes = service.http.filter(({ redirect, directStatus }) => redirect === undefined && directStatus === undefined);
  return service.hosts.flatMap((host, hostIndex) => {
    const found = new Map<GatewayServer, UnequalPair>();
    for (const route of routes) {
      const reached = serversOf(route, host, service, servers);
      for (const open of reached.filter((server) => clientCheckOf(server) === ClientCheck.NONE && !found.has(server))) {
        const closed = reached.find((server) => clientCheckOf(server) === ClientCheck.CERTIFICATE && related(server, open));
        if (closed !== undefined) found.set(open, { hostIndex, closed, open });
      }
    }
    return [...found.values()];
  });
}

/** What to do about a server that asks for no client certificate, as the beginning of a cure. */
export function closing(open: GatewayServer): string {
  const place = `server ${open.gateway.servers.indexOf(open) + 1} of Gateway \`${open.gateway.namespace}/${open.gateway.name}\``;
  return isPlainHttp(open.protocol)
    ? `let ${place} only redirect (\`tls: {httpsRedirect: true}\`) or take it away`
    : `let ${place} demand a certificate too (\`mode: MUTUAL\`) or take it away`;
}
