import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import * as ts from 'typescript';

const root = resolve(__dirname, '..');

function markdownFiles(path: string): string[] {
  if (path.endsWith('.md')) return [path];
  if (!statSync(path).isDirectory()) return [];
  return readdirSync(path).filter((entry) => entry !== 'node_modules').flatMap((entry) => markdownFiles(join(path, entry)));
}

interface Snippet {
  readonly name: string;
  readonly code: string;
}

const files = [join(root, 'README.md'), ...markdownFiles(join(root, 'docs')), ...markdownFiles(join(root, 'examples'))];
const snippets: Snippet[] = files.flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => ({
    name: `${relative(root, file)}:${text.slice(0, match.index).split('\n').length + 1}`,
    code: match[1],
  }));
});

/** One compilation for all snippets, as if each were a file in the root of the project. */
function compile(): Map<string, string[]> {
  const config = ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.examples.json'), {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined })!;
  const virtual = new Map(snippets.map(({ code }, index) => [join(root, `snippet-${index}.ts`), code]));
  const options = { ...config.options, noUnusedLocals: false };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.fileExists = (file) => virtual.has(file) || fileExists(file);
  host.readFile = (file) => virtual.get(file) ?? readFile(file);
  host.getSourceFile = (file, ...rest) => {
    const code = virtual.get(file);
    return code === undefined ? getSourceFile(file, ...rest) : ts.createSourceFile(file, code, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([...virtual.keys()], options, host);
  return new Map([...virtual.keys()].map((file, index) => {
    const source = program.getSourceFile(file)!;
    const diagnostics = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return [snippets[index].name, diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))];
  }));
}

let compiled: Map<string, string[]>;
let outdir: string;

beforeAll(() => { compiled = compile(); }, 60_000);
beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'docs-'));
  process.env.CDK8S_OUTDIR = outdir;
});
afterEach(() => {
  delete process.env.CDK8S_OUTDIR;
  rmSync(outdir, { recursive: true });
});

test('there are snippets to check', () => {
  expect(snippets.length).toBeGreaterThan(0);
});

describe('every snippet of the documentation compiles and runs', () => {
  test.each(snippets)('$name', ({ name, code }) => {
    expect(compiled.get(name)).toEqual([]);
    const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
    const script = ts.transpileModule(code, { compilerOptions }).outputText;
    new Function('require', 'exports', 'module', script)(require, {}, { exports: {} });
  });
});
