/* eslint-disable @stylistic/max-len -- tables, one case a line */
import { requestPrincipalTest } from '../../src/authz/claim-match';
import { attributeOf } from '../../src/authz/condition';
import { HeaderLines, unknownValue } from '../../src/authz/header-lines';
import { HttpMessage } from '../../src/authz/http-message';
import { ipTest } from '../../src/authz/ip-match';
import { Peer } from '../../src/authz/peer';
import { aliasesOf, namespaceTest, principalTest, serviceAccountTest, trustDomainTest, withAliases } from '../../src/authz/principal-match';
import { Answers } from '../../src/mesh/choices';
import { readSettings } from '../../src/mesh/settings';

const settings = readSettings([], { trustDomain: 'td', trustDomainAliases: ['old', 'older'] });
const message = (headers: [string, string][] = []): HttpMessage => ({ method: 'GET', authority: 'a.test', path: '/p', query: '?q', scheme: 'https', headers: new HeaderLines(headers) });
const certificate = { uris: ['spiffe://td/ns/n/sa/a'], dnsNames: ['a.test'], otherNames: [], subject: 'CN=a', issuer: '' };

function ask(key: string, value: string, more: { headers?: [string, string][]; peer?: Peer; claims?: unknown; port?: number; sourceIp?: string; remoteIp?: string; answers?: boolean[]; version?: string } = {}) {
  const choices = new Answers(more.answers ?? []);
  const request = {
    message: message(more.headers),
    peer: more.peer ?? { tls: true, certificate, sni: 's.test' },
    claims: more.claims,
    port: more.port ?? 80,
    sourceIp: more.sourceIp,
    remoteIp: more.remoteIp,
    choices,
    settings: readSettings([], { istioVersion: more.version }),
  };
  const attribute = attributeOf(key, 'n', settings);
  const test = attribute?.test(value);
  return { attribute, holds: test?.(request), found: attribute?.found(request), asked: choices.answers.map(({ key: asked, text }) => [asked, text]) };
}

