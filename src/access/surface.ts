import { Demand, demandsOf, HeaderOrigin, headerDemand, originsOf } from './demand';
import { GatewayScope } from './gateway-scope';
import { HeaderSet, Sample } from './operation';
import { PolicyTest, relevantFields } from './policy-tests';
import { describeHeaders, distinct, methodCandidates, pathCandidates } from './samples';
import { Scope } from './scope';
import { ServiceScope } from './service-scope';
import { StreamScope } from './stream-scope';
import { policyPattern, routePattern, samplesOf, TextPattern } from './text-pattern';
import { WorkloadExamination } from './workload-examination';
import { AccessRequest } from '../authz';
import { AuthorizationPolicy } from '../mesh/authorization-policy';
import { JwtRule } from '../mesh/request-authentication';
import { HttpRoute, RouteMatch } from '../mesh/virtual-service';

const MAX_VALUES = 64;
const MAX_QUERIES = 512;
const MAX_HEADER_SETS = 4096;

/** What can be asked at an endpoint: one sample of everything that its conditions tell apart. */
export interface Surface {
  readonly paths: readonly Sample<string>[];
  readonly methods: readonly Sample<string>[];
  /** Header lines that conditions ask about; the first set is empty. */
  readonly headers: readonly Sample<HeaderSet>[];
  /** What its rules and routes want of those who ask. */
  readonly demands: readonly Demand[];
  /** What its proxies know of issuers. */
  readonly issuers: readonly JwtRule[];
  /** Why samples may be missing, in words; empty where every class has its sample. */
  readonly limits: readonly string[];
}

type PoliciesOf = (end: WorkloadExamination) => readonly AuthorizationPolicy[];

/** The conditions on the way from an endpoint, in the order of its stations. */
interface Conditions {
  readonly tests: readonly PolicyTest[];
  readonly routes: readonly { readonly match?: RouteMatch; readonly route: HttpRoute; readonly ends: readonly WorkloadExamination[] }[];
  readonly ends: readonly WorkloadExamination[];
}

/** Host headers that the conditions of a scope may tell apart from the usual one. */
export function hostCandidates(scope: Scope): string[] {
  const { tests, routes, ends } = conditionsOf(scope);
  const asked = [...tests, ...ends.flatMap(({ examination }) => examination.tests)].filter(({ dimension }) => dimension === 'host').flatMap(({ values }) => values)
    .flatMap((value) => samplesOf(policyPattern(value), 'any'));
  const matched = routes.flatMap(({ match }) => (match === undefined ? [] : [match.authority, ...match.headers.filter(({ name }) => /^(?::authority|host)$/i.test(name)).map(({ pattern }) => pattern)]))
    .flatMap((pattern) => (pattern === undefined ? [] : samplesOf(routePattern(pattern), 'any')));
  return [...new Set([...asked, ...matched])].map((host) => (host.endsWith(':') ? `${host}443` : host)).filter((host) => /^[A-Za-z0-9.:_-]+$/.test(host));
}

/** Derives the surface of an endpoint from its scope. `ask` makes a request of a part. */
export function surfaceOf(scope: Scope, policiesOf: PoliciesOf, ask: (more: Partial<AccessRequest>) => AccessRequest): Surface {
  const conditions = conditionsOf(scope);
  const limits: string[] = [];
  const paths = distinct(pathSamples(conditions, limits), (path) => scope.path(ask({ path, ...(path === '*' ? { method: 'OPTIONS' } : {}) })));
  const methods = distinct(methodCandidates(patternsOf(conditions, 'method')), (method) => scope.method(ask({ method })));
  const origins = conditions.routes.flatMap(({ route }) => [route.headers, ...route.destinations.map(({ headers }) => headers)]).flatMap(originsOf);
  const issuers = issuersOf(scope);
  const demands = allDemands(scope, conditions, [...origins, ...claimOrigins(issuers)], policiesOf);
  return { paths: [...paths.values()], methods: [...methods.values()], headers: headerSamples(demands, limits), demands, issuers, limits };
}

function conditionsOf(scope: Scope): Conditions {
  if (scope instanceof GatewayScope) {
    return {
      tests: scope.examination.tests,
      routes: scope.ways.map(({ entry, ends }) => ({ match: entry.match, route: entry.route, ends })),
      ends: [...new Map(scope.ways.flatMap(({ ends }) => ends).map((end) => [`${end.pods.workload.namespace}/${end.pods.workload.name}:${end.pods.port}`, end])).values()],
    };
  }
  return { tests: [], routes: [], ends: (scope as ServiceScope | StreamScope).ends };
}

function patternsOf({ tests, routes, ends }: Conditions, dimension: 'method' | 'path'): TextPattern[] {
  const policies = [...tests, ...ends.flatMap(({ examination }) => examination.tests)].filter((test) => test.dimension === dimension)
    .flatMap(({ key, values }) => values.map((value) => policyPattern(value, key === 'paths')));
  const matched = routes.flatMap(({ match }) => {
    const pattern = dimension === 'method' ? match?.method : match?.uri;
    return pattern === undefined ? [] : [routePattern(pattern)];
  });
  return [...matched, ...policies];
}

