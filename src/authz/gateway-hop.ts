import { ClientKind } from './client';
import { DecisionProps, Outcome } from './decision';
import { pickDestination } from './destination-choice';
import { enforce } from './enforcement';
import { trustedAddress } from './forwarded-address';
import { forwardCertificate } from './forwarded-certificate';
import { handshake } from './handshake';
import { unknownValue } from './header-lines';
import { changeHeaders, describeHeaderChanges } from './header-operations';
import { HttpMessage, withoutPort } from './http-message';
import { Peer } from './peer';
import { normalized, unpredictable, unreadable } from './proxy-arrival';
import { rewritten } from './rewrite';
import { chooseRoute, routeTableProblem } from './routing';
import { end, Journey } from './station';
import { deadEnd, streamHop } from './stream-hop';
import { workloadHop } from './workload-hop';
import { findBackend } from '../mesh/backend';
import { describeServer, isPassThrough } from '../mesh/gateway';
import { GatewayProxy } from '../mesh/gateway-proxy';
import { GatewayTopology } from '../mesh/gateway-topology';
import { bestMatch } from '../mesh/host-name';
import { FilterChain, Listener } from '../mesh/listener';
import { VirtualHost, RouteEntry } from '../mesh/route-table';
import { Value } from '../mesh/value';

/** Follows a request from outside through a gateway. */
export function gatewayHop(journey: Journey, proxy: GatewayProxy, port: number, sni: string, message: HttpMessage): DecisionProps {
  const { workload } = proxy;
  const place = `${workload.namespace}/${workload.name}`;
  journey.log.arrive('handshake', `gateway ${place}`);
  if (workload.assumed !== undefined) journey.assumptions.add(workload.assumed);
  const security = journey.security.of(workload, journey.choices);
  const broken = unpredictable(journey, security, place, Outcome.CONNECTION_REFUSED, true);
  if (broken !== undefined) return broken;
  if (proxy.topology.proxyProtocol) journey.assumptions.add(`the load balancer before gateway ${place} speaks the PROXY protocol`);
  const target = proxy.targetOf(port);
  const listener = target === undefined ? undefined : proxy.listener(target, journey.choices);
  const chain = pickChain(journey, listener, place, port, sni);
  if ('outcome' in chain) return chain;
  if (chain.server.gateway.assumed !== undefined) journey.assumptions.add(chain.server.gateway.assumed);
  const peer = secure(journey, proxy, chain, sni);
  if ('outcome' in peer) return (chain.routes === undefined ? deadEnd(journey, proxy, chain, target!) : undefined) ?? peer;
  if (chain.routes === undefined) return streamHop(journey, proxy, chain, security, peer, target!);
  // Behind a trusted proxy the scheme of a target need not be that of the connection.
  const relaxed = journey.malformed?.status === 403 && proxy.topology.numTrustedProxies > 0 && !('malformed' in journey.streamed) ? journey.streamed : undefined;
  const bad = relaxed === undefined ? unreadable(journey) : undefined;
  if (bad !== undefined) return bad;
  const seen = normalized(atTheEdge(relaxed ?? message, peer, proxy.topology), journey.view.settings, journey.choices);
  if (seen === undefined) return end(journey, Outcome.BAD_REQUEST, 'the path is malformed', { status: 400 });
  const passage = enforce(journey, { stage: 'gateway', workload, security, message: seen, peer, port: target!, http: true, sourceIp: journey.clientIp, remoteIp: trustedAddress(message.headers, journey.clientIp, proxy.topology.numTrustedProxies) });
  if (!passage.passed) return passage.end;
  // The route is chosen when the first filter asks for it, and again only when a token was verified: until then what token filters take out is still there.
  const routed = passage.claims === undefined ? seen : passage.message;
  return route(journey, proxy, chain, routed, passage.message, peer, passage.claims, target!);
}

