import { KeyObject, randomBytes } from 'node:crypto';
import type { Extension } from '@peculiar/x509';
import { KeyPair } from './key-pair';
import { webCryptoAlgorithm } from './key-strength';
import { loadX509 } from './x509-library';
import { Certificate } from '../x509/certificate';
import { writePem } from '../x509/pem';

/** A certificate that is to be. */
export interface CertificateTemplate {
  /** DER of the subject. */
  readonly subject: Buffer;
  /** DER of the issuer's name. */
  readonly issuer: Buffer;
  readonly publicKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: Extension[];
}

const SERIAL_BYTES = 16;

/** Signs a certificate with a random serial number. */
export async function signCertificate(template: CertificateTemplate, key: KeyPair): Promise<Certificate> {
  const x509 = loadX509();
  const issued = await x509.X509CertificateGenerator.create({
    // RFC 5280 section 4.1.2.2: positive (a zero octet is put in front where needed) and at most 20 octets.
    serialNumber: randomBytes(SERIAL_BYTES).toString('hex'),
    // The library reorders and retypes names that it is given as text.
    subject: new x509.Name(template.subject),
    issuer: new x509.Name(template.issuer),
    notBefore: template.notBefore,
    notAfter: template.notAfter,
    publicKey: template.publicKey.export({ type: 'spki', format: 'der' }),
    signingKey: await key.signingKey(),
    signingAlgorithm: webCryptoAlgorithm(key.publicKey),
    extensions: template.extensions,
  });
  return Certificate.readAll(writePem('CERTIFICATE', Buffer.from(issued.rawData)))[0];
}
