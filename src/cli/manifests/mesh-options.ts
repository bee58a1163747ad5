import { Command, Option } from 'commander';
import type { MeshOptions, WorkloadFacts } from '../../authz';
import { behaviourOf } from '../../mesh/version';
import { Stop, stopping } from '../exit-status';
import { collect, momentOf } from '../options';
import { readText } from '../read-file';

/** What the arguments `[manifest...]` of a command are. */
export const MANIFESTS = 'YAML or JSON files, directories of them, or `-` for standard input';

/** How manifests are to be read, as options of a command. */
export interface MeshCommandOptions {
  readonly istioVersion?: string;
  readonly trustDomain?: string;
  readonly rootNamespace?: string;
  readonly complete?: boolean;
  readonly at?: Date;
  readonly keys?: string[];
  readonly secret?: string[];
  readonly harmless?: string[];
  readonly createdTogether?: boolean;
  readonly workload?: WorkloadFacts[];
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

/** Adds what the evaluator can be told beside the manifests. */
export function addFactOptions(command: Command): Command {
  return command
    .option('--workload <facts>', 'pods that are not among the manifests: `namespace/service:port[:target port]=label=value,…`; may be repeated', collectWorkload)
    .option('--keys <uri=file>', 'key set (JWKS) behind a `jwksUri`; may be repeated', collect)
    .option('--secret <name>', 'Secret that exists although it is not among the manifests, `namespace/name`; may be repeated', collect)
    .option('--harmless <name>', 'EnvoyFilter or WasmPlugin that changes nothing about who gets in, `namespace/name`; may be repeated', collect)
    .option('--created-together', 'objects without creation time were created in one second, so that names decide their order');
}

/** What the evaluator takes of these options. */
export function meshOptionsOf(options: MeshCommandOptions): MeshOptions {
  const { istioVersion, trustDomain, rootNamespace, complete, harmless, createdTogether } = options;
  const facts = { keySets: keySetsOf(options.keys ?? []), secrets: options.secret, harmless, createdTogether, workloads: options.workload };
  return { istioVersion, trustDomain, rootNamespace, complete, ...facts };
}

/** Reads `namespace/service:port[:target port]=label=value,…`. */
export function workloadOf(text: string): WorkloadFacts {
  const [, namespace, service, port, targetPort, written] = /^([^/:=]+)\/([^/:=]+):(\d{1,5})(?::(\d{1,5}))?=(.+)$/s.exec(text) ?? [];
  const labels = (written ?? '').split(',').map((label) => /^([^=]+)=(.*)$/s.exec(label));
  if (namespace === undefined || labels.includes(null)) {
    const form = '`namespace/service:port=label=value,…`, e.g. `default/httpbin:8000=app=httpbin`';
    throw Stop.wrongUse(`invalid workload \`${text}\`: expected ${form}`);
  }
  return {
    namespace,
    service,
    labels: Object.fromEntries(labels.map((label) => [label![1], label![2]])),
    ports: [{ port: Number(port), targetPort: targetPort === undefined ? undefined : Number(targetPort) }],
  };
}

function collectWorkload(text: string, previous: WorkloadFacts[] = []): WorkloadFacts[] {
  return [...previous, workloadOf(text)];
}

function keySetsOf(assignments: readonly string[]): { [uri: string]: string } {
  return Object.fromEntries(assignments.map((assignment) => {
    // A URI may have `=` in its query, a file name rarely.
    const equals = assignment.lastIndexOf('=');
    const [uri, file] = [assignment.slice(0, Math.max(equals, 0)), assignment.slice(equals + 1)];
    if (uri === '' || file === '') throw Stop.wrongUse(`invalid key set \`${assignment}\`: expected \`<jwksUri>=<file>\``);
    return [uri, readText(file, 'key set')];
  }));
}

function versionOf(text: string): string {
  stopping(Stop.wrongUse, () => behaviourOf(text));
  return text;
}
