/* eslint-disable @stylistic/max-len */
import { Agreement, Comparison } from './compare';

/** Counts agreements by what really happened. */
export class Tally {
  private readonly rows = new Map<string, Map<Agreement, number>>();
  private readonly problems: string[] = [];
  private readonly refusals: string[] = [];
  private readonly open = new Map<string, number>();
  private uncovered = 0;
  private beyond = 0;

  public add({ agreement, real, covered, beyond, reason }: Comparison): void {
    const row = this.rows.get(real.outcome) ?? new Map<Agreement, number>();
    this.rows.set(real.outcome, row.set(agreement, (row.get(agreement) ?? 0) + 1));
    if (covered === false) this.uncovered += 1;
    if (beyond === true) this.beyond += 1;
    if (agreement === 'undecided') this.open.set(reason.replace(/.* unless /s, 'unless ').slice(0, 160), (this.open.get(reason.replace(/.* unless /s, 'unless ').slice(0, 160)) ?? 0) + 1);
  }

  public broken(text: string): void {
    this.problems.push(text);
  }

  public refusal(text: string): void {
    this.refusals.push(text);
  }

  public get failed(): boolean {
    return this.failures > 0;
  }

  /** How many pairs were compared. */
  public get judged(): number {
    return this.sum('agreed') + this.sum('undecided') + this.sum('disagreed') + this.sum('crashed');
  }

  /** The line that the continuous integration counts. */
  public printTotal(): void {
    console.log(`${this.sum('agreed') + this.sum('undecided') - this.uncovered} passed, ${this.failures} failed`);
  }

  private get failures(): number {
    return this.problems.length + this.refusals.length + this.uncovered + this.sum('disagreed') + this.sum('crashed');
  }

  public print(): void {
    const all = [...this.rows].map(([outcome, row]) => ({ outcome, row, total: [...row.values()].reduce((a, b) => a + b, 0) })).sort((a, b) => b.total - a.total);
    const line = (cells: (string | number)[]) => console.log(cells.map((cell, index) => (index === 0 ? String(cell).padEnd(22) : String(cell).padStart(10))).join(' '));
    line(['what happened', 'pairs', 'agreed', 'undecided', 'disagreed', 'crashed']);
    for (const { outcome, row, total } of all) line([outcome, total, row.get('agreed') ?? 0, row.get('undecided') ?? 0, row.get('disagreed') ?? 0, row.get('crashed') ?? 0]);
    line(['total', all.reduce((sum, { total }) => sum + total, 0), this.sum('agreed'), this.sum('undecided'), this.sum('disagreed'), this.sum('crashed')]);
    const within = this.sum('undecided') - this.beyond;
    console.log(`undecided on external authorizers and inserted filters: ${this.beyond}; on anything else: ${within} of ${this.judged - this.beyond} (${(100 * within / Math.max(1, this.judged - this.beyond)).toFixed(2)} %)`);
    console.log(`undecided without the real answer among the alternatives: ${this.uncovered}`);
    this.list('why undecided', [...this.open].sort((a, b) => b[1] - a[1]).map(([reason, count]) => `${count} × ${reason}`));
    this.list('objects that only one side refuses', this.refusals);
    this.list('configurations that could not be judged', this.problems);
  }

  private sum(agreement: Agreement): number {
    return [...this.rows.values()].reduce((sum, row) => sum + (row.get(agreement) ?? 0), 0);
  }

  private list(title: string, items: readonly string[]): void {
    if (items.length === 0) return;
    console.log(`${title}: ${items.length}`);
    items.slice(0, 8).forEach((item) => console.log(`  ${item.slice(0, 500)}`));
  }
}
