import { CheckContext } from '../../../src/checks';
import { Check } from '../../../src/checks/check';
import { POLICY_CHECKS } from '../../../src/checks/policy';
import { denyNotValues } from '../../../src/checks/policy/deny-not-values';
import { denyPathVariants } from '../../../src/checks/policy/deny-path-variants';
import { emptyRuleList } from '../../../src/checks/policy/empty-rule-list';
import { hostPortWildcard } from '../../../src/checks/policy/host-port-wildcard';
import { allowedHostWithoutPort, deniedHostWithoutPort } from '../../../src/checks/policy/host-without-port';
import { issuerWildcard } from '../../../src/checks/policy/issuer-wildcard';
import { neverMatchingPattern } from '../../../src/checks/policy/never-matching-pattern';
import { rejectedListener } from '../../../src/checks/policy/rejected-listener';
import { spiffePrefix } from '../../../src/checks/policy/spiffe-prefix';
import { templateWithoutSlash } from '../../../src/checks/policy/template-without-slash';
import { unknownCondition } from '../../../src/checks/policy/unknown-condition';
import { MeshProfile } from '../../../src/model/mesh-profile';
import { documentsOf } from '../cases';
import { all, findings, found, policy, virtualService } from '../yaml';

const operation = (fields: string) => `[{to: [{operation: {${fields}}}]}]`;
const source = (fields: string) => `[{from: [{source: {${fields}}}]}]`;
const when = (...conditions: string[]) => `[{when: [${conditions.map((condition) => `{${condition}}`).join(', ')}]}]`;

