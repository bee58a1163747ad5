import { claimAt, claimMatches } from './claim-match';
import { unknownPart } from './header-lines';
import { headerValues } from './http-message';
import { ProxyRequest } from './proxy-request';
import { rawQueryValues } from './query';
import { lowerAscii } from './string-match';
import { fullMatch } from '../mesh/regular-expression';
import { StringPattern } from '../mesh/string-pattern';
import { RouteMatch } from '../mesh/virtual-service';

const CLAIM_PREFIX = '@request.auth.claims';

/** Whether a request takes a route: every part that the match names must hold. */
export function routeMatches(match: RouteMatch, request: ProxyRequest): boolean {
  const { message } = request;
  return pathMatches(match, message.path)
    && holds(match.method, [message.method])
    && holds(match.authority, [message.authority])
    && holds(match.scheme, [message.scheme])
    && match.headers.every(({ name, pattern }) => headerMatches(name, pattern, request, false))
    && match.withoutHeaders.every(({ name, pattern }) => !headerMatches(name, pattern, request, true))
    && match.queryParams.every(({ name, pattern }) => holds(pattern, rawQueryValues(message.query, name).slice(0, 1)));
}

/** The expressions of a match, which Envoy compiles when it gets the route. */
export function expressionsOf(match: RouteMatch): string[] {
  const patterns = [
    match.uri,
    match.method,
    match.authority,
    match.scheme,
    ...[...match.headers, ...match.withoutHeaders, ...match.queryParams].map(({ pattern }) => pattern),
  ];
  return patterns.flatMap((pattern) => (pattern?.kind === 'regex' ? [pattern.value] : []));
}

function pathMatches({ uri, ignoreUriCase }: RouteMatch, path: string): boolean {
  if (uri === undefined || uri.kind === 'present') return true;
  if (uri.kind === 'regex') return fullMatch(uri.value, path);
  const [wanted, found] = ignoreUriCase ? [lowerAscii(uri.value), lowerAscii(path)] : [uri.value, path];
  return uri.kind === 'exact' ? found === wanted : found.startsWith(wanted);
}

function headerMatches(name: string, pattern: StringPattern, request: ProxyRequest, missingIsEmpty: boolean): boolean {
  const claims = claimNames(name);
  if (claims !== undefined) return claimMatches(claimAt(request.claims, claims), (text) => holds(pattern, [text]));
  const found = headerValues(request.message, name.toLowerCase());
  const values = found.length > 1 && !request.settings.behaviour.routeHeadersByLine ? [found.join(',')] : found;
  if (values.length === 0 && missingIsEmpty && pattern.kind !== 'present') return holds(pattern, ['']);
  return values.some((value) => {
    const unknown = unknownPart(value);
    if (unknown === undefined || pattern.kind === 'present') return holds(pattern, [value]);
    return request.choices.ask(`header ${name} ${pattern.value}`, `header ${name} (${unknown}) matches \`${pattern.value}\``);
  });
}

/** The claim that a header name such as `@request.auth.claims[a][b]` or `@request.auth.claims.a.b` stands for. */
function claimNames(name: string): string[] | undefined {
  if (!name.toLowerCase().startsWith(CLAIM_PREFIX)) return undefined;
  const rest = name.slice(CLAIM_PREFIX.length);
  const bracketed = /^(?:\[[^[\]]+\])+$/.test(rest) ? rest.slice(1, -1).split('][') : undefined;
  return bracketed ?? (rest.startsWith('.') && rest.length > 1 ? rest.slice(1).split('.') : undefined);
}

function holds(pattern: StringPattern | undefined, values: readonly string[]): boolean {
  if (pattern === undefined) return true;
  switch (pattern.kind) {
    case 'present': return values.length > 0;
    case 'exact': return values.includes(pattern.value);
    case 'prefix': return values.some((value) => value.startsWith(pattern.value));
    case 'regex': return values.some((value) => fullMatch(pattern.value, value));
  }
}
