import { gatewayChanges, isOfCertificate } from './written-routes';
import { describeObject } from '../../mesh/kube-object';
import type { HeaderChanges } from '../../mesh/virtual-service';
import type { Check } from '../check';
import { Effect, FieldPath, Finding, PatchOperation, Severity } from '../finding';
import { pointer } from '../pointer';

/** MTLS051: a route adds an identity header, so that the client's own stays beside it. */
export const addedHeader: Check = {
  id: 'MTLS051',
  title: 'an identity header that is added instead of set',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => gatewayChanges(context).flatMap(({ virtualService: { object }, changes, path, removed }) => {
    return changes.add.filter(([name, value]) => isOfCertificate(value) && !removed.has(name.toLowerCase())).map(([name, value]): Finding => ({
      object,
      path: [...path, 'add', name],
      message: `${describeObject(object)} adds \`${name}\` from the client's certificate to what the client sent`,
      effect: 'the workload gets both lines, and one that the client made up satisfies an ALLOW policy',
      cure: 'write it under `set`, and list it in `remove`',
      patch: patchOf(path, changes, name, value),
    }));
  }),
};

function patchOf(path: FieldPath, { add, set, remove }: HeaderChanges, name: string, value: string): PatchOperation[] {
  const without = add.length === 1 ? [...path, 'add'] : [...path, 'add', name];
  return [
    { op: 'remove', path: pointer(without) },
    set.length === 0 ? { op: 'add', path: pointer([...path, 'set']), value: { [name]: value } } : { op: 'add', path: pointer([...path, 'set', name]), value },
    { op: 'add', path: pointer([...path, 'remove']), value: [...remove, name] },
  ];
}
