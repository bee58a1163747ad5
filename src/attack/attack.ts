import { searchAuthority } from './authority';
import { searchExternal } from './external';
import { notModelled } from './fragment';
import { searchService } from './inside';
import { OutsideWorld, searchHost } from './outside';
import { searchOvershadowed } from './overshadow';
import { Doors, ordinarily, demandsCertificate } from './place';
import { DeadGuard, repaired } from './repair';
import { Refused, Search } from './search';
import { searchSurviving } from './surviving';
import { hostTarget } from './target';
import { searchTenant } from './tenant';
import { ANYTHING, fieldsOf, hostExample, identityHeaders, pathsOf, valuesOf } from './vocabulary';
import { Doubt, Protection, WayIn } from './way-in';
import { Mesh, MeshOptions } from '../authz';
import { EvaluatedMesh } from '../authz/evaluation';
import { findBackend } from '../mesh/backend';
import { Value } from '../mesh/value';

/** What is attacked, and how manifests are read. */
export interface AttackOptions {
  readonly mesh?: MeshOptions;
  /** When the requests are sent. */
  readonly at?: string;
  /** Hosts, and with a slash paths, that only callers whom policies name may reach. */
  readonly protect?: readonly string[];
  /** A namespace in which somebody may write Gateways, VirtualServices and APIRules for the same proxies. */
  readonly tenant?: string;
  /** Told how far the search is, from 0 to 1. */
  readonly progress?: (done: number) => void;
}

/** How much a search looked through. */
export interface AttackCounts {
  /** Requests that were tried. */
  readonly requests: number;
  /** Those that the manifests tell apart: of each class one was evaluated. */
  readonly classes: number;
  readonly servers: number;
  readonly hosts: number;
  readonly services: number;
  readonly policies: number;
}

/** What a search found, and how far it looked. */
export interface AttackReport {
  readonly ways: readonly WayIn[];
  readonly protected: readonly Protection[];
  readonly doubts: readonly Doubt[];
  /** What is among the manifests and was not looked through completely. */
  readonly notModelled: readonly string[];
  readonly assumptions: readonly string[];
  /** Some of the attempts that are refused. */
  readonly refused: readonly Refused[];
  readonly counts: AttackCounts;
  /** Whether nothing else gets in: every class of requests was tried, and every answer is determined. */
  readonly complete: boolean;
}

/** Searches manifests for ways in: requests that get through although they are refused in plain form. */
export function attack(documents: readonly Value[], options: AttackOptions = {}): AttackReport {
  const reading: MeshOptions = { createdTogether: true, ...options.mesh };
  const real = Mesh.fromManifests([...documents], reading);
  const { view } = real._evaluated();
  const { documents: better, dead } = repaired(documents, view);
  const meant = dead.length === 0 ? real : Mesh.fromManifests(better, reading);
  const search = new Search(real, meant, options.at);
  const world = worldOf(search, real, meant, options.protect);
  const hosts = hostsOf(world.real);
  const services = servicesOf(world.real);
  const steps = hosts.length + services.length;
  let done = 0;
  const step = () => { done += 1; options.progress?.(done / steps); };
  for (const host of hosts) {
    attackHost(world, host);
    search.forget();
    step();
  }
  for (const target of services) {
    searchService(search, world, target, world.headers);
    search.forget();
    step();
  }
  searchExternal(world, documents, options.tenant);
  if (options.tenant !== undefined) searchTenant(world, documents, hosts, options.tenant, reading);
  return report(search, world, { hosts: hosts.length, services: services.length }, dead);
}

function attackHost(world: OutsideWorld, host: string): void {
  searchHost(world, host);
  searchAuthority(world.search, world.real, world.doors, host);
  const doors = world.doors.of(host);
  const own = world.doors.home(host);
  const home = own.find(demandsCertificate) ?? own[0] ?? doors[0];
  if (home === undefined) return;
  const target = hostTarget(world.real, host, doors);
  if (target.services.length === 0) return;
  const paths = pathsOf(fieldsOf([...target.gateways.rules, ...target.workloads.rules]), target.routes.map(({ route }) => route)).slice(0, 8);
  searchSurviving(world, target, home, paths);
  searchOvershadowed(world, target, home);
}

