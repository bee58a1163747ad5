import { refusedObject } from '../../../src/checks/object/refused-object';
import { gateway, http, https, Manifest, object, policy, told } from '../support';

const FILES = { credentialName: undefined, serverCertificate: '/a', privateKey: '/b' };
const server = (rest: object = {}, port: object = {}) => ({ hosts: ['a.test'], port: { number: 80, name: 'http', protocol: 'HTTP', ...port }, ...rest });
const why = (manifest: Manifest) => told(refusedObject, [manifest]).map((line) => line.slice(line.indexOf(' is refused: ') + 13));

describe('Gateways that the webhook refuses', () => {
  test.each<[string, Manifest, string]>([
    ['a name with a dot', gateway('a.b', [http(['*'])]), '`metadata.name` `a.b` is no DNS label'],
    ['a name that is too long', gateway('a'.repeat(64), [http(['*'])]), `\`metadata.name\` \`${'a'.repeat(64)}\` is no DNS label`],
    ['no servers', gateway('a', []), '`spec.servers` is empty'],
    ['no hosts', gateway('a', [http([])]), '`spec.servers[0].hosts` is empty'],
    ['a short host', gateway('a', [http(['a.test', 'httpbin'])]), '`spec.servers[0].hosts[1]` is `httpbin`'],
    ['a host with a port', gateway('a', [http(['a.test:80'])]), '`spec.servers[0].hosts[0]` is `a.test:80`'],
    ['two slashes', gateway('a', [http(['a/b/c.test'])]), '`spec.servers[0].hosts[0]` is `a/b/c.test`'],
    ['a number at the end', gateway('a', [http(['a.1'])]), '`spec.servers[0].hosts[0]` is `a.1`'],
    ['no port', gateway('a', [{ hosts: ['*'] }]), '`spec.servers[0].port.number` is no port'],
    ['port 0', gateway('a', [server({}, { number: 0 })]), '`spec.servers[0].port.number` is no port'],
    ['port 65536', gateway('a', [server({}, { number: 65536 })]), '`spec.servers[0].port.number` is no port'],
    ['a port beside a socket', gateway('a', [server({ bind: 'unix:///a' })]), '`spec.servers[0].port.number` is not 0, as a Unix socket demands'],
    ['no port name', gateway('a', [server({}, { name: '' })]), '`spec.servers[0].port.name` is missing'],
    ['no protocol', gateway('a', [server({}, { protocol: undefined })]), '`spec.servers[0].port.protocol` is missing'],
    ['a protocol that is none', gateway('a', [server({}, { protocol: 'QUIC' })]), '`spec.servers[0].port.protocol` is `QUIC`'],
    ['a target port', gateway('a', [server({}, { targetPort: 8080 })]), '`spec.servers[0].port.targetPort` is not supported'],
    ['a name to bind to', gateway('a', [server({ bind: 'localhost' })]), '`spec.servers[0].bind` is no IP address'],
    ['one port name twice', gateway('a', [server(), server({ hosts: ['b.test'] }, { number: 81 })]), '`spec.servers[1].port.name` is `http`, as that of another server'],
    ['TLS without settings', gateway('a', [server({}, { protocol: 'https' })]), '`spec.servers[0].tls` is missing for protocol HTTPS'],
    ['SIMPLE for HTTP', gateway('a', [http(['*'], { mode: 'SIMPLE', credentialName: 'a' })]), '`spec.servers[0].tls` is not for protocol HTTP, but for `httpsRedirect`'],
    ['files for HTTP', gateway('a', [http(['*'], { httpsRedirect: true, caCertificates: '/a' })]), '`spec.servers[0].tls` is not for protocol HTTP, but for `httpsRedirect`'],
    ['a redirect for TCP', gateway('a', [server({ tls: { httpsRedirect: true } }, { protocol: 'TCP' })]), '`spec.servers[0].tls` is not for protocol TCP'],
    ['a Secret for ISTIO_MUTUAL', gateway('a', [https('ISTIO_MUTUAL', ['a.test'], { credentialName: 'a' })]), '`spec.servers[0].tls` has certificates, which ISTIO_MUTUAL forbids'],
    ['certificates for ISTIO_MUTUAL', gateway('a', [https('ISTIO_MUTUAL', ['a.test'], { tlsCertificates: [{ serverCertificate: '/a', privateKey: '/b' }] })]), '`spec.servers[0].tls` has certificates, which ISTIO_MUTUAL forbids'],
    ['files beside a Secret', gateway('a', [https('SIMPLE', ['a.test'], { serverCertificate: '/a', privateKey: '/b' })]), '`spec.servers[0].tls` names its server certificate in more than one way'],
    ['the same without mode', gateway('a', [https(undefined, ['a.test'], { serverCertificate: '/a', privateKey: '/b' })]), '`spec.servers[0].tls` names its server certificate in more than one way'],
    ['one name and several', gateway('a', [https('SIMPLE', ['a.test'], { credentialNames: ['a'] })]), '`spec.servers[0].tls` names its server certificate in more than one way'],
    ['an empty list of names', gateway('a', [https('SIMPLE', ['a.test'], { credentialName: undefined, credentialNames: [] })]), '`spec.servers[0].tls.credentialNames` does not have one or two entries'],
    ['three names', gateway('a', [https('SIMPLE', ['a.test'], { credentialName: undefined, credentialNames: ['a', 'b', 'c'] })]), '`spec.servers[0].tls.credentialNames` does not have one or two entries'],
    ['no certificate', gateway('a', [https('SIMPLE', ['a.test'], { credentialName: undefined })]), '`spec.servers[0].tls` names no server certificate'],
    ['no key', gateway('a', [https('SIMPLE', ['a.test'], { ...FILES, privateKey: undefined })]), '`spec.servers[0].tls` names no server certificate'],
    ['no key in one of several', gateway('a', [https('SIMPLE', ['a.test'], { credentialName: undefined, tlsCertificates: [{ serverCertificate: '/a', privateKey: '/b' }, { serverCertificate: '/c' }] })]),
      '`spec.servers[0].tls` names no server certificate and key in one of `tlsCertificates`'],
    ['no trust anchor', gateway('a', [https('MUTUAL', ['a.test'], FILES)]), '`spec.servers[0].tls.caCertificates` is missing for MUTUAL'],
    ['a trust anchor in the wrong place', gateway('a', [https('OPTIONAL_MUTUAL', ['a.test'], { credentialName: undefined, tlsCertificates: [{ serverCertificate: '/a', privateKey: '/b', caCertificates: '/c' }] })]),
      '`spec.servers[0].tls.caCertificates` is missing for OPTIONAL_MUTUAL'],
    ['a revocation list for SIMPLE', gateway('a', [https('SIMPLE', ['a.test'], { ...FILES, caCrl: '/c' })]), '`spec.servers[0].tls.caCrl` is not for SIMPLE'],
    ['a revocation list without mode', gateway('a', [https(undefined, ['a.test'], { caCrl: '/c' })]), '`spec.servers[0].tls.caCrl` is not for `credentialName`'],
    ['a version that is none', gateway('a', [https('SIMPLE', ['a.test'], { minProtocolVersion: 'TLSV1_4' })]), '`spec.servers[0].tls.minProtocolVersion` is none of `TLS_AUTO`, `TLSV1_0`, `TLSV1_1`, `TLSV1_2`, `TLSV1_3`'],
  ])('%s', (_name, manifest, reason) => {
    expect(why(manifest)).toEqual([reason]);
  });

  test.each<[string, Manifest]>([
    ['an IP address', gateway('a', [http(['10.0.0.1', 'ns/*', './a.test', '*/*'])])],
    ['a socket', gateway('a', [server({ bind: 'unix:///a' }, { number: 0 })])],
    ['an address to bind to', gateway('a', [server({ bind: '::1' })])],
    ['a redirect with more', gateway('a', [http(['*'], { httpsRedirect: true, minProtocolVersion: 'TLSV1_2', credentialName: 'x' })])],
    ['several certificates', gateway('a', [https('MUTUAL', ['a.test'], { credentialName: undefined, caCertificates: '/c', tlsCertificates: [{ serverCertificate: '/a', privateKey: '/b' }] })])],
    ['certificates that pass-through ignores', gateway('a', [https('PASSTHROUGH', ['a.test'], { credentialName: 'a' })])],
    ['a half pair of files beside a Secret', gateway('a', [https('MUTUAL', ['a.test'], { serverCertificate: 'use sds', caCertificates: 'use sds', caCrl: '/x' })])],
    ['TCP without settings', gateway('a', [server({}, { protocol: 'Mongo' })])],
    ['null for nothing', gateway('a', [server({ tls: null, bind: null })])],
  ])('taken: %s', (_name, manifest) => {
    expect(why(manifest)).toEqual([]);
  });
});

