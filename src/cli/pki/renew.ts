import { Command, Option } from 'commander';
import { openAuthority } from './authority';
import { announce } from './issue';
import { directoryOption, validOption, validityOf } from './options';
import { Run } from '../run';
import { CertificateStore } from './store/certificate-store';
import { AuthorityEntry, CertificateEntry, StoreIndex } from './store/index-entry';
import { Side } from './store/layout';
import { withCertificate } from './store/records';
import { PlannedFile } from './store/transaction';
import { Validity } from '../../pki';
import { Stop, stopping } from '../exit-status';
import { Terminal } from '../terminal';

interface RenewOptions {
  readonly dir: string;
  readonly side?: Side;
  readonly within?: Validity;
  readonly ofCa?: string;
  readonly newKey?: boolean;
  readonly valid?: Validity;
}

/** Adds `pki renew`. */
export function addRenew(pki: Command, run: Run): void {
  pki.command('renew')
    .description('issue certificates again: same names, same usages; the old ones stay under issued/ and remain valid until they end or are revoked')
    .argument('[name...]', 'names of certificates')
    .addOption(directoryOption())
    .addOption(new Option('--side <side>', 'whether the server or the client of this name is meant').choices(['server', 'client']))
    .option('--within <duration>', 'all that end within this time', validityOf)
    .option('--of-ca <name>', 'all that this CA issued, e.g. one that is being replaced')
    .option('--new-key', 'with a new key; the old one stays under issued/')
    .addOption(validOption('as long as the old one was'))
    .action((names: string[], options: RenewOptions) => CertificateStore.change(options.dir, async (store) => {
      const chosen = chosenFrom(store, names, options, run.terminal);
      const { index, files } = await renewAll(store, store.index, chosen, options, run.terminal);
      if (chosen.length === 0) {
        run.terminal.write('nothing to renew\n');
        return;
      }
      store.write(index, files);
      index.certificates.slice(-chosen.length).forEach((entry) => announce(run, store, entry));
    }));
}

/** Issues certificates again, with the CA of the family that issues now. */
export async function renewAll(
  store: CertificateStore, start: StoreIndex, chosen: readonly CertificateEntry[], { newKey, valid }: Pick<RenewOptions, 'newKey' | 'valid'>, terminal: Terminal,
): Promise<{ index: StoreIndex; files: PlannedFile[] }> {
  let index = start;
  const files: PlannedFile[] = [];
  for (const old of chosen) {
    const issuer = successorOf(store, old);
    const authority = openAuthority(store, issuer, terminal);
    const certificatePem = store.read(old.copy, 'certificate');
    const issued = await stopping(Stop.wrongUse, () => authority.renewCertificate({
      certificatePem, validity: valid, fromOtherAuthority: issuer.name !== old.issuer, ...newKey === true ? { newKey: true } : {},
    }));
    const change = withCertificate(store, index, issued, { name: old.name, side: old.side, issuer: issuer.name, replace: true });
    index = change.index;
    files.push(...change.files);
  }
  return { index, files };
}

function chosenFrom(store: CertificateStore, names: readonly string[], options: RenewOptions, terminal: Terminal): CertificateEntry[] {
  const { within, ofCa, side } = options;
  if (names.length === 0 && within === undefined && ofCa === undefined) {
    throw Stop.wrongUse('nothing to renew: give names, --within or --of-ca');
  }
  const named = names.map((name) => store.certificate(name, side));
  const unusable = named.find(({ state }) => state !== 'current');
  if (unusable !== undefined) {
    throw Stop.wrongUse(`certificate \`${unusable.name}\` (${unusable.serialNumber}) is ${unusable.state}: issue a new one with \`pki ${unusable.side}\``);
  }
  if (options.newKey === true) {
    const foreign = named.find(({ privateKey }) => privateKey === undefined);
    if (foreign !== undefined) throw Stop.wrongUse(`the key of \`${foreign.name}\` is its owner's: have a new request signed, with \`pki sign\``);
  }
  const limit = within === undefined ? undefined : new Date(terminal.now().getTime() + within.milliseconds).toISOString();
  const issuer = ofCa === undefined ? undefined : exactAuthority(store, ofCa).name;
  const current = store.index.certificates.filter((entry) => entry.state === 'current' && (side === undefined || entry.side === side));
  const matched = current.filter((entry) => (limit !== undefined && entry.notAfter < limit) || (issuer !== undefined && entry.issuer === issuer));
  return [...new Set([...named, ...matched])];
}

function exactAuthority(store: CertificateStore, name: string): AuthorityEntry {
  return store.index.authorities.find((authority) => authority.name === name) ?? store.authority(name);
}

function successorOf(store: CertificateStore, { issuer }: CertificateEntry): AuthorityEntry {
  const old = store.authorityOfEntry(issuer);
  const now = store.authority(old.family);
  if (now.state !== 'active' || now.revokedAt !== undefined) {
    throw Stop.wrongUse(`CA \`${now.name}\` is ${now.revokedAt === undefined ? now.state : 'revoked'} and issues no more`);
  }
  return now;
}
