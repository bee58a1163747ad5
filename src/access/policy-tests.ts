import { attributeOf, ValueTest } from '../authz/condition';
import { ProxyRequest } from '../authz/proxy-request';
import { hostTest } from '../authz/string-match';
import { AuthorizationPolicy, PolicyField } from '../mesh/authorization-policy';
import { MeshSettings } from '../mesh/settings';

/** The part of a request that a field of a policy asks about. */
export type Dimension = 'identity' | 'token' | 'address' | 'host' | 'method' | 'path' | 'sni' | 'header' | 'port' | 'other';

/** The values of a policy field of which one must match, or none may, and the test whether any does. */
export interface PolicyTest {
  readonly key: string;
  readonly values: readonly string[];
  readonly dimension: Dimension;
  readonly holds: ValueTest;
}

/** The fields of one rule. */
export interface RuleFields {
  readonly policy: AuthorizationPolicy;
  readonly fields: readonly PolicyField[];
}

/** Where a request is, as far as rules can be left out for it. */
export interface Place {
  readonly authority: string;
  readonly port: number;
}

const DIMENSIONS = new Map<string, Dimension>([
  ['principals', 'identity'], ['source.principal', 'identity'], ['namespaces', 'identity'], ['source.namespace', 'identity'], ['serviceAccounts', 'identity'],
  ['source.serviceAccount', 'identity'], ['trustDomains', 'identity'], ['source.trustDomain', 'identity'], ['requestPrincipals', 'token'], ['ipBlocks', 'address'],
  ['source.ip', 'address'], ['remoteIpBlocks', 'address'], ['remote.ip', 'address'], ['destination.ip', 'address'], ['hosts', 'host'], ['methods', 'method'],
  ['ports', 'port'], ['destination.port', 'port'], ['paths', 'path'], ['connection.sni', 'sni'],
]);

/** The part of a request that a field asks about. */
export function dimensionOf(key: string): Dimension {
  const known = DIMENSIONS.get(key);
  if (known !== undefined) return known;
  if (key.startsWith('request.auth.')) return 'token';
  const header = headerOf(key);
  if (header === undefined) return 'other';
  return ({ ':path': 'path', ':method': 'method', ':authority': 'host', 'host': 'host' } as const)[header as ':path'] ?? 'header';
}

/** The name of the header that a `when` key asks about, in lower case. */
export function headerOf(key: string): string | undefined {
  return /^request\.headers\[(.*)\]$/s.exec(key)?.[1].toLowerCase();
}

/** The fields of the rules that can matter at a place, each with the values that it compares with. */
export function relevantFields(policies: readonly AuthorizationPolicy[], place: Place | undefined): RuleFields[] {
  return policies.flatMap((policy) => policy.rules.flatMap((rule) => {
    const operations = place === undefined ? rule.to : rule.to.filter((fields) => fields.every((field) => canHold(field, place)));
    // Without any operation left the rule matches nothing here, whoever asks.
    if (rule.to.length > 0 && operations.length === 0) return [];
    return [{ policy, fields: [...operations.flat(), ...rule.from.flat(), ...rule.when] }];
  }));
}

function canHold({ key, values, notValues }: PolicyField, { authority, port }: Place): boolean {
  const holds = key === 'hosts' ? (value: string) => hostTest(value)(authority) : key === 'ports' ? (value: string) => Number(value) === port : undefined;
  if (holds === undefined) return true;
  return (values.length === 0 || values.some(holds)) && !notValues.some(holds);
}

/** The distinct tests of some fields. */
export function testsOf(fields: readonly RuleFields[], settings: MeshSettings): PolicyTest[] {
  const found = new Map<string, PolicyTest>();
  for (const { policy, fields: asked } of fields) {
    for (const { key, values, notValues } of asked) {
      for (const list of [values, notValues].filter(({ length }) => length > 0)) {
        const id = JSON.stringify([key, key.toLowerCase().includes('serviceaccount') ? policy.namespace : '', ...list]);
        const attribute = found.has(id) ? undefined : attributeOf(key, policy.namespace, settings);
        if (attribute === undefined) continue;
        const expanded = list.flatMap((each) => attribute.expand?.(each) ?? [each]);
        const tests = expanded.map((value) => attribute.test(value)).filter((test): test is ValueTest => test !== undefined);
        found.set(id, { key, values: expanded, dimension: dimensionOf(key), holds: (request) => tests.some((test) => test(request)) });
      }
    }
  }
  return [...found.values()];
}

/** How tests of some dimensions come out for a request: a character for each, `?` where an open fact decides. */
export function outcomes(tests: readonly PolicyTest[], dimensions: readonly Dimension[], request: Omit<ProxyRequest, 'choices'>): string {
  let text = '';
  let open = false;
  let answer = true;
  const asking: ProxyRequest = { ...request, choices: { ask: () => { open = true; return answer; } } };
  for (const { dimension, holds } of tests) {
    if (!dimensions.includes(dimension)) continue;
    open = false;
    answer = true;
    const usual = holds(asking);
    if (!open) {text += usual ? '1' : '0';} else {
      answer = false;
      text += `?${usual ? 1 : 0}${holds(asking) ? 1 : 0}`;
    }
  }
  return text;
}

/** How a test comes out, whatever the open facts: `1`, `0`, or both answers. */
export function bit(test: (choices: ProxyRequest['choices']) => boolean): string {
  let open = false;
  const under = (answer: boolean) => test({ ask: () => { open = true; return answer; } });
  const usual = under(true);
  if (!open) return usual ? '1' : '0';
  return `?${usual ? 1 : 0}${under(false) ? 1 : 0}`;
}
