import { sortByAge } from './age-order';
import { Choices } from './choices';
import { describeServer, GatewayObject, GatewayServer, isPassThrough, isPlainHttp } from './gateway';
import { RouteDestination, VirtualService } from './virtual-service';

/** The servers behind one route table of a listener. */
export interface RouteTableKey {
  readonly name: string;
  readonly servers: readonly GatewayServer[];
}

/** A filter chain of a listener: for some server names over TLS, or for everything else. */
export interface FilterChain {
  /** Lower case; empty for the chain that takes any connection. */
  readonly serverNames: readonly string[];
  readonly server: GatewayServer;
  /** HTTP without TLS, so of all servers in the table. */
  readonly plain: boolean;
  /** Undefined where bytes are handed on: TCP and TLS pass-through. */
  readonly routes?: RouteTableKey;
  /** Where bytes are handed on to; undefined for HTTP, and for AUTO_PASSTHROUGH. */
  readonly stream?: { readonly virtualService: VirtualService; readonly destinations: readonly RouteDestination[] };
}

/** What listens on a port of a gateway proxy. */
export interface Listener {
  readonly chains: readonly FilterChain[];
  /** Why Envoy refuses the listener, so that the port stays shut. */
  readonly rejected?: string;
  /** The servers that Envoy refuses it for. */
  readonly rejection?: Rejection;
  /** Servers that lost against others on the port, with the reason. */
  readonly dropped: readonly string[];
  readonly losses: readonly Loss[];
}

/** A server that istiod drops whole for one that came before it. */
export interface Loss {
  readonly server: GatewayServer;
  readonly winner: GatewayServer;
  /** The host that both have; undefined where their protocols cannot share the port. */
  readonly host?: string;
}

/** Two servers, or one twice, that ask for the same connections. */
export interface Rejection {
  readonly first: GatewayServer;
  readonly second: GatewayServer;
  /** In lower case; empty for every connection. */
  readonly serverName: string;
}

interface Merged {
  readonly protocol: string;
  readonly bind: string;
  routeName: string;
  readonly servers: GatewayServer[];
}

/**
 * Merges the servers that several Gateways bring to one port, as istiod's `mergeGateways` does: the oldest Gateway first, and a server that
 * conflicts with an earlier one is dropped whole.
 */
export function mergeListener(
  gateways: readonly { readonly gateway: GatewayObject; readonly servers: readonly GatewayServer[] }[],
  sameTime: boolean,
  choices: Choices,
): Listener {
  const items = gateways.map(({ gateway, servers }) => ({ object: gateway.object, servers }));
  const ordered = sortByAge(items, sameTime, choices, (a, b) => conflict(a.servers, b.servers));
  return new PortMerge().add(ordered.flatMap(({ servers }) => servers));
}

/** Whether the order of two Gateways on a port can matter at all. */
function conflict(first: readonly GatewayServer[], second: readonly GatewayServer[]): boolean {
  return first.some((a) => second.some((b) => {
    if (a.bind !== b.bind) return false;
    if (isPlainHttp(a.protocol) !== isPlainHttp(b.protocol)) return true;
    if (a.tls === undefined && b.tls === undefined) return !isPlainHttp(a.protocol);
    return a.hosts.some((host) => b.hosts.includes(host));
  }));
}

class PortMerge {
  private readonly merged: Merged[] = [];
  private readonly routeTables = new Map<string, GatewayServer[]>();
  private readonly tlsHosts = new Map<string, GatewayServer>();
  private readonly secureBinds = new Set<string>();
  private readonly dropped: string[] = [];
  private readonly losses: Loss[] = [];
  private plainText?: Merged;

  public add(servers: readonly GatewayServer[]): Listener {
    for (const server of servers) this.addServer(server);
    return this.build();
  }

  private addServer(server: GatewayServer): void {
    const name = routeName(server);
    if (server.tls !== undefined) {
      const host = server.hosts.find((entry) => this.tlsHosts.get(entry)?.bind === server.bind);
      if (host !== undefined) return this.drop(server, `an earlier server on this port has host \`${host}\` too`, { server, winner: this.tlsHosts.get(host)!, host });
      server.hosts.forEach((entry) => this.tlsHosts.set(entry, server));
    }
    if (this.merged.length === 0) return this.start(server, name);
    if (this.plainText !== undefined) return this.joinPlainText(server, name, this.plainText);
    if (!isTls(server)) return this.start(server, name);
    return this.joinTls(server, name);
  }

  private start(server: GatewayServer, name: string): void {
    const entry = { protocol: server.protocol, bind: server.bind, routeName: name, servers: [server] };
    if (!isTls(server)) this.plainText = entry;
    if (isHttp(server)) this.routeTables.set(name, [server]);
    this.merged.push(entry);
  }

