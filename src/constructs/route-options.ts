import type { Duration } from 'cdk8s';
import { checkFields } from '../model/known-fields';
import { PathPattern } from '../model/path-pattern';
import { StringMatch } from '../model/string-match';
import { Destination } from '../resources/destination';
import type { HeaderOperations } from '../resources/header-operations';
import type { CorsPolicy, HttpRetries, HttpRoute, RouteDestination } from '../resources/http-route';
import { Workload } from '../resources/workload';

/** Another workload that shares the requests of a route, under the same policies. */
export interface WeightedWorkload {
  /** The workload. It gets policies of its own with the same rules. */
  readonly workload: Workload;
  /** Its share in percent, from 0 to 100; the first workload gets the rest. */
  readonly weight: number;
}

/** How requests get from the gateway to the workload. */
export interface RouteOptions {
  /**
   * Paths that are routed; others are answered with 404 by the gateway.
   * @default - every path
   */
  readonly paths?: PathPattern[];
  /**
   * What the workload sees instead of the path, or instead of the matched part of a tree or prefix; needs exactly one entry in `paths`.
   *
   * The policy sees the new path, too: paths of grants are those after the rewrite.
   * @default - the path stays
   */
  readonly rewrite?: string;
  /**
   * The time until the answer must be complete, at least a millisecond.
   * @default - none
   */
  readonly timeout?: Duration;
  /**
   * Retries.
   * @default - Istio's: two, on failures before the request reached the workload
   */
  readonly retries?: HttpRetries;
  /**
   * Web pages of other origins that may call. The gateway answers their preflight requests.
   * @default - none: preflights reach the workload, where they are refused with 403 because they carry no identity
   */
  readonly cors?: CorsPolicy;
  /**
   * Other workloads that share the requests.
   * @default - none
   */
  readonly split?: WeightedWorkload[];
}

/**
 * The workloads behind a route: the first, and those that share its requests.
 * @internal
 */
export function workloadsOf(first: Workload, route: RouteOptions): Workload[] {
  if (!(first instanceof Workload)) throw new Error(`invalid workload \`${String(first)}\`: expected a \`Workload\`, as in \`Workload.of({ service: 'httpbin', port: 8000, labels: { app: 'httpbin' } })\``);
  checkFields('route', route, ['paths', 'rewrite', 'timeout', 'retries', 'cors', 'split']);
  if (route.split === undefined) return [first];
  if (!Array.isArray(route.split) || route.split.length === 0) throw new Error('empty list `split`: leave it out to send every request to one workload');
  let sum = 0;
  const seen = new Set([nameOf(first)]);
  for (const { workload, weight } of route.split) {
    if (!(workload instanceof Workload)) throw new Error(`invalid workload \`${String(workload)}\` in \`split\`: expected a \`Workload\``);
    if (!Number.isInteger(weight) || weight < 0 || weight > 100) throw new Error(`invalid weight \`${String(weight)}\` of workload \`${workload.service}\`: expected an integer from 0 to 100`);
    if (seen.has(nameOf(workload))) throw new Error(`workload \`${workload.service}\` shares the requests with itself: give each workload a Service of its own`);
    seen.add(nameOf(workload));
    sum += weight;
  }
  if (sum > 100) throw new Error(`weights in \`split\` sum up to \`${sum}\`: expected at most 100, the first workload gets the rest`);
  return [first, ...route.split.map(({ workload }) => workload)];
}

/**
 * The routes of a secured workload; each carries the same header operations.
 * @internal
 */
export function routesOf(first: Workload, namespace: string, route: RouteOptions, headers: HeaderOperations): HttpRoute[] {
  const { paths, rewrite, timeout, retries, cors, split = [] } = route;
  if (paths !== undefined && (!Array.isArray(paths) || paths.length === 0)) throw new Error('empty list `paths` of the route: leave it out to route every path');
  for (const path of paths ?? []) {
    if (!(path instanceof PathPattern)) throw new Error(`invalid path \`${String(path)}\` of the route: expected a \`PathPattern\`, as in \`PathPattern.tree('/api')\``);
  }
  const rest = 100 - split.reduce((sum, { weight }) => sum + weight, 0);
  // The policies of a workload that names no namespace go into this one, so the requests must go there as well.
  const to = (workload: Workload): Destination => Destination._workloadIn(workload, namespace);
  const destinations: RouteDestination[] = split.length === 0 ? [{ destination: to(first) }] : [
    { destination: to(first), weight: rest },
    ...split.map(({ workload, weight }) => ({ destination: to(workload), weight })),
  ];
  const base: HttpRoute = {
    destinations,
    headers,
    ...(timeout === undefined ? {} : { timeout }),
    ...(retries === undefined ? {} : { retries }),
    ...(cors === undefined ? {} : { cors }),
  };
  const values = pathValues(paths ?? []);
  if (rewrite === undefined) return [{ ...base, ...(values.length === 0 ? {} : { match: values.map((value) => ({ uri: uriMatch(value) })) }) }];
  if (paths?.length !== 1 || values.some((value) => value.includes('{'))) {
    throw new Error(`rewrite \`${rewrite}\` needs exactly one path, exact, tree or prefix: give it in \`paths\` of the route`);
  }
  if (typeof rewrite !== 'string' || !rewrite.startsWith('/')) throw new Error(`invalid rewrite \`${String(rewrite)}\`: expected a path with a leading \`/\``);
  return values.map((value) => ({ ...base, match: [{ uri: uriMatch(value) }], rewrite: { uri: rewritten(value, rewrite) } }));
}

/**
 * The path values of a route, each once and sorted: two routes that share none do not meet.
 * @internal
 */
export function pathValues(paths: PathPattern[]): string[] {
  return [...new Set(paths.flatMap((path) => path.allowValues()))].sort();
}

function uriMatch(value: string): StringMatch {
  if (value.includes('{')) {
    const segments = value.split('/').map((segment) => (segment === '{*}' ? '[^/]+' : segment === '{**}' ? '.*' : segment.replace(/[.+()$]/g, '[$&]')));
    return StringMatch.regex(segments.join('/'));
  }
  return value.endsWith('*') ? StringMatch.prefix(value.slice(0, -1)) : StringMatch.exact(value);
}

// Istio replaces the matched prefix alone, so what stands for `/a/` must end in `/` as well.
function rewritten(value: string, rewrite: string): string {
  return value.endsWith('/*') && !rewrite.endsWith('/') ? `${rewrite}/` : rewrite;
}

function nameOf(workload: Workload): string {
  return `${workload.namespace ?? ''}/${workload.service}`;
}
