import { Certificate } from './certificate';

/** Whether each certificate is signed by the one after it: the order in which a TLS server sends them (RFC 8446 section 4.4.2). */
export function isLinked(certificates: readonly Certificate[]): boolean {
  return certificates.slice(1).every((issuer, index) => certificates[index].isSignedBy(issuer));
}

/**
 * Finds a path of signatures from a certificate to one of the anchors, over intermediates in any order.
 *
 * Every issuer on it is a CA within its path length (RFC 5280 section 6.1.4). Dates, usages and revocation are not asked.
 * The path begins with the certificate and ends with the anchor; it has at least these two, but for a self-signed certificate that is an anchor.
 */
export function findPath(leaf: Certificate, intermediates: readonly Certificate[], anchors: readonly Certificate[]): Certificate[] | undefined {
  if (leaf.isSelfSigned) {
    return anchors.some((anchor) => anchor.equals(leaf)) ? [leaf] : undefined;
  }
  return extend([leaf], intermediates, anchors);
}

function extend(path: readonly Certificate[], intermediates: readonly Certificate[], anchors: readonly Certificate[]): Certificate[] | undefined {
  const last = path[path.length - 1];
  const issues = (issuer: Certificate) => mayIssueBelow(issuer, path) && last.isSignedBy(issuer);
  const anchor = anchors.find(issues);
  if (anchor !== undefined) {
    return [...path, anchor];
  }
  const unused = intermediates.filter((candidate) => !path.some((used) => used.equals(candidate)));
  for (const next of unused.filter(issues)) {
    const found = extend([...path, next], unused, anchors);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** Self-issued intermediates do not count for the path length (RFC 5280 section 4.2.1.9). */
function mayIssueBelow(issuer: Certificate, path: readonly Certificate[]): boolean {
  const limit = issuer.extensions.basicConstraints?.pathLength;
  const below = path.slice(1).filter((certificate) => !certificate.isSelfSigned).length;
  return issuer.isCa && (limit === undefined || below <= limit);
}
