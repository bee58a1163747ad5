import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Case, generateCase } from './case';
import { Comparison, compare, meshOf, refusals } from './compare';
import { makeMaterials, Materials } from './materials';
import { askOracle, OraclePrograms, Verdict } from './oracle';
import { Tally } from './tally';

const HOME = join(__dirname, '..', '..');
const REQUESTS = 12;
/** The fake API server of the oracle keeps some memory for each configuration: a process judges so many. */
const BATCH = 150;

interface Found {
  readonly from: Case;
  readonly index: number;
  readonly comparison: Comparison;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { seed: { type: 'string', default: '1' }, pairs: { type: 'string', default: '2000' }, show: { type: 'string', default: '10' }, case: { type: 'string' }, out: { type: 'string' } },
  });
  const programs: OraclePrograms = {
    oracle: process.env.ORACLE ?? join(HOME, 'conformance', '.build', 'oracle'),
    envoy: process.env.ENVOY ?? join(HOME, 'conformance', '.build', 'envoy-1.40.0'),
  };
  const missing = Object.values(programs).filter((path) => !existsSync(path));
  if (missing.length > 0) {
    console.log(`differential: not run, for want of ${missing.join(' and ')}; \`conformance/oracle/build\` makes them`);
    return 0;
  }
  const seed = Number(values.seed);
  const first = values.case === undefined ? 0 : Number(values.case);
  const count = values.case === undefined ? Math.ceil(Number(values.pairs) / REQUESTS) : 1;
  console.log(`seed ${seed}, ${count * REQUESTS} pairs in ${count} configurations`);
  const materials = await makeMaterials();
  const tally = new Tally();
  const found: Found[] = [];
  for (let start = first; start < first + count; start += BATCH) {
    const cases = new Map(Array.from({ length: Math.min(BATCH, first + count - start) }, (_, offset) => generateCase(seed, start + offset, REQUESTS)).map((made) => [made.id, made]));
    await askOracle(programs, [...cases.values()], materials, (verdict) => judge(cases.get(verdict.id)!, verdict, materials, tally, found));
  }
  tally.print();
  found.slice(0, Number(values.show)).forEach(show);
  if (values.out !== undefined) {
    mkdirSync(values.out, { recursive: true });
    writeFileSync(join(values.out, 'found.json'), JSON.stringify(found.map(({ from, index, comparison }) => ({ id: from.id, index, request: from.requests[index], manifests: from.manifests, comparison })), undefined, 1));
  }
  return tally.failed ? 1 : 0;
}

function judge(from: Case, verdict: Verdict, materials: Materials, tally: Tally, found: Found[]): void {
  if (verdict.error !== undefined) {
    tally.broken(`${from.id}: ${verdict.error.split('\n')[0].slice(0, 300)}`);
    return;
  }
  let mesh;
  try {
    mesh = meshOf(from.manifests, materials);
  } catch (error) {
    tally.broken(`${from.id}: the evaluator cannot read the manifests: ${(error as Error).stack}`);
    return;
  }
  refusals(mesh, verdict).forEach((text) => tally.refusal(`${from.id}: ${text}`));
  for (const observation of verdict.results) {
    const index = Number(observation.id);
    const comparison = compare(mesh, from.requests[index], observation, materials);
    tally.add(comparison);
    if (comparison.agreement === 'disagreed' || comparison.agreement === 'crashed' || comparison.covered === false) found.push({ from, index, comparison });
  }
}

function show({ from, index, comparison }: Found): void {
  console.log(`\n${from.id} request ${index}: ${comparison.agreement}: ${comparison.reason.slice(0, 900)}\n  ${JSON.stringify(from.requests[index])}\n  real ${JSON.stringify(comparison.real)}`);
}

main().then((status) => { process.exitCode = status; }, (error) => {
  console.error(error);
  process.exitCode = 1;
});
