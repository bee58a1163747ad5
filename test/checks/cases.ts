import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

/** The folder of the cases: suites of the conformance rig, one for each check. */
export const CASES = join(__dirname, '..', '..', 'conformance', 'checks');

/** One step of a case: manifests, broken or repaired, and whether the rig sends requests to them. */
export interface CaseStep {
  readonly name: string;
  readonly kind: 'broken' | 'repaired';
  readonly documents: readonly unknown[];
  readonly shown: boolean;
}

/** The case of one check. */
export interface CheckCase {
  readonly id: string;
  readonly about: string;
  readonly steps: readonly CaseStep[];
}

/**
 * Reads a case: `conformance/checks/MTLS012.yaml` is a suite of the rig whose steps are named `broken…` and `repaired…`, each with all manifests that it is about in `manifest`.
 * The Secrets of the suite and of the step are among the manifests, with their keys.
 */
export function readCases(): CheckCase[] {
  return readdirSync(CASES).filter((file) => /^MTLS\d{3}\.yaml$/.test(file)).sort().map((file) => {
    const suite = parse(readFileSync(join(CASES, file), 'utf8'), { merge: true });
    return {
      id: file.slice(0, -'.yaml'.length),
      about: suite.about ?? '',
      steps: suite.steps.filter(({ name }: { name: string }) => /^(broken|repaired)\b/.test(name)).map((step: any): CaseStep => ({
        name: step.name,
        kind: step.name.startsWith('broken') ? 'broken' : 'repaired',
        documents: [
          ...secrets(suite.secrets, step.secrets),
          ...parseAllDocuments(step.manifest ?? '', { merge: true }).map((document) => document.toJS()).filter((document) => document !== null),
        ],
        shown: (step.requests ?? []).length > 0 || step.refused !== undefined || step.rejected !== undefined,
      })),
    };
  });
}

function secrets(...lists: any[][]): unknown[] {
  const all = new Map(lists.flatMap((list) => list ?? []).map((secret) => [`${secret.namespace}/${secret.name}`, secret]));
  return [...all.values()].map(({ namespace, name, type, data }) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type, stringData: data }));
}