describe('a value that never matches is found with its place', () => {
  test.each<[string, Check, string, string[]]>([
    ['`spiffe://` in principals', spiffePrefix, policy(source('principals: [td/ns/a/sa/b, "spiffe://td/ns/a/sa/b"]')),
      ['default/p spec.rules.0.from.0.source.principals.1: principal `spiffe://td/ns/a/sa/b` in rule 1 of AuthorizationPolicy `default/p` begins with `spiffe://`, which Istio puts in front itself']],
    ['`spiffe://` in a condition of the second rule', spiffePrefix, policy('[{}, {when: [{key: source.principal, notValues: ["spiffe://x"]}]}]'),
      ['default/p spec.rules.1.when.0.notValues.0: principal `spiffe://x` in rule 2 of AuthorizationPolicy `default/p` begins with `spiffe://`, which Istio puts in front itself']],
    ['`spiffe://` in fields and conditions, in the order in which they stand', spiffePrefix, policy('[{when: [{key: source.principal, values: ["spiffe://x"]}]}, {from: [{source: {principals: ["spiffe://y"]}}]}]'), [
      'default/p spec.rules.0.when.0.values.0: principal `spiffe://x` in rule 1 of AuthorizationPolicy `default/p` begins with `spiffe://`, which Istio puts in front itself',
      'default/p spec.rules.1.from.0.source.principals.0: principal `spiffe://y` in rule 2 of AuthorizationPolicy `default/p` begins with `spiffe://`, which Istio puts in front itself',
    ]],
    ['a `*` inside an issuer', neverMatchingPattern, policy(source('requestPrincipals: ["https://a*b/c"]')),
      ['default/p spec.rules.0.from.0.source.requestPrincipals.0: requestPrincipals `https://a*b/c` in rule 1 of AuthorizationPolicy `default/p` has a `*` that is no wildcard: it is one only as the first or the last character, and not as both']],
    ['a `*` at both ends of a path that ends like a host', neverMatchingPattern, policy(operation('paths: ["*.a:*"]')),
      ['default/p spec.rules.0.to.0.operation.paths.0: paths `*.a:*` in rule 1 of AuthorizationPolicy `default/p` has a `*` that is no wildcard: it is one only as the first or the last character, and not as both']],
    ['an issuer of a condition, over plain HTTP', issuerWildcard, policy(when('key: request.auth.principal, values: ["http://*"]')),
      ['default/p spec.rules.0.when.0.values.0: request principal `http://*` in rule 1 of AuthorizationPolicy `default/p` is split at its last `/` and asks for the issuer `http:/`']],
    ['a claim without a name within others', rejectedListener, policy(when('key: "request.auth.claims[ab][cd][]", values: [b]')),
      ['default/p spec.rules.0.when.0.key: condition "request.auth.claims[ab][cd][]" in rule 1 of AuthorizationPolicy `default/p` cannot be used by Envoy']],
    ['a line feed after some letters', rejectedListener, policy(when('key: "request.headers[abc\\nd]", values: [b]')),
      ['default/p spec.rules.0.when.0.key: condition "request.headers[abc\\nd]" in rule 1 of AuthorizationPolicy `default/p` cannot be used by Envoy']],
    ['a method in lower case', neverMatchingPattern, policy(operation('methods: [GET, post]')),
      ['default/p spec.rules.0.to.0.operation.methods.1: methods `post` in rule 1 of AuthorizationPolicy `default/p` is in lower case, in which no request has its method']],
    ['two `*` at the end beside one, which is what is meant', neverMatchingPattern, policy(operation('notPaths: ["/p/*", "/p/**", "/q/***"]')),
      ['default/p spec.rules.0.to.0.operation.notPaths.2: paths `/q/***` in rule 1 of AuthorizationPolicy `default/p` has a `*` that is no wildcard: it is one only as the first or the last character, and not as both']],
    ['two `*` at the end beside one in another list', neverMatchingPattern, policy(operation('paths: ["/p/*"], notPaths: ["/p/**"]')),
      ['default/p spec.rules.0.to.0.operation.notPaths.0: paths `/p/**` in rule 1 of AuthorizationPolicy `default/p` has a `*` that is no wildcard: it is one only as the first or the last character, and not as both']],
    ['a `*` inside a path', neverMatchingPattern, policy(operation('paths: ["/a/*/b"]')),
      ['default/p spec.rules.0.to.0.operation.paths.0: paths `/a/*/b` in rule 1 of AuthorizationPolicy `default/p` has a `*` that is no wildcard: it is one only as the first or the last character, and not as both']],
    ['a host with a wildcard at both ends', hostPortWildcard, policy(operation('hosts: ["*.h:*"]')),
      ['default/p spec.rules.0.to.0.operation.hosts.0: host `*.h:*` in rule 1 of AuthorizationPolicy `default/p` is the literal ending `.h:*`']],
    ['an issuer cut off', issuerWildcard, policy(source('requestPrincipals: ["https://*"]')),
      ['default/p spec.rules.0.from.0.source.requestPrincipals.0: request principal `https://*` in rule 1 of AuthorizationPolicy `default/p` is split at its last `/` and asks for the issuer `https:/`']],
    ['a template without slash', templateWithoutSlash, policy(operation('paths: ["a/{*}"]')),
      ['default/p spec.rules.0.to.0.operation.paths.0: path template `a/{*}` in rule 1 of AuthorizationPolicy `default/p` does not begin with one `/`']],
    ['a key that Istio cannot translate', unknownCondition, policy(when('key: "request.headersX[a]", values: [b]')),
      ['default/p spec.rules.0.when.0.key: Istio cannot translate condition `request.headersX[a]` in rule 1 of AuthorizationPolicy `default/p`']],
    ['a claim without a name', rejectedListener, policy(when('key: "request.auth.claims[a][]", values: [b]')),
      ['default/p spec.rules.0.when.0.key: condition "request.auth.claims[a][]" in rule 1 of AuthorizationPolicy `default/p` cannot be used by Envoy']],
    ['a line feed in a header name', rejectedListener, policy(when('key: "request.headers[a\\nb]", values: [b]')),
      ['default/p spec.rules.0.when.0.key: condition "request.headers[a\\nb]" in rule 1 of AuthorizationPolicy `default/p` cannot be used by Envoy']],
    ['a template with a long segment', rejectedListener, policy(operation(`paths: ["/${'a'.repeat(256)}/{*}"]`)),
      ['default/p spec.rules.0.to.0.operation.paths.0: a path template in rule 1 of AuthorizationPolicy `default/p` has a segment of more than 255 characters']],
    ['an empty `from`', emptyRuleList, policy('[{from: []}]'),
      ['default/p spec.rules.0.from: `from` of rule 1 of AuthorizationPolicy `default/p` is an empty list, which means no limit']],
    ['every empty list', emptyRuleList, policy('[{}, {from: [], to: [], when: []}]'), [
      'default/p spec.rules.1.from: `from` of rule 2 of AuthorizationPolicy `default/p` is an empty list, which means no limit',
      'default/p spec.rules.1.to: `to` of rule 2 of AuthorizationPolicy `default/p` is an empty list, which means no limit',
      'default/p spec.rules.1.when: `when` of rule 2 of AuthorizationPolicy `default/p` is an empty list, which means no limit',
    ]],
    ['a denial unless a header is good', denyNotValues, policy(when('key: "request.headers[X-Role]", notValues: [admin, root]'), { action: 'DENY' }),
      ['default/p spec.rules.0.when.0.notValues: rule 1 of AuthorizationPolicy `default/p` denies requests unless `request.headers[X-Role]` is `admin` or `root`']],
    ['a denied host without port', deniedHostWithoutPort, policy(operation('hosts: [a.test, "a.test:443", b.test]'), { action: 'DENY' }),
      ['default/p spec.rules.0.to.0.operation.hosts.2: host `b.test` in rule 1 of AuthorizationPolicy `default/p` stands for requests without a port only']],
    ['an allowed host without port', allowedHostWithoutPort, policy(operation('hosts: [a.test]')),
      ['default/p spec.rules.0.to.0.operation.hosts.0: host `a.test` in rule 1 of AuthorizationPolicy `default/p` stands for requests without a port only']],
    ['a denied path alone', denyPathVariants, policy(operation('paths: [/admin]'), { action: 'DENY' }),
      ['default/p spec.rules.0.to.0.operation.paths.0: denied path `/admin` in rule 1 of AuthorizationPolicy `default/p` does not stand for `/admin/`, `/admin;x`, `//admin`']],
  ])('%s', (_name, check, yaml, expected) => {
    expect(found(check, yaml)).toEqual(expected);
  });
});

