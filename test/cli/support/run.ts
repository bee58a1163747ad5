import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../../src/cli/program';

// OpenSSL and child processes take their time on a busy machine.
jest.setTimeout(60_000);

/** What a run of the command came to. */
export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** What a run gets from outside. */
export interface Surroundings {
  readonly now?: string;
  readonly input?: string | Buffer;
  readonly colour?: boolean;
}

/** Runs the command in this process. */
export async function cli(args: readonly string[], { now, input = '', colour = false }: Surroundings = {}): Promise<Outcome> {
  let out = '';
  let err = '';
  const status = await runCommand(args, {
    write: (text) => { out += text; },
    note: (text) => { err += text; },
    progress: (text) => { err += `${text} …\n`; },
    readInput: () => Buffer.from(input),
    now: () => now === undefined ? new Date() : new Date(now),
    colour,
  });
  return { status, out, err };
}

/** Runs `pki`, and wants it to end with a status. Private keys and stack traces are never in what it says. */
export async function pki(status: number, args: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
  const outcome = await cli(['pki', ...args], surroundings);
  expect({ ...outcome, args }).toMatchObject({ status });
  expectDiscreet(outcome);
  return outcome;
}

/** Checks what holds for everything that the command says. */
export function expectDiscreet({ out, err }: Pick<Outcome, 'out' | 'err'>): void {
  expect(out).not.toContain('PRIVATE KEY-----');
  expect(err).not.toContain('PRIVATE KEY-----');
  expect(err).not.toMatch(/^\s+at .*:\d+/m);
  expect(err).not.toContain('mistake in the command');
}

/** A new directory, removed after the tests of the file. */
export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'pki-')));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
