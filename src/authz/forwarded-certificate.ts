import { createHash } from 'node:crypto';
import { HeaderLines } from './header-lines';
import { Peer, PeerCertificate } from './peer';
import { ForwardedCertificates } from '../mesh/gateway-topology';

const HEADER = 'x-forwarded-client-cert';

/**
 * The header as the sidecar of a workload leaves it, before its policies run: the caller's names are appended to what the caller sent, and without
 * a certificate nothing of it survives (Envoy `conn_manager_utility.cc`, APPEND_FORWARD; seen on Envoy 1.40).
 */
export function appendCaller(headers: HeaderLines, { certificate }: Peer, by: string): HeaderLines {
  const sent = headers.get(HEADER);
  const clean = headers.without([HEADER]);
  if (certificate === undefined) return clean;
  const names = certificate.uris.map((uri) => `URI=${uri}`);
  return clean.with(HEADER, [...sent, [`By=${by}`, `Hash=${'0'.repeat(64)}`, `Subject="${certificate.subject}"`, ...names].join(';')].join(','));
}

/**
 * The header in which a gateway forwards the names of the client certificate. What the client sent of it survives only where the topology says so:
 * `ALWAYS_FORWARD_ONLY` lets anybody write it, `FORWARD_ONLY` and `APPEND_FORWARD` who has a certificate (Envoy `conn_manager_utility.cc`).
 */
export function forwardCertificate(headers: HeaderLines, { certificate }: Peer, mode: ForwardedCertificates, by: string): HeaderLines {
  if (mode === 'ALWAYS_FORWARD_ONLY') return headers;
  const clean = headers.without([HEADER]);
  if (certificate === undefined || mode === 'SANITIZE') return clean;
  if (mode === 'FORWARD_ONLY') return headers;
  const sent = headers.get(HEADER);
  const own = element(certificate);
  return clean.with(HEADER, mode === 'SANITIZE_SET' ? own : [...sent, by === '' ? own : `By=${by};${own}`].join(','));
}

function element(certificate: PeerCertificate): string {
  const leaf = certificate.chain?.[0];
  const hash = leaf === undefined ? '0'.repeat(64) : createHash('sha256').update(leaf.der).digest('hex');
  const cert = leaf === undefined ? '' : encodeURIComponent(leaf.pem).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const parts = [`Hash=${hash}`, `Cert="${cert}"`, `Subject="${certificate.subject.replace(/["\\]/g, '\\$&')}"`, ...certificate.uris.map((uri) => `URI=${uri}`),
    ...certificate.dnsNames.map((name) => `DNS=${name}`)];
  return [parts[0], parts[1], parts[2], ...(certificate.uris.length === 0 ? ['URI='] : []), ...parts.slice(3)].join(';');
}
