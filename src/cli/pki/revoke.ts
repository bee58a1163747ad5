import { Command, Option } from 'commander';
import { directoryOption, validOption } from './options';
import { listedTogether, withRevocationLists } from './revocation';
import { Run } from '../run';
import { CertificateStore } from './store/certificate-store';
import { AuthorityEntry, CertificateEntry, StoreIndex } from './store/index-entry';
import { Side } from './store/layout';
import { formatMoment } from '../../model/moment';
import { RevocationReason, Validity } from '../../pki';
import { Stop } from '../exit-status';

interface RevokeOptions {
  readonly dir: string;
  readonly side?: Side;
  readonly reason: string;
  readonly valid?: Validity;
}

/** Adds `pki revoke`. */
export function addRevoke(pki: Command, run: Run): void {
  pki.command('revoke')
    .description('revoke a certificate, and issue the revocation lists of its CA and of the CAs above it')
    .argument('<name>', 'name or serial number of a certificate, or the name of an intermediate CA')
    .addOption(directoryOption())
    .addOption(new Option('--side <side>', 'whether the server or the client of this name is meant').choices(['server', 'client']))
    .addOption(new Option('--reason <reason>', 'why').choices(Object.values(RevocationReason)).default(RevocationReason.UNSPECIFIED))
    .addOption(validOption('30d'))
    .action((name: string, options: RevokeOptions) => CertificateStore.change(options.dir, async (store) => {
      const revokedAt = formatMoment(run.terminal.now());
      const entry = entryOf(store, name, options.side);
      if (entry.revokedAt !== undefined) {
        throw Stop.wrongUse(`\`${entry.name}\` (${entry.serialNumber}) is revoked already, since ${entry.revokedAt}`);
      }
      const marked = mark(store.index, entry, { revokedAt, reason: options.reason });
      const issuer = store.authorityOfEntry(entry.issuer);
      const { index, files } = await withRevocationLists(store, marked, listedTogether(store, issuer), options.valid, run.terminal);
      store.write(index, files);
      const lists = listedTogether(store, issuer).map(({ name: ca }) => `  revocation list  ${store.pathOf(index.authorities.find((other) => other.name === ca)!.revocationList!)}\n`);
      run.terminal.write(`revoked ${entry.name} (${entry.serialNumber}): ${entry.subject}\n${lists.join('')}it takes effect when the gateways have the lists: \`pki export --client-ca ${issuer.family} --crl …\`\n`);
    }));
}

function entryOf(store: CertificateStore, name: string, side: Side | undefined): AuthorityEntry | CertificateEntry {
  const authority = store.index.authorities.find((candidate) => candidate.name === name);
  const isLeaf = store.index.certificates.some((candidate) => candidate.name === name);
  if (authority === undefined || isLeaf || side !== undefined) return store.certificate(name, side);
  if (authority.issuer === authority.name) {
    throw Stop.wrongUse(`\`${name}\` is a root, which nobody can revoke: take it out of the trust anchors, with \`pki rotate-ca ${name}\``);
  }
  return authority;
}

function mark(
  index: StoreIndex, entry: AuthorityEntry | CertificateEntry, fields: Required<Pick<CertificateEntry, 'revokedAt' | 'reason'>>,
): StoreIndex {
  return {
    ...index,
    authorities: index.authorities.map((other) => other === entry ? { ...other, ...fields } : other),
    certificates: index.certificates.map((other): CertificateEntry => other === entry ? { ...other, state: 'revoked', ...fields } : other),
  };
}
