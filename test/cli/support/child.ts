import { ChildProcess, SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';

const PROJECT = resolve(__dirname, '../../..');
/** What the command is made of; constructs and resources are not loaded by it. */
const FOLDERS = /^(cli|pki|model|x509|text|mesh|authz|access|attack|diff|checks|migration)\b.*\.ts$/;

/** The command as a program of its own: compiled once, because ts-node would take longer to start than the command to run. */
export class Program {
  private readonly directory = mkdtempSync(join(tmpdir(), 'pki-program-'));

  public constructor() {
    const files = readdirSync(join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) => FOLDERS.test(file));
    files.forEach((file) => {
      const { outputText } = transpileModule(readFileSync(join(PROJECT, 'src', file), 'utf8'), {
        compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022, esModuleInterop: true },
      });
      const path = join(this.directory, file.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, outputText);
    });
    symlinkSync(join(PROJECT, 'node_modules'), join(this.directory, 'node_modules'));
    afterAll(() => rmSync(this.directory, { recursive: true, force: true }));
  }

  /** Runs it to its end. */
  public run(args: readonly string[], input = ''): SpawnSyncReturns<string> {
    return spawnSync(process.execPath, [this.main, ...args], { encoding: 'utf8', input });
  }

  /** Starts it; `before` is code that runs in the process first. */
  public start(args: readonly string[], before?: string): ChildProcess {
    const preload = before === undefined ? [] : ['--require', this.write('before.js', before)];
    return spawn(process.execPath, [...preload, this.main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** The script that Node runs. */
  public get main(): string {
    return join(this.directory, 'cli/main.js');
  }

  private write(file: string, content: string): string {
    writeFileSync(join(this.directory, file), content);
    return join(this.directory, file);
  }
}

/** Waits for a process to end, and tells how. */
export function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly signal: string | null; readonly err: string }> {
  let err = '';
  child.stderr?.on('data', (chunk) => { err += String(chunk); });
  child.stdout?.resume();
  return new Promise((resolveEnd) => child.on('close', (code, signal) => resolveEnd({ code, signal, err })));
}
