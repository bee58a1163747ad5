import { sortByAge } from './age-order';
import { Choices, Remembered } from './choices';
import { GatewayServer } from './gateway';
import { bestMatch, hostsForNamespace, intersection } from './host-name';
import { PodLabels, surelySelects } from './labels';
import { RouteTableKey } from './listener';
import { HttpRoute, RouteMatch, VirtualService } from './virtual-service';
import { visibilityRank } from './visibility';

/** One way through a virtual host: an `http` entry of a VirtualService under one of its matches. */
export interface RouteEntry {
  readonly virtualService: VirtualService;
  readonly route: HttpRoute;
  /** Undefined where the route has no `match`. */
  readonly match?: RouteMatch;
}

/** What a gateway does with the requests for one host. */
export interface VirtualHost {
  readonly domain: string;
  /** Plain HTTP is redirected to HTTPS, whatever the routes say. */
  readonly requireTls: boolean;
  readonly routes: readonly RouteEntry[];
}

/** The proxy for which routes are made. */
export interface RoutingProxy {
  readonly namespace: string;
  readonly labels: PodLabels;
}

interface Contribution {
  readonly serverIndex: number;
  readonly rank: number;
  readonly object: VirtualService['object'];
  readonly routes: readonly RouteEntry[];
}

interface HostEntry {
  requireTls: boolean;
  readonly contributions: Contribution[];
  /** The routes in order, for each order of age that was asked for. */
  routes?: Remembered<readonly RouteEntry[]>;
}

/** The virtual hosts of a listener's route table: which VirtualServices serve which host, in which order (istiod `buildGatewayHTTPRouteConfig`). */
export class RouteTable {
  private readonly hosts = new Map<string, HostEntry>();

  public constructor(
    key: RouteTableKey,
    private readonly proxy: RoutingProxy,
    virtualServices: (gateway: string) => readonly VirtualService[],
    private readonly exportTo: readonly string[],
    private readonly sameTime: boolean,
  ) {
    key.servers.forEach((server, index) => this.addServer(server, index, virtualServices(gatewayName(server))));
  }

  /** The virtual host that takes requests for a host without port; undefined answers 404. */
  public find(host: string, choices: Choices): VirtualHost | undefined {
    const name = host.toLowerCase();
    const domain = this.hosts.has(name) ? name : undefined;
    const entry = bestMatch(this.hosts, name);
    if (entry === undefined) return undefined;
    entry.routes ??= new Remembered((open) => this.order(entry, open));
    return { domain: domain ?? this.domainOf(entry), requireTls: entry.requireTls, routes: entry.routes.get(choices) };
  }

  /** The hosts that are served. */
  public get domains(): string[] {
    return [...this.hosts.keys()];
  }

  /** Every route, in no order. */
  public get entries(): readonly RouteEntry[] {
    return [...new Set([...this.hosts.values()].flatMap(({ contributions }) => contributions).flatMap(({ routes }) => routes))];
  }

  private domainOf(entry: HostEntry): string {
    return [...this.hosts].find(([, other]) => other === entry)![0];
  }

  private addServer(server: GatewayServer, serverIndex: number, virtualServices: readonly VirtualService[]): void {
    const redirects = server.tls?.httpsRedirect === true;
    for (const virtualService of virtualServices) {
      const rank = visibilityRank(virtualService, this.proxy.namespace, this.exportTo);
      if (rank === undefined) continue;
      const hosts = intersection(hostsForNamespace(server.hosts, virtualService.namespace), virtualService.hosts);
      if (hosts.length === 0) continue;
      const routes = routesOf(virtualService, server.port, gatewayName(server), this.proxy);
      if (routes.length === 0) continue;
      for (const host of hosts) {
        const entry = this.entry(host.toLowerCase());
        entry.contributions.push({ serverIndex, rank, object: virtualService.object, routes });
        entry.requireTls ||= redirects;
      }
    }
    if (redirects) server.hosts.forEach((host) => { this.entry(host.toLowerCase()).requireTls = true; });
  }

  private entry(domain: string): HostEntry {
    const entry = this.hosts.get(domain) ?? { requireTls: false, contributions: [] };
    this.hosts.set(domain, entry);
    return entry;
  }

  private order({ contributions }: HostEntry, choices: Choices): RouteEntry[] {
    const groups = [...new Set(contributions.map(({ serverIndex, rank }) => serverIndex * 3 + rank))].sort((a, b) => a - b);
    const routes = groups.flatMap((group) => {
      const members = contributions.filter(({ serverIndex, rank }) => serverIndex * 3 + rank === group);
      return sortByAge(members, this.sameTime, choices, () => true).flatMap((member) => member.routes);
    });
    return [...routes.filter((route) => !isCatchAll(route)), ...routes.filter(isCatchAll)];
  }
}

function gatewayName(server: GatewayServer): string {
  return `${server.gateway.namespace}/${server.gateway.name}`;
}

/** The routes of a VirtualService on one gateway, cut after the first that takes everything. */
function routesOf(virtualService: VirtualService, port: number, gateway: string, proxy: RoutingProxy): RouteEntry[] {
  const found: RouteEntry[] = [];
  for (const route of virtualService.http) {
    if (route.matches === undefined) return [...found, { virtualService, route }];
    for (const match of route.matches.filter((candidate) => applies(candidate, port, gateway, proxy))) {
      found.push({ virtualService, route, match });
      if (isCatchAll(found[found.length - 1])) return found;
    }
  }
  return found;
}

function applies(match: RouteMatch, port: number, gateway: string, proxy: RoutingProxy): boolean {
  if (match.port !== undefined && match.port !== port) return false;
  if (match.gateways.length > 0) return match.gateways.includes(gateway);
  return surelySelects(match.sourceLabels, proxy.labels) && (match.sourceNamespace === undefined || match.sourceNamespace === proxy.namespace);
}

function isCatchAll({ match }: RouteEntry): boolean {
  return match === undefined || isCatchAllMatch(match);
}

/** Whether a match takes every request of the port, gateway and callers that it is for. */
export function isCatchAllMatch({ uri, headers, withoutHeaders, queryParams, method, authority, scheme }: RouteMatch): boolean {
  const anyPath = uri === undefined || uri.kind === 'present' || (uri.kind === 'prefix' && uri.value === '/') || (uri.kind === 'regex' && uri.value === '.*');
  const conditions = headers.length + withoutHeaders.length + queryParams.length;
  return anyPath && conditions === 0 && [method, authority, scheme].every((pattern) => pattern === undefined);
}
