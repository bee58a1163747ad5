import { Certificate } from '../x509/certificate';
import { RevocationList } from '../x509/crl';
import { DerElement, DerTag, readChildren, readSingle } from '../x509/der';
import { readPem } from '../x509/pem';

const BLOCK = /-----BEGIN X509 CRL-----[^-]*-----END X509 CRL-----/g;

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
  const blocks = crl.match(BLOCK) ?? [];
  try {
    return blocks.flatMap((block) => RevocationList.readAll(block));
  } catch {
    return undefined;
  }
}

/** Whether Envoy can load a text of revocation lists. */
export function isReadableCrl(crl: string): boolean {
  const lists = readLists(crl);
  // Blocks of another kind are skipped: then there is no list, and no client passes.
  return lists !== undefined && (crl.match(BLOCK) ?? []).every((block) => !hasEmptyExtensions(readPem(block, { what: 'revocation list', label: 'X509 CRL' })[0]));
}

/** BoringSSL refuses an entry whose list of extensions is there and empty. */
function hasEmptyExtensions(der: Buffer): boolean {
  const what = 'revocation list';
  const [tbs] = readChildren(readSingle(der, what), what);
  const lists = readChildren(tbs, what).filter(({ tag }) => tag === DerTag.SEQUENCE);
  const isEntry = (element: DerElement) => element.content[0] === DerTag.INTEGER;
  // signature, issuer and revokedCertificates are sequences; only the last holds sequences that begin with a number.
  const entries = lists.slice(2).flatMap((list) => readChildren(list, what)).filter((element) => element.tag === DerTag.SEQUENCE && isEntry(element));
  return entries.some((entry) => readChildren(entry, what).some(({ tag, content }) => tag === DerTag.SEQUENCE && content.length === 0));
}
