import { KubeObject } from './kube-object';
import { at, field, isMapping, list, number, text, texts, Value } from './value';

/** What a rule asks of callers. */
export type ApiRuleHandler = 'noAuth' | 'jwt' | 'extAuth';

/** One rule of an APIRule. */
export interface ApiRuleRule {
  readonly path: string;
  readonly methods: readonly string[];
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number };
  readonly handler: ApiRuleHandler;
  readonly value: Value;
}

/** Rules of this path are never excluded from the policies of later rules. */
export const WHOLE_SITE: ReadonlySet<string> = new Set(['/', '/*', '/{**}']);

/** The rules of an APIRule, each with the Service that it leads to. */
export function rulesOf(owner: KubeObject): ApiRuleRule[] {
  return list(field(owner.spec, 'rules')).map((value) => {
    const service = isMapping(field(value, 'service')) ? field(value, 'service') : field(owner.spec, 'service');
    return {
      value,
      path: text(field(value, 'path')) ?? '',
      methods: texts(field(value, 'methods')),
      service: { namespace: text(field(service, 'namespace')) || owner.namespace, name: text(field(service, 'name')) ?? '', port: number(field(service, 'port')) ?? 0 },
      handler: isMapping(field(value, 'jwt')) ? 'jwt' : isMapping(field(value, 'extAuth')) ? 'extAuth' : 'noAuth',
    };
  });
}

/** The Gateway that an APIRule is served by, `namespace/name`; the operator names that of an ExternalGateway `<name>-gw`. */
export function gatewayOf({ spec }: KubeObject): string | undefined {
  const external = text(field(spec, 'externalGateway'));
  return external === undefined ? text(field(spec, 'gateway')) : `${external}-gw`;
}

/** The request headers that a rule sets, as written. */
export function requestHeaders({ value }: ApiRuleRule): [string, string][] {
  const headers = at(value, 'request', 'headers');
  return isMapping(headers) ? Object.entries(headers as object).filter((entry): entry is [string, string] => typeof entry[1] === 'string') : [];
}

/** The earlier rules whose paths a rule's policy leaves out, as the operator collects them: it stops at one with the same path. */
export function excludedRules(rule: ApiRuleRule, earlier: readonly ApiRuleRule[]): ApiRuleRule[] {
  const found: ApiRuleRule[] = [];
  for (const other of earlier) {
    if (WHOLE_SITE.has(other.path)) continue;
    if (other.path === rule.path) break;
    if (shareMethod(other, rule)) found.push(other);
  }
  return found;
}

/** Whether two rules take a common method. */
export function shareMethod(a: ApiRuleRule, b: ApiRuleRule): boolean {
  return a.methods.some((method) => b.methods.includes(method));
}

/** Whether every request path of the second pattern is one of the first. */
export function pathCovers(pattern: string, path: string): boolean {
  if (pattern === '/*') return true;
  const [segments, others] = [pattern, path === '/*' ? '/{**}' : path].map((value) => value.slice(1).split('/'));
  for (const [index, segment] of segments.entries()) {
    if (segment === '{**}') return index === segments.length - 1 && index < others.length;
    if (others[index] === undefined || others[index] === '{**}') return false;
    if (segment !== others[index] && segment !== '{*}') return false;
  }
  return segments.length === others.length;
}

/** Whether some request path is of both patterns. */
export function pathsMeet(a: string, b: string): boolean {
  const [left, right] = [a, b].map((path) => (path === '/*' ? ['{**}'] : path.slice(1).split('/')));
  return meet(left, right);
}

// `{**}` takes one segment or more, an empty one included: `/a/{**}` takes `/a/`, not `/a`.
function meet(left: readonly string[], right: readonly string[]): boolean {
  if (left[0] === '{**}') {
    return right.some((segment, index) => meet(left.slice(1), right.slice(index + 1)) || (segment === '{**}' && left.length > 1 && meet(left.slice(1), right.slice(index))));
  }
  if (right[0] === '{**}') return meet(right, left);
  if (left.length === 0 || right.length === 0) return left.length === right.length;
  const same = left[0] === right[0] || left[0] === '{*}' || right[0] === '{*}';
  return same && meet(left.slice(1), right.slice(1));
}
