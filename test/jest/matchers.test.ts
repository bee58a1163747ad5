import { Decision, Outcome } from '../../src/authz';
import '../../src/jest';
import { expectAllowed, expectForbidden } from '../../src/jest/expectations';

const allowed = new Decision({ outcome: Outcome.ALLOWED, reason: '', workload: 'default/httpbin', hops: [{ stage: 'route', text: 'VirtualService a/b' }] });
const forbidden = new Decision({ outcome: Outcome.FORBIDDEN, reason: 'denied by `istio-system/deny` rule 1', status: 403, policy: 'istio-system/deny', rule: 1 });
const rejected = new Decision({ outcome: Outcome.HANDSHAKE_REJECTED, reason: 'no certificate' });
const closed = new Decision({ outcome: Outcome.CONNECTION_CLOSED, reason: 'no Secret' });
const unauthenticated = new Decision({ outcome: Outcome.UNAUTHENTICATED, reason: 'expired', status: 401 });
const undecided = new Decision({ outcome: Outcome.UNDECIDED, reason: 'it depends' });

test('what the matchers take', () => {
  expect(allowed).toBeAllowed();
  expect(allowed).toReach('default/httpbin');
  expect(allowed).toReach('httpbin');
  expect(allowed).not.toReach('other/httpbin');
  expect(forbidden).toBeForbidden();
  expect(forbidden).toBeForbiddenBy('istio-system/deny');
  expect(forbidden).toBeForbiddenBy({ namespace: 'istio-system', name: 'deny' });
  expect(forbidden).not.toBeForbiddenBy({ name: 'deny' });
  expect(rejected).toFailHandshake();
  expect(closed).toFailHandshake();
  expect(unauthenticated).toBeUnauthenticated();
  expect(undecided).toHaveOutcome(Outcome.UNDECIDED);
});

test.each([forbidden, rejected, closed, unauthenticated, undecided])('%s is not allowed', (decision) => {
  expect(decision).not.toBeAllowed();
  expect(() => expect(decision).toBeAllowed()).toThrow('expected the request to be allowed, but it is');
});

test('a failure says what came out, and every station', () => {
  expect(() => expect(allowed).toBeForbiddenBy('a/b')).toThrow([
    'expected the request to be forbidden by a/b, but it is',
    '',
    'allowed, reaches default/httpbin',
    '',
    '  route       VirtualService a/b',
  ].join('\n'));
  expect(() => expect(allowed).not.toBeAllowed()).toThrow('expected the request not to be allowed');
});

test('plain functions are there for other runners', () => {
  expect(expectAllowed(allowed).pass).toBe(true);
  expect(expectForbidden(allowed).pass).toBe(false);
});

test.each([[undefined], [null], ['allowed']])('%p is no decision', (value) => {
  expect(() => expectAllowed(value as never)).toThrow('expected a Decision of `mesh.evaluate(…)`, got');
});
