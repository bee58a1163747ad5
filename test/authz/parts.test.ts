/* eslint-disable @stylistic/max-len -- tables, one case a line */
import { createHash } from 'node:crypto';
import { secret, testPki } from './support/certificates';
import { gateway, https, inMesh, none, spiffe, subject, virtualService, world } from './support/world';
import { Client, Decision, Mesh, MeshOptions, Token } from '../../src/authz';
import { lastForwarded, trustedAddress } from '../../src/authz/forwarded-address';
import { appendCaller, forwardCertificate } from '../../src/authz/forwarded-certificate';
import { formatValue } from '../../src/authz/header-format';
import { HeaderLines, unknownPart } from '../../src/authz/header-lines';
import { HttpMessage, withoutPort } from '../../src/authz/http-message';
import { audiencesOf, dateProblem, normalizeClaims, parseToken } from '../../src/authz/json-web-token';
import { Peer } from '../../src/authz/peer';
import { DistinguishedName } from '../../src/model/distinguished-name';
import { CLIENT_AUTH, extension, SERVER_AUTH } from '../x509/certificate-builder';

const pki = testPki();
const client = (recipe = {}) => Client.fromPem(pki.client(recipe));
const asserted = (subjectName: string, more: object = {}): Peer => ({ tls: true, certificate: { uris: [], dnsNames: [], otherNames: [], subject: subjectName, issuer: '', ...more } });
const real = (recipe = {}): Peer => ({ tls: true, certificate: client(recipe)._certificate() });
const der = (pem: string) => Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
const cn = (text: string) => DistinguishedName.fromOpenSsl(text);

test.each<[Client, string]>([
  [Client.none(), 'no certificate'], [Client.plaintext(), 'plain HTTP'], [Client.inMeshPlaintext(), 'in-mesh plain text'], [inMesh('a', 'b'), 'in-mesh cluster.local/ns/b/sa/a'], [Client._inMeshUri('spiffe://td/spiffe://x'), 'in-mesh td/spiffe://x'],
  [subject('/CN=a'), 'certificate subject CN=a'], [Client.certificate({ subject: cn('/CN=a'), uris: ['u'], dnsNames: ['d'] }), 'certificate CN=a, u, d'], [Client.certificate({ uris: ['u', 'v'] }), 'certificate u, v'], [Client.certificate({}), 'certificate without names'],
  [Client.untrusted({ dnsNames: ['d'] }), 'untrusted certificate d'], [Client.untrusted(), 'untrusted certificate without names'],
  [Client._printed({ subject: '', issuer: '', uris: ['u'], dnsNames: ['d'] }), 'certificate u, d'], [Client._printed({ subject: '', issuer: '', uris: [], dnsNames: [] }), 'certificate without names'],
  [client({ subject: '/CN=a' }), 'certificate CN=a'], [client({ subject: '/CN=a', uris: ['u:1'] }), 'certificate CN=a'],
])('a client is told: %s', (given, text) => {
  expect(given.toString()).toBe(text);
});

test('the names of an asserted certificate are those given, and no others', () => {
  const empty = { uris: [], dnsNames: [], otherNames: [], subject: '', issuer: '' };
  expect(Client.certificate({})._certificate()).toEqual(empty);
  expect(Client.certificate({ subject: cn('/CN=a'), issuer: cn('/CN=i'), uris: ['u'], dnsNames: ['d'] })._certificate()).toEqual({ ...empty, subject: 'CN=a', issuer: 'CN=i', uris: ['u'], dnsNames: ['d'] });
  expect(Client.untrusted()._certificate()).toEqual({ ...empty, foreign: true });
  expect(Client._printed({ subject: 's', issuer: 'i', uris: ['u'], dnsNames: [] })._certificate()).toEqual({ ...empty, subject: 's', issuer: 'i', uris: ['u'] });
  expect(subject('/CN=a')._certificate()).toEqual({ ...empty, subject: 'CN=a' });
  expect(spiffe('spiffe://a/b')._certificate()).toEqual({ ...empty, uris: ['spiffe://a/b'] });
  expect(client({ emails: ['a@b.test'] })._certificate()!.otherNames).toEqual(['a@b.test']);
});