/** The filter chain that takes the connection. */
function pickChain(journey: Journey, listener: Listener | undefined, place: string, port: number, sni: string): FilterChain | DecisionProps {
  if (listener === undefined || listener.chains.length === 0) return end(journey, Outcome.CONNECTION_REFUSED, `nothing listens on port ${port} of ${place}${lost(listener)}`);
  if (listener.rejected !== undefined) return end(journey, Outcome.CONNECTION_REFUSED, `Envoy refuses the listener of port ${port} of ${place}: ${listener.rejected}`);
  const tls = journey.client.kind === ClientKind.EXTERNAL;
  const chain = chainOf(listener, tls, sni);
  if (chain === undefined) {
    const what = tls ? `no server on port ${port} of ${place} takes server name \`${sni}\`` : `port ${port} of ${place} takes TLS only`;
    return end(journey, Outcome.CONNECTION_CLOSED, `${what}${lost(listener)}`);
  }
  if (chain.routes === undefined && (chain.plain || isPassThrough(chain.server))) return chain;
  if (chain.plain === tls) return end(journey, Outcome.CONNECTION_CLOSED, `${describeServer(chain.server)} takes ${tls ? 'no TLS' : 'TLS only'}${lost(listener)}`);
  return chain;
}

/** The chain of a listener for a server name; without TLS there is none. */
export function chainOf({ chains }: Listener, tls: boolean, sni: string): FilterChain | undefined {
  const names = new Map(chains.flatMap((chain) => chain.serverNames.map((name): [string, FilterChain] => [name, chain])));
  const named = tls && sni !== '' ? bestMatch(names, sni.toLowerCase()) : undefined;
  return named ?? chains.find(({ serverNames }) => serverNames.length === 0);
}

function lost(listener: Listener | undefined): string {
  return listener === undefined || listener.dropped.length === 0 ? '' : ` (${listener.dropped.join('; ')})`;
}

function secure(journey: Journey, proxy: GatewayProxy, chain: FilterChain, sni: string): Peer | DecisionProps {
  if (chain.plain) {
    journey.log.tell(() => `${describeServer(chain.server)}: no TLS`, ['Gateway', chain.server.gateway]);
    return { tls: false };
  }
  if (isPassThrough(chain.server)) {
    journey.log.tell(() => `${describeServer(chain.server)} leaves TLS closed`, ['Gateway', chain.server.gateway]);
    return { tls: false, sni: journey.secure ? sni : undefined };
  }
  journey.log.tell(() => `${sni === '' ? 'no server name' : `server name ${sni}`} → ${describeServer(chain.server)}`, ['Gateway', chain.server.gateway]);
  const result = handshake(journey.view, proxy.workload, chain.server, journey.client, sni, journey.now, journey.choices);
  if (!result.ok) return end(journey, result.outcome, result.reason);
  journey.log.tell(() => result.text);
  result.assumed.forEach((text) => journey.assumptions.add(text));
  return result.peer;
}

/** What a gateway does to headers before anything else: it trusts nobody outside with those that it writes itself, and with `x-forwarded-proto` only behind a proxy. */
export function atTheEdge(message: HttpMessage, peer: Peer, topology: GatewayTopology): HttpMessage {
  const [claimed] = topology.numTrustedProxies > 0 ? message.headers.get('x-forwarded-proto') : [];
  const scheme = claimed === 'https' || claimed === 'http' ? claimed : peer.tls ? 'https' : 'http';
  const headers = message.headers.filter((name) => !(name.startsWith('x-envoy-') && name !== 'x-envoy-max-retries'))
    .with('x-forwarded-proto', scheme)
    .with('x-forwarded-for', unknownValue('addresses on the way'))
    .with('x-request-id', unknownValue('random'));
  return { ...message, scheme, headers: forwardCertificate(headers, peer, topology.forwardedCertificates, '') };
}

function route(
  journey: Journey,
  proxy: GatewayProxy,
  chain: FilterChain,
  routed: HttpMessage,
  message: HttpMessage,
  peer: Peer,
  claims: Value,
  listenPort: number,
): DecisionProps {
  const { view, choices } = journey;
  journey.log.arrive('route');
  const table = proxy.routes(chain);
  const problem = routeTableProblem(table);
  if (problem !== undefined) return end(journey, Outcome.NOT_FOUND, `Envoy refuses the routes of ${describeServer(chain.server)}: ${problem}`, { status: 404 });
  const host = table.find(withoutPort(message.authority), choices);
  if (host === undefined) return notFound(journey, `no VirtualService serves host \`${message.authority}\` on ${describeServer(chain.server)}`);
  if (host.requireTls && message.scheme !== 'https') return end(journey, Outcome.REDIRECT, `${describeServer(chain.server)} redirects to HTTPS`, { status: 301 });
  const entry = chooseRoute(host, { message: routed, peer, claims, port: listenPort, settings: view.settings, choices });
  if (entry === undefined) return notFound(journey, describeMissing(host, message));
  return follow(journey, proxy, entry, message, peer, chain.server.port);
}

