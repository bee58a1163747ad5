/** Whether a thing will fail, or is only unwise. */
export type Severity = 'error' | 'warning';

/** Something that is wrong with certificates, and how to mend it. */
export interface Finding {
  /** Stable name, e.g. `host-not-covered`. */
  readonly id: string;
  readonly severity: Severity;
  /** What it is about: a file, a Secret, a certificate. */
  readonly where: string;
  readonly message: string;
  readonly cure: string;
}

/** When certificates are judged. */
export interface Moment {
  readonly at: Date;
  /** What ends before it is reported too. */
  readonly horizon: Date;
}

/** An error about something. */
export function wrong(id: string, where: string, message: string, cure: string): Finding {
  return { id, severity: 'error', where, message, cure };
}

/** A warning about something. */
export function unwise(id: string, where: string, message: string, cure: string): Finding {
  return { id, severity: 'warning', where, message, cure };
}