function pathSamples(conditions: Conditions, limits: string[]): Sample<string>[] {
  const patterns = patternsOf(conditions, 'path');
  if (patterns.some(({ kind }) => kind === 'regex')) limits.push('a route compares paths with a regular expression, of which only some texts are tried');
  const before = conditions.routes.flatMap(({ match, route, ends }) => {
    const wanted = ends.flatMap(({ examination }) => examination.tests).filter(({ dimension }) => dimension === 'path').flatMap(({ values }) => values).flatMap((value) => samplesOf(policyPattern(value, true)));
    return rewrittenTo(wanted, route, match);
  });
  const found = pathCandidates(patterns, before);
  const queries = conditions.routes.flatMap(({ match }) => (match === undefined || match.queryParams.length === 0 ? [] : [queryOf(match)]));
  const asked = found.filter(({ odd }) => odd !== true).flatMap(({ value }) => [...new Set(queries)].map((query) => ({ value: `${value}${query}`, label: `${value}${query}` })));
  if (asked.length > MAX_QUERIES) limits.push(`of ${asked.length} pairs of path and query ${MAX_QUERIES} are tried`);
  return [...found, ...asked.slice(0, MAX_QUERIES)];
}

/** Paths that a rewrite turns into those wanted. */
function rewrittenTo(wanted: readonly string[], { rewriteUri, rewriteRegex }: HttpRoute, match: RouteMatch | undefined): string[] {
  if (rewriteRegex !== undefined) return samplesOf({ kind: 'regex', value: rewriteRegex.match });
  if (rewriteUri === undefined) return [];
  const prefix = match?.uri === undefined || match.uri.kind !== 'prefix' ? '/' : match.uri.value;
  return wanted.filter((path) => path.startsWith(rewriteUri)).map((path) => prefix + path.slice(rewriteUri.length));
}

function queryOf({ queryParams }: RouteMatch): string {
  return `?${queryParams.map(({ name, pattern }) => `${name}=${samplesOf(routePattern(pattern))[0] ?? ''}`).join('&')}`;
}

function allDemands(scope: Scope, conditions: Conditions, origins: readonly HeaderOrigin[], policiesOf: PoliciesOf): Demand[] {
  const own = scope instanceof GatewayScope || scope instanceof StreamScope ? scope.fields : [];
  const rules = [...own, ...conditions.ends.flatMap((end) => relevantFields(policiesOf(end), undefined))];
  const ofRoutes = conditions.routes.flatMap(({ match }) => (match === undefined ? [] : [...match.headers, ...match.withoutHeaders]
    .filter(({ name }) => !name.startsWith(':') && name.toLowerCase() !== 'host')
    .flatMap(({ name, pattern }) => samplesOf(routePattern(pattern)).slice(0, MAX_VALUES).map((sample) => routeDemand(name, sample, origins)))));
  const ofServers = scope instanceof GatewayScope ? [...scope.certificateNames, ...scope.schemes] : [];
  return [...rules.flatMap(({ fields }) => demandsOf(fields, origins, MAX_VALUES)), ...ofRoutes, ...ofServers];
}

/** A header of a route, which may stand for a claim of the token. */
function routeDemand(name: string, sample: string, origins: readonly HeaderOrigin[]): Demand {
  const claim = /^@request\.auth\.claims(?:\.(.+)|((?:\[[^[\]]+\])+))$/i.exec(name);
  if (claim === null) return headerDemand(name.toLowerCase(), sample, origins);
  const [root, ...inner] = claim[1] === undefined ? claim[2].slice(1, -1).split('][') : claim[1].split('.');
  const value = inner.reduceRight<unknown>((nested, key) => ({ [key]: nested }), sample);
  const nothing = { uris: [], dnsNames: [], claims: new Map<string, unknown>(), headers: new Map<string, string>() };
  if (inner.length === 0 && root === 'iss') return { ...nothing, tokenIssuer: sample };
  if (inner.length === 0 && root === 'sub') return { ...nothing, tokenSubject: sample };
  return { ...nothing, claims: new Map([[root, value]]) };
}

/** Headers that proxies fill from claims. */
function claimOrigins(issuers: readonly JwtRule[]): HeaderOrigin[] {
  return issuers.flatMap(({ outputClaimToHeaders }) => outputClaimToHeaders.map(({ header, claim }) => ({ header, from: { claim }, before: '', after: '' })));
}

function issuersOf(scope: Scope): JwtRule[] {
  const ends = scope instanceof GatewayScope ? scope.ways.flatMap((way) => way.ends) : (scope as ServiceScope | StreamScope).ends;
  const examinations = [...(scope instanceof GatewayScope ? [scope.examination] : []), ...ends.map(({ examination }) => examination)];
  return [...new Set(examinations.flatMap(({ providers }) => providers.flat()).map(({ rule }) => rule))];
}

/** No header lines; what each rule wants together; and every combination of single lines. */
function headerSamples(demands: readonly Demand[], limits: string[]): Sample<HeaderSet>[] {
  const found = new Map<string, HeaderSet>([['', new Map()]]);
  const add = (headers: HeaderSet) => { if (found.size < MAX_HEADER_SETS) found.set(describeHeaders(headers), headers); };
  const byName = new Map<string, Set<string>>();
  for (const { headers } of demands) {
    if (headers.size > 0) add(new Map([...headers].map(([name, value]) => [name, [value]])));
    for (const [name, value] of headers) byName.set(name, (byName.get(name) ?? new Set(['any-other', ''])).add(value));
  }
  const total = [...byName.values()].reduce((product, values) => product * (values.size + 1), 1);
  for (const [name, values] of byName) for (const value of values) add(new Map([[name, [value]]]));
  if (total > MAX_HEADER_SETS) limits.push(`of ${total} combinations of header values those that rules ask for are tried`);
  else combinations([...byName]).forEach(add);
  return [...found].map(([label, value]) => ({ value, label }));
}

function combinations(names: readonly (readonly [string, ReadonlySet<string>])[]): HeaderSet[] {
  const extended = (set: HeaderSet, name: string, values: ReadonlySet<string>) => [
    set, ...[...values].map((value) => new Map([...set, [name, [value]]])),
  ];
  return names.reduce<HeaderSet[]>((sets, [name, values]) => sets.flatMap((set) => extended(set, name, values)), [new Map()]);
}
