import { clockOf } from './options';
import { CertificateStore } from './store/certificate-store';
import { AuthorityEntry } from './store/index-entry';
import { Side } from './store/layout';
import { CertificateAuthority, CertificateUsage } from '../../pki';
import { Stop, stopping } from '../exit-status';
import { Terminal } from '../terminal';

/** Takes a CA of a directory into use. */
export function openAuthority(store: CertificateStore, entry: AuthorityEntry, terminal: Terminal): CertificateAuthority {
  if (entry.privateKey === undefined) {
    throw Stop.wrongUse(`the private key of CA \`${entry.name}\` is not in \`${store.directory}\`: it cannot sign here`);
  }
  const certificatePem = store.lineOf(entry).map(({ certificate }) => store.read(certificate, 'CA certificate')).join('');
  const privateKeyPem = store.read(entry.privateKey, 'private key of the CA');
  return stopping(Stop.unreadable, () => CertificateAuthority.fromPem({ certificatePem, privateKeyPem, clock: clockOf(terminal) }));
}

/** The CA that an option names, or the one that issues for this side. */
export function chooseAuthority(store: CertificateStore, name: string | undefined, side: Side): AuthorityEntry {
  if (name === undefined) return store.issuerFor(side);
  const entry = store.authority(name);
  if (entry.state !== 'active') {
    throw Stop.wrongUse(`CA \`${entry.name}\` is ${entry.state}: issue with ${entry.family === name ? 'another one' : `\`${entry.family}\``}`);
  }
  if (entry.revokedAt !== undefined) {
    throw Stop.wrongUse(`CA \`${entry.name}\` is revoked since ${entry.revokedAt}: issue with another one`);
  }
  if (!entry.issues.includes(side)) {
    throw Stop.wrongUse(`CA \`${entry.name}\` was made for ${entry.issues.join(' and ')} certificates, not for ${side} certificates: name another one with --ca`);
  }
  return entry;
}

/** What a certificate is to be good for, in the words of the API. */
export function usagesOf(usage: string): CertificateUsage[] {
  return usage === 'both' ? [CertificateUsage.SERVER, CertificateUsage.CLIENT] : [usage === 'server' ? CertificateUsage.SERVER : CertificateUsage.CLIENT];
}
