/* eslint-disable @stylistic/max-len */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Case, generateCase } from './case';
import { Comparison, compare, meshOf, refusals } from './compare';
import { makeMaterials, Materials } from './materials';
import { askOracle, OraclePrograms, Verdict } from './oracle';
import { writeRecordedAnswers } from './recorded';
import { Finding, reduce } from './reduce';
import { keep } from './regression';
import { Tally } from './tally';

const HOME = join(__dirname, '..', '..');
const REQUESTS = 12;
/** The fake API server of the oracle keeps some memory for each configuration: a process judges so many. */
const BATCH = 150;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { seed: { type: 'string', default: '1' }, pairs: { type: 'string', default: '2000' }, show: { type: 'string', default: '10' }, case: { type: 'string' }, out: { type: 'string' }, reduce: { type: 'string', default: '0' }, answers: { type: 'boolean', default: false }, record: { type: 'string' }, replay: { type: 'string' }, keep: { type: 'boolean', default: false }, from: { type: 'string' }, require: { type: 'boolean', default: false } },
  });
  const programs: OraclePrograms = {
    oracle: process.env.ORACLE ?? join(HOME, 'conformance', '.build', 'oracle'),
    envoy: process.env.ENVOY ?? join(HOME, 'conformance', '.build', 'envoy-1.40.0'),
  };
  const missing = Object.values(programs).filter((path) => !existsSync(path));
  if (missing.length > 0) {
    console.log(`differential: not run, for want of ${missing.join(' and ')}; \`conformance/oracle/build\` makes them`);
    return values.require ? 1 : 0;
  }
  const seed = Number(values.seed);
  const first = values.case === undefined ? 0 : Number(values.case);
  const count = values.case === undefined ? Math.ceil(Number(values.pairs) / REQUESTS) : 1;
  console.log(`seed ${seed}, ${count * REQUESTS} pairs in ${count} configurations`);
  const materials = values.replay === undefined ? await makeMaterials() : readMaterials(join(values.replay, 'materials.json'));
  if (values.record !== undefined) startRecord(values.record, materials);
  const tally = new Tally();
  const verdicts: Verdict[] = [];
  const found: Finding[] = [];
  if (values.replay !== undefined) recorded(join(values.replay, `verdicts-${seed}.jsonl`)).forEach(([from, verdict]) => judge(from, verdict, materials, tally, found));
  for (let start = first; values.replay === undefined && start < first + count; start += BATCH) {
    const cases = new Map(Array.from({ length: Math.min(BATCH, first + count - start) }, (_, offset) => generateCase(seed, start + offset, REQUESTS)).map((made) => [made.id, made]));
    const take = (verdict: Verdict) => {
      verdicts.push(verdict);
      if (values.record !== undefined) appendFileSync(join(values.record, `verdicts-${seed}.jsonl`), `${JSON.stringify([cases.get(verdict.id), verdict])}\n`);
      judge(cases.get(verdict.id)!, verdict, materials, tally, found);
    };
    await askOracle(programs, [...cases.values()], materials, take);
  }
  tally.print();
  if (values.answers) writeRecordedAnswers(seed, verdicts, materials);
  if (values.out !== undefined) {
    mkdirSync(values.out, { recursive: true });
    writeFileSync(join(values.out, 'found.json'), JSON.stringify(found, undefined, 1));
  }
  if (values.from !== undefined) found.push(...(JSON.parse(readFileSync(values.from, 'utf8')) as Finding[]));
  const chosen = Number(values.reduce) > 0 ? await reduce(distinct(found).slice(0, Number(values.reduce)), judgeWith(programs, materials)) : found.slice(0, Number(values.show));
  chosen.forEach(show);
  if (values.keep) chosen.map(keep).forEach((file) => console.log(`kept as ${file}`));
  tally.printTotal();
  return tally.failed || (values.require && tally.judged < count * REQUESTS && values.replay === undefined) ? 1 : 0;
}

/** A record keeps what the oracle said, and the keys and certificates of that run, so that the evaluator can be compared again in seconds. */
function startRecord(directory: string, { texts, clients }: Materials): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'materials.json'), JSON.stringify({ texts: [...texts], clients: [...clients] }), { mode: 0o600 });
}

function readMaterials(file: string): Materials {
  const { texts, clients } = JSON.parse(readFileSync(file, 'utf8'));
  return { texts: new Map(texts), clients: new Map(clients) };
}

function recorded(file: string): [Case, Verdict][] {
  return readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as [Case, Verdict]);
}

function judge(from: Case, verdict: Verdict, materials: Materials, tally: Tally, found: Finding[]): void {
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
  refusals(mesh, verdict, from.manifests).forEach((text) => tally.refusal(`${from.id}: ${text}`));
  for (const observation of verdict.results) {
    const index = Number(observation.id);
    const comparison = compare(mesh, from.requests[index], observation, materials);
    tally.add(comparison);
    if (comparison.agreement === 'disagreed' || comparison.agreement === 'crashed' || comparison.covered === false) found.push({ id: `${from.id}:${index}`, manifests: from.manifests, request: from.requests[index], comparison });
  }
}

/** One finding of each kind. */
function distinct(found: readonly Finding[]): Finding[] {
  return [...new Map([...found].reverse().map((finding) => [`${finding.comparison.agreement} ${finding.comparison.reason.replace(/`[^`]*`/g, '').slice(0, 120)}`, finding])).values()].reverse();
}

function judgeWith(programs: OraclePrograms, materials: Materials): (cases: readonly Case[]) => Promise<Map<string, Comparison>> {
  return async (cases) => {
    const answers = new Map<string, Comparison>();
    const byId = new Map(cases.map((each) => [each.id, each]));
    for (let start = 0; start < cases.length; start += BATCH) {
      await askOracle(programs, cases.slice(start, start + BATCH), materials, ({ id, error, results }) => {
        const { manifests, requests: [request] } = byId.get(id)!;
        if (error === undefined) answers.set(id, compare(meshOf(manifests, materials), request, results[0], materials));
      });
    }
    return answers;
  };
}

function show({ id, request, manifests, comparison }: Finding): void {
  const { agreement, reason, real } = comparison;
  console.log(`\n${id}: ${agreement}: ${reason.slice(0, 700)}\n  request ${JSON.stringify(request)}\n  real ${JSON.stringify(real)}`);
  manifests.forEach((manifest) => console.log(`  ${JSON.stringify(manifest).slice(0, 900)}`));
}

main().then((status) => { process.exitCode = status; }, (error) => {
  console.error(error);
  process.exitCode = 1;
});
