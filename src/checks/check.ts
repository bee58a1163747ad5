import type { Manifest } from '../mesh/manifest';

/** What a check found wrong with an object. */
export interface Finding {
  /** The check's stable id, never reused. */
  readonly id: string;
  readonly object: Manifest;
  /** What, which value, what happens at run time, and the cure. */
  readonly message: string;
}

/** A rule over all manifests of an app, ours or hand-written. */
export type Check = (manifests: readonly Manifest[]) => Finding[];
