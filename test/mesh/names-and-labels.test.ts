/* eslint-disable @stylistic/max-len -- tables, one case a line */
import * as fc from 'fast-check';
import { Answers } from '../../src/mesh/choices';
import { isPlainHttp, readGateway } from '../../src/mesh/gateway';
import { formatProblem, parts } from '../../src/mesh/header-format';
import { bestMatch, HostIndex, hostsFor, hostsForNamespace, intersection, isSubset, meets } from '../../src/mesh/host-name';
import { readObject } from '../../src/mesh/kube-object';
import { maySelect, selects, surelySelects } from '../../src/mesh/labels';
import { PeerAuthentications, readPeerAuthentication } from '../../src/mesh/peer-authentication';
import { Workload } from '../../src/mesh/workload';

test.each<[string, string, boolean]>([
  ['a.test', 'a.test', true], ['a.test', 'b.test', false], ['A.test', 'a.test', false], ['a.test', '*', true], ['a.test', '*.test', true], ['x.a.test', '*.test', true], ['.test', '*.test', true], ['test', '*.test', false],
  ['*.test', '*', true], ['*', '*.test', false], ['*.a.test', '*.test', true], ['*.test', '*.a.test', false], ['*.test', '*.test', true], ['*', '*', true], ['*.test', 'a.test', false], ['*.b.test', '*.a.test', false],
  ['*test', '*.test', false], ['*.test', '*test', true],
])('every host of `%s` is one of `%s`: %s', (a, b, expected) => {
  expect(isSubset(a, b)).toBe(expected);
});

test('of two lists of hosts the more specific remain', () => {
  expect(intersection(['*.test', 'a.test', 'b.other', 'c.only'], ['a.test', '*.other', '*.a.test'])).toEqual(['a.test', '*.a.test', 'b.other']);
  expect(intersection(['*'], ['*'])).toEqual(['*']);
  expect(intersection([], ['*'])).toEqual([]);
});

describe('an index of hosts answers as a comparison one by one does', () => {
  const label = fc.constantFrom('a', 'b', 'test', '-a');
  const host = fc.tuple(fc.constantFrom('', '', '*', '*.', '*-'), fc.array(label, { maxLength: 3 })).map(([star, labels]) => `${star}${labels.join('.')}`);
  const hosts = fc.array(host, { maxLength: 12 });

  test('anIndexCoversWhatSomeHostCovers', () => {
    fc.assert(fc.property(hosts, host, (all, one) => {
      const index = new HostIndex(all);
      expect(index.covers(one)).toBe(all.some((other) => isSubset(one, other)));
      expect(meets(index, one)).toBe(all.some((other) => isSubset(one, other) || isSubset(other, one)));
      expect(index.isBelowAnother(one)).toBe(all.some((other) => other !== one && isSubset(one, other)));
    }));
  });

  test('belowAWildcardAreItsSubsetsInTheirOrder', () => {
    fc.assert(fc.property(hosts, host.filter((one) => one.startsWith('*')), (all, wildcard) => {
      const expected = all.filter((other) => isSubset(other, wildcard));
      expect([new HostIndex(all).below(wildcard), hostsFor(all, 0).below(wildcard)]).toEqual([expected, expected]);
    }));
  });

  test('longListsIntersectAsShortOnesDo', () => {
    fc.assert(fc.property(hosts, hosts, (one, other) => {
      const more = Array.from({ length: 300 }, (_, index) => `only-here-${index}.elsewhere`);
      expect(intersection(one, [...other, ...more]).filter((name) => !more.includes(name))).toEqual(intersection(one, other));
    }));
  });
});

test('hosts of a server are for a namespace or for all', () => {
  expect(hostsForNamespace(['a', 'n/b', 'm/c', '*/d', 'n/*', '/e'], 'n')).toEqual(['a', 'b', 'd', '*']);
});

