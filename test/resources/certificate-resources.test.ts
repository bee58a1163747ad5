import { JsonPatch, Testing } from 'cdk8s';
import { CertManagerCertificate } from '../../src/resources/cert-manager-certificate';
import { ConfigMap } from '../../src/resources/config-map';
import { DnsEntry } from '../../src/resources/dns-entry';
import { DnsProvider } from '../../src/resources/dns-provider';
import { GardenerCertificate, PrivateKeyAlgorithm } from '../../src/resources/gardener-certificate';
import { GardenerIssuer } from '../../src/resources/gardener-issuer';
import { Secret } from '../../src/resources/secret';

type Kind = new (scope: any, id: string, props: any) => any;

function rendered(kind: Kind, props: any, id = 'test'): any {
  const chart = Testing.chart();
  new kind(chart, id, props);
  return Testing.synth(chart)[0];
}

describe('a Gardener certificate', () => {
  test('is ordered by names, issuer and key', () => {
    expect(rendered(GardenerCertificate, {
      secretName: 'test', commonName: 'a.test', dnsNames: ['c.test', 'b.test', 'a.test'], issuerName: 'own', issuerNamespace: 'issuers', keyAlgorithm: PrivateKeyAlgorithm.RSA,
    })).toEqual({
      apiVersion: 'cert.gardener.cloud/v1alpha1',
      kind: 'Certificate',
      metadata: { name: 'test', namespace: 'default' },
      spec: { commonName: 'a.test', dnsNames: ['b.test', 'c.test'], secretName: 'test', issuerRef: { name: 'own', namespace: 'issuers' }, privateKey: { algorithm: 'RSA' } },
    });
  });

  test('knows the names that it is ordered for', () => {
    const certificate = new GardenerCertificate(Testing.chart(), 'test', { secretName: 'test', commonName: 'b.test' });
    certificate.addDnsName('a.test');
    expect([certificate.hosts, certificate.secretName, certificate.name]).toEqual([['a.test', 'b.test'], 'test', 'test']);
    certificate.apiObject.addJsonPatch(JsonPatch.add('/spec/preferredChain', 'Root'));
    expect(certificate.apiObject.toJson().spec.preferredChain).toBe('Root');
  });

  test('without names is reported at synth', () => {
    expect(() => rendered(GardenerCertificate, { secretName: 'test' })).toThrow('certificate `test` has no names: give `commonName` or `dnsNames`');
  });

  test.each([
    [{ commonName: `${'a'.repeat(60)}.test` }, `invalid common name \`${'a'.repeat(60)}.test\`: expected at most 64 characters, put it into \`dnsNames\``],
    [{ commonName: '*' }, 'invalid DNS name `*`: expected one such as `*.example.com`'],
    [{ dnsNames: ['A.test'] }, 'invalid host `A.test`: expected its lower-case form `a.test`'],
    [{ issuerNamespace: 'x' }, '`issuerNamespace` `x` without `issuerName`: name the issuer'],
    [{ keySize: 2048 }, '`keySize` `2048` without `keyAlgorithm`: say `RSA` or `ECDSA`'],
    [{ keyAlgorithm: 'DSA' }, 'invalid key algorithm `DSA`: expected `RSA` or `ECDSA`'],
    [{ keyAlgorithm: 'ECDSA', keySize: 2048 }, 'invalid key size `2048` for `ECDSA`: expected one of `256`, `384`'],
  ])('%p is refused', (change, message) => {
    expect(() => rendered(GardenerCertificate, { secretName: 'test', ...change })).toThrow(new Error(message));
  });
});

describe('a Gardener issuer', () => {
  const acme = { server: 'https://acme.example.com/directory', email: 'team@example.com' };

  test('of an ACME server, with a given account', () => {
    expect(rendered(GardenerIssuer, { acme: { ...acme, accountKeySecretName: 'account' }, metadata: { name: 'acme', namespace: 'edge' } }).spec).toEqual({
      acme: { ...acme, privateKeySecretRef: { name: 'account', namespace: 'edge' } },
    });
  });

  test.each([
    [{}, 'issuer `test` has neither `acme` nor `caSecretName`: give one of them'],
    [{ acme, caSecretName: 'x', metadata: { name: 'y' } }, 'issuer `y` has both `acme` and `caSecretName`: give one of them'],
    [{ acme: { ...acme, server: 'http://acme.example.com' } }, 'invalid ACME server `http://acme.example.com`: expected its directory URL, beginning with `https://`'],
    [{ acme: { ...acme, server: undefined } }, 'invalid ACME server `undefined`: expected its directory URL, beginning with `https://`'],
    [{ acme: { ...acme, email: 'team' } }, 'invalid e-mail address `team`: expected `name@domain`'],
    [{ acme: { ...acme, domains: [] } }, 'issuer has no domains `[]`: leave `domains` out to use it for every domain'],
  ])('%p is refused', (props, message) => {
    expect(() => rendered(GardenerIssuer, props)).toThrow(new Error(message));
  });
});

