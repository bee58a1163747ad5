import type { Duration } from 'cdk8s';
import { checkedHeaders } from './header-operations';
import type { CorsPolicy, HttpMatch, HttpRetries, HttpRewrite, HttpRoute, RouteDestination } from './http-route';
import { checkedMethods } from '../model/http-method';
import { checkedPort } from '../model/ingress-gateway';
import { checkFields } from '../model/known-fields';
import { StringMatch } from '../model/string-match';

const ROUTE = ['name', 'match', 'destinations', 'redirect', 'directResponse', 'rewrite', 'timeout', 'retries', 'cors', 'headers'];
const MATCH = ['uri', 'ignoreUriCase', 'method', 'authority', 'headers', 'withoutHeaders', 'queryParams', 'port', 'gateways'];

/**
 * Checks a route for what Istio or Envoy would refuse, or accept and never match; returns a copy.
 * @internal
 */
export function checkedRoute(route: HttpRoute): HttpRoute {
  checkFields('route', route, ROUTE);
  const actions = (['destinations', 'redirect', 'directResponse'] as const).filter((action) => route[action] !== undefined);
  if (actions.length !== 1) {
    throw new Error(`route has ${actions.length === 0 ? 'no action' : actions.map((action) => `\`${action}\``).join(' and ')}: expected exactly one of \`destinations\`, \`redirect\`, \`directResponse\``);
  }
  if (route.match !== undefined) route.match.forEach(checkMatch);
  if (route.match?.length === 0) throw new Error('empty list `match`: leave the field out to match every request');
  if (route.rewrite) checkRewrite(route.rewrite, route.destinations !== undefined);
  if (route.redirect) checkRedirect(route);
  if (route.directResponse) checkStatus(route.directResponse.status);
  if (route.timeout) durationText('timeout', route.timeout);
  if (route.retries) checkRetries(route.retries);
  if (route.cors) checkCors(route.cors);
  return {
    ...route,
    ...(route.match ? { match: route.match.map((match) => ({ ...match })) } : {}),
    ...(route.destinations ? { destinations: checkedDestinations(route.destinations) } : {}),
    ...(route.headers ? { headers: checkedHeaders(route.headers) } : {}),
  };
}

/**
 * A duration as Istio writes it. The CRD asks for at least a millisecond.
 * @internal
 */
export function durationText(what: string, duration: Duration): string {
  const millis = duration.toMilliseconds({ integral: false });
  if (!(millis >= 1) || !Number.isInteger(millis)) throw new Error(`invalid ${what} \`${millis}ms\`: expected whole milliseconds, at least one`);
  return millis % 1000 === 0 ? `${millis / 1000}s` : `${millis}ms`;
}

