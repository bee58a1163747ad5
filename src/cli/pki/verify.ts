import { Command, Option } from 'commander';
import { nameText } from './certificate-text';
import { ExitStatus, Stop } from '../exit-status';
import { asText, readText } from '../read-file';
import { anchorFindings, serialFindings, sharedAuthorityFindings } from './findings/anchor-findings';
import { chainFindings } from './findings/chain-findings';
import { Finding, Moment } from './findings/finding';
import { gatewayFindings } from './findings/gateway-findings';
import { hostFindings } from './findings/host-findings';
import { identityFindings } from './findings/identity-findings';
import { revocationFindings } from './findings/revocation-findings';
import { storeFindings } from './findings/store-findings';
import { readManifests } from './manifests';
import { validityOf } from './options';
import { Validity } from '../../pki';
import { Certificate } from '../../x509/certificate';
import { collect, momentOf } from '../options';
import { certificatesOf, readPemText, revocationListsOf } from './pem-file';
import { report } from './report';
import { Run } from '../run';

interface VerifyOptions {
  readonly cert?: string;
  readonly key?: string;
  readonly roots?: string;
  readonly clientCa?: string;
  readonly crl?: string[];
  readonly client?: string;
  readonly clientKey?: string;
  readonly host?: string[];
  readonly dir?: string;
  readonly gatewayNamespace: string;
  readonly at?: Date;
  readonly horizon: Validity;
  readonly accept?: string[];
  readonly format: string;
}

/** Adds `pki verify`. */
export function addVerify(pki: Command, run: Run): void {
  pki.command('verify')
    .description('judge certificates before a gateway does: PEM files, manifests of Gateways and Secrets, or a directory of ours')
    .argument('[manifest...]', 'YAML files with Gateways and their Secrets and ConfigMaps; `-` is standard input')
    .option('--cert <file>', 'server certificate with its intermediates')
    .option('--key <file>', 'its private key')
    .option('--host <host>', 'host that the server certificate has to cover; may be repeated', collect)
    .option('--roots <file>', 'CAs that clients check the server certificate with; of manifests too')
    .option('--client-ca <file>', 'CAs whose clients the gateway lets in (`cacert`)')
    .option('--crl <file>', 'revocation lists beside them; may be repeated', collect)
    .option('--client <file>', 'client certificate with its intermediates')
    .option('--client-key <file>', 'its private key')
    .option('-d, --dir <directory>', 'directory that `pki init` made')
    .option('--gateway-namespace <namespace>', 'namespace of the gateway\'s pods, where Istio looks for Secrets', 'istio-system')
    .option('--at <date>', 'judge as on this day or at this time', momentOf)
    .addOption(new Option('--horizon <duration>', 'report what ends within this time (default: 30d)').argParser(validityOf).default(Validity.days(30), '30d'))
    .option('--accept <finding>', 'finding that is meant to be so, e.g. shared-ca; may be repeated', collect)
    .addOption(new Option('--format <format>', 'form of the answer').choices(['text', 'json']).default('text'))
    .action(async (manifests: string[], options: VerifyOptions) => {
      const moment = momentFrom(options, run);
      const findings: Finding[] = [];
      const notes: string[] = [];
      if (manifests.length > 0) {
        const objects = manifests.flatMap((file) => readManifests(file === '-' ? asText(run.terminal.readInput(), 'standard input') : readText(file, 'manifest'), `manifest \`${file}\``));
        const judgement = gatewayFindings(objects, options.gatewayNamespace, certificatesFrom(options.roots, 'file of roots') ?? [], moment);
        findings.push(...judgement.findings);
        notes.push(...judgement.notes);
      }
      if (options.dir !== undefined) {
        const judgement = await storeFindings(options.dir, moment);
        findings.push(...judgement.findings);
        notes.push(...judgement.notes);
      }
      if (manifests.length === 0) requireCompany('--roots', options.roots, '--cert', options.cert);
      const files = fileFindings(options, moment);
      if (manifests.length === 0 && options.dir === undefined && files === undefined) {
        throw Stop.wrongUse('nothing to verify: give manifests, or --cert, --client-ca, --client, or --dir');
      }
      findings.push(...files?.findings ?? []);
      notes.push(...files?.notes ?? []);
      const open = findings.filter(({ id }) => options.accept?.includes(id) !== true);
      report(run.terminal, { findings: open, accepted: findings.length - open.length, notes, ...moment }, options.format);
      run.end(open.length === 0 ? ExitStatus.FINE : ExitStatus.FINDINGS);
    });
}

