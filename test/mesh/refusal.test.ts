/* eslint-disable @stylistic/max-len -- tables, one case a line */
import { readObject } from '../../src/mesh/kube-object';
import { isCidr, isPolicyPath, refusalOf } from '../../src/mesh/refusal';

const refusal = (kind: string, spec: unknown, metadata: object = {}, minor = 32) => refusalOf(readObject({ apiVersion: 'g/v1', kind, metadata: { name: 'a', namespace: 'n', ...metadata }, spec }, 0)!, minor);
const source = (given: object) => ({ rules: [{ from: [{ source: given }] }] });
const operation = (given: object) => ({ rules: [{ to: [{ operation: given }] }] });
const when = (...given: object[]) => ({ rules: [{ when: given }] });
const MIX = '`spec.rules[0]` mixes serviceAccounts with principals or namespaces';
const NONE = '`spec.rules[0]` has a source or operation without any field';
const EMPTY = '`spec.rules[0]` holds an empty string';

test.each<[string, unknown, string | undefined]>([
  ['Gateway', undefined, 'there is no `spec`'], ['VirtualService', null, 'there is no `spec`'], ['VirtualService', undefined, 'there is no `spec`'], ['AuthorizationPolicy', undefined, undefined], ['AuthorizationPolicy', null, undefined],
  ['PeerAuthentication', undefined, undefined], ['DestinationRule', { odd: 1 }, undefined], ['AuthorizationPolicy', { odd: 1 }, 'unknown field `spec.odd`'], ['AuthorizationPolicy', { rules: 'x' }, '`spec.rules` is not a list'],
])('a %s whose spec is %j is refused because %s', (kind, spec, expected) => {
  expect(refusal(kind, spec)).toBe(expected);
});

test.each<[object, string | undefined]>([
  [{}, undefined],
  [{ action: 'ALLOW' }, undefined],
  [{ action: 'AUDIT' }, undefined],
  [{ action: 'DENY' }, '`spec.rules` is empty, which action DENY forbids'],
  [{ action: 'DENY', rules: [{}] }, undefined],
  [{ action: 'CUSTOM', provider: { name: 'p' } }, '`spec.rules` is empty, which action CUSTOM forbids'],
  [{ action: 'CUSTOM', provider: { name: 'p' }, rules: [{}] }, undefined],
  [{ action: 'CUSTOM', provider: {}, rules: [{}] }, '`spec.provider.name` is missing for action CUSTOM'],
  [{ action: 'CUSTOM', rules: [{}] }, '`spec.provider.name` is missing for action CUSTOM'],
  [{ provider: { name: 'p' } }, '`spec.provider` is not for action ALLOW'],
  [{ action: 'DENY', provider: { name: 'p' }, rules: [{}] }, '`spec.provider` is not for action DENY'],
  [source({ principals: ['p'], namespaces: ['n'], ipBlocks: ['10.0.0.0/8'] }), undefined],
  [source({}), NONE],
  [source({ principals: [] }), NONE],
  [source({ principals: null }), NONE],
  [source({ principals: null, namespaces: ['n'] }), undefined],
  [operation({ paths: [] }), NONE],
  [source({ principals: ['p', ''], namespaces: ['n'] }), EMPTY],
  [operation({ hosts: ['h'], methods: [''] }), EMPTY],
  [source({ serviceAccounts: ['a'] }), undefined],
  [source({ serviceAccounts: ['a'], requestPrincipals: ['r'] }), undefined],
  [source({ serviceAccounts: ['a'], principals: [] }), undefined],
  [source({ serviceAccounts: ['a'], principals: ['p'] }), MIX],
  [source({ serviceAccounts: ['a'], notPrincipals: ['p'] }), MIX],
  [source({ serviceAccounts: ['a'], namespaces: ['n'] }), MIX],
  [source({ notServiceAccounts: ['a'], notNamespaces: ['n'] }), MIX],
  [source({ principals: ['p'], notNamespaces: ['n'] }), undefined],
  [operation({ ports: ['80', '1', '65535'] }), undefined],
  [operation({ ports: ['0'] }), '`spec.rules[0]` has port `0`'],
  [operation({ notPorts: ['65536'] }), '`spec.rules[0]` has port `65536`'],
  [operation({ ports: ['80', 'x80'] }), '`spec.rules[0]` has port `x80`'],
  [operation({ ports: ['80x'] }), '`spec.rules[0]` has port `80x`'],
  [source({ ipBlocks: ['10.0.0.1', '10.0.0.0/8'], notIpBlocks: ['::1'], remoteIpBlocks: ['::/0'], notRemoteIpBlocks: ['1.2.3.4/32'] }), undefined],
  [source({ ipBlocks: ['10.0.0.1', 'x'] }), '`spec.rules[0]` has IP block `x`'],
  [source({ notIpBlocks: ['x'] }), '`spec.rules[0]` has IP block `x`'],
  [source({ remoteIpBlocks: ['x'] }), '`spec.rules[0]` has IP block `x`'],
  [source({ notRemoteIpBlocks: ['x'] }), '`spec.rules[0]` has IP block `x`'],
  [operation({ paths: ['/a/{*}'], notPaths: ['/{**}'] }), undefined],
  [operation({ paths: ['/a{*}'] }), '`spec.rules[0]` has path template `/a{*}`'],
  [operation({ notPaths: ['/{**}/{*}'] }), '`spec.rules[0]` has path template `/{**}/{*}`'],
  [when({ key: 'request.headers[a]', values: ['v'] }, { key: 'source.ip', notValues: ['v'] }), undefined],
  [when({ key: 'source.ip', values: ['v'] }, { values: ['v'] }), '`spec.rules[0]` has a condition without key'],
  [when({ key: 'odd.key', values: ['v'] }), '`spec.rules[0]` has condition key `odd.key`'],
  [when({ key: 'my.source.ip', values: ['v'] }), '`spec.rules[0]` has condition key `my.source.ip`'],
  [when({ key: 'source.ip.v4', values: ['v'] }), '`spec.rules[0]` has condition key `source.ip.v4`'],
  [when({ key: 'request.headers[]', values: ['v'] }), '`spec.rules[0]` has condition key `request.headers[]`'],
  [when({ key: 'request.auth.claims[a][b]', values: ['v'] }), undefined],
  [when({ key: 'source.ip' }), '`spec.rules[0]` has a condition without values'],
  [when({ key: 'source.ip', values: ['v'], notValues: [''] }), '`spec.rules[0]` has a condition without values'],
  [{ rules: [{}, { from: [{ source: { principals: ['p'] } }, { source: {} }] }] }, '`spec.rules[1]` has a source or operation without any field'],
  [{ selector: { matchLabels: { a: 'b' } } }, undefined],
  [{ selector: { matchLabels: { a: '*' } } }, '`spec.selector` has a wildcard'],
  [{ selector: { matchLabels: { 'b': 'c', 'a*': 'b' } } }, '`spec.selector` has a wildcard'],
  [{ selector: { matchLabels: { '': 'b' } } }, '`spec.selector` has a wildcard'],
  [{ targetRef: { kind: 'Gateway', name: 'g' } }, undefined],
  [{ targetRefs: [{ kind: 'Gateway', name: 'g' }] }, undefined],
  [{ targetRefs: [{ kind: 'Gateway', name: 'g' }], selector: {} }, '`spec.selector` and `spec.targetRefs` exclude each other'],
  [{ targetRef: { kind: 'Gateway', name: 'g' }, selector: {} }, '`spec.selector` and `spec.targetRefs` exclude each other'],
  [{ targetRef: null, selector: {} }, undefined],
  [{ targetRefs: [{ kind: 'Gateway', name: 'g' }, { kind: 'Gateway' }] }, '`spec.targetRefs` has an entry without kind or name'],
  [{ targetRef: { name: 'g' } }, '`spec.targetRefs` has an entry without kind or name'],
  [{ targetRef: { kind: 'Gateway', name: 'g', namespace: 'n' } }, '`spec.targetRefs` has an entry with a namespace'],
  [{ targetRef: { kind: 'Gateway', name: 'g', namespace: '' } }, undefined],
])('an AuthorizationPolicy %j is refused because %s', (spec, expected) => {
  expect(refusal('AuthorizationPolicy', spec)).toBe(expected);
});

