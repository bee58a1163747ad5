import { GatewayServer, isPlainHttp } from './gateway';

/** What a Gateway server asks of its clients. */
export enum ClientCheck {
  /** The handshake demands a certificate of the trust anchor: MUTUAL, ISTIO_MUTUAL. */
  CERTIFICATE = 'certificate',
  /** Anybody gets as far as HTTP: SIMPLE, OPTIONAL_MUTUAL, plain HTTP. */
  NONE = 'none',
  /** Plain HTTP that only redirects to HTTPS. */
  REDIRECT = 'redirect',
  /** No HTTP routing on this server: PASSTHROUGH and the like, TCP. */
  NO_HTTP = 'no http',
}

/** What a server asks of its clients. */
export function clientCheckOf({ protocol, tls }: GatewayServer): ClientCheck {
  if (isPlainHttp(protocol)) return tls?.httpsRedirect === true ? ClientCheck.REDIRECT : ClientCheck.NONE;
  if (protocol.toUpperCase() !== 'HTTPS' || tls === undefined) return ClientCheck.NO_HTTP;
  if (tls.mode === 'MUTUAL' || tls.mode === 'ISTIO_MUTUAL') return ClientCheck.CERTIFICATE;
  return tls.mode === 'SIMPLE' || tls.mode === 'OPTIONAL_MUTUAL' ? ClientCheck.NONE : ClientCheck.NO_HTTP;
}
