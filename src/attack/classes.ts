import { Attempt, requestOf } from './attempt';
import { Door } from './place';
import { AccessSpace, Station } from '../access';
import { Client, Mesh } from '../authz';

type Part = 'host' | 'credentials' | 'path' | 'method';

/** A place where attempts go: what is told apart there, each text once. */
interface Place {
  readonly id: number;
  readonly station: Station;
  /** The classes of what was asked about so far. */
  readonly known: { readonly [P in Part]: Map<string, number> };
}

/**
 * What a mesh tells apart of attempts: those of one class get the same answer, so one of them is judged for all.
 *
 * A class is how every condition on the way comes out: where the connection ends, host, credentials, path and method, each reduced on its own.
 */
export class AttemptClasses {
  private readonly space: AccessSpace;
  private readonly places = new Map<number, Place>();
  private readonly inside = new Map<string, Place>();
  private behind = new WeakMap<Door, Map<string, Place>>();
  private readonly ids = new Map<string, number>();
  private readonly clients = new WeakMap<Client, number>();
  private readonly lines = new WeakMap<Attempt['headers'], number>();
  private count = 0;

  public constructor(mesh: Mesh, private readonly at: string | undefined) {
    this.space = AccessSpace.of(mesh);
  }

  /** Equal for attempts that no condition tells apart. */
  public of(attempt: Attempt): string {
    return `${this.host(attempt)} ${this.credentials(attempt)} ${this.path(attempt)} ${this.method(attempt)}`;
  }

  /** The place with what is told apart of the host there. */
  public host(attempt: Attempt): number {
    return this.part(attempt, 'host', attempt.host);
  }

  /** What is told apart of who asks, and of what the headers say of that. */
  public credentials(attempt: Attempt): number {
    const { caller: { client, token }, headers, path } = attempt;
    const query = path.indexOf('?');
    return this.part(attempt, 'credentials', `${this.idOf(this.clients, client)} ${this.linesOf(headers)} ${attempt.host} ${query < 0 ? '' : path.slice(query)} ${token?.text ?? ''}`);
  }

  public path(attempt: Attempt): number {
    return this.part(attempt, 'path', attempt.path);
  }

  public method(attempt: Attempt): number {
    return this.part(attempt, 'method', attempt.method);
  }

  /** Lets go of what is known of the places so far: the next attempts go elsewhere. */
  public forget(): void {
    this.places.clear();
    this.inside.clear();
    this.behind = new WeakMap();
    this.ids.clear();
  }

  private part(attempt: Attempt, part: Part, value: string): number {
    const { id: place, station, known } = this.placeOf(attempt);
    const before = known[part].get(value);
    if (before !== undefined) return before;
    const request = requestOf(attempt, this.at);
    const told = part === 'credentials' ? `${station.told(request, 'credentials')}\0${station.told(request, 'address')}` : station.told(request, part);
    const id = this.intern(`${place} ${part} ${told}`);
    known[part].set(value, id);
    return id;
  }

  private placeOf(attempt: Attempt): Place {
    const { door, service, port, host, caller: { client } } = attempt;
    const here = door === undefined ? this.inside : this.behind.get(door) ?? new Map<string, Place>();
    if (door !== undefined) this.behind.set(door, here);
    const key = door === undefined ? `${service} ${port} ${client._meshIdentity() ?? ''} ${host}` : host;
    const before = here.get(key);
    if (before !== undefined) return before;
    const station = this.space.stationOf(requestOf(attempt, this.at));
    const id = this.intern(`${client.kind} ${station.key}`);
    const place = this.places.get(id) ?? { id, station, known: { host: new Map(), credentials: new Map(), path: new Map(), method: new Map() } };
    this.places.set(id, place);
    here.set(key, place);
    return place;
  }

  private linesOf(headers: Attempt['headers']): number {
    return headers.length === 0 ? -1 : this.idOf(this.lines, headers);
  }

  private idOf<K extends object>(table: WeakMap<K, number>, key: K): number {
    const known = table.get(key) ?? this.next();
    table.set(key, known);
    return known;
  }

  private intern(text: string): number {
    const known = this.ids.get(text) ?? this.next();
    this.ids.set(text, known);
    return known;
  }

  private next(): number {
    this.count += 1;
    return this.count;
  }
}
