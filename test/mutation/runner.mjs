/**
 * A test runner for Stryker that keeps source and tests loaded: a mutant is switched on, and the tests that meet it run until one fails. Files that meet it while
 * they are loaded are loaded anew. Jest would load every module again for each of some thousand mutants, which takes a hundred times as long as the tests themselves.
 *
 * Source that remembers results may remember those of a mutant. So a test that failed has to pass again once the mutant is switched off; else all is loaded anew,
 * and the mutant tried once more.
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

/** Fuzzed and large inputs and whole pages cost most of the time, and notice nothing that the other tests do not. */
const SLOW = /(?:hostile|hostile-cases|pages|own-constructs)\.test\.ts$/;

/** Of these many cases that all go the same way, so many of those that meet a mutant are tried: a mutant that survives is met by most of them. */
const BROAD = /(?:recorded-answers|checks.cases)\.test\.ts$/;
const SAMPLE = 40;

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
    if (loaded.includes(`${sep}test${sep}`) && isOurs(loaded)) delete require.cache[loaded];
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
    this.files = this.folders.flatMap((folder) => filesBelow(resolve('test', folder), '.test.ts')).filter((file) => !SLOW.test(file));
    this.load();
  }

  /** Loads source and tests anew. */
  load() {
    for (const loaded of Object.keys(require.cache)) if (isOurs(loaded)) delete require.cache[loaded];
    this.forget = forgetful(require(resolve('src/mesh/remembered.ts')));
    // What runs when a source file is loaded is met by no test.
    for (const folder of ['authz', 'mesh', 'checks']) filesBelow(resolve('src', folder), '.ts').forEach((file) => require(file));
    this.loaded = new Map();
  }

  async dryRun() {
    const results = [];
    const cost = new Map();
    for (const file of this.files) {
      const started = performance.now();
      const name = relative(process.cwd(), file);
      const loaded = await this.timed(`${name} (loading)`, name, () => { this.loaded.set(file, collect(file)); });
      results.push(loaded);
      for (const test of this.loaded.get(file) ?? []) results.push(await this.timed(`${name} ${test.name}`, name, () => run(test)));
      cost.set(file, performance.now() - started);
    }
    // Most mutants die of a cheap test.
    this.files.sort((a, b) => cost.get(a) - cost.get(b));
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

  async mutantRun(options) {
    const first = await this.attempt(options);
    if (first.status !== 'killed' || await this.passes(first.failed)) return first.result;
    this.load();
    return (await this.attempt(options)).result;
  }

  /** Whether what failed under a mutant passes without it. */
  async passes({ file, test }) {
    try {
      if (test === undefined) collect(file);
      else await run(test);
      return true;
    } catch {
      return false;
    }
  }

  async attempt({ activeMutant, testFilter, hitLimit }) {
    namespace.hitCount = hitLimit === undefined ? undefined : 0;
    namespace.hitLimit = hitLimit;
    namespace.activeMutant = activeMutant.id;
    this.forget.forEach((forget) => forget());
    const wanted = testFilter === undefined ? undefined : new Set(testFilter);
    let nrOfTests = 0;
    const killed = (id, error, failed) => {
      const late = determineHitLimitReached(namespace.hitCount, hitLimit);
      return late === undefined ? { status: 'killed', failed, result: { status: 'killed', killedBy: [id], failureMessage: String(error?.message ?? error), nrOfTests } } : { status: 'late', result: late };
    };
    try {
      for (const file of this.files) {
        const name = relative(process.cwd(), file);
        const whole = wanted?.has(`${name} (loading)`) ?? true;
        if (!whole && ![...wanted].some((id) => id.startsWith(`${name} `))) continue;
        let tests;
        try {
          tests = whole ? collect(file) : this.testsOf(file);
        } catch (error) {
          return killed(`${name} (loading)`, error, { file });
        }
        for (const { block } of tests) chainOf(block).forEach((one) => { one.ran = false; });
        const met = tests.filter((test) => whole || wanted.has(`${name} ${test.name}`));
        for (const test of BROAD.test(file) ? met.slice(0, SAMPLE) : met) {
          const id = `${name} ${test.name}`;
          nrOfTests += 1;
          try {
            await run(test);
          } catch (error) {
            return killed(id, error, { file, test });
          }
        }
      }
      return { status: 'survived', result: determineHitLimitReached(namespace.hitCount, hitLimit) ?? { status: 'survived', nrOfTests } };
    } finally {
      namespace.activeMutant = undefined;
    }
  }

  /** The tests of a file as loaded without a mutant. */
  testsOf(file) {
    if (!this.loaded.has(file)) {
      const active = namespace.activeMutant;
      namespace.activeMutant = undefined;
      this.loaded.set(file, collect(file));
      namespace.activeMutant = active;
    }
    return this.loaded.get(file);
  }
}

/** What was remembered before a mutant was switched on would hide it: a mutant that is never asked survives. */
function forgetful(module) {
  const forget = [];
  for (const name of ['remembered', 'rememberedOf']) {
    const original = module[name];
    module[name] = (compute) => {
      let known = original(compute);
      forget.push(() => { known = original(compute); });
      return (key) => known(key);
    };
  }
  return forget;
}

function isOurs(file) {
  return !file.includes('node_modules') && (file.includes(`${sep}src${sep}`) || file.includes(`${sep}test${sep}`));
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
