import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { AuthorityEntry, CertificateEntry, StoreIndex } from './index-entry';
import { INDEX, PREVIOUS_INDEX, formatIndex, parseIndex } from './index-file';
import { LAYOUTS, Layout, Side } from './layout';
import { locked } from './lock';
import { PlannedFile, isPending, recover, requireFree, writeTogether } from './transaction';
import { writing } from './write-errors';
import { Stop } from '../../exit-status';
import { readText } from '../../read-file';
import { lineOf } from '../trust';

// Some hundred thousand certificates: a directory must not become unusable because it was used much.
const MAX_INDEX_BYTES = 128 * 1024 * 1024;

/** A directory of PEM files and the index that says what they are. */
export class CertificateStore {
  /** Reads a directory without changing it. */
  public static async read(directory: string): Promise<CertificateStore> {
    if (isPending(directory)) {
      return CertificateStore.change(directory, async (store) => store);
    }
    return CertificateStore.load(directory);
  }

  /** Lets a function change a directory while no other run does. */
  public static async change<T>(directory: string, run: (store: CertificateStore) => Promise<T>): Promise<T> {
    if (!existsSync(directory)) {
      throw noStore(directory);
    }
    return withLock(directory, () => run(CertificateStore.load(directory)));
  }

  /** As `change`, but the directory may be new or without an index; then it gets this layout. */
  public static async changeOrCreate<T>(directory: string, layout: string, run: (store: CertificateStore) => Promise<T>): Promise<T> {
    const made = writing(directory, () => mkdirSync(directory, { recursive: true, mode: 0o700 }));
    try {
      return await withLock(directory, () => {
        const isNew = !existsSync(join(directory, INDEX));
        return run(isNew ? new CertificateStore(directory, { layout, authorities: [], certificates: [] }) : CertificateStore.load(directory));
      });
    } catch (error) {
      if (made !== undefined && readdirSync(directory).length === 0) rmdirSync(directory);
      throw error;
    }
  }

  private static load(directory: string): CertificateStore {
    const file = join(directory, INDEX);
    if (!existsSync(file)) {
      throw noStore(directory);
    }
    return new CertificateStore(directory, parseIndex(readText(file, 'the index', MAX_INDEX_BYTES), file));
  }

  private constructor(public readonly directory: string, public readonly index: StoreIndex) {}

  /** The same directory as it will be with another index, before that is written. */
  public having(index: StoreIndex): CertificateStore {
    return new CertificateStore(this.directory, index);
  }

  /** How files are named here. */
  public get layout(): Layout {
    return LAYOUTS[this.index.layout];
  }

  /** Where a file of the index lies. */
  public pathOf(file: string): string {
    return join(this.directory, file);
  }

  /** Reads a file that the index names. */
  public read(file: string, what: string): string {
    return readText(this.pathOf(file), what);
  }

  /** The CA of a name; of a family, the one that issues now. */
  public authority(name: string): AuthorityEntry {
    const family = this.index.authorities.filter((authority) => authority.family === name);
    const found = family.find(({ state }) => state === 'active') ?? this.index.authorities.find((authority) => authority.name === name);
    if (found === undefined) {
      throw Stop.wrongUse(`there is no CA \`${name}\` in \`${this.directory}\`: expected ${listed(this.index.authorities.map((authority) => authority.name))}`);
    }
    return found;
  }

  /** The CA of exactly this name, which another entry of the index gives. */
  public authorityOfEntry(name: string): AuthorityEntry {
    return this.index.authorities.find((authority) => authority.name === name)!;
  }

  /** The CA that issues for a side when none is named: the only one that does and has no other such CA below it. */
  public issuerFor(side: Side): AuthorityEntry {
    const able = this.index.authorities.filter(({ state, issues }) => state === 'active' && issues.includes(side));
    const lowest = able.filter(({ name }) => !able.some((other) => other.issuer === name && other.name !== name));
    if (lowest.length !== 1) {
      const which = lowest.length === 0 ? 'no CA issues' : `several CAs issue (${lowest.map(({ name }) => name).join(', ')})`;
      throw Stop.wrongUse(`${which} ${side} certificates in \`${this.directory}\`: ${lowest.length === 0 ? 'make one with `pki init`' : 'name one with --ca'}`);
    }
    return lowest[0];
  }

  /** The CA and those above it, the root last. */
  public lineOf(authority: AuthorityEntry): AuthorityEntry[] {
    return lineOf(authority, this.index.authorities);
  }

  /** The certificate of a name that is current (or was last), or of a serial number. */
  public certificate(name: string, side?: Side): CertificateEntry {
    const certificates = this.index.certificates.filter((entry) => side === undefined || entry.side === side);
    const current = certificates.filter((entry) => entry.name === name && entry.state === 'current');
    const candidates = current.length > 0 ? current : certificates.filter((entry) => entry.serialNumber === name.toLowerCase() || (entry.name === name && entry.state === 'revoked'));
    if (candidates.length === 0) {
      const names = [...new Set(certificates.map((entry) => entry.name))];
      throw Stop.wrongUse(`there is no ${side ?? ''}${side === undefined ? '' : ' '}certificate \`${name}\` in \`${this.directory}\`: expected ${listed(names)}, or a serial number`);
    }
    if (new Set(candidates.map((entry) => entry.side)).size > 1) {
      throw Stop.wrongUse(`a server and a client are called \`${name}\`: say which with --side, or give the serial number`);
    }
    return candidates[candidates.length - 1];
  }

  /** Refuses early what `write` would refuse: before keys are made, which takes time. */
  public requireFree(files: readonly string[], force: boolean): void {
    requireFree(this.directory, files.map((path) => ({ path, replace: force })));
  }

  /** Writes files together with the index that tells of them. */
  public write(index: StoreIndex, files: readonly PlannedFile[]): CertificateStore {
    const old = existsSync(this.pathOf(INDEX)) ? [{ path: PREVIOUS_INDEX, content: readText(this.pathOf(INDEX), 'the index', MAX_INDEX_BYTES), replace: true }] : [];
    writing(this.directory, () => writeTogether(this.directory, [...files, ...old, { path: INDEX, content: formatIndex(index), replace: true }]));
    return new CertificateStore(this.directory, index);
  }

  /** What a file holds, whoever wrote it; undefined when there is none. */
  public contentOf(file: string): string | undefined {
    return existsSync(this.pathOf(file)) ? this.read(file, 'the file') : undefined;
  }
}

async function withLock<T>(directory: string, run: () => Promise<T>): Promise<T> {
  try {
    return await locked(directory, () => {
      recover(directory);
      return run();
    });
  } catch (error) {
    return writing(directory, () => { throw error; });
  }
}

function noStore(directory: string): Stop {
  return Stop.unreadable(`there is no \`${INDEX}\` in \`${directory}\`: make a CA with \`pki init --dir ${directory}\`, or name the right directory with --dir`);
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none is there yet' : `one of ${names.join(', ')}`;
}
