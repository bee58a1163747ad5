import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { migrationText } from './migration-text';
import { Fate, migrateApiRules, Migration, MigrationOptions } from '../../migration';
import { ExitStatus, Stop, stopping } from '../exit-status';
import { addMeshOptions, MANIFESTS, MeshCommandOptions } from '../manifests/mesh-options';
import { readManifests } from '../manifests/read-manifests';
import { reasonOf } from '../read-file';
import { Run } from '../run';

interface MigrateOptions extends MeshCommandOptions, MigrationOptions {
  readonly out?: string;
}

/** Adds `migrate-apirule`. */
export function addMigrate(program: Command, { terminal, end }: Run): void {
  const command = program.command('migrate-apirule')
    .description('write Kyma APIRules of version v1beta1 as v2, and say field by field what is kept, changed and lost, and what callers will notice')
    .argument('<manifest...>', `${MANIFESTS}, with the Gateways and Services of the APIRules where you have them`);
  addMeshOptions(command)
    .option('-o, --out <file>', 'file for the APIRules of v2; `-` writes them to standard output and the report to standard error')
    .option('--issuer <url>', 'issuer of tokens whose rules name only the address of the keys')
    .option('--authorizer <name>', 'external authorizer that takes the place of Oathkeeper')
    .option('--keep-cors', 'write the default CORS policy of v1beta1 down')
    .option('--allow-internal', 'add policies that let callers of the mesh in, which v2 locks out')
    .option('--accept-wider', 'accept paths that take more than the regular expressions did')
    .action((files: string[], options: MigrateOptions) => {
      const { documents } = readManifests(files, terminal);
      const migration = stopping(Stop.wrongUse, () => migrateApiRules(documents, options, options.istioVersion));
      if (migration === undefined) throw Stop.wrongUse('there is no APIRule of version v1beta1 among the manifests');
      const report = options.format === 'json' ? `${JSON.stringify(answerOf(migration), undefined, 2)}\n` : migrationText(migration, terminal.colour);
      const yaml = migration.objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n');
      if (options.out === '-') {
        terminal.note(report);
        terminal.write(yaml);
      } else {
        if (options.out !== undefined) writeNew(options.out, yaml);
        terminal.write(report);
        if (options.out === undefined && options.format !== 'json' && yaml !== '') terminal.write('\nNothing is written: `--out v2.yaml` writes the APIRules of v2, to put in the place of these.\n');
      }
      const gains = migration.comparison.changes.some(({ change }) => change === 'gains');
      end(migration.losses || gains ? ExitStatus.FINDINGS : ExitStatus.FINE);
    });
}

// What is there may have been edited since: it is never replaced.
function writeNew(path: string, content: string): void {
  try {
    writeFileSync(path, content, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw Stop.wrongUse(`file \`${path}\` is there already: give another one with --out`);
    throw Stop.notWritten(`cannot write \`${path}\`: ${reasonOf(error)}`);
  }
}

function answerOf({ conversions, objects, comparison, notCompared }: Migration) {
  return {
    apiRules: conversions.map(({ object: { namespace, name }, fields, converted }) => ({
      namespace,
      name,
      converted: converted !== undefined,
      lost: fields.filter(({ fate }) => fate === Fate.LOST).length,
      fields,
    })),
    objects,
    callers: { asked: comparison.asked, complete: !comparison.cut, changes: comparison.changes, notCompared },
  };
}
