import { readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { configureGlobal } from 'fast-check';

const root = resolve(__dirname, '..');
/** Fuzzed and large inputs cost most of the time, and notice nothing that the other tests do not. */
const SLOW = /hostile\.test\.ts$/;

// Few and always the same: a mutant must not survive one run and die in the next.
configureGlobal({ numRuns: 15, seed: 1, endOnFailure: true });

/**
 * Defines the tests of all files below some folders as if they were one file: jest gives each file modules of its own, and to load them anew for every mutant
 * and every file would take most of the time.
 */
export function allTestsOf(...folders: readonly string[]): void {
  for (const folder of folders) {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts') && !SLOW.test(file)).sort();
    for (const file of files) describe(relative(root, join(root, folder, file)), () => { jest.requireActual(join(root, folder, file)); });
  }
}