test.each<[string, () => unknown, string]>([
  ['an identity that is none', () => Client.verified(null as never), 'a client is not made of null: use `CertificateIdentity.spiffe(…)` or `.subject(…)`'],
  ['an identity that is text', () => Client.verified('CN=a' as never), 'a client is not made of string: use `CertificateIdentity.spiffe(…)` or `.subject(…)`'],
  ['an account that is text', () => Client.inMesh('a' as never), 'a client in the mesh is not made of string: use `SpiffeId.ofWorkload(…)`'],
  ['an account that is none', () => Client.inMesh(undefined as never), 'a client in the mesh is not made of undefined: use `SpiffeId.ofWorkload(…)`'],
  ['an empty token', () => Token.of(''), 'a token is empty: expected the compact form `header.payload.signature`'],
  ['a token that is no text', () => Token.of(7 as never), 'a token is of type number: expected the compact form `header.payload.signature`'],
  ['a token without issuer', () => Token.verified({} as never), 'a verified token has no `issuer`: expected the text of the claim `iss`'],
  ['no token', () => Token.verified(undefined as never), 'a verified token has no `issuer`: expected the text of the claim `iss`'],
  ['manifests that are none', () => Mesh.fromManifests(null as never), 'manifests are null: expected a list of objects; for text use `Mesh.fromYaml`'],
  ['manifests that are text', () => Mesh.fromManifests('a' as never), 'manifests are of type string: expected a list of objects; for text use `Mesh.fromYaml`'],
  ['no request', () => Mesh.fromManifests([]).evaluate(undefined as never), 'a request has no `client`: use `Client.verified(…)`, `Client.fromPem(…)`, `Client.none()` or `Client.inMesh(…)`'],
  ['a client that is none', () => Mesh.fromManifests([]).evaluate({ client: {} as never, host: 'a', path: '/' }), 'a request has no `client`: use `Client.verified(…)`, `Client.fromPem(…)`, `Client.none()` or `Client.inMesh(…)`'],
  ['no host', () => Mesh.fromManifests([]).evaluate({ client: none, path: '/' } as never), 'a request needs a `host` and a `path`, both text'],
  ['a path that is no text', () => Mesh.fromManifests([]).evaluate({ client: none, host: 'a', path: 7 as never }), 'a request needs a `host` and a `path`, both text'],
  ['a token that is text', () => Mesh.fromManifests([]).evaluate({ client: none, host: 'a', path: '/', token: 'x' as never }), 'the `token` of a request is no Token: use `Token.of(…)` or `Token.verified(…)`'],
  ['a service without namespace', () => Mesh.fromManifests([]).evaluate({ client: inMesh(), host: 'a', path: '/', service: 'app' }), 'invalid service `app`: expected the form `namespace/name`'],
  ['a service of three parts', () => Mesh.fromManifests([]).evaluate({ client: inMesh(), host: 'a', path: '/', service: 'a/b/c' }), 'invalid service `a/b/c`: expected the form `namespace/name`'],
])('%s is refused', (_what, act, message) => {
  expect(act).toThrow(new Error(message));
});

test('an asserted token says what was given', () => {
  const token = Token.verified({ issuer: 'i', subject: 's', audiences: ['a'], claims: { iss: 'forged', x: 1 } });
  expect([token._isAsserted(), token._issuer(), Token.of('a.b.c')._isAsserted(), Token.of('a.b.c')._issuer(), Token.of('a.b.c').text]).toEqual([true, 'i', false, undefined, 'a.b.c']);
  expect(parseToken(token.text)).toMatchObject({ algorithm: 'RS256', claims: { iss: 'i', sub: 's', aud: ['a'], x: 1 } });
  expect(parseToken(Token.verified({ issuer: 'i' }).text)!.claims).toEqual({ iss: 'i' });
});

