import { Hop } from './decision';

/** Where a request is. */
export type Stage = 'handshake' | 'gateway' | 'route' | 'workload';

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

  /** Adds one thing that happened at the present station. */
  public tell(write: () => string): void {
    this.entries.push(new Told(this.stage, write));
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
  public constructor(public readonly stage: string, private readonly write: () => string) {}

  public get text(): string {
    return this.write();
  }
}
