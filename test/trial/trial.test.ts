import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CURED, files, follow, inside, keyOf, lay, lint, readTrials, Taken, Trial } from './trial';

const trials = readTrials();
const labelOf = ({ fix, finding, of }: Trial['steps'][number]) => (fix === undefined ? `${finding} of ${of}` : `--fix: ${fix.join(', ')}`);

describe.each(trials)('a new user who lints the manifests of $name and follows each cure', (trial) => {
  let taken: Taken[];
  let end: { readonly warned: number; readonly complete: readonly unknown[]; readonly platform: string | undefined };
  let cured: Record<string, string>;

  beforeAll(async () => {
    await inside(trial.name, async () => {
      lay(trial);
      const platform = () => (trial.platform === undefined ? undefined : readFileSync('platform.yaml', 'utf8'));
      const before = platform();
      taken = await follow(trial);
      const [warned, complete] = [await lint('--fail-on', 'warning'), trial.platform === undefined ? [] : (await lint('--complete')).findings];
      end = { warned: warned.status, complete, platform: platform() === before ? 'as it was' : 'changed' };
      cured = Object.fromEntries(files().map((file) => [file, readFileSync(file, 'utf8')]));
    });
  });

  test('takes the recorded steps, in this order', () => {
    expect(taken.map(({ step }) => labelOf(step))).toEqual(trial.steps.map(labelOf));
  });

  if (trial.steps.length > 0) {
    test.each(trial.steps.map((step, index) => ({ label: labelOf(step), step, index })))('$label: it was found before, is gone after, and no error comes that no cure has named', ({ step, index }) => {
      const { before, after } = taken[index];
      const mine = step.fix === undefined ? before.findings.slice(0, 1) : before.findings.filter(({ patch }) => patch !== undefined);
      expect([...new Set(mine.map(({ id }) => id))].sort()).toEqual([...step.fix ?? [step.finding]].sort());
      const left = after.findings.map(keyOf);
      expect(mine.map(keyOf).filter((key) => left.includes(key))).toEqual([]);
      const known = before.findings.map(keyOf);
      const come = after.findings.filter((finding) => finding.severity === 'error' && !known.includes(keyOf(finding))).map(({ id }) => id);
      expect([...new Set(come)].sort()).toEqual(Object.keys(step.brings ?? {}).sort());
    });
  }

  test('ends with nothing that is found, also where the manifests are all there is, and nothing of the cluster has changed', () => {
    expect(end).toEqual({ warned: 0, complete: [], platform: 'as it was' });
  });

  test('has the manifests that the conformance rig judges (UPDATE_TRIALS=1 writes them)', () => {
    const folder = join(CURED, trial.name);
    if (process.env.UPDATE_TRIALS === '1') {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      for (const [file, text] of Object.entries(cured)) writeFileSync(join(folder, file), text);
    }
    expect(Object.fromEntries(readdirSync(folder).sort().map((file) => [file, readFileSync(join(folder, file), 'utf8')]))).toEqual(cured);
  });
});