describe('workloads that are described', () => {
  const calls = (facts: object, options: MeshOptions = {}) => Mesh.fromManifests([], { complete: true, workloads: [{ service: 'app', labels: { app: 'x' }, ports: [{ port: 80, targetPort: 8080 }], ...facts }], ...options });
  const ask = (facts: object, service = 'default/app') => calls(facts).evaluate({ client: inMesh(), host: 'app', path: '/', service });
  test('are reached behind their Service', () => {
    expect(ask({})).toMatchObject({ isAllowed: true, workload: 'default/app' });
    expect(ask({ namespace: 'n' }, 'n/app')).toMatchObject({ isAllowed: true, workload: 'n/app' });
    expect(ask({ namespace: 'n' }).reason).toBe('there is no Service `default/app`');
    expect(ask({}).explain()).toContain('default/app (sidecar)');
    expect(ask({ sidecar: true }).explain()).toContain('default/app (sidecar)');
    expect(ask({ sidecar: false }).explain()).toContain('has no sidecar: no policy is enforced there');
  });

  test('have ports of HTTP unless their names say otherwise', () => {
    const ports = ['http', undefined, 'tcp', 'tcp-x', 'TLS', 'mongo-db', 'tcpx', 'x-tcp'].map((name, index) => ({ port: 80 + index, name }));
    const { view } = calls({ ports, serviceAccount: 'sa' })._evaluated();
    expect(view.services[0].ports.map(({ name, http, port, targetPort }) => [name, http, targetPort === port])).toEqual([['http', true, true], ['http', true, true], ['tcp', false, true], ['tcp-x', false, true], ['TLS', false, true], ['mongo-db', false, true], ['tcpx', true, true], ['x-tcp', true, true]]);
    expect(view.workloads[0]).toMatchObject({ serviceAccount: 'sa', proxied: true, labels: { complete: true } });
    expect(calls({})._evaluated().view.services[0]).toMatchObject({ external: false, ports: [{ targetPort: 8080 }] });
    expect(calls({})._evaluated().view.workloads[0]).toMatchObject({ serviceAccount: 'default', namespace: 'default' });
  });
});

