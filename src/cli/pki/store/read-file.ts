import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Stop } from '../../exit-status';

const REASONS: Record<string, string> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'too many symbolic links',
};

/** The most that is read of a file: a certificate chain has a few KiB, a big manifest some hundred. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;

/** Reads a file of at most `MAX_FILE_BYTES`, or stops with a status that says it is unreadable. */
export function readWhole(path: string, what: string): Buffer {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) {
      throw Stop.unreadable(`cannot read ${what} \`${path}\`: ${REASONS.EISDIR}`);
    }
    return readUpTo(descriptor, path, what);
  } catch (error) {
    throw error instanceof Stop ? error : Stop.unreadable(`cannot read ${what} \`${path}\`: ${reasonOf(error)}`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Reads a text file in UTF-8; bytes that are none are unreadable, except that DER gets through to whoever can name it. */
export function readText(path: string, what: string): string {
  return asText(readWhole(path, what), `${what} \`${path}\``);
}

/** Makes text of what was read, and refuses what is none. */
export function asText(bytes: Buffer, what: string): string {
  if (bytes.length > MAX_FILE_BYTES) {
    throw Stop.unreadable(`${what} is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB, the most that is read`);
  }
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  // 0x30 with a length of two or more octets begins the DER of every certificate; a better message than "NUL" follows for it.
  const der = bytes.length > 2 && bytes[0] === 0x30 && bytes[1] >= 0x80 && bytes[1] <= 0x84;
  if (!der && text.includes('\0')) {
    throw Stop.unreadable(`${what} holds NUL bytes: expected text`);
  }
  return text;
}

/** A system error in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? code ?? message;
}

// A file may be a pipe or a device, whose size says nothing.
function readUpTo(descriptor: number, path: string, what: string): Buffer {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.alloc(64 * 1024);
    const length = readSync(descriptor, chunk, 0, chunk.length, null);
    if (length === 0) return Buffer.concat(chunks);
    total += length;
    if (total > MAX_FILE_BYTES) {
      throw Stop.unreadable(`${what} \`${path}\` is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB, the most that is read`);
    }
    chunks.push(chunk.subarray(0, length));
  }
}
