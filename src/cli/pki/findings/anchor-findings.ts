import { certificateFindings } from './certificate-findings';
import { Finding, Moment, unwise, wrong } from './finding';
import { Certificate } from '../../../x509/certificate';
import { findPath } from '../../../x509/chain';
import { TlsPurpose } from '../../../x509/key-purpose';
import { nameText } from '../certificate-text';

/** Whether CAs can serve as the ones whose clients a gateway lets in. */
export function anchorFindings(anchors: readonly Certificate[], where: string, moment: Moment): Finding[] {
  return anchors.flatMap((anchor) => [...certificateFindings(anchor, where, moment), ...roleFindings(anchor, where)]);
}

/** Whether clients are let in by the CA that issued the server certificate. */
export function sharedAuthorityFindings(server: readonly Certificate[], anchors: readonly Certificate[], where: string): Finding[] {
  const path = findPath(server[0], server.slice(1), anchors);
  if (path === undefined) return [];
  return [unwise(
    'shared-ca', where,
    `${nameText(path[path.length - 1].subject)} issued the server certificate and decides about clients too: whoever gets any certificate of it, e.g. for a server, may be let in as a client`,
    'have clients certified by a CA of their own: `pki init --name client-ca --for client`',
  )];
}

/** Different certificates of one issuer with one serial number: revoking one revokes the other, and browsers refuse both. */
export function serialFindings(certificates: readonly Certificate[], where: string): Finding[] {
  const seen = new Map<string, Certificate>();
  return certificates.flatMap((certificate) => {
    const key = `${nameText(certificate.issuer)} ${certificate.serialNumber}`;
    const other = seen.get(key);
    seen.set(key, certificate);
    return other === undefined || other.equals(certificate) ? [] : [wrong(
      'duplicate-serial', where, `${nameText(other.subject)} and ${nameText(certificate.subject)} have the same serial number ${certificate.serialNumber} of issuer ${nameText(certificate.issuer)}`,
      'issue one of them again: serial numbers are random or counted, and revocation knows nothing else',
    )];
  });
}

/** Whether a CA leaves open that certificates below it are used for a purpose: extended key usages of a CA bind those too. */
export function mayIssueFor(authority: Certificate, purpose: TlsPurpose): boolean {
  return authority.extensions.extendedKeyUsages?.includes(purpose) !== false;
}

function roleFindings(anchor: Certificate, where: string): Finding[] {
  if (!anchor.isCa) {
    return [unwise(
      'anchor-not-ca', where, `${nameText(anchor.subject)} is no CA: a gateway lets in this very certificate, and none that it signed`, 'trust the CA that issued it, unless pinning this certificate is what you mean',
    )];
  }
  return mayIssueFor(anchor, 'clientAuth') ? [] : [wrong(
    'wrong-usage', where, `${nameText(anchor.subject)} does not allow clientAuth below it: its extended key usage is ${anchor.extensions.extendedKeyUsages!.join(', ')}`, 'take a CA without extended key usage, or with clientAuth in it',
  )];
}
