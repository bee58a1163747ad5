import { cdk8s, javascript, JsonFile, release, TextFile } from 'projen';

const peers = { 'cdk8s': '^2.64.2', 'cdk8s-plus-27': '^2.7.1', 'constructs': '^10.2.70' };

const project = new cdk8s.ConstructLibraryCdk8s({
  name: 'cdk8s-istio-security',
  description: 'Mutual-TLS gateways and identity policies for Istio and Kyma as typed, checked cdk8s constructs',
  author: 'cdk8s-istio-security authors',
  authorAddress: 'maintainers@cdk8s-istio-security.example',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk8s-istio-security/cdk8s-istio-security.git',
  license: 'Apache-2.0',
  keywords: ['cdk8s', 'istio', 'kyma', 'gardener', 'cert-manager', 'mtls', 'spiffe', 'jwt', 'authorization', 'gateway'],
  defaultReleaseBranch: 'main',
  projenrcTs: true,
  packageManager: javascript.NodePackageManager.NPM,
  minNodeVersion: '20.0.0',
  workflowNodeVersion: '22',
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  projenVersion: '~0.103.25',
  cdk8sVersion: '2.64.2',
  constructsVersion: '10.2.70',
  peerDeps: [`cdk8s-plus-27@${peers['cdk8s-plus-27']}`],
  bundledDeps: [
    '@peculiar/x509@^2.2.0',
    'commander@^14',
    'jws@^4',
    'picocolors@^1',
    're2js@^2',
    'reflect-metadata@^0.2.2',
    'yaml@^2',
  ],
  devDeps: [
    '@cedar-policy/cedar-wasm@^4',
    '@kubernetes-models/istio@^3.0.1',
    '@microsoft/jest-sarif@1.0.0-beta.0',
    '@stryker-mutator/api@^9',
    '@stryker-mutator/core@^9',
    '@types/jest@^30',
    '@types/jws@^3',
    '@types/node@^20',
    'ajv@^8',
    'axe-core@^4',
    'cdk8s-cli@^2.207.60',
    'fast-check@^4',
    'jest@^30',
    'puppeteer-core@^24',
    'ts-jest@^29',
    'tsconfig-paths@^4',
  ],
  entrypoint: 'lib/src/index.js',
  tsconfig: { include: ['imports/**/*.ts'], compilerOptions: { rootDir: '.', outDir: 'lib' } },
  typecheckTests: true,
  eslintOptions: { dirs: ['src', 'examples', 'benchmark'], devdirs: ['test', 'build-tools', 'examples', 'benchmark'] },
  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    jestConfig: {
      modulePathIgnorePatterns: ['<rootDir>/lib/', '<rootDir>/dist/', '<rootDir>/.stryker/'],
      moduleNameMapper: { '^cdk8s-istio-security$': '<rootDir>/src', '^cdk8s-istio-security/jest$': '<rootDir>/src/jest' },
      collectCoverageFrom: ['src/**/*.ts'],
      coveragePathIgnorePatterns: ['/node_modules/', '/imports/', '/test/'],
      coverageReporters: ['text-summary', 'lcov'],
      coverageThreshold: { branches: 95 },
      snapshotFormat: { escapeString: false, printBasicPrototype: false },
    },
  },
  docgenFilePath: 'API.md',
  // Nothing is published by a push: a release is started by hand, and npm receives it with a provenance statement.
  release: true,
  releaseTrigger: release.ReleaseTrigger.workflowDispatch(),
  releaseToNpm: true,
  npmProvenance: true,
  majorVersion: 1,
  depsUpgrade: false,
  pullRequestTemplate: false,
  githubOptions: { mergify: false, pullRequestLint: false },
  sampleCode: false,
});

// 1.13 was published without some of the platform bindings that its lock entries name, and `npm ci` refuses that.
project.package.addPackageResolutions('unrs-resolver@1.11.1');
// JsiiBuild points at lib/index.d.ts, but with imports/ beside src/ the output is lib/src and lib/imports.
project.package.addField('types', 'lib/src/index.d.ts');
// `npm pack` in a fresh clone gives a package with its code.
project.setScript('prepack', 'test -f lib/src/index.js -a -f .jsii || projen compile');
// `import 'cdk8s-istio-security/jest'`, found by TypeScript's node10 resolution too, which knows no `exports`.
new TextFile(project, 'jest.js', { lines: ["module.exports = require('./lib/src/jest');"] });
new TextFile(project, 'jest.d.ts', { lines: ["export * from './lib/src/jest';"] });
project.npmignore?.include('/jest.js', '/jest.d.ts');
// ES modules find a file without its ending only by `exports`; everything else stays reachable, as jsii and deep imports need it.
project.package.addField('exports', {
  '.': { types: './lib/src/index.d.ts', default: './lib/src/index.js' },
  './jest': { types: './jest.d.ts', default: './jest.js' },
  './package.json': './package.json',
  './.jsii': './.jsii',
  './*': './*',
});
project.npmrc.addConfig('omit-lockfile-registry-resolved', 'true');

