import { describeRule, keysWithValues, valuesWith } from './written-policies';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { headerOfKey, identityHeaders } from '../route/written-routes';

/** MTLS018: a value whose `*` stands in the middle of a name, so that it also lets in longer names that begin or end like it. */
export const wideWildcard: Check = {
  id: 'MTLS018',
  title: 'a wildcard in the middle of a name',
  severity: Severity.WARNING,
  effect: Effect.OPEN,
  find: (context) => valuesWith(context, keysWithValues(context), (value, key) => widened(key, value, context) !== undefined)
    .filter(({ policy, negated }) => policy.action === 'ALLOW' && !negated)
    .map(({ policy, key, value, rule, path }): Finding => ({
      object: policy.object,
      path,
      message: `\`${value}\` in ${describeRule(rule, policy)} has its \`*\` in the middle of a name`,
      effect: `others get in as well, such as \`${widened(key, value, context)}\``,
      cure: 'name each one that is meant, or put the `*` where a part of the name ends',
    })),
};

/** Somebody else who gets in; undefined where the `*` stands at the border of a part. */
function widened(key: string, value: string, context: CheckContext): string | undefined {
  if (value.startsWith('*') === value.endsWith('*')) return undefined;
  const borders = bordersOf(key, context);
  if (borders === undefined) return undefined;
  const ofPrefix = value.endsWith('*');
  const rest = ofPrefix ? value.slice(0, -1) : value.slice(1);
  if (ofPrefix) return borders.after.includes(rest[rest.length - 1]) ? undefined : `${rest}-other`;
  return borders.before.includes(rest[0]) ? undefined : `other-${rest}`;
}

function bordersOf(key: string, context: CheckContext): { readonly after: string; readonly before: string } | undefined {
  if (key === 'principals' || key === 'source.principal') return { after: '/', before: '/.' };
  if (key === 'hosts') return { after: ':', before: '.' };
  return identityHeaders(context).has(headerOfKey(key) ?? '') ? { after: ',=/', before: ',' } : undefined;
}
