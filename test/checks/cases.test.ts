import { contextOf, readCases } from './cases';
import { CATALOGUE, runChecks } from '../../src/checks';

const cases = readCases();

test('every check has a case, and every case is that of a check', () => {
  expect(cases.map(({ id }) => id)).toEqual(CATALOGUE.map(({ id }) => id));
});

describe.each(cases)('$id', ({ id, steps, settings, notShown }) => {
  const check = CATALOGUE.find((candidate) => candidate.id === id);
  const broken = steps.filter(({ kind }) => kind === 'broken');
  const repaired = steps.filter(({ kind }) => kind === 'repaired');

  test('has both broken and repaired steps, which the rig shows unless it says why not', () => {
    expect([broken.length > 0, repaired.length > 0]).toEqual([true, true]);
    expect({ shown: [...broken, ...repaired].every(({ shown }) => shown), notShown }).toEqual({ shown: notShown === undefined, notShown });
  });

  test.each(broken)('fires: $name', ({ documents }) => {
    expect(runChecks(contextOf(documents, settings), [check!]).length).toBeGreaterThan(0);
  });

  test.each(repaired)('is silent, and so is every other check but for expected warnings: $name', ({ documents, warnings }) => {
    const reports = runChecks(contextOf(documents, settings)).filter(({ check: { id: found }, severity }) => severity === 'error' || !warnings.includes(found));
    expect(reports.map((report) => `${report.check.id} ${report.message}`)).toEqual([]);
  });

  test.each(repaired)('the warnings that are expected are there: $name', ({ documents, warnings }) => {
    expect(runChecks(contextOf(documents, settings)).map((report) => report.check.id)).toEqual(expect.arrayContaining([...warnings]));
  });
});
