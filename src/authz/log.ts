import { Hop } from './decision';

/** Where a request is. */
export type Stage = 'handshake' | 'gateway' | 'route' | 'workload';

/** The object by which something happened: its kind, `namespace/name`, and of a policy the rule. */
export type Author = readonly [kind: string, object: { readonly namespace: string; readonly name: string }, rule?: number];

/** What happened to one request on its way. It is put into words only when somebody reads it. */
export class Log {
  private readonly entries: Hop[] = [];
  private stage: Stage = 'handshake';
  private who?: string;

  /** The request has come to another station, and perhaps to another proxy. */
  public arrive(stage: Stage, who?: string): void {
    this.stage = stage;
    this.who = who ?? this.who;
  }

  /** Adds one thing that happened at the present station, and the object by which it did. */
  public tell(write: () => string, by?: Author): void {
    this.entries.push(new Told(this.stage, write, by));
  }

  /** The proxy that has the request, e.g. `sidecar of default/httpbin`; undefined before any has. */
  public get place(): string | undefined {
    return this.who;
  }

  /** The stations so far. */
  public get hops(): Hop[] {
    return [...this.entries];
  }
}

class Told implements Hop {
  public constructor(public readonly stage: string, private readonly write: () => string, private readonly by?: Author) {}

  public get object(): string | undefined {
    return this.by === undefined ? undefined : `${this.by[0]} ${this.by[1].namespace}/${this.by[1].name}`;
  }

  public get rule(): number | undefined {
    return this.by?.[2];
  }

  public get text(): string {
    return this.write();
  }
}
