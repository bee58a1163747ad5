import { Command, Option } from 'commander';
import { jsonDiff } from './json-diff';
import { markdownDiff } from './markdown-diff';
import { textDiff } from './text-diff';
import { AccessDiff, diffAccess } from '../../diff';
import { ExitStatus, Stop, stopping } from '../exit-status';
import { addMeshOptions, MeshCommandOptions, meshOptionsOf } from '../manifests/mesh-options';
import { readManifests } from '../manifests/read-manifests';
import { Progress } from '../progress';
import { Run } from '../run';

interface DiffCommandOptions extends MeshCommandOptions {
  readonly failOn: 'any' | 'gains' | 'never';
  readonly verbose?: boolean;
}

/** Adds `diff`. */
export function addDiff(program: Command, { terminal, end }: Run): void {
  const command = program.command('diff')
    .description('tell who gains and who loses access between two sets of manifests')
    .argument('<old>', 'manifests as they are: a file, a directory, or `-` for standard input')
    .argument('<new>', 'manifests as they will be');
  addMeshOptions(command, ['text', 'json', 'markdown'])
    .addOption(new Option('--fail-on <what>', 'what makes the exit status 1').choices(['any', 'gains', 'never']).default('any'))
    .option('--verbose', 'show the request behind each change, and both decisions')
    .action((old: string, young: string, options: DiffCommandOptions) => {
      if (old === '-' && young === '-') throw Stop.wrongUse('standard input (`-`) can be read once only');
      const [before, after] = [old, young].map((path) => readManifests([path], terminal).documents);
      const progress = new Progress(terminal, 'comparing');
      const diff = stopping(Stop.unreadable, () => progress.during((reach) => diffAccess(before, after, meshOptionsOf(options), reach)));
      if (options.format === 'json') jsonDiff(terminal, diff);
      else if (options.format === 'markdown') markdownDiff(terminal, diff);
      else textDiff(terminal, diff, options.verbose === true);
      end(fails(diff, options.failOn) ? ExitStatus.FINDINGS : ExitStatus.FINE);
    });
}

/** What is open on one side may be a gain. */
function fails({ changes }: AccessDiff, failOn: DiffCommandOptions['failOn']): boolean {
  return changes.some(({ kind }) => failOn === 'any' || (failOn === 'gains' && ['gains', 'moves', 'open'].includes(kind)));
}
