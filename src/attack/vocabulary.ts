import { plainPath } from './spelling';
import { withoutPort } from '../authz/http-message';
import { PolicyField, PolicyRule } from '../mesh/authorization-policy';
import { StringPattern } from '../mesh/string-pattern';
import { HttpRoute, VirtualService } from '../mesh/virtual-service';

/** Stands where a wildcard does: something that no manifest names. */
export const ANYTHING = 'anything';

/** A header that a gateway writes from the certificate of its client, and how. */
export interface IdentityHeader {
  /** Lower case. */
  readonly name: string;
  /** As the route writes it, e.g. `%DOWNSTREAM_PEER_SUBJECT%`; undefined for those that proxies write by themselves. */
  readonly format?: string;
  readonly virtualService?: string;
}

const PROXY_WRITTEN = 'x-forwarded-client-cert';

/** The fields of some rules, one entry for each occurrence. */
export function fieldsOf(rules: readonly PolicyRule[]): PolicyField[] {
  return rules.flatMap(({ from, to, when }) => [...from.flat(), ...to.flat(), ...when]);
}

/** The values of some keys, the forbidden ones too. */
export function valuesOf(fields: readonly PolicyField[], ...keys: readonly string[]): string[] {
  return [...new Set(fields.filter(({ key }) => keys.includes(key)).flatMap(({ values, notValues }) => [...values, ...notValues]))];
}

/** A text that a policy value matches. */
export function exampleOf(value: string): string {
  if (value === '*') return ANYTHING;
  if (value.startsWith('*')) return `${ANYTHING}${value.slice(1)}`;
  return value.endsWith('*') ? `${value.slice(0, -1)}${ANYTHING}` : value;
}

/** The plain paths that policies and routes tell apart. */
export function pathsOf(fields: readonly PolicyField[], routes: readonly HttpRoute[]): string[] {
  const ofPolicies = valuesOf(fields, 'paths').flatMap((value) => {
    const filled = value.replace(/\{\*\*?\}/g, ANYTHING);
    if (filled.startsWith('*')) return [`/${ANYTHING}${filled.slice(1)}`, filled.slice(1).startsWith('/') ? filled.slice(1) : '/'];
    return filled.endsWith('*') ? [filled.slice(0, -1), `${filled.slice(0, -1)}${ANYTHING}`] : [filled];
  });
  const ofRoutes = routes.flatMap(({ matches }) => (matches ?? []).flatMap(({ uri }) => examplesOfPattern(uri)));
  return [...new Set(['/', `/${ANYTHING}`, ...[...ofPolicies, ...ofRoutes].filter((path) => path.startsWith('/')).map(plainPath)])];
}

function examplesOfPattern(uri: StringPattern | undefined): string[] {
  if (uri === undefined || uri.kind === 'present') return [];
  if (uri.kind === 'exact') return [uri.value];
  if (uri.kind === 'prefix') return [uri.value, `${uri.value.endsWith('/') ? uri.value : `${uri.value}/`}${ANYTHING}`];
  const literal = literalOf(uri.value);
  return literal === undefined ? [] : [literal];
}

/** A path that a regular expression stands for, where it is little more than one. */
export function literalOf(expression: string): string | undefined {
  const plain = expression.replace(/^\^|\$$/g, '').replace(/(?:\.|\(?\[[^\]]*\](?:\|[^)]*\))?)[*+]/g, ANYTHING).replace(/\\(.)|\[(.)\]/g, (_, a: string, b: string) => a ?? b);
  return /[[\](){}|?*+^$\\]/.test(plain) || !plain.startsWith('/') ? undefined : plain;
}

/** The methods that policies and routes tell apart, with GET and one that they do not name. */
export function methodsOf(fields: readonly PolicyField[], routes: readonly HttpRoute[]): string[] {
  const ofPolicies = valuesOf(fields, 'methods').filter((method) => /^[A-Z]+$/.test(method));
  const ofRoutes = routes.flatMap(({ matches }) => (matches ?? []).flatMap(({ method }) => {
    if (method === undefined || method.kind === 'present') return [];
    return method.kind === 'regex' ? method.value.replace(/[()^$]/g, '').split('|') : [method.value];
  })).filter((method) => /^[A-Z]+$/.test(method));
  const named = [...new Set(['GET', ...ofPolicies, ...ofRoutes])];
  return named.length === 1 ? named : [...named, ...['PATCH', 'DELETE', 'PUT'].filter((method) => !named.includes(method)).slice(0, 1)];
}

/** The headers by which routes tell workloads who called, by name. */
export function identityHeaders(virtualServices: readonly VirtualService[]): ReadonlyMap<string, IdentityHeader[]> {
  const found = new Map<string, IdentityHeader[]>([[PROXY_WRITTEN, [{ name: PROXY_WRITTEN }]]]);
  for (const { namespace, name, http } of virtualServices) {
    const changes = http.flatMap(({ headers, destinations }) => [headers, ...destinations.map((destination) => destination.headers)]);
    for (const [header, format] of changes.flatMap(({ set, add }) => [...set, ...add]).filter(([, value]) => /%DOWNSTREAM_PEER_/.test(value))) {
      const key = header.toLowerCase();
      found.set(key, [...found.get(key) ?? [], { name: key, format, virtualService: `${namespace}/${name}` }]);
    }
  }
  return found;
}

/** The header that a policy condition is about, in lower case. */
export function headerOf({ key }: PolicyField): string | undefined {
  return /^request\.headers\[(.*)\]$/s.exec(key)?.[1].toLowerCase();
}

/** The hosts that a policy value or a server name stands for, one of each, without port; a wildcard with a fresh label. */
export function hostExample(host: string): string {
  const name = withoutPort(host.replace(/:\*$/, '')).toLowerCase();
  if (name === '*') return 'any.invalid';
  return name.startsWith('*') ? `any${name.slice(1).startsWith('.') ? '' : '.'}${name.slice(1)}` : name;
}
