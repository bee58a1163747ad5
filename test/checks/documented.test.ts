import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contextOf, documentsOf } from './cases';
import { CATALOGUE, profileOf, runChecks } from '../../src/checks';

const FOLDER = join(__dirname, 'documented');

/** What Istio, the Gateway API, Kyma, Alibaba Cloud Service Mesh, Gardener and cert-manager show as correct, each set in a file. Its first line names the page and the warnings that are right. */
const sets = readdirSync(FOLDER).sort().map((file) => {
  const yaml = readFileSync(join(FOLDER, file), 'utf8');
  const expected = /Warnings: ([\w, ]+)/.exec(yaml.split('\n')[0])?.[1].split(', ') ?? [];
  return { name: file.replace('.yaml', ''), documents: documentsOf(yaml), expected };
});

test.each(sets)('no error in what is documented as correct: $name', ({ documents, expected }) => {
  const reports = runChecks(contextOf(documents, { profile: profileOf(documents) }));
  expect(reports.filter(({ severity }) => severity === 'error').map(({ check, message }) => `${check.id} ${message}`)).toEqual([]);
  expect([...new Set(reports.map(({ check }) => check.id))].sort()).toEqual(expected.filter((id) => CATALOGUE.some((check) => check.id === id)));
});

test('there are examples of each', () => {
  for (const source of ['istio', 'istio-gateway-api', 'gateway-api', 'kyma', 'asm', 'gardener', 'cert-manager']) expect(sets.filter(({ name }) => name.startsWith(source)).length).toBeGreaterThan(0);
});
