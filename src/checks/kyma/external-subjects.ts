import { parse } from 'yaml';
import { describeObject, KubeObject } from '../../mesh/kube-object';
import { at, entries, field, list, text, texts, Value } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';

/**
 * MTLS095: a subject that an ExternalGateway admits is written so that no certificate has it.
 *
 * The operator splits it at `, ` and compares the parts in reverse with what Envoy prints: parts without the blank, and a comma inside a value, never match (api-gateway 3.10, seen).
 */
export const externalSubjects: Check = {
  id: 'MTLS095',
  title: 'a subject of an ExternalGateway that no certificate matches',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => {
    const configMaps = new Map(context.of('ConfigMap', '').map((object) => [`${object.namespace}/${object.name}`, object]));
    const named = new Set(context.of('ExternalGateway', 'gateway.kyma-project.io').map(({ namespace, spec }) => `${namespace}/${text(field(spec, 'regionsConfigMap')) ?? ''}`));
    return [...named].flatMap((name) => configMaps.get(name) ?? []).flatMap(findingsOf);
  },
};

function findingsOf(object: KubeObject): Finding[] {
  return entries(field(object.body, 'data')).flatMap(([key, value]) => subjectsOf(value).filter((subject) => /,(?! )|\\,/.test(subject)).map((subject) => ({
    object,
    path: ['data', key],
    message: `subject \`${subject}\` of ${describeObject(object)} has a comma without a blank behind it`,
    effect: 'it equals no certificate, and its client gets 403',
    cure: 'write the parts with `, ` between them, as in `C=DE, O=Example, CN=client`; a value with a comma in it cannot be admitted',
  })));
}

function subjectsOf(value: Value): string[] {
  try {
    return list(at(parse(text(value) ?? ''), 'regions')).flatMap((region) => texts(field(region, 'subjects')));
  } catch {
    return [];
  }
}
