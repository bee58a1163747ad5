import { curlOf, quoted } from '../../src/access';
import { demandsOf, originsOf } from '../../src/access/demand';
import { policyWords } from '../../src/access/policy-words';
import { regexSamples } from '../../src/access/regex-samples';
import { policyPattern, samplesOf } from '../../src/access/text-pattern';
import { AccessRequest, Client, Token } from '../../src/authz';
import { readAuthorizationPolicy } from '../../src/mesh/authorization-policy';
import { readObject } from '../../src/mesh/kube-object';
import { fullMatch } from '../../src/mesh/regular-expression';
import { subject } from '../authz/support/world';

test.each([
  '/v[0-9]+/.*', 'a|b|c', '(foo|bar)?baz', '\\d{3}-\\w+', '[^/]+', '/x\\.y', '(?:a|b)+c', '[[:alpha:]]x', '.*URI=spiffe://test[.]client(;.*)?', 'a{2,}', '^/a$', '(?i)abc|ABC', '[]x]y', 'a??b', '\\Qa\\E|q', 'x\\n',
])('samples of %s match it', (expression) => {
  const samples = regexSamples(expression);
  expect(samples.every((sample) => fullMatch(expression, sample))).toBe(true);
  if (!expression.startsWith('(?i)')) expect(samples.length).toBeGreaterThan(0);
});

test.each(['(', '[a', 'a\\', '(?<name', '*', 'a)'])('an expression that cannot be read, %s, has no samples', (expression) => {
  expect(regexSamples(expression)).toEqual([]);
});

test('huge and nested expressions end soon', () => {
  expect(regexSamples(`(${'(a|b)*'.repeat(60)})*`).length).toBeLessThan(30);
  expect(regexSamples('a{1000}').length).toBeLessThan(2);
});

test.each([
  ['/a', ['/a']], ['/a*', ['/a', '/ax', '/a/x']], ['*/a', ['/a', 'x/a']], ['*', ['x']], ['/{*}/b', ['/x/b', '/x/b', '/x/b']], ['/a/{**}', ['/a/x', '/a/x/x', '/a/']],
])('samples of the policy path %s', (value, expected) => {
  expect(samplesOf(policyPattern(value, true))).toEqual(expected);
});