  private joinPlainText(server: GatewayServer, name: string, current: Merged): void {
    const mergeable = (isPlainHttp(server.protocol) || server.protocol === current.protocol) && isPlainHttp(current.protocol);
    if (current.bind !== server.bind) return this.start(server, name);
    if (!mergeable) return this.drop(server, `it cannot share the port with ${describeServer(current.servers[0])}`, { server, winner: current.servers[0] });
    current.servers.push(server);
    this.routeTables.get(name)?.push(server);
  }

  private joinTls(server: GatewayServer, name: string): void {
    if (isHttp(server)) {
      if (this.routeTables.has(name)) return this.drop(server, 'an earlier server has the same port name');
      this.routeTables.set(name, [server]);
    }
    this.secureBinds.add(server.bind);
    const same = this.merged.find(({ protocol, bind }) => protocol === server.protocol && bind === server.bind);
    if (same === undefined) this.merged.push({ protocol: server.protocol, bind: server.bind, routeName: name, servers: [server] });
    else same.servers.push(server);
  }

  private drop(server: GatewayServer, why: string, loss?: Loss): void {
    this.dropped.push(`${describeServer(server)} is dropped: ${why}`);
    if (loss !== undefined) this.losses.push(loss);
  }

  private build(): Listener {
    // Servers bound to an address of their own are listeners of their own, which clients of the gateway's Service do not reach.
    const chains = this.merged.filter(({ bind }) => bind === '' || bind === '0.0.0.0').flatMap((entry) => this.chainsOf(entry));
    return { chains, ...rejectionOf(chains.filter(({ routes }) => routes !== undefined)), dropped: this.dropped, losses: this.losses };
  }

  private chainsOf({ protocol, routeName: name, servers }: Merged): FilterChain[] {
    if (isPlainHttp(protocol)) {
      return [{ serverNames: [], server: servers[0], plain: true, routes: { name, servers: this.routeTables.get(name) ?? servers } }];
    }
    return servers.map((server) => {
      const table = routeName(server);
      return {
        serverNames: serverNames(server),
        server,
        plain: server.tls === undefined,
        routes: isHttp(server) ? { name: table, servers: [server] } : undefined,
      };
    });
  }
}

function serverNames(server: GatewayServer): string[] {
  const names = new Set(server.hosts.map((host) => (host.includes('/') ? host.split('/')[1] : host)));
  return server.tls === undefined || names.has('*') ? [] : [...names].map((name) => name.toLowerCase());
}

/** Why Envoy refuses a listener with these chains, and for which servers; neither where it takes it. */
export function rejectionOf(chains: readonly FilterChain[]): Pick<Listener, 'rejected' | 'rejection'> {
  const rejection = overlap(chains);
  return { rejected: describeOverlap(rejection) ?? uncheckedNames(chains), rejection };
}

/** Envoy refuses a listener in which two chains, or one twice, ask for the same connections. */
function overlap(chains: readonly FilterChain[]): Rejection | undefined {
  const seen = new Map<string, GatewayServer>();
  for (const { serverNames: names, server } of chains) {
    for (const name of names.length === 0 ? [''] : names) {
      const other = seen.get(name);
      if (other !== undefined) return { first: other, second: server, serverName: name };
      seen.set(name, server);
    }
  }
  return undefined;
}

function describeOverlap(rejection: Rejection | undefined): string | undefined {
  if (rejection === undefined) return undefined;
  const { first, second, serverName } = rejection;
  return `${describeServer(first)} and ${describeServer(second)} both take ${serverName === '' ? 'every connection' : `server name \`${serverName}\``}, which Envoy refuses`;
}

/** Envoy refuses a list of names without a trust anchor to verify certificates by. */
function uncheckedNames(chains: readonly FilterChain[]): string | undefined {
  const found = chains.find(({ server: { tls } }) => tls?.mode === 'SIMPLE' && tls.credentialNames.length > 0 && tls.subjectAltNames.length > 0);
  return found === undefined ? undefined : `${describeServer(found.server)} has subjectAltNames and no trust anchor, which Envoy refuses`;
}

function isTls(server: GatewayServer): boolean {
  return server.tls !== undefined && !isPlainHttp(server.protocol);
}

function isHttp(server: GatewayServer): boolean {
  return isPlainHttp(server.protocol) || (server.protocol.toUpperCase() === 'HTTPS' && server.tls !== undefined && !isPassThrough(server));
}

function routeName(server: GatewayServer): string {
  const bind = server.bind === '' ? '' : `.${server.bind}`;
  if (isPlainHttp(server.protocol)) return `http${bind}`;
  return isHttp(server) ? `https.${server.port}.${server.portName}.${server.gateway.name}.${server.gateway.namespace}${bind}` : '';
}
