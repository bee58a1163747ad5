import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, parseDocument } from 'yaml';
import { PatchOperation } from '../../../src/checks';
import { applyPatch } from '../../../src/cli/lint/apply-patch';
import { cli, expectDiscreet, temporaryDirectory } from '../support/run';

const home = temporaryDirectory();
const previous = process.cwd();
let count = 0;
beforeEach(() => {
  count += 1;
  mkdirSync(join(home, String(count)));
  process.chdir(join(home, String(count)));
});
afterEach(() => process.chdir(previous));

async function lint(...args: string[]) {
  const outcome = await cli(['lint', ...args]);
  expectDiscreet(outcome);
  return outcome;
}

const SPOKEN = `# the platform's comment
apiVersion: v1
kind:   ConfigMap   # oddly spaced, and to stay so
metadata: {name: a}
---
# the API version is an old one
apiVersion: extensions/v1beta1 # since 2016
kind: Deployment
metadata:
  name: app   # the application
spec:
  selector: {matchLabels: {app: a}}
---
apiVersion: v1
kind:   Secret
metadata: {name: a}
`;

test('--fix writes the patch of a finding: comments stay, and other documents are byte by byte as they were', async () => {
  writeFileSync('app.yaml', SPOKEN, { mode: 0o640 });
  const { status, out, err } = await lint('--fix', 'app.yaml');
  expect({ status, err }).toEqual({ status: 0, err: 'written: app.yaml\n' });
  expect(out).toMatch(/^fine: /);
  expect(readFileSync('app.yaml', 'utf8')).toBe(SPOKEN.replace('extensions/v1beta1', 'apps/v1').replace('app   # the', 'app # the'));
  expect((statSync('app.yaml').mode % 0o1000).toString(8)).toBe('640');
  expect(readdirSync('.')).toEqual(['app.yaml']);
});

test('objects inside lists are patched in their place, and line ends stay', async () => {
  const list = 'apiVersion: v1\r\nkind: List\r\nitems:\r\n- apiVersion: extensions/v1beta1\r\n  kind: NetworkPolicy\r\n  metadata: {name: a}\r\n';
  writeFileSync('list.yaml', list);
  await lint('--fix', 'list.yaml');
  expect(readFileSync('list.yaml', 'utf8')).toBe(list.replace('extensions/v1beta1', 'networking.k8s.io/v1'));
});

test('a file that is reached by a link is written where it is', async () => {
  writeFileSync('app.yaml', SPOKEN);
  symlinkSync('app.yaml', 'link.yaml');
  await lint('--fix', 'link.yaml');
  expect(readFileSync('app.yaml', 'utf8')).toContain('apps/v1');
  expect(readdirSync('.').sort()).toEqual(['app.yaml', 'link.yaml']);
});

test('without a patch nothing is written', async () => {
  writeFileSync('app.yaml', 'apiVersion: v1\nkind:   ConfigMap\nmetadata: {name: a}\n');
  expect(await lint('--fix', 'app.yaml')).toMatchObject({ status: 0, err: '' });
  expect(readFileSync('app.yaml', 'utf8')).toContain('kind:   ConfigMap');
});

test('standard input cannot be fixed', async () => {
  expect(await cli(['lint', '--fix', '-'], { input: SPOKEN })).toEqual({ status: 2, out: '', err: 'error: --fix writes into files: standard input (`-`) is none\n' });
});

const asRoot = process.getuid?.() === 0;
(asRoot ? test.skip : test)('a directory that is read-only leaves every file as it was', async () => {
  writeFileSync('app.yaml', SPOKEN);
  chmodSync('.', 0o555);
  expect((await lint('--fix', 'app.yaml')).status).toBe(4);
  chmodSync('.', 0o755);
  expect(readFileSync('app.yaml', 'utf8')).toBe(SPOKEN);
});

test('when the second file cannot be replaced the first stays as it was', async () => {
  writeFileSync('a.yaml', SPOKEN);
  writeFileSync('b.yaml', SPOKEN.replace(/name: a\b/g, 'name: b').replace('name: app', 'name: other'));
  // A directory of the temporary file's name is in the way.
  mkdirSync(`b.yaml.${process.pid}.new`);
  const { status, err } = await lint('--fix', 'a.yaml', 'b.yaml');
  expect({ status, err }).toMatchObject({ status: 4, err: expect.stringMatching(/^error: cannot write `b\.yaml`: /) });
  expect(readFileSync('a.yaml', 'utf8')).toBe(SPOKEN);
  expect(existsSync(`a.yaml.${process.pid}.new`)).toBe(false);
});

