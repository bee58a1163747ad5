import { Command, Option } from 'commander';
import { readConfig } from './config';
import { fix } from './fix';
import { jsonReport } from './json-report';
import { counts, LintResult, placed } from './lint-result';
import { sarifReport } from './sarif-report';
import { textReport } from './text-report';
import { annotatedAcknowledgements, CATALOGUE, CHECK_IDS, CheckContext, judge, profileOf, runChecks } from '../../checks';
import { MeshProfile } from '../../model/mesh-profile';
import { ExitStatus, Stop, stopping } from '../exit-status';
import { addMeshOptions, MANIFESTS, MeshCommandOptions } from '../manifests/mesh-options';
import { Manifests, readManifests } from '../manifests/read-manifests';
import { Run } from '../run';
import { printable, Terminal } from '../terminal';

interface LintOptions extends MeshCommandOptions {
  readonly profile?: MeshProfile;
  readonly config?: string;
  readonly failOn: string;
  readonly fix?: boolean;
}

const REPORTS: Record<string, (terminal: Terminal, result: LintResult) => void> = { text: textReport, json: jsonReport, sarif: sarifReport };

/** Adds `lint`. */
export function addLint(program: Command, { terminal, end }: Run): void {
  const command = program.command('lint')
    .description('find what is open, down or without effect in manifests, before a cluster does')
    .argument('<manifest...>', MANIFESTS);
  addMeshOptions(command, ['text', 'json', 'sarif'])
    .addOption(new Option('--profile <mesh>', 'whose mesh it is (default: what the manifests tell by Kyma\'s or ASM\'s objects, else istio)').choices(Object.values(MeshProfile)))
    .option('--config <file>', 'configuration with acknowledgements (default: cdk8s-istio-security.yaml of the working directory, if it is there)')
    .addOption(new Option('--fail-on <severity>', 'the least that makes the exit status 1').choices(['error', 'warning']).default('error'))
    .option('--fix', 'write the patches that findings come with into the files')
    .action((files: string[], options: LintOptions) => {
      if (options.fix === true && files.includes('-')) throw Stop.wrongUse('--fix writes into files: standard input (`-`) is none');
      let manifests = readManifests(files, terminal);
      if (options.fix === true) {
        const written = fix(manifests, (documents) => lint({ ...manifests, documents }, options));
        written.forEach((file) => terminal.note(`written: ${printable(file)}\n`));
        if (written.length > 0) manifests = readManifests(files, terminal);
      }
      const result = lint(manifests, options);
      REPORTS[options.format](terminal, result);
      const { errors, warnings } = counts(result);
      end(errors > 0 || (options.failOn === 'warning' && warnings > 0) ? ExitStatus.FINDINGS : ExitStatus.FINE);
    });
}

function lint({ documents, origins, sources }: Manifests, options: LintOptions): LintResult {
  const config = readConfig(options.config);
  const istioVersion = options.istioVersion ?? config.istioVersion;
  const mesh = options.profile ?? config.profile ?? profileOf(documents);
  const { trustDomain, rootNamespace, complete = false } = options;
  const reading = { trustDomain, rootNamespace, complete, istioVersion };
  const context = stopping(Stop.unreadable, () => new CheckContext(documents, { istioVersion, mesh }, reading, options.at));
  const acknowledgements = [...annotatedAcknowledgements(context.objects, CHECK_IDS), ...config.acknowledgements];
  const judgement = judge(runChecks(context), acknowledgements);
  return {
    istioVersion,
    mesh,
    files: sources.length,
    objects: context.objects.length,
    checks: CATALOGUE.length,
    ...placed(context, judgement, origins),
    unused: judgement.unused,
  };
}
