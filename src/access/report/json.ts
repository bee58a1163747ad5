import { AccessMatrix } from '../matrix';

/** The matrix as JSON: the facts of the table, with everybody and every place that a row or column stands for. */
export function matrixJson({ sections, refused, assumptions, limits }: AccessMatrix): string {
  const shown = sections.map(({ title, rows, columns, cells }) => ({
    title,
    rows: rows.map(({ label, members, forging }) => ({ label, members, forging })),
    columns: columns.map(({ label, members, hosts, endpoint }) => ({ label, members, hosts, endpoint })),
    cells: cells.map((line) => line.map(({ hops, ...cell }) => ({ ...cell, hops }))),
  }));
  return `${JSON.stringify({ refused, assumptions, limits, sections: shown }, undefined, 1)}\n`;
}
