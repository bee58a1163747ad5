import { AssertionError } from 'node:assert';
import { Decision, Outcome } from '../../src/authz';
import { assertMet, expectAllowed, expectForbidden, matchers } from '../../src/jest';

const allowed = new Decision({
  outcome: Outcome.ALLOWED, reason: '', workload: 'default/httpbin', upstreamHeaders: { 'x-cn': 'CN=a' }, hops: [{ stage: 'route', text: 'VirtualService a/b' }],
});
const elsewhere = new Decision({ outcome: Outcome.ALLOWED, reason: '', workload: 'other/httpbin' });
const forbidden = new Decision({ outcome: Outcome.FORBIDDEN, reason: 'denied by `istio-system/deny` rule 1', status: 403, policy: 'istio-system/deny', rule: 1 });
const rejected = new Decision({ outcome: Outcome.HANDSHAKE_REJECTED, reason: 'no certificate' });
const closed = new Decision({ outcome: Outcome.CONNECTION_CLOSED, reason: 'no Secret' });
const unauthenticated = new Decision({ outcome: Outcome.UNAUTHENTICATED, reason: 'expired', status: 401 });
const redirect = new Decision({ outcome: Outcome.REDIRECT, reason: 'to HTTPS', status: 301 });
const notFound = new Decision({ outcome: Outcome.NOT_FOUND, reason: 'no route', status: 404 });
const open = (...alternatives: Decision[]) => new Decision({ outcome: Outcome.UNDECIDED, reason: 'it depends', alternatives });

test('what the matchers take', () => {
  expect(allowed).toBeAllowed();
  expect(allowed).toReach('default/httpbin');
  expect(allowed).toReach('httpbin');
  expect(allowed).not.toReach('other/httpbin');
  expect(allowed).not.toReach('http');
  expect(allowed).toForwardHeader('X-CN');
  expect(allowed).toForwardHeader('x-cn', 'CN=a');
  expect(allowed).not.toForwardHeader('x-cn', 'CN=b');
  expect(allowed).not.toForwardHeader('x-other');
  expect(allowed).not.toBeRefused();
  expect(forbidden).not.toForwardHeader('x-cn');
  expect(forbidden).toBeForbidden();
  expect(forbidden).toBeForbiddenBy('istio-system/deny');
  expect(forbidden).toBeForbiddenBy({ namespace: 'istio-system', name: 'deny' });
  expect(forbidden).not.toBeForbiddenBy({ name: 'deny' });
  expect(forbidden).toHaveStatus(403);
  expect(forbidden).not.toHaveStatus(401);
  expect(rejected).toFailHandshake();
  expect(closed).toFailHandshake();
  expect(forbidden).not.toFailHandshake();
  expect(unauthenticated).toBeUnauthenticated();
  expect(redirect).toRedirect();
  expect(notFound).toBeNotFound();
  expect(notFound).toHaveOutcome(Outcome.NOT_FOUND);
  expect(notFound).not.toBeUndecided();
});

test.each([forbidden, rejected, closed, unauthenticated, redirect, notFound])('%s is not allowed', (decision) => {
  expect(decision).not.toBeAllowed();
  expect(decision).toBeRefused();
  expect(() => expect(decision).toBeAllowed()).toThrow('expected the request to be allowed, but it is');
});

describe('an undecided request', () => {
  test('is neither allowed nor refused while one of its answers is the other', () => {
    const decision = open(allowed, forbidden);
    expect(decision).toBeUndecided();
    expect(decision).toHaveOutcome(Outcome.UNDECIDED);
    expect(() => expect(decision).toBeAllowed()).toThrow('expected the request to be allowed, but it is\n\nundecided');
    expect(() => expect(decision).not.toBeAllowed()).toThrow('The manifests leave it open. Give what is missing');
    expect(() => expect(decision).toBeRefused()).toThrow('to reach no workload');
    expect(() => expect(decision).not.toBeUndecided()).toThrow('expected the request not to be undecided, but it is\n\nundecided');
  });

  test('is what all of its answers are', () => {
    expect(open(allowed, elsewhere)).toBeAllowed();
    expect(open(forbidden, rejected)).not.toBeAllowed();
    expect(open(forbidden, rejected)).toBeRefused();
    expect(() => expect(open(allowed, elsewhere)).toReach('default/httpbin')).toThrow('to reach default/httpbin');
  });

  test('without known answers is nothing', () => {
    expect(() => expect(open()).toBeAllowed()).toThrow();
    expect(() => expect(open()).not.toBeAllowed()).toThrow();
    expect(() => expect(open()).toBeRefused()).toThrow();
  });
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
  expect(expectAllowed(allowed)).toMatchObject({ pass: true, refuted: false });
  expect(expectForbidden(allowed)).toMatchObject({ pass: false, refuted: true });
  expect(assertMet(expectAllowed(allowed))).toBeUndefined();
  expect(() => assertMet(expectAllowed(forbidden))).toThrow(AssertionError);
  expect(() => assertMet(expectAllowed(forbidden))).toThrow('expected the request to be allowed, but it is\n\n403 forbidden');
  expect(matchers.toBeAllowed(allowed).pass).toBe(true);
});

test.each([[undefined], [null], ['allowed']])('%p is no decision', (value) => {
  expect(() => expectAllowed(value as never)).toThrow('expected a Decision of `mesh.evaluate(…)`, got');
});
