import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { locked } from '../../../../src/cli/pki/store/lock';
import { temporaryDirectory } from '../../support/run';

const home = temporaryDirectory();
const SHORT = 120;
let directory: string;
let lock: string;

beforeEach(() => {
  directory = mkdtempSync(join(home, 'lock-'));
  lock = join(directory, '.lock');
});

const holder = (fields: object) => JSON.stringify({ pid: process.pid, started: '', host: hostname(), ...fields });

test('the lock is there while something runs, and gone afterwards, also when it fails', async () => {
  await locked(directory, async () => expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() }));
  expect(existsSync(lock)).toBe(false);
  await expect(locked(directory, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(lock)).toBe(false);
});

test('a second run waits for the first', async () => {
  const order: string[] = [];
  await Promise.all([
    locked(directory, async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      order.push('first');
    }),
    locked(directory, async () => { order.push('second'); }),
  ]);

  expect(order).toEqual(['first', 'second']);
});

test.each([
  ['of a process that runs', () => holder({ pid: process.ppid }), () => `process ${process.ppid}`],
  ['of another machine', () => holder({ pid: 1, host: 'elsewhere' }), () => 'process 1 on elsewhere'],
  ['that is being written', () => '', () => 'another run'],
])('a lock %s is waited for, and then an error names it', async (_what, content, who) => {
  writeFileSync(lock, content());

  await expect(locked(directory, async () => 'done', SHORT)).rejects.toThrow(
    `\`${directory}\` is in use by ${who()}: try again when it has ended; if it never does, remove \`${lock}\``,
  );
  expect(readFileSync(lock, 'utf8')).toBe(content());
});

test.each([
  ['of a process that is gone', () => holder({ pid: spawnSync('true').pid })],
  ['of an earlier process with the id of one that runs', () => holder({ started: '1' })],
])('a lock %s is taken over', async (_what, content) => {
  writeFileSync(lock, content());

  expect(await locked(directory, async () => 'done', SHORT)).toBe('done');
});

test('a lock that has been empty for long is taken over', async () => {
  writeFileSync(lock, '');
  utimesSync(lock, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));

  expect(await locked(directory, async () => 'done', SHORT)).toBe('done');
});

test('while one run takes an abandoned lock away, another does not', async () => {
  writeFileSync(lock, holder({ started: '1' }));
  writeFileSync(`${lock}.stale`, holder({ pid: process.ppid }));

  await expect(locked(directory, async () => 'done', SHORT)).rejects.toThrow('is in use by');
});

test('a run that died while it took an abandoned lock away does not stop the next', async () => {
  writeFileSync(lock, holder({ started: '1' }));
  writeFileSync(`${lock}.stale`, holder({ started: '1' }));

  expect(await locked(directory, async () => 'done', SHORT)).toBe('done');
});
