import { describeRule, neverMatches, valuesWith } from './written-policies';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

/** MTLS069: `*.h:*`, which is the suffix `.h:*` with a literal star. */
export const hostPortWildcard: Check = {
  id: 'MTLS069',
  title: 'a host with a wildcard at both ends',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => valuesWith(context, ['hosts'], (value) => value.startsWith('*') && value.endsWith(':*'))
    .map(({ policy, value, negated, rule, path }) => ({
      object: policy.object,
      path,
      message: `host \`${value}\` in ${describeRule(rule, policy)} is the literal ending \`${value.slice(1)}\``,
      effect: neverMatches(policy.action, negated),
      cure: policy.action === 'DENY' ? 'name the hosts, each with `:*` too, or leave the hosts out' : `list the ports that clients use, as in \`${value.replace(/\*$/, '443')}\``,
    })),
};
