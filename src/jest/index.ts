import {
  Expectation, expectAllowed, expectForbidden, expectForwardedHeader, expectHandshakeFailure, expectNotFound, expectOutcome, expectReach,
  expectRedirect, expectRefused, expectStatus, expectUnauthenticated, expectUndecided, PolicyReference,
} from './expectations';
import { Decision, Outcome } from '../authz';

export * from './access-matrix';
export * from './expectations';

/** The matchers, for `expect.extend` of any runner that knows Jest's form. */
export const matchers = {
  toBeAllowed: matcher(expectAllowed),
  toBeRefused: matcher(expectRefused),
  toReach: matcher((decision, workload: string) => expectReach(decision, workload)),
  toForwardHeader: matcher((decision, name: string, value?: string) => expectForwardedHeader(decision, name, value)),
  toBeForbidden: matcher((decision) => expectForbidden(decision)),
  toBeForbiddenBy: matcher((decision, policy: PolicyReference) => expectForbidden(decision, policy)),
  toBeUnauthenticated: matcher(expectUnauthenticated),
  toFailHandshake: matcher(expectHandshakeFailure),
  toRedirect: matcher(expectRedirect),
  toBeNotFound: matcher(expectNotFound),
  toHaveStatus: matcher((decision, status: number) => expectStatus(decision, status)),
  toHaveOutcome: matcher((decision, outcome: Outcome) => expectOutcome(decision, outcome)),
  toBeUndecided: matcher(expectUndecided),
};

// `not` wants the opposite of every possible answer: an open answer is neither allowed nor safely refused.
function matcher<A extends unknown[]>(expectation: (decision: Decision, ...wanted: A) => Expectation) {
  return function (this: unknown, decision: Decision, ...wanted: A): { pass: boolean; message: () => string } {
    const { pass, refuted, message } = expectation(decision, ...wanted);
    // Runners say by `this` whether `not` was written.
    const negated = (this as { readonly isNot?: boolean } | undefined)?.isNot === true;
    return { pass: negated ? !refuted : pass, message: () => message };
  };
}

/** What the matchers add to `expect(decision)`. Of an undecided request they hold, and with `not` they do not hold, for every possible answer. */
export interface AccessMatchers<R> {
  /** The request reaches a workload. */
  toBeAllowed(): R;
  /** The request reaches no workload, whatever stops it. */
  toBeRefused(): R;
  /** The request reaches this workload: `namespace/name` of its Service, or the name alone. */
  toReach(workload: string): R;
  /** A workload gets this header, with this value if one is given. */
  toForwardHeader(name: string, value?: string): R;
  /** A policy denies the request, or none allows it. */
  toBeForbidden(): R;
  /** This policy denies the request, or is the closest of those that do not allow it. */
  toBeForbiddenBy(policy: PolicyReference): R;
  /** The token of the request is refused. */
  toBeUnauthenticated(): R;
  /** The connection fails before any request is read. */
  toFailHandshake(): R;
  /** The client is sent elsewhere, mostly to HTTPS. */
  toRedirect(): R;
  /** No route takes the request. */
  toBeNotFound(): R;
  /** A proxy answers with this HTTP status. */
  toHaveStatus(status: number): R;
  /** The request has this outcome. */
  toHaveOutcome(outcome: Outcome): R;
  /** The manifests do not determine what becomes of the request. */
  toBeUndecided(): R;
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace jest {
    // eslint-disable-next-line @typescript-eslint/no-unused-vars
    interface Matchers<R, T = {}> extends AccessMatchers<R> {}
  }
}

const runner = (globalThis as { expect?: { extend?: (added: object) => void } }).expect;
runner?.extend?.(matchers);
