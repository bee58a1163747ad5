import { Caller } from './caller';
import { HeaderSet } from './operation';

/** One example of those who are told apart by nothing at a place. */
export interface CredentialExample {
  readonly caller: Caller;
  readonly headers: HeaderSet;
}

/** The classes of callers and header lines at one place, found as far as they are asked for. */
export class CredentialClasses {
  private readonly known = new Map<string, CredentialExample>();
  private position = 0;

  public constructor(
    private readonly callers: readonly Caller[],
    private readonly headers: readonly HeaderSet[],
    private readonly signature: (caller: Caller, headers: HeaderSet) => string,
  ) {}

  /** The example of a class; undefined where no caller with any header lines is of it. */
  public find(wanted: string): CredentialExample | undefined {
    const total = this.callers.length * this.headers.length;
    while (!this.known.has(wanted) && this.position < total) this.next();
    return this.known.get(wanted);
  }

  /** Every class. */
  public all(): CredentialExample[] {
    while (this.position < this.callers.length * this.headers.length) this.next();
    return [...this.known.values()];
  }

  private next(): void {
    // Plain requests of all callers first: they make the better examples.
    const caller = this.callers[this.position % this.callers.length];
    const headers = this.headers[Math.floor(this.position / this.callers.length)];
    this.position += 1;
    const key = this.signature(caller, headers);
    if (!this.known.has(key)) this.known.set(key, { caller, headers });
  }
}
