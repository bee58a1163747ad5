import { Source, Region } from '../manifests/source';
import { printable } from '../terminal';
import { WIDTH } from '../text-layout';

const MARGIN = 2;

/** The lines around a region with a caret below it, e.g. `12 |   - test.com`. A long line is cut where nothing is marked. */
export function codeFrame(source: Source, { start, end }: Region, indentation: number): { readonly text: string; readonly marked: boolean }[] {
  const first = Math.max(1, start.line - MARGIN);
  const lines = source.lines(first, start.line + MARGIN).map((text) => text.replace(/\t/g, ' '));
  const gutter = String(first + lines.length - 1).length;
  const room = WIDTH - indentation - gutter - 5;
  const cut = Math.max(0, Math.min(start.column - 1 - MARGIN, start.column + 12 - room));
  return lines.flatMap((line, index) => {
    const number = first + index;
    const marked = number === start.line;
    const shown = printable(line.slice(cut, cut + room)).slice(0, room);
    const row = { text: `${marked ? '>' : ' '} ${String(number).padStart(gutter)} | ${shown}`.trimEnd(), marked };
    if (!marked) return [row];
    const length = end.line === start.line ? end.column - start.column : line.length - start.column + 1;
    const caret = '^'.repeat(Math.max(1, Math.min(length, room - (start.column - 1 - cut))));
    return [row, { text: `  ${' '.repeat(gutter)} | ${' '.repeat(start.column - 1 - cut)}${caret}`, marked: true }];
  });
}