describe('the handshake is told', () => {
  const server = { 'tls.crt': pki.serverPem, 'tls.key': pki.serverKey };
  const secrets = [secret('c', server), secret('c-cacert', { cacert: pki.clients.pem })];
  const mutual = { mode: 'MUTUAL', credentialName: 'c' };
  const decide = (tls: object, given: Client, documents: any[] = secrets): Decision => world([gateway([https(['a.test'], tls)]), virtualService({}), ...documents]).evaluate({ client: given, host: 'a.test', path: '/', at: '2026-01-01' });
  const hash = createHash('sha256').update(der(pki.client())).digest('hex');

  test.each<[string, object, Client, string | RegExp]>([
    ['a good certificate', mutual, client({ subject: '/CN=a' }), /^certificate CN=a chains to .*c-cacert/],
    ['an asserted one', mutual, spiffe('spiffe://x.test'), 'certificate spiffe://x.test is taken for valid'],
    ['one without names', mutual, Client.certificate({}), 'certificate without names is taken for valid'],
    ['one that nobody looks at', { ...mutual, insecureSkipVerify: true }, Client.fromPem(pki.stranger({ subject: '/CN=a' })), 'certificate CN=a is not verified (insecureSkipVerify)'],
    ['none that is asked for', { mode: 'SIMPLE', credentialName: 'c' }, client(), 'it asks for no certificate'],
    ['none that is wanted', { mode: 'OPTIONAL_MUTUAL', credentialName: 'c' }, none, 'no certificate, which it takes too'],
    ['an anchor that is none', { ...mutual, caCertCredentialName: 'c' }, none, 'it asks for no certificate: caCertCredentialName `c` lacks the suffix `-cacert`'],
  ])('with %s', (_what, tls, given, text) => {
    const decision = decide(tls, given);
    expect(decision.isAllowed).toBe(true);
    expect(decision.hops.filter(({ stage }) => stage === 'handshake').map((hop) => hop.text)).toContainEqual(text instanceof RegExp ? expect.stringMatching(text) : text);
  });

  test.each<[string, object, Client, string | RegExp]>([
    ['of a stranger', mutual, Client.fromPem(pki.stranger()), /^the client certificate is refused: it does not chain to the trust anchor .*c-cacert/],
    ['that is asserted to be of a stranger', mutual, Client.untrusted(), /^the client certificate is refused: it does not chain to .*c-cacert/],
    ['that has expired', mutual, client({ until: '250601000000Z' }), 'the client certificate is refused: a certificate of the chain is not valid at this time'],
    ['for servers', mutual, client({ purposes: [SERVER_AUTH] }), 'the client certificate is refused: it may not be used by clients: its extended key usage lacks clientAuth'],
    ['with a critical extension', mutual, client({ extensions: [extension('1.2.3.4', Buffer.from([5, 0]), true)] }), 'the client certificate is refused: it has a critical extension that Envoy does not know'],
    ['of other names', { ...mutual, subjectAltNames: ['a.test', 'b.test'] }, client({ dns: ['c.test'] }), 'the client certificate is refused: none of its names is in subjectAltNames (a.test, b.test)'],
    ['of another key', { ...mutual, verifyCertificateSpki: ['AAAA'] }, client(), 'the client certificate is refused: neither its key nor its hash is listed'],
    ['of another hash', { ...mutual, verifyCertificateHash: [hash] }, client(), 'the client certificate is refused: neither its key nor its hash is listed'],
    ['of another mesh', { mode: 'ISTIO_MUTUAL' }, spiffe('spiffe://other/ns/a/sa/b'), 'the client certificate is refused: it is not of the mesh'],
    ['that is not sent', mutual, none, 'port 443 (MUTUAL) of Gateway default/gateway demands a client certificate'],
    ['that is not sent where names are listed', { mode: 'OPTIONAL_MUTUAL', credentialName: 'c', verifyCertificateSpki: ['x'] }, none, 'port 443 (OPTIONAL_MUTUAL) of Gateway default/gateway demands a client certificate'],
    ['that is not sent where hashes are listed', { mode: 'OPTIONAL_MUTUAL', credentialName: 'c', verifyCertificateHash: ['x'] }, none, 'port 443 (OPTIONAL_MUTUAL) of Gateway default/gateway demands a client certificate'],
  ])('with a certificate %s', (_what, tls, given, reason) => {
    const decision = decide(tls, given);
    expect(decision.outcome).toBe('handshake rejected');
    expect(decision.reason).toEqual(reason instanceof RegExp ? expect.stringMatching(reason) : reason);
  });

  test('with a certificate whose key or hash is listed', () => {
    const pem = pki.client({ purposes: [CLIENT_AUTH], dns: ['a.test'] });
    const given = Client.fromPem(pem);
    const listed = createHash('sha256').update(der(pem)).digest('hex');
    const spki = Buffer.from(given._certificate()!.chain![0].publicKeySha256, 'hex').toString('base64');
    for (const tls of [{ verifyCertificateHash: [listed] }, { verifyCertificateHash: ['00', listed.toUpperCase().replace(/(..)(?!$)/g, '$1:')] }, { verifyCertificateSpki: [spki] }, { verifyCertificateSpki: ['AAAA'], verifyCertificateHash: [listed] }, { subjectAltNames: ['a.test'], verifyCertificateSpki: [spki] }]) {
      expect(decide({ ...mutual, ...tls }, given).outcome).toBe('allowed');
    }
  });

  test('of an asserted certificate it is open whether its hash is listed', () => {
    const decision = decide({ ...mutual, verifyCertificateHash: ['00'] }, spiffe('spiffe://x.test'));
    expect(decision.alternatives.map(({ outcome, reason, unless }) => [outcome, reason, unless])).toEqual([
      ['allowed', '', []], ['handshake rejected', 'the client certificate is refused: neither its key nor its hash is listed', ['the hash of the asserted certificate is one of those listed']],
    ]);
  });

  test('with names and no trust anchor', () => {
    const decision = decide({ ...mutual, caCertCredentialName: 'c', subjectAltNames: ['a'] }, none);
    expect([decision.outcome, decision.reason]).toEqual(['connection closed', 'port 443 (MUTUAL) of Gateway default/gateway has subjectAltNames and no trust anchor, which Envoy refuses: caCertCredentialName lacks the suffix `-cacert`']);
  });
});

