import type { ApiRuleAccess } from './api-rule-access';
import type { ApiRulePath } from './api-rule-path';

/** What of a rule decides which requests it takes and who may send them. */
export interface OrderedRule {
  readonly path: ApiRulePath;
  readonly methods: string[];
  readonly access: ApiRuleAccess;
  /** The reason why it does no harm that variants of the path fall to a later, weaker rule. */
  readonly acceptVariants?: string;
}

/**
 * What is wrong with the order of an APIRule's rules.
 *
 * The route takes the first rule that matches, but the policies are a union: a later rule admits what an earlier one was to protect, unless Kyma excepts the
 * earlier path (`notPaths`). Which paths it excepts, and the wrong verdicts that follow, were seen on a real cluster (kyma-project/api-gateway 3.10).
 * @internal
 */
export function orderProblems(rules: readonly OrderedRule[]): string[] {
  const problems: string[] = [];
  rules.forEach((later, index) => {
    const before = rules.slice(0, index);
    const covering = before.find((earlier) => shared(earlier, later).length > 0 && earlier.path.covers(later.path));
    if (covering) {
      const [method] = shared(covering, later);
      problems.push(`rule \`${later.path.text}\` can never take \`${method}\`: \`${covering.path.text}\` takes it before, put the more specific rule first`);
      return;
    }
    const excepted = exceptedPaths(before, later);
    problems.push(...before.filter(({ path }) => path.overlaps(later.path)).flatMap((earlier) => opened(earlier, later, excepted)));
  });
  return [...new Set(problems)];
}

/**
 * Which requests of an APIRule's rules answer 403 although they are routed.
 *
 * Kyma's exception holds for all methods of the later rule, also for those that the earlier rule leaves to it.
 * @internal
 */
export function orderWarnings(rules: readonly OrderedRule[]): string[] {
  return rules.flatMap((later, index) => {
    const before = rules.slice(0, index);
    const excepted = exceptedPaths(before, later);
    return before.filter(({ path }) => path.overlaps(later.path)).flatMap((earlier) => lost(earlier, later, excepted));
  });
}

function opened(earlier: OrderedRule, later: OrderedRule, excepted: ReadonlySet<string>): string[] {
  const methods = shared(earlier, later);
  if (methods.length === 0 || later.access._demandsAllOf(earlier.access)) return [];
  const what = `\`${methods[0]} ${earlier.path.text}\` (${earlier.access})`;
  if (!excepted.has(earlier.path.text)) {
    const cure = earlier.path.isRoot
      ? 'Kyma never excepts this path, leave it to the later rule or give both the same access'
      : `Kyma excepts no paths after a repeated \`${later.path.text}\`, write that path once`;
    return [`${what} is open through rule \`${later.path.text}\` (${later.access}): ${cure}`];
  }
  if (earlier.acceptVariants !== undefined) return [];
  return [
    `${what} is escaped by variants such as \`${earlier.path.text}/\`, letter case or \`%2F\`, which rule \`${later.path.text}\` (${later.access}) takes: `
    + 'list the paths of the weaker access first and protect everything else, or give `acceptVariants` a reason',
  ];
}

function lost(earlier: OrderedRule, later: OrderedRule, excepted: ReadonlySet<string>): string[] {
  if (!excepted.has(earlier.path.text)) return [];
  const [common, others] = [shared(earlier, later), later.methods.filter((method) => !earlier.methods.includes(method))];
  if (others.length === 0) return [];
  return [
    `${list(others)} \`${earlier.path.text}\` is routed by rule \`${later.path.text}\` but answers 403, because Kyma excepts the path of the earlier rule for every method: `
    + `write \`${later.path.text}\` as one rule for ${list(common)} and another for ${list(others)}`,
  ];
}

/** Kyma's `notPaths`: earlier paths that share a method, without the three roots, up to the first that is spelt like the rule's own. */
function exceptedPaths(before: readonly OrderedRule[], rule: OrderedRule): Set<string> {
  const paths = new Set<string>();
  for (const earlier of before) {
    if (earlier.path.isRoot) continue;
    if (earlier.path.text === rule.path.text) break;
    if (shared(earlier, rule).length > 0) paths.add(earlier.path.text);
  }
  return paths;
}

function shared(a: OrderedRule, b: OrderedRule): string[] {
  return a.methods.filter((method) => b.methods.includes(method));
}

function list(methods: string[]): string {
  return methods.map((method) => `\`${method}\``).join(', ');
}
