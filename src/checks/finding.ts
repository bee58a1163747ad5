import type { KubeObject } from '../mesh/kube-object';

/** How much a finding weighs. */
export enum Severity {
  /** Something is open, down or without effect: synthesis stops. */
  ERROR = 'error',
  /** Something is risky or probably not meant: it is told once. */
  WARNING = 'warning',
}

/** What happens at run time where nobody reacts. */
export enum Effect {
  /** Somebody gets in who should not. */
  OPEN = 'open',
  /** Somebody who should get in does not, or a proxy or the control plane stops. */
  OUTAGE = 'outage',
  /** Something is configured and changes nothing. */
  IGNORED = 'ignored',
  /** The API server or an operator does not take the object. */
  REFUSED = 'refused',
}

/** Where in an object: the keys and list positions from its top, e.g. `['spec', 'servers', 0, 'tls', 'mode']`. */
export type FieldPath = readonly (string | number)[];

/** A change of an object (RFC 6902), by which a finding goes away. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace';
  /** A JSON pointer (RFC 6901). */
  readonly path: string;
  readonly value?: unknown;
}

/** What a check found. */
export interface Finding {
  /** Less than the check's, where this finding is less certain than others of it. */
  readonly severity?: Severity;
  /** The object to change. */
  readonly object: KubeObject;
  /** The field to look at. */
  readonly path: FieldPath;
  /** What is wrong, with the value in backticks: one clause, lowercase, no full stop. */
  readonly message: string;
  /** What happens at run time because of it, in the same form. */
  readonly effect: string;
  /** What to do, in the imperative. */
  readonly cure: string;
  /** The cure as changes of the object; undefined where a person has to decide. */
  readonly patch?: readonly PatchOperation[];
  /** Other objects that take part. */
  readonly related?: readonly KubeObject[];
}
