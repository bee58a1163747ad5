import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { CheckContext } from '../../src/checks';
import { MeshProfile } from '../../src/model/mesh-profile';
import { fileOfResource } from '../../src/synth/output-files';
import { Authority, authority, revocationList } from '../x509/certificate-builder';

/** The folder of the cases: suites of the conformance rig, one for each check. */
export const CASES = join(__dirname, '..', '..', 'conformance', 'checks');

/** Fields of a step by which the rig sees an effect, besides requests. */
const EFFECTS = ['refused', 'rejected', 'crashes', 'warns']; // `notTaken` is none: the rig plays who says it

/** One step of a case: manifests, broken or repaired, and whether the rig sends requests to them. */
export interface CaseStep {
  readonly name: string;
  readonly kind: 'broken' | 'repaired';
  readonly documents: readonly unknown[];
  readonly shown: boolean;
  /** Ids of checks that rightly warn of the repaired manifests. */
  readonly warnings: readonly string[];
}

/** The settings under which a case is linted. */
export interface CaseSettings {
  readonly istioVersion?: string;
  /** Default: Kyma. */
  readonly profile?: MeshProfile;
  /** The moment for checks that depend on the clock. */
  readonly at?: string;
  /** The objects are written to one file each, as cdk8s's `YamlOutputType.FILE_PER_RESOURCE` does. */
  readonly filePerResource?: boolean;
}

/** The case of one check. */
export interface CheckCase {
  readonly id: string;
  readonly about: string;
  /** Why the rig cannot show the effect; undefined where it does. */
  readonly notShown?: string;
  /** The column of the rig that can show it; undefined for every one. */
  readonly column?: string;
  /** The rig plays Kyma's operator: what Istio makes of its objects is shown, not that it writes them. */
  readonly operatorPlayed: boolean;
  readonly settings: CaseSettings;
  readonly steps: readonly CaseStep[];
}

/**
 * Reads the cases: `conformance/checks/MTLS012.yaml` is a suite of the rig whose steps are named `broken…` and `repaired…`, each with all manifests that it is about in `manifest`.
 * The Secrets of the suite and of the step are among the manifests, with their keys.
 */
export function readCases(): CheckCase[] {
  return readdirSync(CASES).filter((file) => /^MTLS\d{3}\.yaml$/.test(file)).sort().map((file) => {
    const suite = parse(readFileSync(join(CASES, file), 'utf8'), { merge: true });
    const about: string = suite.about ?? '';
    const made = new Map(Object.keys(suite.authorities ?? {}).map((name) => [name, authority({ subject: `/CN=${name}` })]));
    const notShown = /^not shown: (.*)$/s.exec(about)?.[1].trim();
    const steps = suite.steps.filter(({ name }: { name: string }) => /^(broken|repaired)\b/.test(name)).map((step: any): CaseStep => ({
      name: step.name,
      kind: step.name.startsWith('broken') ? 'broken' : 'repaired',
      documents: [
        ...secrets(made, suite.secrets, step.secrets),
        ...documentsOf(step.manifest ?? ''),
      ],
      shown: notShown === undefined && ((step.requests ?? []).length > 0 || EFFECTS.some((effect) => step[effect] !== undefined)),
      warnings: step.warnings ?? [],
    }));
    return {
      id: file.slice(0, -'.yaml'.length),
      about,
      notShown,
      settings: suite.lint ?? {},
      column: suite.column,
      operatorPlayed: steps.some(({ documents }: CaseStep) => documents.some((document: any) => document?.apiVersion?.startsWith('gateway.kyma-project.io/'))),
      steps,
    };
  });
}

/** The documents of a YAML text. */
export function documentsOf(yaml: string): unknown[] {
  return parseAllDocuments(yaml, { merge: true }).map((document) => document.toJS()).filter((document) => document !== null);
}

/** What checks read of documents, under the settings of a case. */
export function contextOf(documents: readonly unknown[], settings: CaseSettings = {}): CheckContext {
  const { istioVersion, profile = MeshProfile.KYMA, at, filePerResource } = settings;
  const file = ({ kind, metadata }: any) => fileOfResource(kind, metadata.name);
  const moment = at === undefined ? undefined : new Date(at);
  return new CheckContext(documents, { istioVersion, mesh: profile }, {}, moment, (index) => (filePerResource ? file(documents[index]) : undefined));
}

function secrets(authorities: ReadonlyMap<string, Authority>, ...lists: any[][]): unknown[] {
  const all = new Map(lists.flatMap((list) => list ?? []).map((secret) => [`${secret.namespace}/${secret.name}`, secret]));
  return [...all.values()].map(({ namespace, name, type, data }) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type, stringData: contents(data, authorities) }));
}

/** What the rig makes of `certificate/ca+other` and `crl/ca+other`: PEM of CAs of those names. Everything else keeps its description. */
function contents(data: Record<string, string>, authorities: ReadonlyMap<string, Authority>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, description]) => {
    const [, kind, names = ''] = /^(certificate|crl)\/(.*)$/.exec(description) ?? [];
    const known = names.split('+').map((name) => authorities.get(name));
    if (!known.every((one) => one !== undefined)) return [key, description];
    return [key, known.map((one) => (kind === 'crl' ? revocationList(one!, [], '350301000000Z') : one!.pem)).join('')];
  }));
}
