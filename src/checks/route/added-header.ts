import { gatewayEdits, HeaderEdit } from './header-edits';
import { EffectiveChanges, isOfCertificate } from './written-routes';
import { describeObject } from '../../mesh/kube-object';
import { rememberedOf } from '../../mesh/remembered';
import type { Check } from '../check';
import { Effect, Finding, PatchOperation, Severity } from '../finding';
import { pointer } from '../pointer';

/** MTLS051: a route adds an identity header, so that the client's own stays beside it. */
export const addedHeader: Check = {
  id: 'MTLS051',
  title: 'an identity header that is added instead of set',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => gatewayEdits(context).flatMap((edit) => {
    const { object, changes, fieldOf } = edit;
    return kept(changes).map(([name, value]): Finding => ({
      object,
      path: fieldOf('add', name),
      message: `${describeObject(object)} adds \`${name}\` from the client's certificate to what the client sent`,
      effect: 'the workload gets both lines, and one that the client made up satisfies an ALLOW policy',
      cure: 'write it under `set`, and list it in `remove`',
      patch: patchOf(edit, name, value),
    }));
  }),
};

/** The identity headers that are added to what the client sent. */
const kept = rememberedOf(({ add, removed }: EffectiveChanges) => add
  .filter(([name, value]) => isOfCertificate(value) && !removed.has(name.toLowerCase())));

function patchOf({ path, changes: { add, set, remove }, fieldOf, listed }: HeaderEdit, name: string, value: string): PatchOperation[] {
  const [place, entry, entries] = listed ? ['-', { name, value }, [{ name, value }]] : [name, value, { [name]: value }];
  return [
    { op: 'remove', path: pointer(add.length === 1 ? [...path, 'add'] : fieldOf('add', name)) },
    set.length === 0 ? { op: 'add', path: pointer([...path, 'set']), value: entries } : { op: 'add', path: pointer([...path, 'set', place]), value: entry },
    { op: 'add', path: pointer([...path, 'remove']), value: [...remove, name] },
  ];
}