describe('the forwarded certificate', () => {
  const HEADER = 'x-forwarded-client-cert';
  const sent = new HeaderLines([[HEADER, 'forged'], ['a', '1']]);
  const zeros = '0'.repeat(64);
  const named = asserted('O="a\\b",CN=c', { uris: ['u', 'v'], dnsNames: ['d'] });
  const forwarded = (peer: Peer, mode: Parameters<typeof forwardCertificate>[2], by = 'me') => forwardCertificate(sent, peer, mode, by).get(HEADER);
  const own = `Hash=${zeros};Cert="";Subject="O=\\"a\\\\b\\",CN=c";URI=u;URI=v;DNS=d`;

  test.each<[Parameters<typeof forwardCertificate>[2], Peer, string[]]>([
    ['SANITIZE', named, []], ['SANITIZE_SET', named, [own]], ['APPEND_FORWARD', named, [`forged,By=me;${own}`]], ['FORWARD_ONLY', named, ['forged']], ['ALWAYS_FORWARD_ONLY', named, ['forged']],
    ['SANITIZE', { tls: false }, []], ['SANITIZE_SET', { tls: true }, []], ['APPEND_FORWARD', { tls: true }, []], ['FORWARD_ONLY', { tls: true }, []], ['ALWAYS_FORWARD_ONLY', { tls: false }, ['forged']],
  ])('of a gateway that is set to %s', (mode, peer, expected) => {
    expect(forwarded(peer, mode)).toEqual(expected);
  });

  test('names the gateway where it has a name, and an empty URI where the client has none', () => {
    expect(forwarded(named, 'APPEND_FORWARD', '')).toEqual([`forged,${own}`]);
    expect(forwarded(asserted('CN=c', { dnsNames: ['d'] }), 'SANITIZE_SET')).toEqual([`Hash=${zeros};Cert="";Subject="CN=c";URI=;DNS=d`]);
  });

  test('holds hash and text of a real certificate', () => {
    const peer = real({ subject: '/CN=c' });
    const [{ der: bytes, pem }] = peer.certificate!.chain!;
    const [value] = forwarded(peer, 'SANITIZE_SET');
    expect(value).toBe(`Hash=${createHash('sha256').update(bytes).digest('hex')};Cert="${encodeURIComponent(pem)}";Subject="CN=c";URI=`);
  });

  test('of a sidecar has the caller behind what it sent, and nothing without certificate', () => {
    expect(appendCaller(sent, named, 'me').get(HEADER)).toEqual([`forged,By=me;Hash=${zeros};Subject="O="a\\b",CN=c";URI=u;URI=v`]);
    expect(appendCaller(HeaderLines.NONE, asserted(''), 'me').get(HEADER)).toEqual([`By=me;Hash=${zeros};Subject=""`]);
    expect(appendCaller(sent, { tls: false }, 'me').toRecord()).toEqual({ a: '1' });
  });
});

