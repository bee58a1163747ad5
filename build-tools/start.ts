/** `npm start`: synthesises the five tutorials into `dist/<tutorial>/` and says who may call what. With `--update` what is committed of it follows. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { register } from 'tsconfig-paths';
import { summarise } from './access-summary';
import { picture } from './picture';
import { report } from './report';
import { examples, RenderedFile, synthesise, tutorials } from './tutorials';

const root = resolve(__dirname, '..');
// The examples import the package by its name, as users do; here that is the source, so that a fresh clone needs no build.
register({ baseUrl: root, paths: { 'cdk8s-istio-security': ['src/index'] } });

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code: number, text: string): string => colour ? `\u001b[${code}m${text}\u001b[0m` : text;

function main(): void {
  const rendered = tutorials().map((tutorial) => ({ tutorial, files: synthesise(tutorial, join(root, 'dist', tutorial)) }));
  for (const { tutorial, files } of rendered) console.log(report(tutorial, files, paint));
  const manifests = rendered.flatMap(({ files }) => files.flatMap((file) => file.manifests));
  const hosts = new Set(rendered.flatMap(({ tutorial, files }) => files.flatMap((file) => summarise(file.manifests).map(({ host }) => `${tutorial} ${host}`))));
  console.log(`${rendered.length} tutorials, ${manifests.length} objects, ${hosts.size} hosts. Who gets in is what the evaluator says (docs/evaluator.md); proof on a real mesh: npm run conformance.\nWhat was wrong with each tutorial: examples/*/README.md`);
  if (process.argv.includes('--update')) {
    for (const { tutorial, files } of rendered) update(tutorial, files);
    updateReadme(report(rendered[0].tutorial, rendered[0].files));
  }
}

function update(tutorial: string, files: RenderedFile[]): void {
  const directory = join(examples, tutorial, 'manifests');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  for (const { file, text } of files) writeFileSync(join(directory, file), text);
  writeFileSync(join(examples, tutorial, 'picture.svg'), picture(tutorial, files.map(({ file, manifests }) => ({ title: file.replace('.k8s.yaml', ''), hosts: summarise(manifests) }))));
}

function updateReadme(shown: string): void {
  const file = join(root, 'README.md');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/<!-- start -->[\s\S]*<!-- \/start -->/, () => `<!-- start -->\n\`\`\`\n${shown}…\n\`\`\`\n<!-- /start -->`));
}

main();
