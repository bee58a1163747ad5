import { AccessMatrix, CellExplanation } from '../matrix';

/** The matrix as JSON: the facts of the table, with everybody and every place that a row or column stands for. Cells name their explanation by its position. */
export function matrixJson({ sections, refused, assumptions, limits }: AccessMatrix): string {
  const positions = new Map<CellExplanation, number>();
  const positionOf = (explanation: CellExplanation) => {
    const known = positions.get(explanation) ?? positions.size;
    positions.set(explanation, known);
    return known;
  };
  const shown = sections.map(({ title, rows, columns, cells }) => ({
    title,
    rows: rows.map(({ label, members, forging }) => ({ label, members, forging })),
    columns: columns.map(({ label, members, hosts, endpoint }) => ({ label, members, hosts, endpoint })),
    cells: cells.map((line) => line.map((cell) => ({ ...cell, explanation: positionOf(cell.explanation) }))),
  }));
  return `${JSON.stringify({ refused, assumptions, limits, sections: shown, explanations: [...positions.keys()] }, undefined, 1)}\n`;
}
