import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Program, ended } from '../support/child';
import { cli, expectDiscreet, pki, temporaryDirectory } from '../support/run';

const home = temporaryDirectory();
const program = new Program();
const base = join(home, 'base');
const fresh = (name: string) => {
  cpSync(base, join(home, name), { recursive: true });
  return join(home, name);
};
const client = (dir: string, name: string, ...more: string[]) => ['pki', 'client', '--subject', `/CN=${name}`, '--dir', dir, ...more];
const names = (dir: string) => parse(readFileSync(join(dir, 'index.yaml'), 'utf8')).certificates.map(({ name }: { name: string }) => name).sort();
const leftovers = (dir: string) => readdirSync(dir).filter((name) => name.startsWith('.'));

/** Of the changes of a run, each how-manieth is tried. */
const STEP = 8;

/** Code that makes the n-th change of the file system in the directory end otherwise. */
const atChange = (change: number, what: string) => `
  const fs = require('node:fs');
  let left = ${change};
  for (const name of ['openSync', 'writeSync', 'renameSync', 'mkdirSync', 'rmSync', 'fsyncSync']) {
    const original = fs[name];
    fs[name] = (...args) => {
      const changes = typeof args[0] === 'number' ? args[0] > 2 : String(args[0]).startsWith(${JSON.stringify(home)}) && (name !== 'openSync' || args[1] !== 'r');
      if (changes && --left === 0) { ${what} }
      return original(...args);
    };
  }
`;

beforeAll(() => pki(0, ['init', '--dir', base]));

test('the program says what it did, with the exit status of the result', () => {
  const dir = fresh('program');

  expect(program.run(client(dir, 'alice'))).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('client certificate alice: CN=alice') });
  expect(program.run(client(dir, 'alice'))).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(/^error: .* exists and is not overwritten/) });
  expect(program.run(['pki', 'inspect', '-'], readFileSync(join(dir, 'client/alice.crt'), 'utf8'))).toMatchObject({ status: 0, stdout: expect.stringContaining('CN=alice') });
  expect(program.run(['pki', 'inspect', '-'], 'rubbish')).toMatchObject({ status: 3, stdout: '' });
});

test('runs at the same time take turns: each certificate is in the index, and of two of one name one is refused', async () => {
  const dir = fresh('together');
  const wanted = ['a', 'b', 'c', 'd', 'same', 'same'];

  const ends = await Promise.all(wanted.map((name) => ended(program.start(client(dir, name)))));

  expect(ends.map(({ code }) => code).sort()).toEqual([0, 0, 0, 0, 0, 2]);
  expect(names(dir)).toEqual(['a', 'b', 'c', 'd', 'same']);
  expect(leftovers(dir)).toEqual([]);
  await pki(0, ['verify', '--dir', dir]);
});

test('a run that is killed at any moment loses nothing, and the next one works', async () => {
  let change = 1;
  const outcomes: boolean[] = [];
  for (let done = false; !done; change += STEP) {
    const dir = fresh(`killed-${change}`);
    const { code, signal } = await ended(program.start(client(dir, 'killed'), atChange(change, 'process.kill(process.pid, "SIGKILL"); for (;;);')));
    done = code === 0;
    expect(signal).toBe(done ? null : 'SIGKILL');

    await pki(0, ['client', '--subject', '/CN=next', '--dir', dir]);

    const listed = names(dir).includes('killed');
    if (!done) outcomes.push(listed);
    expect(existsSync(join(dir, 'client/killed.key'))).toBe(listed);
    expect(existsSync(join(dir, 'client/killed.crt'))).toBe(listed);
    expect(leftovers(dir)).toEqual([]);
    await pki(0, ['verify', '--dir', dir]);
  }
  // Before the decision nothing of the killed run is there; after it, everything, because the next run finished it.
  expect(new Set(outcomes)).toEqual(new Set([false, true]));
  expect(outcomes).toEqual([...outcomes].sort());
});

