import { Decision } from '../authz';

/** A decision as `--format json` prints it: the facts of the text, empty ones left out. */
export interface DecisionJson {
  readonly outcome: string;
  readonly status?: number;
  readonly place?: string;
  readonly reason?: string;
  readonly policy?: string;
  readonly rule?: number;
  readonly unmet?: readonly { readonly condition: string; readonly wants: string; readonly found: string }[];
  readonly workload?: string;
  readonly upstreamPath?: string;
  readonly upstreamHeaders?: { readonly [name: string]: string };
  readonly hops?: readonly { readonly stage: string; readonly text: string }[];
  readonly assumptions?: readonly string[];
  readonly unless?: readonly string[];
  readonly alternatives?: readonly DecisionJson[];
}

/** The facts of a decision. */
export function decisionJson(decision: Decision): DecisionJson {
  const { outcome, status, place, policy, rule, workload, upstreamPath } = decision;
  return {
    outcome,
    status,
    place,
    reason: decision.reason === '' ? undefined : decision.reason,
    policy,
    rule,
    unmet: some(decision.unmet),
    workload,
    upstreamPath,
    upstreamHeaders: decision.isAllowed ? decision.upstreamHeaders : undefined,
    hops: some(decision.hops),
    assumptions: some(decision.assumptions),
    unless: some(decision.unless),
    alternatives: some(decision.alternatives.map(decisionJson)),
  };
}

function some<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}
