import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isInside, isPending, recover, writeTogether } from '../../../../src/cli/pki/store/transaction';
import { temporaryDirectory } from '../../support/run';

const home = temporaryDirectory();
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(home, 'transaction-'));
});

const read = (file: string) => readFileSync(join(directory, file), 'utf8');

test('all files are written, secret ones for their owner only, and nothing else is left', () => {
  writeTogether(directory, [{ path: 'a/key', content: 'secret', secret: true }, { path: 'a/crt', content: 'public' }]);

  expect([read('a/key'), read('a/crt')]).toEqual(['secret', 'public']);
  expect((statSync(join(directory, 'a/key')).mode % 0o1000).toString(8)).toBe('600');
  expect(readdirSync(directory)).toEqual(['a']);
});

test('if one file is there already, none is written', () => {
  writeFileSync(join(directory, 'b'), 'old');

  expect(() => writeTogether(directory, [{ path: 'a', content: 'x' }, { path: 'b', content: 'x' }])).toThrow(`\`${join(directory, 'b')}\` exists and is not overwritten`);
  expect(readdirSync(directory)).toEqual(['b']);
  expect(read('b')).toBe('old');
});

test('what was decided is finished by the next run, what was not is cleared away', () => {
  const pending = join(directory, '.pending');
  mkdirSync(pending);
  writeFileSync(join(pending, '1'), 'second');
  expect(isPending(directory)).toBe(true);
  recover(directory);
  expect(readdirSync(directory)).toEqual([]);

  mkdirSync(pending);
  writeFileSync(join(directory, 'a'), 'first, in its place already');
  writeFileSync(join(pending, '1'), 'second');
  writeFileSync(join(pending, 'plan.json'), '["a","b"]');
  recover(directory);
  expect([read('a'), read('b')]).toEqual(['first, in its place already', 'second']);
  expect(isPending(directory)).toBe(false);
});

test.each(['[', '{}', '[1]', '["../x"]', '["/etc/x"]', '["a/../../x"]', '[""]'])('a plan of %s is not followed, and stays for somebody to look at', (plan) => {
  mkdirSync(join(directory, '.pending'));
  writeFileSync(join(directory, '.pending/0'), 'x');
  writeFileSync(join(directory, '.pending/plan.json'), plan);

  expect(() => recover(directory)).toThrow(/left behind by a run that was killed, is damaged/);
  expect(existsSync(join(directory, '.pending/0'))).toBe(true);
});

test('a place that cannot be written is named, and the next run finishes', () => {
  mkdirSync(join(directory, '.pending'));
  mkdirSync(join(directory, 'a/inner'), { recursive: true });
  writeFileSync(join(directory, '.pending/0'), 'x');
  writeFileSync(join(directory, '.pending/plan.json'), '["a"]');

  expect(() => recover(directory)).toThrow(`cannot put \`${join(directory, 'a')}\` in its place (EISDIR): the next run on the directory finishes this, once the cause is removed`);
  expect(isPending(directory)).toBe(true);
});

test.each([['a/b', true], ['a', true], ['../a', false], ['/a', false], ['a/../b', false], ['', false], ['a\\b', false], ['./a', false]])('`%s` is inside: %s', (path, inside) => {
  expect(isInside(path)).toBe(inside);
});
