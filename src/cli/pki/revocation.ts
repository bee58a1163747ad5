import { openAuthority } from './authority';
import { revocationListsOf } from './pem-file';
import { CertificateStore } from './store/certificate-store';
import { AuthorityEntry, CertificateEntry, StoreIndex } from './store/index-entry';
import { Change } from './store/records';
import { PlannedFile } from './store/transaction';
import { RevocationReason, Validity } from '../../pki';
import { Stop, stopping } from '../exit-status';
import { Terminal } from '../terminal';

/** Issues new revocation lists of some CAs, with everything that the index says is revoked. */
export async function withRevocationLists(
  store: CertificateStore, start: StoreIndex, authorities: readonly AuthorityEntry[], validity: Validity | undefined, terminal: Terminal,
): Promise<Change> {
  let index = start;
  const files: PlannedFile[] = [];
  for (const entry of authorities) {
    const authority = openAuthority(store, entry, terminal);
    const { revocationList: path } = store.layout.authority(entry.name, entry.issuer === entry.name);
    const previousPem = entry.revocationList === undefined ? undefined : store.contentOf(entry.revocationList);
    const listed = previousPem === undefined ? [] : revocationListsOf(previousPem, `\`${store.pathOf(path)}\``)[0].revokedSerialNumbers;
    const issued = await stopping(Stop.wrongUse, async () => {
      revokedBy(index, entry).filter(({ serialNumber }) => !listed.includes(serialNumber)).forEach((revoked) => authority.revoke({
        certificatePem: store.read('copy' in revoked ? revoked.copy : revoked.certificate, 'certificate'), reason: revoked.reason as RevocationReason, revokedAt: revoked.revokedAt,
      }));
      return authority.issueRevocationList({ previousPem, crlNumber: Number(entry.crlNumber ?? 0) + 1, validity });
    });
    files.push({ path, content: issued.pem, replace: entry.revocationList !== undefined });
    const news = { revocationList: path, crlNumber: issued.crlNumber };
    index = { ...index, authorities: index.authorities.map((other) => other.name === entry.name ? { ...other, ...news } : other) };
  }
  return { index, files };
}

/** The CAs whose lists a gateway wants when it is given any list of this CA: itself and those above it. */
export function listedTogether(store: CertificateStore, authority: AuthorityEntry): AuthorityEntry[] {
  return store.lineOf(authority).filter(({ privateKey }) => privateKey !== undefined);
}

function revokedBy(index: StoreIndex, issuer: AuthorityEntry): (AuthorityEntry | CertificateEntry)[] {
  return [...index.certificates, ...index.authorities].filter((entry) => entry.issuer === issuer.name && entry.revokedAt !== undefined);
}
