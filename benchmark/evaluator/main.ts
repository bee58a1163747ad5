/**
 * Measures the evaluator: `npm run benchmark:evaluator`. Each figure is processor time of one core, taken in one run beside Cedar (WebAssembly) and, where the programs
 * of the oracle are there (`conformance/oracle/build`), beside real istiod and Envoy answering the same requests.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { cedar, envoy, Measured, ours } from './sides';
import { cluster, policies, requests } from './workload';
import { Mesh } from '../../src/authz';
import { parseDocuments } from '../../src/mesh/documents';

const SIZES = [10, 100, 1_000, 10_000];
const build = resolve(__dirname, '../../conformance/.build');
const number = (value: number, digits = 0): string => value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });

function programs(): { oracle: string; envoy: string } | undefined {
  const found = existsSync(build) ? readdirSync(build).find((name) => name.startsWith('envoy-')) : undefined;
  return found === undefined || !existsSync(join(build, 'oracle')) ? undefined : { oracle: join(build, 'oracle'), envoy: join(build, found) };
}

function row(what: string, side: string, { ready, answer }: Measured): void {
  console.log(`${what.padEnd(16)} ${side.padEnd(22)} ${number(ready, 1).padStart(10)} ms ${number(answer, 2).padStart(12)} µs ${number(1e6 / answer).padStart(12)} /s`);
}

/** Loading, in a process of its own so that its memory is its own. */
function loading(count: number): void {
  const run = spawnSync(process.execPath, ['--expose-gc', ...process.execArgv, __filename, 'load', String(count)], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  process.stdout.write(run.stdout);
}

function load(count: number): void {
  const text = [...cluster(), ...policies(count - cluster().length)].map((object) => stringify(object)).join('---\n');
  const heap = () => { gc!(); return process.memoryUsage().heapUsed / 1e6; };
  const before = heap();
  let started = process.cpuUsage();
  const time = () => { const { user, system } = process.cpuUsage(started); started = process.cpuUsage(); return (user + system) / 1000; };
  const documents = parseDocuments(text) as any[];
  const parsing = time();
  const parsed = heap();
  time();
  const mesh = Mesh.fromManifests(documents, { complete: true });
  const reading = time();
  const after = heap();
  console.log(`${number(count)} manifests, ${number(text.length / 1e6, 1)} MB of YAML: parsed in ${number(parsing)} ms (${number(parsed - before)} MB), read as a mesh in ${number(reading)} ms (${number(after - parsed)} MB more)${mesh.refused.length === 0 ? '' : `; ${mesh.refused.length} REFUSED`}`);
}

async function main(): Promise<void> {
  if (process.argv[2] === 'load') return load(Number(process.argv[3]));
  console.log(`${cpus().length} × ${cpus()[0].model.trim()}, Node ${process.versions.node}; processor time\n`);
  [1_000, 10_000].forEach(loading);
  const asked = requests();
  const found = programs();
  console.log(`\n${'policies'.padEnd(16)} ${'side'.padEnd(22)} ${'ready in'.padStart(13)} ${'an answer'.padStart(15)} ${'on one core'.padStart(15)}`);
  let disagreement = false;
  for (const count of SIZES) {
    const sides: [string, Measured][] = [['evaluator', ours(count, asked)], ['Cedar', cedar(count, asked)]];
    if (found !== undefined) sides.push(['istiod and Envoy', await envoy(found, count, asked)]);
    for (const [side, measured] of sides) row(number(count), side, measured);
    const allowed = new Set(sides.map(([, measured]) => measured.allowed));
    if (allowed.size > 1) disagreement = true;
  }
  if (found === undefined) console.log('Envoy was not asked: build the oracle first (conformance/oracle/build)');
  console.log(disagreement ? '\nthe sides do not let the same number of requests in' : `\nall let in ${number(asked.length / 2)} of ${asked.length} requests`);
  if (disagreement) process.exitCode = 1;
}

void main();