function momentFrom({ at, horizon }: VerifyOptions, { terminal }: Run): Moment {
  const moment = at ?? terminal.now();
  return { at: moment, horizon: new Date(moment.getTime() + horizon.milliseconds) };
}

function fileFindings(options: VerifyOptions, moment: Moment): { findings: Finding[]; notes: string[] } | undefined {
  const { cert, key, clientCa, client, clientKey, host, crl } = options;
  requireCompany('--key', key, '--cert', cert);
  requireCompany('--host', host, '--cert', cert);
  requireCompany('--client-key', clientKey, '--client', client);
  requireCompany('--crl', crl, '--client-ca', clientCa);
  if (cert === undefined && clientCa === undefined && client === undefined) return undefined;
  const server = certificatesFrom(cert, 'server certificate');
  const roots = certificatesFrom(options.roots, 'file of roots') ?? [];
  const anchors = certificatesFrom(clientCa, 'file of client CAs');
  const presented = certificatesFrom(client, 'client certificate');
  const lists = (crl ?? []).flatMap((file) => revocationListsOf(readPemText(file, 'revocation list'), `revocation list \`${file}\``));
  const privateKeyOf = (file: string | undefined) => file === undefined ? undefined : readPemText(file, 'private key');
  const findings = [
    ...server === undefined ? [] : [
      ...chainFindings({ where: cert!, certificates: server, privateKey: privateKeyOf(key), purpose: 'serverAuth' }, roots, moment),
      ...hostFindings(server[0], host ?? [], cert!),
    ],
    ...anchors === undefined ? [] : [
      ...anchorFindings(anchors, clientCa!, moment),
      ...server === undefined ? [] : sharedAuthorityFindings(server, anchors, clientCa!),
      ...revocationFindings(lists, [...anchors, ...intermediatesOf(presented)], presented ?? [], crl?.join(', ') ?? '', moment),
    ],
    ...presented === undefined ? [] : [
      ...chainFindings({ where: client!, certificates: presented, privateKey: privateKeyOf(clientKey), purpose: 'clientAuth' }, anchors ?? [], moment),
      ...identityFindings(presented[0], client!),
    ],
    ...serialFindings([...server ?? [], ...roots, ...anchors ?? [], ...presented ?? []], 'all files'),
  ];
  return { findings, notes: notesOf(server, roots, anchors, presented, lists.length) };
}

type Certificates = readonly Certificate[];

function notesOf(
  server: Certificates | undefined, roots: Certificates, anchors: Certificates | undefined, client: Certificates | undefined, lists: number,
): string[] {
  return [
    ...server !== undefined && roots.length === 0 && !server[server.length - 1].isSelfSigned
      ? [`whether clients trust ${nameText(server[server.length - 1].issuer)} was not asked: give their CAs with --roots`] : [],
    ...anchors !== undefined && lists === 0 ? ['no revocation list was given: a gateway without one lets revoked clients in'] : [],
    ...client !== undefined && anchors === undefined ? ['whether a gateway accepts the client was not asked: give its CAs with --client-ca'] : [],
  ];
}

function certificatesFrom(file: string | undefined, what: string): Certificate[] | undefined {
  return file === undefined ? undefined : certificatesOf(readPemText(file, what), `${what} \`${file}\``);
}

function intermediatesOf(chain: readonly Certificate[] | undefined): readonly Certificate[] {
  return (chain ?? []).filter(({ isCa }) => isCa);
}

function requireCompany(option: string, value: unknown, company: string, companion: unknown): void {
  if (value !== undefined && companion === undefined) {
    throw Stop.wrongUse(`${option} goes with ${company}: give both`);
  }
}