const importTask = project.addTask('import', { description: 'Regenerate imports/ from the pinned CRDs (CRDS_DIR: a directory that holds them)' });
project.addBins({ 'cdk8s-istio-security': 'lib/src/cli/main.js' });
importTask.exec('ts-node -T build-tools/import.ts');

project.addTask('start', { description: 'Synthesise the five tutorials into dist/ and print who may call what', exec: 'ts-node -T build-tools/start.ts', receiveArgs: true });
project.testTask.exec('tsc --noEmit -p tsconfig.examples.json', { name: 'type-check examples, benchmark and build tools' });
project.testTask.exec('node build-tools/validate-manifests.mjs', { name: 'every rendered object is valid' });
project.postCompileTask.exec('ts-node -T build-tools/check-docs.ts', { name: 'every public type and member is documented' });
project.addTask('consumer-test', { description: 'Try the packed tarball on the oldest and newest peers and on Node 20, 22 and 24', exec: 'ts-node -T build-tools/consumer-test.ts' });
project.addTask('conformance', { description: 'Judge the examples on a real API server, istiod and Envoy (see conformance/README.md)', exec: 'conformance/run test', receiveArgs: true });
project.addTask('mesh', { description: 'Start the mesh of the conformance rig with your manifests: npm run mesh -- dist/*.yaml', exec: 'conformance/run mesh', receiveArgs: true });
project.addTask('differential', { description: 'Compare the evaluator with real istiod and Envoy (conformance/oracle/build first; see test/differential/README.md)', exec: 'ts-node -T -P tsconfig.json test/differential/main.ts', receiveArgs: true });
project.addTask('checks-table', { description: 'Write docs/checks/README.md from the catalogue of checks and their cases', exec: 'ts-node -T build-tools/check-table.ts' });
project.addTask('classes', { description: 'Draw 100,000 requests for random manifests and compare each with the example of its class', exec: 'ts-node -T -P tsconfig.json test/access/main.ts', receiveArgs: true });
project.addTask('page-test', { description: 'Drive the access page in a real Chromium: no errors, keyboard, speed, axe', exec: 'ts-node -T -P tsconfig.json test/access/browser.ts', receiveArgs: true });
project.addTask('benchmark', { description: 'Compare loading and synthesis with bare cdk8s, side by side', exec: 'ts-node -T benchmark/run.ts' });
project.addTask('benchmark:evaluator', { description: 'Measure the evaluator, beside Cedar and real Envoy', exec: 'node -r ts-node/register/transpile-only benchmark/evaluator/main.ts' });

// Mutation tests: `npm run mutation -- --mutate 'src/mesh/secret.ts'`. A change of src/ that no test notices is a survivor.
project.addTask('mutation', { description: 'Change the evaluator and the checks in thousands of ways, and count the changes that no test notices', exec: 'stryker run', receiveArgs: true });
const stryker = {
  mutate: ['src/authz/**/*.ts', 'src/mesh/**/*.ts', 'src/checks/**/*.ts'],
  testRunner: 'in-process',
  plugins: ['./test/mutation/runner.mjs'],
  inProcess: { folders: ['authz', 'mesh', 'checks'] },
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 20000,
  incremental: true,
  incrementalFile: '.stryker/incremental.json',
  tempDirName: '.stryker/sandbox',
  thresholds: { high: 95, low: 90, break: 90 },
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: true },
  jsonReporter: { fileName: '.stryker/report.json' },
  ignorePatterns: ['/conformance/.build', '/dist', '/lib', '/coverage', '/test-reports', '/.stryker'],
};
new JsonFile(project, 'stryker.config.json', { obj: stryker, marker: false });
project.gitignore.addPatterns('/.stryker/');
project.npmignore?.addPatterns('/.stryker/', '/stryker.config.json');

// What users read in an editor is `import { … } from 'cdk8s-istio-security'`, also in our own examples and benchmark.
new JsonFile(project, 'tsconfig.examples.json', {
  obj: {
    extends: './tsconfig.json',
    compilerOptions: {
      noEmit: true,
      types: ['node', 'jest'],
      paths: { 'cdk8s-istio-security': ['./src/index.ts'], 'cdk8s-istio-security/jest': ['./src/jest/index.ts'] },
    },
    include: ['src/**/*.ts', 'imports/**/*.ts', 'examples/**/*.ts', 'benchmark/**/*.ts', 'build-tools/**/*.ts'],
    exclude: ['node_modules'],
  },
});

