import { ACKNOWLEDGEMENT_CHECK, problemOf } from './acknowledgement';
import { ACKNOWLEDGE, acknowledging } from './annotation';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

/**
 * MTLS103: an annotation that acknowledges without reason, or a check that does not exist.
 *
 * @param known the ids of all other checks
 */
export function acknowledgementForm(known: readonly string[]): Check {
  return {
    id: ACKNOWLEDGEMENT_CHECK,
    title: 'an acknowledgement without reason, or of no check',
    severity: Severity.ERROR,
    effect: Effect.IGNORED,
    find: ({ objects }) => objects.flatMap((object) => acknowledging(object).flatMap(({ key, id, reason }) => {
      const problem = problemOf(id, reason, known);
      return problem === undefined ? [] : [{
        object,
        path: ['metadata', 'annotations', key],
        message: `${problem}: annotation \`${key}\` of ${describeObject(object)}`,
        effect: 'nothing is acknowledged by it',
        cure: `write \`${ACKNOWLEDGE}<id>: <why the finding may stand>\`, or remove it`,
      }];
    })),
  };
}
