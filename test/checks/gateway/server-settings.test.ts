import { everywhereFirst } from '../../../src/checks/gateway/everywhere-first';
import { mandatoryOptional } from '../../../src/checks/gateway/mandatory-optional';
import { missingMode } from '../../../src/checks/gateway/missing-mode';
import { skippedVerification } from '../../../src/checks/gateway/skipped-verification';
import { unappliedNames } from '../../../src/checks/gateway/unapplied-names';
import { find, gateway, http, https, Manifest, route, told } from '../support';

const FILES = { credentialName: undefined, serverCertificate: '/a', privateKey: '/b', caCertificates: '/c' };
const NAMES = { subjectAltNames: ['spiffe://partner/client'] };
const SPKI = { verifyCertificateSpki: ['NvqYIYSbgK2vCJpQhObf77vv+bQWtc5ek5RIOwPiC9A='] };
const HASH = { verifyCertificateHash: ['ab'.repeat(32)] };

describe('MTLS005: a TLS server without mode', () => {
  test('is found where it names certificates', () => {
    expect(find(missingMode, [gateway('edge', [http(['*']), https(undefined, ['a.test'])])])).toEqual([{
      object: expect.objectContaining({ kind: 'Gateway', name: 'edge' }),
      path: ['spec', 'servers', 1, 'tls'],
      message: 'server 2 of Gateway `default/edge` has `tls` and no `mode`',
      effect: 'Istio takes it for PASSTHROUGH: its certificates are not used, and no HTTP route is served on it',
      cure: 'write the mode: `MUTUAL` where clients show a certificate, `SIMPLE` where they do not',
    }]);
  });

  test('is MUTUAL where it names a trust anchor', () => {
    const [{ patch }] = find(missingMode, [gateway('edge', [https(undefined, ['a.test'], { caCertCredentialName: 'ca-cacert' })])]);
    expect(patch).toEqual([{ op: 'add', path: '/spec/servers/0/tls/mode', value: 'MUTUAL' }]);
  });

  const bare = https(undefined, ['test.com'], { credentialName: undefined });
  test.each<[string, Manifest[], number]>([
    ['null is no mode', [gateway('edge', [{ port: { number: 443, name: 'a', protocol: 'TLS' }, hosts: ['a.test'], tls: { mode: null, credentialNames: ['a'] } }])], 1],
    ['files', [gateway('edge', [https(undefined, ['a.test'], FILES)])], 1],
    ['nothing named, HTTP routes lead there', [gateway('httpbin', [bare]), route({})], 1],
    ['nothing named, no route leads there', [gateway('httpbin', [bare]), route({ hosts: ['b.test'] })], 0],
    ['nothing named, TLS routes lead there', [gateway('httpbin', [bare]), route({ http: undefined, tls: [{ match: [{ sniHosts: ['test.com'] }], route: [{ destination: { host: 'a' } }] }] })], 0],
    ['nothing named, TLS routes lead there beside others', [gateway('httpbin', [bare]), route({}), route({ http: undefined, tcp: [{ route: [{ destination: { host: 'a' } }] }] }, 'default', 'tcp')], 0],
    ['nothing named, only TCP routes', [gateway('httpbin', [bare]), route({ http: undefined, tcp: [{ route: [{ destination: { host: 'a' } }] }] })], 0],
    ['a mode', [gateway('edge', [https('PASSTHROUGH', ['a.test']), https('SIMPLE', ['b.test'])])], 0],
    ['a redirect', [gateway('edge', [http(['a.test'], { httpsRedirect: true })])], 0],
  ])('%s: %#', (_name, manifests, count) => {
    expect(find(missingMode, manifests)).toHaveLength(count);
  });
});