test.each<[string, string | undefined]>([
  ['a.test', 'exact'], ['b.test', '*.test'], ['x.a.test', '*.a.test'], ['y.x.a.test', '*.a.test'], ['test', '*'], ['.test', '*'], ['*.test', '*.test'], ['other', '*'], ['x.other.test', '*.test'],
])('the name `%s` finds %s', (name, expected) => {
  expect(bestMatch(new Map([['a.test', 'exact'], ['*.test', '*.test'], ['*.a.test', '*.a.test'], ['*', '*']]), name)).toBe(expected);
});

test('a name that nothing is for finds nothing', () => {
  expect(bestMatch(new Map([['*.test', 1]]), 'a.other')).toBeUndefined();
  expect(bestMatch(new Map([['*.test', 1]]), '.test')).toBeUndefined();
});

describe('labels', () => {
  const [full, open] = [true, false].map((complete) => ({ known: new Map([['a', '1']]), complete }));
  const select = (selector: Record<string, string>, labels: typeof full, ...given: boolean[]) => {
    const choices = new Answers(given);
    return [selects(new Map(Object.entries(selector)), labels, 'pods of n/a', choices), choices.answers.map(({ key, text }) => [key, text])];
  };

  test('that are all known select without a question', () => {
    expect([select({ a: '1' }, full), select({ a: '2' }, full), select({ b: '1' }, full), select({}, full), select({ a: '1' }, open), select({ a: '2', b: '1' }, open)]).toEqual([[true, []], [false, []], [false, []], [true, []], [true, []], [false, []]]);
  });

  test('that are not known are asked for', () => {
    const question = (label: string) => [`label pods of n/a ${label}`, `pods of n/a carry the label ${label}`];
    expect(select({ a: '1', b: '2' }, open)).toEqual([true, [question('b=2')]]);
    expect(select({ b: '2', c: '3' }, open, true, false)).toEqual([false, [question('b=2'), question('c=3')]]);
    expect(select({ b: '2', c: '3' }, open, false)).toEqual([false, [question('b=2')]]);
  });

  test.each<[Record<string, string>, boolean, boolean, boolean]>([[{ a: '1' }, true, true, true], [{ a: '2' }, false, false, false], [{ b: '1' }, false, true, false], [{ a: '1', b: '1' }, false, true, false], [{ a: '2', b: '1' }, false, false, false], [{}, true, true, true]])(
    '%j may select pods of known labels: %s, of others: %s, surely: %s', (selector, known, others, surely) => {
      const wanted = new Map(Object.entries(selector));
      expect([maySelect(wanted, full), maySelect(wanted, open), surelySelects(wanted, open)]).toEqual([known, others, surely]);
    });
});

