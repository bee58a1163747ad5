/**
 * Installs the packed tarball in empty directories, as a user would, and synthesises an example there: TypeScript with the settings of
 * `cdk8s init typescript-app` and plain JavaScript, on the oldest and newest peers that package.json admits, on Node 20, 22 and 24.
 * Every run must give the bytes that are committed with the example.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(__dirname, '..');
const EXAMPLE = '000-cert-secured-workload';
const NODES = ['20', '22', '24'];

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const peers = Object.keys(manifest.peerDependencies);
const oldest = peers.map((peer) => `${peer}@${manifest.peerDependencies[peer].replace('^', '')}`);
const newest = peers.map((peer) => `${peer}@${manifest.peerDependencies[peer]}`);

let passed = 0;
let failed = 0;

function report(what: string, problem: string | undefined): void {
  if (problem === undefined) passed += 1;
  else failed += 1;
  console.log(`${problem === undefined ? 'ok  ' : 'FAIL'} ${what}${problem === undefined ? '' : `\n${problem}`}`);
}

function npm(cwd: string, ...args: string[]): void {
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

function nodeBinaries(scratch: string): Map<string, string> {
  return new Map(NODES.map((version) => {
    const directory = join(scratch, `node-${version}`);
    mkdirSync(directory);
    npm(directory, 'install', '--prefix', directory, `node@${version}`);
    // Since npm 11 the install script that links the platform's binary may be held back, so it is looked up in its own package.
    const platform = `node-${process.platform}-${process.arch}`.replace('win32', 'win');
    const candidates = [join(directory, 'node_modules', 'node', 'bin'), join(directory, 'node_modules', platform, 'bin')];
    const bin = candidates.find((candidate) => spawnSync(join(candidate, 'node'), ['--version']).stdout?.toString().startsWith(`v${version}.`));
    if (!bin) throw new Error(`the npm package \`node@${version}\` brought no working binary`);
    return [version, bin] as const;
  }));
}

const TEST = `
import { authz } from 'cdk8s-istio-security';
import { assertMet, expectRefused, matchers } from 'cdk8s-istio-security/jest';

const decision = authz.Mesh.fromManifests([], { complete: true }).evaluate({ client: authz.Client.none(), host: 'test.com', path: '/' });
`;
const MATCHER = "test('nobody gets in', () => { expect(decision).toBeRefused(); });";

/** The matchers and plain functions, with each resolution of TypeScript and in three runners. */
const RUNNERS: { readonly what: string; run(app: string): string | undefined }[] = [
  ...[['node10', 'commonjs', 'expectations.cts'], ['node16', 'node16', 'expectations.cts'], ['node16', 'node16', 'expectations.mts'], ['bundler', 'esnext', 'expectations.mts']].map(([resolution, module, file]) => ({
    what: `the matchers' types are found with moduleResolution ${resolution} from ${file}`,
    run: (app: string) => {
      writeFileSync(join(app, file), `${TEST}assertMet(expectRefused(decision)); matchers.toBeAllowed(decision);\n`);
      return ended(app, 'tsc', '--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--ignoreDeprecations', '5.0', '--moduleResolution', resolution, '--module', module, file);
    },
  })),
  {
    what: 'node:test takes the plain functions, from an ES module',
    run: (app) => {
      writeFileSync(join(app, 'plain.test.mjs'), `import { test } from 'node:test';${TEST}test('nobody gets in', () => assertMet(expectRefused(decision)));\n`);
      const run = spawnSync(process.execPath, ['--test', 'plain.test.mjs'], { cwd: app, encoding: 'utf8' });
      return run.status === 0 && /pass 1/.test(run.stdout) ? undefined : run.stdout + run.stderr;
    },
  },
  {
    what: 'Jest takes the matchers',
    run: (app) => {
      writeFileSync(join(app, 'jest.test.js'), `const { authz } = require('cdk8s-istio-security');\nrequire('cdk8s-istio-security/jest');\n${TEST.trim().split('\n').pop()}\n${MATCHER}\n`);
      return ended(app, 'jest', 'jest.test.js');
    },
  },
];

function ended(app: string, program: string, ...args: string[]): string | undefined {
  const run = spawnSync(join(app, 'node_modules', '.bin', program), args, { cwd: app, encoding: 'utf8' });
  return run.status === 0 ? undefined : run.stdout + run.stderr;
}

