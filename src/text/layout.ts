import { printable } from './printable';

/** How wide what people read is. */
export const WIDTH = 100;

/** Text from manifests and certificates on one line: a line feed in a name must not begin a line of ours. */
export function oneLine(text: string): string {
  return printable(text).replace(/\n/g, '\\n');
}

/** Breaks a text at spaces so that it fits between an indentation and the width; a word that is longer stands alone. */
export function wrapped(text: string, indentation: number, width = WIDTH): string[] {
  const room = width - indentation;
  const [leading] = /^ */.exec(text)!;
  const lines: string[] = [];
  let line = leading;
  for (const word of text.trim().split(/ +/)) {
    const longer = line.trim() === '' ? line + word : `${line} ${word}`;
    if (longer.length > room && line.trim() !== '') {
      lines.push(line);
      line = `${leading}  ${word}`;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

/** A row with a label: the text behind it is wrapped and stays in its column. */
export function labelled(label: string, text: string, column = 14, indentation = 2): string {
  const [first, ...rest] = wrapped(oneLine(text), column);
  const head = `${' '.repeat(indentation)}${label}`;
  // A label that fills its column has a line of its own.
  return [...head.length < column ? [head.padEnd(column) + first] : [head, ' '.repeat(column) + first], ...rest.map((line) => ' '.repeat(column) + line)].join('\n');
}
