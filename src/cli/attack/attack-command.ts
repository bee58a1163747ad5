import { Command } from 'commander';
import { jsonReport } from './json-report';
import { markdownReport } from './markdown-report';
import { replay, Replay } from './replay';
import { textReport } from './text-report';
import { attack, AttackReport } from '../../attack';
import { ExitStatus, Stop, stopping } from '../exit-status';
import { addMeshOptions, MANIFESTS, MeshCommandOptions, meshOptionsOf } from '../manifests/mesh-options';
import { readManifests } from '../manifests/read-manifests';
import { collect } from '../options';
import { Progress } from '../progress';
import { Run } from '../run';
import { Terminal } from '../terminal';

interface AttackCommandOptions extends MeshCommandOptions {
  readonly protect?: string[];
  readonly tenant?: string;
  readonly replay?: boolean;
}

type Writer = (terminal: Terminal, report: AttackReport, replayed?: Replay) => void;

const REPORTS: Record<string, Writer> = { text: textReport, json: jsonReport, markdown: markdownReport };

/** Adds `attack`. */
export function addAttack(program: Command, { terminal, end }: Run): void {
  const command = program.command('attack')
    .description('search manifests for ways in: requests that get through although the plain ones are refused')
    .argument('<manifest...>', MANIFESTS);
  addMeshOptions(command, ['text', 'json', 'markdown'])
    .option('--protect <host[/path]>', 'what only callers whom policies name may reach, beside what the manifests refuse; may be repeated', collect)
    .option('--tenant <namespace>', 'also search what somebody may add who writes Gateways, VirtualServices and APIRules in this namespace', namespaceOf)
    .option('--replay', 'send the requests found, and some that are refused, through a real istiod and Envoy: needs the repository\'s conformance rig')
    .action((files: string[], options: AttackCommandOptions) => {
      const { documents } = readManifests(files, terminal);
      const progress = new Progress(terminal, 'searching');
      const at = (options.at ?? terminal.now()).toISOString();
      const report = stopping(Stop.unreadable, () => progress.during((reach) => attack(documents, {
        mesh: meshOptionsOf(options),
        at,
        protect: options.protect?.map(protectedPlace),
        tenant: options.tenant,
        progress: reach,
      })));
      const replayed = options.replay === true ? replay(report, documents, terminal) : undefined;
      REPORTS[options.format](terminal, report, replayed);
      end(report.ways.length > 0 || replayed?.agrees === false ? ExitStatus.FINDINGS : ExitStatus.FINE);
    });
}

function protectedPlace(text: string): string {
  if (!/^[^/\s]+(\/[^\s]*)?$/.test(text) || text.includes('://')) throw Stop.wrongUse(`invalid --protect \`${text}\`: expected a host, or a host with a path such as \`orders.example.com/admin\``);
  return text;
}

function namespaceOf(text: string): string {
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) throw Stop.wrongUse(`invalid --tenant \`${text}\`: expected the name of a namespace`);
  return text;
}
