import { Command } from 'commander';
import { unmetBy } from './expected';
import { reportJunit } from './junit';
import { reportJson, reportText, Result } from './report';
import { RequestsFile } from './requests-file';
import { REQUESTS_SCHEMA } from './schema';
import { Mesh, MeshOptions } from '../../authz';
import { ExitStatus, Stop, stopping } from '../exit-status';
import { addFactOptions, addMeshOptions, MANIFESTS, MeshCommandOptions, meshOptionsOf } from '../manifests/mesh-options';
import { readManifests } from '../manifests/read-manifests';
import { Run } from '../run';

interface CheckOptions extends MeshCommandOptions {
  readonly schema?: boolean;
  readonly verbose?: boolean;
}

/** Adds `check`. */
export function addCheck(program: Command, run: Run): void {
  const command = program.command('check')
    .description('hold requests against what is expected of them; exit status 1 where an expectation is not met')
    .argument('[requests]', 'YAML file of requests and expectations (docs/requests.md)')
    .argument('[manifest...]', MANIFESTS)
    .option('--schema', 'print the JSON Schema of the file of requests, for editors')
    .option('--verbose', 'say what became of requests that are as expected, too');
  addMeshOptions(addFactOptions(command), ['text', 'json', 'junit'])
    .action((requests: string | undefined, manifests: string[], options: CheckOptions) => check(requests, manifests, options, run));
}

function check(path: string | undefined, manifests: readonly string[], options: CheckOptions, run: Run): void {
  const { terminal } = run;
  if (options.schema === true) {
    terminal.write(`${JSON.stringify(REQUESTS_SCHEMA, undefined, 2)}\n`);
    return;
  }
  if (path === undefined || manifests.length === 0) throw Stop.wrongUse(`no ${path === undefined ? 'file of requests' : 'manifests'}: write \`check requests.yaml dist/\``);
  const file = RequestsFile.read(path);
  const { documents } = readManifests(manifests, terminal);
  const mesh = stopping(Stop.unreadable, () => Mesh.fromManifests(documents, combined(file.meshOptions(), meshOptionsOf(options))));
  const requests = file.requests(mesh.trustDomain, options.at ?? terminal.now());
  const results = requests.map((expected): Result => {
    const decision = mesh.evaluate(expected.request);
    return { ...expected, decision, unmet: unmetBy(decision, expected.expected) };
  });
  // A token is a secret for as long as it is valid.
  const tokens = requests.flatMap(({ request }) => request.token?.text ?? []);
  const hidden = (text: string) => tokens.reduce((shown, token) => shown.split(token).join('(token)'), text);
  if (options.format === 'json') reportJson(terminal, results, mesh.refused, hidden);
  else if (options.format === 'junit') reportJunit(terminal, results, hidden);
  else reportText({ ...terminal, write: (text) => terminal.write(hidden(text)) }, results, mesh.refused, options.verbose === true);
  run.end(results.some(({ unmet }) => unmet.length > 0) ? ExitStatus.FINDINGS : ExitStatus.FINE);
}

/** What the file says, unless an option says otherwise; lists are put together. */
function combined(file: MeshOptions, options: MeshOptions): MeshOptions {
  return {
    istioVersion: options.istioVersion ?? file.istioVersion,
    trustDomain: options.trustDomain ?? file.trustDomain,
    rootNamespace: options.rootNamespace ?? file.rootNamespace,
    complete: options.complete ?? file.complete,
    createdTogether: options.createdTogether ?? file.createdTogether,
    secrets: [...file.secrets ?? [], ...options.secrets ?? []],
    harmless: [...file.harmless ?? [], ...options.harmless ?? []],
    workloads: [...file.workloads ?? [], ...options.workloads ?? []],
    keySets: { ...file.keySets, ...options.keySets },
  };
}
