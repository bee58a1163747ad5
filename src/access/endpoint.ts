/** Where requests go: a host on a port of a gateway, or a port of a Service that a caller in the mesh calls directly. */
export interface Endpoint {
  readonly kind: 'gateway' | 'service';
  /** The gateway workload, `namespace/name`; undefined where the Gateway of a route is not among the manifests. */
  readonly gateway?: string;
  /** The called Service, `namespace/name`. */
  readonly service?: string;
  /** The port of the Service. */
  readonly port: number;
  /** Whether clients speak TLS here; undefined for Services, where it depends on the caller. */
  readonly tls?: boolean;
  /** The server name of the handshake, where there is TLS. */
  readonly sni?: string;
  /** The Host header. */
  readonly host: string;
  /** The host as the manifests write it, e.g. `*.example.com`; for Services the name in the mesh. */
  readonly domain: string;
}

/** An endpoint in one line. */
export function describeEndpoint({ kind, domain, port, tls, sni, host }: Endpoint): string {
  const named = host === domain || domain.startsWith('*') ? '' : ` (Host ${host})`;
  if (kind === 'service') return `${domain}:${port}${named}`;
  const usual = (tls === true ? 443 : 80) === port;
  const other = tls === true && sni !== host.replace(/:\d+$/, '') ? ` (server name ${sni === '' ? 'none' : sni})` : '';
  return `${tls === true ? '' : 'http://'}${domain}${usual ? '' : `:${port}`}${named}${other}`;
}
