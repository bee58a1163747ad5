import { at, number, text, Value } from './value';

/** What a gateway does with the header `x-forwarded-client-cert` that a client sends. */
export type ForwardedCertificates = 'SANITIZE' | 'FORWARD_ONLY' | 'APPEND_FORWARD' | 'SANITIZE_SET' | 'ALWAYS_FORWARD_ONLY';

/** What stands before a gateway, and how far it is trusted (ProxyConfig `gatewayTopology`). */
export interface GatewayTopology {
  /** How many proxies before the gateway may write `x-forwarded-for`. */
  readonly numTrustedProxies: number;
  readonly forwardedCertificates: ForwardedCertificates;
  /** Connections must begin with the PROXY protocol, as a load balancer before the gateway writes it. */
  readonly proxyProtocol: boolean;
}

const MODES = new Set<string>(['SANITIZE', 'FORWARD_ONLY', 'APPEND_FORWARD', 'SANITIZE_SET', 'ALWAYS_FORWARD_ONLY']);

/** Reads the topology out of a ProxyConfig; what it leaves out is as in the settings that it overrides. */
export function readTopology(proxyConfig: Value, base?: GatewayTopology): GatewayTopology {
  const mode = text(at(proxyConfig, 'gatewayTopology', 'forwardClientCertDetails'));
  return {
    numTrustedProxies: number(at(proxyConfig, 'gatewayTopology', 'numTrustedProxies')) ?? base?.numTrustedProxies ?? 0,
    proxyProtocol: (at(proxyConfig, 'gatewayTopology', 'proxyProtocol') ?? undefined) !== undefined || base?.proxyProtocol === true,
    forwardedCertificates: mode !== undefined && MODES.has(mode) ? mode as ForwardedCertificates : base?.forwardedCertificates ?? 'SANITIZE_SET',
  };
}
