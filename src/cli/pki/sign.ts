import { Command, Option } from 'commander';
import { chooseAuthority, openAuthority, usagesOf } from './authority';
import { announce } from './issue';
import { NameOptions, addNameOptions, directoryOption, namesFrom, requireDnsName, validOption } from './options';
import { collect } from '../options';
import { readPemText } from './pem-file';
import { Run } from '../run';
import { CertificateStore } from './store/certificate-store';
import { Side, requireName } from './store/layout';
import { withCertificate } from './store/records';
import { CertificateSigningRequest, Validity } from '../../pki';
import { Stop, stopping } from '../exit-status';

interface SignOptions extends NameOptions {
  readonly dir: string;
  readonly ca?: string;
  readonly name?: string;
  readonly dns?: string[];
  readonly for: string;
  readonly valid?: Validity;
  readonly force?: boolean;
}

/** Adds `pki sign`. */
export function addSign(pki: Command, run: Run): void {
  const command = pki.command('sign')
    .description('issue a certificate for a signing request (PKCS#10) whose key stays with its owner')
    .argument('<request>', 'PEM file of the request')
    .addOption(new Option('--for <side>', 'what the certificate is good for: the CA decides that, not the request').choices(['server', 'client', 'both']).makeOptionMandatory())
    .option('--dns <name>', 'DNS name; names given here replace all of the request; may be repeated', collect);
  addNameOptions(command)
    .addOption(directoryOption())
    .option('--ca <name>', 'CA that issues it (default: the only one that can)')
    .option('--name <name>', 'name that its file gets (default: the name of the request\'s file)', requireName)
    .addOption(validOption('90d'))
    .option('--force', 'replace a file of the same name; the old one stays under issued/')
    .action(async (file: string, options: SignOptions) => {
      const text = readPemText(file, 'signing request');
      const request = stopping(Stop.unreadable, () => CertificateSigningRequest.fromPem(text));
      const side: Side = options.for === 'client' ? 'client' : 'server';
      await CertificateStore.change(options.dir, async (store) => {
        const name = options.name ?? requireName(file.replace(/^.*[\\/]/, '').replace(/\.[^.]*$/, ''));
        const entry = chooseAuthority(store, options.ca, side);
        const free = store.layout.leaf(side, name);
        store.requireFree([free.certificate, free.privateKey], options.force === true);
        const authority = openAuthority(store, entry, run.terminal);
        const issued = await stopping(Stop.wrongUse, () => authority.signRequest({
          ...namesFrom(options, (options.dns ?? []).map(requireDnsName)), request, usages: usagesOf(options.for), validity: options.valid,
        }));
        const change = withCertificate(store, store.index, issued, { name, side, issuer: entry.name, replace: options.force === true });
        store.write(change.index, change.files);
        announce(run, store, change.index.certificates[change.index.certificates.length - 1]);
      });
    });
}
