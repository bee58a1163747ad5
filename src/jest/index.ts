import { Decision, Outcome } from '../authz';
import {
  Expectation, expectAllowed, expectForbidden, expectHandshakeFailure, expectOutcome, expectReach, expectUnauthenticated, PolicyReference,
} from './expectations';

export * from './expectations';

/** The matchers, for `expect.extend` of any runner that knows Jest's form. */
export const matchers = {
  toBeAllowed: (decision: Decision) => result(expectAllowed(decision)),
  toReach: (decision: Decision, workload: string) => result(expectReach(decision, workload)),
  toBeForbidden: (decision: Decision) => result(expectForbidden(decision)),
  toBeForbiddenBy: (decision: Decision, policy: PolicyReference) => result(expectForbidden(decision, policy)),
  toBeUnauthenticated: (decision: Decision) => result(expectUnauthenticated(decision)),
  toFailHandshake: (decision: Decision) => result(expectHandshakeFailure(decision)),
  toHaveOutcome: (decision: Decision, outcome: Outcome) => result(expectOutcome(decision, outcome)),
};

function result({ pass, message }: Expectation) {
  return { pass, message: () => message };
}

/** What the matchers add to `expect(decision)`. */
export interface AccessMatchers<R> {
  /** The request reaches a workload. */
  toBeAllowed(): R;
  /** The request reaches this workload: `namespace/name` of its Service, or the name alone. */
  toReach(workload: string): R;
  /** A policy denies the request, or none allows it. */
  toBeForbidden(): R;
  /** This policy denies the request, or is the closest of those that do not allow it. */
  toBeForbiddenBy(policy: PolicyReference): R;
  /** The token of the request is refused. */
  toBeUnauthenticated(): R;
  /** The connection fails before any request is read. */
  toFailHandshake(): R;
  /** The request has this outcome. */
  toHaveOutcome(outcome: Outcome): R;
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
