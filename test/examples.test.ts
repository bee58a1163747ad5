import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { summarise } from '../build-tools/access-summary';
import { picture } from '../build-tools/picture';
import { report } from '../build-tools/report';
import { examples, read, RenderedFile, synthesise, tutorials } from '../build-tools/tutorials';

let outdir: string;
const rendered = new Map<string, RenderedFile[]>();

beforeAll(() => {
  outdir = mkdtempSync(join(tmpdir(), 'examples-'));
  for (const tutorial of tutorials()) rendered.set(tutorial, synthesise(tutorial, join(outdir, tutorial)));
}, 60_000);
afterAll(() => rmSync(outdir, { recursive: true }));

test('there are the five tutorials', () => {
  expect(tutorials().map((name) => name.slice(0, 3))).toEqual(['000', '001', '002', '003', '004']);
});

test('the README shows what npm start says of the first of them (npm start -- --update)', () => {
  const [first] = tutorials();
  expect(readFileSync(join(examples, '..', 'README.md'), 'utf8')).toContain(`<!-- start -->\n\`\`\`\n${report(first, rendered.get(first)!)}…`);
});

describe.each(tutorials())('%s', (tutorial) => {
  test('renders, byte for byte, the YAML that is committed beside it (npm start -- --update)', () => {
    expect(rendered.get(tutorial)!.map(({ file, text }) => ({ file, text }))).toEqual(read(join(examples, tutorial, 'manifests')).map(({ file, text }) => ({ file, text })));
  });

  test('shows the picture that is committed beside it', () => {
    const stages = rendered.get(tutorial)!.map(({ file, manifests }) => ({ title: file.replace('.k8s.yaml', ''), hosts: summarise(manifests) }));
    expect(readFileSync(join(examples, tutorial, 'picture.svg'), 'utf8')).toBe(picture(tutorial, stages));
  });

  test('puts no private key and no `undefined` into a manifest', () => {
    for (const { text } of rendered.get(tutorial)!) {
      expect(text).not.toMatch(/PRIVATE KEY|undefined|\[object/);
    }
  });

  test('names every object and its namespace', () => {
    for (const { metadata } of rendered.get(tutorial)!.flatMap(({ manifests }) => manifests)) {
      expect(metadata).toMatchObject({ name: expect.any(String), namespace: expect.any(String) });
    }
  });

  test('applies policies before the routes that they protect', () => {
    for (const { manifests } of rendered.get(tutorial)!) {
      manifests.forEach((route, index) => {
        if (route.kind !== 'VirtualService') return;
        const later = manifests.slice(index).filter(({ kind, metadata }) => kind === 'AuthorizationPolicy' && metadata.name === route.metadata.name);
        expect(later).toEqual([]);
      });
    }
  });
});
