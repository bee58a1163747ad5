import { Alike, alike, once } from './alike';
import { Attempt, Verdict } from './attempt';
import { ANONYMOUS, Caller, PLAINTEXT } from './caller';
import { combinations } from './combination';
import { explain } from './explain';
import { Forgery } from './forgery';
import { demandsCertificate, Door } from './place';
import { Search } from './search';
import { climbs, doubleSpellings, isSpellingOf, Spelling, spellings } from './spelling';
import { HostTarget } from './target';
import { Means } from './way-in';

/** The most combinations of classes that are tried for one plain request. */
const MAX_COMBINATIONS = 6000;
const WIDEST = 2;

/** A plain request that is refused, and what may be done to it. */
export interface Siege {
  readonly plain: Attempt;
  readonly refusal: Verdict;
  readonly near: readonly Door[];
  readonly forged: readonly Forgery[];
  readonly prefixes: readonly string[];
  readonly pathMatters: boolean;
}

interface Entrance {
  readonly door: Door;
  readonly caller: Caller;
  readonly means: readonly Means[];
}

/** What may be done to a plain request: the classes of each part, without that of the plain one. */
interface Departures {
  readonly entrances: readonly Entrance[];
  readonly forged: readonly Alike<Forgery>[];
  readonly hosts: readonly Alike<HostSpelling>[];
  readonly paths: readonly Alike<Spelling>[];
  readonly methods: readonly Alike<string>[];
}

/** The same host written otherwise, for a port. */
type HostSpelling = (host: string, port: number) => string;

const HOST_SPELLINGS: readonly HostSpelling[] = [(host, port) => `${host}:${port}`, (host) => `${host}:9`, (host) => host.toUpperCase(), (host) => `${host}.`];

interface Tried {
  readonly attempt: Attempt;
  readonly means: readonly Means[];
  /** The spellings of the path that are like the tried one; none for the plain path. */
  readonly paths: Alike<Spelling>;
  /** How many requests it stands for. */
  readonly like: number;
}

/**
 * Tries to get past what refuses plain requests to one host.
 *
 * Of each part of a request one of each class is tried: what the places behind the doors do not tell apart comes to the same, whatever the other parts are.
 */
export class Besieger {
  private readonly hosts = new Map<string, readonly Alike<HostSpelling>[]>();
  private readonly places = new Map<string, readonly Attempt[]>();
  private readonly spelt = new Map<string, readonly Alike<Spelling>[]>();
  private readonly speltTwice = new Map<string, readonly Alike<Spelling>[]>();
  private readonly methods = new Map<string, readonly Alike<string>[]>();
  private readonly forged = new Map<string, readonly Alike<Forgery>[]>();

  public constructor(private readonly search: Search, private readonly target: HostTarget) {}

  /** Tries a plain request in every other form. */
  public besiege(siege: Siege): void {
    const { plain, refusal, near, prefixes, pathMatters } = siege;
    const hosts = once(this.hosts, 'hosts', () => this.hostsOf(siege));
    const everywhere = once(this.places, 'places', () => near.flatMap((door) => (
      [plain.host, ...hosts.map(([spelling]) => spelling(plain.host, door.port))].map((host) => at(plain, door, host))
    )));
    const makeSpellings = () => [...spellings(plain.path), ...climbs(plain.path, prefixes)];
    const mayBeSpelt = pathMatters && refusal.state !== 'closed';
    const paths = mayBeSpelt ? once(this.spelt, plain.path, () => this.pathsOf(plain.path, everywhere, makeSpellings())) : [];
    const entrances = entrancesOf(plain, refusal, near);
    const methods = once(this.methods, plain.method, () => this.methodsOf(plain, everywhere));
    const who = entrances.map(({ door, caller }) => `${near.indexOf(door)} ${caller.text} ${caller.token?.text ?? ''}`).join('\n');
    const forged = once(this.forged, who, () => this.forgeriesOf(siege, entrances, hosts));
    const found = this.tryAll(siege, { entrances, hosts, paths, forged, methods }, WIDEST);
    // Who is let in by no rule is let in by none for a path that is spelt twice; a rule that denies a path has to know every spelling.
    if (found || paths.length === 0 || refusal.decision.unmet.length > 0) return;
    const twice = once(this.speltTwice, plain.path, () => this.pathsOf(plain.path, everywhere.slice(0, 1), doubleSpellings(plain.path)));
    this.tryAll(siege, { entrances: entrances.slice(0, 1), hosts: [], paths: twice, forged: [], methods: [] }, 1);
  }

  /** Whether any combination gets in. */
  private tryAll(siege: Siege, departures: Departures, widest: number): boolean {
    const { search } = this;
    const { plain, refusal } = siege;
    const { entrances, forged, hosts, paths, methods } = departures;
    const dead = new Set<number>();
    let found = false;
    const visit = (choice: readonly number[]): boolean => {
      const [entrance] = choice;
      if (dead.has(entrance)) return false;
      const bare = choice.slice(1).every((value) => value === 0);
      if (bare && entrance === 0 && search.real === search.meant && refusal.state !== 'in') return mark(dead, entrance, refusal);
      const tried = combined(plain, departures, choice);
      const verdict = search.attempt(tried.attempt, refusal, tried.like);
      if (bare) mark(dead, entrance, verdict);
      if (verdict.state === 'open' && refusal.doubt === undefined) search.doubt(describePlain(plain), verdict.doubt!);
      const success = verdict.state === 'in' && this.report(siege, tried);
      found ||= success;
      return success;
    };
    const parts = [entrances, ...[forged, hosts, paths, methods].map((part) => ['', ...part])];
    if (!combinations(parts, widest, MAX_COMBINATIONS, visit)) search.truncated = true;
    return found;
  }

