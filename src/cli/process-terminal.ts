import { readFileSync, writeSync } from 'node:fs';
import { Terminal } from './terminal';

const STANDARD_INPUT = 0;
const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return {
    write: (text) => write(STANDARD_OUTPUT, text),
    note: (text) => write(STANDARD_ERROR, text),
    progress: (text) => {
      if (process.stderr.isTTY) write(STANDARD_ERROR, `${text} …\n`);
    },
    status: (text) => {
      if (process.stderr.isTTY) write(STANDARD_ERROR, `\r\u001b[K${text}`);
    },
    readInput: () => readFileSync(STANDARD_INPUT),
    now: () => new Date(),
    colour: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
  };
}

// A reader that has seen enough, such as `head`, is no failure; a slow one is waited for.
function write(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
    }
  }
}