test.each<[string[], number, string | undefined]>([
  [['1.1.1.1, 2.2.2.2'], 0, '9.9.9.9'], [['1.1.1.1, 2.2.2.2'], 1, '2.2.2.2'], [['1.1.1.1, 2.2.2.2'], 2, '1.1.1.1'], [['1.1.1.1, 2.2.2.2'], 3, '9.9.9.9'], [['1.1.1.1', '2.2.2.2'], 2, '1.1.1.1'], [['x'], 1, '9.9.9.9'], [[], 1, '9.9.9.9'],
])('of x-forwarded-for %j behind %s trusted proxies the client is %s', (values, proxies, expected) => {
  expect(trustedAddress(new HeaderLines(values.map((value) => ['x-forwarded-for', value])), '9.9.9.9', proxies)).toBe(expected);
});

test('a sidecar takes the last entry', () => {
  expect(lastForwarded(new HeaderLines([['x-forwarded-for', '1.1.1.1 , ::1 ']]), undefined)).toBe('::1');
  expect(lastForwarded(HeaderLines.NONE, '9.9.9.9')).toBe('9.9.9.9');
});

describe('values of headers', () => {
  const message: HttpMessage = { method: 'GET', authority: 'a.test', path: '/p', query: '?q', scheme: 'https', headers: new HeaderLines([['x', '1'], ['x', '2'], ['y', '']]) };
  const value = (text: string, peer: Peer = { tls: false }) => formatValue(text, message, peer);
  test.each<[string, string]>([
    ['text', 'text'], ['100%%', '100%'], ['%REQ(X)%', '1'], ['<%REQ(Z)%>', '<>'], ['%REQ(Z?X)%', '1'], ['%REQ(Y?X)%', ''], ['%REQ(:PATH)%', '/p?q'], ['%REQ(:METHOD)%-%REQ(:SCHEME)%', 'GET-https'], ['%REQ(host)%', 'a.test'], ['%REQ(:AUTHORITY):3%', 'a.t'], ['%REQ%', ''],
    ['%DOWNSTREAM_PEER_SUBJECT%', ''], ['%DOWNSTREAM_PEER_ISSUER%', ''], ['%DOWNSTREAM_PEER_URI_SAN%', ''], ['%DOWNSTREAM_PEER_DNS_SAN%', ''], ['%DOWNSTREAM_PEER_CERT%', ''], ['%DOWNSTREAM_PEER_FINGERPRINT_256%', ''], ['%DOWNSTREAM_PEER_SERIAL%', ''],
  ])('of %s without certificate: %s', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  test('tell of a certificate', () => {
    const peer = asserted('CN=a', { issuer: 'CN=i', uris: ['u', 'v'], dnsNames: ['d', 'e'] });
    expect(value('%DOWNSTREAM_PEER_SUBJECT%;%DOWNSTREAM_PEER_ISSUER%;%DOWNSTREAM_PEER_URI_SAN%;%DOWNSTREAM_PEER_DNS_SAN%', peer)).toBe('CN=a;CN=i;u,v;d,e');
    expect(value('%DOWNSTREAM_PEER_URI_SAN:2%', peer)).toBe('u,');
    const given = real();
    const [{ pem, der: bytes }] = given.certificate!.chain!;
    expect(value('%DOWNSTREAM_PEER_CERT%', given)).toBe(encodeURIComponent(pem));
    expect(value('%DOWNSTREAM_PEER_FINGERPRINT_256%', given)).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  test.each(['%START_TIME%', 'a %PROTOCOL%', '%START_TIME:4%'])('of %s is not known here', (text) => {
    expect(unknownPart(value(text))).toBe(text);
  });

  test.each(['%DOWNSTREAM_PEER_CERT%', '%DOWNSTREAM_PEER_FINGERPRINT_256%', '%DOWNSTREAM_PEER_SERIAL%'])('of %s is not known of an asserted certificate', (text) => {
    expect(unknownPart(value(text, asserted('CN=a')))).toBe(text);
  });
});

test.each([['a:80', 'a'], ['a', 'a'], ['a:', 'a:'], ['a:x', 'a:x'], ['a:65535', 'a'], ['a:65536', 'a:65536'], ['[::1]:80', '[::1]'], ['::1:80', '::1:80'], ['[::1]', '[::1]'], ['a:80x', 'a:80x'], ['a:b:80', 'a:b:80']])('the host `%s` is `%s` without its port', (host, expected) => {
  expect(withoutPort(host)).toBe(expected);
});

describe('tokens', () => {
  const part = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
  const token = (header: unknown, claims: unknown) => `${part(header)}.${part(claims)}.c2ln`;
  test.each<[string, string]>([
    ['two parts', 'YQ.YQ'], ['four parts', `${token({ alg: 'RS256' }, {})}.YQ`], ['an empty signature', `${part({ alg: 'RS256' })}.${part({})}.`], ['characters of no base64', `${token({ alg: 'RS256' }, {})}=`], ['characters of no base64 in front', `=${token({ alg: 'RS256' }, {})}`],
    ['a header that is no JSON', token('x', {})], ['claims that are no JSON', token({ alg: 'RS256' }, 'x')], ['a header that is a list', token([], {})], ['claims that are a list', token({ alg: 'RS256' }, [])], ['no algorithm', token({}, {})], ['algorithm none', token({ alg: 'none' }, {})], ['an algorithm and more', token({ alg: 'RS256x' }, {})],
    ['an issuer that is no text', token({ alg: 'RS256' }, { iss: 1 })], ['a subject that is no text', token({ alg: 'RS256' }, { sub: null })], ['an id that is no text', token({ alg: 'RS256' }, { jti: [] })], ['a date that is text', token({ alg: 'RS256' }, { exp: '1' })], ['a date before all', token({ alg: 'RS256' }, { nbf: -1 })], ['a time of issue that is text', token({ alg: 'RS256' }, { iat: '1' })],
    ['an audience that is a number', token({ alg: 'RS256' }, { aud: 1 })], ['an audience with a number', token({ alg: 'RS256' }, { aud: ['a', 1] })],
  ])('with %s are malformed', (_what, compact) => {
    expect(parseToken(compact)).toBeUndefined();
  });

  test('are read', () => {
    const claims = { iss: 'i', sub: 's', jti: 'j', iat: 0, nbf: 1, exp: 2, aud: ['a'] };
    const compact = token({ alg: 'EdDSA', kid: 'k' }, claims);
    expect(parseToken(compact)).toEqual({ compact, algorithm: 'EdDSA', keyId: 'k', claims, payload: part(claims) });
    expect(parseToken(token({ alg: 'HS512', kid: '' }, { aud: 'a' }))).toMatchObject({ algorithm: 'HS512', keyId: undefined });
  });

  test.each<[object, number, string | undefined]>([
    [{}, 1000, undefined], [{ nbf: 1060 }, 1000, undefined], [{ nbf: 1061 }, 1000, 'the token is not valid yet'], [{ nbf: 0 }, -100, undefined], [{ exp: 940 }, 1000, undefined], [{ exp: 939 }, 1000, 'the token has expired'], [{ exp: 0 }, 1000, undefined],
  ])('with dates %j are at %s: %s', (claims, now, expected) => {
    expect(dateProblem(claims, now)).toBe(expected);
  });

  test('are for audiences', () => {
    expect([audiencesOf({ aud: 'a' }), audiencesOf({ aud: ['a', 1, 'b'] }), audiencesOf({ aud: 1 }), audiencesOf({})]).toEqual([['a'], ['a', 'b'], [], []]);
  });

  test('have claims with spaces between their values', () => {
    expect(normalizeClaims({ scope: 'a  b ', other: 'a b', list: ['a b'] }, ['scope', 'list', 'absent'])).toEqual({ scope: ['a', 'b'], other: 'a b', list: ['a b'] });
  });
});
