import { DecisionProps, Outcome } from './decision';
import { pickDestination } from './destination-choice';
import { enforce } from './enforcement';
import { Peer } from './peer';
import { ProxySecurity } from './proxy-security';
import { end, Journey } from './station';
import { workloadHop } from './workload-hop';
import { findBackend } from '../mesh/backend';
import { describeServer } from '../mesh/gateway';
import { GatewayProxy } from '../mesh/gateway-proxy';
import { FilterChain } from '../mesh/listener';

/**
 * Follows a connection whose bytes a gateway hands on: TCP, and TLS that it opened or left closed.
 *
 * Policies see addresses, ports, the server name and, where the gateway opened TLS, the certificate. Who is denied is cut off without an answer.
 */
export function streamHop(
  journey: Journey,
  proxy: GatewayProxy,
  chain: FilterChain,
  security: ProxySecurity,
  peer: Peer,
  target: number,
): DecisionProps {
  const { server, stream } = chain;
  if (stream === undefined) return end(journey, Outcome.UNDECIDED, `${describeServer(server)} hands the connection to the cluster that the server name spells, which is not modelled`);
  const { workload } = proxy;
  const passage = enforce(journey, { stage: 'gateway', workload, security, message: journey.sent, peer, port: target, http: false, sourceIp: journey.clientIp, remoteIp: journey.clientIp });
  if (!passage.passed) return passage.end;
  const { name, destination, backend } = endOf(journey, proxy, stream, target);
  journey.log.arrive('route');
  journey.log.tell(() => `VirtualService ${name} hands the connection on to ${destination.host}${destination.port === undefined ? '' : `:${destination.port}`}`, ['VirtualService', stream.virtualService]);
  if (backend.kind === 'none') return nowhere(journey, name, backend.reason);
  if (backend.kind === 'outside' && backend.open !== undefined) return end(journey, Outcome.UNDECIDED, backend.open);
  if (backend.kind === 'outside') return end(journey, Outcome.ALLOWED, '', { workload: backend.service });
  const identity = `spiffe://${journey.view.settings.trustDomain}/ns/${workload.namespace}/sa/${workload.serviceAccount}`;
  return workloadHop(journey, backend, journey.sent, { gateway: true, identity, stream: journey.secure && !peer.tls ? 'sealed' : 'clear' });
}

/** A connection that leads nowhere is closed at once, before the handshake that it would fail (Envoy `tcp_proxy`, onNewConnection). */
export function deadEnd(journey: Journey, proxy: GatewayProxy, { stream }: FilterChain, target: number): DecisionProps | undefined {
  if (stream === undefined) return undefined;
  const { name, backend } = endOf(journey, proxy, stream, target);
  return backend.kind === 'none' ? nowhere(journey, name, backend.reason) : undefined;
}

/** Where a route hands connections on to. */
function endOf(journey: Journey, { workload }: GatewayProxy, { virtualService, destinations }: NonNullable<FilterChain['stream']>, target: number) {
  const name = `${virtualService.namespace}/${virtualService.name}`;
  const destination = pickDestination(journey, destinations, name);
  const { host, port, subset } = destination;
  return { name, destination, backend: findBackend(journey.view, host, port, subset, workload.namespace, target, journey.choices) };
}

function nowhere(journey: Journey, name: string, reason: string): DecisionProps {
  return end(journey, Outcome.CONNECTION_CLOSED, `VirtualService \`${name}\` leads nowhere: ${reason}`);
}