describe('security objects that are refused', () => {
  const authentication = (rule: object, spec: object = {}) => policy('RequestAuthentication', 'a', { jwtRules: [rule], ...spec });
  const ok = { issuer: 'i', jwksUri: 'https://i/k' };
  test.each<[string, Manifest, string]>([
    ['neither issuer nor keys', authentication({ jwks: '{}' }), '`spec.jwtRules[0]` has neither `issuer` nor `jwksUri`'],
    ['two sources of keys', authentication({ ...ok, jwks: '{}' }), '`spec.jwtRules[0]` has both `jwks` and `jwksUri`'],
    ['one source in two spellings', authentication({ ...ok, jwks_uri: 'https://i/k' }), '`spec.jwtRules[0]` has both `jwks` and `jwksUri`'],
    ['an empty issuer', authentication({ issuer: '', jwksUri: 'https://i/k' }), '`spec.jwtRules[0].issuer` is empty'],
    ['an empty address', authentication({ issuer: 'i', jwksUri: '' }), '`spec.jwtRules[0].jwksUri` is empty'],
    ['an address of another scheme', authentication({ issuer: 'i', jwksUri: 'file:///k' }), '`spec.jwtRules[0].jwksUri` is no address of HTTP or HTTPS'],
    ['no address', authentication({ issuer: 'i', jwks_uri: 'https://[' }), '`spec.jwtRules[0].jwksUri` is no address of HTTP or HTTPS'],
    ['an address that is too long', authentication({ issuer: 'i', jwksUri: `https://i/${'k'.repeat(2048)}` }), '`spec.jwtRules[0].jwksUri` is no address of HTTP or HTTPS'],
    ['no key set', authentication({ issuer: 'i', jwks: 'x' }), '`spec.jwtRules[0].jwks` is no key set'],
    ['a key set that is a list', authentication({ issuer: 'i', jwks: '[]' }), '`spec.jwtRules[0].jwks` is no key set'],
    ['an empty audience', authentication({ ...ok, audiences: ['a', ''] }), '`spec.jwtRules[0].audiences` holds an empty string'],
    ['an empty parameter', authentication({ ...ok, fromParams: [''] }), '`spec.jwtRules[0].fromParams` holds an empty string'],
    ['an empty cookie', authentication({ ...ok, fromCookies: [''] }), '`spec.jwtRules[0].fromCookies` holds an empty string'],
    ['a header without name', authentication({ ...ok, fromHeaders: [{ prefix: 'a' }] }), '`spec.jwtRules[0].fromHeaders` has an entry without name'],
    ['a claim without header', authentication({ ...ok, outputClaimToHeaders: [{ header: 'a', claim: 'b' }, { claim: 'b' }] }), '`spec.jwtRules[0].outputClaimToHeaders[1]` lacks a claim or a valid header name'],
    ['a header name with a space', authentication({ ...ok, outputClaimToHeaders: [{ header: 'a b', claim: 'b' }] }), '`spec.jwtRules[0].outputClaimToHeaders[0]` lacks a claim or a valid header name'],
    ['a header without claim', authentication({ ...ok, outputClaimToHeaders: [{ header: 'a' }] }), '`spec.jwtRules[0].outputClaimToHeaders[0]` lacks a claim or a valid header name'],
    ['selector and target', authentication(ok, { selector: { matchLabels: { a: 'b' } }, targetRefs: [{ kind: 'Gateway', name: 'a' }] }), '`spec.selector` and `spec.targetRefs` exclude each other'],
    ['a target without name', authentication(ok, { targetRefs: [{ kind: 'Gateway' }] }), '`spec.targetRefs` has an entry without kind or name'],
    ['a target without kind', authentication(ok, { targetRef: { name: 'Gateway' } }), '`spec.targetRefs` has an entry without kind or name'],
    ['a target elsewhere', authentication(ok, { targetRef: { kind: 'Gateway', name: 'a', namespace: 'b' } }), '`spec.targetRefs` has an entry with a namespace'],
    ['a wildcard', authentication(ok, { selector: { matchLabels: { a: '*' } } }), '`spec.selector` has a wildcard'],
    ['modes of ports for all pods', policy('PeerAuthentication', 'a', { portLevelMtls: { 80: { mode: 'STRICT' } } }), '`spec.portLevelMtls` needs a selector'],
    ['no port', policy('PeerAuthentication', 'a', { selector: { matchLabels: { a: 'b' } }, portLevelMtls: {} }), '`spec.portLevelMtls` is empty'],
    ['a port that is none', policy('PeerAuthentication', 'a', { selector: { matchLabels: { a: 'b' } }, portLevelMtls: { http: { mode: 'STRICT' } } }), '`spec.portLevelMtls` has port `http`'],
    ['port 0', policy('PeerAuthentication', 'a', { selector: { matchLabels: { a: 'b' } }, portLevelMtls: { 0: { mode: 'STRICT' } } }), '`spec.portLevelMtls` has port `0`'],
    ['a selector with a wildcard', policy('PeerAuthentication', 'a', { selector: { matchLabels: { 'a*': 'b' } }, mtls: { mode: 'STRICT' } }), '`spec.selector` has a wildcard'],
    ['a mode that is none', policy('PeerAuthentication', 'a', { mtls: { mode: 'strict' } }), '`spec.mtls.mode` is none of `UNSET`, `DISABLE`, `PERMISSIVE`, `STRICT`'],
  ])('%s', (_name, manifest, reason) => {
    expect(why(manifest)).toEqual([reason]);
  });

  test.each<[string, Manifest]>([
    ['keys at an address', authentication({ issuer: 'i', jwks_uri: 'http://i:80/k' })],
    ['keys in place', authentication({ issuer: 'i', jwks: '{"keys":[]}', outputClaimToHeaders: [{ header: 'X-A_b', claim: 'a' }], fromHeaders: [{ name: 'a' }], fromParams: ['b'], audiences: ['c'] })],
    ['only an address', authentication({ jwksUri: 'https://i/k' })],
    ['modes of ports', policy('PeerAuthentication', 'a', { selector: { matchLabels: { a: 'b' } }, portLevelMtls: { 80: { mode: 'STRICT' }, 65535: null } })],
    ['no spec', object('security.istio.io/v1', 'PeerAuthentication', 'default', 'a', {})],
    ['an AuthorizationPolicy for a Gateway', policy('AuthorizationPolicy', 'a', { targetRefs: [{ kind: 'Gateway', group: 'gateway.networking.k8s.io', name: 'a' }] })],
  ])('taken: %s', (_name, manifest) => {
    expect(why(manifest)).toEqual([]);
  });
});
