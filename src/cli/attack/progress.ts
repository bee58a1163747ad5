import { Terminal } from '../terminal';

const STEP_MILLISECONDS = 2000;

/** Says how far long work is, now and then, where a person is watching. */
export class Progress {
  private last: number;

  /**
   * @param terminal where it is said
   * @param what the work in one word
   */
  public constructor(private readonly terminal: Terminal, private readonly what: string) {
    this.last = terminal.now().getTime();
  }

  /** The work is so far, from 0 to 1. */
  public reach(done: number): void {
    const now = this.terminal.now().getTime();
    if (now - this.last < STEP_MILLISECONDS) return;
    this.last = now;
    this.terminal.progress(`${this.what}: ${Math.floor(done * 100)} %`);
  }
}
