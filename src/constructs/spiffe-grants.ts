import type { HttpMethod } from '../model/http-method';
import type { PathPattern } from '../model/path-pattern';
import type { SpiffeId } from '../model/spiffe-id';
import type { PolicyCondition, PolicyOperation, PolicyRule } from '../resources/policy-rule';

/** What one identity may ask for; undefined means everything. */
export interface SpiffeGrant {
  readonly client: SpiffeId;
  readonly paths?: PathPattern[];
  readonly methods?: HttpMethod[];
}

/** A grant in the words of a policy, sorted, so that equal limits are equal texts. */
interface Limits {
  readonly paths?: string[];
  readonly methods?: HttpMethod[];
}

/** The rules of an ALLOW policy: each matches what its identities may ask for. None for nobody. */
export function allowRules(grants: readonly SpiffeGrant[], hosts: string[] | undefined): PolicyRule[] {
  const groups = groupedBy(grants, (grant) => JSON.stringify(limitsOf(grant)));
  return groups.map((group) => ({ from: [{ principals: principalsOf(group) }], ...to({ hosts, ...limitsOf(group[0]) }) }));
}

/**
 * The rules of a DENY policy that leaves exactly the same open: one matches everybody else, the others what goes beyond an identity's limits.
 *
 * The first is true for connections without a certificate too, except for those that are spared. It names no ports: a wrong one would open the hosts. The others name identities, so that one identity's limits do not bind another.
 */
export function reserveRules(grants: readonly SpiffeGrant[], hosts: string[] | undefined, spared: PolicyCondition[] = []): PolicyRule[] {
  const everybodyElse: PolicyRule = {
    ...(grants.length === 0 ? {} : { from: [{ notPrincipals: principalsOf(grants) }] }),
    ...to({ hosts }),
    ...(spared.length > 0 ? { when: spared } : {}),
  };
  const byClient = groupedBy(grants, ({ client }) => client.uri);
  const alike = groupedBy(byClient, (own) => JSON.stringify([...new Set(own.map((grant) => JSON.stringify(limitsOf(grant))))].sort()));
  return [everybodyElse, ...alike.flatMap((clients) => {
    const beyond = outside(clients[0].map(limitsOf));
    if (beyond.length === 0) return [];
    return [{ from: [{ principals: principalsOf(clients.flat()) }], to: beyond.map((operation) => ({ ...(hosts && { hosts }), ...operation })) }];
  })];
}

/** What is in none of the limits: for each of them, another path or another method. */
function outside(limits: readonly Limits[]): PolicyOperation[] {
  return limits.reduce<PolicyOperation[]>((operations, { paths, methods }) => operations.flatMap((operation) => [
    ...(paths ? [{ ...operation, notPaths: union(operation.notPaths, paths) }] : []),
    ...(methods ? [{ ...operation, notMethods: union(operation.notMethods, methods) }] : []),
  ]), [{}]);
}

function limitsOf({ paths, methods }: SpiffeGrant): Limits {
  return {
    ...(paths && { paths: union([], paths.flatMap((path) => path.allowValues())) }),
    ...(methods && { methods: union([], methods) as HttpMethod[] }),
  };
}

function principalsOf(grants: readonly SpiffeGrant[]): string[] {
  return union([], grants.map(({ client }) => client.principal));
}

function to(operation: PolicyOperation): Pick<PolicyRule, 'to'> {
  return Object.values(operation).some((values) => values !== undefined) ? { to: [operation] } : {};
}

function union(some: string[] | undefined, more: readonly string[]): string[] {
  return [...new Set([...some ?? [], ...more])].sort();
}

function groupedBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...groups.get(key(item)) ?? [], item]);
  return [...groups.keys()].sort().map((text) => groups.get(text)!);
}
