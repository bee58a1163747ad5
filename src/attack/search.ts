import { once } from './alike';
import { Attempt, requestOf, Verdict, verdictOf } from './attempt';
import { AttemptClasses } from './classes';
import { ANYTHING } from './vocabulary';
import { Doubt, Protection, WayIn } from './way-in';
import { WrittenNames } from './written-names';
import { Decision, Mesh } from '../authz';
import { evaluateOrdinarily } from '../authz/evaluation';

/** Of the attempts that are refused so many are kept at most. */
const MOST_SAMPLES = 400;

/** An attempt that is refused. */
export interface Refused {
  readonly attempt: Attempt;
  readonly decision: Decision;
}

/** What a search has seen so far. */
export class Search {
  /** How many requests were tried. */
  public requests = 0;
  /** How many of them were evaluated: of each class one. */
  public evaluated = 0;
  /** Some of the attempts that are refused, spread over the search. */
  public refused: Refused[] = [];
  /** One in so many evaluated attempts is kept. */
  private sampled = 1;
  /** Whether some combination was left out because there were too many. */
  public truncated = false;
  /** How people know the objects. */
  public readonly names: WrittenNames;
  /** What the mesh as it is tells apart. */
  public readonly classes: AttemptClasses;
  private readonly meantClasses: AttemptClasses;
  private readonly judged = new Map<string, Verdict>();
  private readonly judgedAsMeant = new Map<string, Verdict>();
  private readonly found = new Map<string, WayIn & { also: string[] }>();
  private readonly protections = new Map<string, { place: Place; from: string; by: string; paths: Set<string> }>();
  private readonly doubts = new Map<string, { what: string; reason: string; count: number }>();

  /**
   * @param real the mesh as it is
   * @param meant the mesh as it is meant to be, which says what is to be refused
   * @param at when the requests are sent
   */
  public constructor(public readonly real: Mesh, public readonly meant: Mesh, public readonly at?: string) {
    this.names = new WrittenNames(real._evaluated().view);
    this.classes = new AttemptClasses(real, at);
    this.meantClasses = real === meant ? this.classes : new AttemptClasses(meant, at);
  }

  /**
   * What the mesh makes of an attempt; where the plain one is open already, of open facts only the ordinary is looked at.
   *
   * The decision may be that of another attempt of the same class, which says the same of other values.
   * @param like how many attempts of the same class this one stands for
   */
  public attempt(attempt: Attempt, plain?: Verdict, like = 1): Verdict {
    this.requests += like;
    const key = `${plain?.doubt === undefined ? '' : 'ordinarily '}${this.classes.of(attempt)}`;
    return once(this.judged, key, () => this.exactly(attempt, plain));
  }

  /** What the mesh makes of just this attempt. */
  public exactly(attempt: Attempt, plain?: Verdict): Verdict {
    this.evaluated += 1;
    const verdict = this.again(attempt, plain);
    if (this.evaluated % this.sampled === 0 && ['refused', 'closed'].includes(verdict.state)) this.keep({ attempt, decision: verdict.decision });
    return verdict;
  }

  /** The answer to an attempt whose class is known. */
  public again(attempt: Attempt, plain?: Verdict): Verdict {
    const request = requestOf(attempt, this.at);
    return verdictOf(plain?.doubt === undefined ? this.real.evaluate(request) : evaluateOrdinarily(this.real._evaluated(), request));
  }

  /** Whether the mesh, as it is meant, refuses a plain request. */
  public meantFor(attempt: Attempt): Verdict {
    if (this.real === this.meant) return this.attempt(attempt);
    this.requests += 1;
    return once(this.judgedAsMeant, this.meantClasses.of(attempt), () => {
      this.evaluated += 1;
      return this.meantForJust(attempt);
    });
  }

  /** What the mesh, as it is meant, makes of just this attempt. */
  public meantForJust(attempt: Attempt): Verdict {
    return this.real === this.meant ? this.again(attempt) : verdictOf(this.meant.evaluate(requestOf(attempt, this.at)));
  }

