import { cureOfRefusal } from './refusal-cure';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, FieldPath, Severity } from '../finding';

/**
 * MTLS100: an object of Istio that the API server or Istio's webhook does not take.
 *
 * The rules are those of the CustomResourceDefinitions and of istio `pkg/config/validation`.
 */
export const refusedObject: Check = {
  id: 'MTLS100',
  title: 'an object that is refused',
  severity: Severity.ERROR,
  effect: Effect.REFUSED,
  find: ({ view }) => view.refused.filter(({ object }) => object.group.endsWith('.istio.io') && object.index >= 0 && object.origin === undefined).map(({ object, reason }) => ({
    object,
    path: fieldOf(reason),
    message: `${describeObject(object)} is refused: ${reason}`,
    effect: 'it never takes effect: what it should guard stays open, what it should serve stays shut, and the version that is stored already stays in force',
    ...cureOfRefusal(object, reason, fieldOf(reason)),
  })),
};

/** The field that a reason names first. */
function fieldOf(reason: string): FieldPath {
  const named = /`((?:spec|metadata)(?:\.[^`.[\]]+|\[\d+\])*)`/.exec(reason)?.[1] ?? 'spec';
  return named.match(/[^.[\]]+/g)!.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