describe('what happens and the cure depend on the action', () => {
  const told = (check: Check, yaml: string) => findings(check, yaml).map(({ effect, cure }) => `${effect}; ${cure}`);

  test.each<[string, Check, string, string[]]>([
    ['ALLOW', spiffePrefix, policy(source('principals: ["spiffe://x"]')), ['it never matches, so those whom it means get 403; write `x`']],
    ['ALLOW, negated', spiffePrefix, policy(source('notPrincipals: ["spiffe://x"]')), ['nobody is kept out by it; write `x`']],
    ['DENY', spiffePrefix, policy(source('principals: ["spiffe://x"]'), { action: 'DENY' }), ['it never matches, so nobody is denied by it; write `x`']],
    ['DENY, negated', spiffePrefix, policy(source('notPrincipals: ["spiffe://x"]'), { action: 'DENY' }), ['nobody is spared by it, so those whom it means are denied too; write `x`']],
    ['AUDIT', spiffePrefix, policy(source('principals: ["spiffe://x"]'), { action: 'AUDIT' }), ['it never matches, so the policy does not act on those whom it means; write `x`']],
    ['AUDIT, negated', spiffePrefix, policy(source('notPrincipals: ["spiffe://x"]'), { action: 'AUDIT' }), ['nobody is spared by it; write `x`']],
    ['an empty list under ALLOW', emptyRuleList, policy('[{to: []}]'), ['requests are let in for any operation; say in `to` what is meant, or leave it out where no limit is meant']],
    ['an empty list under DENY', emptyRuleList, policy('[{when: []}]', { action: 'DENY' }), ['the rule acts on requests without any condition; say in `when` what is meant, or leave it out where no limit is meant']],
    ['an unknown condition under ALLOW', unknownCondition, policy(when('key: "request.headersX[a]", values: [b]')),
      ['the whole rule is dropped, so those whom it means get 403; correct the key: `request.headers[<name>]`, `request.auth.claims[<name>]` or `request.auth.claims[<name>][<name>]`']],
    ['an unknown condition under DENY', unknownCondition, policy(when('key: "request.headersX[a]", values: [b]'), { action: 'DENY' }),
      ['the condition is dropped, so the rule also matches requests that it excludes; correct the key: `request.headers[<name>]`, `request.auth.claims[<name>]` or `request.auth.claims[<name>][<name>]`']],
    ['a literal star in a path', neverMatchingPattern, policy(operation('paths: ["*a*"]'), { action: 'DENY' }),
      ['it never matches, so nobody is denied by it; write a path template, with `{*}` for one segment and `{**}` for the rest']],
    ['a literal star elsewhere', neverMatchingPattern, policy(operation('hosts: ["a.*.b"]')),
      ['it never matches, so those whom it means get 403; list the values, or use one `*` at one end']],
    ['two wildcards of a denied host', hostPortWildcard, policy(operation('hosts: ["*.h:*"]'), { action: 'DENY' }),
      ['it never matches, so nobody is denied by it; name the hosts, each with `:*` too, or leave the hosts out']],
    ['two wildcards of an allowed host', hostPortWildcard, policy(operation('hosts: ["*.h:*"]')),
      ['it never matches, so those whom it means get 403; list the ports that clients use, as in `*.h:443`']],
    ['an issuer without subject', issuerWildcard, policy(source('requestPrincipals: ["https://idp.example.com"]')),
      ['it never matches, so those whom it means get 403; write `https://idp.example.com/*` for any subject of this issuer']],
    ['any issuer of https', issuerWildcard, policy(source('requestPrincipals: ["https://*"]')),
      ['it never matches, so those whom it means get 403; name the issuer and then any subject, `https://<issuer>/*`, or `*` for any issuer']],
    ['a denied host', deniedHostWithoutPort, policy(operation('hosts: [a.test]'), { action: 'DENY' }),
      ['a request that names a port, as in `Host: a.test:443`, gets past it; list `a.test:*` too']],
    ['a denied wildcard', deniedHostWithoutPort, policy(operation('hosts: ["*.test"]'), { action: 'DENY' }),
      ['a request that names a port, as in `Host: a.test:443`, gets past it; leave the hosts out of a rule that denies: a wildcard has no form for any port']],
    ['an allowed host', allowedHostWithoutPort, policy(operation('hosts: [a.test]')), ['clients that name the port, as in `Host: a.test:443`, get 403; list `a.test:*` too']],
    ['an allowed wildcard', allowedHostWithoutPort, policy(operation('hosts: ["*.test"]')),
      ['clients that name the port, as in `Host: a.test:443`, get 403; list the ports that clients use, as in `*.test:443`']],
    ['a header name', rejectedListener, policy(when('key: "request.headers[a\\nb]", values: [b]')),
      ['Envoy rejects the listener of every pod that the policy selects: old settings stay, and a new pod takes no connections; write the name of the header without control characters']],
    ['a claim name', rejectedListener, policy(when('key: "request.auth.claims[a][]", values: [b]')),
      ['Envoy rejects the listener of every pod that the policy selects: old settings stay, and a new pod takes no connections; name a claim between each `[` and `]`']],
  ])('%s', (_name, check, yaml, expected) => {
    expect(told(check, yaml)).toEqual(expected);
  });
});

