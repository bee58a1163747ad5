/* eslint-disable @stylistic/max-len -- tables, one case a line */
import { Answers, explore, Remembered } from '../../src/mesh/choices';
import { readDestinationRule, rulesFor } from '../../src/mesh/destination-rule';
import { expandExternalGateway } from '../../src/mesh/external-gateway';
import { readObject } from '../../src/mesh/kube-object';
import { fullMatch, isExpression, replaceMatches } from '../../src/mesh/regular-expression';
import { readPattern, readPatterns } from '../../src/mesh/string-pattern';
import { behaviourOf, headerFix } from '../../src/mesh/version';

const object = (kind: string, spec: object, metadata: object = {}) => readObject({ apiVersion: 'g/v1', kind, metadata: { name: 'a', namespace: 'n', ...metadata }, spec }, 0)!;

describe('a DestinationRule', () => {
  const rule = (spec: object, namespace = 'n', name = 'a') => readDestinationRule(object('DestinationRule', spec, { namespace, name }));
  test.each([
    ['app', 'app.n.svc.cluster.local'], ['app.m', 'app.m'], ['*', '*'], ['*.test', '*.test'], [undefined, '.n.svc.cluster.local'],
  ])('for host %s is for %s', (host, expected) => {
    expect(rule({ host }).host).toBe(expected);
  });

  test('is read with mode, subsets and the namespaces it is for', () => {
    expect(rule({ host: 'app', trafficPolicy: { tls: { mode: 'DISABLE' } }, subsets: [{ name: 'v1', labels: { v: '1' } }, {}], exportTo: ['.', 'm'] })).toMatchObject({
      tlsMode: 'DISABLE', subsets: new Map([['v1', new Map([['v', '1']])], ['', new Map()]]), exportTo: ['.', 'm'], detailed: false,
    });
    expect(rule({ host: 'app' })).toMatchObject({ tlsMode: undefined, subsets: new Map(), exportTo: [], detailed: false });
  });

  test.each<[object, boolean]>([
    [{ trafficPolicy: { portLevelSettings: [{ port: { number: 80 } }, { tls: { mode: 'DISABLE' } }] } }, true],
    [{ trafficPolicy: { portLevelSettings: [{ port: { number: 80 } }] } }, false],
    [{ subsets: [{ name: 'a' }, { name: 'b', trafficPolicy: { tls: {} } }] }, true],
    [{ subsets: [{ name: 'b', trafficPolicy: {} }] }, false],
  ])('%j has settings per port or subset: %s', (spec, expected) => {
    expect(rule({ host: 'app', ...spec }).detailed).toBe(expected);
  });

  const HOST = 'app.n.svc.cluster.local';
  const found = (...rules: ReturnType<typeof rule>[]) => rulesFor(HOST, rules, 'client', 'n', 'root').map((one) => `${one.object.namespace}/${one.object.name}`);
  const exact = { host: HOST };
  test.each<[string, ReturnType<typeof rule>[], string[]]>([
    ['of the client before that of the Service', [rule(exact, 'root'), rule(exact, 'n'), rule(exact, 'client')], ['client/a']],
    ['of the Service before that of the root namespace', [rule(exact, 'root'), rule(exact, 'n')], ['n/a']],
    ['of the root namespace', [rule(exact, 'root')], ['root/a']],
    ['of no other namespace', [rule(exact, 'other')], []],
    ['all of one host', [rule(exact, 'n', 'a'), rule(exact, 'n', 'b')], ['n/a', 'n/b']],
    ['for the host itself before those for more', [rule({ host: '*.cluster.local' }, 'n', 'b'), rule(exact, 'n')], ['n/a']],
    ['for more of the client before that for the host itself of the Service', [rule({ host: '*.cluster.local' }, 'client'), rule(exact, 'n')], ['client/a']],
    ['for the least more', [rule({ host: '*' }, 'n', 'a'), rule({ host: '*.n.svc.cluster.local' }, 'n', 'b'), rule({ host: '*.cluster.local' }, 'n', 'c')], ['n/b']],
    ['for no other host', [rule({ host: 'other' }, 'n'), rule({ host: '*.test' }, 'n'), rule({ host: 'svc.cluster.local' }, 'n')], []],
    ['that is for everybody', [rule({ ...exact, exportTo: ['*'] })], ['n/a']],
    ['that is for the client', [rule({ ...exact, exportTo: ['other', 'client'] })], ['n/a']],
    ['that is for others', [rule({ ...exact, exportTo: ['other'] })], []],
    ['that is for its own namespace', [rule({ ...exact, exportTo: ['.'] })], []],
    ['that is for the own namespace of the client', [rule({ ...exact, exportTo: ['.'] }, 'client')], ['client/a']],
  ])('%s', (_what, rules, expected) => {
    expect(found(...rules)).toEqual(expected);
  });
});

