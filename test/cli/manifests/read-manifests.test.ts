import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManifests } from '../../../src/cli/manifests/read-manifests';
import { Terminal } from '../../../src/cli/terminal';
import { temporaryDirectory } from '../support/run';

const home = temporaryDirectory();
const previous = process.cwd();

beforeAll(() => process.chdir(home));
afterAll(() => process.chdir(previous));

const file = (name: string, text: string | Buffer) => {
  mkdirSync(join(home, name, '..'), { recursive: true });
  writeFileSync(join(home, name), text);
  return name;
};
const terminal = (input = ''): Terminal => ({ write: () => {}, note: () => {}, progress: () => {}, readInput: () => Buffer.from(input), now: () => new Date(), colour: false });
const read = (...paths: string[]) => readManifests(paths, terminal());
const object = (name: string, more = '') => `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n${more}`;

test('objects come in the order of the arguments, lists unfolded, empty documents left out', () => {
  file('list.yaml', `---\n# nothing\n---\napiVersion: v1\nkind: List\nitems:\n- ${object('a').trim().split('\n').join('\n  ')}\n- ${object('b').trim().split('\n').join('\n  ')}\n`);
  file('one.json', JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'c' } }));

  const { documents, origins, sources } = read('one.json', 'list.yaml');

  expect(documents.map((document: any) => document.metadata.name)).toEqual(['c', 'a', 'b']);
  expect(origins.map((origin) => `${origin.source.name}:${origin.locate([]).start.line}`)).toEqual(['one.json:1', 'list.yaml:7', 'list.yaml:11']);
  expect(sources.map(({ name }) => name)).toEqual(['one.json', 'list.yaml']);
});

test('a directory gives the YAML and JSON files below it in the order of their names, without hidden ones, node_modules, links and files of other kinds', () => {
  file('tree/b.yaml', object('b'));
  file('tree/a/z.yml', object('z'));
  file('tree/a.json', JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'j' } }));
  file('tree/values.yaml', 'replicas: 2\n');
  file('tree/kustomization.yaml', 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n');
  file('tree/README.md', '# a: [');
  file('tree/.git/x.yaml', object('hidden'));
  file('tree/node_modules/x.yaml', object('module'));
  symlinkSync(join(home, 'tree'), join(home, 'tree', 'loop'));

  expect(read('tree').documents.map((document: any) => document.metadata.name)).toEqual(['z', 'j', 'b']);
});

test('`-` is standard input, once', () => {
  expect(readManifests(['-'], terminal(object('in'))).origins[0].source.name).toBe('-');
  expect(() => readManifests(['-', '-'], terminal(object('in')))).toThrow('standard input (`-`) can be read once only');
});

test.each([
  ['a file that is not there', () => 'missing.yaml', 'cannot read manifest `missing.yaml`: no such file'],
  ['text that is no YAML', () => file('bad.yaml', 'a: b\nc: [\n'), 'manifest `bad.yaml`: document 1 is no valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ] at line 3, column 1'],
  ['a template of a chart', () => file('chart.yaml', '{{- if .Values.x }}\napiVersion: v1\nkind: Service\n{{- end }}\n'), 'manifest `chart.yaml`: document 1 is no valid YAML: '],
  ['a key that is there twice', () => file('twice.yaml', `${object('x')}kind: Pod\n`), 'Map keys must be unique at line 5, column 1'],
  ['no object', () => file('values.yaml', 'a: 1\n'), 'manifest `values.yaml` holds no Kubernetes object: expected `apiVersion`, `kind` and `metadata.name`'],
  ['an empty file', () => file('empty.yaml', ''), 'manifest `empty.yaml` holds no Kubernetes object'],
  ['a stranger among objects', () => file('mixed.yaml', `${object('x')}---\nhello: world\n`), 'manifest `mixed.yaml`: what stands in line 6 is no Kubernetes object'],
  ['NUL bytes', () => file('nul.yaml', Buffer.from([97, 0, 98])), 'manifest `nul.yaml` holds NUL bytes'],
  ['too many aliases', () => file('bomb.yaml', `a: &a [${'x,'.repeat(20)}x]\nb: &b [${'*a,'.repeat(20)}*a]\nc: &c [${'*b,'.repeat(20)}*b]\nd: [${'*c,'.repeat(20)}*c]\n`), 'manifest `bomb.yaml`: manifests have YAML aliases that cannot be followed'],
  ['too many levels', () => file('deep.yaml', '['.repeat(6000)), 'manifest `deep.yaml`: manifests are nested too deeply'],
  ['an anchor that contains itself', () => file('self.yaml', 'a: &a\n  b: *a\n'), 'manifest `self.yaml`: '],
])('%s is unreadable: %#', (_what, path, message) => {
  const run = () => read(path());
  expect(run).toThrow(message);
  expect(run).toThrow(expect.objectContaining({ status: 3 }));
});

test('a directory without manifests, and one without objects, is no success', () => {
  file('docs/README.md', '');
  file('charts/values.yaml', 'a: 1\n');
  expect(() => read('docs')).toThrow('directory `docs` holds no manifests: expected files `*.yaml`, `*.yml` or `*.json`');
  expect(() => read('charts')).toThrow('no Kubernetes object in `charts`');
});

test('a key `__proto__` changes no object', () => {
  const { documents } = read(file('proto.yaml', object('p', 'spec:\n  __proto__: { polluted: true }\n')));
  expect((documents[0] as any).spec.polluted).toBeUndefined();
  expect(({} as any).polluted).toBeUndefined();
});
