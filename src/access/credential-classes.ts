import { Caller } from './caller';
import { HeaderSet } from './operation';

/** How many pairs of caller and headers are tried for one class. */
const MAX_TRIES = 3000;

/** One example of those who are told apart by nothing at a place. */
export interface CredentialExample {
  readonly caller: Caller;
  readonly headers: HeaderSet;
}

/** The callers and header lines at one place, one for each that is told apart, found as far as they are asked for. */
export class CredentialClasses {
  private readonly byClient = new Map<string, Caller[]>();
  private readonly known = new Map<string, CredentialExample>();
  private readonly tried = new Map<string, number>();

  public constructor(
    callers: readonly Caller[],
    private readonly headers: readonly HeaderSet[],
    private readonly signature: (caller: Caller, headers: HeaderSet) => string,
    client: (caller: Caller) => string,
  ) {
    const seen = new Set<string>();
    for (const caller of callers) {
      const name = client({ ...caller, token: undefined });
      const key = `${name}\0${caller.token?.text ?? ''}`;
      if (!seen.has(key)) this.byClient.set(name, [...this.byClient.get(name) ?? [], caller]);
      seen.add(key);
    }
  }

  /** The example of a class among callers with the same client; undefined where none with any header lines is of it. */
  public find(wanted: string, client: string): CredentialExample | undefined {
    const callers = this.byClient.get(client) ?? [];
    const total = Math.min(callers.length * this.headers.length, MAX_TRIES);
    for (let position = this.tried.get(client) ?? 0; !this.known.has(wanted) && position < total; position += 1) {
      // Plain requests of all callers first: they make the better examples.
      const caller = callers[position % callers.length];
      const headers = this.headers[Math.floor(position / callers.length)];
      const key = this.signature(caller, headers);
      if (!this.known.has(key)) this.known.set(key, { caller, headers });
      this.tried.set(client, position + 1);
    }
    return this.known.get(wanted);
  }
}