describe('patches', () => {
  test.each<[string, Check, string, unknown]>([
    ['a principal', spiffePrefix, policy(source('principals: [y, "spiffe://x"]')), [{ op: 'replace', path: '/spec/rules/0/from/0/source/principals/1', value: 'x' }]],
    ['a method', neverMatchingPattern, policy(operation('methods: [get]')), [{ op: 'replace', path: '/spec/rules/0/to/0/operation/methods/0', value: 'GET' }]],
    ['a pattern has none', neverMatchingPattern, policy(operation('paths: ["/a/*/b"]')), undefined],
    ['a template', templateWithoutSlash, policy(operation('paths: ["//{*}"]')), [{ op: 'replace', path: '/spec/rules/0/to/0/operation/paths/0', value: '/{*}' }]],
    ['a host', deniedHostWithoutPort, policy(operation('hosts: [a.test]'), { action: 'DENY' }), [{ op: 'add', path: '/spec/rules/0/to/0/operation/hosts/-', value: 'a.test:*' }]],
    ['a wildcard host has none', allowedHostWithoutPort, policy(operation('hosts: ["*.test"]')), undefined],
  ])('%s', (_name, check, yaml, expected) => {
    expect(findings(check, yaml)[0].patch).toEqual(expected);
  });
});

describe('the negative forms count where they let requests in or keep them out', () => {
  const hosts = (key: string, action: string) => policy(operation(`${key}: [a.test], methods: [GET]`), { action });

  test.each<[string, string, number, number]>([
    ['hosts', 'DENY', 1, 0],
    ['notHosts', 'DENY', 0, 1],
    ['hosts', 'ALLOW', 0, 1],
    ['notHosts', 'ALLOW', 1, 0],
    ['hosts', 'AUDIT', 0, 0],
  ])('%s under %s', (key, action, denied, allowed) => {
    const yaml = hosts(key, action);
    expect([found(deniedHostWithoutPort, yaml).length, found(allowedHostWithoutPort, yaml).length]).toEqual([denied, allowed]);
  });

  test('CUSTOM is judged like DENY', () => {
    const custom = policy(operation('hosts: [a.test]'), { action: 'CUSTOM' }).replace('spec:', 'spec:\n  provider: {name: x}');
    expect([found(deniedHostWithoutPort, custom).length, found(allowedHostWithoutPort, custom).length]).toEqual([1, 0]);
  });

  test('each list is judged on its own', () => {
    const yaml = policy('[{to: [{operation: {hosts: [a.test]}}, {operation: {hosts: ["a.test:*"]}}]}, {to: [{operation: {hosts: ["a.test", "A.test:*"]}}]}]', { action: 'DENY' });
    expect(findings(deniedHostWithoutPort, yaml).map(({ path }) => path)).toEqual([['spec', 'rules', 0, 'to', 0, 'operation', 'hosts', 0]]);
  });
});

