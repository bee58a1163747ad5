import { describeRule, enforcedPolicies, PolicyValue, valuesOf, WrittenPolicy } from './written-policies';
import { anyTemplateTest, isTemplate } from '../../authz/path-template';
import { anyTextTest } from '../../authz/string-match';
import { grouped } from '../../mesh/groups';
import { PathNormalization } from '../../mesh/path-normalization';
import type { Check } from '../check';
import { Effect, Finding, PatchOperation, Severity } from '../finding';
import { pointer } from '../pointer';

/** MTLS024: a denied path without the spellings under which many applications serve the same thing. */
export const denyPathVariants: Check = {
  id: 'MTLS024',
  title: 'a denied path without its other spellings',
  severity: Severity.WARNING,
  effect: Effect.OPEN,
  find: (context) => {
    const { pathNormalization } = context.view.settings;
    const merges = pathNormalization === PathNormalization.MERGE_SLASHES || pathNormalization === PathNormalization.DECODE_AND_MERGE_SLASHES;
    return enforcedPolicies(context).filter(({ action }) => action === 'DENY').flatMap((policy) => {
      const denied = valuesOf(policy, 'paths').filter(({ negated }) => !negated);
      return [...grouped(denied, ({ rule }) => String(rule)).values()].flatMap((values) => findingsOf(policy, values, merges));
    });
  },
};

/** Findings in the paths of one rule. */
function findingsOf(policy: WrittenPolicy, values: readonly PolicyValue[], merges: boolean): Finding[] {
  const listed = new Set(values.map(({ value }) => value));
  const [byTemplate, byText] = [anyTemplateTest([...listed].filter(isTemplate)), anyTextTest([...listed].filter((value) => !isTemplate(value)))];
  const told = new Set<string>();
  return values.flatMap(({ value, rule, path }): Finding[] => {
    // `/p` and `/p/` have some in common.
    const open = spellings(value).filter(({ example, probe = example }) => !told.has(example) && !(merges && example.startsWith('//')) && !byText(probe) && !byTemplate(probe));
    open.forEach(({ example }) => told.add(example));
    const missing = [...new Set(open.flatMap(({ patterns }) => patterns))].filter((pattern) => !listed.has(pattern));
    return open.length === 0 ? [] : [{
      object: policy.object,
      path,
      message: `denied path \`${value}\` in ${describeRule(rule, policy)} does not stand for ${open.map(({ example }) => `\`${example}\``).join(', ')}`,
      effect: 'many applications serve the same thing there, and the request is not denied',
      cure: `list ${missing.map((pattern) => `\`${pattern}\``).join(', ')} too, or write an ALLOW policy with the paths that are meant to be reached; letter case, inner \`//\` and \`%2F\` stay open`,
      patch: missing.map((pattern): PatchOperation => ({ op: 'add', path: pointer([...path.slice(0, -1), '-']), value: pattern })),
    }];
  });
}

/** A path that an application's router commonly takes for a denied one, and what stands for it and its like in a policy. */
interface Spelling {
  readonly example: string;
  /** Another of its kind, which nobody lists word for word. */
  readonly probe?: string;
  readonly patterns: readonly string[];
}

const PROBE = 'probe-of-lint';

/** Other paths that a router of an application commonly takes for the same; those of `//p` are not asked for again. */
function spellings(value: string): Spelling[] {
  if (isTemplate(value) && !/^[^{]*\/\{\*\*\}$/.test(value)) return [];
  const known = isTemplate(value) ? value.slice(0, value.indexOf('{')) : value;
  // A path with a parameter is a spelling itself.
  if (!known.startsWith('/') || known.startsWith('//') || known.includes(';')) return [];
  const base = known.replace(/\/?\*?$/, '');
  if (base === '') return [];
  if (known.endsWith('*') && !known.endsWith('/*')) return [{ example: `/${base}`, patterns: [`/${known}`] }];
  const exact = { example: base, patterns: [base, `${base};*`] };
  if (known !== value || known.endsWith('*')) return [exact, { example: `/${base}/x`, probe: `/${base}/${PROBE}`, patterns: [`/${base}`, `/${base}/*`, `/${base};*`] }];
  return [
    { example: `${base}/`, patterns: [`${base}/`] },
    { example: `${base};x`, probe: `${base};${PROBE}`, patterns: [`${base};*`] },
    { example: `/${base}`, patterns: [`/${base}`, `/${base}/`, `/${base};*`] },
    ...known.endsWith('/') ? [exact] : [],
  ];
}
