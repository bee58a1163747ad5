import { EvaluatedMesh } from '../authz/evaluation';
import { chainOf } from '../authz/gateway-hop';
import { withoutPort } from '../authz/http-message';
import { findCredential } from '../authz/server-credential';
import { Answers } from '../mesh/choices';
import { GatewayServer } from '../mesh/gateway';
import { GatewayProxy } from '../mesh/gateway-proxy';
import { putInto } from '../mesh/groups';
import { FilterChain, Listener } from '../mesh/listener';
import { VirtualHost } from '../mesh/route-table';
import { Material } from '../mesh/secret';

/** A server name that nobody has. */
export const STRANGE_NAME = 'unknown.invalid';

/** A way to a gateway: a port, and over TLS a server name that leads to one filter chain. */
export interface Door {
  readonly proxy: GatewayProxy;
  readonly port: number;
  readonly secure: boolean;
  /** Empty for none. */
  readonly sni: string;
  readonly server: GatewayServer;
  readonly chain: FilterChain;
}

/** Open facts as they ordinarily are. */
export const ordinarily = () => new Answers([]);

/** The doors of the gateways of a mesh, and which of them lead to the routes of a host. */
export class Doors {
  private readonly listeners: { readonly proxy: GatewayProxy; readonly port: number; readonly listener: Listener }[];
  private readonly byChain = new Map<FilterChain, Door[]>();
  private readonly chainsOfDomain = new Map<string, FilterChain[]>();

  /** @param names server names that policies tell apart */
  public constructor(mesh: EvaluatedMesh, names: readonly string[]) {
    this.listeners = mesh.proxies.flatMap((proxy) => portsOf(proxy).flatMap((port) => {
      const target = proxy.targetOf(port);
      const listener = target === undefined ? undefined : proxy.listener(target, ordinarily());
      return listener === undefined || listener.rejected !== undefined ? [] : [{ proxy, port, listener }];
    }));
    for (const { proxy, port, listener } of this.listeners) {
      for (const chain of listener.chains.filter(({ routes }) => routes !== undefined)) {
        for (const domain of proxy.routes(chain).domains) putInto(this.chainsOfDomain, domain, chain);
        const own = chain.plain ? [''] : [...representatives(chain.serverNames), ...names].filter((name, index, all) => all.indexOf(name) === index);
        const leading = chain.plain ? own : own.filter((sni) => chainOf(listener, true, sni) === chain);
        leading.forEach((sni) => putInto(this.byChain, chain, { proxy, port, secure: !chain.plain, sni, server: chain.server, chain }));
      }
    }
  }

  /** The doors behind which a host is served. */
  public of(host: string): Door[] {
    const name = withoutPort(host).toLowerCase();
    const suffixes = [...name].flatMap((character, at) => (character === '.' ? [`*${name.slice(at)}`] : []));
    const chains = new Set([name, ...suffixes, '*'].flatMap((domain) => this.chainsOfDomain.get(domain) ?? []));
    const doors = [...chains].flatMap((chain) => this.byChain.get(chain) ?? []);
    const isKnown = ({ chain, sni, port }: Door) => doors.some((other) => other.chain === chain && other.sni === sni && other.port === port);
    return [...doors, ...this.home(name).filter((door) => !isKnown(door))];
  }

  /** The doors that an ordinary client of a host comes to over TLS, with its own name; those without a route for it only when asked for. */
  public home(host: string, unrouted = false): Door[] {
    const name = withoutPort(host).toLowerCase();
    const doors = this.listeners.flatMap(({ proxy, port, listener }) => {
      const chain = chainOf(listener, true, name);
      const routed = chain?.routes !== undefined && !chain.plain;
      return routed ? [{ proxy, port, secure: true, sni: name, server: chain.server, chain }] : [];
    });
    return unrouted ? doors : doors.filter((door) => routesOf(door, name) !== undefined);
  }

  /** How many servers there are. */
  public get servers(): number {
    const chains = this.listeners.flatMap(({ listener }) => listener.chains);
    return new Set(chains.flatMap(({ routes, server }) => [server, ...routes?.servers ?? []])).size;
  }

  /** Chains that a connection passes unopened. */
  public get opaque(): GatewayServer[] {
    return this.listeners.flatMap(({ listener }) => listener.chains.filter(({ routes }) => routes === undefined).map(({ server }) => server));
  }
}

/** What a door's routes make of a host. */
export function routesOf({ proxy, chain }: Door, host: string): VirtualHost | undefined {
  return proxy.routes(chain).find(withoutPort(host), ordinarily());
}

/** What a door verifies client certificates by; undefined where it asks for none. */
export function anchorOf(mesh: EvaluatedMesh, { server, proxy }: Door): Material | undefined {
  return server.tls === undefined || !['MUTUAL', 'OPTIONAL_MUTUAL'].includes(server.tls.mode) ? undefined
    : findCredential(mesh.view, proxy.workload, server.tls, ordinarily()).anchor;
}

/** Whether a door is meant for holders of a certificate. */
export function demandsCertificate({ server }: Door): boolean {
  return server.tls?.mode === 'MUTUAL' || server.tls?.mode === 'ISTIO_MUTUAL';
}

function portsOf(proxy: GatewayProxy): number[] {
  return [...new Set(proxy.servers.map(({ server }) => server.port))].sort((a, b) => a - b);
}

/** A name for each server name, wildcards replaced; no name and a strange one where any is taken. */
function representatives(names: readonly string[]): string[] {
  return names.length === 0 ? ['', STRANGE_NAME] : names.map((name) => (name.startsWith('*.') ? `any${name.slice(1)}` : name));
}
