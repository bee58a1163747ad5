import { Finding, Moment, unwise, wrong } from './finding';
import { formatMoment } from '../../../model/moment';
import { Certificate } from '../../../x509/certificate';
import { keyText, nameText, signatureText } from '../certificate-text';

const WEAK_SIGNATURES = ['1.2.840.113549.1.1.4', '1.2.840.113549.1.1.5', '1.2.840.10045.4.1'];
const CURVES = ['prime256v1', 'secp384r1', 'secp521r1'];
const RSA_BITS = 2048;

/** What can be said of a certificate alone, whatever it is for. */
export function certificateFindings(certificate: Certificate, where: string, moment: Moment): Finding[] {
  return [...dates(certificate, where, moment), ...strength(certificate, where), ...extensions(certificate, where)];
}

function dates(certificate: Certificate, where: string, { at, horizon }: Moment): Finding[] {
  const { notBefore, notAfter, subject } = certificate;
  const name = nameText(subject);
  if (notAfter < at) {
    return [wrong('expired', where, `${name} expired on ${formatMoment(notAfter)}`, 'renew it: `pki renew`; a gateway goes on sending an expired certificate, and its clients refuse it')];
  }
  if (notBefore > at) {
    return [wrong('not-yet-valid', where, `${name} is not valid before ${formatMoment(notBefore)}`, 'wait until then, or set the clock of the machine that issued it right and issue it again')];
  }
  if (notAfter < horizon) {
    return [unwise('expires-soon', where, `${name} expires on ${formatMoment(notAfter)}`, 'renew it: `pki renew`, or with a CA `pki rotate-ca`')];
  }
  return [];
}

function strength(certificate: Certificate, where: string): Finding[] {
  const { modulusLength, namedCurve } = certificate.publicKey.asymmetricKeyDetails ?? {};
  const usable = namedCurve === undefined ? (modulusLength ?? 0) >= RSA_BITS : CURVES.includes(namedCurve);
  const weakSignature = WEAK_SIGNATURES.includes(certificate.signatureAlgorithm) && !certificate.isSelfSigned;
  return [
    ...usable ? [] : [wrong(
      'weak-key', where, `${nameText(certificate.subject)} has a key that Envoy refuses: ${keyText(certificate.publicKey)}`, `issue it again with EC P-256, or RSA of at least ${RSA_BITS} bits`,
    )],
    ...weakSignature ? [wrong(
      'weak-signature', where, `${nameText(certificate.subject)} is signed with ${signatureText(certificate.signatureAlgorithm)}, which TLS libraries refuse`, 'issue it again with SHA-256: `openssl … -sha256`, or `pki`',
    )] : [],
  ];
}

function extensions(certificate: Certificate, where: string): Finding[] {
  const { refusedCritical } = certificate.extensions;
  return refusedCritical.length === 0 ? [] : [wrong(
    'critical-extension', where,
    `${nameText(certificate.subject)} has a critical extension that Envoy does not know and so refuses: ${refusedCritical.join(', ')}`,
    'issue it again without the extension, or with the extension not critical',
  )];
}
