import { ExitStatus } from './exit-status';
import { Terminal } from './terminal';

/** One run of the command: what its subcommands share. */
export interface Run {
  readonly terminal: Terminal;
  /** Sets the exit status with which the run ends if nothing goes wrong. */
  readonly end: (status: ExitStatus) => void;
}
