import { headerEdits } from './header-edits';
import type { EffectiveChanges } from './written-routes';
import { formatProblem } from '../../mesh/header-format';
import { describeObject } from '../../mesh/kube-object';
import { rememberedOf } from '../../mesh/remembered';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';

/** MTLS054: a header value with an operator that Envoy does not know: it rejects the whole route table. */
export const headerOperator: Check = {
  id: 'MTLS054',
  title: 'a header value that Envoy does not take',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => headerEdits(context)
    .flatMap(({ object, changes, fieldOf }) => refused(changes).map(({ kind, name, value, problem }): Finding => ({
      object,
      path: fieldOf(kind, name),
      message: `header \`${name}\` of ${describeObject(object)} has value \`${value}\`: ${problem}`,
      effect: 'Envoy rejects all routes of every host on the port: a new proxy answers 404 for them, a running one keeps the old routes',
      cure: 'use an operator of Envoy\'s access log, such as `%DOWNSTREAM_PEER_SUBJECT%`, or write `%%` for a percent sign',
    }))),
};

const refused = rememberedOf((changes: EffectiveChanges) => (['set', 'add'] as const).flatMap((kind) => changes[kind].flatMap(([name, value]) => {
  const problem = /^(?::|host$)/i.test(name) ? undefined : formatProblem(value);
  return problem === undefined ? [] : [{ kind, name, value, problem }];
})));
