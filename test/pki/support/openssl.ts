import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const installed = spawnSync('openssl', ['version'], { encoding: 'utf8' });

/** Tests that need the `openssl` binary: without it a visible skip, and a failure in CI, where it must not be missing. */
export function describeWithOpenSsl(name: string, tests: () => void): void {
  if (installed.status === 0) {
    describe(name, tests);
    return;
  }
  const reason = 'the openssl binary is not installed';
  if (process.env.CI !== undefined && process.env.CI !== '') {
    test(name, () => {
      throw new Error(`${reason}, and CI must not pass without it`);
    });
    return;
  }
  console.warn(`SKIPPED: ${name}: ${reason}`);
  describe.skip(`${name} (skipped: ${reason})`, tests);
}

/** A directory of its own in which openssl is run. */
export class OpenSsl {
  public readonly directory = mkdtempSync(join(tmpdir(), 'pki-test-'));

  /** Writes a file and returns its path. */
  public write(name: string, text: string): string {
    const path = join(this.directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  public read(name: string): string {
    return readFileSync(join(this.directory, name), 'utf8');
  }

  /** Runs a command that must succeed, and returns what it printed. */
  public run(...args: string[]): string {
    const { status, output } = this.try(...args);
    if (status !== 0) {
      throw new Error(`openssl ${args.join(' ')} exits with ${status}: ${output}`);
    }
    return output;
  }

  public try(...args: string[]): { status: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync('openssl', args, { cwd: this.directory, encoding: 'utf8', env: { ...process.env, OPENSSL_CONF: '/dev/null' } });
    return { status, output: `${stdout}${stderr}` };
  }

  public remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
