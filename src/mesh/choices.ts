/**
 * What the manifests leave open: creation times, labels of pods that are not among them, keys behind a URL.
 *
 * An evaluation asks for such a fact when its answer depends on it and is run again with the other answer; only where the answers differ is the
 * verdict undecided. Within one run the same question has the same answer.
 */
export interface Choices {
  /** Whether an open fact holds. `true` is the ordinary case. The key identifies the fact, the text names it for people. */
  ask(key: string, text: string): boolean;
}

/** One open fact and how it was answered. */
export interface Answer {
  readonly key: string;
  readonly text: string;
  readonly holds: boolean;
}

/** Answers of one run: those of a prefix first, then `true`. */
export class Answers implements Choices {
  private readonly given = new Map<string, Answer>();

  public constructor(private readonly prefix: readonly boolean[]) {}

  public ask(key: string, text: string): boolean {
    const known = this.given.get(key);
    if (known !== undefined) return known.holds;
    const holds = this.prefix[this.given.size] ?? true;
    this.given.set(key, { key, text, holds });
    return holds;
  }

  /** The questions so far, in the order in which they were asked. */
  public get answers(): readonly Answer[] {
    return [...this.given.values()];
  }
}

/** Runs a computation for every combination of answers that it asks for, up to a limit; the first run has the ordinary ones. */
export function explore<T>(compute: (choices: Choices) => T, limit: number): {
  readonly runs: readonly { readonly value: T; readonly answers: readonly Answer[] }[];
  readonly complete: boolean;
} {
  const runs: { value: T; answers: readonly Answer[] }[] = [];
  const pending: boolean[][] = [[]];
  while (pending.length > 0 && runs.length < limit) {
    const prefix = pending.shift()!;
    const choices = new Answers(prefix);
    const value = compute(choices);
    const { answers } = choices;
    runs.push({ value, answers });
    for (let i = prefix.length; i < answers.length; i += 1) pending.push([...answers.slice(0, i).map(({ holds }) => holds), false]);
  }
  return { runs, complete: pending.length === 0 };
}

/** Remembers a computation for each combination of answers that it depends on; mostly there is one. */
export class Remembered<T> {
  private readonly kept: { readonly answers: readonly Answer[]; readonly value: T }[] = [];

  public constructor(private readonly compute: (choices: Choices) => T) {}

  public get(choices: Choices): T {
    for (const { answers, value } of this.kept) {
      if (answers.every(({ key, text, holds }) => choices.ask(key, text) === holds)) return value;
    }
    const asked: Answer[] = [];
    const value = this.compute({
      ask: (key, text) => {
        const holds = choices.ask(key, text);
        if (!asked.some((answer) => answer.key === key)) asked.push({ key, text, holds });
        return holds;
      },
    });
    this.kept.push({ answers: asked, value });
    return value;
  }
}