describe('denied paths', () => {
  const deny = (...paths: string[]) => policy(operation(`paths: [${paths.map((path) => `"${path}"`).join(', ')}]`), { action: 'DENY' });
  const open = (yaml: string) => findings(denyPathVariants, yaml).map(({ message }) => message.replace(/^.*does not stand for /, ''));
  const mesh = (normalization: string) => `apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "pathNormalization: {normalization: ${normalization}}"}`;

  test.each<[string, string[], string[]]>([
    ['a prefix by segments', ['/a/*'], ['`/a`, `//a/x`']],
    ['a plain prefix', ['/a*'], ['`//a`']],
    ['a template for everything below', ['/a/{**}'], ['`/a`, `//a/x`']],
    ['a path with a slash at its end', ['/a/'], ['`/a;x`, `//a`, `/a`']],
    ['all spellings', ['/a', '/a/*', '/a;*', '//a', '//a/*', '//a;*'], []],
    ['one parameter, which stands for no other', ['/a', '/a/', '/a;x', '//a'], ['`/a;x`']],
    ['one path below, which stands for no other', ['/a', '/a/*', '/a;*', '//a', '//a/x'], ['`//a/x`']],
    ['a path with a parameter is a spelling itself', ['/a;x', '/b;*'], []],
    ['a template inside', ['/a/{*}/b'], []],
    ['a segment at the end', ['/a/{*}'], []],
    ['a suffix', ['*.php'], []],
    ['everything', ['/*', '*', '/', '/{**}'], []],
  ])('%s', (_name, paths, expected) => {
    expect(open(deny(...paths))).toEqual(expected);
  });

  test.each([['/a'], ['/a/'], ['/a/*'], ['/a*'], ['/a/{**}'], ['/a', '/b/', '/c/*', '/a/'], ['/a', '/a;*']].map((paths) => ({ paths })))('what the patches of $paths add closes their spellings, and asks for no more', ({ paths }) => {
    const added = findings(denyPathVariants, deny(...paths)).flatMap(({ patch }) => patch!);
    expect(new Set(added.map(({ op, path }) => `${op} ${path}`))).toEqual(new Set(['add /spec/rules/0/to/0/operation/paths/-']));
    expect(open(deny(...paths, ...added.map(({ value }) => value as string)))).toEqual([]);
  });

  test.each<[string, string[]]>([
    ['/a', ['/a/', '/a;*', '//a', '//a/', '//a;*']],
    ['/a/', ['/a/', '/a;*', '//a', '//a/', '//a;*', '/a'].filter((pattern) => pattern !== '/a/')],
    ['/a/*', ['/a', '/a;*', '//a', '//a/*', '//a;*']],
    ['/a/{**}', ['/a', '/a;*', '//a', '//a/*', '//a;*']],
    ['/a*', ['//a*']],
  ])('for `%s` the patch lists %j', (path, patterns) => {
    expect(findings(denyPathVariants, deny(path)).flatMap(({ patch }) => patch!.map(({ value }) => value))).toEqual(patterns);
  });

  test('the patch has a parameter of any name, and leaves out what is listed', () => {
    const [{ cure, patch }] = findings(denyPathVariants, deny('/a', '/a/', '//a'));
    expect(patch!.map(({ value }) => value)).toEqual(['/a;*']);
    expect(cure).toBe('list `/a;*` too, or write an ALLOW policy with the paths that are meant to be reached; letter case, inner `//` and `%2F` stay open');
  });

  test('a mesh that merges slashes closes the spellings with `//`', () => {
    expect(open(all(mesh('MERGE_SLASHES'), deny('/a')))).toEqual(['`/a/`, `/a;x`']);
    expect(open(all(mesh('DECODE_AND_MERGE_SLASHES'), deny('/a')))).toEqual(['`/a/`, `/a;x`']);
    expect(open(all(mesh('BASE'), deny('/a')))).toEqual(['`/a/`, `/a;x`, `//a`']);
  });

  test('rules are judged one by one, `notPaths` and other actions not at all', () => {
    expect(open(policy('[{to: [{operation: {paths: [/a]}}]}, {to: [{operation: {paths: ["/a*", "//a*"]}}]}]', { action: 'DENY' }))).toEqual(['`/a/`, `/a;x`, `//a`']);
    expect(open(policy(operation('notPaths: [/a]'), { action: 'DENY' }))).toEqual([]);
    expect(open(policy(operation('paths: [/a]')))).toEqual([]);
  });
});

