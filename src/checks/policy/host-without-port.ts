import { describeRule, enforcedPolicies, PolicyValue, valuesOf, WrittenPolicy } from './written-policies';
import { anyTextTest, lowerAscii } from '../../authz/string-match';
import { putInto } from '../../mesh/groups';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, FieldPath, Finding, PatchOperation, Severity } from '../finding';
import { pointer } from '../pointer';

/** MTLS025: `hosts` of a rule that keeps requests out lack the form with a port, so that `Host: h:443` gets past. */
export const deniedHostWithoutPort: Check = {
  id: 'MTLS025',
  title: 'a denied host without its form with a port',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => findingsOf(context, true, (host) => ({
    effect: `a request that names a port, as in \`Host: ${withPort(host)}\`, gets past it`,
    cure: host.startsWith('*') ? 'leave the hosts out of a rule that denies: a wildcard has no form for any port' : `list \`${host}:*\` too`,
  })),
};

/** MTLS067: `hosts` of a rule that lets requests in lack the form with a port. */
export const allowedHostWithoutPort: Check = {
  id: 'MTLS067',
  title: 'an allowed host without its form with a port',
  severity: Severity.WARNING,
  effect: Effect.OUTAGE,
  find: (context) => findingsOf(context, false, (host) => ({
    effect: `clients that name the port, as in \`Host: ${withPort(host)}\`, get 403`,
    cure: host.startsWith('*') ? `list the ports that clients use, as in \`${host}:443\`` : `list \`${host}:*\` too`,
  })),
};

type Words = (host: string) => Pick<Finding, 'effect' | 'cure'>;

function findingsOf(context: CheckContext, keepsOut: boolean, words: Words): Finding[] {
  return enforcedPolicies(context).filter(({ action }) => action !== 'AUDIT').flatMap((policy) => {
    const hosts = valuesOf(policy, 'hosts').filter(({ negated }) => (policy.action === 'ALLOW') === (negated === keepsOut));
    if (!hosts.some(({ value }) => isBare(value))) return [];
    const lists = new Map<object, PolicyValue[]>();
    for (const value of hosts) putInto(lists, value.listPath, value);
    return [...lists.values()].flatMap((values) => findingsIn(values, policy, words));
  });
}

function findingsIn(values: readonly PolicyValue[], policy: WrittenPolicy, words: Words): Finding[] {
  // A guard of a shared gateway lists thousands of hosts, nearly all of them with their own form with a port.
  const listed = new Set(values.map(({ value }) => lowerAscii(value)));
  const uncovered = values.filter(({ value }) => isBare(value) && !listed.has(`${lowerAscii(value)}:*`));
  if (uncovered.length === 0) return [];
  const matches = anyTextTest(listed);
  return uncovered.filter(({ value }) => !matches(withPort(lowerAscii(value)))).map(({ value, rule, path }) => ({
    object: policy.object,
    path,
    message: `host \`${value}\` in ${describeRule(rule, policy)} stands for requests without a port only`,
    ...words(value),
    patch: value.startsWith('*') ? undefined : [added(path.slice(0, -1), `${value}:*`)],
  }));
}

function added(list: FieldPath, value: string): PatchOperation {
  return { op: 'add', path: `${pointer(list)}/-`, value };
}

/** A host, or `*.h`, that says nothing of ports. */
function isBare(host: string): boolean {
  return !/[:[\]]/.test(host) && !host.endsWith('*');
}

function withPort(host: string): string {
  return `${host.replace(/^\*/, 'a')}:443`;
}
