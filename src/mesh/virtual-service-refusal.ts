import { HostIndex, isWildcard } from './host-name';
import { isExpression } from './regular-expression';
import { at, entries, field, isMapping, list, number, text, texts, Value } from './value';

const CLAIMS = /^@request\.auth\.claims(?:\.|\[)/i;
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const PSEUDO_HEADERS = new Set([':method', ':authority', ':scheme']);
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Why Istio's webhook refuses a VirtualService, in words; undefined where it does not (istio `pkg/config/validation`). */
export function virtualServiceRefusal(spec: Value): string | undefined {
  const hosts = texts(field(spec, 'hosts'));
  const gateways = texts(field(spec, 'gateways'));
  const routes = list(field(spec, 'http'));
  if (routes.length + list(field(spec, 'tcp')).length + list(field(spec, 'tls')).length === 0) return 'there are no routes';
  if (hosts.length === 0 && gateways.length > 0) return '`spec.hosts` is empty';
  let known: HostIndex | undefined;
  const covering = () => (known ??= new HostIndex(hosts));
  const inMesh = gateways.length === 0 || gateways.includes('mesh');
  return hostsProblem(hosts, inMesh) ?? exportProblem(texts(field(spec, 'exportTo'))) ?? gatewaysProblem(gateways)
    ?? first(routes, (route, index) => (hosts.length === 0 && isMapping(field(route, 'delegate')) ? `\`spec.http[${index}]\` delegates further` : undefined)
      ?? routeProblem(route, `spec.http[${index}]`, inMesh))
    ?? first(list(field(spec, 'tcp')), (route, index) => streamProblem(route, `spec.tcp[${index}]`))
    ?? first(list(field(spec, 'tls')), (route, index) => tlsProblem(route, `spec.tls[${index}]`, covering()) ?? streamProblem(route, `spec.tls[${index}]`));
}

function streamProblem(route: Value, path: string): string | undefined {
  const destinations = list(field(route, 'route'));
  if (destinations.length === 0) return `\`${path}\` has no route`;
  return destinationsProblem(destinations, path) ?? first(list(field(route, 'match')), (match) => portProblem(match, path) ?? gatewaysProblem(texts(field(match, 'gateways'))));
}

function tlsProblem(route: Value, path: string, hosts: HostIndex): string | undefined {
  const matches = list(field(route, 'match'));
  if (matches.length === 0) return `\`${path}\` has no match`;
  return first(matches, (match) => {
    const names = texts(field(match, 'sniHosts'));
    if (names.length === 0) return `\`${path}\` matches no server name`;
    const stray = names.find((name) => !hosts.covers(name));
    return stray === undefined ? undefined : `\`${path}\` matches server name \`${stray}\`, which no entry of \`spec.hosts\` covers`;
  });
}

function destinationsProblem(destinations: readonly Value[], path: string): string | undefined {
  if (destinations.some((destination) => !text(at(destination, 'destination', 'host')))) return `\`${path}.route\` has a destination without host`;
  if (destinations.length > 1 && destinations.every((destination) => !number(field(destination, 'weight')))) return `\`${path}.route\` has no weight`;
  return destinations.some((destination) => (number(field(destination, 'weight')) ?? 0) < 0) ? `\`${path}.route\` has a negative weight` : undefined;
}

function portProblem(match: Value, path: string): string | undefined {
  const port = number(field(match, 'port'));
  return port !== undefined && port !== 0 && (port < 0 || port > 65535) ? `\`${path}\` matches port ${port}` : undefined;
}

function hostsProblem(hosts: readonly string[], inMesh: boolean): string | undefined {
  if (inMesh && hosts.includes('*')) return '`spec.hosts` holds `*`, which routes of the mesh must not';
  const wrong = hosts.find((host) => host !== '*' && /^$|[*/]/.test(host) && (host.replace(/^\*[-.]?/, '').includes('*') || host.includes('/') || host === ''));
  if (wrong !== undefined) return `\`spec.hosts\` holds \`${wrong}\``;
  const twice = hosts.length < 2 ? undefined : firstOverlap(hosts);
  return twice === undefined ? undefined : `\`spec.hosts\` overlap in \`${twice}\``;
}

/** The first host that overlaps with a later one; that with an earlier one is found there. */
function firstOverlap(hosts: readonly string[]): string | undefined {
  const last = new Map(hosts.map((host, index) => [host, index]));
  const all = new HostIndex(hosts);
  return hosts.find((host, index) => last.get(host) !== index || all.isBelowAnother(host) || (isWildcard(host) && all.below(host).length > 1));
}

function exportProblem(targets: readonly string[]): string | undefined {
  if (new Set(targets).size < targets.length) return '`spec.exportTo` holds an entry twice';
  if (targets.length > 1 && targets.includes('*')) return '`spec.exportTo` has others beside `*`';
  return targets.some((target) => !['.', '*'].includes(target) && !LABEL.test(target)) ? '`spec.exportTo` names no namespace' : undefined;
}

/** What follows a name without namespace is not looked at. */
function gatewaysProblem(gateways: readonly string[]): string | undefined {
  for (const gateway of gateways) {
    const parts = gateway.split('/');
    if (parts.length === 1) return undefined;
    if (parts.length > 2 || !parts.every((part) => LABEL.test(part))) return `\`spec.gateways\` holds \`${gateway}\``;
  }
  return undefined;
}

function routeProblem(route: Value, path: string, inMesh: boolean): string | undefined {
  const has = (key: string) => isMapping(field(route, key));
  const destinations = list(field(route, 'route'));
  const kinds = [has('redirect'), has('directResponse') && !has('delegate'), has('delegate'), destinations.length > 0].filter(Boolean).length;
  if (kinds !== 1) return `\`${path}\` needs exactly one of route, redirect, directResponse, delegate`;
  if ((has('redirect') || has('directResponse')) && !has('delegate') && (has('rewrite') || has('fault'))) return `\`${path}\` has a rewrite or fault beside its own answer`;
  return destinationsProblem(destinations, path) ?? first(list(field(route, 'match')), (match) => matchProblem(match, path, inMesh))
    ?? changesProblem(at(route, 'headers', 'request'), path) ?? first(destinations, (destination) => changesProblem(at(destination, 'headers', 'request'), path))
    ?? ownAnswerProblem(route, path) ?? rewriteProblem(field(route, 'rewrite'), path) ?? authorityProblem(route, path);
}

function matchProblem(match: Value, path: string, inMesh: boolean): string | undefined {
  const headers = entries(field(match, 'headers'));
  const without = entries(field(match, 'withoutHeaders'));
  const claim = inMesh ? [...headers, ...without].find(([name]) => CLAIMS.test(name)) : undefined;
  if (claim !== undefined) return `\`${path}\` matches a claim, which only routes of gateways can`;
  const name = [...headers, ...without].find(([key]) => !CLAIMS.test(key) && !PSEUDO_HEADERS.has(key) && !HEADER_NAME.test(key));
  if (name !== undefined) return `\`${path}\` matches a header \`${name[0]}\``;
  const singles = ['scheme', 'method', 'authority'].map((key) => field(match, key));
  const presence = ([, pattern]: [string, Value]) => text(field(pattern, 'regex')) !== '*';
  const patterns = [...headers.map(([, pattern]) => pattern), ...without.filter(presence).map(([, pattern]) => pattern), ...singles, ...entries(field(match, 'queryParams')).map(([, pattern]) => pattern)];
  if (patterns.some((pattern) => text(field(pattern, 'prefix')) === '')) return `\`${path}\` has an empty prefix`;
  const forms = [field(match, 'uri'), ...patterns].find((pattern) => ['exact', 'prefix', 'regex'].filter((key) => text(field(pattern, key)) !== undefined).length > 1);
  if (forms !== undefined) return `\`${path}\` has a match of two forms`;
  const expression = [field(match, 'uri'), ...patterns].map((pattern) => text(field(pattern, 'regex'))).find((regex) => regex !== undefined && !isAccepted(regex));
  if (expression !== undefined) return `\`${path}\` has the regular expression \`${expression.slice(0, 100)}\``;
  return portProblem(match, path) ?? gatewaysProblem(texts(field(match, 'gateways')));
}

function isAccepted(regex: string): boolean {
  return regex !== '' && regex.length <= 1024 && isExpression(regex);
}

function changesProblem(changes: Value, path: string): string | undefined {
  if (changes === undefined) return undefined;
  const [set, add] = [entries(field(changes, 'set')), entries(field(changes, 'add'))];
  const name = set.find(isPseudo) ?? add.find(isPseudo);
  if (name !== undefined) return `\`${path}\` writes the header \`${name[0]}\``;
  const value = set.find(hasWrongValue) ?? add.find(hasWrongValue);
  if (value !== undefined) return `\`${path}\` writes header \`${value[0]}\` with a value that Envoy does not take`;
  const removed = list(field(changes, 'remove')).find((key) => typeof key === 'string' && (key === '' || key.startsWith(':') || (key.length === 4 && key.toLowerCase() === 'host')));
  return removed === undefined ? undefined : `\`${path}\` removes the header \`${String(removed)}\``;
}

function isPseudo([name]: [string, Value]): boolean {
  return name === '' || (name.startsWith(':') && name.toLowerCase() !== ':authority');
}

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

function hasWrongValue([, value]: [string, Value]): boolean {
  return typeof value === 'string' && (CONTROL.test(value) || !isBalanced(value));
}

/** Percent signs come in pairs: around an operator, or `%%`. */
function isBalanced(value: string): boolean {
  let signs = 0;
  for (let sign = value.indexOf('%'); sign >= 0; sign = value.indexOf('%', sign + 1)) signs += 1;
  return signs % 2 === 0;
}

function ownAnswerProblem(route: Value, path: string): string | undefined {
  const redirect = field(route, 'redirect');
  if (isMapping(redirect)) {
    if (!['uri', 'prefixRewrite', 'authority', 'port', 'derivePort', 'scheme'].some((key) => field(redirect, key))) return `\`${path}.redirect\` changes nothing`;
    const code = number(field(redirect, 'redirectCode'));
    if (code !== undefined && code !== 0 && (code < 300 || code > 399)) return `\`${path}.redirect\` has code ${code}`;
  }
  if (!isMapping(field(route, 'directResponse'))) return undefined;
  const status = number(at(route, 'directResponse', 'status'));
  if (status === undefined) return `\`${path}.directResponse\` has no status`;
  return status < 200 || status > 600 ? `\`${path}.directResponse\` has status ${status}` : undefined;
}

function rewriteProblem(rewrite: Value, path: string): string | undefined {
  if (!isMapping(rewrite)) return undefined;
  const regex = field(rewrite, 'uriRegexRewrite');
  const uri = text(field(rewrite, 'uri'));
  if (uri && isMapping(regex)) return `\`${path}.rewrite\` has two forms of the path`;
  if (!uri && !isMapping(regex) && !text(field(rewrite, 'authority'))) return `\`${path}.rewrite\` changes nothing`;
  if (!isMapping(regex)) return undefined;
  const [match, replacement] = [text(field(regex, 'match')), text(field(regex, 'rewrite'))];
  return !match || !replacement || !isAccepted(match) ? `\`${path}.rewrite.uriRegexRewrite\` cannot be used` : undefined;
}

/** The host may be set in one place of a route only; what its destinations set is not counted (seen on istiod 1.30). */
function authorityProblem(route: Value, path: string): string | undefined {
  if (!text(at(route, 'rewrite', 'authority')) && !isMapping(at(route, 'headers', 'request'))) return undefined;
  const request = at(route, 'headers', 'request');
  const places = hostsIn(field(request, 'set')) + hostsIn(field(request, 'add')) + (text(at(route, 'rewrite', 'authority')) ? 1 : 0);
  return places > 1 ? `\`${path}\` sets the host more than once` : undefined;
}

function hostsIn(changes: Value): number {
  return entries(changes).filter(([name]) => /^(?::authority|host)$/i.test(name)).length;
}

function first<T>(items: readonly T[], problem: (item: T, index: number) => string | undefined): string | undefined {
  for (let index = 0; index < items.length; index += 1) {
    const found = problem(items[index], index);
    if (found !== undefined) return found;
  }
  return undefined;
}
