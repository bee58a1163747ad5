import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CURED, inside, readTrials } from './trial';
import { cli } from '../cli/support/run';

const root = join(__dirname, '..', '..');
const section = readFileSync(join(root, 'docs/lint.md'), 'utf8').split('### From three findings to none')[1];
const written = readFileSync(join(root, 'test/tutorials-as-written/004.yaml'), 'utf8');
const cured = readFileSync(join(CURED, '004/004.yaml'), 'utf8');

describe('docs/lint.md, from three findings to none', () => {
  test('the findings, the cure and the last answer are those of the command', async () => {
    await inside('docs', async () => {
      writeFileSync('004.yaml', written);
      const { out } = await cli(['lint', '004.yaml', '--format', 'json']);
      const { errors, warnings, findings } = JSON.parse(out);
      expect([errors, warnings]).toEqual([1, 2]);
      expect(section).toContain('has one error and two warnings');
      const told = findings.map(({ id, cure, patch }: any) => `${id} ${patch === undefined ? cure : 'patch'}`);
      const [, cure] = /^\| MTLS012 \| the cure says: (.*) \|$/m.exec(section)!;
      expect(told).toEqual([`MTLS012 ${cure}`, 'MTLS023 patch', 'MTLS024 patch']);
      expect(section).toContain('| MTLS023, MTLS024 | `--fix` writes');
      writeFileSync('004.yaml', cured);
      expect((await cli(['lint', '004.yaml'])).out).toContain(/^Then `lint 004.yaml` says `(.*)`\.$/m.exec(section)![1]);
    });
  });

  test('each piece of the difference is there, before and after', () => {
    const pieces = [...section.matchAll(/^```diff\n([\s\S]*?)^```$/gm)].map(([, text]) => text.trimEnd().split('\n'));
    expect(pieces).toHaveLength(2);
    for (const lines of pieces) {
      const side = (sign: string) => lines.filter((line) => line[0] === ' ' || line[0] === sign).map((line) => line.slice(1)).join('\n');
      expect(written).toContain(side('-'));
      expect(cured).toContain(side('+'));
    }
  });

  test('every trial and its suite on the rig are there', () => {
    expect(readTrials().length).toBeGreaterThan(5);
    for (const number of ['000', '001', '002', '003', '004']) {
      expect(readFileSync(join(root, `conformance/suites/cured-${number}.yaml`), 'utf8')).toMatch(new RegExp(`apply: \\[../../test/trial/cured/${number}[-\\w]*/\\*\\.yaml\\]`));
    }
  });
});
