import { Attempt } from './attempt';
import { ANONYMOUS, Caller, holder, namedHolders, PLAINTEXT, SOME_ISSUER, STRANGERS } from './caller';
import { OutsideWorld } from './outside';
import { demandsCertificate, Door, Doors, ordinarily } from './place';
import { dated } from './repair';
import { Search } from './search';
import { hostTarget, HostTarget, trustedHeaders } from './target';
import { apiRuleForm, asWritten, FORMS, Prey, TenantForm } from './tenant-objects';
import { exampleOf, fieldsOf, pathsOf } from './vocabulary';
import { Client, Mesh, MeshOptions } from '../authz';
import { EvaluatedMesh } from '../authz/evaluation';
import { findBackend } from '../mesh/backend';
import { Value } from '../mesh/value';

const EARLIER = '2000-01-01T00:00:00Z';
const MAX_PATHS = 4;

interface Hunted {
  readonly prey: Prey;
  readonly target: HostTarget;
  readonly paths: readonly string[];
  readonly home: Door;
}

/** Looks for what somebody can open who may write networking objects in one namespace for the same proxies. */
export function searchTenant(
  world: OutsideWorld,
  documents: readonly Value[],
  hosts: readonly string[],
  namespace: string,
  reading: MeshOptions,
): void {
  const hunted = hosts.flatMap((host) => huntedHost(world, host));
  if (hunted.length === 0) return;
  const earlier = dated(documents, EARLIER);
  const reach = new Reach(world, hunted);
  for (const form of [...FORMS, ...apiRuleForms(world.real)]) tryForm(world, { earlier, hunted, reach, namespace, reading }, form);
}

interface Hunt {
  readonly earlier: readonly Value[];
  readonly hunted: readonly Hunted[];
  readonly reach: Reach;
  readonly namespace: string;
  readonly reading: MeshOptions;
}

function tryForm(world: OutsideWorld, hunt: Hunt, form: TenantForm): void {
  const { earlier, hunted, namespace, reading } = hunt;
  const added = hunted.map(({ prey }) => form.objects(prey, namespace));
  const objects = added.flatMap((own) => own ?? []);
  if (objects.length === 0) return;
  const mesh = Mesh.fromManifests([...earlier, ...objects], reading);
  const search = new Search(mesh, world.search.meant, world.search.at);
  const doors = new Doors(mesh._evaluated(), []);
  hunted.forEach((victim, index) => {
    if (added[index] !== undefined) tryHost(world, hunt, search, doors, victim, added[index], form);
  });
  world.search.requests += search.evaluated;
  world.search.evaluated += search.evaluated;
}

function tryHost(
  world: OutsideWorld,
  { reach, namespace }: Hunt,
  search: Search,
  doors: Doors,
  { prey, target, paths, home }: Hunted,
  objects: readonly object[],
  form: TenantForm,
): void {
  const host = form.host(prey);
  for (const door of doors.of(host)) {
    for (const caller of callersAt(door, namespace, world, target)) {
      for (const path of paths) {
        const attempt: Attempt = { caller, door, host, path, method: 'GET', headers: [] };
        if (reach.includes(target, caller, path)) continue;
        const verdict = search.exactly(attempt);
        if (verdict.state === 'open') world.search.doubt(`${form.text}: GET ${host}${path}, ${caller.text}`, verdict.doubt!);
        if (verdict.state !== 'in' || !target.services.includes(verdict.decision.workload!)) continue;
        const refusal: Attempt = { ...attempt, door: home, host: prey.host, caller: home.secure ? caller : PLAINTEXT };
        world.search.report({
          cause: `tenant ${form.id}`,
          means: ['tenant'],
          attempt,
          decision: verdict.decision,
          refusal: { attempt: refusal, decision: world.search.meantForJust(refusal).decision },
          because: `${form.text} leads to ${verdict.decision.workload}, which ${caller.text} does not reach without it`,
          cure: form.cure,
          also: [],
          objects: objects.map(asWritten),
        }, prey.host);
      }
    }
  }
}

