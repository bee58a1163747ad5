import { Command } from 'commander';
import { matrixText } from './text-report';
import { AccessMatrix, accessMatrix, AccessSpace, matrixJson, matrixMarkdown, matrixPage } from '../../access';
import { Mesh } from '../../authz';
import { Stop, stopping } from '../exit-status';
import { addFactOptions, addMeshOptions, MANIFESTS, MeshCommandOptions, meshOptionsOf } from '../manifests/mesh-options';
import { readManifests } from '../manifests/read-manifests';
import { Run } from '../run';
import { Terminal } from '../terminal';

const EXAMPLES = `
Examples:
  matrix dist/
  matrix dist/ --format html > access.html
  kubectl get gw,vs,authorizationpolicy,requestauthentication,peerauthentication,svc,deploy -A -o yaml | matrix - --complete`;

/** So many endpoints are looked at between two notes. */
const STEP = 50;

/** Adds `matrix`. */
export function addMatrix(program: Command, run: Run): void {
  const command = program.command('matrix')
    .description('say who gets in where: every kind of caller at every host, path, method and port that the manifests tell apart')
    .argument('<manifests...>', MANIFESTS)
    .addHelpText('after', EXAMPLES);
  addMeshOptions(addFactOptions(command), ['text', 'markdown', 'json', 'html']).action((arguments_: string[], options: MeshCommandOptions) => matrix(arguments_, options, run));
}

function matrix(arguments_: readonly string[], options: MeshCommandOptions, { terminal }: Run): void {
  const { documents } = readManifests(arguments_, terminal);
  const mesh = stopping(Stop.unreadable, () => Mesh.fromManifests(documents, meshOptionsOf(options)));
  const space = AccessSpace.of(mesh);
  const made = accessMatrix(space, { progress: (done, total) => note(terminal, done, total) });
  if (made.sections.length === 0) throw Stop.unreadable('the manifests have neither a Gateway, nor a route, nor a Service: there is nobody who could get in anywhere');
  terminal.write(rendered(made, space, options.format, terminal));
}

function note(terminal: Terminal, done: number, total: number): void {
  if (total > STEP && done % STEP === 0) terminal.progress(`${done} of ${total} endpoints`);
}

function rendered(made: AccessMatrix, space: AccessSpace, format: string, terminal: Terminal): string {
  switch (format) {
    case 'markdown': return matrixMarkdown(made);
    case 'json': return matrixJson(made);
    case 'html': return matrixPage(made, space);
    default: return matrixText(made, terminal.colour);
  }
}
