import type { CheckContext } from './context';
import type { Effect, Finding, Severity } from './finding';

/** One rule over all manifests, ours or hand-written. */
export interface Check {
  /** Its stable id, never reused: `MTLS` and three digits. */
  readonly id: string;
  /** What it finds, as the heading of its page: lowercase, no full stop. */
  readonly title: string;
  readonly severity: Severity;
  /** The effect that its findings have. */
  readonly effect: Effect;
  /** Finds it. Where the manifests do not show enough, it stays silent. */
  readonly find: (context: CheckContext) => Finding[];
}