// The linter takes the nearest tsconfig.json of a file.
for (const folder of ['examples', 'benchmark', 'build-tools']) {
  new JsonFile(project, `${folder}/tsconfig.json`, { obj: { extends: '../tsconfig.examples.json', include: ['./**/*.ts', '../src/**/*.ts', '../imports/**/*.ts'] } });
}

// Layers: imports point down. A breach is a lint error.
const zone = (target: string, from: string[], message: string) => ({ target: `./src/${target}`, from: from.map((folder) => folder.startsWith('./') ? folder : `./src/${folder}`), message });
const layers = [
  zone('x509', ['model', 'resources', 'constructs', 'pki', 'mesh', 'authz', 'checks', 'synth', 'cli', './imports'], 'x509 imports no sibling'),
  zone('model', ['resources', 'constructs', 'pki', 'mesh', 'authz', 'checks', 'synth', 'cli', './imports', './node_modules/cdk8s', './node_modules/constructs'], 'model imports x509 only'),
  zone('text', ['x509', 'model', 'resources', 'constructs', 'pki', 'mesh', 'authz', 'checks', 'synth', 'cli', './imports'], 'text imports no sibling'),
  zone('resources', ['constructs', 'pki', 'mesh', 'authz', 'checks', 'synth', 'cli'], 'resources import model and imports/ only'),
  zone('constructs', ['pki', 'mesh', 'authz', 'checks', 'synth', 'cli', './imports'], 'constructs import model, x509 and resources; resources/ alone sees imports/'),
  zone('pki', ['resources', 'constructs', 'mesh', 'authz', 'checks', 'synth', 'cli', './imports'], 'pki imports model and x509 only'),
  zone('mesh', ['resources', 'constructs', 'pki', 'authz', 'checks', 'synth', 'cli', './imports', './node_modules/cdk8s'], 'mesh reads manifests and knows nothing of our constructs'),
  zone('checks', ['resources', 'constructs', 'pki', 'synth', 'cli', './imports', './node_modules/cdk8s'], 'checks read the mesh view'),
  zone('synth', ['constructs', 'pki', 'cli', './imports'], 'synth brings the checks to app.synth()'),
  zone('migration', ['resources', 'constructs', 'pki', 'checks', 'synth', 'cli', './imports', './node_modules/cdk8s'], 'migration reads manifests and asks the evaluator'),
  zone('plugin', ['resources', 'constructs', 'pki', 'cli', './imports', './node_modules/cdk8s'], 'the plugin brings the checks to cdk8s-cli'),
  zone('authz', ['resources', 'constructs', 'pki', 'checks', 'synth', 'cli', 'jest', './imports', './node_modules/cdk8s'], 'the evaluator reads the mesh view'),
  zone('attack', ['resources', 'constructs', 'pki', 'checks', 'synth', 'cli', 'jest', './imports', './node_modules/cdk8s'], 'attack asks the evaluator'),
  zone('diff', ['resources', 'constructs', 'pki', 'checks', 'synth', 'cli', 'jest', './imports', './node_modules/cdk8s'], 'diff asks the evaluator'),
  zone('access', ['resources', 'constructs', 'pki', 'checks', 'synth', 'cli', 'jest', './imports', './node_modules/cdk8s'], 'access asks the evaluator'),
  ...['x509', 'model', 'resources', 'constructs', 'pki', 'mesh', 'authz', 'checks'].map((folder) => zone(folder, ['access'], 'access stands above the evaluator')),
  zone('cli', ['./imports'], 'resources/ alone sees imports/'),
];
project.eslint?.addRules({ 'import/no-restricted-paths': ['error', { zones: layers.flatMap(({ target, from, message }) => from.map((source) => ({ target, from: source, message }))) }] });

// The examples import the package by its name, which the type check resolves to the source.
project.eslint?.addRules({ 'import/no-unresolved': ['error', { ignore: ['^cdk8s-istio-security$'] }] });

project.gitattributes.addAttributes('/imports/**', 'linguist-generated');
project.gitattributes.addAttributes('/API.md', 'linguist-generated');
// Two branches may each add a row: `npm run checks-table` and its test put what comes of it in order.
project.gitattributes.addAttributes('/docs/checks/README.md', 'linguist-generated', 'merge=union');
project.gitignore.addPatterns('.DS_Store', '/conformance/.build/');
for (const path of ['/imports/', '/examples/', '/benchmark/', '/build-tools/', '/conformance/', '/docs/', '/.ci/', '/.npmrc', '/action.yml', '/tsconfig.examples.json', '/CONTRIBUTING.md', '/ARCHITECTURE.md', '/rosetta/']) {
  project.npmignore?.addPatterns(path);
}
// The publisher's default registry is the one that is meant.
project.tryFindObjectFile('.github/workflows/release.yml')?.addDeletionOverride('jobs.release_npm.steps.9.env.NPM_REGISTRY');
project.synth();
