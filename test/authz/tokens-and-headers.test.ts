/* eslint-disable @stylistic/max-len -- tables, one case a line */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { HeaderLines } from '../../src/authz/header-lines';
import { changeHeaders, describeHeaderChanges, headerProblem } from '../../src/authz/header-operations';
import { HttpMessage } from '../../src/authz/http-message';
import { isSignedByOneOf, readKeySet } from '../../src/authz/json-web-key';
import { authenticate, readProviders } from '../../src/authz/jwt-authn';
import { templateProblem } from '../../src/authz/path-template';
import { Answers } from '../../src/mesh/choices';
import { readObject } from '../../src/mesh/kube-object';
import { readRequestAuthentication } from '../../src/mesh/request-authentication';
import { readVirtualService } from '../../src/mesh/virtual-service';

const message = (headers: [string, string][] = [], more: Partial<HttpMessage> = {}): HttpMessage => ({ method: 'GET', authority: 'a.test', path: '/p', query: '', scheme: 'http', headers: new HeaderLines(headers), ...more });
const peer = { tls: false };

describe('header operations', () => {
  const route = (request: object, ofDestinations: object[] = [{}], more: object = {}) => readVirtualService(readObject({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'r', namespace: 'n' },
    spec: { hosts: ['a.test'], http: [{ headers: { request }, route: ofDestinations.map((headers) => ({ destination: { host: 'app' }, headers: { request: headers } })), ...more }] },
  }, 0)!).http[0];
  const change = (given: ReturnType<typeof route>, headers: [string, string][] = [], chosen = given.destinations[0]) => {
    const changed = changeHeaders(message(headers), given, chosen, peer);
    return [changed.headers.toRecord(), changed.authority];
  };

  test.each<[string, ReturnType<typeof route>, [string, string][], object, string]>([
    ['what is removed goes first, then what is set, then what is added', route({ set: { A: '1' }, add: { a: '2', b: '3' }, remove: ['B', 'c'] }), [['a', '0'], ['b', '0'], ['c', '0'], ['d', '0']], { d: '0', a: '1, 2', b: '3' }, 'a.test'],
    ['of one destination the changes are one list with those of the route', route({ set: { a: '%REQ(b)%' } }, [{ remove: ['b'], set: { a: '2' } }]), [['b', '0']], { a: '2' }, 'a.test'],
    ['of several destinations those of the destination come first', route({ set: { a: '%REQ(b)%' } }, [{ set: { b: '1', a: '2' } }, {}]), [['b', '0']], { a: '1', b: '1' }, 'a.test'],
    ['an empty value is not written', route({ set: { a: '%REQ(z)%' } }), [['a', 'forged']], { a: 'forged' }, 'a.test'],
    ['the host is no header', route({ set: { Host: 'b.test' }, remove: ['host', ':path'] }), [['a', '1']], { a: '1' }, 'b.test'],
    ['the host by its other name', route({ add: { ':authority': 'b.test' } }), [], {}, 'b.test'],
    ['the host that is set before the one that is added', route({ add: { host: 'c.test' }, set: { host: 'b.test' } }), [], {}, 'b.test'],
    ['the host of the destination', route({}, [{ set: { host: 'd.test' } }]), [], {}, 'd.test'],
    ['the host of the route before that of the destination', route({ set: { host: 'b.test' } }, [{ set: { host: 'd.test' } }]), [], {}, 'b.test'],
    ['the host that is rewritten before all', route({ set: { host: 'b.test' } }, [{}], { rewrite: { authority: 'w.test' } }), [], {}, 'w.test'],
    ['names that only begin like the host', route({ set: { hostx: '1', xhost: '2' } }), [], { hostx: '1', xhost: '2' }, 'a.test'],
  ])('%s', (_what, given, headers, expected, authority) => {
    expect(change(given, headers)).toEqual([expected, authority]);
  });

  test('without destination those of the route are applied', () => {
    expect(changeHeaders(message(), route({ set: { a: '1' } }, []), undefined, peer).headers.toRecord()).toEqual({ a: '1' });
  });

  test('are told, those that change something', () => {
    const given = route({ set: { 'A': '1', 'Host': 'x', 'X-Empty': '%REQ(z)%', 'X-Kept': '%REQ(gone)%' }, add: { b: '2' }, remove: ['Gone', 'also', 'absent', 'host'] }, [{ add: { b: '3' } }]);
    const before = message([['gone', '0'], ['also', '0'], ['x-kept', 'forged']]);
    const after = changeHeaders(before, given, given.destinations[0], peer);
    expect(describeHeaderChanges(before, after, given, given.destinations[0], peer).map((told) => told())).toEqual([
      'removes what the client sent as Gone, also', 'sets A to `1`', 'X-Empty is not set: `%REQ(z)%` is empty',
      'X-Kept keeps what the client sent, `forged`: `%REQ(gone)%` is empty, and an empty value is not written', 'sets b to `2` and `3`', 'sets b to `2` and `3`',
    ]);
    const none = route({ remove: ['absent'] });
    expect(describeHeaderChanges(before, before, none, none.destinations[0], peer)).toEqual([]);
  });

  test('are refused by Envoy for a value that it cannot read', () => {
    expect(headerProblem(route({ set: { a: '%NO%' } }))).toBe('header `a` of a route: Envoy knows no operator `%NO%`');
    expect(headerProblem(route({}, [{}, { add: { b: '%NO%' } }]))).toBe('header `b` of a route: Envoy knows no operator `%NO%`');
    expect(headerProblem(route({ set: { host: '%NO%', a: '%%' } }))).toBeUndefined();
  });
});

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const secret = Buffer.from('a secret of some length');
const hmac = (claims: object, header: object = {}) => {
  const text = `${part({ alg: 'HS256', ...header })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};
const jwk = (more: object = {}) => ({ kty: 'oct', k: secret.toString('base64url'), ...more });
const set = (...keys: object[]) => JSON.stringify({ keys });

describe('keys', () => {
  test.each<[string, string, number | undefined]>([['no JSON', '{', undefined], ['no keys', set(), undefined], ['keys of no type', set({ k: 'a' }), undefined], ['keys that cannot be read', set({ kty: 'RSA', n: 'x' }), undefined], ['one of two', set({ kty: 'EC' }, jwk()), 1], ['keys that are none', '{"keys": {}}', undefined], ['a list', '[]', undefined]])(
    'of a set of %s are read', (_what, jwks, count) => {
      expect(readKeySet(jwks)?.length).toBe(count);
    });

  const token = hmac({});
  test.each<[string, object[], string | undefined, boolean]>([
    ['the key', [jwk()], undefined, true], ['another key', [jwk({ k: 'AAAA' })], undefined, false], ['one of two', [jwk({ k: 'AAAA' }), jwk()], undefined, true], ['a key of the id', [jwk({ kid: 'a' })], 'a', true], ['a key of another id', [jwk({ kid: 'b' })], 'a', false],
    ['a key without id', [jwk()], 'a', true], ['a key of any id', [jwk({ kid: 'b' })], undefined, true], ['a key of the algorithm', [jwk({ alg: 'HS256' })], undefined, true], ['a key of another algorithm', [jwk({ alg: 'HS512' })], undefined, false], ['an empty id', [jwk({ kid: '' })], 'a', true], ['an empty algorithm', [jwk({ alg: '' })], undefined, true],
  ])('%s verifies a token: id, algorithm, signature', (_what, keys, id, expected) => {
    expect(isSignedByOneOf(token, 'HS256', id, readKeySet(set(...keys))!)).toBe(expected);
  });

  test('of another type are not tried', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const keys = readKeySet(set(publicKey.export({ format: 'jwk' })))!;
    const text = `${part({ alg: 'EdDSA' })}.${part({})}`;
    const signed = `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
    expect([isSignedByOneOf(signed, 'EdDSA', undefined, keys), isSignedByOneOf(`${text}.AAAA`, 'EdDSA', undefined, keys), isSignedByOneOf(signed, 'HS256', undefined, keys), isSignedByOneOf(hmac({}), 'HS256', undefined, keys), isSignedByOneOf(hmac({}), 'HS256x', undefined, readKeySet(set(jwk()))!)]).toEqual([true, false, false, false, false]);
  });
});

