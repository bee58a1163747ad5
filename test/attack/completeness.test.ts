import * as fc from 'fast-check';
import { attack } from '../../src/attack';
import { Attempt, requestOf } from '../../src/attack/attempt';
import { ANONYMOUS, Caller, PLAINTEXT, STRANGERS, UNTRUSTED } from '../../src/attack/caller';
import { AttemptClasses } from '../../src/attack/classes';
import { Doors } from '../../src/attack/place';
import { isSpellingOf, plainPath, spellings } from '../../src/attack/spelling';
import { AccessRequest, Client, Decision, Mesh, Outcome } from '../../src/authz';
import { secret, testPki } from '../authz/support/certificates';
import { gateway, GATEWAY_LABELS, GATEWAY_PRINCIPAL, http, https, inMesh, ingress, peerAuthentication, policy, subject, spiffe, toHttpbin, virtualService, workload } from '../authz/support/world';

const pki = testPki();
const H = 'h.test';
const base = [...ingress, ...workload('httpbin'), secret('c', { 'tls.crt': pki.serverPem, 'tls.key': pki.serverKey }), secret('c-cacert', { cacert: pki.clients.pem })];
const OPTIONS = { complete: true, createdTogether: true };
/** More meshes of the family than an ordinary run has time for: `COMPLETENESS_RUNS=600 npx jest test/attack/completeness.test.ts`. */
const RUNS = Number(process.env.COMPLETENESS_RUNS ?? 60);

const SERVERS = {
  mutual: https([H], { mode: 'MUTUAL', credentialName: 'c' }),
  simple: https([H], { mode: 'SIMPLE', credentialName: 'c' }),
  other: https(['o.test'], { mode: 'SIMPLE', credentialName: 'c' }, { name: 'https-o' }),
  plain: http([H]),
  open: http(['*'], { port: { number: 80, name: 'http-any', protocol: 'HTTP' } }),
  redirect: http([H], { tls: { httpsRedirect: true } }),
};
const IDENTITY = { none: undefined, set: { set: { 'x-id': '%DOWNSTREAM_PEER_SUBJECT%' } }, clean: { remove: ['x-id', 'x_id'], set: { 'x-id': '%DOWNSTREAM_PEER_SUBJECT%' } } };

/** A small mesh: servers, a route, what it does to the identity header, and policies. */
const meshes = fc.record({
  servers: fc.subarray(Object.keys(SERVERS) as (keyof typeof SERVERS)[], { minLength: 1, maxLength: 3 }).filter((names) => !(names.includes('mutual') && names.includes('simple')) && !(names.includes('plain') && names.includes('redirect'))),
  routed: fc.constantFrom([H], ['*'], [H, 'o.test']),
  identity: fc.constantFrom(...Object.keys(IDENTITY) as (keyof typeof IDENTITY)[]),
  allow: fc.option(fc.record({ header: fc.boolean(), gateway: fc.boolean(), hosts: fc.constantFrom([], [H], [H, `${H}:*`]) }), { nil: undefined }),
  deny: fc.option(fc.record({ paths: fc.constantFrom(['/a'], ['/a', '/a/*', '//a'], ['/A*', '/a*']), hosts: fc.constantFrom([], [H], [H, `${H}:*`]), anonymous: fc.boolean() }), { nil: undefined }),
  strict: fc.boolean(),
}).map(({ servers, routed, identity, allow, deny, strict }) => {
  const changes = IDENTITY[identity];
  const to = (operation: object) => (Object.keys(operation).length === 0 ? {} : { to: [{ operation }] });
  const hostsOf = (hosts: readonly string[]) => (hosts.length === 0 ? {} : { hosts });
  return [
    gateway(servers.map((name) => SERVERS[name]), { name: 'gateway' }),
    virtualService({ hosts: routed, gateways: ['gateway'], http: [{ ...changes && { headers: { request: changes } }, route: toHttpbin }] }, { name: 'route' }),
    ...allow === undefined ? [] : [policy({
      selector: { matchLabels: { app: 'httpbin' } },
      rules: [{
        ...allow.gateway ? { from: [{ source: { principals: [GATEWAY_PRINCIPAL] } }] } : {},
        ...to(hostsOf(allow.hosts)),
        ...allow.header ? { when: [{ key: 'request.headers[x-id]', values: ['CN=admin'] }] } : {},
      }],
    }, { name: 'allow' })],
    ...deny === undefined ? [] : [policy({
      action: 'DENY',
      selector: { matchLabels: GATEWAY_LABELS },
      rules: [{ from: [{ source: { principals: ['p'] } }, ...deny.anonymous ? [{ source: { notPrincipals: ['*'] } }] : []], ...to({ ...hostsOf(deny.hosts), paths: deny.paths }) }],
    }, { name: 'deny', namespace: 'istio-system' })],
    ...strict ? [peerAuthentication({ mtls: { mode: 'STRICT' } }, { name: 'strict' })] : [],
  ];
});

const PERSONS: [Client, Client[]][] = [
  [Client.none(), []], [subject('/CN=stranger'), [Client.none()]], [Client.certificate({ dnsNames: ['x.test'] }), [Client.none()]], [spiffe('spiffe://p'), [Client.none()]],
];
const LINES: AccessRequest['repeatedHeaders'][] = [undefined, { 'x-id': ['CN=admin'] }, { 'x-id': ['x', 'CN=admin'] }, { 'x-id': ['CN=admin', 'x'] }];
const PATHS = ['/a', '/A', '//a', '/a/', '/a;x', '/a%2F', '/b', '/x/..%2Fa'];
const refused = ({ outcome }: Decision) => [Outcome.FORBIDDEN, Outcome.HANDSHAKE_REJECTED].includes(outcome);

