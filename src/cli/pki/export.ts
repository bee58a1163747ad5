import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { directoryOption } from './options';
import { Run } from '../run';
import { CertificateStore } from './store/certificate-store';
import { AuthorityEntry } from './store/index-entry';
import { trustedFor, withThoseBelow } from './trust';
import { Stop } from '../exit-status';

interface ExportOptions {
  readonly dir: string;
  readonly credential: string;
  readonly namespace: string;
  readonly server?: string;
  readonly clientCa?: string;
  readonly crl?: boolean;
  readonly as: string;
  readonly configMap?: boolean;
  readonly includePrivateKey?: boolean;
  readonly update?: boolean;
}

/** A Secret or ConfigMap to be: its keys, the files that hold their values, and the values. */
interface Exported {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly entries: readonly ExportedEntry[];
}

interface ExportedEntry {
  readonly key: string;
  /** Files whose contents are the value, one behind the other. */
  readonly files: readonly string[];
  /** A file that holds them all. */
  readonly together?: string;
}

const DNS_SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Adds `pki export`. */
export function addExport(pki: Command, run: Run): void {
  pki.command('export')
    .description('write what a cluster needs: kubectl commands, or manifests, with the names and keys that Istio looks for')
    .addOption(directoryOption())
    .requiredOption('--credential <name>', '`credentialName` of the Gateway: the Secret of the server certificate; that of the client CAs gets `-cacert` behind it')
    .option('--namespace <namespace>', 'namespace of the gateway\'s pods (not of the Gateway object): Istio looks for Secrets there', 'istio-system')
    .option('--server <name>', 'server certificate')
    .option('--client-ca <name>', 'CA whose clients the gateway lets in')
    .option('--crl', 'the revocation lists of the client CAs too')
    .addOption(new Option('--as <form>', 'form').choices(['kubectl', 'manifest']).default('kubectl'))
    .option('--config-map', 'client CAs as a ConfigMap of the credential\'s name and `-client-ca`, for `caCertCredentialName: configmap://…`')
    .option('--include-private-key', 'with --as manifest: write the private key of the server into the Secret')
    .option('--update', 'with --as kubectl: replace what is there')
    .action(async (options: ExportOptions) => {
      requireKubernetesNames(options);
      const store = await CertificateStore.read(options.dir);
      const objects = [...serverObjects(store, options, run), ...anchorObjects(store, options)];
      if (objects.length > 0) {
        run.terminal.write(options.as === 'kubectl' ? objects.map((object) => toKubectl(store, object, options)).join('') : objects.map((object) => toManifest(store, object, options)).join('---\n'));
      }
    });
}

function requireKubernetesNames({ credential, namespace, server, clientCa, includePrivateKey, as, crl }: ExportOptions): void {
  if (!DNS_SUBDOMAIN.test(credential) || credential.endsWith('-cacert')) {
    throw Stop.wrongUse(`invalid credential name \`${credential}\`: expected the name of a Secret in lower-case letters, digits, \`-\` and \`.\`, without \`-cacert\` at its end`);
  }
  if (!DNS_LABEL.test(namespace)) {
    throw Stop.wrongUse(`invalid namespace \`${namespace}\`: expected at most 63 lower-case letters, digits and inner \`-\``);
  }
  if (server === undefined && clientCa === undefined) {
    throw Stop.wrongUse('nothing to export: give --server, --client-ca or both');
  }
  if (includePrivateKey === true && as !== 'manifest') {
    throw Stop.wrongUse('--include-private-key goes with --as manifest: kubectl commands name the file of the key');
  }
  if (crl === true && clientCa === undefined) {
    throw Stop.wrongUse('--crl goes with --client-ca: the lists lie beside the CAs');
  }
}