function follow(
  journey: Journey,
  proxy: GatewayProxy,
  { virtualService, route: taken, match }: RouteEntry,
  message: HttpMessage,
  peer: Peer,
  listenPort: number,
): DecisionProps {
  const { view, choices } = journey;
  const name = `${virtualService.namespace}/${virtualService.name}`;
  if (taken.delegate !== undefined) return end(journey, Outcome.UNDECIDED, `VirtualService \`${name}\` delegates the route to \`${taken.delegate.namespace}/${taken.delegate.name}\`, which is not among the manifests`);
  if (taken.fault && !choices.ask(`fault ${name}`, `the fault of VirtualService ${name} does not hit the request`)) return end(journey, Outcome.UNDECIDED, `VirtualService \`${name}\` injects a fault`);
  if (taken.cors && isPreflight(message) && !choices.ask(`cors ${name}`, `the origin is none of the CORS policy of VirtualService ${name}`)) {
    return end(journey, Outcome.DIRECT_RESPONSE, `the gateway answers the preflight by the CORS policy of \`${name}\``, { status: 200 });
  }
  if (taken.redirect !== undefined) return end(journey, Outcome.REDIRECT, `VirtualService \`${name}\` redirects`, { status: taken.redirect.status });
  if (taken.directStatus !== undefined) return end(journey, Outcome.DIRECT_RESPONSE, `VirtualService \`${name}\` answers by itself`, { status: taken.directStatus });
  const destination = pickDestination(journey, taken.destinations, name);
  const changed = rewritten(changeHeaders(message, taken, destination, peer), taken, match);
  const backend = findBackend(view, destination.host, destination.port, destination.subset, proxy.workload.namespace, listenPort, choices);
  journey.log.tell(() => `VirtualService ${name} → ${destination.host}${destination.port === undefined ? '' : `:${destination.port}`}${pathChange(message, changed)}`, ['VirtualService', virtualService]);
  describeHeaderChanges(message, changed, taken, destination, peer).forEach((write) => journey.log.tell(write));
  if (backend.kind === 'none') return end(journey, Outcome.UNAVAILABLE, `VirtualService \`${name}\` leads nowhere: ${backend.reason}`, { status: 503 });
  if (backend.kind === 'outside') {
    if (backend.open !== undefined) return end(journey, Outcome.UNDECIDED, backend.open);
    return end(journey, Outcome.ALLOWED, '', { workload: backend.service, upstreamPath: changed.path + changed.query, upstreamHeaders: { ...changed.headers.toRecord(), host: changed.authority } });
  }
  const { namespace, serviceAccount } = proxy.workload;
  return workloadHop(journey, backend, changed, { gateway: true, identity: `spiffe://${view.settings.trustDomain}/ns/${namespace}/sa/${serviceAccount}` });
}

function isPreflight({ method, headers }: HttpMessage): boolean {
  return method === 'OPTIONS' && headers.get('origin').length > 0 && headers.get('access-control-request-method').length > 0;
}

function notFound(journey: Journey, reason: string): DecisionProps {
  return end(journey, Outcome.NOT_FOUND, reason, { status: 404 });
}

function pathChange(before: HttpMessage, after: HttpMessage): string {
  return before.path === after.path && before.authority === after.authority ? '' : `, as ${after.authority}${after.path}`;
}

function describeMissing({ domain, routes }: VirtualHost, message: HttpMessage): string {
  const names = [...new Set(routes.map(({ virtualService }) => `\`${virtualService.namespace}/${virtualService.name}\``))];
  return `no route for ${message.method} \`${message.path}\` on host \`${domain}\`${names.length === 0 ? '' : ` (VirtualService ${names.join(', ')})`}`;
}
