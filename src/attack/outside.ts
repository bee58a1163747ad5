import { Attempt, isRefusal, Verdict } from './attempt';
import { ANONYMOUS, bearers, Caller, namedHolders, PLAINTEXT, STRANGERS, UNTRUSTED } from './caller';
import { combinations } from './combination';
import { explain } from './explain';
import { forgeries, Forgery } from './forgery';
import { anchorOf, demandsCertificate, Door, Doors } from './place';
import { EVERYWHERE, refuserOf, Search } from './search';
import { climbs, doubleSpellings, isSpellingOf, Spelling, spellings } from './spelling';
import { guardOf, HostTarget, hostTarget, trustedHeaders } from './target';
import { exampleOf, fieldsOf, IdentityHeader, methodsOf, pathsOf, valuesOf } from './vocabulary';
import { Means } from './way-in';
import { Outcome } from '../authz';
import { EvaluatedMesh } from '../authz/evaluation';
import { textTest } from '../authz/string-match';
import { PolicyRule } from '../mesh/authorization-policy';
import { surelySelects } from '../mesh/labels';
import { HttpRoute } from '../mesh/virtual-service';

/** The most combinations that are tried for one plain request. */
const MAX_COMBINATIONS = 6000;
const WIDEST = 2;

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

interface Entrance {
  readonly door: Door;
  readonly caller: Caller;
  readonly means: readonly Means[];
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
        tryAll(world, target, { plain, refusal, near, forged, prefixes, pathMatters: spelt });
      }
    }
  }
}

interface Siege {
  readonly plain: Attempt;
  readonly refusal: Verdict;
  readonly near: readonly Door[];
  readonly forged: readonly Forgery[];
  readonly prefixes: readonly string[];
  readonly pathMatters: boolean;
}

function tryAll(world: OutsideWorld, target: HostTarget, { plain, refusal, near, forged, prefixes, pathMatters }: Siege): void {
  const { search } = world;
  const spelt = pathMatters && refusal.state !== 'closed' ? [...spellings(plain.path), ...climbs(plain.path, prefixes)] : [];
  const entrances = entrancesOf(plain, refusal, near);
  const dead = new Set<number>();
  const attemptOf = ([e, f, h, p, m]: readonly number[], paths: readonly Spelling[]): { attempt: Attempt; means: Means[]; notes: string[] } => {
    const entrance = entrances[e];
    const means: Means[] = [...entrance.means];
    if (f > 0) means.push('forged header');
    if (h > 0) means.push('host spelling');
    if (p > 0) means.push('path spelling');
    if (m > 0) means.push('method');
    const host = h === 0 ? plain.host : hostSpellings(plain.host, entrance.door.port)[h - 1];
    const attempt = { ...plain, caller: entrance.caller, door: entrance.door, host, path: p === 0 ? plain.path : paths[p - 1].path, method: m === 0 ? plain.method : 'HEAD', headers: f === 0 ? [] : forged[f - 1].headers };
    return { attempt, means: means.length === 0 ? ['plain'] : means, notes: p === 0 ? [] : [paths[p - 1].path] };
  };
  const visit = (paths: readonly Spelling[]) => (choice: readonly number[]): boolean => {
    const [, , , p] = choice;
    if (dead.has(choice[0])) return false;
    const { attempt, means, notes } = attemptOf(choice, paths);
    if (choice.every((value) => value === 0) && search.real === search.meant && refusal.state !== 'in') return mark(dead, choice[0], refusal);
    const verdict = search.attempt(attempt, refusal);
    if (choice.slice(1).every((value) => value === 0)) mark(dead, choice[0], verdict);
    if (verdict.state === 'open' && refusal.doubt === undefined) search.doubt(describePlain(plain), verdict.doubt!);
    if (verdict.state !== 'in' || !target.services.includes(verdict.decision.workload!)) return false;
    if (p > 0 && !arrivesAs(verdict, plain.path, target)) return false;
    search.report(explain({ attempt, means, verdict, plain, refusal }), notes[0] ?? (plain.host === attempt.host ? plain.host : ''));
    return true;
  };
  const parts = (paths: readonly Spelling[]) => [entrances, ['', ...forged], ['', ...hostSpellings(plain.host, 443)], ['', ...paths], plain.method === 'GET' ? ['', 'HEAD'] : ['']];
  let any = false;
  const note = (seen: (choice: readonly number[]) => boolean) => (choice: readonly number[]) => {
    const found = seen(choice);
    any ||= found;
    return found;
  };
  if (!combinations(parts(spelt), WIDEST, MAX_COMBINATIONS, note(visit(spelt)))) search.truncated = true;
  // Who is let in by no rule is let in by none for a path that is spelt twice; a rule that denies a path has to know every spelling.
  if (!any && spelt.length > 0 && refusal.decision.unmet.length === 0) {
    const twice = doubleSpellings(plain.path);
    const only = [entrances.slice(0, 1), [''], [''], ['', ...twice], ['']];
    if (!combinations(only, 1, MAX_COMBINATIONS, visit(twice))) search.truncated = true;
  }
}

/** Whether what reaches the workload is the plain path, spelt otherwise: the gateway has resolved some of it. Where a route rewrites paths nobody knows. */
function arrivesAs({ decision }: Verdict, path: string, { routes }: HostTarget): boolean {
  return routes.some(({ route }) => route.rewriteUri !== undefined || route.rewriteRegex !== undefined) || isSpellingOf(decision.upstreamPath!, path);
}

function mark(dead: Set<number>, entrance: number, { state }: Verdict): false {
  if (state === 'closed') dead.add(entrance);
  return false;
}

/** Whether a plain request is turned away, or is meant to be although it is not. */
function refusalOf({ search, protect }: OutsideWorld, plain: Attempt): Verdict | undefined {
  const verdict = search.meantFor(plain);
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
  search.protect({ host: plain.host, services }, whole ? EVERYWHERE : path, caller.text, refuserOf(refusal) || 'as given');
}

/** The ways in which a caller may come: through other doors, and without what he may leave at home. */
function entrancesOf({ caller, door: home }: Attempt, refusal: Verdict, near: readonly Door[]): Entrance[] {
  const bare: Caller = { ...ANONYMOUS, token: caller.token };
  const mayDrop = caller.certificate && (refusal.state !== 'closed' || demandsCertificate(home!));
  const denied = refusal.decision.rule !== undefined && refusal.decision.unmet.length === 0;
  return near.flatMap((door): Entrance[] => {
    const other: Means[] = door === home ? [] : ['entrance'];
    if (!door.secure) return [{ door, caller: home!.secure ? { ...PLAINTEXT, token: caller.token } : caller, means: other }];
    const forms: Entrance[] = [{ door, caller, means: other }];
    if (mayDrop) forms.push({ door, caller: bare, means: [...other, 'anonymous'] });
    if (caller.token !== undefined && denied) forms.push({ door, caller: { ...caller, token: undefined, text: caller.certificate ? caller.text : ANONYMOUS.text }, means: [...other, 'anonymous'] });
    return forms;
  });
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

/** The same host, written otherwise. */
function hostSpellings(host: string, port: number): string[] {
  return [`${host}:${port}`, `${host}:9`, host.toUpperCase(), `${host}.`];
}

function describePlain({ host, path, method, caller }: Attempt): string {
  return `${method} ${host}${path}, ${caller.text}`;
}
