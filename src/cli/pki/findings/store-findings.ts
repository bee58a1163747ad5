import { existsSync, statSync } from 'node:fs';
import { anchorFindings } from './anchor-findings';
import { chainFindings, keyFindings } from './chain-findings';
import { Finding, Moment, wrong } from './finding';
import { identityFindings } from './identity-findings';
import { revocationFindings } from './revocation-findings';
import { Certificate } from '../../../x509/certificate';
import { nameText } from '../certificate-text';
import { certificatesOf, revocationListsOf } from '../pem-file';
import { CertificateStore } from '../store/certificate-store';
import { AuthorityEntry, CertificateEntry } from '../store/index-entry';

const NOT_OWNER = 0o077;

type Entry = AuthorityEntry | CertificateEntry;

/** Judges a directory of ours: the index against the files, and each certificate that is in use. */
export async function storeFindings(directory: string, moment: Moment): Promise<{ findings: Finding[]; notes: string[] }> {
  const store = await CertificateStore.read(directory);
  const authorities = store.index.authorities.filter(({ state }) => state !== 'retired');
  const certificates = store.index.certificates.filter(({ state }) => state === 'current');
  const entries: Entry[] = [...authorities, ...certificates];
  const files = entries.flatMap((entry) => fileFindings(store, entry));
  if (files.some(({ id }) => id === 'file-missing')) {
    return { findings: files, notes: [] };
  }
  const chains = new Map(entries.map((entry) => [entry, certificatesOf(store.read(entry.certificate, 'certificate'), `\`${store.pathOf(entry.certificate)}\``)]));
  const chainOf = (entry: Entry) => chains.get(entry)!;
  return {
    findings: [
      ...files,
      ...entries.flatMap((entry) => staleFindings(store, entry, chainOf(entry)[0])),
      ...authorities.flatMap((entry) => {
        const presented = { where: store.pathOf(entry.certificate), certificates: chainOf(entry), privateKey: keyOf(store, entry) };
        return [...anchorFindings(presented.certificates, presented.where, moment), ...keyFindings(presented)];
      }),
      ...certificates.flatMap((entry) => leafFindings(store, entry, chainOf(entry), authorities.map((authority) => chainOf(authority)[0]), moment)),
      ...treesOf(store, authorities).flatMap((tree) => {
        const names = tree.map(({ name }) => name);
        const lists = tree.flatMap(({ revocationList }) => revocationList === undefined
          ? [] : revocationListsOf(store.read(revocationList, 'revocation list'), `\`${store.pathOf(revocationList)}\``));
        const below = entries.filter(({ issuer }) => names.includes(issuer));
        return revocationFindings(lists, tree.map((entry) => chainOf(entry)[0]), below.map((entry) => chainOf(entry)[0]), directory, moment);
      }),
    ],
    notes: [`${authorities.length} CAs and ${certificates.length} certificates in ${directory}`],
  };
}

// Revocation lists matter together where they are trusted together: below one root, and below the root that replaces it.
function treesOf(store: CertificateStore, authorities: readonly AuthorityEntry[]): AuthorityEntry[][] {
  const rootOf = (entry: AuthorityEntry) => store.lineOf(entry).at(-1)!.family;
  return [...new Set(authorities.map(rootOf))].map((root) => authorities.filter((entry) => rootOf(entry) === root));
}

function leafFindings(
  store: CertificateStore, entry: CertificateEntry, certificates: readonly Certificate[], anchors: readonly Certificate[], moment: Moment,
): Finding[] {
  const where = store.pathOf(entry.certificate);
  const purpose = entry.side === 'server' ? 'serverAuth' : 'clientAuth';
  return [
    ...chainFindings({ where, certificates, privateKey: keyOf(store, entry), purpose }, anchors, moment),
    ...entry.side === 'client' ? identityFindings(certificates[0], where) : [],
  ];
}

function staleFindings(store: CertificateStore, entry: Entry, { serialNumber, subject }: Certificate): Finding[] {
  return serialNumber === entry.serialNumber ? [] : [wrong(
    'index-mismatch', store.pathOf(entry.certificate), `the file holds another certificate than the index says (${nameText(subject)}, serial number ${serialNumber})`,
    'put back the certificate, e.g. from `issued/`; the index is written by the command only',
  )];
}

function keyOf(store: CertificateStore, { privateKey }: Entry): string | undefined {
  return privateKey === undefined ? undefined : store.read(privateKey, 'private key');
}

function fileFindings(store: CertificateStore, entry: Entry): Finding[] {
  const list = 'revocationList' in entry ? entry.revocationList : undefined;
  const files = [entry.certificate, entry.privateKey, list].filter((file) => file !== undefined);
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
