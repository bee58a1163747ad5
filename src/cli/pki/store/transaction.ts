import { closeSync, existsSync, fchmodSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { Stop } from '../../exit-status';

const PENDING = '.pending';
const PLAN = 'plan.json';
const KEY_MODE = 0o600;
const FILE_MODE = 0o644;
const DIRECTORY_MODE = 0o700;

/** A file to be written. */
export interface PlannedFile {
  /** Path below the directory, with `/`. */
  readonly path: string;
  readonly content: string;
  /** A private key: readable by its owner only. */
  readonly secret?: boolean;
  /** Whether a file that is there may be replaced. */
  readonly replace?: boolean;
}

/**
 * Writes several files so that either all of them are there or none, whenever the process is killed.
 *
 * All are written beside their places and synced first; the renaming of the plan is the moment that decides; from then on the next run finishes what
 * this one began. So a full disk is met before anything has changed.
 */
export function writeTogether(directory: string, files: readonly PlannedFile[]): void {
  requireFree(directory, files);
  const pending = join(directory, PENDING);
  rmSync(pending, { recursive: true, force: true });
  try {
    mkdirSync(pending, { recursive: true, mode: DIRECTORY_MODE });
    files.forEach((file, index) => writeSynced(join(pending, String(index)), file.content, file.secret === true ? KEY_MODE : FILE_MODE));
    files.forEach((file) => mkdirSync(dirname(join(directory, file.path)), { recursive: true, mode: DIRECTORY_MODE }));
    writeSynced(join(pending, `${PLAN}.new`), JSON.stringify(files.map(({ path }) => path)), KEY_MODE);
    renameSync(join(pending, `${PLAN}.new`), join(pending, PLAN));
  } catch (error) {
    rmSync(pending, { recursive: true, force: true });
    throw error;
  }
  syncDirectory(pending);
  finish(directory);
}

/** Whether an earlier run was killed while it wrote. */
export function isPending(directory: string): boolean {
  return existsSync(join(directory, PENDING));
}

/** Finishes what an earlier run had decided to write, and clears away what it had not. */
export function recover(directory: string): void {
  if (existsSync(join(directory, PENDING, PLAN))) {
    finish(directory);
  } else {
    rmSync(join(directory, PENDING), { recursive: true, force: true });
  }
}

/** Refuses to replace a file, unless it is meant to be replaced. */
export function requireFree(directory: string, files: readonly Pick<PlannedFile, 'path' | 'replace'>[]): void {
  files.filter(({ replace }) => replace !== true).forEach(({ path }) => {
    if (existsSync(join(directory, path))) {
      throw Stop.wrongUse(`\`${join(directory, path)}\` exists and is not overwritten: choose another name, or add --force`);
    }
  });
}

/** Whether a path stays below the directory that it is joined to. */
export function isInside(path: string): boolean {
  return path !== '' && !path.includes('\\') && !posix.isAbsolute(path) && posix.normalize(path) === path && !path.startsWith('..');
}

function finish(directory: string): void {
  const pending = join(directory, PENDING);
  const paths = readPlan(join(pending, PLAN));
  paths.forEach((path, index) => {
    const staged = join(pending, String(index));
    if (existsSync(staged)) moveInto(staged, join(directory, path));
  });
  new Set(paths.map((path) => dirname(join(directory, path)))).forEach(syncDirectory);
  rmSync(pending, { recursive: true, force: true });
  syncDirectory(directory);
}

function moveInto(staged: string, path: string): void {
  try {
    renameSync(staged, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw Stop.notWritten(`cannot put \`${path}\` in its place (${code}): the next run on the directory finishes this, once the cause is removed`);
  }
}

function readPlan(path: string): string[] {
  let plan: unknown;
  try {
    plan = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (!Array.isArray(plan) || !plan.every((entry) => typeof entry === 'string' && isInside(entry))) {
    throw Stop.unreadable(`\`${path}\`, left behind by a run that was killed, is damaged: compare \`${dirname(path)}\` with the directory, then remove it`);
  }
  return plan;
}

function writeSynced(path: string, content: string, mode: number): void {
  const descriptor = openSync(path, 'wx', mode);
  try {
    fchmodSync(descriptor, mode);
    const bytes = Buffer.from(content, 'utf8');
    for (let written = 0; written < bytes.length;) {
      written += writeSync(descriptor, bytes, written);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

// Windows and some file systems cannot sync directories; their renames are no less atomic for it.
function syncDirectory(path: string): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    fsyncSync(descriptor);
  } catch (error) {
    if (!['EINVAL', 'EISDIR', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
