import { AccessMatrix, MatrixCell, MatrixSection, Verdict } from '../matrix';
import { visible } from './markdown';

const ORDER: readonly Verdict[] = ['allowed', 'open', 'elsewhere', 'denied'];

/** Who gets the same answer at a place. */
export interface AnswerGroup {
  readonly cell: MatrixCell;
  /** Positions of the rows. */
  readonly rows: readonly number[];
}

/** The different answers at a place, those who get in first. */
export function groupsOf({ rows, cells }: MatrixSection, column: number): AnswerGroup[] {
  const groups = new Map<string, { readonly cell: MatrixCell; readonly rows: number[] }>();
  rows.forEach((_, index) => {
    const cell = cells[index][column];
    const key = `${cell.text}\0${cell.forged ?? ''}`;
    const group = groups.get(key) ?? { cell, rows: [] };
    groups.set(key, group);
    group.rows.push(index);
  });
  return [...groups.values()].sort((a, b) => ORDER.indexOf(a.cell.verdict) - ORDER.indexOf(b.cell.verdict));
}

/** The matrix as lines that a reviewer reads in the difference of two versions: each place, below it each answer, below it each caller. */
export function matrixLines({ sections, refused, assumptions, limits }: AccessMatrix): string {
  const notes = [...refused.map((text) => `no effect: ${text}`), ...assumptions.map((text) => `assumed: ${text}`), ...limits.map((text) => `sampled: ${text}`)];
  const lines = sections.flatMap((section) => [
    '',
    `# ${section.title}`,
    ...section.columns.flatMap(({ members }, column) => [
      '',
      ...members,
      ...groupsOf(section, column).flatMap(({ cell, rows }) => [
        `  ${cell.text}${cell.forged === undefined ? '' : ` by ${cell.forged}`}`,
        ...rows.flatMap((row) => section.rows[row].members.map((member) => `    ${member}`)),
      ]),
    ]),
  ]);
  return `${[...notes, ...lines].map(visible).join('\n').trim()}\n`;
}
