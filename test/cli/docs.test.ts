import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cli, expectDiscreet, temporaryDirectory } from './support/run';
import { REQUESTS_SCHEMA } from '../../src/cli/check/schema';

const docs = resolve(__dirname, '../../docs');
const home = temporaryDirectory();
const previous = process.cwd();

afterEach(() => process.chdir(previous));

/** The commands of a page: the lines of its `sh` blocks, also of those inside lists. */
function commandsOf(page: string): string[] {
  const text = readFileSync(join(docs, page), 'utf8');
  return [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].flatMap(([, block]) => block.split('\n').map((line) => line.trim()).filter(Boolean));
}

/** Splits a line as a shell does that has single quotes only. */
function wordsOf(line: string): string[] {
  return [...line.replace(/ # .*$/, '').matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
}

test.each(['pki.md', 'rotation.md'])('every command of docs/%s works, in their order', async (page) => {
  const { mkdirSync } = jest.requireActual('node:fs');
  mkdirSync(join(home, page));
  process.chdir(join(home, page));
  const commands = commandsOf(page).filter((line) => /^(npx cdk8s-istio-security|openssl) /.test(line));

  for (const line of commands) {
    const [program, ...args] = wordsOf(line);
    if (program === 'openssl') {
      expect({ line, status: spawnSync(program, args).status }).toEqual({ line, status: 0 });
    } else {
      const { status, out, err } = await cli(args.slice(1));
      expect({ line, status, err }).toEqual({ line, status: Number(/# exit status (\d)/.exec(line)?.[1] ?? 0), err: '' });
      expectDiscreet({ out, err });
    }
  }
  expect(commands.length).toBeGreaterThan(10);
});

describe('docs/requests.md', () => {
  const text = readFileSync(join(docs, 'requests.md'), 'utf8');
  const directory = join(home, 'requests');

  beforeAll(() => {
    cpSync(resolve(docs, '../examples/000-cert-secured-workload/manifests'), join(directory, 'dist'), { recursive: true });
    writeFileSync(join(directory, 'requests.yaml'), /^```yaml\n([\s\S]*?)^```$/m.exec(text)![1]);
  });

  test('its commands work, its requests are as expected, and its first answer is what comes out', async () => {
    process.chdir(directory);
    const commands = commandsOf('requests.md');
    const outcomes = [];
    for (const line of commands) outcomes.push(await cli(wordsOf(line).slice(2)));

    expect(outcomes.map(({ status, err }) => ({ status, err }))).toEqual(commands.map(() => ({ status: 0, err: '' })));
    expect(outcomes[0].out).toBe(/^```text\n([\s\S]*?)^```$/m.exec(text)![1]);
    expect(outcomes.map(({ out }) => out.split('\n')[0])).toContain('5 requests as expected');
  });

  test('every option of explain and every field of the schema is named', () => {
    const parts = [REQUESTS_SCHEMA, ...Object.values(REQUESTS_SCHEMA.$defs!)];
    const fields = parts.flatMap(({ properties }) => Object.keys(properties!));
    expect(fields.filter((field) => !text.includes(field))).toEqual([]);
    const options = [...readFileSync(resolve(docs, '../src/cli/explain/explain.ts'), 'utf8').matchAll(/option\('(?:-\w, )?(--[\w-]+)/g)].map(([, option]) => option);
    const short = new Map([['--request', '-X'], ['--header', '-H']]);
    expect(options.filter((option) => !text.includes(short.get(option) ?? option))).toEqual([]);
  });
});

test('every finding of the source is in the table of docs/pki.md, and the other way round', () => {
  const folder = resolve(__dirname, '../../src/cli/pki/findings');
  const { readdirSync } = jest.requireActual('node:fs');
  const source = readdirSync(folder).map((file: string) => readFileSync(join(folder, file), 'utf8')).join('\n');
  const used = new Set([...source.matchAll(/(?:wrong|unwise)\(\s*'([a-z-]+)'/g)].map(([, id]) => id));
  const table = /\| Finding \|[^]*?\n\n/.exec(readFileSync(join(docs, 'pki.md'), 'utf8'))![0];
  const documented = new Set([...table.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`([a-z-]+)`/g)].map(([, id]) => id)));

  expect([...used].sort()).toEqual([...documented].sort());
  expect(existsSync(join(docs, 'rotation.md'))).toBe(true);
});
