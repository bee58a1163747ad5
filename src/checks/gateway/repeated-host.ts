import { certaintyOfPorts, lossesOf } from './listeners';
import { nameServer, otherGateway, pathOf } from './server';
import { GatewayServer, isPlainHttp } from '../../mesh/gateway';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';

/**
 * MTLS009: two TLS servers have one host on one port of the gateway pods.
 *
 * istiod keeps the one of the older Gateway and drops the other one whole, its further hosts included, with a line in its log and nothing in the status (istio
 * `pilot/pkg/model/gateway.go`). Ports count after the Service of the pods has translated them.
 */
export const repeatedHost: Check = {
  id: 'MTLS009',
  title: 'one TLS host in two servers',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => repeatedHosts(context, (server) => !isPlainHttp(server.protocol), 'Istio drops the server of the younger Gateway whole: none of its hosts is served by it'),
};

/** Findings for servers that lose over a host. */
export function repeatedHosts(context: CheckContext, concerns: (server: GatewayServer) => boolean, effect: string): Finding[] {
  return lossesOf(context).filter(({ server, host }) => host !== undefined && concerns(server)).map(({ server, winner, host }) => ({
    ...certaintyOfPorts(context, server, winner),
    object: server.gateway.object,
    path: pathOf(server, 'hosts', server.hosts.indexOf(host!)),
    message: `host \`${host!}\` of ${nameServer(server)} (port ${server.port}) is also in ${nameServer(winner)} (port ${winner.port})`,
    effect,
    cure: 'let one of them serve the host',
    ...otherGateway(server.gateway, winner.gateway),
  }));
}
