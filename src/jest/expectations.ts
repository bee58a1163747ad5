import { Decision, Outcome } from '../authz';

/** Whether a decision is as expected, and what to say where it is not. */
export interface Expectation {
  /** Whether it is. */
  readonly pass: boolean;
  /** What was expected, what came out, and why: for a failure message. */
  readonly message: string;
}

/** A policy as a test names it: `namespace/name`, or an object that has both. */
export type PolicyReference = string | { readonly namespace?: string; readonly name: string };

/** Expects that a request reaches a workload. */
export function expectAllowed(decision: Decision): Expectation {
  return judge(decision, 'to be allowed', ({ outcome }) => outcome === Outcome.ALLOWED);
}

/** Expects that a request reaches one workload, given as `namespace/name` of its Service, or as the name alone. */
export function expectReach(decision: Decision, workload: string): Expectation {
  const same = (reached: string | undefined) => reached === workload || (!workload.includes('/') && reached?.split('/')[1] === workload);
  return judge(decision, `to reach ${workload}`, (found) => found.isAllowed && same(found.workload));
}

/** Expects that a policy denies a request, or that no rule of the policies allows it. */
export function expectForbidden(decision: Decision, policy?: PolicyReference): Expectation {
  const wanted = policy === undefined ? undefined : nameOf(policy);
  const by = wanted === undefined ? '' : ` by ${wanted}`;
  return judge(decision, `to be forbidden${by}`, (found) => found.outcome === Outcome.FORBIDDEN && (wanted === undefined || found.policy === wanted));
}

/** Expects that the gateway refuses the client's certificate, or its absence. */
export function expectHandshakeFailure(decision: Decision): Expectation {
  return judge(decision, 'to fail the TLS handshake', ({ outcome }) => outcome === Outcome.HANDSHAKE_REJECTED || outcome === Outcome.CONNECTION_CLOSED);
}

/** Expects one outcome. */
export function expectOutcome(decision: Decision, outcome: Outcome): Expectation {
  return judge(decision, `to have the outcome "${outcome}"`, (found) => found.outcome === outcome);
}

/** Expects that a token is refused. */
export function expectUnauthenticated(decision: Decision): Expectation {
  return judge(decision, 'to be refused for its token', ({ outcome }) => outcome === Outcome.UNAUTHENTICATED);
}

function judge(decision: Decision, wanted: string, test: (decision: Decision) => boolean): Expectation {
  if (!(decision instanceof Decision)) throw new Error(`expected a Decision of \`mesh.evaluate(…)\`, got ${decision === null ? 'null' : typeof decision}`);
  const pass = test(decision);
  return { pass, message: `expected the request ${pass ? 'not ' : ''}${wanted}, but it is\n\n${decision.explain()}` };
}

function nameOf(policy: PolicyReference): string {
  if (typeof policy === 'string') return policy;
  return `${policy.namespace ?? 'default'}/${policy.name}`;
}
