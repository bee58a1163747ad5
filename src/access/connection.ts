import { Guards } from './guards';
import { outcomes, relevantFields, testsOf } from './policy-tests';
import { canonical, hostPart } from './request-parts';
import { AccessRequest, ClientKind } from '../authz';
import { absentGatewayOf, EvaluatedMesh, pickProxy } from '../authz/evaluation';
import { chainOf } from '../authz/gateway-hop';
import { withoutPort } from '../authz/http-message';
import { Choices, explore } from '../mesh/choices';
import { isPassThrough } from '../mesh/gateway';
import { GatewayProxy } from '../mesh/gateway-proxy';
import { FilterChain } from '../mesh/listener';
import { VirtualHost } from '../mesh/route-table';

const MAX_VARIANTS = 16;

/** A filter chain of a gateway that hands connections on. */
export interface Stream {
  readonly proxy: GatewayProxy;
  readonly target: number;
  readonly chain: FilterChain;
}

/** Where a connection from outside ends up: a gateway, a filter chain of one of its listeners, and a host behind it. */
export interface Connection {
  /** Equal for connections that end up at the same place. */
  readonly key: string;
  /** Where the gateway hands the connection on without reading HTTP. */
  readonly stream?: Stream;
  /** Undefined where nothing listens, or no server takes the name. */
  readonly place?: { readonly proxy: GatewayProxy; readonly target: number; readonly chain: FilterChain; readonly host?: VirtualHost };
}

/** The connections that a request from outside may make, one for each answer to the open facts. */
export function connectionsOf(mesh: EvaluatedMesh, request: AccessRequest): Connection[] {
  const { runs } = explore((choices) => connect(mesh, request, choices), MAX_VARIANTS);
  return [...new Map(runs.map(({ value }) => [value.key, value])).values()];
}

function connect(mesh: EvaluatedMesh, request: AccessRequest, choices: Choices): Connection {
  const { host } = canonical(request);
  const tls = request.client.kind === ClientKind.EXTERNAL;
  const port = request.port ?? (tls ? 443 : 80);
  const sni = request.sni ?? withoutPort(host);
  const proxy = pickProxy(mesh, request, port, tls ? sni : withoutPort(host), choices);
  if (proxy === undefined) return { key: 'no gateway' };
  const { workload } = proxy;
  const target = proxy.targetOf(port);
  const listener = target === undefined ? undefined : proxy.listener(target, choices);
  const place = `${workload.namespace}/${workload.name}:${target}`;
  if (target === undefined || listener === undefined || listener.chains.length === 0 || listener.rejected !== undefined) return { key: `${place} refused` };
  const chain = chainOf(listener, tls, sni);
  if (chain === undefined) return { key: `${place} closed` };
  const handedOn = chain.routes === undefined && (chain.plain || isPassThrough(chain.server));
  if (!handedOn && chain.plain === tls) return { key: `${place} closed` };
  const { server: { gateway, portName }, serverNames, routes } = chain;
  const server = `${place} ${gateway.namespace}/${gateway.name} ${portName} ${serverNames.join(',')}`;
  if (routes === undefined) return { key: `${server} handed on${tls ? ' over TLS' : ''}`, stream: { proxy, target, chain } };
  const virtualHost = proxy.routes(chain).find(withoutPort(host), choices);
  return { key: `${server} → ${virtualHost?.domain ?? '-'}`, place: { proxy, target, chain, host: virtualHost } };
}

/** How the conditions on hosts and server names of the gateway come out. */
export function hostConditions(mesh: EvaluatedMesh, guards: Guards, { proxy }: NonNullable<Connection['place']>, request: AccessRequest): string {
  const { host } = canonical(request);
  const tls = request.client.kind === ClientKind.EXTERNAL;
  const tests = guards.testsOf(proxy.workload, () => testsOf(relevantFields(guards.of(proxy.workload).policies, undefined), mesh.view.settings)
    .filter(({ dimension }) => dimension === 'host' || dimension === 'sni'));
  const part = hostPart(request);
  if ('refused' in part) return `!${part.refused}`;
  const peer = { tls, sni: tls ? request.sni ?? withoutPort(host) : undefined };
  const { settings } = mesh.view;
  return `${outcomes(tests, ['host', 'sni'], { message: part.message, peer, claims: undefined, port: 0, settings })} ${absentGatewayOf(mesh.view, host) ?? ''}`;
}
