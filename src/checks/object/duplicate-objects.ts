import { describeObject, KubeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

/** MTLS101: two objects of one name: whichever is applied last replaces the other, silently. */
export const duplicateObjects: Check = {
  id: 'MTLS101',
  title: 'two objects of one name',
  severity: Severity.ERROR,
  effect: Effect.IGNORED,
  find: ({ objects }) => {
    const first = new Map<string, KubeObject>();
    return objects.flatMap((object) => {
      const other = first.get(object.key);
      if (other === undefined) {
        first.set(object.key, object);
        return [];
      }
      return [{
        object,
        path: ['metadata', 'name'],
        message: `${describeObject(object)} is there twice`,
        effect: 'the one applied last replaces the other',
        cure: 'delete one of them, or give it another `metadata.name`',
        related: [other],
      }];
    });
  },
};