/** Who comes through a door: nobody with a name, a client of ours whom no policy names, and at a door of the tenant's CA whoever the tenant wants. */
function callersAt(door: Door, namespace: string, { headers, real }: OutsideWorld, { gateways, workloads }: HostTarget): Caller[] {
  if (!door.secure) return [PLAINTEXT];
  if (!demandsCertificate(door)) return [ANONYMOUS];
  if (door.server.gateway.namespace !== namespace) return [STRANGERS[0]];
  const wanted = namedHolders([...gateways.rules, ...workloads.rules], headers, real.view.settings.trustDomain);
  const anybody = holder({ subject: 'CN=tenant', issuer: SOME_ISSUER, uris: [], dnsNames: [] }, 'a certificate', false);
  return [anybody, ...wanted].map((caller) => ({ ...caller, text: `${caller.text} of the tenant's CA`, certificate: true, named: false, foreign: true }));
}

/** Who reaches which workloads without the tenant, by any of their hosts. */
class Reach {
  private readonly known = new Map<string, boolean>();

  public constructor(private readonly world: OutsideWorld, private readonly hunted: readonly Hunted[]) {}

  public includes({ services }: HostTarget, caller: Caller, path: string): boolean {
    const key = JSON.stringify([services, caller.text, path]);
    const before = this.known.get(key);
    if (before !== undefined) return before;
    const { doors, search } = this.world;
    const known: Caller = caller.foreign === true ? { ...caller, client: Client.untrusted() } : caller;
    const hosts = this.hunted.filter(({ target }) => target.services.some((service) => services.includes(service))).map(({ prey }) => prey.host);
    const found = hosts.some((host) => doors.of(host).some((door) => {
      const form = !door.secure ? PLAINTEXT : known === PLAINTEXT ? ANONYMOUS : known;
      const { state, decision } = search.meantFor({ caller: form, door, host, path, method: 'GET', headers: [] });
      return state === 'in' && services.includes(decision.workload!);
    }));
    this.known.set(key, found);
    return found;
  }
}

function huntedHost(world: OutsideWorld, host: string): Hunted[] {
  const doors = world.doors.of(host);
  const home = world.doors.home(host).find(demandsCertificate) ?? world.doors.home(host)[0] ?? doors[0];
  if (home === undefined) return [];
  const target = hostTarget(world.real, host, doors);
  const rules = [...target.gateways.rules, ...target.workloads.rules];
  const backend = target.routes.flatMap(({ route }) => route.destinations).flatMap((destination) => {
    const { host: where, port, subset } = destination;
    const found = findBackend(world.real.view, where, port, subset, home.proxy.workload.namespace, home.server.port, ordinarily());
    if (found.kind !== 'pods') return [];
    const [namespace, name] = found.service.split('/');
    return [{ namespace, name, port: port ?? 80 }];
  })[0];
  if (backend === undefined) return [];
  const trusted = trustedHeaders(rules, target.routes.map(({ route }) => route), world.headers);
  const { gateway, tls } = home.server;
  const prey: Prey = {
    host,
    gateway: `${gateway.namespace}/${gateway.name}`,
    selector: gateway.selector,
    credential: tls?.credentialNames[0],
    proxyNamespace: home.proxy.workload.namespace,
    service: backend,
    identity: [...trusted].flatMap(([name, values]) => (values.size === 0 ? [] : [[name, exampleOf([...values][0])] as const])),
  };
  return [{ prey, target, home, paths: pathsOf(fieldsOf(rules), target.routes.map(({ route }) => route)).slice(0, MAX_PATHS) }];
}

/** APIRules go to a gateway of a wildcard host that asks for no certificate, where Kyma is in use. */
function apiRuleForms({ view }: EvaluatedMesh): TenantForm[] {
  const kyma = view.gateways.some(({ namespace }) => namespace === 'kyma-system') || view.virtualServices.some(({ object }) => object.origin !== undefined);
  if (!kyma) return [];
  const servers = view.gateways.flatMap(({ servers: own }) => own).filter(({ tls, hosts }) => tls?.mode === 'SIMPLE' && hosts.some((host) => host.startsWith('*.')));
  return servers.slice(0, 1).map(({ gateway, hosts }) => apiRuleForm(`${gateway.namespace}/${gateway.name}`, hosts.find((host) => host.startsWith('*.'))!.slice(2)));
}
