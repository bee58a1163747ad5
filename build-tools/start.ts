/** `npm start`: synthesises the five tutorials into `dist/<tutorial>/` and says who may call what. With `--update` the committed examples follow. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { register } from 'tsconfig-paths';
import { HostSummary, summarise } from './access-summary';
import { picture } from './picture';
import { examples, RenderedFile, synthesise, tutorials } from './tutorials';

const root = resolve(__dirname, '..');
// The examples import the package by its name, as users do; here that is the source, so that a fresh clone needs no build.
register({ baseUrl: root, paths: { 'cdk8s-istio-security': ['src/index'] } });
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code: number, text: string): string => colour ? `\u001b[${code}m${text}\u001b[0m` : text;

function main(): void {
  let objects = 0;
  const hosts = new Set<string>();
  for (const tutorial of tutorials()) {
    const outdir = join(root, 'dist', tutorial);
    const files = synthesise(tutorial, outdir);
    const count = files.flatMap(({ manifests }) => manifests).length;
    objects += count;
    console.log(`${paint(1, tutorial)}   ${count} objects → ${relative(root, outdir)}/`);
    for (const { file, manifests } of files) {
      if (files.length > 1) console.log(`\n  ${file}   ${manifests.length} objects`);
      for (const summary of summarise(manifests)) {
        hosts.add(`${tutorial} ${summary.host}`);
        print(summary);
      }
    }
    console.log();
    if (process.argv.includes('--update')) update(tutorial, files);
  }
  console.log(`${tutorials().length} tutorials, ${objects} objects, ${hosts.size} hosts. What was wrong with each tutorial: examples/*/README.md`);
}

function print({ host, destinations, servers, rows }: HostSummary): void {
  console.log(`\n  ${paint(1, host)} → ${destinations.join(', ') || 'answered at the gateway'}`);
  for (const server of servers) console.log(`    served    ${server}`);
  const width = Math.max(...rows.map(({ who }) => who.length));
  for (const { verdict, who, how } of rows) {
    console.log(`    ${paint(verdict === 'allowed' ? 32 : 31, verdict)}   ${who.padEnd(width)}   ${how}`);
  }
}

function update(tutorial: string, files: RenderedFile[]): void {
  const directory = join(examples, tutorial, 'manifests');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  for (const { file, text } of files) writeFileSync(join(directory, file), text);
  writeFileSync(join(examples, tutorial, 'picture.svg'), picture(tutorial, files.map(({ file, manifests }) => ({ title: file.replace('.k8s.yaml', ''), hosts: summarise(manifests) }))));
}

main();