describe('MTLS006: names or hashes that are not checked', () => {
  test('SIMPLE with names and a credential name shuts the port', () => {
    expect(find(unappliedNames, [gateway('edge', [https('SIMPLE', ['a.test'], NAMES)])])).toEqual([{
      object: expect.objectContaining({ name: 'edge' }),
      path: ['spec', 'servers', 0, 'tls', 'subjectAltNames'],
      message: 'server 1 of Gateway `default/edge` has `subjectAltNames`, and its mode `SIMPLE` has no trust anchor',
      effect: 'Envoy refuses the listener, and nothing is served on the port, under no host',
      cure: 'use mode `MUTUAL` and a trust anchor, or take the list away',
    }]);
  });

  test.each<[string, string, object, string[]]>([
    ['SIMPLE with files', 'SIMPLE', { ...FILES, ...NAMES }, ['subjectAltNames', 'the list is ignored, and anybody gets in']],
    ['SIMPLE with hashes', 'SIMPLE', HASH, ['verifyCertificateHash', 'the list is ignored, and anybody gets in']],
    ['SIMPLE with key hashes and files', 'SIMPLE', { ...FILES, ...SPKI }, ['verifyCertificateSpki', 'the list is ignored, and anybody gets in']],
    ['MUTUAL with hashes and files', 'MUTUAL', { ...FILES, ...HASH, ...NAMES }, ['verifyCertificateHash', 'the list is ignored, and every certificate of the trust anchor gets in']],
    ['OPTIONAL_MUTUAL with key hashes and files', 'OPTIONAL_MUTUAL', { ...FILES, ...SPKI }, ['verifyCertificateSpki', 'the list is ignored, and every certificate of the trust anchor gets in']],
    ['ISTIO_MUTUAL with hashes', 'ISTIO_MUTUAL', { ...HASH, ...NAMES }, ['verifyCertificateHash', 'the list is ignored, and every certificate of the trust anchor gets in']],
  ])('%s', (_name, mode, tls, expected) => {
    expect(find(unappliedNames, [gateway('edge', [https(mode, ['a.test'], tls)])]).map(({ path, effect }) => [path[4], effect])).toEqual([expected]);
  });

  test('each list is told', () => {
    expect(told(unappliedNames, [gateway('edge', [https('SIMPLE', ['a.test'], { ...NAMES, ...SPKI, ...HASH })])]).map((text) => text.split(':')[0])).toEqual([
      'Gateway default/edge spec.servers.0.tls.subjectAltNames', 'Gateway default/edge spec.servers.0.tls.verifyCertificateSpki', 'Gateway default/edge spec.servers.0.tls.verifyCertificateHash',
    ]);
    expect(told(unappliedNames, [gateway('edge', [https('MUTUAL', ['a.test'], { ...FILES, ...SPKI })])])).toEqual([
      'Gateway default/edge spec.servers.0.tls.verifyCertificateSpki: server 1 of Gateway `default/edge` has `verifyCertificateSpki`, which Istio applies with `credentialName` only',
    ]);
    expect(find(unappliedNames, [gateway('edge', [https('MUTUAL', ['a.test'], { ...FILES, ...SPKI })])])[0].cure).toBe('put the certificates in Secrets and name them by `credentialName`');
    expect(find(unappliedNames, [gateway('edge', [https('ISTIO_MUTUAL', ['a.test'], SPKI)])])[0]).toMatchObject({
      message: 'server 1 of Gateway `default/edge` has `verifyCertificateSpki`, which mode `ISTIO_MUTUAL` does not apply', cure: 'use `subjectAltNames`, or a policy on the gateway with `principals`',
    });
  });

  test.each<[string, unknown[]]>([
    ['MUTUAL', [https('MUTUAL', ['a.test'], { ...NAMES, ...SPKI, ...HASH })]],
    ['MUTUAL with files and names', [https('MUTUAL', ['a.test'], { ...FILES, ...NAMES })]],
    ['ISTIO_MUTUAL with names', [https('ISTIO_MUTUAL', ['a.test'], NAMES)]],
    ['SIMPLE without lists', [https('SIMPLE', ['a.test'], { subjectAltNames: [] })]],
    ['pass-through and plain HTTP', [https('PASSTHROUGH', ['a.test'], NAMES), http(['*'])]],
  ])('silent: %s', (_name, servers) => {
    expect(told(unappliedNames, [gateway('edge', servers)])).toEqual([]);
  });
});