test.each<[string, string, Parameters<typeof ask>[2], boolean | undefined, string]>([
  ['principals', 'td/ns/n/sa/a', {}, true, 'spiffe://td/ns/n/sa/a, a.test, CN=a'],
  ['source.principal', 'td/ns/n/sa/b', {}, false, 'spiffe://td/ns/n/sa/a, a.test, CN=a'],
  ['namespaces', 'n', {}, true, 'spiffe://td/ns/n/sa/a, a.test, CN=a'],
  ['source.namespace', 'm', { peer: { tls: true, certificate: { ...certificate, uris: [], dnsNames: [], subject: '' } } }, false, 'a certificate without names'],
  ['serviceAccounts', 'a', {}, true, 'spiffe://td/ns/n/sa/a, a.test, CN=a'],
  ['source.serviceAccount', 'm/a', {}, false, 'spiffe://td/ns/n/sa/a, a.test, CN=a'],
  ['trustDomains', 'td', {}, true, 'spiffe://td/ns/n/sa/a, a.test, CN=a'],
  ['source.trustDomain', 'other', {}, false, 'spiffe://td/ns/n/sa/a, a.test, CN=a'],
  ['requestPrincipals', 'i/s', { claims: { iss: 'i', sub: 's' } }, true, 'i/s'],
  ['request.auth.principal', 'i/s', { claims: { iss: 'i', sub: 7 } }, false, 'i/7'],
  ['request.auth.principal', 'i/s', { claims: { iss: 'i' } }, false, 'i/no such claim'],
  ['requestPrincipals', '*', {}, false, 'no verified token'],
  ['ipBlocks', '10.0.0.0/8', { sourceIp: '10.1.2.3' }, true, '10.1.2.3'],
  ['source.ip', '10.0.0.0/8', { sourceIp: '11.1.2.3', remoteIp: '10.1.2.3' }, false, '11.1.2.3'],
  ['remoteIpBlocks', '10.0.0.0/8', { remoteIp: '10.1.2.3' }, true, '10.1.2.3'],
  ['remote.ip', 'x', { remoteIp: '10.1.2.3' }, undefined, '10.1.2.3'],
  ['hosts', 'A.test', {}, true, '`a.test`'],
  ['methods', 'GET', {}, true, '`GET`'],
  ['methods', 'get', {}, false, '`GET`'],
  ['ports', '80', {}, true, '80'],
  ['destination.port', '81', {}, false, '80'],
  ['ports', '65535', { port: 65535 }, true, '65535'],
  ['ports', '65536', {}, undefined, '80'],
  ['ports', '80x', {}, undefined, '80'],
  ['ports', 'x80', {}, undefined, '80'],
  ['ports', '', {}, undefined, '80'],
  ['paths', '/p', {}, true, '`/p`'],
  ['paths', '/{*}', {}, true, '`/p`'],
  ['paths', '/p?q', {}, false, '`/p`'],
  ['connection.sni', 's.test', {}, true, 's.test'],
  ['connection.sni', '*', { peer: { tls: false } }, false, 'no server name'],
  ['request.auth.audiences', 'a', { claims: { aud: ['b', 'a'] } }, true, '["b","a"]'],
  ['request.auth.presenter', 'a', { claims: { azp: 'a' } }, true, 'a'],
  ['request.auth.presenter', 'a', { claims: { aud: 'a' } }, false, 'no such claim'],
  ['request.auth.claims[a][b]', 'x', { claims: { a: { b: 'x' } } }, true, 'x'],
  ['request.auth.claims[a]', 'x', { claims: { a: [1, 'x'] } }, true, '[1,"x"]'],
  ['request.auth.claims[a]', '*', { claims: { a: [1, null] } }, false, '[1,null]'],
  ['request.auth.claims[a]', '1', { claims: { a: 1 } }, false, '1'],
  ['request.auth.claims', 'x', { claims: {} }, undefined, ''],
  ['request.auth.claims[a]b', 'x', { claims: { a: 'x' } }, undefined, ''],
  ['request.auth.claimsx[a]', 'x', { claims: { a: 'x' } }, undefined, ''],
  ['request.auth.claims[]', 'x', { claims: { '': 'x' } }, undefined, ''],
  ['request.headers[X-Id]', 'a', { headers: [['x-id', 'b'], ['x-id', 'a']] }, true, '`b` and `a`'],
  ['request.headers[X-Id]', 'a', {}, false, 'no such header'],
  ['request.headers[X-Id]', 'b,a', { headers: [['x-id', 'b'], ['x-id', 'a']] }, false, '`b` and `a`'],
  ['request.headers[X-Id]', 'b,a', { headers: [['x-id', 'b'], ['x-id', 'a']], version: '1.29.0' }, true, '`b` and `a`'],
  ['request.headers[X-Id]', 'a', { headers: [['x-id', 'a']], version: '1.29.0' }, true, '`a`'],
  ['request.headers[host]', 'a.test', {}, true, '`a.test`'],
  ['request.headers[:path]', '/p?q', {}, true, '`/p?q`'],
  ['request.headers[:scheme]', 'https', {}, true, '`https`'],
  ['request.headers', 'a', {}, undefined, ''],
  ['request.headers[X-Id]x', 'a', {}, undefined, ''],
  ['request.headers[X-Id', 'a', {}, undefined, ''],
])('%s %s of %j: %s, and the request has %s', (key, value, more, holds, found) => {
  expect(ask(key, value, more)).toMatchObject({ holds, found, asked: [] });
});

test.each(['odd', 'source', 'experimental.filters.x', 'x.request.headers[a]'])('Istio knows no key `%s`', (key) => {
  expect(attributeOf(key, 'n', settings)).toBeUndefined();
});

test('on TCP ports there are no paths, headers and tokens, but addresses and identities', () => {
  const keys = ['principals', 'namespaces', 'requestPrincipals', 'ipBlocks', 'hosts', 'methods', 'ports', 'paths', 'connection.sni', 'request.auth.claims[a]', 'request.headers[a]', 'request.headers', 'experimental.envoy.filters.x'];
  expect(keys.filter((key) => attributeOf(key, 'n', settings)!.http)).toEqual(['requestPrincipals', 'hosts', 'methods', 'paths', 'request.auth.claims[a]', 'request.headers[a]', 'request.headers']);
});