function synthesised(app: string, bin: string): string {
  rmSync(join(app, 'dist'), { recursive: true, force: true });
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, CI: 'true' };
  const run = spawnSync(process.platform === 'win32' ? 'npx.cmd' : join(app, 'node_modules', '.bin', 'cdk8s'), ['synth', '--no-check-upgrade'], { cwd: app, env, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`cdk8s synth ended with ${run.status}:\n${run.stdout}${run.stderr}`);
  return read(join(app, 'dist'));
}

function read(directory: string): string {
  return readdirSync(directory).filter((file) => file.endsWith('.yaml')).sort().map((file) => `# ${file}\n${readFileSync(join(directory, file), 'utf8')}`).join('');
}

/** The first line in which the YAML differs from the committed one. */
function difference(seen: string, expected: string): string | undefined {
  if (seen === expected) return undefined;
  const [left, right] = [seen.split('\n'), expected.split('\n')];
  const index = right.findIndex((line, number) => line !== left[number]);
  return `the YAML differs from the committed one in line ${index + 1}: \`${left[index]}\` instead of \`${right[index]}\``;
}

function attempt(what: string, run: () => string | undefined): void {
  try {
    report(what, run());
  } catch (error) {
    report(what, (error as Error).message);
  }
}

function main(): void {
  const scratch = mkdtempSync(join(tmpdir(), 'compat-'));
  try {
    const tarball = join(root, 'dist', 'js', readdirSync(join(root, 'dist', 'js')).find((file) => file.endsWith('.tgz'))!);
    const expected = read(join(root, 'examples', EXAMPLE, 'manifests'));
    const nodes = nodeBinaries(scratch);
    for (const [name, versions] of [['oldest', oldest], ['newest', newest]] as const) {
      const app = join(scratch, name);
      cpSync(join(dirname(require.resolve('cdk8s-cli/package.json')), 'templates', 'typescript-app', 'tsconfig.json'), join(app, 'tsconfig.json'), { recursive: true });
      writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', version: '1.0.0', private: true }));
      npm(app, 'install', '--omit=optional', tarball, ...versions, 'cdk8s-cli@^2', 'typescript@5.9', 'ts-node@^10', '@types/node@^20', 'jest@^30', '@types/jest@^30');
      cpSync(join(root, 'examples', EXAMPLE, 'main.ts'), join(app, 'main.ts'));
      attempt(`${name} peers (${versions.join(', ')}): compiles with the settings of cdk8s init`, () => {
        const tsc = spawnSync(join(app, 'node_modules', '.bin', 'tsc'), ['--noEmit'], { cwd: app, encoding: 'utf8' });
        return tsc.status === 0 ? undefined : tsc.stdout;
      });
      for (const runner of RUNNERS) attempt(`${name} peers: ${runner.what}`, () => runner.run(app));
      attempt(`${name} peers: Vitest takes the matchers`, () => {
        // Its bundler does not run without optional dependencies.
        const own = join(scratch, `${name}-vitest`);
        mkdirSync(own);
        writeFileSync(join(own, 'package.json'), JSON.stringify({ name: 'app', version: '1.0.0', private: true }));
        npm(own, 'install', tarball, ...versions, 'vitest@^3');
        writeFileSync(join(own, 'vitest.test.mjs'), `import { expect, test } from 'vitest';${TEST}expect.extend(matchers);\n${MATCHER}\n`);
        return ended(own, 'vitest', 'run', 'vitest.test.mjs');
      });
      for (const [version, bin] of nodes) {
        writeFileSync(join(app, 'cdk8s.yaml'), 'language: typescript\napp: npx ts-node main.ts\n');
        attempt(`${name} peers, Node ${version}, TypeScript`, () => difference(synthesised(app, bin), expected));
        const transpile = "const ts = require('typescript'); const fs = require('fs'); fs.writeFileSync('main.js', ts.transpileModule(fs.readFileSync('main.ts', 'utf8'), { compilerOptions: { module: 'commonjs', target: 'es2020' } }).outputText)";
        execFileSync(process.execPath, ['-e', transpile], { cwd: app });
        writeFileSync(join(app, 'cdk8s.yaml'), 'language: typescript\napp: node main.js\n');
        attempt(`${name} peers, Node ${version}, JavaScript`, () => difference(synthesised(app, bin), expected));
      }
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
}

main();
