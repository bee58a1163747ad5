import { Certificate } from '../x509/certificate';

/** The names of a client certificate, and the certificate itself where it was given. */
export interface PeerCertificate {
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  readonly otherNames: readonly string[];
  /** As Envoy prints it. */
  readonly subject: string;
  readonly issuer: string;
  readonly chain?: readonly Certificate[];
  /** It is asserted to chain to no trust anchor. */
  readonly foreign?: boolean;
}

/** Who is on the other end of a connection, as the proxy that accepted it knows. */
export interface Peer {
  readonly tls: boolean;
  readonly certificate?: PeerCertificate;
  /** The server name that the client asked for. */
  readonly sni?: string;
}

/** A workload of the mesh, by its SPIFFE ID. */
export function meshPeer(uri: string, sni?: string): Peer {
  return { tls: true, sni, certificate: { uris: [uri], dnsNames: [], otherNames: [], subject: '', issuer: '' } };
}

/**
 * Whether any name of the peer passes a test: each URI SAN, each DNS SAN, and the subject always.
 *
 * False without TLS. With TLS and without certificate the subject is empty (Envoy `rbac/matchers.cc`, AuthenticatedMatcher).
 */
export function anyName(peer: Peer, test: (name: string) => boolean): boolean {
  if (!peer.tls) return false;
  const { certificate } = peer;
  if (certificate === undefined) return test('');
  return certificate.uris.some(test) || certificate.dnsNames.some(test) || test(certificate.subject);
}

/** The peer in words. */
export function describePeer(peer: Peer): string {
  if (!peer.tls) return 'plain text, no identity';
  if (peer.certificate === undefined) return 'no certificate';
  const { uris, dnsNames, subject } = peer.certificate;
  return [...uris, ...dnsNames, subject].filter((name) => name !== '').join(', ') || 'a certificate without names';
}