describe('there is no alarm for', () => {
  test.each<[string, Check, string]>([
    ['principals as Istio wants them', spiffePrefix, policy(source('principals: [cluster.local/ns/a/sa/b, "*", "*/sa/b"], namespaces: ["spiffe://x"]'))],
    ['wildcards at one end', neverMatchingPattern, policy(operation('methods: [GET, "*"], paths: ["/a*", "*a", "*", "/a/{*}/b*"], hosts: ["*.a", "a*", "a:*"]'))],
    ['issuer and subject, each with its wildcard', neverMatchingPattern, policy(source('requestPrincipals: ["*/*", "https://i/*", "*/x"]'))],
    ['header values, which may hold stars', neverMatchingPattern, policy(when('key: "request.headers[Accept]", values: ["*/*"]'))],
    ['`*.h:*`, which is a trap of its own', neverMatchingPattern, policy(operation('hosts: ["*.h:*"]'))],
    ['hosts with one wildcard', hostPortWildcard, policy(operation('hosts: ["*.h", "h:*", "*.h:443", "a*.h:*", "*.h:*1"]'))],
    ['issuers with a path', issuerWildcard, policy(source('requestPrincipals: ["https://i/*", "https://i/realms/x", "*", "joe", "x-https://i"]'))],
    ['templates with a slash, and paths without', templateWithoutSlash, policy(operation('paths: ["/{*}", "/a/{**}", "a", "*a"]'))],
    ['keys that Istio knows', unknownCondition, policy(when('key: "request.headers[a]", values: [b]', 'key: "request.auth.claims[a][b]", values: [c]', 'key: source.ip, values: [1.1.1.1]',
      'key: remote.ip, values: [1.1.1.1]', 'key: destination.ip, values: [1.1.1.1]', 'key: destination.port, values: ["80"]', 'key: connection.sni, values: [a]',
      'key: experimental.envoy.filters.x, values: [a]', 'key: "request.auth.claims[a][]", values: [b]'))],
    ['a long path that is no template', rejectedListener, policy(operation(`paths: ["/${'a'.repeat(300)}", "/${'a'.repeat(255)}/{*}"]`))],
    ['claims with names', rejectedListener, policy(when('key: "request.auth.claims[a][b]", values: [b]', 'key: "request.headers[a]", values: [b]'))],
    ['lists with something in them', emptyRuleList, policy('[{from: [{source: {principals: [a]}}], to: [{operation: {methods: [GET]}}], when: [{key: source.ip, values: [1.1.1.1]}]}, {}]')],
    ['a header that a route sets', denyNotValues, all(policy(when('key: "request.headers[X-Role]", notValues: [admin]'), { action: 'DENY' }),
      virtualService('[{headers: {request: {set: {x-role: guest}}}, route: [{destination: {host: a}}]}]'))],
    ['`notValues` of ALLOW, of claims, and values', denyNotValues, all(policy(when('key: "request.headers[x]", notValues: [a]')),
      policy(when('key: "request.auth.claims[iss]", notValues: [a]', 'key: "request.headers[x]", values: [a]'), { action: 'DENY', name: 'q' }))],
    ['hosts with their ports, and patterns that cover them', deniedHostWithoutPort, policy(operation('hosts: [a.test, "a.test:*", "b.test*", "b.test", "c.test:8443", "[::1]", "*"]'), { action: 'DENY' })],
    ['fields without hosts', allowedHostWithoutPort, policy(operation('paths: [a.test]'))],
  ])('%s', (_name, check, yaml) => {
    expect(found(check, yaml)).toEqual([]);
  });

  test('a dry run: it is reported as such; only what stops Envoy counts', () => {
    const yaml = policy('[{from: [], to: [{operation: {paths: ["a/{*}"], methods: [get], hosts: ["*.h:*", h]}}]}]', { annotations: '{istio.io/dry-run: "true"}' });
    const context = new CheckContext(documentsOf(yaml), { mesh: MeshProfile.ISTIO });
    expect(POLICY_CHECKS.flatMap((check) => check.find(context).map(() => check.id))).toEqual(['MTLS041', 'MTLS052']);
  });
});