test('what a rule wants of those who ask, and what its other values and exceptions would', () => {
  const origins = originsOf({ set: [['X-Cn', 'CN=%DOWNSTREAM_PEER_SUBJECT%'], ['x-up', '%REQ(x-down)%'], ['x-fixed', 'v']], add: [['x-uri', '%DOWNSTREAM_PEER_URI_SAN%'], ['x-dns', '%DOWNSTREAM_PEER_DNS_SAN%'], ['x-iss', '%DOWNSTREAM_PEER_ISSUER%']], remove: [] });
  const [first] = demandsOf([
    { key: 'request.headers[x-cn]', values: ['CN=alice'], notValues: [] }, { key: 'request.headers[x-up]', values: ['v'], notValues: [] },
    { key: 'request.headers[x-uri]', values: ['spiffe://a,spiffe://b'], notValues: [] }, { key: 'request.headers[x-dns]', values: ['d.test'], notValues: [] },
    { key: 'request.headers[x-iss]', values: ['CN=ca'], notValues: [] }, { key: 'request.headers[x-forwarded-client-cert]', values: ['*Subject="CN=bob";URI=spiffe://c;DNS=e.test'], notValues: [] },
  ], origins, 9);
  expect(first).toMatchObject({ subject: 'alice', issuer: 'CN=ca', uris: ['spiffe://a', 'spiffe://b', 'spiffe://c'], dnsNames: ['d.test', 'e.test'] });
  expect(first.headers.get('x-up')).toBe('v');

  const names = (key: string, value: string) => demandsOf([{ key, values: [value], notValues: [] }], [], 9)[0];
  expect(names('principals', '*/x').uris).toEqual(['spiffe://x/x']);
  expect(names('principals', '*').uris).toEqual(['spiffe://any.example/any']);
  expect(names('source.namespace', 'a*').uris).toEqual(['spiffe://cluster.local/ns/ax/sa/any']);
  expect(names('serviceAccounts', 'ns/account').uris).toEqual(['spiffe://cluster.local/ns/ns/sa/account']);
  expect(names('source.serviceAccount', 'account').uris).toEqual(['spiffe://cluster.local/ns/default/sa/account']);
  expect(names('trustDomains', '*').uris).toEqual(['spiffe://x/ns/any/sa/any']);
  expect(names('request.auth.principal', 'iss/sub')).toMatchObject({ tokenIssuer: 'iss', tokenSubject: 'sub' });
  expect(names('requestPrincipals', '*')).toMatchObject({ tokenIssuer: undefined, tokenSubject: 'someone' });
  expect(names('requestPrincipals', '*sub')).toMatchObject({ tokenIssuer: undefined, tokenSubject: 'sub' });
  expect(names('requestPrincipals', '*.test/sub')).toMatchObject({ tokenIssuer: 'any.test', tokenSubject: 'sub' });
  expect(names('requestPrincipals', 'iss*')).toMatchObject({ tokenIssuer: 'issany', tokenSubject: 'someone' });
  expect(names('requestPrincipals', 'iss/s*')).toMatchObject({ tokenIssuer: 'iss', tokenSubject: 's' });
  expect(names('request.auth.audiences', 'app').claims).toEqual(new Map([['aud', 'app']]));
  expect(names('request.auth.presenter', 'web').claims).toEqual(new Map([['azp', 'web']]));
  expect(names('request.auth.claims[iss]', 'i').tokenIssuer).toBe('i');
  expect(names('request.auth.claims[sub]', 's').tokenSubject).toBe('s');
  expect(names('request.auth.claims[', 's').claims.size).toBe(0);
  expect(names('request.headers[:authority]', 's').headers.size).toBe(0);
  const both = demandsOf([{ key: 'request.auth.claims[g]', values: ['a'], notValues: ['z'] }, { key: 'request.auth.claims[g]', values: ['b', 'c'], notValues: [] }], [], 9);
  expect(both[0].claims.get('g')).toEqual(['a', 'b']);
  expect(both.map(({ claims }) => JSON.stringify(claims.get('g')))).toEqual(expect.arrayContaining(['"a"', '"b"', '["a","c"]', '"z"', '["a","b","z"]']));
});

const request = (more: Partial<AccessRequest>): AccessRequest => ({ client: Client.none(), host: 'a.test', path: '/', ...more });

