import { describeRule, neverMatches, valuesWith } from './written-policies';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';
import { pointer } from '../pointer';

/** MTLS022: a principal is written with `spiffe://`, which Istio puts in front itself. */
export const spiffePrefix: Check = {
  id: 'MTLS022',
  title: 'a principal with `spiffe://` in front',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => valuesWith(context, ['principals', 'source.principal'], (value) => value.startsWith('spiffe://'))
    .map(({ policy, value, negated, rule, path }) => ({
      object: policy.object,
      path,
      message: `principal \`${value}\` in ${describeRule(rule, policy)} begins with \`spiffe://\`, which Istio puts in front itself`,
      effect: neverMatches(policy.action, negated),
      cure: `write \`${value.slice('spiffe://'.length)}\``,
      patch: [{ op: 'replace', path: pointer(path), value: value.slice('spiffe://'.length) }],
    })),
};
