import { mayIssueFor } from './anchor-findings';
import { certificateFindings } from './certificate-findings';
import { Finding, Moment, wrong } from './finding';
import { isIssuedBy } from './issued-by';
import { Certificate } from '../../../x509/certificate';
import { findPath } from '../../../x509/chain';
import { TlsPurpose, allowsPurpose } from '../../../x509/key-purpose';
import { readPrivateKey } from '../../../x509/private-key';
import { Stop, stopping } from '../../exit-status';
import { nameText } from '../certificate-text';

/** A certificate with the intermediates that are sent with it. */
export interface PresentedChain {
  /** How findings name it. */
  readonly where: string;
  /** The leaf first. */
  readonly certificates: readonly Certificate[];
  /** PEM of the private key, where it is at hand. */
  readonly privateKey?: string;
  readonly purpose: TlsPurpose;
}

/** Whether a chain can be presented, and whether it leads to one of the anchors; without anchors that is judged as far as the chain goes. */
export function chainFindings(chain: PresentedChain, anchors: readonly Certificate[], moment: Moment): Finding[] {
  const [leaf] = chain.certificates;
  return [
    ...chain.certificates.flatMap((certificate) => certificateFindings(certificate, chain.where, moment)),
    ...keyFindings(chain),
    ...usageFindings(chain),
    ...orderFindings(chain),
    ...pathFindings(leaf, chain, anchors),
  ];
}

/** Whether a private key is the one of the first certificate. */
export function keyFindings({ certificates: [leaf], privateKey, where }: Omit<PresentedChain, 'purpose'>): Finding[] {
  if (privateKey === undefined) return [];
  const key = stopping(Stop.unreadable, () => readPrivateKey(privateKey, `private key of ${where}`));
  return leaf.isOfPrivateKey(key) ? [] : [wrong(
    'key-mismatch', where, `the private key is not the one of ${nameText(leaf.subject)}`, 'take the key that was made together with this certificate, or put the leaf first in the file; Istio sends nothing at all as it is',
  )];
}

function usageFindings({ certificates, purpose, where }: PresentedChain): Finding[] {
  const allows = (certificate: Certificate, index: number) => index === 0 ? allowsPurpose([certificate], purpose) : mayIssueFor(certificate, purpose);
  return certificates.filter((certificate, index) => !allows(certificate, index)).map((certificate) => {
    const { extendedKeyUsages, keyUsages } = certificate.extensions;
    const has = extendedKeyUsages?.includes(purpose) === false ? `extended key usage ${extendedKeyUsages.join(', ')}` : `key usage ${(keyUsages ?? []).join(', ')}`;
    return wrong('wrong-usage', where, `${nameText(certificate.subject)} may not be used for ${purpose}: it has ${has}`, `issue it again with ${purpose} in its extended key usage (\`pki ${purpose === 'serverAuth' ? 'server' : 'client'}\`)`);
  });
}

function orderFindings({ certificates, where }: PresentedChain): Finding[] {
  const isOrdered = certificates.slice(1).every((issuer, index) => isIssuedBy(certificates[index], issuer));
  return isOrdered ? [] : [wrong(
    'chain-order', where, `the ${certificates.length} certificates are not in order: ${certificates.map(({ subject }) => nameText(subject)).join(' | ')}`,
    'put the leaf first, and behind each certificate the one of its issuer; leave out what does not belong to the chain',
  )];
}

function pathFindings(leaf: Certificate, { certificates, where }: PresentedChain, anchors: readonly Certificate[]): Finding[] {
  const others = certificates.slice(1);
  // Without anchors the last certificate stands in for one: what is above it is not known.
  const ends = anchors.length > 0 ? anchors : certificates.slice(-1);
  if (ends.some((end) => end.equals(leaf)) || findPath(leaf, others, ends) !== undefined) return [];
  let last = leaf;
  const walked = [leaf];
  for (;;) {
    const current = last;
    const issuer = [...ends, ...certificates].find((candidate) => isIssuedBy(current, candidate));
    if (issuer === undefined) {
      return [missingIssuer(current, where, [...ends, ...others])];
    }
    if (walked.includes(issuer)) {
      return [wrong('untrusted-root', where, `${nameText(leaf.subject)} leads to ${nameText(issuer.subject)}, which is not among the trusted CAs`, 'trust this root, or take a certificate of a trusted one')];
    }
    if (!issuer.isCa) {
      return [wrong('signer-not-ca', where, `${nameText(current.subject)} is signed by ${nameText(issuer.subject)}, which is no CA (basicConstraints CA:FALSE, or key usage without keyCertSign)`,
        'have it signed by a CA')];
    }
    const limit = issuer.extensions.basicConstraints?.pathLength;
    if (limit !== undefined && walked.length - 1 > limit) {
      return [wrong('path-length', where, `${nameText(issuer.subject)} allows ${limit} intermediate CAs below it, and ${nameText(leaf.subject)} has ${walked.length - 1}`,
        'issue it by a higher CA, or issue the CA again with a greater path length')];
    }
    walked.push(issuer);
    last = issuer;
  }
}

function missingIssuer(certificate: Certificate, where: string, candidates: readonly Certificate[]): Finding {
  const issuer = nameText(certificate.issuer);
  const namesake = candidates.some(({ subject }) => nameText(subject) === issuer);
  return namesake
    ? wrong('wrong-issuer', where, `${nameText(certificate.subject)} is not signed by the key of the ${issuer} that is here: it has the same name but another key`, 'take the CA certificate that really issued it')
    : wrong('chain-incomplete', where, `the certificate of ${issuer}, which issued ${nameText(certificate.subject)}, is missing`,
      'append the intermediates to the certificate file, or trust the CA: TLS peers do not fetch what is missing');
}
