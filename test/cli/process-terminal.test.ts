import * as fs from 'node:fs';
import { processTerminal } from '../../src/cli/process-terminal';
import { printable } from '../../src/cli/terminal';

const failure = (code: string) => Object.assign(new Error(code), { code });

jest.mock('node:fs', () => ({ ...jest.requireActual('node:fs'), writeSync: jest.fn(), readFileSync: jest.fn() }));
const writeSync = jest.mocked(fs.writeSync) as jest.Mock;

test('a text is written whole, in as many pieces as it takes, and a slow reader is waited for', () => {
  const pieces: string[] = [];
  writeSync
    .mockImplementationOnce((_descriptor: number, bytes: Buffer) => {
      pieces.push(bytes.subarray(0, 2).toString());
      return 2;
    })
    .mockImplementationOnce(() => { throw failure('EAGAIN'); })
    .mockImplementationOnce((_descriptor: number, bytes: Buffer, from: number) => {
      pieces.push(bytes.subarray(from).toString());
      return bytes.length - from;
    });

  processTerminal().write('hello');

  expect(pieces).toEqual(['he', 'llo']);
  expect(writeSync.mock.calls.map(([descriptor]) => descriptor)).toEqual([1, 1, 1]);
});

test('a reader that is gone is no failure, but a failing device is', () => {
  writeSync.mockImplementationOnce(() => { throw failure('EPIPE'); });
  expect(() => processTerminal().note('hello')).not.toThrow();
  writeSync.mockImplementationOnce(() => { throw failure('EIO'); });
  expect(() => processTerminal().note('hello')).toThrow('EIO');
});

test('progress is shown where a person is watching', () => {
  writeSync.mockImplementation((_descriptor: number, bytes: Buffer) => bytes.length);
  const { isTTY } = process.stderr;
  process.stderr.isTTY = true;
  processTerminal().progress('making');
  processTerminal().status!('half');
  process.stderr.isTTY = false;
  processTerminal().progress('making');
  processTerminal().status!('half');
  process.stderr.isTTY = isTTY;

  expect(writeSync.mock.calls.map(([descriptor, bytes]) => [descriptor, String(bytes)])).toEqual([[2, 'making …\n'], [2, '\r\u001b[Khalf']]);
});

test('NO_COLOR switches colours off on a terminal', () => {
  const { isTTY } = process.stdout;
  const { NO_COLOR } = process.env;
  process.stdout.isTTY = true;
  delete process.env.NO_COLOR;
  const with_ = processTerminal().colour;
  process.env.NO_COLOR = '1';
  const without = processTerminal().colour;
  process.stdout.isTTY = isTTY;
  if (NO_COLOR === undefined) delete process.env.NO_COLOR;

  expect([with_, without]).toEqual([true, false]);
});

test('standard input and the clock are those of the process', () => {
  jest.mocked(fs.readFileSync).mockReturnValueOnce('input');

  expect(processTerminal().readInput()).toBe('input');
  expect(Math.abs(processTerminal().now().getTime() - Date.now())).toBeLessThan(10_000);
});

test.each([
  ['a\nb', 'a\nb'],
  ['\u001b[31m', '\\x1b[31m'],
  ['a\tb\r', 'a\\x09b\\x0d'],
  ['\u009b', '\\x9b'],
  ['a\u202eb', 'a\\u202eb'],
  ['é中', 'é中'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown);
});