describe('peer authentication', () => {
  const policy = (namespace: string, name: string, mode?: string, more: object = {}, creationTimestamp?: string) => readPeerAuthentication(readObject({
    apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata: { name, namespace, creationTimestamp }, spec: { ...(mode === undefined ? {} : { mtls: { mode } }), ...more },
  }, 0)!);
  const pods = (namespace = 'n', known: [string, string][] = [['app', 'x']], complete = true): Workload => ({ namespace, name: 'app', labels: { known: new Map(known), complete }, serviceAccount: 'default', proxied: true, namedPorts: new Map() });
  const narrow = { selector: { matchLabels: { app: 'x' } } };
  const inbound = (policies: ReturnType<typeof policy>[], { workload = pods(), port = 80, answers = [] as boolean[], sameTime = false } = {}) => {
    const choices = new Answers(answers);
    return [new PeerAuthentications(policies, 'root', sameTime).inbound(workload, port, choices), choices.answers.map(({ key }) => key)];
  };
  const [FIRST, SECOND] = ['2030-01-01T00:00:00Z', '2030-01-02T00:00:00Z'];

  test.each<[string, ReturnType<typeof policy>[], string]>([
    ['nobody says', [], 'PERMISSIVE'],
    ['another namespace says', [policy('m', 'a', 'STRICT')], 'PERMISSIVE'],
    ['the root namespace says', [policy('root', 'a', 'STRICT')], 'STRICT'],
    ['the namespace says', [policy('root', 'a', 'STRICT'), policy('n', 'a', 'DISABLE')], 'DISABLE'],
    ['one of the workload says', [policy('n', 'a', 'DISABLE'), policy('n', 'b', 'STRICT', narrow)], 'STRICT'],
    ['one of the workload leaves to the namespace', [policy('n', 'a', 'STRICT'), policy('n', 'b', undefined, narrow)], 'STRICT'],
    ['the namespace leaves to the root namespace', [policy('root', 'a', 'STRICT'), policy('n', 'a', 'UNSET')], 'STRICT'],
    ['one of another workload says', [policy('n', 'b', 'STRICT', { selector: { matchLabels: { app: 'y' } } })], 'PERMISSIVE'],
    ['one of a port of the workload says', [policy('n', 'b', 'DISABLE', { ...narrow, portLevelMtls: { 80: { mode: 'STRICT' }, 81: { mode: 'PERMISSIVE' } } })], 'STRICT'],
    ['one of another port leaves to the workload', [policy('n', 'b', 'DISABLE', { ...narrow, portLevelMtls: { 81: { mode: 'STRICT' } } })], 'DISABLE'],
    ['one of a port leaves to the workload', [policy('n', 'b', 'DISABLE', { ...narrow, portLevelMtls: { 80: { mode: 'UNSET' } } })], 'DISABLE'],
    ['the older of two says', [policy('n', 'a', 'DISABLE', {}, SECOND), policy('n', 'b', 'STRICT', {}, FIRST)], 'STRICT'],
    ['the older of two of the workload says', [policy('n', 'b', 'STRICT', narrow, FIRST), policy('n', 'a', 'DISABLE', narrow, SECOND)], 'STRICT'],
  ])('is as %s', (_what, policies, expected) => {
    expect(inbound(policies)).toEqual([expected, []]);
  });

  test('of the root namespace has no policies of a workload', () => {
    const own = [policy('root', 'a', 'STRICT'), policy('root', 'b', 'DISABLE', narrow)];
    expect(inbound(own, { workload: pods('root') })).toEqual(['STRICT', []]);
    expect(inbound(own)).toEqual(['STRICT', []]);
  });

  test('asks for the age of two, and for labels', () => {
    const two = [policy('n', 'a', 'DISABLE'), policy('n', 'b', 'STRICT')];
    expect(inbound(two)).toEqual(['DISABLE', ['older PeerAuthentication n/a PeerAuthentication n/b']]);
    expect(inbound(two, { answers: [false] })).toEqual(['STRICT', ['older PeerAuthentication n/a PeerAuthentication n/b']]);
    expect(inbound(two, { sameTime: true })).toEqual(['DISABLE', []]);
    expect(inbound([policy('n', 'a', 'STRICT', narrow)], { workload: pods('n', [], false) })).toEqual(['STRICT', ['label pods of n/app app=x']]);
  });
});

