import { Caller } from './caller';
import { curlOf } from './curl';
import { CellExplanation, CellFacts, MatrixCell, Verdict } from './matrix';
import { Answer } from './matrix-section';
import { describeHeaders } from './samples';
import { AccessRequest, Decision, Outcome } from '../authz';

const ELSEWHERE: readonly Outcome[] = [Outcome.REDIRECT, Outcome.DIRECT_RESPONSE];

/** The cell of a class of requests. */
export function cellOf({ facts, explanation, headers }: Answer): MatrixCell {
  return {
    ...facts,
    forged: headers.size === 0 ? undefined : describeHeaders(headers),
    explanation: explanation(),
  };
}

/** What a cell tells of a decision; the decision itself, which knows every station, is not kept. */
export function factsOf(decision: Decision): CellFacts {
  const { outcome, status, policy, rule, workload } = decision;
  return { verdict: verdictOf(outcome), text: shortText(decision), outcome, status, policy, rule, workload };
}

/** Why the example of a class is treated as it is. */
export function explanationOf(caller: Caller, request: AccessRequest, decision: Decision): CellExplanation {
  return {
    example: caller.name,
    reason: decision.toString(),
    hops: decision.hops,
    alternatives: decision.alternatives.map((each) => `${each.toString()}${each.unless.length === 0 ? '' : `; unless ${each.unless.join(' and ')}`}`),
    curl: curlOf(request),
  };
}

/** What two decisions have to share for their requests to stand in one cell. */
export function behaviourOf({ outcome, status, policy, unmet, workload, alternatives }: Decision): string {
  // The closest of the policies that do not allow a request explains it, and decides nothing.
  const decided = unmet.length === 0 ? policy : undefined;
  return JSON.stringify([outcome, status, decided, workload, alternatives.map((each) => [each.outcome, each.status, each.workload])]);
}

/** How far a request gets: a higher number is further. */
export function reach(outcome: Outcome): number {
  if (outcome === Outcome.ALLOWED) return 3;
  if (outcome === Outcome.UNDECIDED) return 2;
  return ELSEWHERE.includes(outcome) ? 1 : 0;
}

function verdictOf(outcome: Outcome): Verdict {
  if (outcome === Outcome.ALLOWED) return 'allowed';
  if (outcome === Outcome.UNDECIDED) return 'open';
  return ELSEWHERE.includes(outcome) ? 'elsewhere' : 'denied';
}

const WORDS = new Map<Outcome, string>([
  [Outcome.ALLOWED, 'allowed'], [Outcome.HANDSHAKE_REJECTED, 'handshake refused'], [Outcome.CONNECTION_CLOSED, 'closed'], [Outcome.CONNECTION_REFUSED, 'nothing listens'],
  [Outcome.UNDECIDED, 'undecided'], [Outcome.REDIRECT, 'redirect'],
]);

function shortText(decision: Decision): string {
  if (decision.outcome === Outcome.UNDECIDED && decision.alternatives.length > 0) {
    const possible = [...new Set(decision.alternatives.map(shortText))];
    return `undecided: ${possible.slice(0, 2).join(' or ')}${possible.length > 2 ? ` or ${possible.length - 2} more` : ''}`;
  }
  const { outcome, status, policy } = decision;
  if (outcome === Outcome.REDIRECT) return `${status} redirect`;
  return WORDS.get(outcome) ?? `${status ?? outcome}${policy === undefined ? '' : ` ${policy}`}`;
}
