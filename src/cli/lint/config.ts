import { existsSync } from 'node:fs';
import { Acknowledgement, CHECK_IDS, problemOf } from '../../checks';
import { parseDocuments } from '../../mesh/documents';
import { misfit } from '../../mesh/schema';
import { at, field, list, text, Value } from '../../mesh/value';
import { behaviourOf } from '../../mesh/version';
import { MeshProfile, namedProfile } from '../../model/mesh-profile';
import { Stop, stopping } from '../exit-status';
import { readText } from '../read-file';

/** The file that `lint` reads where none is named, if it is in the working directory. */
export const DEFAULT_CONFIG = 'cdk8s-istio-security.yaml';

/** What a configuration file says. */
export interface LintConfig {
  /** The file, where there is one. */
  readonly file?: string;
  readonly istioVersion?: string;
  readonly profile?: MeshProfile;
  readonly acknowledgements: readonly Acknowledgement[];
}

const SHAPE = {
  fields: {
    istioVersion: 'text',
    profile: 'text',
    acknowledge: { list: { fields: { id: 'text', reason: 'text', kind: 'text', namespace: 'text', name: 'text' } } },
  },
} as const;

/** Reads the file that was named, or the default one; stops for what it cannot mean. */
export function readConfig(named: string | undefined): LintConfig {
  const file = named ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined);
  if (file === undefined) return { acknowledgements: [] };
  const what = `configuration \`${file}\``;
  const documents = stopping((message) => Stop.unreadable(`${what}: ${message}`), () => parseDocuments(readText(file, 'configuration')));
  const body = documents[0] ?? {};
  const problem = documents.length > 1 ? 'expected one document' : misfit(body, SHAPE, 'configuration');
  if (problem !== undefined) throw Stop.wrongUse(`${what}: ${problem}`);
  const istioVersion = text(field(body, 'istioVersion'));
  if (istioVersion !== undefined) stopping((message) => Stop.wrongUse(`${what}: ${message}`), () => behaviourOf(istioVersion));
  const profile = text(field(body, 'profile'));
  return {
    file,
    istioVersion,
    profile: profile === undefined ? undefined : stopping((message) => Stop.wrongUse(`${what}: ${message}`), () => namedProfile(profile)),
    acknowledgements: list(at(body, 'acknowledge')).map((entry, index) => acknowledgementOf(entry, `entry ${index + 1} of ${what}`)),
  };
}

function acknowledgementOf(entry: Value, origin: string): Acknowledgement {
  const [id, reason] = [text(field(entry, 'id')), text(field(entry, 'reason'))];
  const problem = problemOf(id, reason, CHECK_IDS);
  if (problem !== undefined) throw Stop.wrongUse(`${origin}: ${problem}`);
  const scope = (['kind', 'namespace', 'name'] as const).flatMap((key) => {
    const wanted = text(field(entry, key));
    return wanted === undefined ? [] : [{ key, wanted }];
  });
  if (scope.length === 0) throw Stop.wrongUse(`${origin}: the acknowledgement of \`${id}\` says not where: give \`kind\`, \`namespace\` or \`name\` of the objects`);
  return {
    id: id!,
    reason: reason!.trim(),
    origin,
    covers: ({ object }) => [object, object.origin ?? object].some((one) => scope.every(({ key, wanted }) => one[key] === wanted)),
  };
}
