import type { IngressGateway } from '../model/ingress-gateway';

/**
 * A Gateway that routes and policies can be bound to, defined in this app or owned by another team.
 */
export interface IGateway {
  /** The name of the Gateway object. */
  readonly gatewayName: string;
  /** The namespace of the Gateway object. */
  readonly gatewayNamespace: string;
  /** The workload that serves the Gateway. */
  readonly ingress: IngressGateway;
  /** The host patterns that the Gateway serves over TLS, without namespace parts. */
  readonly gatewayHosts: string[];
  /** The Service ports on which it serves them. */
  readonly gatewayPorts: number[];
  /** Whether each of these hosts is served only to clients whose certificate was verified. */
  readonly verifiesClientCertificates: boolean;
  /**
   * Tells the gateway that an exact host is routed through it, so that the gateway itself guards the host.
   *
   * A mutual-TLS gateway refuses requests for such hosts that come without a verified certificate or over another server. May be called many times.
   */
  guard(host: string): void;
}

/**
 * How VirtualServices and APIRules name a Gateway: always with its namespace, because a bare name means the namespace of the route.
 * @internal
 */
export function gatewayReference(gateway: IGateway): string {
  return `${gateway.gatewayNamespace}/${gateway.gatewayName}`;
}
