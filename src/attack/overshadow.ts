import { Attempt } from './attempt';
import { ANONYMOUS, PLAINTEXT } from './caller';
import { OutsideWorld } from './outside';
import { Door } from './place';
import { HostTarget } from './target';
import { ANYTHING, exampleOf, headerOf, IdentityHeader, pathsOf } from './vocabulary';
import { Written } from './written-names';
import { templateTest, isTemplate } from '../authz/path-template';
import { hostTest, textTest } from '../authz/string-match';
import { AuthorizationPolicy, PolicyField, PolicyRule } from '../mesh/authorization-policy';

const TOKEN_KEYS = /^(?:requestPrincipals|request\.auth\.)/;

/**
 * Looks for rules that ask who it is where a wider rule does not ask: ALLOW rules add up, so the wider one lets everybody in.
 *
 * A rule that lets everybody in to less than the other guards is an exception and no hole.
 */
export function searchOvershadowed(world: OutsideWorld, target: HostTarget, home: Door): void {
  const { headers, search } = world;
  const allowing = target.workloads.policies.filter(({ action }) => action === 'ALLOW');
  const rules = allowing.flatMap((policy) => policy.rules.map((rule, index) => ({ policy, rule, number: index + 1 })));
  const open = rules.filter(({ rule }) => !asksWho(rule, headers));
  if (open.length === 0) return;
  for (const guard of rules.filter(({ rule }) => asksWho(rule, headers))) {
    const wider = open.find(({ rule }) => operationsOf(guard.rule).every((narrow) => operationsOf(rule).some((wide) => covers(wide, narrow))));
    if (wider === undefined) continue;
    for (const attempt of attemptsIn(guard.rule, target, home)) {
      const verdict = search.exactly(attempt);
      const by = verdict.decision.hops.filter(({ stage, object }) => stage === 'workload' && object !== undefined).pop();
      if (verdict.state !== 'in' || by?.object !== `AuthorizationPolicy ${nameOf(wider.policy)}` || by.rule !== wider.number) continue;
      const [asking, letting] = [guard, wider].map(({ policy, number }) => search.names.policy(nameOf(policy), number));
      search.protect({ host: target.host, services: target.services }, attempt.path, attempt.caller.text, asking);
      search.report({
        cause: `overshadowed ${nameOf(guard.policy)} ${guard.number}`,
        means: ['overshadowed rule'],
        attempt,
        decision: verdict.decision,
        because: `${asking} asks who it is, and ${letting} lets everybody in to the same and more`,
        cure: cureFor(search.names.of(nameOf(guard.policy)), search.names.of(nameOf(wider.policy)), letting),
        also: [],
      }, attempt.path);
    }
  }
}

/** What the author of the wider rule can write instead. */
function cureFor(guard: Written | undefined, wider: Written | undefined, letting: string): string {
  if (wider === undefined) return `leave the guarded paths and hosts out of ${letting} (\`notPaths\`, \`notHosts\`)`;
  if (guard?.object.key !== wider.object.key) return `give ${letting} hosts that no guarded APIRule of the workload has: a wildcard takes those of all`;
  return `name in ${letting} only what is open, by exact paths, and no path twice: the operator leaves the guarded paths out of a wider rule only until a path comes again, and never \`/\``;
}

function nameOf({ namespace, name }: AuthorizationPolicy): string {
  return `${namespace}/${name}`;
}

/** Whether a rule asks for a token, or for a name that a gateway writes of a certificate. */
function asksWho({ from, when }: PolicyRule, headers: ReadonlyMap<string, readonly IdentityHeader[]>): boolean {
  const identifies = (field: PolicyField) => TOKEN_KEYS.test(field.key) || headers.has(headerOf(field) ?? '');
  return when.some(identifies) || (from.length > 0 && from.every((source) => source.some(identifies)));
}

function operationsOf({ to }: PolicyRule): readonly (readonly PolicyField[])[] {
  return to.length === 0 ? [[]] : to;
}

/** Whether an operation takes every request that another one takes, as far as their values tell. */
function covers(wide: readonly PolicyField[], narrow: readonly PolicyField[]): boolean {
  return wide.every(({ key, values, notValues }) => {
    const others = narrow.find((field) => field.key === key);
    const test = (value: string) => (key === 'hosts' ? hostTest(value) : key === 'paths' ? pathTest(value) : textTest(value));
    const examples = (others?.values ?? []).map((value) => exampleOf(value.replace(/\{\*\*?\}/g, ANYTHING)));
    const included = values.length === 0 || (examples.length > 0 && examples.every((example) => values.some((value) => test(value)(example))));
    return included && !examples.some((example) => notValues.some((value) => test(value)(example)));
  });
}

function attemptsIn(rule: PolicyRule, { host }: HostTarget, home: Door): Attempt[] {
  return operationsOf(rule).flatMap((operation) => {
    const hosts = operation.find(({ key }) => key === 'hosts')?.values;
    if (hosts !== undefined && hosts.length > 0 && !hosts.some((value) => hostTest(value)(host))) return [];
    const [method = 'GET'] = operation.find(({ key }) => key === 'methods')?.values ?? [];
    const wanted = operation.filter(({ key, values }) => key === 'paths' && values.length > 0);
    const paths = pathsOf(wanted, []).filter((path) => wanted.every(({ values }) => values.some((value) => pathTest(value)(path))));
    const caller = home.secure ? ANONYMOUS : PLAINTEXT;
    return paths.map((path): Attempt => ({ caller, door: home, host, path, method: exampleOf(method), headers: [] }));
  });
}

function pathTest(value: string): (path: string) => boolean {
  return isTemplate(value) ? templateTest(value) : textTest(value);
}
