import { Command } from 'commander';
import { directoryOption, validOption } from './options';
import { collect } from '../options';
import { withRevocationLists } from './revocation';
import { Run } from '../run';
import { CertificateStore } from './store/certificate-store';
import { AuthorityEntry } from './store/index-entry';
import { Validity } from '../../pki';

interface CrlOptions {
  readonly dir: string;
  readonly ca?: string[];
  readonly valid?: Validity;
}

/** Adds `pki crl`. */
export function addCrl(pki: Command, run: Run): void {
  pki.command('crl')
    .description('issue new revocation lists, before the old ones end: a gateway with an old list refuses every client')
    .addOption(directoryOption())
    .option('--ca <name>', 'CA whose list is issued (default: all); may be repeated', collect)
    .addOption(validOption('30d'))
    .action((options: CrlOptions) => CertificateStore.change(options.dir, async (store) => {
      const chosen = options.ca === undefined ? inUse(store) : [...new Set(options.ca.map((name) => store.authority(name)))];
      const { index, files } = await withRevocationLists(store, store.index, chosen, options.valid, run.terminal);
      store.write(index, files);
      chosen.forEach(({ name }) => {
        const entry = index.authorities.find((other) => other.name === name)!;
        run.terminal.write(`revocation list ${entry.crlNumber} of CA ${name}: ${store.pathOf(entry.revocationList!)}\n`);
      });
    }));
}

function inUse({ index }: CertificateStore): AuthorityEntry[] {
  return index.authorities.filter(({ state, privateKey, revokedAt }) => state !== 'retired' && privateKey !== undefined && revokedAt === undefined);
}
