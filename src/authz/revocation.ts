import { Certificate } from '../x509/certificate';
import { RevocationList } from '../x509/crl';

/**
 * Why revocation lists refuse a chain; undefined where they do not.
 *
 * Envoy checks every certificate of the chain as soon as there is any list, so each CA on the way needs a current one.
 */
export function revocationProblem(path: readonly Certificate[], crl: string, now: Date): string | undefined {
  const lists = readLists(crl);
  if (lists === undefined) return 'the revocation list cannot be read';
  for (const [index, certificate] of path.entries()) {
    const issuer = path[index + 1] ?? (certificate.isSelfSigned ? certificate : undefined);
    const list = issuer === undefined ? undefined : lists.find((candidate) => candidate.isSignedBy(issuer));
    if (list === undefined) return 'there is no revocation list of the CA that issued a certificate of the chain';
    if (list.thisUpdate > now || list.nextUpdate === undefined || list.nextUpdate < now) return 'the revocation list is not current';
    if (list.revokes(certificate)) return 'a certificate of the chain is revoked';
  }
  return undefined;
}

/** The lists of a text that may have other blocks around them; what is no list at all leaves none. */
function readLists(crl: string): RevocationList[] | undefined {
  const blocks = crl.match(/-----BEGIN X509 CRL-----[^-]*-----END X509 CRL-----/g) ?? [];
  try {
    return blocks.flatMap((block) => RevocationList.readAll(block));
  } catch {
    return undefined;
  }
}
