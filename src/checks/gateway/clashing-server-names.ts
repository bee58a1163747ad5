import { certaintyOfPorts, rejectionsOf } from './listeners';
import { nameServer, otherGateway, pathOf } from './server';
import type { GatewayServer } from '../../mesh/gateway';
import { isSubset } from '../../mesh/host-name';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

/**
 * MTLS010: two TLS servers on one port that istiod takes for different and Envoy for the same: `ns1/h` and `ns2/h`, `h` and `ns/h`, `H` and `h`.
 *
 * istiod compares hosts as they are written, Envoy server names in lower case and without namespace: it refuses the listener.
 */
export const clashingServerNames: Check = {
  id: 'MTLS010',
  title: 'two TLS servers for one server name',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => rejectionsOf(context).filter(({ first, second }) => first !== second).map(({ first, second, serverName }) => {
    const [host, other] = [second, first].map((server) => server.hosts[hostIndex(server, serverName)]);
    return {
      ...certaintyOfPorts(context, first, second),
      object: second.gateway.object,
      path: pathOf(second, 'hosts', hostIndex(second, serverName)),
      message: `host \`${host}\` of ${nameServer(second)} and host \`${other}\` of ${nameServer(first)} are one server name on port ${second.port}`,
      effect: 'Envoy refuses the listener: nothing that is new on the port is served, under no host, and after a restart nothing at all',
      cure: 'let one of them serve the host, or write it in both in the same way',
      ...otherGateway(second.gateway, first.gateway),
    };
  }),
};

/** The host of a server that stands for a server name; that of a route without TLS termination may stand below it, or be any. */
export function hostIndex({ hosts }: GatewayServer, serverName: string): number {
  const names = hosts.map((host) => host.slice(host.indexOf('/') + 1).toLowerCase());
  const exact = names.indexOf(serverName === '' ? '*' : serverName);
  return exact < 0 ? Math.max(names.findIndex((name) => isSubset(serverName, name)), 0) : exact;
}