describe('MTLS007: an optional certificate that is mandatory', () => {
  test.each<[string, object, string]>([
    ['names', NAMES, 'subjectAltNames'],
    ['key hashes', SPKI, 'verifyCertificateSpki'],
    ['hashes', HASH, 'verifyCertificateHash'],
    ['names of files', { ...FILES, ...NAMES, ...HASH }, 'subjectAltNames'],
  ])('%s', (_name, tls, key) => {
    expect(find(mandatoryOptional, [gateway('edge', [https('OPTIONAL_MUTUAL', ['a.test'], tls)])])).toEqual([{
      object: expect.objectContaining({ name: 'edge' }),
      path: ['spec', 'servers', 0, 'tls', key],
      message: `server 1 of Gateway \`default/edge\` has mode \`OPTIONAL_MUTUAL\` and \`${key}\``,
      effect: 'Envoy then demands a certificate as with `MUTUAL`, and clients without one are refused',
      cure: `take \`${key}\` away and compare the identity in a policy, or use mode \`MUTUAL\``,
    }]);
  });

  test.each<[string, unknown]>([
    ['no list', https('OPTIONAL_MUTUAL', ['a.test'])],
    ['hashes of files, which are ignored', https('OPTIONAL_MUTUAL', ['a.test'], { ...FILES, ...HASH, ...SPKI })],
    ['nothing is verified', https('OPTIONAL_MUTUAL', ['a.test'], { ...NAMES, insecureSkipVerify: true })],
    ['MUTUAL', https('MUTUAL', ['a.test'], NAMES)],
    ['plain HTTP', http(['*'])],
  ])('silent: %s', (_name, server) => {
    expect(told(mandatoryOptional, [gateway('edge', [server])])).toEqual([]);
  });
});

describe('MTLS046: certificates that are not verified', () => {
  test.each(['MUTUAL', 'OPTIONAL_MUTUAL'])('%s', (mode) => {
    expect(find(skippedVerification, [gateway('edge', [https(mode, ['a.test'], { insecureSkipVerify: true })])])).toEqual([{
      object: expect.objectContaining({ name: 'edge' }),
      path: ['spec', 'servers', 0, 'tls', 'insecureSkipVerify'],
      message: 'server 1 of Gateway `default/edge` has `insecureSkipVerify: true`',
      effect: 'any certificate gets in, self-signed ones with any name included',
      cure: 'take it away and name a trust anchor',
      patch: [{ op: 'remove', path: '/spec/servers/0/tls/insecureSkipVerify' }],
    }]);
  });

  test('silent where nobody is asked, where it is false, and where the field is refused', () => {
    expect(told(skippedVerification, [gateway('edge', [https('SIMPLE', ['a.test'], { insecureSkipVerify: true }), https('MUTUAL', ['b.test'], { insecureSkipVerify: false }), http(['*'])])])).toEqual([]);
    expect(told(skippedVerification, [gateway('edge', [https('MUTUAL', ['a.test'], { insecureSkipVerify: true })])], { istioVersion: '1.30' })).toEqual([]);
  });
});

describe('MTLS055: `*/*` before another host with a namespace', () => {
  test.each([['./a.test'], ['*/a.test']])('before %s', (later) => {
    expect(find(everywhereFirst, [gateway('edge', [http(['b.test', '*/*', 'c.test', later])])])).toEqual([{
      object: expect.objectContaining({ name: 'edge' }),
      path: ['spec', 'servers', 0, 'hosts', 1],
      message: `server 1 of Gateway \`default/edge\` has host \`*/*\` before \`${later}\``,
      effect: 'istiod ends with a panic when it reads the Gateway, and again after each restart: no proxy gets configuration any more',
      cure: 'write `*` alone, which says the same',
      patch: [{ op: 'replace', path: '/spec/servers/0/hosts', value: ['*'] }],
    }]);
  });

  test.each([[['*/*']], [['./a.test', '*/*']], [['*/*', 'a.test']], [['*/*', 'ns/a.test']], [['*/*', '*/*']], [['*', './a.test']]])('silent: %j', (hosts) => {
    expect(told(everywhereFirst, [gateway('edge', [http(hosts)])])).toEqual([]);
  });
});

test('the Gateway of the Kyma module, which nobody wrote, is not judged', () => {
  const bound = route({ gateways: ['kyma-system/kyma-gateway'], hosts: ['a.example.com'] });
  for (const check of [missingMode, unappliedNames, mandatoryOptional, skippedVerification, everywhereFirst]) {
    expect(told(check, [bound])).toEqual([]);
  }
});