describe('values of headers', () => {
  test.each<[string, string[]]>([
    ['', []], ['text', ['text']], ['%REQ(a)%', ['%REQ(a)%']], ['a %REQ(a):12% b', ['a ', '%REQ(a):12%', ' b']], ['100%%', ['100', '%%']], ['a%b', ['a', '%', 'b']], ['%START_TIME%%PROTOCOL%', ['%START_TIME%', '%PROTOCOL%']],
  ])('%j has the parts %j', (value, expected) => {
    expect(parts(value)).toEqual(expected);
  });

  test.each<[string, string | undefined]>([
    ['text', undefined], ['%%', undefined], ['%REQ(a)%', undefined], ['x%DOWNSTREAM_PEER_SUBJECT%', undefined], ['%START_TIME%', undefined], ['%NONSENSE%', 'Envoy knows no operator `%NONSENSE%`'], ['%REQ(a)%%NONSENSE(b):3%', 'Envoy knows no operator `%NONSENSE%`'],
    ['5 %', 'a `%` that stands for itself is written `%%`'], ['%%NONSENSE%%', undefined], ['%PATH%', undefined], ['%PATH(WQ)%', undefined], ['%PATH(NQ:ORIG)%', undefined], ['%PATH(:PATH)%', undefined], ['%PATH(WQ:ORIG_OR_PATH):12%', undefined],
    ['%PATH(XX)%', 'Envoy does not know the argument of `%PATH(XX)%`'], ['%PATH(WQ:OTHER)%', 'Envoy does not know the argument of `%PATH(WQ:OTHER)%`'], ['%PATH(WQX)%', 'Envoy does not know the argument of `%PATH(WQX)%`'],
    ['%QUERY_PARAM(name)%', undefined], ['%QUERY_PARAM()%', '`%QUERY_PARAM%` needs a name'], ['%QUERY_PARAM%', '`%QUERY_PARAM%` needs a name'],
  ])('%j has the problem %j', (value, expected) => {
    expect(formatProblem(value)).toBe(expected);
  });
});

describe('a server of a Gateway', () => {
  const [server] = [(given: object) => readGateway(readObject({ apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: 'a', namespace: 'n' }, spec: { servers: [given] } }, 0)!).servers[0]];
  test('is read as it is written', () => {
    const tls = { mode: 'SIMPLE', serverCertificate: '/c', privateKey: '/k', caCertificates: '/a', caCertCredentialName: 'ca', subjectAltNames: ['s'], verifyCertificateSpki: ['p'], verifyCertificateHash: ['h'], insecureSkipVerify: true };
    expect(server({ port: { number: 443, name: 'https', protocol: 'HTTPS' }, bind: '10.0.0.1', hosts: ['a'], tls })).toMatchObject({
      port: 443,
      portName: 'https',
      protocol: 'HTTPS',
      bind: '10.0.0.1',
      hosts: ['a'],
      tls: { mode: 'SIMPLE', httpsRedirect: false, credentialNames: [], serverCertificate: '/c', privateKey: '/k', caCertificates: '/a', caCertCredentialName: 'ca', subjectAltNames: ['s'], spkiHashes: ['p'], certificateHashes: ['h'], insecureSkipVerify: true },
    });
    expect(server({ tls: null })).toMatchObject({ port: 0, portName: '', protocol: '', bind: '', hosts: [], tls: undefined });
    expect(server({ tls: { credentialName: 'c' } }).tls).toMatchObject({ mode: 'PASSTHROUGH', credentialNames: ['c'], privateKey: undefined, serverCertificate: undefined, insecureSkipVerify: false });
    expect(server({ tls: { credentialName: 'c', credentialNames: ['d', 'e'] } }).tls!.credentialNames).toEqual(['d', 'e']);
    expect(server({ tls: { credentialName: '', privateKey: '', httpsRedirect: true } }).tls).toMatchObject({ credentialNames: [], privateKey: undefined, httpsRedirect: true });
  });

  test.each<[string[], string[]]>([
    [['a', './b', 'm/c', '*/d'], ['a', 'n/b', 'm/c', 'd']], [['a', '*/*'], ['*']], [['*/*', 'b'], ['*']], [['m/*'], ['m/*']],
  ])('with hosts %j has the hosts %j', (hosts, expected) => {
    expect(server({ hosts }).hosts).toEqual(expected);
  });

  test('speaks plain HTTP by any of its names', () => {
    expect(['HTTP', 'HTTP2', 'GRPC', 'grpc-web', 'HTTP_PROXY', 'HTTPS', 'TLS', 'TCP', 'MONGO'].map(isPlainHttp)).toEqual([true, true, true, true, true, false, false, false, false]);
  });
});
