import { createColors } from 'picocolors';
import { answersText, changeText, objectsText, SIGNS, summaryText } from './diff-words';
import { curlOf } from '../../access/curl';
import { AccessChange, AccessDiff } from '../../diff';
import { Terminal } from '../terminal';
import { labelled, oneLine, wrapped } from '../text-layout';

const COLUMN = 13;
const INDENTATION = 4;

/** Writes what changed for people: who gains first, and what does it. */
export function textDiff(terminal: Terminal, diff: AccessDiff, verbose: boolean): void {
  const { bold } = createColors(terminal.colour);
  const lines = [
    bold(summaryText(diff)),
    ...(diff.changes.length === 0 ? [] : ['']),
    ...diff.changes.flatMap((change) => [...changeLines(change, verbose, terminal.colour), '']),
    ...diff.limits.map((limit) => labelled('limit', limit, COLUMN)),
    ...(diff.changes.length === 0 || verbose ? [] : ['The request behind each: --verbose']),
  ];
  terminal.write(`${lines.join('\n')}\n`);
}

function changeLines(change: AccessChange, verbose: boolean, colour: boolean): string[] {
  const { green, red, yellow, bold } = createColors(colour);
  const { sign, word } = SIGNS[change.kind];
  const paint = change.kind === 'gains' ? red : change.kind === 'loses' ? green : yellow;
  const [first, ...rest] = wrapped(oneLine(`${sign} ${word}  ${changeText(change)}`), INDENTATION);
  return [
    `  ${bold(paint(first))}`,
    ...rest.map((line) => `${' '.repeat(INDENTATION)}${line}`),
    labelled('by', objectsText(change), COLUMN, INDENTATION),
    ...(verbose ? [
      labelled('answers', answersText(change), COLUMN, INDENTATION),
      `${`${' '.repeat(INDENTATION)}try it`.padEnd(COLUMN)}${oneLine(curlOf(change.evidence.request))}`,
    ] : []),
  ];
}
