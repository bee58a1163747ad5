/** What the command tells its caller by its exit status. */
export const ExitStatus = {
  /** Done, nothing to report. */
  FINE: 0,
  /** Findings, or an expectation that was not met. */
  FINDINGS: 1,
  /** Wrong use: an unknown option, a value that is not allowed, a file that would be overwritten. */
  WRONG_USE: 2,
  /** An input that cannot be read: missing, truncated, of the wrong format, a damaged index. */
  UNREADABLE: 3,
  /** The result cannot be written: disk full, directory read-only, held by another run. Nothing has changed. */
  NOT_WRITTEN: 4,
  /** A mistake in the command itself. */
  INTERNAL: 70,
} as const;

/** One of the exit statuses. */
export type ExitStatus = typeof ExitStatus[keyof typeof ExitStatus];

/** An end of the command that its caller is to see, with its exit status. */
export class Stop extends Error {
  /** Wrong use of the command: `message` says what to write instead. */
  public static wrongUse(message: string): Stop {
    return new Stop(ExitStatus.WRONG_USE, message);
  }

  /** An input that cannot be read. */
  public static unreadable(message: string): Stop {
    return new Stop(ExitStatus.UNREADABLE, message);
  }

  /** A result that cannot be written. */
  public static notWritten(message: string): Stop {
    return new Stop(ExitStatus.NOT_WRITTEN, message);
  }

  private constructor(public readonly status: ExitStatus, message: string) {
    super(message);
  }
}

/**
 * Runs something whose errors are about a value that the caller gave, or about a file, and ends the command with the matching status.
 *
 * Only messages written for people get through: an error that is no plain `Error` is a mistake in the program and goes on as it is.
 */
export function stopping<T>(stop: (message: string) => Stop, run: () => T): T {
  try {
    const result = run();
    return result instanceof Promise ? result.catch((error) => { throw asStop(error, stop); }) as T : result;
  } catch (error) {
    throw asStop(error, stop);
  }
}

function asStop(error: unknown, stop: (message: string) => Stop): unknown {
  return error instanceof Error && error.constructor === Error ? stop(error.message) : error;
}
