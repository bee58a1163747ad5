import { parseDocument, stringify } from 'yaml';
import { contextOf, readCases } from './cases';
import { CATALOGUE, runChecks } from '../../src/checks';
import { applyPatch } from '../../src/cli/lint/apply-patch';

const broken = readCases().flatMap(({ id, steps, settings }) => steps.filter(({ kind }) => kind === 'broken').map((step) => ({ id, settings, ...step })));

test.each(broken)('$id: the patches of `$name` make their findings go away, and none worse appear', ({ id, settings, documents }) => {
  const check = CATALOGUE.find((candidate) => candidate.id === id)!;
  const before = contextOf(documents, settings);
  const told = (reports: readonly { readonly check: { readonly id: string }; readonly message: string }[]) => reports.map(({ check: { id: found }, message }) => `${found} ${message}`);
  for (const { patch, object, message } of runChecks(before, [check]).filter((report) => report.patch !== undefined)) {
    const { document, path } = before.placeOf(object)!;
    const parsed = parseDocument(stringify(documents[document]));
    expect(applyPatch(parsed, path, patch!)).toBe(true);
    const repaired = documents.map((other, index) => (index === document ? parsed.toJS() : other));
    const after = runChecks(contextOf(repaired, settings));
    expect(told(after)).not.toContain(`${id} ${message}`);
    const worse = after.filter(({ severity, check: { id: found } }) => severity === 'error' && found !== id);
    expect(told(worse).filter((line) => !told(runChecks(before)).includes(line))).toEqual([]);
  }
});
