import { Attempt, isRefusal, Verdict } from './attempt';
import { ANONYMOUS, bearers, Caller, namedHolders, PLAINTEXT, STRANGERS, UNTRUSTED } from './caller';
import { forgeries } from './forgery';
import { anchorOf, demandsCertificate, Door, Doors } from './place';
import { EVERYWHERE, refuserOf, Search } from './search';
import { Besieger } from './siege';
import { guardOf, HostTarget, hostTarget, trustedHeaders } from './target';
import { exampleOf, fieldsOf, IdentityHeader, methodsOf, pathsOf, valuesOf } from './vocabulary';
import { Outcome } from '../authz';
import { EvaluatedMesh } from '../authz/evaluation';
import { textTest } from '../authz/string-match';
import { PolicyRule } from '../mesh/authorization-policy';
import { surelySelects } from '../mesh/labels';
import { HttpRoute } from '../mesh/virtual-service';

/** What a search over the hosts of a mesh needs to know. */
export interface OutsideWorld {
  readonly search: Search;
  readonly real: EvaluatedMesh;
  readonly meant: EvaluatedMesh;
  readonly doors: Doors;
  readonly headers: ReadonlyMap<string, readonly IdentityHeader[]>;
  /** A host, and with a slash a path, that only callers whom policies name may reach; undefined where the manifests decide. */
  readonly protect?: readonly string[];
}

/** Looks for ways in to one host, from outside: whatever the mesh refuses in plain form is tried in every other. */
export function searchHost(world: OutsideWorld, host: string): void {
  const doors = world.doors.of(host);
  const home = homeOf(world.doors.home(host), doors);
  if (home === undefined) return;
  const target = hostTarget(world.real, host, doors);
  if (target.services.length === 0) return;
  const rules = [...new Set([...target.gateways.rules, ...target.workloads.rules, ...meantRules(world, target)])];
  const routes = [...new Set(target.routes.map(({ route }) => route))];
  const fields = fieldsOf(rules);
  const names = valuesOf(fields, 'connection.sni');
  const near = distinctDoors(doors, home, names);
  const forged = forgeries(trustedHeaders(rules, routes, world.headers));
  const pathMatters = fields.some(({ key }) => key === 'paths') || routes.some(({ directStatus }) => directStatus !== undefined);
  const prefixes = pathMatters ? openPrefixes(rules, routes) : [];
  const paths = pathsOf(fields, routes);
  const besieger = new Besieger(world.search, target);
  for (const method of methodsOf(fields, routes)) {
    for (const caller of callersOf(world, target, rules, home)) {
      const refused = paths.flatMap((path) => {
        const plain: Attempt = { caller: home.secure ? caller : { ...PLAINTEXT, token: caller.token }, door: home, host, path, method, headers: [] };
        const refusal = refusalOf(world, plain);
        return refusal === undefined ? [] : [{ plain, refusal }];
      });
      // Whoever is refused on every path that is told apart is refused in every spelling of one.
      const spelt = pathMatters && refused.length < paths.length;
      for (const { plain, refusal } of refused) {
        protectedBy(world, plain, refusal, target);
        besieger.besiege({ plain, refusal, near, forged, prefixes, pathMatters: spelt });
      }
    }
  }
}

/** Whether a plain request is turned away, or is meant to be although it is not. */
function refusalOf({ search, protect }: OutsideWorld, plain: Attempt): Verdict | undefined {
  const like = search.meantFor(plain);
  // A policy is named alike for all; a handshake says what is wrong with this certificate.
  const verdict = like.state === 'closed' ? search.meantForJust(plain) : like;
  const { state, decision } = verdict;
  const anonymous = !plain.caller.certificate && plain.caller.token === undefined;
  if (anonymous && demandsCertificate(plain.door!)) return verdict;
  if (!plain.caller.named && (protect ?? []).some((entry) => covers(entry, plain)) && ['in', 'open'].includes(state)) return verdict;
  if (state === 'refused' || (state === 'open' && isRefusal(decision))) return verdict;
  return state === 'closed' && decision.outcome === Outcome.HANDSHAKE_REJECTED ? verdict : undefined;
}

