import { enforcedPolicies, describeRule } from './written-policies';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { headerChangesOf, headerOfKey } from '../route/written-routes';
import { oncePerContext } from '../written';

/** Headers that some route sets, so that no more than one line of them arrives. */
const setByRoutes = oncePerContext(({ view }) => new Set(view.virtualServices.flatMap(({ http }) => http).flatMap(headerChangesOf)
  .flatMap(({ set }) => set.map(([name]) => name.toLowerCase()))));

/** MTLS073: DENY unless a header has a good value: each line of a repeated header is tested on its own, so that one good line beside a bad one escapes. */
export const denyNotValues: Check = {
  id: 'MTLS073',
  title: 'a denial unless a header has some value',
  severity: Severity.WARNING,
  effect: Effect.OPEN,
  find: (context) => enforcedPolicies(context).filter(({ action }) => action === 'DENY').flatMap((policy) => policy.rules.flatMap(({ when }, rule) => when
    .flatMap(({ key, notValues }, index): Finding[] => (notValues.length === 0 || isSingle(key, context) ? [] : [{
      object: policy.object,
      path: ['spec', 'rules', rule, 'when', index, 'notValues'],
      message: `${describeRule(rule, policy)} denies requests unless \`${key}\` is ${notValues.map((value) => `\`${value}\``).join(' or ')}`,
      effect: 'a request that repeats the header, with that value in one line and any other in the next, is not denied',
      cure: 'let the route set or remove the header, so that no more than one line of it arrives',
    }])))),
};

function isSingle(key: string, context: CheckContext): boolean {
  const header = headerOfKey(key);
  return header === undefined || setByRoutes(context).has(header);
}