  /** Lets go of what was judged so far: what is tried next goes elsewhere. */
  public forget(): void {
    this.judged.clear();
    this.judgedAsMeant.clear();
    this.classes.forget();
    this.meantClasses.forget();
  }

  /** A refused plain request shows what is protected: on one path, or without one on all of them. */
  public protect(place: Place, path: string, from: string, by: string): void {
    const key = JSON.stringify([place, from, by]);
    const known = this.protections.get(key);
    if (known === undefined) this.protections.set(key, { place, by, from, paths: new Set([path]) });
    else known.paths.add(path);
  }

  /** Keeps a way in, or another request of one that is known. */
  public report(way: WayIn, other: string): void {
    const known = this.found.get(way.cause);
    if (known === undefined) this.found.set(way.cause, { ...way, also: [...way.also] });
    else if (simpler(way, known)) this.found.set(way.cause, { ...way, also: known.also });
    if (other !== '') this.found.get(way.cause)!.also.push(other);
  }

  /** An answer that the manifests leave open. */
  public doubt(what: string, reason: string): void {
    const known = this.doubts.get(reason);
    if (known === undefined) this.doubts.set(reason, { what, reason, count: 1 });
    else known.count += 1;
  }

  /** The ways in, the most open first. */
  public get ways(): WayIn[] {
    return [...this.found.values()].map((way) => ({ ...way, also: [...new Set(way.also)].filter((text) => !isShown(way, text)) }));
  }

  /** What is protected: callers who are kept from the same by the same come together. */
  public get protected(): Protection[] {
    const groups = new Map<string, { what: string; by: string; from: string[] }>();
    for (const { place, from, by, paths } of this.protections.values()) {
      const below = paths.has(EVERYWHERE) || paths.has(`/${ANYTHING}`) ? '' : ` ${[...paths].join(', ')}`;
      const what = place.host === undefined ? `${place.services.join(', ')}${below}` : `${place.host}${below} (${place.services.join(', ')})`;
      const key = `${what}\0${by}`;
      groups.set(key, { what, by, from: [...groups.get(key)?.from ?? [], from] });
    }
    return [...groups.values()];
  }

  public get undecided(): Doubt[] {
    return [...this.doubts.values()];
  }

  /** Half of the sample goes when it is full, so that it stays spread over the whole search. */
  private keep(refused: Refused): void {
    this.refused.push(refused);
    if (this.refused.length <= MOST_SAMPLES) return;
    this.refused = this.refused.filter((_, index) => index % 2 === 0);
    this.sampled *= 2;
  }
}

/** What is protected: a host with the Services behind it, or a Service. */
export interface Place {
  readonly host?: string;
  readonly services: readonly string[];
}

/** Stands for all paths. */
export const EVERYWHERE = '';

/** Whether a text says no more than the request of the way in. */
function isShown({ attempt }: WayIn, text: string): boolean {
  return [attempt.path, attempt.host, `${attempt.caller.text} to ${attempt.service}`, ...attempt.headers.map(([name]) => name)].includes(text);
}

/** Whether a request shows a hole better than another: with fewer means, and then in fewer characters. */
function simpler(a: WayIn, b: WayIn): boolean {
  // A refusal by a policy tells more about what is protected than that of a handshake.
  const weight = ({ means, attempt: { door, headers, host, path }, refusal, decision }: WayIn) => {
    const outside = decision.isAllowed ? 0 : 5000;
    const vague = refusal !== undefined && refusal.decision.policy === undefined ? 200 : 0;
    const odd = door?.secure === true && door.sni !== host ? 100 : 0;
    return outside + means.length * 1000 + headers.length * 300 + vague + odd + path.length + host.length;
  };
  return weight(a) < weight(b);
}

/** Who refuses: the policy with its rule, the server, the route. */
export function refuserOf({ decision }: Verdict, names: WrittenNames): string {
  if (decision.policy !== undefined) return names.policy(decision.policy, decision.rule);
  return decision.isAllowed ? '' : decision.reason;
}
