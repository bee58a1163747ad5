import { Command, Option } from 'commander';
import type { MeshOptions } from '../../authz';
import { behaviourOf } from '../../mesh/version';
import { Stop, stopping } from '../exit-status';
import { momentOf } from '../options';

/** What the arguments `[manifest...]` of a command are. */
export const MANIFESTS = 'YAML or JSON files, directories of them, or `-` for standard input';

/** How manifests are to be read, as options of a command. */
export interface MeshCommandOptions {
  readonly istioVersion?: string;
  readonly trustDomain?: string;
  readonly rootNamespace?: string;
  readonly complete?: boolean;
  readonly at?: Date;
  readonly format: string;
}

/** Adds the options that all commands over manifests share. The first format is the default. */
export function addMeshOptions(command: Command, formats: readonly string[] = ['text', 'json']): Command {
  return command
    .option('--istio-version <version>', 'version of Istio, 1.27 to 1.32, with or without patch number (default: 1.32)', versionOf)
    .option('--trust-domain <domain>', 'trust domain of the mesh (default: that of the ConfigMap `istio`, else cluster.local)')
    .option('--root-namespace <namespace>', 'namespace whose policies apply everywhere (default: that of the ConfigMap `istio`, else istio-system)')
    .option('--complete', 'the manifests are all there is: what is not among them does not exist')
    .option('--at <date>', 'judge certificates and tokens as on this day or at this time', momentOf)
    .addOption(new Option('--format <format>', 'form of the answer').choices(formats).default(formats[0]));
}

/** What the evaluator takes of these options. */
export function meshOptionsOf({ istioVersion, trustDomain, rootNamespace, complete }: MeshCommandOptions): MeshOptions {
  return { istioVersion, trustDomain, rootNamespace, complete };
}

function versionOf(text: string): string {
  stopping(Stop.wrongUse, () => behaviourOf(text));
  return text;
}
