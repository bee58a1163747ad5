import { Progress } from '../../src/cli/progress';
import { Terminal } from '../../src/cli/terminal';

const watched = (status: boolean) => {
  let time = 0;
  const lines: string[] = [];
  const terminal: Terminal = {
    write: () => undefined,
    note: () => undefined,
    progress: () => undefined,
    ...status ? { status: (text: string) => { lines.push(text); } } : {},
    readInput: () => Buffer.from(''),
    now: () => new Date(time),
    colour: false,
  };
  return { terminal, lines, wait: (milliseconds: number) => { time += milliseconds; } };
};

test('work that takes more than a second shows a bar with the time that is left, and takes it away', () => {
  const { terminal, lines, wait } = watched(true);
  expect(new Progress(terminal, 'searching').during((reach) => {
    reach(0.01);
    wait(1000);
    reach(0.25);
    wait(100);
    reach(0.26);
    wait(900);
    reach(0.5);
    return 7;
  })).toBe(7);
  expect(lines).toEqual(['searching ██████░░░░░░░░░░░░░░░░░░ 25 %, about 3 s left', 'searching ████████████░░░░░░░░░░░░ 50 %, about 2 s left', '']);
});

test('short work shows nothing, work that is given up leaves nothing, and without a watcher there is silence', () => {
  const short = watched(true);
  new Progress(short.terminal, 'searching').during((reach) => reach(0.5));
  expect(short.lines).toEqual([]);
  const broken = watched(true);
  expect(() => new Progress(broken.terminal, 'searching').during((reach) => {
    broken.wait(2000);
    reach(0);
    throw new Error('given up');
  })).toThrow('given up');
  expect(broken.lines).toEqual([`searching ${'░'.repeat(24)} 0 %`, '']);
  const silent = watched(false);
  new Progress(silent.terminal, 'searching').during((reach) => { silent.wait(5000); reach(0.5); });
  expect(silent.lines).toEqual([]);
});
