import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Stop } from '../../exit-status';

const LOCK = '.lock';
const GUARD = '.lock.stale';
const WAIT_MS = 30_000;
const STEP_MS = 40;
const WRITE_MS = 5_000;

/** Who holds a lock: start time beside the process id, because ids are used again, in containers at once. */
interface Holder {
  readonly pid: number;
  readonly started: string;
  readonly host: string;
}

/**
 * Runs something while no other run of the command may change the directory.
 *
 * A lock whose process is gone is taken over. One of another machine cannot be judged: the message names the file.
 */
export async function locked<T>(directory: string, run: () => Promise<T>, waitMs = WAIT_MS): Promise<T> {
  const path = join(directory, LOCK);
  const deadline = Date.now() + waitMs;
  while (!take(path)) {
    if (Date.now() >= deadline) {
      const holder = readHolder(path);
      const who = holder === undefined ? 'another run' : `process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}`;
      throw Stop.notWritten(`\`${directory}\` is in use by ${who}: try again when it has ended; if it never does, remove \`${path}\``);
    }
    if (!isAbandoned(path) || !takeAway(directory, path)) {
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
  }
  try {
    return await run();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path: string): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    writeSync(descriptor, JSON.stringify({ pid: process.pid, started: startOf(process.pid) ?? '', host: hostname() }));
    return true;
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

// Of two runs that find the same abandoned lock, the slower one must not remove the new lock of the faster one: so they take turns, and look again.
function takeAway(directory: string, path: string): boolean {
  const guard = join(directory, GUARD);
  if (!take(guard)) {
    if (isAbandoned(guard)) rmSync(guard, { force: true });
    return false;
  }
  try {
    if (isAbandoned(path)) rmSync(path, { force: true });
    return true;
  } finally {
    rmSync(guard, { force: true });
  }
}

function isAbandoned(path: string): boolean {
  const holder = readHolder(path);
  if (holder === undefined) return isOld(path);
  if (holder.host !== hostname()) return false;
  const started = startOf(holder.pid);
  return started === undefined || (started !== '' && holder.started !== '' && started !== holder.started);
}

// Between its creation and its first byte a lock says nothing; one that never got further belongs to nobody.
function isOld(path: string): boolean {
  try {
    return Date.now() - statSync(path).mtimeMs > WRITE_MS;
  } catch {
    return false;
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    const { pid, started, host } = JSON.parse(readFileSync(path, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? { pid, started: String(started), host: String(host) } : undefined;
  } catch {
    return undefined;
  }
}

/** When a process started, in the system's own unit; empty where the system does not tell; undefined when there is no such process. */
function startOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; in a container nobody may ever ask for its status.
    return state === 'Z' ? undefined : fields[18];
  } catch {
    return '';
  }
}