/** Whether any request at all gets in although the plain one of the same person is refused: by enumeration, not by the search. */
function enumerated(mesh: Mesh, documents: any[]): boolean {
  const tls = documents[0].spec.servers.some(({ tls: settings, hosts }: any) => settings?.mode !== undefined && hosts.includes(H));
  const plain = (client: Client, path: string) => mesh.evaluate({ client: tls ? client : Client.plaintext(), host: H, path });
  const spelt = (path: string) => PATHS.filter((other) => plainPath(other).toLowerCase() === path);
  const doors = [{ port: 80 }, ...[H, 'o.test', ''].map((sni) => ({ port: 443, sni }))];
  const outside = PERSONS.some(([person, weaker]) => ['/a', '/b'].some((path) => {
    if (!refused(plain(person, path))) return false;
    return doors.some((door) => LINES.some((repeatedHeaders) => spelt(path).some((other) => [H, `${H}:443`, `${H}.`].some((host) => [person, ...weaker].some((client) => {
      const lines = identityWritten(documents) ? repeatedHeaders : undefined;
      const who = door.port === 80 ? Client.plaintext() : client;
      const decision = mesh.evaluate({ ...door, client: who, host, path: other, repeatedHeaders: lines });
      return decision.isAllowed && isSpellingOf(decision.upstreamPath!, path);
    })))));
  }));
  const callers = [inMesh('zz', 'zz'), Client.inMeshPlaintext()];
  const ask = (client: Client, host: string, repeatedHeaders: AccessRequest['repeatedHeaders']) => mesh.evaluate({ client, host, path: '/a', service: 'default/httpbin', port: 8000, repeatedHeaders });
  return outside || callers.some((client) => ['httpbin.default', H].every((host) => refused(ask(client, host, undefined)))
    && identityWritten(documents) && LINES.some((lines) => ['httpbin.default', H].some((host) => ask(client, host, lines).isAllowed)));
}

/** Without a route that writes the header it is nobody's identity. */
function identityWritten(documents: any[]): boolean {
  return documents[1].spec.http[0].headers !== undefined;
}

test('attackMissesNoWayInThatAnEnumerationFinds', () => {
  let open = 0;
  let closed = 0;
  fc.assert(fc.property(meshes, (own) => {
    const documents = [...base, ...own];
    const { ways, complete } = attack(documents, { mesh: OPTIONS });
    const found = enumerated(Mesh.fromManifests(documents, OPTIONS), own);
    if (found) open += 1;
    else closed += 1;
    expect(complete).toBe(true);
    if (found) expect(ways.length).toBeGreaterThan(0);
    for (const { decision, means } of ways) expect([means, decision.isAllowed]).toEqual([means, true]);
  }), { numRuns: RUNS, seed: 8 });
  expect(Math.min(open, closed)).toBeGreaterThan(5);
}, 600_000);

test('attemptsOfOneClassComeToTheSame', () => {
  const headers: Attempt['headers'][] = [[], [['x-id', 'CN=admin']], [['x-id', 'x'], ['x-id', 'CN=admin']], [['x_id', 'CN=admin']]];
  const callers: Caller[] = [ANONYMOUS, UNTRUSTED, ...STRANGERS, { ...ANONYMOUS, client: spiffe('spiffe://p') }, { ...ANONYMOUS, client: subject('/CN=admin') }];
  let [attempts, seen] = [0, 0];
  fc.assert(fc.property(meshes, (own) => {
    const mesh = Mesh.fromManifests([...base, ...own], OPTIONS);
    const classes = new AttemptClasses(mesh, undefined);
    const known = new Map<string, unknown>();
    const judge = (attempt: Attempt) => {
      const decision = mesh.evaluate(requestOf(attempt, undefined));
      const key = classes.of(attempt);
      const told = [decision.outcome, decision.status, decision.policy, decision.rule, decision.workload];
      if (known.has(key)) expect([attempt, told]).toEqual([attempt, known.get(key)]);
      known.set(key, told);
      attempts += 1;
    };
    for (const door of new Doors(mesh._evaluated(), []).of(H)) {
      for (const caller of door.secure ? callers : [PLAINTEXT]) {
        for (const host of [H, `${H}:443`, H.toUpperCase()]) {
          for (const path of [...PATHS, '/a?x=1', '/a#x']) headers.forEach((lines) => judge({ caller, door, host, path, method: 'GET', headers: lines }));
        }
      }
    }
    for (const client of [inMesh('zz', 'zz'), Client.inMeshPlaintext(), inMesh('istio-system', 'istio-ingressgateway-service-account')]) {
      for (const host of ['httpbin.default', H]) {
        for (const method of ['GET', 'HEAD', 'PUT']) headers.forEach((lines) => judge({ caller: { ...PLAINTEXT, client }, service: 'default/httpbin', port: 8000, host, path: '/a', method, headers: lines }));
      }
    }
    seen += known.size;
  }), { numRuns: 40, seed: 11 });
  expect(attempts).toBeGreaterThan(5 * seen);
});

test('everySpellingIsOneOfThePlainPath', () => {
  const segment = fc.stringMatching(/^[a-z0-9]{1,5}$/);
  fc.assert(fc.property(fc.array(segment, { minLength: 1, maxLength: 3 }), (segments) => {
    const path = `/${segments.join('/')}`;
    expect(plainPath(path)).toBe(path);
    for (const { path: spelt } of spellings(path)) expect([spelt, isSpellingOf(spelt, path)]).toEqual([spelt, true]);
  }), { numRuns: 50 });
});