describe('operations of RFC 6902 on a document', () => {
  const patched = (yaml: string, patch: PatchOperation[], prefix: (string | number)[] = []) => {
    const document = parseDocument(yaml);
    return { done: applyPatch(document, prefix, patch), text: document.toString() };
  };

  test.each<[string, string, PatchOperation, string]>([
    ['add a key', 'a: 1\n', { op: 'add', path: '/b', value: [1] }, 'a: 1\nb:\n  - 1\n'],
    ['add over a key', 'a: 1 # one\n', { op: 'add', path: '/a', value: 2 }, 'a: 2 # one\n'],
    ['add to the end of a list', 'a:\n  - 1\n', { op: 'add', path: '/a/-', value: 2 }, 'a:\n  - 1\n  - 2\n'],
    ['add inside a list', 'a:\n  - 1\n', { op: 'add', path: '/a/0', value: 0 }, 'a:\n  - 0\n  - 1\n'],
    ['replace a scalar', 'a: 1 # one\n', { op: 'replace', path: '/a', value: 'x' }, 'a: x # one\n'],
    ['replace a mapping', 'a: {b: 1}\n', { op: 'replace', path: '/a', value: null }, 'a: null\n'],
    ['remove a key', 'a: 1\nb: 2 # two\n', { op: 'remove', path: '/a' }, 'b: 2 # two\n'],
    ['remove from a list', 'a:\n  - 1\n  - 2\n', { op: 'remove', path: '/a/0' }, 'a:\n  - 2\n'],
    ['escaped steps', 'a/b: {c~d: 1}\n', { op: 'replace', path: '/a~1b/c~0d', value: 2 }, 'a/b: { c~d: 2 }\n'],
  ])('%s', (_name, yaml, operation, expected) => {
    expect(patched(yaml, [operation])).toEqual({ done: true, text: expected });
  });

  test.each<[string, PatchOperation]>([
    ['replace what is not there', { op: 'replace', path: '/b', value: 1 }],
    ['remove what is not there', { op: 'remove', path: '/b' }],
    ['add below a scalar', { op: 'add', path: '/a/b', value: 1 }],
    ['add far behind a list', { op: 'add', path: '/list/9', value: 1 }],
    ['the whole document', { op: 'remove', path: '' }],
    ['behind an alias', { op: 'replace', path: '/alias/x', value: 1 }],
  ])('what does not fit changes nothing: %s', (_name, operation) => {
    const yaml = 'a: 1\nlist: [ 1 ]\nanchored: &x { x: 1 }\nalias: *x\n';
    expect(patched(yaml, [{ op: 'replace', path: '/a', value: 2 }, operation])).toEqual({ done: false, text: yaml });
  });
});

test('the documents of a fixed file are as many as before', async () => {
  writeFileSync('app.yaml', `%YAML 1.2\n---\n${SPOKEN}...\n`);
  await lint('--fix', 'app.yaml');
  expect(parseAllDocuments(readFileSync('app.yaml', 'utf8'))).toHaveLength(3);
});

test('a document with many findings is done in one run', async () => {
  const paths = Array.from({ length: 15 }, (_, index) => `/admin${index}`).join(', ');
  writeFileSync('policy.yaml', `apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: a, namespace: a}\nspec: {action: DENY, rules: [{to: [{operation: {paths: [${paths}]}}]}]}\n`);
  const { status, out, err } = await lint('--fix', 'policy.yaml');
  expect({ status, err, first: out.split(':')[0] }).toEqual({ status: 0, err: 'written: policy.yaml\n', first: 'fine' });
});

test('a finding about what a patch has put there is found and cured in the same run', async () => {
  writeFileSync('gateway.yaml', 'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a, namespace: a}\nspec:\n  selector: {istio: ingressgateway}\n'
    + '  servers: [{hosts: [a.test], port: {name: https, number: 443, protocol: HTTPS}, tls: {mode: MUTUAL, credentialName: a}}]\n');
  writeFileSync('policy.yaml', 'apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: a, namespace: istio-system}\n'
    + 'spec: {action: DENY, selector: {matchLabels: {istio: ingressgateway}}, rules: [{from: [{source: {principals: [a/b]}}], to: [{operation: {paths: [/a]}}]}]}\n');
  expect(await lint('--fix', 'gateway.yaml', 'policy.yaml')).toMatchObject({ status: 0, err: 'written: policy.yaml\n', out: expect.stringMatching(/^fine: /) });
  expect(readFileSync('policy.yaml', 'utf8').match(/\/a;\*/g)).toHaveLength(4);
});
