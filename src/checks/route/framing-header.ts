import { headerEdits } from './header-edits';
import { describeObject } from '../../mesh/kube-object';
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
  find: (context) => headerEdits(context).flatMap(({ object, changes, fieldOf }) => (['set', 'add'] as const)
    .flatMap((kind) => changes[kind].filter(([name]) => FRAMING.test(name)).map(([name]): Finding => ({
      object,
      path: fieldOf(kind, name),
      message: `${describeObject(object)} writes \`${name}\`, by which the workload tells where a request ends`,
      effect: 'requests hang or fail: the workload waits for a body of another length than the one that comes',
      cure: 'leave the header to Envoy',
      patch: [{ op: 'remove', path: pointer(fieldOf(kind, name)) }],
    })))),
};
