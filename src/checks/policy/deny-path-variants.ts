import { describeRule, enforcedPolicies, PolicyValue, valuesOf, WrittenPolicy } from './written-policies';
import { isTemplate, templateTest } from '../../authz/path-template';
import { anyTextTest } from '../../authz/string-match';
import { PathNormalization } from '../../mesh/path-normalization';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';

/** MTLS024: a denied path without the spellings under which many applications serve the same thing. */
export const denyPathVariants: Check = {
  id: 'MTLS024',
  title: 'a denied path without its other spellings',
  severity: Severity.WARNING,
  effect: Effect.OPEN,
  find: (context) => {
    const { pathNormalization } = context.view.settings;
    const merges = pathNormalization === PathNormalization.MERGE_SLASHES || pathNormalization === PathNormalization.DECODE_AND_MERGE_SLASHES;
    return enforcedPolicies(context).filter(({ action }) => action === 'DENY')
      .flatMap((policy) => policy.rules.flatMap((_rule, index) => findingsOf(policy, index, merges)));
  },
};

function findingsOf(policy: WrittenPolicy, rule: number, merges: boolean): Finding[] {
  const values = valuesOf(policy, 'paths').filter(({ negated, rule: number }) => !negated && number === rule);
  const tests = [
    anyTextTest(values.map(({ value }) => value).filter((value) => !isTemplate(value))),
    ...values.filter(({ value }) => isTemplate(value)).map(({ value }) => templateTest(value)),
  ];
  return values.flatMap(({ value, path }: PolicyValue): Finding[] => {
    const open = spellings(value).filter((candidate) => !(merges && candidate.startsWith('//')) && !tests.some((test) => test(candidate)));
    return open.length === 0 ? [] : [{
      object: policy.object,
      path,
      message: `denied path \`${value}\` in ${describeRule(rule, policy)} does not stand for ${open.map((candidate) => `\`${candidate}\``).join(', ')}`,
      effect: 'many applications serve the same thing there, and the request is not denied',
      cure: 'write an ALLOW policy with the paths that are meant to be reached, or list the other spellings too; letter case, inner `//` and `%2F` stay open',
    }];
  });
}

/** Other paths that a router of an application commonly takes for the same; those of `//p` are not asked for again. */
function spellings(value: string): string[] {
  if (isTemplate(value) && !/^[^{]*\/\{\*\*\}$/.test(value)) return [];
  const known = isTemplate(value) ? value.slice(0, value.indexOf('{')) : value;
  if (!known.startsWith('/') || known.startsWith('//')) return [];
  const base = known.replace(/\/?\*?$/, '');
  if (base === '') return [];
  if (known.endsWith('*') && !known.endsWith('/*')) return [`/${base}`];
  const below = known !== value || known.endsWith('*');
  return below ? [base, `/${base}/x`] : [`${base}/`, `${base};x`, `/${base}`].concat(known.endsWith('/') ? base : []);
}