test.each<[string, string | undefined]>([['ALLOW', undefined], ['DENY', undefined], ['AUDIT', 'dry run is not for action AUDIT'], ['CUSTOM', 'dry run is not for action CUSTOM']])('a dry run of action %s is refused because %s', (action, expected) => {
  const spec = { action, rules: [{}], ...(action === 'CUSTOM' ? { provider: { name: 'p' } } : {}) };
  expect(refusal('AuthorizationPolicy', spec, { annotations: { 'istio.io/dry-run': 'true' } })).toBe(expected);
  expect(refusal('AuthorizationPolicy', spec, { annotations: { 'istio.io/dry-run': 'false', 'other': 'true' } })).toBeUndefined();
});

test('of other kinds selector and rules are looked at too', () => {
  expect(refusal('RequestAuthentication', { selector: {}, targetRef: { kind: 'Gateway', name: 'g' } })).toBe('`spec.selector` and `spec.targetRefs` exclude each other');
  expect(refusal('RequestAuthentication', { jwtRules: [{ issuer: 'i' }, {}] })).toBe('`spec.jwtRules[1]` has neither `issuer` nor `jwksUri`');
  expect(refusal('PeerAuthentication', { selector: { matchLabels: { a: '*' } } })).toBe('`spec.selector` has a wildcard');
  expect(refusal('PeerAuthentication', { portLevelMtls: { 80: { mode: 'STRICT' } } })).toBe('`spec.portLevelMtls` needs a selector');
});

test('a field is refused by versions before it', () => {
  const spec = { servers: [{ port: { number: 443, name: 'https', protocol: 'HTTPS' }, hosts: ['*'], tls: { mode: 'MUTUAL', credentialName: 'c', insecureSkipVerify: true } }] };
  expect([30, 31, 32].map((minor) => refusal('Gateway', spec, {}, minor))).toEqual(['unknown field `spec.servers[0].tls.insecureSkipVerify` before Istio 1.31', undefined, undefined]);
});

test.each<[string, boolean]>([
  ['/a', true], ['/a*', true], ['/{*}', true], ['/{**}', true], ['/{*}/{*}/a/{**}', true], ['/{**}/a', true], ['/{**}/{**}', false], ['/{**}/{*}', false], ['/a/{*}b', false], ['/{a}', false], ['/{*}/a?b', false], ['/{*}/a b', false], ['{*}/', true], ['//{*}//', true], ["/{*}/-._~%!$&'()+,;:@=", true],
])('a policy may have the path `%s`: %s', (path, expected) => {
  expect(isPolicyPath(path)).toBe(expected);
});

test.each<[string, boolean]>([['10.0.0.1', true], ['10.0.0.0/8', true], ['10.0.0.0/32', true], ['10.0.0.0/33', false], ['10.0.0.0/', false], ['10.0.0.0/8/8', false], ['10.0.0.0/8x', false], ['10.0.0.0/x8', false], ['::1', true], ['::/128', true], ['::/129', false], ['x', false], ['', false]])(
  '`%s` is an address or a block: %s', (block, expected) => {
    expect(isCidr(block)).toBe(expected);
  });
