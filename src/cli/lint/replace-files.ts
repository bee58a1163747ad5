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
  const pending: { readonly temporary: string; readonly target: string }[] = [];
  try {
    for (const { path, content } of files) {
      const target = realpathSync(path);
      const temporary = `${target}.${process.pid}.new`;
      pending.push({ temporary, target });
      write(temporary, content, statSync(target).mode);
    }
    for (const { temporary, target } of pending) renameSync(temporary, target);
  } catch (error) {
    pending.forEach(({ temporary }) => rmSync(temporary, { force: true }));
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw Stop.notWritten(`cannot write \`${files[Math.max(0, pending.length - 1)].path}\`: ${reasonOf(error)}`);
  }
  return files.map(({ path }) => path);
}

function write(path: string, content: string, mode: number): void {
  const descriptor = openSync(path, 'wx', mode);
  try {
    fchmodSync(descriptor, mode);
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
