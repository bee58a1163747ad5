import { readCases } from './cases';
import { CATALOGUE, CheckContext, runChecks } from '../../src/checks';

const cases = readCases();
const context = (documents: readonly unknown[]) => new CheckContext(documents, { kyma: true });

describe.each(cases)('$id', ({ id, steps }) => {
  const check = CATALOGUE.find((candidate) => candidate.id === id);

  test('is a check, and its case has both a broken and a repaired step', () => {
    expect(check).toBeDefined();
    expect(new Set(steps.map(({ kind }) => kind))).toEqual(new Set(['broken', 'repaired']));
  });

  test.each(steps.filter(({ kind }) => kind === 'broken'))('fires: $name', ({ documents }) => {
    expect(runChecks(context(documents), [check!]).length).toBeGreaterThan(0);
  });

  test.each(steps.filter(({ kind }) => kind === 'repaired'))('is silent, and so is every other check: $name', ({ documents }) => {
    expect(runChecks(context(documents)).map((report) => `${report.check.id} ${report.message}`)).toEqual([]);
  });
});
