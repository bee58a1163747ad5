/**
 * A test runner for Stryker that keeps the source loaded: a mutant is switched on, the test files that meet it are loaded anew, and their tests run until one
 * fails. Jest would load every module again for each of some thousand mutants, which takes a hundred times as long as the tests themselves.
 *
 * It knows what the tests of these folders use of Jest: `describe`, `test`, their `each`, the four hooks, and `expect`.
 */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve, sep } from 'node:path';
import { declareClassPlugin, PluginKind, tokens, commonTokens } from '@stryker-mutator/api/plugin';
import { determineHitLimitReached } from '@stryker-mutator/api/test-runner';

const require = createRequire(join(process.cwd(), 'package.json'));
const namespace = globalThis.__stryker__ ??= {};

/** Fuzzed and large inputs cost most of the time, and notice nothing that the other tests do not. */
const SLOW = /hostile\.test\.ts$/;

function filesBelow(folder, ending) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(ending)).sort().map((file) => join(folder, file));
}

/** The tests of one file, in order, each with the hooks around it. */
function collect(file) {
  const tests = [];
  let block = { name: '', hooks: { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] }, ran: false };
  const describe = (name, define) => {
    const outer = block;
    block = { name: `${outer.name}${name} `, outer, hooks: { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] }, ran: false };
    define();
    block = outer;
  };
  const test = (name, run) => tests.push({ name: `${block.name}${name}`, run, block });
  const { bind } = require('jest-each');
  const globals = { describe: Object.assign(describe, { each: bind(describe) }), test: Object.assign(test, { each: bind(test) }), expect: require('expect').expect };
  for (const hook of Object.keys(block.hooks)) globals[hook] = (run) => block.hooks[hook].push(run);
  Object.assign(globalThis, globals);
  for (const loaded of Object.keys(require.cache)) {
    if (loaded.includes(`${sep}test${sep}`) && !loaded.includes('node_modules')) delete require.cache[loaded];
  }
  require(file);
  return tests;
}

function chainOf(block) {
  return block === undefined ? [] : [...chainOf(block.outer), block];
}

async function run({ run: body, block }) {
  const chain = chainOf(block);
  for (const one of chain.filter(({ ran }) => !ran)) {
    for (const hook of one.hooks.beforeAll) await hook();
    one.ran = true;
  }
  for (const one of chain) for (const hook of one.hooks.beforeEach) await hook();
  try {
    await body();
  } finally {
    for (const one of chain.reverse()) for (const hook of one.hooks.afterEach) await hook();
  }
}

class InProcessRunner {
  static inject = tokens(commonTokens.options);

  constructor(options) {
    this.folders = options.inProcess.folders;
  }

  capabilities() {
    return { reloadEnvironment: false };
  }

  async init() {
    require('ts-node').register({ transpileOnly: true, project: resolve('tsconfig.json') });
    rememberTranspiled();
    // Few and always the same cases: a mutant must not survive one run and die in the next.
    require('fast-check').configureGlobal({ numRuns: 8, seed: 1, endOnFailure: true });
    // What runs when a source file is loaded is met by no test.
    for (const folder of this.folders) filesBelow(resolve('src', folder), '.ts').forEach((file) => require(file));
    this.files = this.folders.flatMap((folder) => filesBelow(resolve('test', folder), '.test.ts')).filter((file) => !SLOW.test(file));
  }

  async dryRun() {
    const results = [];
    for (const file of this.files) {
      const name = relative(process.cwd(), file);
      const loaded = await this.timed(`${name} (loading)`, name, () => { this.collected = collect(file); });
      results.push(loaded);
      if (loaded.status === 'failed') continue;
      for (const test of this.collected) results.push(await this.timed(`${name} ${test.name}`, name, () => run(test)));
    }
    namespace.currentTestId = undefined;
    return { status: 'complete', tests: unique(results), mutantCoverage: namespace.mutantCoverage };
  }

  async timed(id, fileName, body) {
    namespace.currentTestId = id;
    const started = performance.now();
    let failure;
    try {
      await body();
    } catch (error) {
      failure = error;
    }
    const result = { id, name: id, fileName, timeSpentMs: performance.now() - started };
    return failure === undefined ? { ...result, status: 'success' } : { ...result, status: 'failed', failureMessage: String(failure?.message ?? failure) };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }) {
    namespace.hitCount = hitLimit === undefined ? undefined : 0;
    namespace.hitLimit = hitLimit;
    namespace.activeMutant = activeMutant.id;
    const wanted = testFilter === undefined ? undefined : new Set(testFilter);
    let nrOfTests = 0;
    const killed = (id, error) => determineHitLimitReached(namespace.hitCount, hitLimit)
      ?? { status: 'killed', killedBy: [id], failureMessage: String(error?.message ?? error), nrOfTests };
    try {
      for (const file of this.files) {
        const name = relative(process.cwd(), file);
        const whole = wanted?.has(`${name} (loading)`) ?? true;
        if (!whole && ![...wanted].some((id) => id.startsWith(`${name} `))) continue;
        let tests;
        try {
          tests = collect(file);
        } catch (error) {
          return killed(`${name} (loading)`, error);
        }
        for (const test of tests) {
          const id = `${name} ${test.name}`;
          if (!whole && !wanted.has(id)) continue;
          nrOfTests += 1;
          try {
            await run(test);
          } catch (error) {
            return killed(id, error);
          }
        }
      }
      return determineHitLimitReached(namespace.hitCount, hitLimit) ?? { status: 'survived', nrOfTests };
    } finally {
      namespace.activeMutant = undefined;
    }
  }
}

/** Test files are loaded again and again, and are the same each time. */
function rememberTranspiled() {
  const transpiled = new Map();
  const load = require.extensions['.ts'];
  require.extensions['.ts'] = (module, file) => {
    if (transpiled.has(file)) return module._compile(transpiled.get(file), file);
    const compile = module._compile;
    module._compile = (code, name) => {
      transpiled.set(file, code);
      return compile.call(module, code, name);
    };
    return load(module, file);
  };
}

/** Rows of one table may have one name: they are one test then. */
function unique(results) {
  return [...new Map(results.map((result) => [result.id, result])).values()];
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner)];
export const strykerValidationSchema = {
  type: 'object',
  properties: { inProcess: { type: 'object', properties: { folders: { type: 'array', items: { type: 'string' } } } } },
};
