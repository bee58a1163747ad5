import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Stop } from './exit-status';

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

/** Reads a file of limited size, or stops with a status that says it is unreadable. */
export function readWhole(path: string, what: string, limit = MAX_FILE_BYTES): Buffer {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) {
      throw Stop.unreadable(`cannot read ${what} \`${path}\`: ${REASONS.EISDIR}`);
    }
    return readUpTo(descriptor, limit, `${what} \`${path}\``);
  } catch (error) {
    throw error instanceof Stop ? error : Stop.unreadable(`cannot read ${what} \`${path}\`: ${reasonOf(error)}`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Reads a text file in UTF-8; bytes that are none are unreadable, except that DER gets through to whoever can name it. */
export function readText(path: string, what: string, limit = MAX_FILE_BYTES): string {
  return asText(readWhole(path, what, limit), `${what} \`${path}\``, limit);
}

/** Makes text of what was read, and refuses what is none. */
export function asText(bytes: Buffer, what: string, limit = MAX_FILE_BYTES): string {
  if (bytes.length > limit) {
    throw tooLarge(what, limit);
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
function readUpTo(descriptor: number, limit: number, what: string): Buffer {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.alloc(64 * 1024);
    const length = readSync(descriptor, chunk, 0, chunk.length, null);
    if (length === 0) return Buffer.concat(chunks);
    total += length;
    if (total > limit) {
      throw tooLarge(what, limit);
    }
    chunks.push(chunk.subarray(0, length));
  }
}

function tooLarge(what: string, limit: number): Stop {
  return Stop.unreadable(`${what} is larger than ${limit / 1024 / 1024} MiB, the most that is read`);
}
