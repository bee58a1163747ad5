import type { IConstruct } from 'constructs';
import type { ServerHost } from './server-host';
import { Synthesis } from './synthesis';
import type { IngressGateway } from '../model/ingress-gateway';

/** A server as the gateway's proxy sees it, whoever defined it. */
export interface ServedPort {
  readonly port: number;
  readonly hosts: ServerHost[];
  readonly encrypted: boolean;
  readonly redirects: boolean;
  /** TLS that is not terminated here: no policy can look into it. */
  readonly passesThrough: boolean;
}

/** A Gateway of this app, or one of another team that the app names. */
export interface RegisteredGateway {
  readonly construct: IConstruct;
  /** `<namespace>/<name>`. */
  readonly reference: string;
  readonly ingress: IngressGateway;
  readonly servers: () => ServedPort[];
}

const KEY = Symbol.for('cdk8s-istio-security.gateways');

/**
 * Makes a Gateway known to the others of its app and checks it against those that were registered before.
 *
 * Istio merges all Gateways of one proxy per target port and drops or breaks what collides there, without a word in their status.
 */
export function registerGateway(gateway: RegisteredGateway): void {
  const gateways = Synthesis.of(gateway.construct).sharedBy(KEY, (): RegisteredGateway[] => []);
  const earlier = gateways.length;
  gateways.push(gateway);
  Synthesis.of(gateway.construct).addCheck(gateway.construct, () => [
    ...collisionsInside(gateway),
    ...gateways.slice(0, earlier)
      .filter((other) => other.reference !== gateway.reference && sameProxy(other.ingress, gateway.ingress))
      .flatMap((other) => collisions(gateway, other)),
  ]);
}

/**
 * The ports to which a DENY policy on a shared ingress workload has to be limited, as policies write them.
 *
 * On TCP Istio drops the HTTP conditions of a DENY rule, so that without ports it would refuse all TCP connections of the workload.
 */
export function guardedPorts(ingress: IngressGateway, gatewayPorts: number[]): string[] {
  // Service ports too: a description that is wrong about the target ports must not leave the hosts unguarded.
  const ports = [...ingress.ports.map(({ port }) => port), ...gatewayPorts].flatMap((port) => [port, ingress.targetPort(port)]);
  return [...new Set(ports)].sort((a, b) => a - b).map(String);
}

/**
 * Server names whose TLS the Gateways of this app pass through on an ingress workload. A DENY policy there has to spare them, for the same reason.
 */
export function passthroughServerNames(construct: IConstruct, ingress: IngressGateway, gatewayPorts: number[]): string[] {
  const ports = guardedPorts(ingress, gatewayPorts);
  const gateways = Synthesis.of(construct).sharedBy(KEY, (): RegisteredGateway[] => []).filter((gateway) => sameProxy(gateway.ingress, ingress));
  const hosts = gateways.flatMap((gateway) => gateway.servers())
    .filter(({ passesThrough, port }) => passesThrough && ports.includes(String(ingress.targetPort(port))))
    .flatMap((server) => server.hosts);
  return [...new Set(hosts.map(({ pattern }) => pattern.text))].sort();
}

function collisionsInside(gateway: RegisteredGateway): string[] {
  const servers = gateway.servers();
  return servers.flatMap((server, index) => servers.slice(index + 1).flatMap((other) => between(gateway, server, gateway, other)));
}

function collisions(gateway: RegisteredGateway, other: RegisteredGateway): string[] {
  const others = other.servers();
  return gateway.servers().flatMap((server) => others.flatMap((otherServer) => between(gateway, server, other, otherServer)));
}

function between(gateway: RegisteredGateway, server: ServedPort, other: RegisteredGateway, otherServer: ServedPort): string[] {
  if (gateway.ingress.targetPort(server.port) !== other.ingress.targetPort(otherServer.port)) return [];
  const port = server.port === otherServer.port ? `port \`${server.port}\`` : `ports \`${server.port}\` and \`${otherServer.port}\`, which share a target port,`;
  const where = gateway === other ? `gateway \`${gateway.reference}\`` : `gateways \`${other.reference}\` and \`${gateway.reference}\``;
  if (server.encrypted !== otherServer.encrypted) {
    return [`${port} of ${where} would carry both TLS and plain text: Istio drops one of them or serves plain text on the TLS port, use two ports`];
  }
  // Plain HTTP servers merge; of redirecting ones Istio drops the second that repeats a host.
  if (!server.encrypted && !(server.redirects && otherServer.redirects)) return [];
  const byHost = new Map(otherServer.hosts.map((host) => [host.pattern.text, host]));
  return server.hosts.flatMap((host) => {
    const same = byHost.get(host.pattern.text);
    if (!same) return [];
    if (same.text === host.text) return [`host \`${host.text}\` is served twice on ${port} of ${where}: Istio drops the whole server of the younger one, serve it once`];
    return [`hosts \`${same.text}\` and \`${host.text}\` are one host on ${port} of ${where}: Envoy refuses the listener and the port goes down for every host, serve it once`];
  });
}

/** Whether two descriptions mean one proxy: of two selectors that agree, the wider one takes the other's pods too. */
function sameProxy(a: IngressGateway, b: IngressGateway): boolean {
  return a.namespace === b.namespace && (isSubset(a.labels, b.labels) || isSubset(b.labels, a.labels));
}

function isSubset(a: { [key: string]: string }, b: { [key: string]: string }): boolean {
  return Object.entries(a).every(([key, value]) => b[key] === value);
}
