import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { apiRuleObjects } from './api-rules';

/** MTLS098: an APIRule whose name is no label value: longer than 63 characters. Kyma stores it and cannot process it (api-gateway 3.10, seen). */
export const longName: Check = {
  id: 'MTLS098',
  title: 'an APIRule whose name is too long',
  severity: Severity.ERROR,
  effect: Effect.REFUSED,
  find: (context) => apiRuleObjects(context).filter(({ name }) => name.length > 63).map((object) => ({
    object,
    path: ['metadata', 'name'],
    message: `${describeObject(object)} has a name of ${object.name.length} characters`,
    effect: 'Kyma makes a label of it, fails, and exposes nothing',
    cure: 'use at most 63 characters',
  })),
};
