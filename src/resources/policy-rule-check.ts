import { checkedCondition } from './policy-condition';
import type { PolicyCondition, PolicyOperation, PolicyRule, PolicySource } from './policy-rule';
import { address, authority, method, namespaceGlob, path, policyValues, port, principal, requestPrincipal, serviceAccount } from './policy-value';
import { checkFields } from '../model/known-fields';

type Fields<T> = { [K in keyof Required<T>]: (value: string) => void };

const SOURCE: Fields<PolicySource> = {
  principals: principal,
  notPrincipals: principal,
  requestPrincipals: requestPrincipal,
  notRequestPrincipals: requestPrincipal,
  namespaces: namespaceGlob,
  notNamespaces: namespaceGlob,
  serviceAccounts: serviceAccount,
  notServiceAccounts: serviceAccount,
  ipBlocks: address,
  notIpBlocks: address,
  remoteIpBlocks: address,
  notRemoteIpBlocks: address,
};

const OPERATION: Fields<PolicyOperation> = {
  hosts: authority,
  notHosts: authority,
  ports: port,
  notPorts: port,
  methods: method,
  notMethods: method,
  paths: path,
  notPaths: path,
};

/**
 * A checked copy of a rule, with every set sorted.
 *
 * Refuses what Istio accepts and reads as "everybody": an empty `from`, `to` or `when`, and misspelt fields, which it drops.
 * @internal
 */
export function checkedRule(rule: PolicyRule): PolicyRule {
  const given = checkedFields('rule', rule, ['from', 'to', 'when']);
  if (given.length === 0 && Object.keys(rule).length > 0) {
    throw new Error('rule has only undefined fields: write `{}` where every request shall match');
  }
  return {
    ...(rule.from === undefined ? {} : { from: entries('from', rule.from, checkedSource) }),
    ...(rule.to === undefined ? {} : { to: entries('to', rule.to, (entry) => checkedEntry('operation', entry, OPERATION)) }),
    ...(rule.when === undefined ? {} : { when: entries('when', rule.when, checkedWhen) }),
  };
}

/**
 * Rules as a set: sorted by their text, each once.
 * @internal
 */
export function sortedRules(rules: PolicyRule[]): PolicyRule[] {
  return asSet(rules);
}

function checkedWhen(entry: object): PolicyCondition {
  checkedFields('condition', entry, ['key', 'values', 'notValues']);
  return checkedCondition(entry as PolicyCondition);
}

function checkedSource(source: object): PolicySource {
  const checked = checkedEntry<PolicySource>('source', source, SOURCE);
  for (const field of ['serviceAccounts', 'notServiceAccounts'] as const) {
    const accounts = checked[field];
    if (!accounts) continue;
    const other = (['principals', 'notPrincipals', 'namespaces', 'notNamespaces'] as const).find((name) => checked[name]);
    if (other) throw new Error(`source has \`${field}\` and \`${other}\`: Istio refuses both in one source, use \`principals\` alone`);
    if (accounts.length > 16) throw new Error(`source has ${accounts.length} \`${field}\`: expected at most 16, write several sources`);
  }
  return checked;
}

function checkedEntry<T extends object>(what: string, entry: object, fields: Fields<T>): T {
  const given = checkedFields(what, entry, Object.keys(fields));
  if (given.length === 0) throw new Error(`empty ${what} \`{}\`: expected at least one of ${quoted(Object.keys(fields))}`);
  const checked = given.map((field) => [field, policyValues(field, (entry as any)[field], fields[field as keyof T])]);
  return Object.fromEntries(checked) as T;
}

function entries<T>(field: string, list: unknown, check: (entry: object) => T): T[] {
  if (!Array.isArray(list)) throw new Error(`invalid \`${field}\` \`${String(list)}\`: expected a list`);
  if (list.length === 0) throw new Error(`empty list \`${field}\`: Istio reads it as no limit at all, leave the field out to mean that`);
  return asSet(list.map(check));
}

function asSet<T>(items: T[]): T[] {
  const byText = new Map(items.map((item) => [JSON.stringify(item), item]));
  return [...byText.keys()].sort().map((text) => byText.get(text)!);
}

function checkedFields(what: string, object: unknown, known: string[]): string[] {
  checkFields(what, object, known);
  return known.filter((key) => (object as any)[key] !== undefined);
}

function quoted(names: string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
