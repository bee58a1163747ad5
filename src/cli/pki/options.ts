import { isIP } from 'node:net';
import { Command, Option } from 'commander';
import { DistinguishedName } from '../../model/distinguished-name';
import { SpiffeId } from '../../model/spiffe-id';
import { IClock, KeyAlgorithm, Validity } from '../../pki';
import { Stop, stopping } from '../exit-status';
import { collect, spiffeOf, subjectOf } from '../options';
import { Terminal } from '../terminal';

/** The directory that a subcommand works on. */
export function directoryOption(): Option {
  return new Option('-d, --dir <directory>', 'directory of the certificates, keys and their index').default('pki');
}

/** What kind of key to make. */
export function keyOption(): Option {
  return new Option('--key <algorithm>', 'kind of key').choices(Object.values(KeyAlgorithm)).default(KeyAlgorithm.EC_P256);
}

/** How long something is to be valid. */
export function validOption(fallback: string): Option {
  return new Option('--valid <duration>', `how long it is valid: a number and m, h, d or y (default: ${fallback})`).argParser(validityOf);
}

/** Adds the options that name whom a certificate is for. */
export function addNameOptions(command: Command): Command {
  return command
    .option('--subject <name>', 'subject, as `/O=Example/CN=alice` in the order of the certificate, or as `CN=alice,O=Example` in RFC 4514\'s', subjectOf)
    .option('--ip <address>', 'IP address; may be repeated', collect)
    .option('--uri <uri>', 'URI; may be repeated', collect)
    .option('--email <address>', 'e-mail address; may be repeated', collect)
    .option('--spiffe <id>', 'SPIFFE ID, e.g. spiffe://partner.example/billing', spiffeOf);
}

/** What the options of `addNameOptions` give. */
export interface NameOptions {
  readonly subject?: DistinguishedName;
  readonly ip?: string[];
  readonly uri?: string[];
  readonly email?: string[];
  readonly spiffe?: SpiffeId;
}

/** Makes what the API takes of names. */
export function namesFrom({ subject, ip, uri, email, spiffe }: NameOptions, dnsNames: readonly string[]) {
  const some = (names: readonly string[] | undefined) => names === undefined || names.length === 0 ? undefined : [...names];
  return { subject, dnsNames: some(dnsNames), ipAddresses: some(ip), uris: some(uri), emailAddresses: some(email), spiffeId: spiffe };
}

/** Checks that a positional name is a DNS name: an address has an option of its own, because the two are different kinds of name. */
export function requireDnsName(host: string): string {
  if (isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0) {
    throw Stop.wrongUse(`\`${host}\` is an address, not a DNS name: give it with \`--ip ${host}\``);
  }
  return host;
}

/** Reads a duration. */
export function validityOf(text: string): Validity {
  return stopping(Stop.wrongUse, () => Validity.parse(text));
}

/** The clock of the API that shows the time of the terminal. */
export function clockOf(terminal: Terminal): IClock {
  return { now: () => terminal.now().toISOString() };
}
