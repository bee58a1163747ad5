import { AssertionError } from 'node:assert';
import { Decision, Outcome } from '../authz';

const OPEN = 'The manifests leave it open. Give what is missing (`workloads`, `keySets`, `secrets`, `complete: true` …), or expect it to be undecided.';

/** Whether a decision is as expected, and what to say where it is not. */
export interface Expectation {
  /** Whether it surely is: of an undecided request with each possible answer. */
  readonly pass: boolean;
  /** Whether it surely is not: of an undecided request with none of the possible answers. */
  readonly refuted: boolean;
  /** What was expected, what came out, and why: for a failure message. */
  readonly message: string;
}

/** A policy as a test names it: `namespace/name`, or an object that has both; without a namespace it is in `default`. */
export type PolicyReference = string | { readonly namespace?: string; readonly name: string };

/** Expects that a request reaches a workload. */
export function expectAllowed(decision: Decision): Expectation {
  return judge(decision, 'to be allowed', ({ isAllowed }) => isAllowed);
}

/** Expects that a request reaches no workload, whatever stops it. */
export function expectRefused(decision: Decision): Expectation {
  return judge(decision, 'to reach no workload', ({ isAllowed }) => !isAllowed);
}

/** Expects that a request reaches one workload, given as `namespace/name` of its Service, or as the name alone. */
export function expectReach(decision: Decision, workload: string): Expectation {
  const same = (reached: string | undefined) => reached === workload || (!workload.includes('/') && reached?.split('/')[1] === workload);
  return judge(decision, `to reach ${workload}`, (found) => found.isAllowed && same(found.workload));
}

/** Expects that a workload gets a header; with a value, that it gets this one. */
export function expectForwardedHeader(decision: Decision, name: string, value?: string): Expectation {
  const wanted = `to reach a workload with header ${name}${value === undefined ? '' : ` \`${value}\``}`;
  return judge(decision, wanted, (found) => found.isAllowed && Object.entries(found.upstreamHeaders)
    .some(([key, content]) => key === name.toLowerCase() && (value === undefined || content === value)));
}

/** Expects that a policy denies a request, or that no rule of the policies allows it. */
export function expectForbidden(decision: Decision, policy?: PolicyReference): Expectation {
  const wanted = policy === undefined ? undefined : nameOf(policy);
  const by = wanted === undefined ? '' : ` by ${wanted}`;
  return judge(decision, `to be forbidden${by}`, (found) => found.outcome === Outcome.FORBIDDEN && (wanted === undefined || found.policy === wanted));
}

/** Expects that the connection fails before any request is read: the certificate or its absence is refused, or no server takes the name. */
export function expectHandshakeFailure(decision: Decision): Expectation {
  return judge(decision, 'to fail the TLS handshake', ({ outcome }) => outcome === Outcome.HANDSHAKE_REJECTED || outcome === Outcome.CONNECTION_CLOSED);
}

/** Expects that a token is refused. */
export function expectUnauthenticated(decision: Decision): Expectation {
  return judge(decision, 'to be refused for its token', ({ outcome }) => outcome === Outcome.UNAUTHENTICATED);
}

/** Expects that the client is sent elsewhere. */
export function expectRedirect(decision: Decision): Expectation {
  return judge(decision, 'to be redirected', ({ outcome }) => outcome === Outcome.REDIRECT);
}

/** Expects that no route takes the request. */
export function expectNotFound(decision: Decision): Expectation {
  return judge(decision, 'to find no route', ({ outcome }) => outcome === Outcome.NOT_FOUND);
}

/** Expects the HTTP status that a proxy answers with. */
export function expectStatus(decision: Decision, status: number): Expectation {
  return judge(decision, `to be answered with status ${status}`, (found) => found.status === status);
}

/** Expects one outcome. */
export function expectOutcome(decision: Decision, outcome: Outcome): Expectation {
  if (outcome === Outcome.UNDECIDED) return expectUndecided(decision);
  return judge(decision, `to have the outcome "${outcome}"`, (found) => found.outcome === outcome);
}

/** Expects that the manifests do not determine what becomes of the request. */
export function expectUndecided(decision: Decision): Expectation {
  const pass = requireDecision(decision).outcome === Outcome.UNDECIDED;
  return { pass, refuted: !pass, message: told(decision, 'to be undecided', pass) };
}

/**
 * Does nothing where an expectation is met. For runners without matchers.
 *
 * Throws an AssertionError with the way of the request where it is not.
 */
export function assertMet({ pass, message }: Expectation): void {
  if (!pass) throw new AssertionError({ message, actual: false, expected: true, operator: 'assertMet', stackStartFn: assertMet });
}

function judge(decision: Decision, wanted: string, test: (decision: Decision) => boolean): Expectation {
  const possible = requireDecision(decision).outcome === Outcome.UNDECIDED ? decision.alternatives : [decision];
  const pass = possible.length > 0 && possible.every(test);
  const refuted = possible.length > 0 && !possible.some(test);
  const open = pass || refuted ? '' : `\n\n${OPEN}`;
  return { pass, refuted, message: `${told(decision, wanted, pass)}${open}` };
}

function told(decision: Decision, wanted: string, negated: boolean): string {
  return `expected the request ${negated ? 'not ' : ''}${wanted}, but it is\n\n${decision.explain()}`;
}

function requireDecision(decision: Decision): Decision {
  if (!(decision instanceof Decision)) throw new Error(`expected a Decision of \`mesh.evaluate(…)\`, got ${decision === null ? 'null' : typeof decision}`);
  return decision;
}

function nameOf(policy: PolicyReference): string {
  if (typeof policy === 'string') return policy;
  return `${policy.namespace ?? 'default'}/${policy.name}`;
}
