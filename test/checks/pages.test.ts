import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contextOf, documentsOf, readCases } from './cases';
import { checkTable } from '../../build-tools/check-table';
import { CATALOGUE, runChecks } from '../../src/checks';

const root = join(__dirname, '..', '..');
const PAGES = join(root, 'docs', 'checks');
const HEADINGS = ['What is wrong', 'What happens', 'How to cure', 'What it cannot see', 'Shown on'];

const cases = new Map(readCases().map((one) => [one.id, one]));
const read = (id: string) => readFileSync(join(PAGES, `${id}.md`), 'utf8');
const snippets = (page: string, kind: string) => [...page.matchAll(new RegExp(`^\`\`\`yaml ${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, yaml]) => yaml);

test('every check has its page, and every page belongs to a check', () => {
  const pages = readdirSync(PAGES).filter((file) => file !== 'README.md').sort();
  expect(pages).toEqual(CATALOGUE.map(({ id }) => `${id}.md`));
});

describe.each(CATALOGUE.filter(({ id }) => existsSync(join(PAGES, `${id}.md`))))('the page of $id', (check) => {
  const page = read(check.id);
  const settings = cases.get(check.id)?.settings;

  test('has the title, severity and effect of the check, and the headings of every page', () => {
    expect(page.split('\n').slice(0, 3)).toEqual([`# ${check.id}: ${check.title}`, '', `${check.severity} · ${check.effect}`]);
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual(HEADINGS);
    expect(page.split(/^## .*$/m).slice(1).filter((section) => section.trim() === '')).toEqual([]);
  });

  test('has a snippet that makes the check fire', () => {
    expect(snippets(page, 'broken').length).toBeGreaterThan(0);
    for (const snippet of snippets(page, 'broken')) expect(runChecks(contextOf(documentsOf(snippet), settings), [check]).length).toBeGreaterThan(0);
  });

  test('has a repaired twin on which it is silent, and no other check finds an error', () => {
    expect(snippets(page, 'repaired').length).toBeGreaterThan(0);
    for (const snippet of snippets(page, 'repaired')) {
      const reports = runChecks(contextOf(documentsOf(snippet), settings)).filter(({ check: { id }, severity }) => id === check.id || severity === 'error');
      expect(reports.map(({ check: { id }, message }) => `${id} ${message}`)).toEqual([]);
    }
  });

  test('says where its effect is shown, or why it is not', () => {
    const { notShown, operatorPlayed } = cases.get(check.id) ?? {};
    const said = page.slice(page.indexOf('## Shown on\n')).replace(/\s+/g, ' ');
    expect(said).toContain(notShown === undefined ? `[conformance/checks/${check.id}.yaml](../../conformance/checks/${check.id}.yaml)` : `Not shown: ${notShown.replace(/\s+/g, ' ')}`);
    if (notShown === undefined && operatorPlayed) expect(said).toContain('operator');
  });
});

test('docs/checks/README.md is up to date: npm run checks-table', () => {
  expect(readFileSync(join(PAGES, 'README.md'), 'utf8')).toBe(checkTable());
});
