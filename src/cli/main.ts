#!/usr/bin/env node
import { readFileSync, writeSync } from 'node:fs';
import { runCommand } from './program';

const STANDARD_INPUT = 0;
const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

// A reader that has seen enough, such as `head`, is no failure.
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

void runCommand(process.argv.slice(2), {
  write: (text) => write(STANDARD_OUTPUT, text),
  note: (text) => write(STANDARD_ERROR, text),
  progress: (text) => {
    if (process.stderr.isTTY) write(STANDARD_ERROR, `${text} …\n`);
  },
  readInput: () => readFileSync(STANDARD_INPUT),
  now: () => new Date(),
  colour: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
}).then((status) => {
  process.exitCode = status;
});
