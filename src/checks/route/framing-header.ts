import { headerEdits } from './header-edits';
import type { EffectiveChanges } from './written-routes';
import { describeObject } from '../../mesh/kube-object';
import { rememberedOf } from '../../mesh/remembered';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';
import { pointer } from '../pointer';

const FRAMING = /^(?:content-length|transfer-encoding)$/i;

/** MTLS074: a route writes a header that frames the body. */
export const framingHeader: Check = {
  id: 'MTLS074',
  title: 'a route that writes `content-length` or `transfer-encoding`',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => headerEdits(context).flatMap(({ object, changes, fieldOf }) => framing(changes)
    .map(({ kind, name }): Finding => ({
      object,
      path: fieldOf(kind, name),
      message: `${describeObject(object)} writes \`${name}\`, by which the workload tells where a request ends`,
      effect: 'requests hang or fail: the workload waits for a body of another length than the one that comes',
      cure: 'leave the header to Envoy',
      patch: [{ op: 'remove', path: pointer(fieldOf(kind, name)) }],
    }))),
};

const framing = rememberedOf((changes: EffectiveChanges) => (['set', 'add'] as const)
  .flatMap((kind) => changes[kind].filter(([name]) => FRAMING.test(name)).map(([name]) => ({ kind, name }))));
