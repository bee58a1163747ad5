import { GatewayServer, isPassThrough } from './gateway';
import { hostsForNamespace, intersection } from './host-name';
import { FilterChain } from './listener';
import { StreamMatch, StreamRoute, VirtualService } from './virtual-service';

/**
 * The filter chains of a server that hands bytes on: TCP, and TLS that is opened or passed through. Without a route there is none
 * (istio `core/gateway.go`, createGatewayTCPFilterChainOpts).
 */
export function streamChains(chain: FilterChain, bound: readonly VirtualService[], taken: Set<string>): FilterChain[] {
  const { server } = chain;
  if (server.tls?.mode === 'AUTO_PASSTHROUGH') return bound.length === 0 ? [] : [chain];
  const services = bound.filter((service) => admits(server, service));
  return isPassThrough(server) ? passedThrough(chain, services, taken) : handedOn(chain, services);
}

/** TCP, opened or never closed: the first route that matches takes every connection. */
function handedOn(chain: FilterChain, services: readonly VirtualService[]): FilterChain[] {
  const fits = (route: StreamRoute) => route.matches.length === 0 || route.matches.some((match) => applies(match, chain.server));
  for (const virtualService of services) {
    const route = virtualService.tcp.find(fits);
    if (route !== undefined) return [{ ...chain, stream: { virtualService, destinations: route.destinations } }];
  }
  return [];
}

/** TLS that stays closed: a chain for each match by server name; of two with a name in common the later one is left out. */
function passedThrough(chain: FilterChain, services: readonly VirtualService[], taken: Set<string>): FilterChain[] {
  const chains: FilterChain[] = [];
  for (const virtualService of services) {
    for (const { matches, destinations } of virtualService.tls) {
      for (const match of matches.filter((candidate) => applies(candidate, chain.server))) {
        const names = match.sniHosts.map((name) => `${chain.server.bind} ${name}`);
        if (names.some((name) => taken.has(name))) continue;
        names.forEach((name) => taken.add(name));
        const serverNames = match.sniHosts.includes('*') ? [] : [...new Set(match.sniHosts.map((name) => name.toLowerCase()))];
        chains.push({ ...chain, serverNames, stream: { virtualService, destinations } });
      }
    }
  }
  return chains;
}

function admits(server: GatewayServer, { hosts, namespace }: VirtualService): boolean {
  return intersection(hostsForNamespace(server.hosts, namespace), hosts).length > 0;
}

function applies({ port, gateways }: StreamMatch, server: GatewayServer): boolean {
  return (port === undefined || port === server.port) && (gateways.length === 0 || gateways.includes(`${server.gateway.namespace}/${server.gateway.name}`));
}
