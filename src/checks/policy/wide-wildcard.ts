import { describeRule, enforcedPolicies, PolicyValue, valuesOf, WrittenPolicy } from './written-policies';
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
  find: (context) => enforcedPolicies(context).filter(({ action }) => action === 'ALLOW').flatMap((policy) => wildcards(policy).flatMap((value): Finding[] => {
    const other = value.negated ? undefined : widened(value, context);
    return other === undefined ? [] : [{
      object: policy.object,
      path: value.path,
      message: `\`${value.value}\` in ${describeRule(value.rule, policy)} has its \`*\` in the middle of a name`,
      effect: `others get in as well, such as \`${other}\``,
      cure: 'name each one that is meant, or put the `*` where a part of the name ends',
    }];
  })),
};

function wildcards(policy: WrittenPolicy): PolicyValue[] {
  return valuesOf(policy, ...policy.values.keys()).filter(({ value }) => value.startsWith('*') !== value.endsWith('*'));
}

/** Somebody else who gets in; undefined where the `*` stands at the border of a part. */
function widened({ key, value }: PolicyValue, context: CheckContext): string | undefined {
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
