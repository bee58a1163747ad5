import { existsSync, statSync } from 'node:fs';
import { anchorFindings } from './anchor-findings';
import { chainFindings, keyFindings } from './chain-findings';
import { Finding, Moment, wrong } from './finding';
import { identityFindings } from './identity-findings';
import { revocationFindings } from './revocation-findings';
import { nameText } from '../certificate-text';
import { certificatesOf, revocationListsOf } from '../pem-file';
import { CertificateStore } from '../store/certificate-store';
import { AuthorityEntry, CertificateEntry } from '../store/index-entry';

const NOT_OWNER = 0o077;

/** Judges a directory of ours: the index against the files, and each certificate that is in use. */
export async function storeFindings(directory: string, moment: Moment): Promise<{ findings: Finding[]; notes: string[] }> {
  const store = await CertificateStore.read(directory);
  const authorities = store.index.authorities.filter(({ state }) => state !== 'retired');
  const certificates = store.index.certificates.filter(({ state }) => state === 'current');
  const present = [...authorities, ...certificates].flatMap((entry) => fileFindings(store, entry));
  if (present.some(({ id }) => id === 'file-missing')) {
    return { findings: present, notes: [] };
  }
  const read = (entry: AuthorityEntry | CertificateEntry) => certificatesOf(store.read(entry.certificate, 'certificate'), `\`${store.pathOf(entry.certificate)}\``);
  const stale = [...authorities, ...certificates].filter((entry) => read(entry)[0].serialNumber !== entry.serialNumber).map((entry) => wrong(
    'index-mismatch', store.pathOf(entry.certificate), `the file holds another certificate than the index says (${nameText(read(entry)[0].subject)}, serial number ${read(entry)[0].serialNumber})`,
    'put back the certificate, e.g. from `issued/`; the index is written by the command only',
  ));
  const anchors = authorities.map((entry) => read(entry)[0]);
  const key = (entry: AuthorityEntry | CertificateEntry) => entry.privateKey === undefined ? undefined : store.read(entry.privateKey, 'private key');
  const lists = authorities.flatMap((entry) => entry.revocationList === undefined ? [] : revocationListsOf(store.read(entry.revocationList, 'revocation list'), entry.revocationList));
  const revoked = revocationFindings(lists, anchors, certificates.map((entry) => read(entry)[0]), store.pathOf('.'), moment);
  return {
    findings: [
      ...present,
      ...stale,
      ...anchors.flatMap((anchor, index) => {
        const where = store.pathOf(authorities[index].certificate);
        return [...anchorFindings([anchor], where, moment), ...keyFindings({ where, certificates: [anchor], privateKey: key(authorities[index]) })];
      }),
      ...certificates.flatMap((entry) => {
        const where = store.pathOf(entry.certificate);
        const purpose = entry.side === 'server' ? 'serverAuth' as const : 'clientAuth' as const;
        const chain = read(entry);
        return [...chainFindings({ where, certificates: chain, privateKey: key(entry), purpose }, anchors, moment), ...entry.side === 'client' ? identityFindings(chain[0], where) : []];
      }),
      ...revoked,
    ],
    notes: [`${authorities.length} CAs and ${certificates.length} certificates in ${directory}`],
  };
}

function fileFindings(store: CertificateStore, entry: AuthorityEntry | CertificateEntry): Finding[] {
  const files = [entry.certificate, ...entry.privateKey === undefined ? [] : [entry.privateKey], ...'revocationList' in entry && entry.revocationList !== undefined ? [entry.revocationList] : []];
  const missing = files.filter((file) => !existsSync(store.pathOf(file))).map((file) => wrong(
    'file-missing', store.pathOf(file), `the index names this file of \`${entry.name}\`, and it is not there`, 'put it back from a backup, or issue the certificate again',
  ));
  if (missing.length > 0 || entry.privateKey === undefined || process.platform === 'win32') return missing;
  const mode = statSync(store.pathOf(entry.privateKey)).mode % 0o1000;
  // eslint-disable-next-line no-bitwise
  return (mode & NOT_OWNER) === 0 ? [] : [wrong(
    'key-readable', store.pathOf(entry.privateKey), `others than the owner may read the private key (mode ${mode.toString(8)})`, `\`chmod 600 ${store.pathOf(entry.privateKey)}\``,
  )];
}