describe('tokens at a proxy', () => {
  const rules = (...jwtRules: object[]) => readRequestAuthentication(readObject({ apiVersion: 'security.istio.io/v1', kind: 'RequestAuthentication', metadata: { name: 'ra', namespace: 'n' }, spec: { jwtRules: jwtRules.map((rule) => ({ issuer: 'i', jwks: set(jwk()), ...rule })) } }, 0)!)!.rules;
  const judge = (jwtRules: object[], given: HttpMessage, { answers = [] as boolean[], asserted = [] as string[], now = 1000 } = {}) => {
    const choices = new Answers(answers);
    const result = authenticate(readProviders(rules(...jwtRules), new Map())!, given, { now, asserted: new Set(asserted), choices });
    return { result, asked: choices.answers.map(({ text }) => text) };
  };
  const bearer = (...values: string[]) => message(values.map((value) => ['authorization', value]));
  const claims = { iss: 'i', sub: 's' };
  const good = hmac(claims);
  const outcome = (...args: Parameters<typeof judge>) => { const { result } = judge(...args); return result.ok ? result.claims : [result.status, result.reason]; };

  test.each<[string, object[], HttpMessage, unknown]>([
    ['that is good', [{}], bearer(`Bearer ${good}`), claims],
    ['behind other words', [{}], bearer(`x Bearer ${good} `), claims],
    ['that is none', [{}], message(), undefined],
    ['without its prefix', [{}], bearer(good), undefined],
    ['in two lines of which one is good', [{}], bearer(`Bearer ${good}`, 'x'), [401, 'the token is malformed']],
    ['that is malformed', [{}], bearer('Bearer x'), [401, 'the token is malformed']],
    ['of another issuer', [{ issuer: 'j' }], bearer(`Bearer ${good}`), [401, expect.stringMatching(/^the token is of issuer `i`, .* knows `j`$/)]],
    ['of any issuer', [{ issuer: '' }], bearer(`Bearer ${good}`), claims],
    ['of a second provider', [{ issuer: 'j' }, {}], bearer(`Bearer ${good}`), claims],
    ['that a provider refuses which knows the issuer', [{ issuer: 'h' }, { audiences: ['a'] }, { issuer: 'j' }], bearer(`Bearer ${good}`), [403, expect.stringMatching(/^the token is for no audience, .* wants `a`$/)]],
    ['that has expired', [{}], bearer(`Bearer ${hmac({ ...claims, exp: 1 })}`), [401, 'the token has expired']],
    ['for another audience', [{ audiences: ['a', 'b'] }], bearer(`Bearer ${hmac({ ...claims, aud: ['c', 'd'] })}`), [403, expect.stringMatching(/^the token is for `c`, `d`, .* wants `a`, `b`$/)]],
    ['for the audience with scheme', [{ audiences: ['a.test/'] }], bearer(`Bearer ${hmac({ ...claims, aud: 'https://a.test' })}`), { ...claims, aud: 'https://a.test' }],
    ['for the audience with another scheme', [{ audiences: ['http://a.test'] }], bearer(`Bearer ${hmac({ ...claims, aud: 'a.test' })}`), { ...claims, aud: 'a.test' }],
    ['for an audience with the scheme inside', [{ audiences: ['xa.test'] }], bearer(`Bearer ${hmac({ ...claims, aud: 'xhttps://a.test' })}`), [403, expect.anything()]],
    ['for an audience with slashes inside', [{ audiences: ['a/b'] }], bearer(`Bearer ${hmac({ ...claims, aud: 'ab' })}`), [403, expect.anything()]],
    ['whose signature is wrong', [{}], bearer(`Bearer ${good.slice(0, -4)}AAAA`), [401, 'the signature of the token is wrong']],
    ['in a parameter', [{}], message([], { query: `?access_token=${good}` }), claims],
    ['in a second parameter of the name', [{}], message([], { query: `?access_token=x&access_token=${good}` }), [401, 'the token is malformed']],
    ['in a header of its own', [{ fromHeaders: [{ name: 'x-t', prefix: 'P ' }] }], message([['x-t', `P ${good}`]]), claims],
    ['in a header of its own without prefix', [{ fromHeaders: [{ name: 'x-t' }] }], message([['x-t', good]]), claims],
    ['in lines of a header of its own', [{ fromHeaders: [{ name: 'x-t' }] }], message([['x-t', good], ['x-t', 'x']]), [401, 'the token is malformed']],
    ['where nobody looks', [{ fromHeaders: [{ name: 'x-t' }] }], bearer(`Bearer ${good}`), undefined],
    ['in a cookie', [{ fromCookies: ['t'] }], message([['cookie', `a=b; t=${good}`]]), claims],
    ['in a cookie with quotes', [{ fromCookies: ['t'] }], message([['cookie', `t="${good}"`], ['cookie', 't=x']]), claims],
    ['in a cookie with an equals sign', [{ fromCookies: ['t'] }], message([['cookie', 't=a=b']]), [401, 'the token is malformed']],
    ['of a preflight', [{}], message([['authorization', 'Bearer x'], ['origin', 'o'], ['access-control-request-method', 'GET']], { method: 'OPTIONS' }), undefined],
    ['of a request with OPTIONS', [{}], message([['authorization', 'Bearer x'], ['origin', ''], ['access-control-request-method', 'GET']], { method: 'OPTIONS' }), [401, 'the token is malformed']],
    ['of a request with OPTIONS and origin', [{}], message([['authorization', 'Bearer x'], ['origin', 'o'], ['access-control-request-method', '']], { method: 'OPTIONS' }), [401, 'the token is malformed']],
    ['of a request from another origin', [{}], message([['authorization', 'Bearer x'], ['origin', 'o'], ['access-control-request-method', 'GET']]), [401, 'the token is malformed']],
  ])('a token %s', (_what, jwtRules, given, expected) => {
    expect(outcome(jwtRules, given)).toEqual(expected);
  });

  test('without keys may be signed or not, asserted ones are', () => {
    const remote = [{ jwks: undefined, jwksUri: 'https://i.test/keys' }];
    expect(judge(remote, bearer(`Bearer ${good}`))).toMatchObject({ result: { ok: true }, asked: ['the keys of issuer i verify the token'] });
    expect(judge(remote, bearer(`Bearer ${good}`), { answers: [false] }).result).toMatchObject({ status: 401, reason: 'the signature of the token is wrong' });
    expect(judge(remote, bearer(`Bearer ${good}`), { asserted: [good] })).toMatchObject({ result: { ok: true }, asked: [] });
  });

  test('that are good are taken away, or handed on', () => {
    const headers = (jwtRules: object[], given: HttpMessage) => { const { result } = judge(jwtRules, given); return result.ok && [result.message.headers.toRecord(), result.message.query]; };
    const both = message([['authorization', `Bearer ${good}`], ['x-t', good], ['a', '1']], { query: `?access_token=${good}&b=2` });
    expect(headers([{}], both)).toEqual([{ 'x-t': good, 'a': '1' }, '?b=2']);
    expect(headers([{ forwardOriginalToken: true }], both)).toEqual([both.headers.toRecord(), both.query]);
    expect(headers([{ fromHeaders: [{ name: 'x-t' }, { name: 'a', prefix: 'P ' }] }], both)).toEqual([{ authorization: `Bearer ${good}`, a: '1' }, both.query]);
  });

  test('write headers, which a client cannot', () => {
    const outputs = { outputPayloadToHeader: 'x-p', outputClaimToHeaders: [{ header: 'x-s', claim: 'sub' }, { header: 'x-n', claim: 'n' }, { header: 'x-o', claim: 'o' }, { header: 'x-d', claim: 'o.d' }, { header: 'x-null', claim: 'z' }, { header: 'x-absent', claim: 'absent' }] };
    const forged: [string, string][] = ['x-p', 'x-s', 'x-n', 'x-null', 'x-absent'].map((name) => [name, 'forged']);
    const full = { ...claims, n: 7, o: { d: true }, z: null };
    const { result } = judge([outputs], message([['authorization', `Bearer ${hmac(full)}`], ...forged]));
    expect(result.ok && result.message.headers.toRecord()).toEqual({ 'x-p': part(full), 'x-s': 's', 'x-n': '7', 'x-o': Buffer.from('{"d":true}').toString('base64'), 'x-d': 'true' });
    const without = judge([outputs], message(forged)).result;
    expect(without.ok && without.message.headers.toRecord()).toEqual({});
  });

  test('are tried provider by provider in the order of issuers', () => {
    const sources = (...issuers: string[]) => readProviders(rules(...issuers.map((issuer) => ({ issuer }))), new Map())!.map(({ rule }) => rule.issuer);
    expect([sources('b', 'c', 'a'), sources('c', 'b', 'a'), sources('a', 'b')]).toEqual([['a', 'b', 'c'], ['a', 'b', 'c'], ['a', 'b']]);
  });

  test('have no provider where a key set has no key, but where it is behind an address', () => {
    expect(readProviders(rules({ jwks: '{}' }), new Map())).toBeUndefined();
    expect(readProviders(rules({ jwks: undefined, jwksUri: 'u' }), new Map([['u', '{}']]))).toMatchObject([{ keys: undefined }]);
    expect(readProviders(rules({ jwks: undefined, jwksUri: 'u' }), new Map([['u', set(jwk())]]))![0].keys).toHaveLength(1);
    expect(readProviders(rules({ jwks: undefined }), new Map([['u', set(jwk())]]))![0].keys).toBeUndefined();
  });
});

test.each<[string, string | undefined]>([
  ['/{*}', undefined], ['{*}/', expect.stringContaining('does not begin with one `/`')], ['//{*}', expect.stringContaining('does not begin with one `/`')], [`/${'a'.repeat(255)}/{*}`, undefined], [`/${'a'.repeat(256)}/{*}`, expect.stringContaining('more than 255 characters')],
])('the template %s has the problem %s', (template, expected) => {
  expect(templateProblem(template)).toEqual(expected);
});