test.each<[string, string, Parameters<typeof ask>[2], [string, string], string]>([
  ['source.ip', '10.0.0.0/8', {}, ['address of the peer 10.0.0.0/8', 'the address of the peer is in 10.0.0.0/8'], 'an unknown address of the peer'],
  ['remote.ip', '10.0.0.0/8', {}, ['address of the client 10.0.0.0/8', 'the address of the client is in 10.0.0.0/8'], 'an unknown address of the client'],
  ['destination.ip', '::1', { sourceIp: '10.0.0.1', remoteIp: '10.0.0.1' }, ['address of the pod ::1', 'the address of the pod is in ::1'], 'an unknown address of the pod'],
  ['experimental.envoy.filters.x[y]', 'v', {}, ['experimental.envoy.filters.x[y] v', 'experimental.envoy.filters.x[y] is v'], 'unknown'],
  ['request.headers[a]', 'v', { headers: [['a', unknownValue('%START_TIME%')]] }, ['header a v', 'header a (%START_TIME%) matches `v`'], '`%START_TIME%`'],
])('of %s %s the manifests do not say whether it holds', (key, value, more, asked, found) => {
  expect(ask(key, value, more)).toMatchObject({ holds: true, asked: [asked], found });
  expect(ask(key, value, { ...more, answers: [false] })).toMatchObject({ holds: false, asked: [asked] });
});

test('a header that is there is there, whatever its value', () => {
  expect(ask('request.headers[a]', '*', { headers: [['a', unknownValue('x')]], answers: [false] })).toMatchObject({ holds: true, asked: [] });
});

test.each<[string, string, boolean]>([
  ['*', 'CN=a', true], ['*', '', false], ['td/ns/n/sa/a', 'spiffe://td/ns/n/sa/a', true], ['spiffe://td/ns/n/sa/a', 'spiffe://td/ns/n/sa/a', false], ['td/ns/n/*', 'spiffe://td/ns/n/sa/a', true], ['td/ns/m/*', 'spiffe://td/ns/n/sa/a', false],
  ['td/*', 'td/ns/n/sa/a', false], ['*/sa/a', 'spiffe://td/ns/n/sa/a', true], ['*/sa/a', 'td/ns/n/sa/a', false], ['*/sa/b', 'spiffe://td/ns/n/sa/a', false], ['*x/', 'spiffe://', false], ['*//', 'spiffe://', false], ['*x', 'spiffe://x', true],
])('the principal `%s` is that of `%s`: %s', (value, name, expected) => {
  expect(principalTest(value)(name)).toBe(expected);
});

test.each<[string, string, boolean]>([
  ['n', 'spiffe://td/ns/n/sa/a', true], ['m', 'spiffe://td/ns/n/sa/a', false], ['n*', 'spiffe://td/ns/name/sa/a', true], ['*m*', 'spiffe://td/ns/name/sa/a', true], ['n.', 'spiffe://td/ns/na/sa/a', false], ['n', '/ns/n/', true], ['n', 'spiffe://td/ns/n', false],
])('the namespace `%s` is that of `%s`: %s', (value, name, expected) => {
  expect(namespaceTest(value)(name)).toBe(expected);
});

test.each<[string, string, boolean]>([
  ['a', 'spiffe://td/ns/n/sa/a', true], ['n/a', 'spiffe://td/ns/n/sa/a', true], ['m/a', 'spiffe://td/ns/n/sa/a', false], ['b', 'spiffe://td/ns/n/sa/a', false], ['a', 'spiffe://td/ns/n/x/sa/a/y', true], ['a', 'spiffe://td/ns/n/sa/ab', false], ['a.', 'spiffe://td/ns/n/sa/ab', false],
])('the service account `%s` is that of `%s`: %s', (value, name, expected) => {
  expect(serviceAccountTest(value, 'n')(name)).toBe(expected);
});

test.each<[string, string, boolean]>([
  ['*', 'spiffe://td/ns/n/sa/a', true], ['*', 'CN=a', false], ['td', 'spiffe://td/ns', true], ['t', 'spiffe://td/ns', false], ['t*', 'spiffe://td/ns', true], ['*d', 'spiffe://td/ns', true], ['t*d', 'spiffe://tad/ns', true], ['x*', 'spiffe://td/ns', false], ['t*', 'spiffe://td', false], ['*s', 'spiffe://td/ns', false],
])('the trust domain `%s` is that of `%s`: %s', (value, name, expected) => {
  expect(trustDomainTest(value)(name)).toBe(expected);
});