test('an ExternalGateway becomes a Gateway that demands certificates, and a filter', () => {
  expect(expandExternalGateway(object('ExternalGateway', { externalDomain: 'a.test', internalDomain: { kymaSubdomain: 'in' } }))).toEqual([
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: { name: 'a-gw', namespace: 'n' },
      spec: { selector: { istio: 'ingressgateway' }, servers: [{ hosts: ['a.test', 'in.kyma.invalid'], port: { name: 'https-external', number: 443, protocol: 'HTTPS' }, tls: { mode: 'MUTUAL', credentialName: 'a-tls' } }] },
    },
    { apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter', metadata: { name: 'a-cv', namespace: 'istio-system' }, spec: { workloadSelector: { labels: { istio: 'ingressgateway' } } } },
  ]);
  expect(expandExternalGateway(object('ExternalGateway', { externalDomain: 'a.test' }))[0]).toHaveProperty('spec.servers.0.hosts', ['a.test', 'external.kyma.invalid']);
  expect(expandExternalGateway(object('ExternalGateway', {}))).toEqual([]);
});

describe('versions', () => {
  test.each<[string, object]>([
    ['1.27', { minor: 27, policyHeadersByLine: true, routeHeadersByLine: false, parametersInDotSegments: false }],
    ['1.27.7', { minor: 27, policyHeadersByLine: false, parametersInDotSegments: false }],
    ['1.27.8', { policyHeadersByLine: true }],
    ['1.28.4', { policyHeadersByLine: false, parametersInDotSegments: undefined }],
    ['1.28.5', { policyHeadersByLine: true }],
    ['1.29.0', { policyHeadersByLine: false }],
    ['1.29.1', { policyHeadersByLine: true, routeHeadersByLine: false }],
    ['1.30', { minor: 30, policyHeadersByLine: true, routeHeadersByLine: false, parametersInDotSegments: true, unproved: 'Istio 1.30 differs from 1.32 as its release notes say: no proxy of it was run' }],
    ['1.30.0', { policyHeadersByLine: true, parametersInDotSegments: undefined }],
    ['1.31', { routeHeadersByLine: true }],
    ['1.31.12-alpha.1', { minor: 31, parametersInDotSegments: undefined }],
    ['1.32.0', { minor: 32, parametersInDotSegments: true, unproved: undefined }],
  ])('%s behaves as %j', (version, expected) => {
    expect({ unproved: undefined, ...behaviourOf(version) }).toMatchObject(expected);
  });

  test.each(['1.26', '1.33', '2.30', '1', '11.30', 'v1.30', '1.30x', '1.30.', '1.30.1.2', '', undefined])('%s is unknown', (version) => {
    expect(() => behaviourOf(version as string)).toThrow(`unknown Istio version \`${String(version)}\`: expected one of \`1.27\` to \`1.32\`, with or without patch number`);
  });

  test('the fix of header lines is named', () => {
    expect([27, 28, 29, 30].map(headerFix)).toEqual(['1.27.8', '1.28.5', '1.29.1', '1.30.0']);
  });
});

test.each<[unknown, unknown]>([
  [undefined, undefined], [null, undefined], [{}, { kind: 'present' }], [{ regex: '*' }, { kind: 'present' }], [{ exact: '*' }, { kind: 'exact', value: '*' }], [{ prefix: '*' }, { kind: 'prefix', value: '*' }],
  [{ regex: '.*' }, { kind: 'regex', value: '.*' }], [{ exact: '' }, { kind: 'exact', value: '' }], [{ regex: 'r', prefix: 'p', exact: 'e' }, { kind: 'exact', value: 'e' }], [{ exact: 1, prefix: 'p' }, { kind: 'prefix', value: 'p' }],
])('the pattern %j is %j', (given, expected) => {
  expect(readPattern(given)).toEqual(expected);
});

