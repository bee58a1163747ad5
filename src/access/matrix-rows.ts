import { MatrixRow } from './matrix';
import { Answer, Asker } from './matrix-section';

/** A row, and which of the askers is its example. */
export interface MergedRow {
  readonly row: MatrixRow;
  readonly index: number;
}

/**
 * Askers that get the same answer to every question become one row, named by who stands for most.
 *
 * Who gets further with forged headers has a row apart from those who get as far honestly: that is what a reader must see.
 */
export function mergeRows(askers: readonly Asker[], answers: readonly (readonly Answer[])[]): MergedRow[] {
  const groups = new Map<string, number[]>();
  const keyOf = (index: number) => answers.map((list) => list[index].behaviour).join(' ');
  askers.forEach(({ forging }, index) => {
    const key = keyOf(index);
    // The honest asker stands before the one who forges: forged headers that get nobody further are not worth a word.
    if (forging && key === keyOf(index - 1)) return;
    const group = `${forging ? 'forging' : ''} ${key}`;
    groups.set(group, [...groups.get(group) ?? [], index]);
  });
  return [...groups.values()].map((members) => rowOf(members, askers, groups.size === 1));
}

function rowOf(members: readonly number[], askers: readonly Asker[], alone: boolean): MergedRow {
  const index = members.find((each) => !askers[each].caller.named) ?? members[0];
  const label = alone && members.length > 1 ? 'anybody' : nameOf(askers[index]);
  return { row: { label, members: members.map((each) => nameOf(askers[each])), forging: askers[index].forging }, index };
}

function nameOf({ caller, forging }: Asker): string {
  return `${caller.name}${forging ? ', forging headers' : ''}`;
}
