import { DistinguishedName } from '../../../src/model/distinguished-name';
import { CertificateAuthority, Clock, KeyAlgorithm } from '../../../src/pki';
import { Certificate } from '../../../src/x509/certificate';

// Generating RSA keys takes as long as it takes.
jest.setTimeout(30_000);

export const NOW = '2030-01-31T12:00:00Z';
export const name = (text: string) => DistinguishedName.fromOpenSsl(text);

/** A root and its intermediate, at a fixed time. */
export async function rootAndIntermediate(now = NOW): Promise<{ root: CertificateAuthority; intermediate: CertificateAuthority }> {
  const root = await CertificateAuthority.root({ subject: name('/O=Example/CN=Root'), clock: Clock.at(now) }).create();
  return { root, intermediate: await root.createIntermediate({ subject: name('/O=Example/CN=Intermediate') }) };
}

/** The first certificate of a PEM text. */
export function read(pem: string): Certificate {
  return Certificate.readAll(pem)[0];
}

/** A CA at another time. */
export function at(moment: string, authority: CertificateAuthority): CertificateAuthority {
  const privateKeyPem = authority.revealPrivateKeyPem();
  return CertificateAuthority.fromPem({ certificatePem: authority.bundlePem, privateKeyPem, clock: Clock.at(moment) });
}

export const everyAlgorithm = Object.values(KeyAlgorithm);
