/** What became of a field. */
export enum Fate {
  KEPT = 'kept',
  /** Written in another way, or with another meaning: `why` says which. */
  CHANGED = 'changed',
  /** Not in v2. */
  LOST = 'lost',
}

/** One field of an APIRule v1beta1 and what became of it. */
export interface FieldReport {
  readonly field: string;
  readonly fate: Fate;
  readonly from: string;
  readonly to?: string;
  /** What is different, and what to do about it. */
  readonly why?: string;
}
