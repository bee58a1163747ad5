import { createHash } from 'node:crypto';
import { PeerCertificate } from './peer';
import { revocationProblem } from './revocation';
import { ServerTls } from '../mesh/gateway';
import { Certificate } from '../x509/certificate';
import { findPath } from '../x509/chain';
import { allowsPurpose } from '../x509/key-purpose';

/** A trust anchor, read once. */
export interface Anchor {
  readonly certificates: readonly Certificate[];
  readonly crl?: string;
  /** Where it came from, for reasons. */
  readonly source: string;
}

/** Why Envoy refuses a client's chain under an anchor; undefined where it accepts it. */
export function chainProblem(chain: readonly Certificate[], anchor: Anchor, now: Date): string | undefined {
  const [leaf, ...intermediates] = chain;
  const pinned = anchor.certificates.some((certificate) => certificate.equals(leaf));
  const path = pinned ? [leaf] : findPath(leaf, intermediates, anchor.certificates);
  if (path === undefined) return `it does not chain to the trust anchor ${anchor.source}`;
  if (path.some(({ notBefore, notAfter }) => now < notBefore || now > notAfter)) return 'a certificate of the chain is not valid at this time';
  if (!allowsPurpose(path, 'clientAuth')) return 'it may not be used by clients: its extended key usage lacks clientAuth';
  if (path.some(({ extensions }) => extensions.refusedCritical.length > 0)) return 'it has a critical extension that Envoy does not know';
  return anchor.crl === undefined ? undefined : revocationProblem(path, anchor.crl, now);
}

/** Whether the server wants more of a certificate than a trusted chain. */
export function hasNameChecks(tls: ServerTls): boolean {
  return tls.subjectAltNames.length + tls.spkiHashes.length + tls.certificateHashes.length > 0;
}

/** Why a certificate fails the server's name and hash lists. `unknown`: they ask for hashes of a certificate that is only asserted. */
export function namesProblem(certificate: PeerCertificate, tls: ServerTls): string | 'unknown' | undefined {
  const names = [...certificate.uris, ...certificate.dnsNames, ...certificate.otherNames];
  if (tls.subjectAltNames.length > 0 && !tls.subjectAltNames.some((wanted) => names.includes(wanted))) {
    return `none of its names is in subjectAltNames (${tls.subjectAltNames.join(', ')})`;
  }
  if (tls.spkiHashes.length + tls.certificateHashes.length === 0) return undefined;
  if (certificate.chain === undefined) return 'unknown';
  const [leaf] = certificate.chain;
  const spki = Buffer.from(leaf.publicKeySha256, 'hex').toString('base64');
  const hash = createHash('sha256').update(leaf.der).digest('hex');
  const matches = tls.spkiHashes.includes(spki) || tls.certificateHashes.some((wanted) => wanted.replace(/:/g, '').toLowerCase() === hash);
  return matches ? undefined : 'neither its key nor its hash is listed';
}