test('the making of a CA that is killed at any moment can be repeated', async () => {
  for (const change of [2, 9, 14, 21]) {
    const dir = join(home, `init-${change}`);
    const { signal } = await ended(program.start(['pki', 'init', '--dir', dir], atChange(change, 'process.kill(process.pid, "SIGKILL"); for (;;);')));
    expect(signal).toBe('SIGKILL');

    const made = (await cli(['pki', 'init', '--dir', dir])).status;

    expect([0, 2]).toContain(made);
    await pki(0, ['verify', '--dir', dir]);
  }
});

test('a full disk is met before anything has changed, wherever it is met', async () => {
  const full = 'const error = new Error("ENOSPC: no space left on device"); error.code = "ENOSPC"; throw error;';
  for (const change of [1, 4, 10]) {
    const dir = fresh(`full-${change}`);
    const { code, err } = await ended(program.start(client(dir, 'full'), atChange(change, full)));

    expect({ change, code, err }).toEqual({ change, code: 4, err: `error: cannot write to \`${dir}\`: the disk is full; nothing was changed\n` });
    expectDiscreet({ out: '', err });
    expect(names(dir)).toEqual([]);
    expect(existsSync(join(dir, 'client'))).toBe(false);
    await pki(0, ['client', '--subject', '/CN=full', '--dir', dir]);
  }
});

describe('on a small file system', () => {
  const mount = join(home, 'mount');
  const mounted = (options: string) => process.getuid?.() === 0 && spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', mount]).status === 0;
  const unmount = () => spawnSync('umount', [mount]);

  beforeAll(() => mkdirSync(mount));
  afterEach(unmount);

  test('that is full, a new CA cannot be made, and room makes it possible', async () => {
    if (!mounted('size=64k')) return;
    writeFileSync(join(mount, 'ballast'), Buffer.alloc(48 * 1024));
    const dir = join(mount, 'pki');

    const { err } = await pki(4, ['init', '--dir', dir]);

    expect(err).toBe(`error: cannot write to \`${dir}\`: the disk is full; nothing was changed\n`);
    writeFileSync(join(mount, 'ballast'), '');
    await pki(0, ['init', '--dir', dir]);
  });

  test('that is read-only, nothing is made, and what is there can be read', async () => {
    if (!mounted('size=1m')) return;
    const dir = join(mount, 'pki');
    await pki(0, ['init', '--dir', dir]);
    spawnSync('mount', ['-o', 'remount,ro', mount]);

    expect((await pki(4, ['client', '--subject', '/CN=x', '--dir', dir])).err).toBe(`error: cannot write to \`${dir}\`: the file system is read-only; nothing was changed\n`);
    await pki(4, ['init', '--dir', join(mount, 'new')]);
    await pki(0, ['verify', '--dir', dir]);
    await pki(0, ['export', '--dir', dir, '--credential', 'c', '--client-ca', 'root']);
  });
});

test('a read-only directory is said to be so', async () => {
  if (process.getuid?.() === 0) return;
  const dir = fresh('readonly');
  chmodSync(dir, 0o500);

  expect((await pki(4, ['client', '--subject', '/CN=x', '--dir', dir])).err).toBe(`error: cannot write to \`${dir}\`: permission denied; nothing was changed\n`);
  chmodSync(dir, 0o700);
});

test('a directory that is a file cannot hold anything', async () => {
  writeFileSync(join(home, 'file'), '');

  await pki(4, ['init', '--dir', join(home, 'file', 'pki')]);
});

describe('locks', () => {
  test('of a process that is gone, of an id that is used again, and empty old ones are taken over', async () => {
    const { pid } = spawnSync('true');
    for (const [index, lock] of [
      JSON.stringify({ pid, started: '1', host: hostname() }),
      JSON.stringify({ pid: process.pid, started: '1', host: hostname() }),
    ].entries()) {
      const dir = fresh(`lock-${index}`);
      writeFileSync(join(dir, '.lock'), lock);

      await pki(0, ['client', '--subject', '/CN=x', '--dir', dir]);

      expect(leftovers(dir)).toEqual([]);
    }
  });
});
