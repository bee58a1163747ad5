import { ExitStatus, Stop, stopping } from '../../src/cli/exit-status';
import { runCommand } from '../../src/cli/program';

test('an error about a value ends the command with the status that was asked for', async () => {
  expect(() => stopping(Stop.wrongUse, () => { throw new Error('invalid'); })).toThrow(expect.objectContaining({ status: ExitStatus.WRONG_USE, message: 'invalid' }));
  await expect(stopping(Stop.unreadable, async () => { throw new Error('broken'); })).rejects.toMatchObject({ status: ExitStatus.UNREADABLE });
});

test('what works is handed on', async () => {
  expect(stopping(Stop.wrongUse, () => 1)).toBe(1);
  expect(await stopping(Stop.wrongUse, async () => 2)).toBe(2);
});

test('a mistake in the program is none of the caller\'s', () => {
  expect(() => stopping(Stop.wrongUse, () => { throw new TypeError('undefined is not a function'); })).toThrow(TypeError);
});

test('a mistake in the program ends it with a status of its own, without a stack trace', async () => {
  let err = '';
  const status = await runCommand(['pki', 'verify', '--cert', 'x'], {
    write: () => undefined,
    note: (text) => { err += text; },
    progress: () => undefined,
    readInput: () => Buffer.alloc(0),
    now: () => { throw new TypeError('what\u001b?'); },
    colour: false,
  });

  expect(status).toBe(ExitStatus.INTERNAL);
  expect(err).toBe('error: what\\x1b?\nThis is a mistake in the command: please report what you did and this message.\n');
});
