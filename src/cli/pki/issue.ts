import { Command } from 'commander';
import { chooseAuthority, openAuthority } from './authority';
import { NameOptions, addNameOptions, directoryOption, keyOption, namesFrom, requireDnsName, validOption } from './options';
import { collect } from '../options';
import { Run } from '../run';
import { CertificateStore } from './store/certificate-store';
import { CertificateEntry } from './store/index-entry';
import { Side, requireName } from './store/layout';
import { withCertificate } from './store/records';
import { CertificateAuthority, IssuedCertificate, KeyAlgorithm, Validity } from '../../pki';
import { Stop, stopping } from '../exit-status';

/** Options of `server` and `client`. */
export interface IssueOptions extends NameOptions {
  readonly dir: string;
  readonly ca?: string;
  readonly name?: string;
  readonly dns?: string[];
  readonly both?: boolean;
  readonly key: KeyAlgorithm;
  readonly valid?: Validity;
  readonly force?: boolean;
}

/** Adds `pki server`. */
export function addServer(pki: Command, run: Run): void {
  const command = pki.command('server')
    .description('issue a server certificate with a new key')
    .argument('[host...]', 'DNS names, e.g. `api.example.com` or `*.example.com`')
    .option('--both', 'let it serve as a client certificate too');
  addIssueOptions(command).action(async (hosts: string[], options: IssueOptions) => {
    const dnsNames = hosts.map(requireDnsName);
    const text = dnsNames[0] ?? options.ip?.[0];
    if (text === undefined) throw Stop.wrongUse('a server certificate needs a host: `pki server api.example.com`, or --ip');
    await issue('server', text, options, run, (authority, { key: keyAlgorithm, valid: validity, both }) => (
      authority.issueServerCertificate({ ...namesFrom(options, dnsNames), keyAlgorithm, validity, alsoClient: both === true })));
  });
}

/** Adds `pki client`. */
export function addClient(pki: Command, run: Run): void {
  const command = pki.command('client')
    .description('issue a client certificate with a new key')
    .option('--dns <name>', 'DNS name; may be repeated', collect)
    .option('--both', 'let it serve as a server certificate too');
  addIssueOptions(command).action(async (options: IssueOptions) => {
    const dnsNames = (options.dns ?? []).map(requireDnsName);
    const text = options.spiffe?.uri ?? commonNameOf(options) ?? dnsNames[0] ?? options.uri?.[0] ?? options.email?.[0];
    if (text === undefined && options.subject === undefined) throw Stop.wrongUse('a client certificate needs a --subject, e.g. `/O=Example/CN=alice`, or a --spiffe ID');
    await issue('client', text ?? '', options, run, (authority, { key: keyAlgorithm, valid: validity, both }) => (
      authority.issueClientCertificate({ ...namesFrom(options, dnsNames), keyAlgorithm, validity, alsoServer: both === true })));
  });
}

/** Says what was issued. */
export function announce({ terminal }: Run, store: CertificateStore, entry: CertificateEntry): void {
  const names = entry.names.length === 0 ? '' : ` (${entry.names.join(', ')})`;
  terminal.write(`${entry.side} certificate ${entry.name}: ${entry.subject}${names}, until ${entry.notAfter}\n  certificate  ${store.pathOf(entry.certificate)}\n${
    entry.privateKey === undefined ? '' : `  private key  ${store.pathOf(entry.privateKey)}\n`}`);
}

function addIssueOptions(command: Command): Command {
  return addNameOptions(command)
    .addOption(directoryOption())
    .option('--ca <name>', 'CA that issues it (default: the only one that can)')
    .option('--name <name>', 'name that its files get', requireName)
    .addOption(keyOption())
    .addOption(validOption('90d'))
    .option('--force', 'replace files of the same name; the old ones stay under issued/');
}

type Make = (authority: CertificateAuthority, options: IssueOptions) => Promise<IssuedCertificate>;

async function issue(side: Side, text: string, options: IssueOptions, run: Run, make: Make): Promise<void> {
  await CertificateStore.change(options.dir, async (store) => {
    const name = options.name ?? store.layout.leafName(side, text);
    const entry = chooseAuthority(store, options.ca, side);
    store.requireFree(Object.values(store.layout.leaf(side, name)), options.force === true);
    const authority = openAuthority(store, entry, run.terminal);
    if (options.key === KeyAlgorithm.RSA_4096) run.terminal.progress('making an RSA key of 4096 bits');
    const issued = await stopping(Stop.wrongUse, () => make(authority, options));
    const change = withCertificate(store, store.index, issued, { name, side, issuer: entry.name, replace: options.force === true });
    store.write(change.index, change.files);
    announce(run, store, change.index.certificates[change.index.certificates.length - 1]);
  });
}

function commonNameOf({ subject }: IssueOptions): string | undefined {
  return /(?:^|\/)CN=((?:\\.|[^/+\\])+)/.exec(subject?.openSsl ?? '')?.[1];
}
