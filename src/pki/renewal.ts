import { requireNames } from './alternative-names';
import { RenewCertificateProps } from './certificate-props';
import { CertificateUsage } from './certificate-usage';
import { Issuer, LeafTemplate } from './issuer';
import { KeyPair } from './key-pair';
import { keyAlgorithmOf, requireStrongKey } from './key-strength';
import { LONGEST_LEAF, validityWithin } from './limits';
import { splitUris } from './request-extensions';
import { requireSubject } from './subject';
import { requireUsages } from './usages';
import { Validity } from './validity';
import { DistinguishedName } from '../model/distinguished-name';
import { Certificate } from '../x509/certificate';

const WHAT = 'renewed certificate';
const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A certificate to be issued again, and the private key that goes with it, if it is known. */
export interface Renewal {
  readonly template: LeafTemplate;
  readonly key?: KeyPair;
}

/** Takes names and usages from the old certificate, and the old key or a new one. */
export async function renewalOf(props: RenewCertificateProps, issuer: Issuer): Promise<Renewal> {
  const [old] = Certificate.readAll(props.certificatePem, 'certificate to renew');
  requireRenewable(old, issuer, props);
  const { dnsNames, ipAddresses, uris, emailAddresses } = old.extensions.alternativeNames;
  const some = (list: readonly string[]) => list.length === 0 ? undefined : [...list];
  const checked = {
    what: WHAT,
    usages: requireUsages(props.usages ?? usagesOf(old), WHAT),
    names: requireNames({
      dnsNames: some(dnsNames),
      ipAddresses: some(ipAddresses),
      emailAddresses: some(emailAddresses),
      ...splitUris(uris, WHAT),
    }, WHAT),
    subject: requireSubject(DistinguishedName._ofName(old.subject), WHAT),
    validity: validityWithin(props.validity, validityOf(old), LONGEST_LEAF, WHAT),
  };
  const key = await keyOf(old, props);
  return { template: { ...checked, publicKey: key?.publicKey ?? requireStrongKey(old.publicKey, 'the key of the certificate to renew') }, key };
}

function requireRenewable(old: Certificate, issuer: Issuer, { fromOtherAuthority = false }: RenewCertificateProps): void {
  if (old.isCa || old.extensions.basicConstraints?.ca === true) {
    throw new Error(`certificate \`${old.serialNumber}\` is the one of a CA: renew it with \`renewRoot\` or \`renewIntermediate\``);
  }
  if (!fromOtherAuthority && !issuer.issued(old)) {
    throw new Error(`certificate \`${old.serialNumber}\` was not issued by \`${issuer.chain.name}\`: renew it with the CA that did, or say \`fromOtherAuthority\``);
  }
  if (old.extensions.alternativeNames.others > 0) {
    throw new Error(`certificate \`${old.serialNumber}\` has an alternative name that is no DNS name, IP address, URI or e-mail address: issue a new one instead`);
  }
}

async function keyOf(old: Certificate, { newKey = false, keyAlgorithm, privateKeyPem }: RenewCertificateProps): Promise<KeyPair | undefined> {
  if (newKey) {
    if (privateKeyPem !== undefined) {
      throw new Error('both `newKey` and `privateKeyPem` are given for the renewal: give one, a new key is generated');
    }
    return KeyPair.generate(keyAlgorithm ?? keyAlgorithmOf(requireStrongKey(old.publicKey, 'the key of the certificate to renew')));
  }
  if (keyAlgorithm !== undefined) {
    throw new Error('`keyAlgorithm` is given for a renewal that keeps the key: leave it out, or say `newKey`');
  }
  const key = privateKeyPem === undefined ? undefined : KeyPair.fromPem(privateKeyPem, 'private key of the certificate to renew');
  if (key?.isOf(old.publicKey) === false) {
    throw new Error(`the private key is not the one of certificate \`${old.serialNumber}\`: give the key that belongs to it`);
  }
  return key;
}

/** Without the extension every use is open, and then nobody but the caller knows which one was meant. */
function usagesOf(old: Certificate): CertificateUsage[] {
  const purposes = old.extensions.extendedKeyUsages;
  if (purposes === undefined) {
    throw new Error(`certificate \`${old.serialNumber}\` has no extended key usage: say in \`usages\` what it is for`);
  }
  return [...purposes.includes('serverAuth') ? [CertificateUsage.SERVER] : [], ...purposes.includes('clientAuth') ? [CertificateUsage.CLIENT] : []];
}

function validityOf(old: Certificate): Validity {
  const minutes = Math.round((old.notAfter.getTime() - old.notBefore.getTime() + SECOND) / MINUTE);
  return Validity.minutes(Math.min(Math.max(minutes, 1), LONGEST_LEAF.milliseconds / MINUTE));
}
