export { printable } from '../text/printable';

/** Where the command reads and writes, and what time it is: tests give their own. */
export interface Terminal {
  /** Writes to standard output. */
  readonly write: (text: string) => void;
  /** Writes to standard error. */
  readonly note: (text: string) => void;
  /** Says that something takes long; only where a person is watching. */
  readonly progress: (text: string) => void;
  /** Shows a line that the next one replaces, until it is empty; only where a person is watching. */
  readonly status?: (text: string) => void;
  /** Reads all of standard input. */
  readonly readInput: () => Buffer;
  /** The current time. */
  readonly now: () => Date;
  /** Whether colours may be used on standard output. */
  readonly colour: boolean;
}
