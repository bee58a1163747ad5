import { Terminal } from './terminal';

const FIRST_MILLISECONDS = 1000;
const STEP_MILLISECONDS = 200;
const BAR = 24;

/** Shows how far long work is, in one line that goes away at the end, where a person is watching. */
export class Progress {
  private readonly start: number;
  private last: number;
  private shown = false;

  /**
   * @param terminal where it is shown
   * @param what the work in one word
   */
  public constructor(private readonly terminal: Terminal, private readonly what: string) {
    this.start = terminal.now().getTime();
    this.last = this.start + FIRST_MILLISECONDS - STEP_MILLISECONDS;
  }

  /** Shows how far some work is while it lasts. */
  public during<T>(work: (reach: (done: number) => void) => T): T {
    try {
      return work((done) => this.reach(done));
    } finally {
      if (this.shown) this.terminal.status?.('');
    }
  }

  private reach(done: number): void {
    const now = this.terminal.now().getTime();
    if (now - this.last < STEP_MILLISECONDS) return;
    this.last = now;
    this.shown = true;
    const full = Math.round(done * BAR);
    const left = done > 0 ? Math.round((now - this.start) * (1 - done) / done / 1000) : undefined;
    this.terminal.status?.(`${this.what} ${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${Math.floor(done * 100)} %${left === undefined ? '' : `, about ${left} s left`}`);
  }
}