test('a header without pattern must be present, what is no mapping names none', () => {
  expect(readPatterns({ a: { exact: '1' }, b: null })).toEqual([{ name: 'a', pattern: { kind: 'exact', value: '1' } }, { name: 'b', pattern: { kind: 'present' } }]);
  expect(readPatterns(['a'])).toEqual([]);
  expect(readPatterns('a')).toEqual([]);
});

describe('regular expressions', () => {
  test.each<[string, string, boolean]>([['a.*', 'abc', true], ['b', 'abc', false], ['a.c', 'a\nc', true], ['(', '(', false], ['a(?=b)', 'a', false], ['', '', true]])('%s takes the whole of %j: %s', (expression, text, expected) => {
    expect(fullMatch(expression, text)).toBe(expected);
    expect(fullMatch(expression, text)).toBe(expected);
  });

  test('are those of RE2', () => {
    expect(['a', '(', 'a(?=b)', '(a)\\1', '[a-z]+'].map(isExpression)).toEqual([true, false, false, false, true]);
  });

  test.each([['a(.)', 'abac', 'x\\1', 'xbxc'], ['a', 'aa', '$1', '$1$1'], ['(', 'a', 'b', 'a'], ['x', 'a', 'b', 'a'], ['(a)(b)', 'ab', '\\2\\1\\0', 'baab'],
    ['(a)|b', 'ab', '<\\1>', '<a><>'], ['(a)', 'ab', '\\2', 'ab'], ['a', 'ab', '$0\\0$1', '$0a$1b'], ['a', 'ab', '\\\\1', '\\1b'], ['x*', 'axb', '-', '-a-b-'], ['a', 'a\nba', 'c', 'c\nbc']])('every match of %s in %s becomes %s: %s', (expression, text, substitution, expected) => {
    expect(replaceMatches(expression, text, substitution)).toBe(expected);
  });
});

describe('open facts', () => {
  test('are answered once each, the ordinary answer first', () => {
    const { runs, complete } = explore((choices) => [choices.ask('a', 'A'), choices.ask('a', 'other'), choices.ask('b', 'B')], 10);
    expect(complete).toBe(true);
    expect(runs.map(({ value }) => value)).toEqual([[true, true, true], [false, false, true], [true, true, false], [false, false, false]]);
    expect(runs[1].answers).toEqual([{ key: 'a', text: 'A', holds: false }, { key: 'b', text: 'B', holds: true }]);
  });

  test('are asked only where they matter', () => {
    expect(explore((choices) => choices.ask('a', 'A') || choices.ask('b', 'B'), 10).runs.map(({ value, answers }) => [value, answers.length])).toEqual([[true, 1], [true, 2], [false, 2]]);
    expect(explore(() => 7, 10)).toEqual({ runs: [{ value: 7, answers: [] }], complete: true });
  });

  test('are not all tried beyond the limit', () => {
    const many = (limit: number) => explore((choices) => [1, 2].map((i) => choices.ask(`${i}`, '')), limit);
    expect([many(3).runs.length, many(3).complete, many(4).runs.length, many(4).complete]).toEqual([3, false, 4, true]);
  });

  test('a remembered computation is made once for each answer', () => {
    let made = 0;
    const remembered = new Remembered((choices) => { made += 1; return `${choices.ask('a', 'A')} ${choices.ask('a', 'A') && choices.ask('b', 'B')} ${made}`; });
    const get = (...answers: boolean[]) => { const asked = new Answers(answers); return [remembered.get(asked), asked.answers.map(({ key, text }) => `${key} ${text}`)]; };
    expect(get()).toEqual(['true true 1', ['a A', 'b B']]);
    expect(get()).toEqual(['true true 1', ['a A', 'b B']]);
    expect(get(true, false)).toEqual(['true false 2', ['a A', 'b B']]);
    expect(get(false)).toEqual(['false false 3', ['a A']]);
    expect(get(false)).toEqual(['false false 3', ['a A']]);
    expect(get(true, false)).toEqual(['true false 2', ['a A', 'b B']]);
    expect(made).toBe(3);
  });
});