/** What a search over one mesh needs. */
export function worldOf(search: Search, real: Mesh, meant: Mesh, protect?: readonly string[]): OutsideWorld {
  const evaluated = real._evaluated();
  const names = [...new Set(policiesOf(evaluated).flatMap(({ rules }) => valuesOf(fieldsOf(rules), 'connection.sni')))].map((value) => hostExample(value.replace(/^\*([^.])/, `*.${ANYTHING}$1`)));
  return {
    search,
    real: evaluated,
    meant: meant._evaluated(),
    doors: new Doors(evaluated, names),
    headers: identityHeaders(evaluated.view.virtualServices),
    protect,
  };
}

function policiesOf({ view, proxies }: EvaluatedMesh) {
  const workloads = [...view.workloads, ...proxies.map(({ workload }) => workload)];
  return [...new Set(workloads.flatMap((workload) => view.scoped(view.policies, workload)))];
}

/** One host of each kind that routes, servers and policies tell apart. */
export function hostsOf(mesh: EvaluatedMesh): string[] {
  const { view, proxies } = mesh;
  const ofServers = view.gateways.flatMap(({ servers }) => servers.flatMap(({ hosts }) => hosts.map((host) => host.split('/').pop()!)));
  const ofRoutes = view.virtualServices.filter(({ gateways }) => gateways.some((gateway) => gateway !== 'mesh')).flatMap(({ hosts }) => hosts);
  const gatewayPolicies = [...new Set(proxies.flatMap(({ workload }) => view.scoped(view.policies, workload)))];
  const ofPolicies = gatewayPolicies.flatMap(({ rules }) => valuesOf(fieldsOf(rules), 'hosts')).filter((host) => !/^\*(?!\.)/.test(host));
  return [...new Set([...ofRoutes, ...ofServers, ...ofPolicies].map(hostExample))].sort();
}

/** The Services with proxied pods: those of the manifests, and those that routes lead to. Those of gateways are doors. */
export function servicesOf({ view, proxies }: EvaluatedMesh): { readonly service: string; readonly port: number }[] {
  const known = view.services.filter(({ external }) => !external).flatMap(({ namespace, name, ports }) => ports.filter(({ http }) => http).map(({ port }) => ({ service: `${namespace}/${name}`, port })));
  const routed = view.virtualServices.flatMap(({ http }) => http.flatMap(({ destinations }) => destinations)).flatMap(({ host, port }) => {
    const backend = findBackend(view, host, port, undefined, view.settings.rootNamespace, port ?? 80, ordinarily());
    return backend.kind === 'pods' ? [{ service: backend.service, port: port ?? 80 }] : [];
  });
  const ofGateways = new Set(proxies.flatMap(({ serviceNames }) => serviceNames));
  const all = [...known, ...routed].filter(({ service }) => !ofGateways.has(service));
  return [...new Map(all.map((target) => [`${target.service}:${target.port}`, target])).values()];
}

function report(search: Search, world: OutsideWorld, looked: Pick<AttackCounts, 'hosts' | 'services'>, dead: readonly DeadGuard[]): AttackReport {
  const open = notModelled(world.real, world.doors);
  const ways = search.ways;
  return {
    ways: ways.map((way) => withSelector(way, dead)),
    protected: search.protected,
    doubts: search.undecided,
    notModelled: [...open, ...(search.truncated ? ['there were more combinations than were tried'] : [])],
    assumptions: [...new Set(ways.flatMap(({ decision }) => decision.assumptions))],
    refused: search.refused,
    counts: {
      requests: search.requests,
      classes: search.evaluated,
      servers: world.doors.servers,
      ...looked,
      policies: policiesOf(world.real).length,
    },
    complete: open.length === 0 && !search.truncated && search.undecided.length === 0,
  };
}

/** Of a guard that selects nothing its selector is what is wrong. */
function withSelector(way: WayIn, dead: readonly DeadGuard[]): WayIn {
  const guard = dead.find(({ object }) => way.cause.startsWith(`guard ${object.split(' ')[1]}`));
  if (guard === undefined || !way.means.includes('plain')) return way;
  return { ...way, because: `${guard.object} selects pods with ${guard.selector}, which no pods carry; those of Service ${guard.service}, for which it must be meant, are open` };
}
