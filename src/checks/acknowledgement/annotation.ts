import { Acknowledgement, isAbout, problemOf } from './acknowledgement';
import { describeObject, KubeObject } from '../../mesh/kube-object';
import { at, entries, field } from '../../mesh/value';

/** How the annotations begin that acknowledge findings on their object: `acknowledge.cdk8s-istio-security/MTLS030: <reason>`. */
export const ACKNOWLEDGE = 'acknowledge.cdk8s-istio-security/';

const NONE: readonly never[] = [];

/** The annotations of an object that acknowledge, well-formed or not, by check id. */
export function acknowledging(object: KubeObject): readonly { readonly key: string; readonly id: string; readonly reason: unknown }[] {
  const annotations = at(object.body, 'metadata', 'annotations');
  if (annotations === undefined) return NONE;
  return entries(annotations).filter(([key]) => key.startsWith(ACKNOWLEDGE))
    .map(([key]) => ({ key, id: key.slice(ACKNOWLEDGE.length), reason: field(annotations, key) }));
}

/** What the annotations of the objects acknowledge. Those without reason or of an unknown check do not count. */
export function annotatedAcknowledgements(objects: readonly KubeObject[], known: readonly string[]): Acknowledgement[] {
  return objects.flatMap((object) => acknowledging(object)
    .filter(({ id, reason }) => problemOf(id, reason, known) === undefined)
    .map(({ id, reason }) => ({
      id,
      reason: String(reason).trim(),
      origin: `annotation of ${describeObject(object)}`,
      about: object.index,
      covers: (report) => isAbout(report, object),
    })));
}
