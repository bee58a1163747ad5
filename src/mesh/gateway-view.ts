import { isSubset } from './host-name';
import { describe, groupOf, Manifest } from './manifest';

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

/** One server of a Gateway object. */
export interface ServerView {
  readonly gateway: Manifest;
  readonly port: number;
  readonly hosts: readonly string[];
  readonly clientCheck: ClientCheck;
  /** How findings name it. */
  readonly text: string;
}

/** The servers of every Istio Gateway among the manifests. */
export function serversOf(manifests: readonly Manifest[]): ServerView[] {
  return manifests.filter((manifest) => manifest.kind === 'Gateway' && groupOf(manifest) === 'networking.istio.io').flatMap((gateway) => {
    const servers = gateway.spec()?.servers;
    return Array.isArray(servers) ? servers.filter(Boolean).map((server) => serverView(gateway, server)) : [];
  });
}

/** Whether a server admits routes of a namespace for a host: `*`, `h`, `*.h`, `ns/h`, `./h` (istio `pkg/config/host`, either side may be the wider one). */
export function serves(server: ServerView, host: string, namespace: string): boolean {
  return server.hosts.some((entry) => {
    const [binding, pattern] = entry.includes('/') ? entry.split('/') : ['*', entry];
    const admitted = binding === '*' || binding === namespace || (binding === '.' && server.gateway.namespace === namespace);
    const [served, wanted] = [pattern.toLowerCase(), host.toLowerCase()];
    return admitted && (isSubset(served, wanted) || isSubset(wanted, served));
  });
}

function serverView(gateway: Manifest, server: any): ServerView {
  const mode = server.tls?.mode;
  const protocol = String(server.port?.protocol ?? '').toUpperCase();
  const clientCheck = check(protocol, mode, server.tls);
  const how = clientCheck === ClientCheck.REDIRECT ? 'redirect to HTTPS' : protocol.startsWith('HTTP') && protocol !== 'HTTPS' ? 'plain HTTP' : mode ?? 'PASSTHROUGH';
  return {
    gateway,
    port: server.port?.number,
    hosts: Array.isArray(server.hosts) ? server.hosts.filter((host: unknown) => typeof host === 'string') : [],
    clientCheck,
    text: `port ${server.port?.number} (${how}) of ${describe(gateway)}`,
  };
}

function check(protocol: string, mode: string | undefined, tls: any): ClientCheck {
  if (['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB'].includes(protocol)) return tls?.httpsRedirect === true ? ClientCheck.REDIRECT : ClientCheck.NONE;
  if (protocol !== 'HTTPS') return ClientCheck.NO_HTTP;
  if (mode === 'MUTUAL' || mode === 'ISTIO_MUTUAL') return ClientCheck.CERTIFICATE;
  // A missing mode means PASSTHROUGH: it is the zero value of the enumeration.
  return mode === 'SIMPLE' || mode === 'OPTIONAL_MUTUAL' ? ClientCheck.NONE : ClientCheck.NO_HTTP;
}
