/** `npm start`: synthesises the five tutorials into `dist/<tutorial>/` and says who may call what. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { HostSummary, summarise } from './access-summary';

const root = resolve(__dirname, '..');
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code: number, text: string): string => colour ? `\u001b[${code}m${text}\u001b[0m` : text;

function main(): void {
  const tutorials = readdirSync(join(root, 'examples')).filter((name) => /^\d{3}-/.test(name)).sort();
  let objects = 0;
  const hosts = new Set<string>();
  for (const tutorial of tutorials) {
    const outdir = join(root, 'dist', tutorial);
    rmSync(outdir, { recursive: true, force: true });
    mkdirSync(outdir, { recursive: true });
    process.env.CDK8S_OUTDIR = outdir;
    // The program is the one that users read and copy; cdk8s takes the directory from the environment, as under `cdk8s synth`.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    require(join(root, 'examples', tutorial, 'main.ts'));
    const files = readdirSync(outdir).filter((file) => file.endsWith('.yaml')).sort();
    const manifests = files.map((file) => parseAllDocuments(readFileSync(join(outdir, file), 'utf8')).map((document) => document.toJS()));
    const count = manifests.flat().length;
    objects += count;
    console.log(`${paint(1, tutorial)}   ${count} objects → ${relative(root, outdir)}/`);
    for (const [index, file] of files.entries()) {
      if (files.length > 1) console.log(`\n  ${file}   ${manifests[index].length} objects`);
      for (const summary of summarise(manifests[index])) {
        hosts.add(`${tutorial} ${summary.host}`);
        print(summary);
      }
    }
    console.log();
  }
  console.log(`${tutorials.length} tutorials, ${objects} objects, ${hosts.size} hosts. What each tutorial had wrong: examples/*/README.md`);
}

function print({ host, destinations, servers, rows }: HostSummary): void {
  console.log(`\n  ${paint(1, host)} → ${destinations.join(', ') || 'answered at the gateway'}`);
  for (const server of servers) console.log(`    served    ${server}`);
  const width = Math.max(...rows.map(({ who }) => who.length));
  for (const { verdict, who, how } of rows) {
    console.log(`    ${paint(verdict === 'allowed' ? 32 : 31, verdict)}   ${who.padEnd(width)}   ${how}`);
  }
}

main();
