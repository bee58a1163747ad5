import { X509Certificate } from 'node:crypto';
import { Certificate } from '../../../x509/certificate';
import { encodeName } from '../../../x509/name';

/**
 * Whether a certificate is signed with another's key and under its name, whether or not that other may sign certificates.
 *
 * `Certificate.isSignedBy` asks the key usage too; here a signer that may not sign is to be named as what it is.
 */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  return encodeName(certificate.issuer).equals(encodeName(issuer.subject)) && new X509Certificate(certificate.der).verify(issuer.publicKey);
}