  /** Reports what got in, if it is what was kept: the workload behind the host, under the plain path. */
  private report({ plain, refusal }: Siege, { attempt, means, paths }: Tried): boolean {
    const { search, target } = this;
    const all = paths.length === 0 ? [attempt] : paths.map(({ path }) => ({ ...attempt, path }));
    const reached = all.map((each) => ({ each, verdict: search.again(each, refusal) }))
      .filter(({ verdict: { state, decision } }) => state === 'in' && target.services.includes(decision.workload!))
      .filter(({ verdict }) => paths.length === 0 || arrivesAs(verdict, plain.path, target));
    const exact = reached.length === 0 ? refusal : search.meantForJust(plain);
    for (const { each, verdict } of reached) {
      const note = paths.length > 0 ? each.path : plain.host === each.host ? plain.host : '';
      search.report(explain({ attempt: each, means, verdict, plain, refusal: exact }, search.names), note);
    }
    return reached.length > 0;
  }

  private hostsOf({ plain, near }: Siege): Alike<HostSpelling>[] {
    const { classes } = this.search;
    const key = (host: HostSpelling) => near.map((door) => classes.host(at(plain, door, host(plain.host, door.port)))).join();
    return alike(HOST_SPELLINGS, key, key((host) => host));
  }

  private pathsOf(path: string, where: readonly Attempt[], spelt: readonly Spelling[]): readonly Alike<Spelling>[] {
    const { classes } = this.search;
    const key = (other: string) => where.map((attempt) => classes.path({ ...attempt, path: other })).join();
    // Tokens are read from the query too.
    const asked = (other: string) => where.map((attempt) => classes.credentials({ ...attempt, path: other })).join();
    const unasked = asked(path);
    const withQuery = (other: string) => (other.includes('?') && asked(other) !== unasked ? `${key(other)} ${asked(other)}` : key(other));
    return alike(spelt, (spelling) => withQuery(spelling.path), key(path));
  }

  private forgeriesOf({ plain, forged }: Siege, entrances: readonly Entrance[], hosts: readonly Alike<HostSpelling>[]): Alike<Forgery>[] {
    const { classes } = this.search;
    const where = entrances.flatMap(({ door, caller }) => (
      [plain.host, ...hosts.map(([spelling]) => spelling(plain.host, door.port))].map((host): Attempt => ({ ...plain, door, caller, host }))
    ));
    const key = (headers: Attempt['headers']) => where.map((attempt) => classes.credentials({ ...attempt, headers })).join();
    return alike(forged, ({ headers }) => key(headers), key([]));
  }

  private methodsOf(plain: Attempt, where: readonly Attempt[]): Alike<string>[] {
    const { classes } = this.search;
    const key = (method: string) => where.map((attempt) => classes.method({ ...attempt, method })).join();
    return plain.method === 'GET' ? alike(['HEAD'], key, key('GET')) : [];
  }
}

function at(plain: Attempt, door: Door, host: string): Attempt {
  return { ...plain, door, host, caller: door.secure ? ANONYMOUS : PLAINTEXT };
}

function combined(plain: Attempt, { entrances, forged, hosts, paths, methods }: Departures, [e, f, h, p, m]: readonly number[]): Tried {
  const { door, caller, means: entered } = entrances[e];
  const [forgeries, spelt, ways, others] = [forged[f - 1] ?? [], hosts[h - 1] ?? [], paths[p - 1] ?? [], methods[m - 1] ?? []];
  const means: Means[] = [...entered];
  if (f > 0) means.push('forged header');
  if (h > 0) means.push('host spelling');
  if (p > 0) means.push('path spelling');
  if (m > 0) means.push('method');
  const attempt: Attempt = {
    ...plain,
    caller,
    door,
    host: spelt[0]?.(plain.host, door.port) ?? plain.host,
    path: ways[0]?.path ?? plain.path,
    method: others[0] ?? plain.method,
    headers: forgeries[0]?.headers ?? [],
  };
  const like = [forgeries, spelt, ways, others].reduce((product, { length }) => product * Math.max(1, length), 1);
  return { attempt, means: means.length === 0 ? ['plain'] : means, paths: ways, like };
}

/** Whether what reaches the workload is the plain path, spelt otherwise: the gateway has resolved some of it. Where a route rewrites paths nobody knows. */
function arrivesAs({ decision }: Verdict, path: string, { routes }: HostTarget): boolean {
  return routes.some(({ route }) => route.rewriteUri !== undefined || route.rewriteRegex !== undefined) || isSpellingOf(decision.upstreamPath!, path);
}

function mark(dead: Set<number>, entrance: number, { state }: Verdict): false {
  if (state === 'closed') dead.add(entrance);
  return false;
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
    const silent: Caller = { ...caller, token: undefined, text: caller.certificate ? caller.text : ANONYMOUS.text };
    if (caller.token !== undefined && denied) forms.push({ door, caller: silent, means: [...other, 'anonymous'] });
    return forms;
  });
}

function describePlain({ host, path, method, caller }: Attempt): string {
  return `${method} ${host}${path}, ${caller.text}`;
}
