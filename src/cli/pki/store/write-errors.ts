import { Stop } from '../../exit-status';

const REASONS: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTDIR: 'a part of the path is a file',
  ENOENT: 'the directory above does not exist',
  EMFILE: 'too many open files',
};

/** Runs something that writes below a directory, and turns a system error into an end that says why, and that nothing was changed. */
export function writing<T>(directory: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof Stop || code === undefined) throw error;
    throw Stop.notWritten(`cannot write to \`${directory}\`: ${REASONS[code] ?? code}; nothing was changed`);
  }
}
