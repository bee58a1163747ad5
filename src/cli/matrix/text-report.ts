import { createColors } from 'picocolors';
import { AccessMatrix, groupsOf, MatrixSection, Verdict } from '../../access';
import { labelled, oneLine, WIDTH, wrapped } from '../text-layout';

/** The matrix as a terminal shows it: a table where it fits, else who gets what, place by place. */
export function matrixText({ sections, refused, assumptions, limits }: AccessMatrix, colour: boolean): string {
  const notes = [
    ...refused.map((text) => labelled('no effect', text)),
    ...assumptions.map((text) => labelled('assumed', text)),
    ...limits.map((text) => labelled('sampled', text)),
  ];
  const bodies = sections.map((section) => sectionText(section, colour));
  return [...notes, ...(notes.length > 0 ? [''] : []), bodies.join('\n\n'), '', ...summary(sections)].join('\n') + '\n';
}

function sectionText(section: MatrixSection, colour: boolean): string {
  const title = `${section.title[0].toUpperCase()}${section.title.slice(1)}`;
  const table = asTable(section, colour) ?? asList(section, colour);
  return [title, '', ...table].join('\n');
}

/** Callers down, places across; undefined where it is wider than a terminal. */
function asTable({ rows, columns, cells }: MatrixSection, colour: boolean): string[] | undefined {
  const heads = ['who', ...columns.map(({ label, members }) => counted(label, members.length, 'place'))];
  const lines = rows.map(({ label, members }, row) => [counted(label, members.length, 'caller'), ...cells[row].map(({ text, forged }) => oneLine(forged === undefined ? text : `${text} by ${forged}`))]);
  const widths = heads.map((head, index) => Math.max(head.length, ...lines.map((line) => line[index].length)));
  if (widths.reduce((sum, width) => sum + width + 2, 0) > WIDTH) return undefined;
  const padded = (line: readonly string[]) => line.map((cell, index) => cell.padEnd(widths[index]));
  return [
    `  ${padded(heads).join('  ').trimEnd()}`,
    ...lines.map((line, row) => {
      const [who, ...texts] = padded(line);
      return `  ${[who, ...texts.map((text, column) => paint(cells[row][column].verdict, text, colour))].join('  ')}`.trimEnd();
    }),
  ];
}

/** Place by place: who gets in first. */
function asList({ rows, columns, cells }: MatrixSection, colour: boolean): string[] {
  return columns.flatMap(({ label, members }, column) => {
    const sorted = groupsOf({ title: '', rows, columns, cells }, column);
    const width = Math.min(40, Math.max(...sorted.map(({ cell }) => oneLine(cell.text).length)) + 2);
    return [
      `  ${counted(label, members.length, 'place')}`,
      ...sorted.flatMap(({ cell, rows: alike }) => {
        const who = alike.map((row) => counted(rows[row].label, rows[row].members.length, 'caller'));
        const [first, ...more] = wrapped(who.join('; ') + (cell.forged === undefined ? '' : `, by ${oneLine(cell.forged)}`), width + 4);
        return [`    ${paint(cell.verdict, oneLine(cell.text).padEnd(width), colour)}${first}`, ...more.map((line) => `    ${' '.repeat(width)}${line}`)];
      }),
      '',
    ];
  }).slice(0, -1);
}

function counted(label: string, members: number, what: string): string {
  return `${oneLine(label)}${members > 1 ? ` (+${members - 1} ${what}${members > 2 ? 's' : ''} alike)` : ''}`;
}

function paint(verdict: Verdict, text: string, colour: boolean): string {
  const { green, red, yellow, cyan } = createColors(colour);
  return { allowed: green, denied: red, open: yellow, elsewhere: cyan }[verdict](text);
}

function summary(sections: readonly MatrixSection[]): string[] {
  const cells = sections.flatMap((section) => section.cells.flat());
  const count = (verdict: Verdict) => cells.filter((cell) => cell.verdict === verdict).length;
  const open = count('open');
  return [
    `${cells.length} classes of requests: ${count('allowed')} get in, ${count('denied')} do not, ${count('elsewhere')} are answered or sent elsewhere, ${open} undecided.`,
    ...(open > 0 ? ['Why something is undecided: --format html and a click, or --format json.'] : []),
  ];
}
