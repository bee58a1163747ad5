import { createHash } from 'node:crypto';
import { HeaderLines } from './header-lines';
import { Peer } from './peer';

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

/** The header in which a gateway forwards the names of the client certificate; what the client sent of it never survives. */
export function forwardCertificate(headers: HeaderLines, { certificate }: Peer): HeaderLines {
  const clean = headers.without([HEADER]);
  if (certificate === undefined) return clean;
  const leaf = certificate.chain?.[0];
  const hash = leaf === undefined ? '0'.repeat(64) : createHash('sha256').update(leaf.der).digest('hex');
  const cert = leaf === undefined ? '' : encodeURIComponent(leaf.pem).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const parts = [`Hash=${hash}`, `Cert="${cert}"`, `Subject="${certificate.subject.replace(/["\\]/g, '\\$&')}"`, ...certificate.uris.map((uri) => `URI=${uri}`),
    ...certificate.dnsNames.map((name) => `DNS=${name}`)];
  return clean.with(HEADER, [parts[0], parts[1], parts[2], ...(certificate.uris.length === 0 ? ['URI='] : []), ...parts.slice(3)].join(';'));
}
