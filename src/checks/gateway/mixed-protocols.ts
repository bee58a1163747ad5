import { certaintyOfPorts, listenersOf, lossesOf } from './listeners';
import { isWritten, nameServer, otherGateway, pathOf } from './server';
import type { GatewayServer } from '../../mesh/gateway';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';

/**
 * MTLS011: HTTP and TLS on one port of the gateway pods.
 *
 * Where the plain server comes first, istiod drops the TLS one. Where the TLS server comes first, the listener gets a chain for plain text as well, so that the TLS
 * port answers without TLS (istio `pilot/pkg/model/gateway.go`).
 */
export const mixedProtocols: Check = {
  id: 'MTLS011',
  title: 'servers with and without TLS on one port',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => [
    ...lossesOf(context).filter(({ host }) => host === undefined).map(({ server, winner }) => clash(context, server, winner,
      'Istio drops the server that comes later, and which one that is the age of the Gateways decides: its hosts are not served, or without TLS')),
    ...listenersOf(context).flatMap(({ chains }) => {
      const [plain, secure] = [true, false].map((wanted) => chains.find((chain) => chain.plain === wanted && chain.routes !== undefined)?.server);
      return plain === undefined || secure === undefined || !isWritten(plain.gateway) ? []
        : [clash(context, plain, secure, 'the TLS port answers plain text too, and if the age of the Gateways were the other way round, not TLS any more')];
    }),
  ],
};

function clash(context: CheckContext, server: GatewayServer, other: GatewayServer, effect: string): Finding {
  return {
    ...certaintyOfPorts(context, server, other),
    object: server.gateway.object,
    path: pathOf(server, 'port'),
    message: `${nameServer(server)} (port ${server.port}, ${server.protocol}) and ${nameServer(other)} (port ${other.port}, ${other.protocol}) share a port of the gateway's pods`,
    effect,
    cure: 'give one of them another port',
    ...otherGateway(server.gateway, other.gateway),
  };
}
