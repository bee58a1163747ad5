import { placeOf } from './server';
import { ClientCheck, clientCheckOf } from '../../mesh/client-check';
import { GatewayObject, GatewayServer, isPlainHttp } from '../../mesh/gateway';
import { hostsFor, hostsForNamespace, meets } from '../../mesh/host-name';
import { rememberedOf } from '../../mesh/remembered';
import type { HttpRoute, RouteMatch, VirtualService } from '../../mesh/virtual-service';
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

/** The servers that serve each host of a VirtualService, in order. */
export function serversByHost({ hosts, namespace }: VirtualService, servers: readonly GatewayServer[]): GatewayServer[][] {
  const served = servers.map((server) => ({ server, hosts: hostsFor(hostsForNamespace(server.hosts, namespace), hosts.length) }));
  return hosts.map((host) => served.filter((one) => meets(one.hosts, host)).map(({ server }) => server));
}

/** Those that lead to one of the routes; redirects and answers of the gateway's own lead nowhere. */
export function serversOf(route: HttpRoute, servers: readonly GatewayServer[]): readonly GatewayServer[] {
  if (route.matches === undefined || route.matches.some(isEverywhere)) return servers;
  return servers.filter(({ gateway, port }) => route.matches!.some((match) => (match.port === undefined || match.port === port)
    && (match.gateways.length === 0 || match.gateways.includes(`${gateway.namespace}/${gateway.name}`))));
}

function isEverywhere({ port, gateways }: RouteMatch): boolean {
  return port === undefined && gateways.length === 0;
}

/** Routes that are reached through other servers than those before; of those that every server leads to, the first stands for all. */
function distinct(routes: readonly HttpRoute[]): HttpRoute[] {
  const places = (route: HttpRoute) => (route.matches === undefined || route.matches.some(isEverywhere) ? '' : JSON.stringify(route.matches.map(({ port, gateways }) => [port, gateways])));
  return [...new Map([...routes].reverse().map((route) => [places(route), route])).values()].reverse();
}

/** The VirtualServices that are bound to a server which demands a client certificate and to one which does not. */
export const unequallyBound: (context: CheckContext) => readonly VirtualService[] = oncePerContext((context) => context.view.virtualServices
  .filter((service) => areUnequal(boundServers(context, service))));

const areUnequal = rememberedOf((servers: readonly GatewayServer[]) => {
  const checks = new Set(servers.map(clientCheckOf));
  return checks.has(ClientCheck.CERTIFICATE) && checks.has(ClientCheck.NONE);
});

/** Every such pair of a VirtualService, of servers of one Gateway or of two, once for each host and open server. */
export function unequalPairs(context: CheckContext, service: VirtualService, ofOneGateway: boolean): UnequalPair[] {
  const servers = boundServers(context, service);
  const routes = distinct(service.http.filter(({ redirect, directStatus }) => redirect === undefined && directStatus === undefined));
  const known = new Map<string, ReadonlyMap<GatewayServer, GatewayServer>>();
  return serversByHost(service, servers).flatMap((bound, hostIndex) => {
    // Most hosts are served by the same servers.
    const key = bound.map((server) => `${server.gateway.object.index} ${placeOf(server)}`).join();
    const pairs = known.get(key) ?? pairsOf(routes, bound, ofOneGateway);
    known.set(key, pairs);
    return [...pairs].map(([open, closed]) => ({ hostIndex, closed, open }));
  });
}

/** Each open server by which one of the routes is reached, with a closed one by which it is reached too. */
function pairsOf(routes: readonly HttpRoute[], bound: readonly GatewayServer[], ofOneGateway: boolean): ReadonlyMap<GatewayServer, GatewayServer> {
  const found = new Map<GatewayServer, GatewayServer>();
  for (const route of routes) {
    const reached = serversOf(route, bound);
    const closed = firstOfEachGateway(reached.filter((server) => clientCheckOf(server) === ClientCheck.CERTIFICATE));
    for (const open of reached) {
      if (clientCheckOf(open) !== ClientCheck.NONE || found.has(open)) continue;
      const other = ofOneGateway ? closed.get(open.gateway) : firstOfOthers(closed, open.gateway);
      if (other !== undefined) found.set(open, other);
    }
  }
  return found;
}

function firstOfEachGateway(servers: readonly GatewayServer[]): ReadonlyMap<GatewayObject, GatewayServer> {
  const found = new Map<GatewayObject, GatewayServer>();
  for (const server of servers) found.set(server.gateway, found.get(server.gateway) ?? server);
  return found;
}

function firstOfOthers(servers: ReadonlyMap<GatewayObject, GatewayServer>, own: GatewayObject): GatewayServer | undefined {
  for (const [gateway, server] of servers) if (gateway !== own) return server;
  return undefined;
}

/** What to do about a server that asks for no client certificate, as the beginning of a cure. */
export function closing(open: GatewayServer): string {
  const place = `server ${placeOf(open) + 1} of Gateway \`${open.gateway.namespace}/${open.gateway.name}\``;
  return isPlainHttp(open.protocol)
    ? `let ${place} only redirect (\`tls: {httpsRedirect: true}\`) or take it away`
    : `let ${place} demand a certificate too (\`mode: MUTUAL\`) or take it away`;
}
