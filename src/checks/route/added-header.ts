import { gatewayChanges, isOfCertificate } from './written-routes';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';

/** MTLS051: a route adds an identity header, so that the client's own stays beside it. */
export const addedHeader: Check = {
  id: 'MTLS051',
  title: 'an identity header that is added instead of set',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => gatewayChanges(context).flatMap(({ virtualService: { object }, changes, path, removed }) => {
    return changes.add.filter(([name, value]) => isOfCertificate(value) && !removed.has(name.toLowerCase())).map(([name]): Finding => ({
      object,
      path: [...path, 'add', name],
      message: `${describeObject(object)} adds \`${name}\` from the client's certificate to what the client sent`,
      effect: 'the workload gets both lines, and one that the client made up satisfies an ALLOW policy',
      cure: 'write it under `set`, and list it in `remove`',
    }));
  }),
};