function serverObjects(store: CertificateStore, { server, credential, as, includePrivateKey }: ExportOptions, { terminal }: Run): Exported[] {
  if (server === undefined) return [];
  const { certificate, privateKey, state } = store.certificate(server, 'server');
  if (state !== 'current') {
    throw Stop.wrongUse(`server certificate \`${server}\` is ${state}: export another one`);
  }
  if (privateKey === undefined) {
    throw Stop.wrongUse(`the private key of \`${server}\` is its owner's and not in \`${store.directory}\`: make the Secret where the key is`);
  }
  if (as === 'manifest' && includePrivateKey !== true) {
    terminal.note(`Secret \`${credential}\` is left out, because a private key belongs into it: add --include-private-key, or take --as kubectl\n`);
    return [];
  }
  return [{ kind: 'Secret', name: credential, entries: [{ key: 'tls.crt', files: [certificate] }, { key: 'tls.key', files: [privateKey] }] }];
}

function anchorObjects(store: CertificateStore, { clientCa, credential, crl, configMap }: ExportOptions): Exported[] {
  if (clientCa === undefined) return [];
  const authority = store.authority(clientCa);
  const trusted = trustedFor(authority, store.index.authorities);
  const lists = crl === true ? withThoseBelow(trusted, store.index.authorities).map((entry) => listOf(entry)) : [];
  return [{
    kind: configMap === true ? 'ConfigMap' : 'Secret',
    // A ConfigMap whose name ends in `-cacert` is not found: istiod cuts the suffix off.
    name: configMap === true ? `${credential}-client-ca` : `${credential}-cacert`,
    entries: [{ key: 'cacert', files: trusted.map(({ certificate }) => certificate), together: togetherIn(store, authority, trusted) }, ...lists.length === 0 ? [] : [{ key: 'crl', files: lists }]],
  }];
}

function togetherIn(store: CertificateStore, { name, family, issuer }: AuthorityEntry, trusted: readonly AuthorityEntry[]): string | undefined {
  const { chain } = store.layout.authority(name, issuer === name);
  const rotates = trusted.some((entry) => entry.family === family && entry.name !== name);
  return rotates ? store.layout.authority(family, issuer === name).anchors : trusted.length > 1 ? chain : undefined;
}

function listOf({ name, revocationList }: AuthorityEntry): string {
  if (revocationList === undefined) {
    throw Stop.wrongUse(`CA \`${name}\` has no revocation list, and a gateway with any list wants one of every CA: issue them with \`pki crl\``);
  }
  return revocationList;
}

function toKubectl(store: CertificateStore, { kind, name, entries }: Exported, { namespace, update }: ExportOptions): string {
  const what = kind === 'Secret' ? 'secret generic' : 'configmap';
  // Process substitution is bash's; only revocation lists of several CAs need it.
  const source = ({ files, together }: ExportedEntry) => files.length === 1 || together !== undefined
    ? quoted(store.pathOf(together ?? files[0])) : `<(cat ${files.map((file) => quoted(store.pathOf(file))).join(' ')})`;
  const from = entries.map((entry) => ` \\\n  --from-file=${entry.key}=${source(entry)}`);
  const action = update === true ? ' \\\n  --dry-run=client -o yaml | kubectl replace -f -' : '';
  return `kubectl create ${what} -n ${namespace} ${name}${from.join('')}${action}\n`;
}

function toManifest(store: CertificateStore, { kind, name, entries }: Exported, { namespace }: ExportOptions): string {
  const text = (files: readonly string[]) => files.map((file) => store.read(file, 'file')).join('');
  const isSecret = kind === 'Secret';
  const data = Object.fromEntries(entries.map(({ key, files }) => [key, isSecret ? Buffer.from(text(files), 'utf8').toString('base64') : text(files)]));
  const isTls = entries.some(({ key }) => key === 'tls.key');
  return stringify({ apiVersion: 'v1', kind, metadata: { name, namespace }, ...isSecret ? { type: isTls ? 'kubernetes.io/tls' : 'Opaque' } : {}, data }, { lineWidth: 0 });
}

function quoted(path: string): string {
  return /^[A-Za-z0-9_./-]+$/.test(path) ? path : `'${path.replace(/'/g, '\'\\\'\'')}'`;
}
