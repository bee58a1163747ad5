/**
 * Compares the compiled library with bare cdk8s, synthesis with checks with one without, and lint with a mere parser of YAML, both sides in turn on this machine: `npx projen compile && npm run benchmark`.
 * Prints medians and ratios; the bounds are those of CONTRIBUTING.md. It fails when one is exceeded.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '..');
const LOAD_BOUND = 1.3;
const SYNTH_BOUND = 1.25;
const CHECKS_BOUND = 1.1;
const LINT_BOUND = 1.5;

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Median milliseconds of a fresh process that runs a script. */
function timed(args: string[]): number {
  const started = process.hrtime.bigint();
  const run = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return Number(process.hrtime.bigint() - started) / 1e6;
}

function compare(what: string, bound: number, runs: number, ours: () => number, theirs: () => number, other = 'bare cdk8s'): boolean {
  ours();
  theirs();
  const pairs = Array.from({ length: runs }, () => [ours(), theirs()]);
  const [mine, bare] = [median(pairs.map(([a]) => a)), median(pairs.map(([, b]) => b))];
  const ratio = median(pairs.map(([a, b]) => a / b));
  console.log(`${what.padEnd(48)} ${mine.toFixed(0).padStart(6)} ms   ${other.padEnd(11)} ${bare.toFixed(0).padStart(6)} ms   ratio ${ratio.toFixed(2)} (bound ${bound})`);
  return ratio <= bound;
}

/** What the child process reports: its own time for building and synthesising, without the start of Node. */
function synthesis(side: string): number {
  const outdir = mkdtempSync(join(tmpdir(), 'benchmark-'));
  try {
    const run = spawnSync(process.execPath, [join(__dirname, 'workloads.js'), side, outdir], { cwd: root, encoding: 'utf8' });
    if (run.status !== 0) throw new Error(run.stderr);
    return Number(run.stdout);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Milliseconds of the whole command `cdk8s synth` of the same app, as pipelines run it. */
function command(side: string): number {
  const outdir = mkdtempSync(join(tmpdir(), 'benchmark-'));
  try {
    return timed([join(root, 'node_modules', 'cdk8s-cli', 'bin', 'cdk8s'), 'synth', '--app', `node ${join(__dirname, 'workloads.js')} ${side}`, '--output', outdir]);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** What the child process reports: its own time for reading the manifests, with or without judging them. */
function linting(side: string): number {
  const run = spawnSync(process.execPath, [join(__dirname, 'lint.js'), side], { cwd: root, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return Number(run.stdout);
}

const results = [
  compare('loading the library', LOAD_BOUND, 15, () => timed(['-e', "require('./lib/src')"]), () => timed(['-e', "require('cdk8s'); require('cdk8s-plus-27')"])),
  compare('synth of 1,000 secured workloads in 100 charts', SYNTH_BOUND, 7, () => synthesis('ours'), () => synthesis('bare')),
  compare('the same, with and without checks', CHECKS_BOUND, 7, () => synthesis('ours'), () => synthesis('unchecked'), 'unchecked'),
  compare('the whole command `cdk8s synth` of it', CHECKS_BOUND, 7, () => command('ours'), () => command('unchecked'), 'unchecked'),
  compare('lint of 10,000 objects', LINT_BOUND, 5, () => linting('lint'), () => linting('parse'), 'YAML only'),
];
if (results.includes(false)) process.exitCode = 1;
