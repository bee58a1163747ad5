import * as fc from 'fast-check';
import { answer, gateway, GATEWAY_PRINCIPAL, http, https, inMesh, none, peerAuthentication, plaintext, policy, spiffe, subject, toHttpbin, virtualService, workload, world } from './support/world';
import { Mesh } from '../../src/authz';

const labels = { matchLabels: { app: 'httpbin' } };
const values = fc.constantFrom('/a', '/b', '/a*', '*', '/{*}/b', '/a/{**}');
const rule = fc.record({
  from: fc.option(fc.array(fc.record({ source: fc.record({ principals: fc.array(fc.constantFrom('*', GATEWAY_PRINCIPAL, 'cluster.local/ns/default/sa/sleep', 'x*'), { minLength: 1, maxLength: 2 }) }) }), { minLength: 1, maxLength: 2 }), { nil: undefined }),
  to: fc.option(fc.array(fc.record({
    operation: fc.oneof(
      fc.record({ paths: fc.array(values, { minLength: 1, maxLength: 2 }) }),
      fc.record({ notPaths: fc.array(values, { minLength: 1, maxLength: 2 }) }),
      fc.record({ methods: fc.constant(['GET']) }),
    ),
  }), { minLength: 1, maxLength: 2 }), { nil: undefined }),
  when: fc.option(fc.array(fc.record({ key: fc.constant('request.headers[x-id]'), values: fc.constantFrom(['a'], ['*'], ['b', 'c']) }), { minLength: 1, maxLength: 2 }), { nil: undefined }),
}).map((made) => JSON.parse(JSON.stringify(made)));
const rules = fc.array(rule, { minLength: 1, maxLength: 3 });
const allow = rules.map((list) => policy({ selector: labels, rules: list }));
const deny = rules.map((list) => policy({ selector: labels, action: 'DENY', rules: list }));
const policies = fc.array(fc.oneof(allow, deny), { maxLength: 4 });
const request = fc.record({
  client: fc.constantFrom(plaintext, inMesh(), inMesh('other')),
  path: fc.constantFrom('/a', '/b', '/a/b', '/A', '//a', '/x'),
  method: fc.constantFrom('GET', 'POST'),
  headers: fc.constantFrom<{ [name: string]: string }>({}, { 'x-id': 'a' }, { 'x-id': 'c' }),
}).map((made) => ({ ...made, host: 'a.test', service: 'default/httpbin' }));
const routes = [gateway([http(['*'])]), virtualService({})];
const mesh = (documents: readonly any[]): Mesh => world([...routes, ...documents]);
const everybody = policy({ selector: labels, action: 'DENY', rules: [{}] });
const allowed = (documents: readonly any[], asked: any) => mesh(documents).evaluate(asked).isAllowed;

test('denyTrumpsAllow', () => {
  fc.assert(fc.property(policies, request, (given, asked) => expect(allowed([...given, everybody], asked)).toBe(false)));
});

test('oneAllowPolicyMakesDefaultDeny', () => {
  fc.assert(fc.property(request, (asked) => {
    expect(allowed([], asked)).toBe(true);
    expect(allowed([policy({ selector: labels, rules: [{ to: [{ operation: { paths: ['/never'] } }] }] })], asked)).toBe(false);
  }));
});

test('allowedOnlyIfExplicitlyAllowed', () => {
  fc.assert(fc.property(policies, request, (given, asked) => {
    const decision = mesh([...given, policy({ selector: labels })]).evaluate(asked);
    fc.pre(decision.isAllowed);
    expect(given.some((one) => one.spec.action === undefined && mesh([one]).evaluate(asked).isAllowed)).toBe(true);
  }));
});

test('policyOrderIsIrrelevant', () => {
  fc.assert(fc.property(policies, request, (given, asked) => {
    expect(answer(mesh([...given].reverse()).evaluate(asked))).toBe(answer(mesh(given).evaluate(asked)));
  }));
});

test('addingADenyNeverGrants', () => {
  fc.assert(fc.property(policies, deny, request, (given, added, asked) => {
    fc.pre(!allowed(given, asked));
    expect(allowed([...given, added], asked)).toBe(false);
  }));
});

test('addingAnAllowToAClosedWorkloadNeverDenies', () => {
  fc.assert(fc.property(policies, allow, request, (given, added, asked) => {
    fc.pre(allowed([...given, policy({ selector: labels })], asked));
    expect(allowed([...given, policy({ selector: labels }), added], asked)).toBe(true);
  }));
});

test('otherWorkloadsAreUnaffected', () => {
  fc.assert(fc.property(policies, request, (given, asked) => {
    const other = { ...asked, service: 'default/other', host: 'b.test' };
    const both = [...workload('other'), virtualService({ hosts: ['b.test'], http: [{ route: [{ destination: { host: 'other', port: { number: 8000 } } }] }] })];
    expect(answer(mesh([...both, ...given]).evaluate(other))).toBe(answer(mesh(both).evaluate(other)));
  }));
});

test('forgedHeaderNeverGrants', () => {
  const secured = [
    gateway([https(['*.test'], { mode: 'OPTIONAL_MUTUAL', credentialName: 'c' })]),
    virtualService({ http: [{ headers: { request: { remove: ['x-id'], set: { 'x-id': '%DOWNSTREAM_PEER_SUBJECT%' } } }, route: toHttpbin }] }),
    policy({ selector: labels, rules: [{ from: [{ source: { principals: [GATEWAY_PRINCIPAL] } }], when: [{ key: 'request.headers[x-id]', values: ['CN=admin'] }] }] }),
    peerAuthentication({ mtls: { mode: 'STRICT' } }),
  ];
  const guarded = Mesh.fromManifests([...workload('httpbin'), ...secured]);
  const spelling = fc.constantFrom('x-id', 'X-Id', 'X-ID', 'x-Id');
  const clients = fc.constantFrom(none, plaintext, subject('/CN=bob'), spiffe('spiffe://admin'), inMesh(), inMesh('admin'));
  fc.assert(fc.property(clients, spelling, fc.array(fc.constantFrom('CN=admin', 'CN=bob', ''), { minLength: 1, maxLength: 3 }), (client, name, forged) => {
    expect(guarded.evaluate({ client, host: 'a.test', path: '/', service: 'default/httpbin', repeatedHeaders: { [name]: forged } }).isAllowed).toBe(false);
  }));
  expect(guarded.evaluate({ client: subject('/CN=admin'), host: 'a.test', path: '/' }).isAllowed).toBe(true);
});

test('anUndecidedAnswerNamesDifferentAlternatives', () => {
  fc.assert(fc.property(rules, request, (list, asked) => {
    const open = Mesh.fromManifests([...routes, policy({ selector: { matchLabels: { app: 'httpbin' } }, rules: list })]);
    const decision = open.evaluate({ ...asked, service: 'default/unknown' });
    const outcomes = decision.alternatives.map((alternative) => alternative.toString());
    expect(new Set(outcomes).size).toBe(outcomes.length);
    expect(decision.outcome === 'undecided').toBe(outcomes.length > 1);
  }));
});