test.each<[string, AccessRequest, string]>([
  ['a host', request({}), 'curl --path-as-is --connect-to a.test:443:"$GATEWAY":443 https://a.test/'],
  ['a certificate and a method', request({ client: subject('/CN=alice'), method: 'POST', port: 9443 }), 'curl --path-as-is -X POST --cert client.pem --key client.key -H \'Host: a.test\' --connect-to a.test:9443:"$GATEWAY":9443 https://a.test:9443/'],
  ['another server name', request({ sni: 'b.test' }), "curl --path-as-is -H 'Host: a.test' --connect-to b.test:443:\"$GATEWAY\":443 https://b.test/"],
  ['no server name', request({ sni: '', port: 8443 }), 'curl --path-as-is -H \'Host: a.test\' -k https://"$GATEWAY":8443/'],
  ['no server name on the usual port', request({ sni: '' }), 'curl --path-as-is -H \'Host: a.test\' -k https://"$GATEWAY"/'],
  ['plain HTTP', request({ client: Client.plaintext(), path: '/a?b=c' }), "curl --path-as-is -H 'Host: a.test' http://\"$GATEWAY\"'/a?b=c'"],
  ['another port', request({ client: Client.plaintext(), port: 8080, method: 'HEAD' }), "curl --path-as-is --head -H 'Host: a.test' http://\"$GATEWAY\":8080/"],
  ['a token and headers', request({ token: Token.verified({ issuer: 'i' }), headers: { 'x-a': "it's", 'x-b': '' }, repeatedHeaders: { 'x-c': ['1', '2'] } }),
    "curl --path-as-is -H \"Authorization: Bearer $TOKEN\" -H 'x-a: it'\\''s' -H 'x-b;' -H 'x-c: 1' -H 'x-c: 2' --connect-to a.test:443:\"$GATEWAY\":443 https://a.test/"],
  ['a caller in the mesh', request({ client: Client.inMeshPlaintext(), service: 'ns/app', port: 8000 }), "curl --path-as-is -H 'Host: a.test' http://app.ns:8000/"],
  ['a Host with its port', request({ host: 'a.test:9443', sni: 'a.test', port: 9443 }), 'curl --path-as-is --connect-to a.test:9443:"$GATEWAY":9443 https://a.test:9443/'],
  ['a path that a URL does not carry', request({ path: '/a\\b#x[1]' }), "curl --path-as-is --request-target '/a\\b#x[1]' --connect-to a.test:443:\"$GATEWAY\":443 https://a.test/"],
  ['a caller in the mesh by host on another port', request({ client: Client.inMeshPlaintext(), host: 'app.ns', port: 8000 }), "curl --path-as-is -H 'Host: app.ns' http://app.ns:8000/"],
  ['a caller in the mesh by host', request({ client: Client.inMeshPlaintext(), host: 'app.ns' }), 'curl --path-as-is http://app.ns/'],
  ['the target *', request({ path: '*', method: 'OPTIONS' }), "curl --path-as-is -X OPTIONS --request-target '*' --connect-to a.test:443:\"$GATEWAY\":443 https://a.test/"],
  ['the target * in plain HTTP', request({ client: Client.plaintext(), path: '*', method: 'OPTIONS' }), "curl --path-as-is -X OPTIONS --request-target '*' -H 'Host: a.test' http://\"$GATEWAY\"/"],
  ['the target * in the mesh', request({ client: Client.inMeshPlaintext(), service: 'ns/app', path: '*', method: 'OPTIONS' }), "curl --path-as-is -X OPTIONS --request-target '*' -H 'Host: a.test' http://app.ns/"],
])('curl of %s', (_, asked, line) => {
  expect(curlOf(asked)).toBe(line);
});

test('text that a terminal or shell would obey is quoted', () => {
  expect(quoted('$(rm -rf /)`x`')).toBe("'$(rm -rf /)`x`'");
  expect(quoted('a\u001b[31m\'\\\u202e')).toBe("$'a\\u001b[31m\\'\\\\\\u202e'");
});

test('policies in words', () => {
  const words = (spec: object, metadata: object = {}) => policyWords(readAuthorizationPolicy(readObject({ apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'p', ...metadata }, spec }, 0)!)!);
  expect(words({})).toEqual(['allows nobody']);
  expect(words({ action: 'AUDIT' })).toEqual(['logs nothing']);
  expect(words({ action: 'DENY', rules: [{}] }, { annotations: { 'istio.io/dry-run': 'true' } })).toEqual(['rule 1 denies anybody (dry run: nothing is enforced)']);
  expect(words({ action: 'CUSTOM', rules: [{}] })).toEqual(['rule 1 asks an external authorizer about anybody']);
  expect(words({ rules: [{ from: [{ source: { principals: ['a'], notNamespaces: ['b'] } }], to: [{ operation: { paths: ['1', '2', '3', '4', '5', '6'] } }], when: [{ key: 'k', values: ['v'] }] }] }))
    .toEqual(['rule 1 allows principals a and namespaces not b, to paths 1 or 2 or 3 or 4 or 2 more, when k v']);
});
