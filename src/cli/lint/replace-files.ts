import { closeSync, fchmodSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Stop } from '../exit-status';
import { reasonOf } from '../read-file';

/** A file and what it is to hold. */
export interface Replacement {
  readonly path: string;
  readonly content: string;
}

/** Replaces files at once: all are written beside their places first, so that a full disk changes none. Returns their paths. */
export function replaceFiles(files: readonly Replacement[]): string[] {
  const written: { readonly temporary: string; readonly target: string }[] = [];
  let current = '';
  try {
    for (const { path, content } of files) {
      current = path;
      const target = realpathSync(path);
      const temporary = `${target}.${process.pid}.new`;
      const { mode } = statSync(target);
      const descriptor = openSync(temporary, 'wx', mode);
      written.push({ temporary, target });
      write(descriptor, content, mode);
    }
    for (const { temporary, target } of written) renameSync(temporary, target);
  } catch (error) {
    written.forEach(({ temporary }) => rmSync(temporary, { force: true }));
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw Stop.notWritten(`cannot write \`${current}\`: ${reasonOf(error)}`);
  }
  return files.map(({ path }) => path);
}

function write(descriptor: number, content: string, mode: number): void {
  try {
    fchmodSync(descriptor, mode);
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