function checkMatch(match: HttpMatch): void {
  checkFields('match', match, MATCH);
  const fields = Object.entries(match).filter(([, value]) => value !== undefined);
  if (fields.length === 0) throw new Error('empty match `{}`: leave `match` out to match every request');
  if (match.uri !== undefined) {
    const { exact, prefix, regex } = plain('uri', match.uri)._render();
    const literal = exact ?? prefix;
    if (literal !== undefined && !literal.startsWith('/')) throw new Error(`invalid path \`${literal}\`: expected a leading \`/\``);
    if (literal !== undefined && /[?#]/.test(literal)) throw new Error(`invalid path \`${literal}\`: expected no query and no fragment, match those with \`queryParams\``);
    if (literal === undefined && regex === undefined) throw new Error('invalid match `present` of the path: expected `exact`, `prefix` or `regex`');
  }
  if (match.ignoreUriCase !== undefined && match.uri?._render().regex !== undefined) throw new Error('`ignoreUriCase` has no effect on regular expressions: begin the expression with `(?i)`');
  if (match.method !== undefined) checkedMethods([match.method]);
  if (match.authority !== undefined) plain('authority', match.authority);
  for (const field of ['headers', 'withoutHeaders', 'queryParams'] as const) {
    for (const [name, value] of Object.entries(match[field] ?? {})) {
      // An empty name of a query parameter makes Envoy reject the route table.
      if (name === '' || /[^!-~]/.test(name)) throw new Error(`invalid name ${JSON.stringify(name)} in \`${field}\`: expected visible ASCII characters`);
      plain(field, value);
    }
  }
  if (match.port !== undefined) checkedPort(match.port);
  if (match.gateways?.length === 0) throw new Error('empty list `gateways` of a match: leave the field out to match on all of them');
}

function plain(field: string, match: StringMatch): StringMatch {
  if (!(match instanceof StringMatch)) throw new Error(`invalid \`${field}\` \`${String(match)}\`: expected a \`StringMatch\`, as in \`StringMatch.exact('/a')\``);
  return match;
}

function checkRewrite(rewrite: HttpRewrite, routed: boolean): void {
  if (!routed) throw new Error('`rewrite` needs `destinations`: Istio refuses it beside `redirect` and `directResponse`');
  if (rewrite.uri === undefined && rewrite.authority === undefined) throw new Error('empty `rewrite`: expected `uri`, `authority` or both');
  if (rewrite.uri !== undefined && !/^\/[!-~]*$/.test(rewrite.uri)) throw new Error(`invalid rewrite \`${rewrite.uri}\`: expected a path with a leading \`/\``);
  if (rewrite.authority !== undefined && !/^[A-Za-z0-9.:_-]+$/.test(rewrite.authority)) throw new Error(`invalid rewrite \`${rewrite.authority}\`: expected a host name`);
}

function checkRedirect({ redirect }: HttpRoute): void {
  const { redirectCode, port, scheme, uri, authority } = redirect!;
  if ([redirectCode, port, scheme, uri, authority].every((field) => field === undefined)) throw new Error('empty `redirect`: expected at least one field, clients would be sent in a circle');
  if (redirectCode !== undefined && ![301, 302, 303, 307, 308].includes(redirectCode)) throw new Error(`invalid redirect code \`${redirectCode}\`: expected 301, 302, 303, 307 or 308`);
  if (port !== undefined) checkedPort(port);
  if (scheme !== undefined && !['http', 'https'].includes(scheme)) throw new Error(`invalid scheme \`${scheme}\`: expected \`http\` or \`https\``);
  if (uri !== undefined && !/^\/[!-~]*$/.test(uri)) throw new Error(`invalid redirect \`${uri}\`: expected a path with a leading \`/\``);
  if (authority !== undefined && !/^[A-Za-z0-9.:_-]+$/.test(authority)) throw new Error(`invalid redirect \`${authority}\`: expected a host name`);
}

function checkStatus(status: number): void {
  if (!Number.isInteger(status) || status < 200 || status > 599) throw new Error(`invalid status \`${status}\`: expected 200 to 599, Envoy rejects the whole route table for others`);
}

function checkRetries({ attempts, perTryTimeout, retryOn }: HttpRetries): void {
  if (!Number.isInteger(attempts) || attempts < 0) throw new Error(`invalid number of retries \`${attempts}\`: expected an integer from 0`);
  if (attempts === 0 && (perTryTimeout !== undefined || retryOn !== undefined)) throw new Error('no retries have neither `perTryTimeout` nor `retryOn`: leave these out');
  if (perTryTimeout !== undefined) durationText('time per try', perTryTimeout);
  if (retryOn !== undefined && !/^[a-z0-9-]+(,[a-z0-9-]+)*$/.test(retryOn)) throw new Error(`invalid retry conditions \`${retryOn}\`: expected Envoy's names separated by \`,\`, as in \`5xx,reset\``);
}

/**
 * Refuses cross-origin policies that browsers or Envoy would not understand, or that admit every page with credentials.
 * @internal
 */
export function checkCors(cors: CorsPolicy): void {
  if (!Array.isArray(cors.allowOrigins) || cors.allowOrigins.length === 0) throw new Error('cross-origin policy has no `allowOrigins`: give at least one origin');
  for (const origin of cors.allowOrigins) {
    const { exact } = plain('allowOrigins', origin)._render();
    if (exact !== undefined && exact !== '*' && !/^(https?:\/\/[a-z0-9.:_[\]-]+|null)$/.test(exact)) {
      throw new Error(`invalid origin \`${exact}\`: expected scheme and host without a path, as in \`https://shop.example.com\``);
    }
    if (cors.allowCredentials === true && (exact === '*' || exact === 'null' || origin._isEverything)) {
      throw new Error(`origin \`${exact ?? origin.toString()}\` with credentials: every web page could act in the name of its visitors, name the origins`);
    }
  }
  if (cors.allowMethods) checkedMethods(cors.allowMethods);
  for (const name of [...cors.allowHeaders ?? [], ...cors.exposeHeaders ?? []]) {
    if (typeof name !== 'string' || !/^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/.test(name)) throw new Error(`invalid header name \`${String(name)}\` in cross-origin policy: expected the characters of RFC 9110 section 5.1`);
  }
  if (cors.maxAge) durationText('maximum age', cors.maxAge);
}

function checkedDestinations(destinations: RouteDestination[]): RouteDestination[] {
  if (!Array.isArray(destinations) || destinations.length === 0) throw new Error('empty list `destinations`: give at least one destination');
  let sum = 0;
  for (const { weight } of destinations) {
    if (weight === undefined && destinations.length > 1) throw new Error('destination without weight beside others: give each of them a weight');
    if (weight !== undefined && (!Number.isInteger(weight) || weight < 0 || weight > 1_000_000)) throw new Error(`invalid weight \`${weight}\`: expected an integer from 0`);
    sum += weight ?? 1;
  }
  if (sum === 0) throw new Error('total weight `0` of the destinations: give one of them a weight above 0');
  return destinations.map((entry) => ({ ...entry, ...(entry.headers ? { headers: checkedHeaders(entry.headers) } : {}) }));
}
