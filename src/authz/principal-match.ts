import { TextTest } from './string-match';
import { fullMatch } from '../mesh/regular-expression';
import { MeshSettings } from '../mesh/settings';

/** The test of a `principals` value against one name of the peer. `spiffe://` is put in front, so a value that has it already never matches. */
export function principalTest(value: string): TextTest {
  if (value === '*') return (name) => name.length > 0;
  if (value.startsWith('*')) {
    const suffix = value.slice(1);
    return (name) => name.startsWith('spiffe://') && name.length >= 'spiffe://'.length + suffix.length && name.endsWith(suffix);
  }
  if (value.endsWith('*')) {
    const prefix = `spiffe://${value.slice(0, -1)}`;
    return (name) => name.startsWith(prefix);
  }
  return (name) => name === `spiffe://${value}`;
}

/** The test of a `namespaces` value: each `*` is a wildcard, and any name that contains `/ns/<namespace>/` passes. */
export function namespaceTest(value: string): TextTest {
  const expression = `.*/ns/${value.split('*').map(quote).join('.*')}/.*`;
  return (name) => fullMatch(expression, name);
}

/** The test of a `serviceAccounts` value: `account`, of the policy's namespace, or `namespace/account`. */
export function serviceAccountTest(value: string, policyNamespace: string): TextTest {
  const slash = value.indexOf('/');
  const [namespace, account] = slash < 0 ? [policyNamespace, value] : [value.slice(0, slash), value.slice(slash + 1)];
  const expression = `spiffe://.+/ns/${quote(namespace)}/(.+/|)sa/${quote(account)}(/.+)?`;
  return (name) => fullMatch(expression, name);
}

/** The test of a `trustDomains` value. */
export function trustDomainTest(value: string): TextTest {
  if (value === '*') return (name) => name.startsWith('spiffe://');
  if (!value.includes('*')) return (name) => name.startsWith(`spiffe://${value}/`);
  const star = value.indexOf('*');
  const expression = `spiffe://${quote(value.slice(0, star))}[^/]*${quote(value.slice(star + 1))}/.*`;
  return (name) => fullMatch(expression, name);
}

/** A principal of the own trust domain stands for that of every alias, and `cluster.local` for the own trust domain; other forms stay. */
export function withAliases(principal: string, { trustDomain, trustDomainAliases }: MeshSettings): string[] {
  const [domain, ...rest] = principal.split('/');
  if (rest.length !== 4 || domain === '*') return [principal];
  const domains = [trustDomain, ...trustDomainAliases];
  if (domain !== 'cluster.local' && !domains.some((other) => matchesDomain(other, domain))) return [principal];
  // A wildcard domain covers those that it matches already, so it is kept as it is.
  return [...new Set(domains.map((other) => (domain.startsWith('*') && other.endsWith(domain.slice(1)) ? principal : [other, ...rest].join('/'))))];
}

/** A trust domain that is the own one or an alias stands for all of them. */
export function aliasesOf(domain: string, { trustDomain, trustDomainAliases }: MeshSettings): string[] {
  const domains = [trustDomain, ...trustDomainAliases];
  return domains.includes(domain) ? domains : [domain];
}

function matchesDomain(known: string, pattern: string): boolean {
  if (pattern.startsWith('*')) return known.endsWith(pattern.slice(1));
  return pattern.endsWith('*') ? known.startsWith(pattern.slice(0, -1)) : known === pattern;
}

function quote(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
