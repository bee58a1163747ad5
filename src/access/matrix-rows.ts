import { MatrixRow } from './matrix';
import { Answer, Asker } from './matrix-section';

/** A row, and which of the askers is its example. */
export interface MergedRow {
  readonly row: MatrixRow;
  readonly index: number;
}

/** Askers that get the same answer to every question become one row, named by who stands for most. */
export function mergeRows(askers: readonly Asker[], answers: readonly (readonly Answer[])[]): MergedRow[] {
  const groups = new Map<string, number[]>();
  askers.forEach((_, index) => {
    const key = answers.map((list) => list[index].behaviour).join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  });
  return [...groups.values()].map((members) => rowOf(members, askers, askers.length));
}

function rowOf(members: readonly number[], askers: readonly Asker[], total: number): MergedRow {
  // Forged headers that get nobody further are not worth a word.
  const honest = members.filter((index) => !askers[index].forging);
  const shown = honest.length > 0 ? honest : members;
  const index = shown.find((each) => !askers[each].caller.named) ?? shown[0];
  const { caller, forging } = askers[index];
  const label = members.length === total && total > 2 ? 'anybody' : `${caller.name}${forging ? ', forging headers' : ''}`;
  return { row: { label, members: shown.map((each) => nameOf(askers[each])), forging }, index };
}

function nameOf({ caller, forging }: Asker): string {
  return `${caller.name}${forging ? ', forging headers' : ''}`;
}
