import { createHmac, createSign, generateKeyPairSync, KeyObject, sign } from 'node:crypto';
import { answer, authentication, gateway, http, plaintext, policy, virtualService, world } from './support/world';
import { AccessRequest, MeshOptions, Token } from '../../src/authz';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const jwk = (key: KeyObject, more: object = {}) => ({ ...key.export({ format: 'jwk' }), ...more });
const keys = [jwk(rsa.publicKey, { kid: 'r' }), jwk(ec.publicKey, { kid: 'e' }), jwk(ed.publicKey, { kid: 'd' })];
const AT = '2026-01-01T00:00:00Z';
const NOW = Date.parse(AT) / 1000;

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function token(claims: object, header: object = {}, key = rsa.privateKey): string {
  const head = { alg: 'RS256', kid: 'r', ...header };
  const signed = `${part(head)}.${part({ iss: 'https://i.test', sub: 'alice', ...claims })}`;
  if (head.alg === 'RS256') return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key).toString('base64url')}`;
  const options = head.alg === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' as const } : key;
  return `${signed}.${sign(head.alg === 'EdDSA' ? null : 'sha256', Buffer.from(signed), options).toString('base64url')}`;
}

const rule = { issuer: 'https://i.test', jwks: JSON.stringify({ keys }) };
const routes = [gateway([http(['*'])]), virtualService({ hosts: ['*'] })];
const needsToken = policy({ rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }] });

function evaluate(rules: object[], more: Partial<AccessRequest> = {}, documents: any[] = [needsToken], options: MeshOptions = {}) {
  return world([...routes, authentication({ jwtRules: rules }), ...documents], options).evaluate({ client: plaintext, host: 'a.test', path: '/', at: AT, ...more });
}

const ask = (
  rules: object[],
  more: Partial<AccessRequest> = {},
  documents?: any[],
  options?: MeshOptions,
) => answer(evaluate(rules, more, documents, options));
const bearer = (text: string) => ({ headers: { Authorization: `Bearer ${text}` } });

describe('verification', () => {
  test.each<[string, object, string | number]>([
    ['RS256', bearer(token({})), 200],
    ['ES256', bearer(token({}, { alg: 'ES256', kid: 'e' }, ec.privateKey)), 200],
    ['EdDSA', bearer(token({}, { alg: 'EdDSA', kid: 'd' }, ed.privateKey)), 200],
    ['no token', {}, 403],
    ['another key', bearer(token({}, {}, other.privateKey)), 401],
    ['another key id', bearer(token({}, { kid: 'x' })), 401],
    ['no key id', bearer(token({}, { kid: undefined })), 200],
    ['no signature at all', bearer(`${part({ alg: 'none' })}.${part({ iss: 'https://i.test', sub: 'alice' })}.`), 401],
    ['HMAC with the public key', bearer(hmac()), 401],
    ['changed claims', bearer(token({}).replace(/\.[^.]+\./, `.${part({ iss: 'https://i.test', sub: 'admin' })}.`)), 401],
    ['expired 60 s ago', bearer(token({ exp: NOW - 60 })), 200],
    ['expired 61 s ago', bearer(token({ exp: NOW - 61 })), 401],
    ['valid in 60 s', bearer(token({ nbf: NOW + 60 })), 200],
    ['valid in 61 s', bearer(token({ nbf: NOW + 61 })), 401],
    ['no subject', bearer(token({ sub: undefined })), 403],
    ['another issuer', bearer(token({ iss: 'https://x.test' })), 401],
    ['an audience that is no string', bearer(token({ aud: 7 })), 401],
    ['Basic credentials', { headers: { authorization: 'Basic YTpi' } }, 403],
    ['`bearer` in lower case', { headers: { authorization: `bearer ${token({})}` } }, 403],
    ['two Authorization lines', { repeatedHeaders: { authorization: [`Bearer ${token({})}`, `Bearer ${token({})}`] } }, 401],
    ['access_token', { path: `/?access_token=${token({})}` }, 200],
    ['a preflight skips tokens but not policies', { ...bearer('x'), method: 'OPTIONS', headers: { 'authorization': 'Bearer x', 'origin': 'https://o', 'access-control-request-method': 'GET' } }, 403],
  ])('%s', (_name, more, expected) => {
    expect(ask([rule], more)).toBe(expected);
  });

  function hmac(): string {
    const signed = `${part({ alg: 'HS256', kid: 'r' })}.${part({ iss: 'https://i.test', sub: 'alice' })}`;
    return `${signed}.${createHmac('sha256', rsa.publicKey.export({ type: 'spki', format: 'pem' })).update(signed).digest('base64url')}`;
  }
});

describe('audiences', () => {
  const audiences = { ...rule, audiences: ['a', 'b'] };
  test.each<[string, string, string | number]>([
    ['one of them', token({ aud: 'a' }), 200],
    ['a list with one of them', token({ aud: ['x', 'b'] }), 200],
    ['none', token({ aud: 'x' }), 403],
    ['absent', token({}), 403],
    ['judged before the signature', token({ aud: 'x' }, {}, other.privateKey), 403],
    ['expiry before the audience', token({ aud: 'x', exp: NOW - 100 }), 401],
  ])('%s', (_name, text, expected) => {
    expect(ask([audiences], bearer(text))).toBe(expected);
  });
});

describe('locations', () => {
  const header = { ...rule, fromHeaders: [{ name: 'X-Token', prefix: 'jwt ' }] };
  test.each<[string, object, object, string | number]>([
    ['the named header', header, { headers: { 'x-token': `jwt ${token({})}` } }, 200],
    ['anywhere in the value', header, { headers: { 'x-token': `a jwt ${token({})}` } }, 200],
    ['without the prefix it is no token', header, { headers: { 'x-token': token({}) } }, 403],
    ['the default location is closed then', header, { path: `/?access_token=${token({})}` }, 403],
    ['a bad token where nobody looks', header, bearer('x'), 403],
    ['every line is a token of its own', header, { repeatedHeaders: { 'x-token': [`jwt ${token({})}`, 'jwt bad'] } }, 401],
    ['fromParams', { ...rule, fromParams: ['t'] }, { path: `/?t=${token({})}` }, 200],
    ['fromCookies', { ...rule, fromCookies: ['session'] }, { headers: { cookie: `a=b; session=${token({})}` } }, 200],
  ])('%s', (_name, jwtRule, more, expected) => {
    expect(ask([jwtRule], more)).toBe(expected);
  });

  test('an asserted token goes where its rule looks', () => {
    const verified = Token.verified({ issuer: 'https://i.test', subject: 'alice' });
    for (const jwtRule of [rule, header, { ...rule, fromParams: ['t'] }, { ...rule, fromCookies: ['c'] }]) expect(ask([jwtRule], { token: verified })).toBe(200);
    expect(ask([rule], bearer(verified.text))).toBe(401);
  });
});

describe('several issuers', () => {
  const second = { issuer: 'https://j.test', jwks: rule.jwks, audiences: ['x'] };
  test.each<[string, object, string | number]>([
    ['the first', bearer(token({})), 200],
    ['the second', bearer(token({ iss: 'https://j.test', aud: 'x' })), 200],
    ['the status is that of the issuer\'s rule', bearer(token({ iss: 'https://j.test', aud: 'y' })), 403],
    ['neither', bearer(token({ iss: 'https://k.test' })), 401],
    ['a bad one elsewhere is ignored once one verifies', { ...bearer(token({})), path: '/?access_token=x' }, 401],
  ])('%s', (_name, more, expected) => {
    expect(ask([rule, second], more)).toBe(expected);
  });
});

describe('what goes on to the workload', () => {
  const noPolicy: any[] = [];
  test('the token is taken out, unless it is to be forwarded', () => {
    expect(evaluate([rule], bearer(token({})), noPolicy).upstreamHeaders.authorization).toBeUndefined();
    expect(evaluate([{ ...rule, forwardOriginalToken: true }], bearer(token({})), noPolicy).upstreamHeaders.authorization).toBeDefined();
  });

  test('a query that loses its token is written anew', () => {
    expect(evaluate([rule], { path: `/p?debug&x=%31&access_token=${token({})}` }, noPolicy).upstreamPath).toBe('/p?debug=&x=1');
    expect(evaluate([rule], { path: '/p?debug&x=%31' }, noPolicy).upstreamPath).toBe('/p?debug&x=%31');
  });

  test('output headers are the proxy\'s own', () => {
    const jwtRule = { ...rule, outputPayloadToHeader: 'x-payload', outputClaimToHeaders: [{ header: 'x-sub', claim: 'sub' }, { header: 'x-no', claim: 'no' }] };
    const forged = { 'x-payload': 'f', 'x-sub': 'admin', 'x-no': 'f' };
    const with_ = evaluate([jwtRule], { headers: { ...forged, ...bearer(token({})).headers } }, noPolicy).upstreamHeaders;
    expect([with_['x-sub'], with_['x-no'], JSON.parse(Buffer.from(with_['x-payload'], 'base64url').toString()).sub]).toEqual(['alice', undefined, 'alice']);
    const without = evaluate([jwtRule], { headers: forged }, noPolicy).upstreamHeaders;
    expect([without['x-sub'], without['x-no'], without['x-payload']]).toEqual([undefined, undefined, undefined]);
  });
});

describe('request principals', () => {
  const principals = (values: string[]) => [policy({ rules: [{ from: [{ source: { requestPrincipals: values } }] }] })];
  test.each<[string[], object, number]>([
    [['*'], {}, 200],
    [['https://i.test/*'], {}, 200],
    [['https://i.test/alice'], {}, 200],
    [['https://i.test/al*'], {}, 200],
    [['https://i.test/bob'], {}, 403],
    [['*/alice'], {}, 200],
    [['*.test/alice'], {}, 200],
    [['*lice'], {}, 200],
    [['https://*'], {}, 403],
    [['*/bob'], {}, 403],
    [['https:*'], {}, 200],
    [['https://i.test'], {}, 403],
    [['https://i.test/*'], { sub: undefined }, 403],
    [['https://i.test/'], { sub: '' }, 200],
  ])('%j', (values, claims, expected) => {
    expect(ask([rule], bearer(token(claims)), principals(values))).toBe(expected);
  });

  test('an issuer without slash is written with an empty subject', () => {
    const plain = { issuer: 'foo', jwks: rule.jwks };
    expect(ask([plain], bearer(token({ iss: 'foo', sub: '' })), principals(['foo']))).toBe(200);
    expect(ask([plain], bearer(token({ iss: 'foo', sub: 'a' })), principals(['foo']))).toBe(403);
    expect(ask([{ issuer: 'https://i.test/', jwks: rule.jwks }], bearer(token({ iss: 'https://i.test/' })), principals(['https://i.test//*']))).toBe(200);
  });
});

describe('claims', () => {
  const when = (key: string, values: string[]) => [policy({ rules: [{ when: [{ key, values }] }] })];
  test.each<[string, string[], object, number]>([
    ['request.auth.claims[groups]', ['b'], { groups: ['a', 'b'] }, 200],
    ['request.auth.claims[groups]', ['a'], { groups: 'a' }, 200],
    ['request.auth.claims[a][b]', ['c'], { a: { b: 'c' } }, 200],
    ['request.auth.claims[a.b]', ['c'], { 'a.b': 'c' }, 200],
    ['request.auth.claims[n]', ['7'], { n: 7 }, 403],
    ['request.auth.claims[t]', ['true'], { t: true }, 403],
    ['request.auth.claims[scope]', ['read'], { scope: 'write read' }, 200],
    ['request.auth.claims[scp]', ['read'], { scp: 'write read' }, 403],
    ['request.auth.claims[scp]', ['*'], { scp: '' }, 403],
    ['request.auth.audiences', ['x'], { aud: ['y', 'x'] }, 200],
    ['request.auth.presenter', ['p*'], { azp: 'portal' }, 200],
    ['request.auth.principal', ['https://i.test/alice'], {}, 200],
    ['request.auth.claims[__proto__]', ['*'], {}, 403],
    ['request.auth.claims[constructor][name]', ['Object'], {}, 403],
  ])('%s %j', (key, values, claims, expected) => {
    expect(ask([rule], bearer(token(claims)), when(key, values))).toBe(expected);
  });

  test('spaceDelimitedClaims splits others', () => {
    expect(ask([{ ...rule, spaceDelimitedClaims: ['scp'] }], bearer(token({ scp: 'a b' })), when('request.auth.claims[scp]', ['b']))).toBe(200);
  });

  test('routes can ask for claims at the gateway', () => {
    const atGateway = authentication({ jwtRules: [rule] }, { namespace: 'istio-system' });
    const route = virtualService({ hosts: ['b.test'], http: [{ match: [{ headers: { '@request.auth.claims.role': { exact: 'admin' } } }], directResponse: { status: 204 } }] });
    const mesh = world([gateway([http(['*'])]), route, atGateway]);
    const request = { client: plaintext, host: 'b.test', path: '/', at: AT };
    expect(answer(mesh.evaluate({ ...request, ...bearer(token({ role: ['user', 'admin'] })) }))).toBe(204);
    expect(answer(mesh.evaluate({ ...request, headers: { '@request.auth.claims.role': 'admin' } }))).toBe(400);
    expect(answer(mesh.evaluate(request))).toBe(404);
  });
});

describe('keys', () => {
  const remote = { issuer: 'https://i.test', jwksUri: 'https://i.test/keys' };
  test('behind a URL are open, unless they are given', () => {
    expect(ask([remote], bearer(token({})))).toBe('undecided');
    const options = { keySets: { 'https://i.test/keys': rule.jwks } };
    expect(ask([remote], bearer(token({})), undefined, options)).toBe(200);
    expect(ask([remote], bearer(token({}, {}, other.privateKey)), undefined, options)).toBe(401);
    expect(ask([remote], bearer(token({ exp: 1 })))).toBe(401);
  });

  test('a key set without usable key makes Envoy refuse the listener', () => {
    expect(ask([{ ...rule, jwks: '{"keys":[]}' }])).toBe(503);
  });
});

test('without RequestAuthentication no claim is ever true, and a token goes on untouched', () => {
  const mesh = world([...routes, needsToken]);
  expect(answer(mesh.evaluate({ client: plaintext, host: 'a.test', path: '/', ...bearer(token({})) }))).toBe(403);
});

test('a RequestAuthentication alone lets anonymous requests in', () => {
  expect(ask([rule], {}, [])).toBe(200);
  expect(ask([rule], bearer('x'), [])).toBe(401);
});
