import { Door, ordinarily, routesOf } from './place';
import { fieldsOf, headerOf, IdentityHeader } from './vocabulary';
import { EvaluatedMesh } from '../authz/evaluation';
import { JwtProvider } from '../authz/jwt-authn';
import { ProxySecurity } from '../authz/proxy-security';
import { hostTest } from '../authz/string-match';
import { AuthorizationPolicy, PolicyRule } from '../mesh/authorization-policy';
import { findBackend } from '../mesh/backend';
import { JwtRule } from '../mesh/request-authentication';
import { RouteEntry } from '../mesh/route-table';
import { HttpRoute } from '../mesh/virtual-service';
import { Workload } from '../mesh/workload';

/** Everything that decides who gets through a proxy. */
export interface Guard {
  readonly policies: readonly AuthorizationPolicy[];
  /** The rules that may speak about the target. */
  readonly rules: readonly PolicyRule[];
  readonly issuers: readonly JwtRule[];
  /** Whether an ALLOW policy is in force: then whoever matches no rule is kept out. */
  readonly closed: boolean;
}

/** What a host leads to. */
export interface HostTarget {
  readonly host: string;
  readonly doors: readonly Door[];
  readonly routes: readonly RouteEntry[];
  /** The Services that its routes lead to, `namespace/name`. */
  readonly services: readonly string[];
  readonly gateways: Guard;
  readonly workloads: Guard;
}

/** What stands between a host and the workloads behind it. */
export function hostTarget(mesh: EvaluatedMesh, host: string, doors: readonly Door[]): HostTarget {
  const routes = [...new Set(doors.flatMap((door) => routesOf(door, host)?.routes ?? []))];
  const backends = doors.flatMap(({ proxy, server }) => routes.flatMap(({ route }) => route.destinations.flatMap((destination) => {
    const { host: name, port, subset } = destination;
    const backend = findBackend(mesh.view, name, port, subset, proxy.workload.namespace, server.port, ordinarily());
    return backend.kind === 'none' ? [] : [backend];
  })));
  const authorities = new Set([host, ...routes.flatMap(({ route }) => route.rewriteAuthority ?? [])]);
  return {
    host,
    doors,
    routes,
    services: [...new Set(backends.map(({ service }) => service))],
    gateways: guardOf(mesh, doors.map(({ proxy }) => proxy.workload), [...authorities]),
    workloads: guardOf(mesh, backends.flatMap((backend) => (backend.kind === 'pods' && backend.workload.proxied ? [backend.workload] : [])), [...authorities]),
  };
}

/** What guards some workloads, as far as it may speak about these hosts; about any where none are given. */
export function guardOf(mesh: EvaluatedMesh, workloads: readonly Workload[], hosts?: readonly string[]): Guard {
  const distinct = [...new Map(workloads.map((workload) => [`${workload.namespace}/${workload.name}`, workload])).values()];
  const securities: ProxySecurity[] = distinct.map((workload) => mesh.security.of(workload, ordinarily()));
  const compiled = securities.flatMap(({ http }) => [...http.deny, ...http.allow, ...http.custom]);
  const rules = compiled.map(({ policy, number }) => policy.rules[number - 1]);
  return {
    policies: [...new Set(compiled.map(({ policy }) => policy))],
    rules: [...new Set(rules)].filter((rule) => hosts === undefined || hosts.some((host) => touches(rule, host))),
    issuers: securities.flatMap(({ providers }) => providers.map(({ rule }: JwtProvider) => rule)),
    closed: securities.some(({ http }) => http.closed),
  };
}

/** Whether a rule may speak about a host, with any port and in any spelling. */
function touches({ to }: PolicyRule, host: string): boolean {
  return to.length === 0 || to.some((operation) => operation.every(({ key, values }) => (
    key !== 'hosts' || values.length === 0 || values.some((value) => [host, `${host}:443`, `${host}:80`, `${host}.`].some((spelt) => hostTest(value)(spelt)))
  )));
}

/** The headers by which policies and routes tell callers and which callers may not write themselves, with the values that are asked for. */
export function trustedHeaders(
  rules: readonly PolicyRule[],
  routes: readonly HttpRoute[],
  known: ReadonlyMap<string, readonly IdentityHeader[]>,
): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const add = (name: string, value: string) => {
    if (known.has(name)) found.set(name, (found.get(name) ?? new Set()).add(value));
  };
  for (const field of fieldsOf(rules)) {
    const name = headerOf(field);
    if (name !== undefined) [...field.values, ...field.notValues].forEach((value) => add(name, value));
  }
  const matches = routes.flatMap((route) => route.matches ?? []);
  for (const { name, pattern } of matches.flatMap(({ headers, withoutHeaders }) => [...headers, ...withoutHeaders])) {
    if (pattern.kind === 'exact' || pattern.kind === 'prefix') add(name.toLowerCase(), pattern.value);
  }
  return found;
}