function covers(entry: string, { host, path }: Attempt): boolean {
  const slash = entry.indexOf('/');
  const [wanted, below] = slash < 0 ? [entry, '/'] : [entry.slice(0, slash), entry.slice(slash)];
  return wanted.toLowerCase() === host && (path === below || path.startsWith(below.endsWith('/') ? below : `${below}/`));
}

function protectedBy({ search }: OutsideWorld, plain: Attempt, refusal: Verdict, { services }: HostTarget): void {
  const { path, caller } = plain;
  const whole = refusal.state === 'closed' || (refusal.state === 'in' && demandsCertificate(plain.door!));
  search.protect({ host: plain.host, services }, whole ? EVERYWHERE : path, caller.text, refuserOf(refusal, search.names) || 'as given');
}

function callersOf(world: OutsideWorld, target: HostTarget, rules: readonly PolicyRule[], home: Door): Caller[] {
  const anchored = target.doors.some((door) => anchorOf(world.real, door) !== undefined || demandsCertificate(door));
  const tokens = bearers([...target.gateways.issuers, ...target.workloads.issuers], rules);
  const holders = anchored ? [...STRANGERS, ...namedHolders(rules, world.headers, world.real.view.settings.trustDomain)] : [];
  const withTokens = demandsCertificate(home) ? tokens.map((token) => ({ ...STRANGERS[0], token: token.token, text: `${STRANGERS[0].text}, ${token.text}` })) : tokens;
  return [ANONYMOUS, ...(anchored ? [UNTRUSTED] : []), ...holders, ...withTokens];
}

function meantRules({ meant, real }: OutsideWorld, target: HostTarget): readonly PolicyRule[] {
  if (meant === real) return [];
  const workloads = target.services.flatMap((service) => {
    const [namespace, name] = service.split('/');
    const found = meant.view.service(namespace, name);
    return found === undefined ? [] : meant.view.workloadsIn(namespace).filter(({ labels }) => surelySelects(found.selector, labels));
  });
  return guardOf(meant, workloads, [target.host]).rules;
}

/** The door of ordinary clients: the one that demands most, and plain HTTP only where there is no TLS. */
function homeOf(own: readonly Door[], all: readonly Door[]): Door | undefined {
  return own.find(demandsCertificate) ?? own[0] ?? all.find(({ secure }) => !secure) ?? all[0];
}

/** Doors that differ for routes or policies; the home door comes first. */
function distinctDoors(doors: readonly Door[], home: Door, names: readonly string[]): Door[] {
  const key = ({ proxy, port, chain, sni }: Door) => [proxy.workload.name, port, chains(chain), ...names.map((name) => textTest(name)(sni))].join(' ');
  const ids = new Map<unknown, number>();
  const chains = (chain: unknown) => ids.get(chain) ?? (ids.set(chain, ids.size), ids.size - 1);
  const rest = new Map(doors.filter((door) => key(door) !== key(home)).map((door) => [key(door), door]));
  return [home, ...rest.values()];
}

/** Prefixes below which some rule or route lets requests through. */
function openPrefixes(rules: readonly PolicyRule[], routes: readonly HttpRoute[]): string[] {
  const ofRules = rules.flatMap(({ to }) => to.flat()).filter(({ key }) => key === 'paths').flatMap(({ values }) => values)
    .map((value) => /^(\/[^*{]*?)(?:\*|\{\*\*\})$/.exec(value)?.[1]).filter((prefix): prefix is string => prefix !== undefined);
  const ofRoutes = routes.flatMap(({ matches }) => matches ?? []).flatMap(({ uri }) => (uri?.kind === 'prefix' ? [uri.value] : []));
  return [...new Set([...ofRules, ...ofRoutes])].map(exampleOf).slice(0, 8);
}
