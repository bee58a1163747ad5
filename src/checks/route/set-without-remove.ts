import { gatewayEdits } from './header-edits';
import { EffectiveChanges, isOfCertificate } from './written-routes';
import { describeObject } from '../../mesh/kube-object';
import { rememberedOf } from '../../mesh/remembered';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';
import { pointer } from '../pointer';

/** MTLS014: a route sets a header from the client's certificate and does not remove it first: where the certificate says nothing, what the client sent stays. */
export const setWithoutRemove: Check = {
  id: 'MTLS014',
  title: 'an identity header that is set and not removed first',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => gatewayEdits(context).flatMap(({ object, changes, path, fieldOf }): Finding[] => {
    const names = kept(changes);
    if (names.length === 0) return [];
    return [{
      object,
      path: fieldOf('set', names[0]),
      message: `${describeObject(object)} sets ${names.map((name) => `\`${name}\``).join(', ')} from the client's certificate and does not remove it first`,
      effect: 'Envoy skips a header whose value is empty, so a client whose certificate lacks that name, or that has none, is heard under the name that it sent itself',
      cure: 'list the header in `remove` too, which comes first',
      patch: [{ op: 'add', path: pointer([...path, 'remove']), value: [...changes.remove, ...names] }],
    }];
  }),
};

/** The identity headers that are set over what the client sent, which stays where there is nothing to set. */
const kept = rememberedOf(({ set, removed }: EffectiveChanges) => set
  .filter(([name, value]) => isOfCertificate(value) && !removed.has(name.toLowerCase())).map(([name]) => name));