describe('a cert-manager certificate', () => {
  const props = { secretName: 'test', issuerRef: { name: 'own' }, dnsNames: ['b.test', 'a.test'] };

  test('is ordered for a server', () => {
    expect(rendered(CertManagerCertificate, { ...props, issuerRef: { name: 'own', kind: 'Pool', group: 'example.com' } }).spec).toEqual({
      dnsNames: ['a.test', 'b.test'], secretName: 'test', issuerRef: { name: 'own', kind: 'Pool', group: 'example.com' }, usages: ['digital signature', 'key encipherment', 'server auth'],
    });
    expect(rendered(CertManagerCertificate, props).spec.issuerRef).toEqual({ name: 'own', kind: 'Issuer', group: 'cert-manager.io' });
  });

  test('without names is reported at synth', () => {
    expect(() => rendered(CertManagerCertificate, { ...props, dnsNames: undefined, commonName: 'a.test' })).toThrow('certificate `test` has no names: give `dnsNames`');
  });

  test.each([
    [{ issuerRef: undefined }, 'certificate `test` has no issuer: give `issuerRef.name`'],
    [{ issuerRef: { name: '' } }, 'certificate `test` has no issuer: give `issuerRef.name`'],
    [{ duration: '90d' }, 'invalid `duration` `90d`: expected a Go duration such as `2160h`'],
    [{ renewBefore: '' }, 'invalid `renewBefore` ``: expected a Go duration such as `2160h`'],
  ])('%p is refused', (change, message) => {
    expect(() => rendered(CertManagerCertificate, { ...props, ...change })).toThrow(new Error(message));
  });
});

describe('a DNS entry', () => {
  test('is named after its DNS name, and taken by the shoot\'s controllers', () => {
    expect(rendered(DnsEntry, { dnsName: '*.a.test', targets: ['192.0.2.2', '192.0.2.1', '192.0.2.1'] })).toEqual({
      apiVersion: 'dns.gardener.cloud/v1alpha1',
      kind: 'DNSEntry',
      metadata: { name: 'wildcard.a.test', namespace: 'default', annotations: { 'dns.gardener.cloud/class': 'garden' } },
      spec: { dnsName: '*.a.test', targets: ['192.0.2.1', '192.0.2.2'] },
    });
  });

  test('may hold text', () => {
    expect(rendered(DnsEntry, { dnsName: 'a.test', text: ['v=spf1 -all'], dnsClass: 'own', metadata: { name: 'x', annotations: { a: 'b' } } })).toMatchObject({
      metadata: { name: 'x', annotations: { 'dns.gardener.cloud/class': 'own', 'a': 'b' } }, spec: { text: ['v=spf1 -all'] },
    });
  });

  test.each([
    [{ targets: undefined }, 'DNS entry `a.test` has neither `targets` nor `text`: give one of them'],
    [{ text: ['x'] }, 'DNS entry `a.test` has both `targets` and `text`: give one of them'],
    [{ targets: [] }, 'DNS entry `a.test` has no targets `[]`: give at least one'],
    [{ targets: ['a\nb'] }, 'invalid targets `a\nb` of DNS entry `a.test`: expected printable ASCII'],
    [{ targets: [7] }, 'invalid targets `7` of DNS entry `a.test`: expected printable ASCII'],
    [{ ttl: 0 }, 'invalid TTL `0`: expected seconds, an integer from 1 to 8640000'],
    [{ ttl: 1.5 }, 'invalid TTL `1.5`: expected seconds, an integer from 1 to 8640000'],
    [{ ttl: 8640001 }, 'invalid TTL `8640001`: expected seconds, an integer from 1 to 8640000'],
    [{ dnsName: '*' }, 'invalid DNS name `*`: expected one such as `*.example.com`'],
  ])('%p is refused', (change, message) => {
    expect(() => rendered(DnsEntry, { dnsName: 'a.test', targets: ['192.0.2.1'], ...change })).toThrow(new Error(message));
  });
});

describe('a DNS provider', () => {
  test('names service and access data', () => {
    expect(rendered(DnsProvider, { type: 'google-clouddns', secretName: 'gcp', metadata: { name: 'gcp' } })).toEqual({
      apiVersion: 'dns.gardener.cloud/v1alpha1',
      kind: 'DNSProvider',
      metadata: { name: 'gcp', namespace: 'default', annotations: { 'dns.gardener.cloud/class': 'garden' } },
      spec: { type: 'google-clouddns', secretRef: { name: 'gcp' } },
    });
  });

  test.each([
    [{ secretName: '' }, 'DNS provider of type `aws-route53` has no `secretName`: name the Secret with its access data'],
    [{ domains: [] }, 'DNS provider has no domains `[]`: leave `domains` out to serve every domain of its zones'],
  ])('%p is refused', (change, message) => {
    expect(() => rendered(DnsProvider, { type: 'aws-route53', secretName: 'aws', ...change })).toThrow(new Error(message));
  });

  test('of an unknown service is refused', () => {
    expect(() => rendered(DnsProvider, { type: 'aws', secretName: 'aws' })).toThrow(/^invalid DNS provider type `aws`: expected one of `aws-route53`, /);
  });
});

test('a Secret holds its entries in base64, a ConfigMap as they are', () => {
  expect(rendered(Secret, { metadata: { name: 'a' }, type: 'Opaque', entries: { cacert: 'é' } })).toEqual({
    apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace: 'default' }, type: 'Opaque', data: { cacert: 'w6k=' },
  });
  expect(rendered(ConfigMap, { metadata: { name: 'a', namespace: 'b' }, data: { cacert: 'é' } })).toEqual({
    apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'b' }, data: { cacert: 'é' },
  });
});
