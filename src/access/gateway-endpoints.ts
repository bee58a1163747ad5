import { Endpoint } from './endpoint';
import { EvaluatedMesh } from '../authz/evaluation';
import { chainOf } from '../authz/gateway-hop';
import { Answers } from '../mesh/choices';
import { GatewayProxy } from '../mesh/gateway-proxy';
import { bestMatch, isSubset } from '../mesh/host-name';
import { FilterChain, Listener } from '../mesh/listener';
import { MeshView } from '../mesh/mesh-view';

const LABELS = ['any', 'other', 'some', 'x1', 'x2', 'x3'];
const USUAL_PORTS = [443, 80];

/** Every host on every port of the gateways: those that routes serve, and those of servers without a route. */
export function gatewayEndpoints({ proxies, view }: EvaluatedMesh): Endpoint[] {
  return [...proxies.flatMap((proxy) => portsOf(proxy).flatMap(([port, target]) => ofPort(proxy, port, target))), ...unserved(view)];
}

/** Hosts of routes whose Gateway is not among the manifests. */
function unserved(view: MeshView): Endpoint[] {
  if (view.complete) return [];
  const present = new Set(view.gateways.map(({ namespace, name }) => `${namespace}/${name}`));
  const hosts = view.virtualServices.filter(({ gateways }) => gateways.some((gateway) => gateway !== 'mesh' && !present.has(gateway))).flatMap((service) => service.hosts);
  return [...new Set(hosts)].sort().map((domain) => {
    const host = example(domain, new Set());
    return { kind: 'gateway' as const, port: 443, tls: true, sni: host, host, domain };
  });
}

/** The ports that clients may use, and where the pods listen for them. */
function portsOf(proxy: GatewayProxy): [number, number][] {
  const candidates = [...new Set([...USUAL_PORTS, ...proxy.servers.map(({ server }) => server.port)])];
  const targets = new Map<number, number>();
  for (const port of candidates) {
    const target = proxy.targetOf(port);
    if (target !== undefined && !targets.has(target) && proxy.servers.some((entry) => entry.target === target)) targets.set(target, port);
  }
  return [...targets].map(([target, port]): [number, number] => [port, target]).sort(([a], [b]) => a - b);
}

function ofPort(proxy: GatewayProxy, port: number, target: number): Endpoint[] {
  const listener = proxy.listener(target, new Answers([]))!;
  const { workload } = proxy;
  const gateway = `${workload.namespace}/${workload.name}`;
  const chains = listener.rejected === undefined ? listener.chains : [];
  const served = chains.flatMap((chain) => ofChain(proxy, listener, chain)).map((found) => ({ ...found, gateway, port }));
  const missing = proxy.servers.filter((entry) => entry.target === target).flatMap(({ server }) => server.hosts.map((host) => ({ server, domain: host.split('/').pop()!.toLowerCase() })))
    .filter(({ domain }, index, all) => all.findIndex((other) => other.domain === domain) === index)
    .filter(({ domain }) => !served.some((endpoint) => isSubset(endpoint.domain, domain)))
    .map(({ server, domain }) => {
      const host = example(domain, new Set());
      const tls = server.tls !== undefined && server.protocol.toUpperCase() !== 'HTTP';
      return { kind: 'gateway' as const, gateway, port, tls, ...(tls ? { sni: host } : {}), host, domain };
    });
  return [...served, ...missing];
}

function ofChain(proxy: GatewayProxy, listener: Listener, chain: FilterChain): Endpoint[] {
  const tls = !chain.plain;
  const names = new Set(listener.chains.flatMap(({ serverNames }) => serverNames));
  if (chain.routes === undefined) {
    return (chain.serverNames.length === 0 ? ['*'] : [...chain.serverNames]).map((domain) => {
      const host = example(domain, names);
      return { kind: 'gateway' as const, port: 0, tls, ...(tls ? { sni: host } : {}), host, domain };
    });
  }
  const { domains } = proxy.routes(chain);
  const known = new Set([...domains, ...names]);
  return [...domains].sort().map((domain) => {
    const host = example(domain, known);
    return { kind: 'gateway' as const, port: 0, tls, ...(tls ? { sni: serverName(listener, chain, host, names) } : {}), host, domain };
  });
}

/** A server name with which clients get to a chain: the host itself where it leads there. */
function serverName(listener: Listener, chain: FilterChain, host: string, names: ReadonlySet<string>): string {
  if (chainOf(listener, true, host) === chain) return host;
  const candidates = chain.serverNames.map((name) => example(name, names));
  return candidates.find((name) => chainOf(listener, true, name) === chain) ?? '';
}

/** A host that a domain stands for and none of the narrower ones. */
export function example(domain: string, known: ReadonlySet<string>): string {
  if (!domain.startsWith('*')) return domain;
  const rest = domain === '*' ? '.example' : domain.slice(1);
  const table = new Map([...known].map((name): [string, string] => [name, name]));
  return LABELS.map((label) => `${label}${rest}`).find((host) => known.size === 0 || (bestMatch(table, host) ?? domain) === domain) ?? `any${rest}`;
}