test.each<[string, string[]]>([
  ['td/ns/n/sa/a', ['td/ns/n/sa/a', 'old/ns/n/sa/a', 'older/ns/n/sa/a']], ['old/ns/n/sa/a', ['td/ns/n/sa/a', 'old/ns/n/sa/a', 'older/ns/n/sa/a']], ['cluster.local/ns/n/sa/a', ['td/ns/n/sa/a', 'old/ns/n/sa/a', 'older/ns/n/sa/a']],
  ['other/ns/n/sa/a', ['other/ns/n/sa/a']], ['*/ns/n/sa/a', ['*/ns/n/sa/a']], ['td/ns/n', ['td/ns/n']], ['*d/ns/n/sa/a', ['*d/ns/n/sa/a', 'old/ns/n/sa/a', 'older/ns/n/sa/a'].filter((name) => name !== 'old/ns/n/sa/a')],
  ['ol*/ns/n/sa/a', ['td/ns/n/sa/a', 'old/ns/n/sa/a', 'older/ns/n/sa/a']], ['x*/ns/n/sa/a', ['x*/ns/n/sa/a']], ['*x/ns/n/sa/a', ['*x/ns/n/sa/a']],
])('the principal `%s` stands for %j', (principal, expected) => {
  expect(withAliases(principal, settings)).toEqual(expected);
});

test('a trust domain stands for its aliases', () => {
  expect([aliasesOf('old', settings), aliasesOf('other', settings)]).toEqual([['td', 'old', 'older'], ['other']]);
});

test.each<[string, unknown, boolean]>([
  ['https://i/s', { iss: 'https://i', sub: 's' }, true], ['https://i/s', { iss: 'https://i', sub: 't' }, false], ['https://i/s', { iss: 'https:', sub: '/i/s' }, false], ['*', { iss: 'i', sub: 's' }, true], ['*', { iss: '', sub: 's' }, false], ['*', { iss: 'i', sub: '' }, false], ['*', { iss: 'i' }, false],
  ['*', { iss: 1, sub: 's' }, false], ['i/*', { iss: 'i', sub: 's' }, true], ['i/*', { iss: 'j', sub: 's' }, false], ['i/*', { iss: 'i', sub: '' }, false], ['i/s*', { iss: 'i', sub: 'st' }, true], ['i/s*', { iss: 'i', sub: 'ts' }, false], ['*/s', { iss: 'i', sub: 's' }, true], ['*/s', { iss: '', sub: 's' }, false], ['*/s', { iss: 'i', sub: 'xs' }, false],
  ['*i/s', { iss: 'xi', sub: 's' }, true], ['*i/s', { iss: 'ix', sub: 's' }, false], ['*s', { iss: 'i', sub: 'xs' }, true], ['*s', { iss: 'i', sub: 'sx' }, false], ['*s', { iss: '', sub: 's' }, false], ['i*', { iss: 'ix', sub: 's' }, true], ['i*', { iss: 'xi', sub: 's' }, false], ['i*', { iss: 'i', sub: '' }, false], ['i', { iss: 'i', sub: '' }, true], ['i', { iss: 'i', sub: 's' }, false],
  ['/s', { iss: '', sub: 's' }, true], ['*/*', { iss: 'i', sub: '*' }, true], ['*/*', { iss: 'i', sub: 's' }, false],
])('the request principal `%s` is that of %j: %s', (value, claims, expected) => {
  expect(requestPrincipalTest(value)(claims)).toBe(expected);
});

test.each<[string, string, boolean | undefined]>([
  ['10.0.0.1', '10.0.0.1', true], ['10.0.0.1', '10.0.0.2', false], ['10.0.0.0/8', '10.9.9.9', true], ['::1', '::1', true], ['::1', '::2', false], ['2001:db8::/32', '2001:db8::9', true], ['2001:db8::/32', '2001:db9::9', false], ['10.0.0.0/8', '::1', false], ['::/0', '10.0.0.1', false],
  ['10.0.0.0/8', 'x', false], ['x', '10.0.0.1', undefined], ['10.0.0.0/33', '10.0.0.1', undefined], ['10.0.0.0/x', '10.0.0.1', undefined],
])('the block `%s` holds `%s`: %s', (block, address, expected) => {
  expect(ipTest(block)?.(address)).toBe(expected);
});
