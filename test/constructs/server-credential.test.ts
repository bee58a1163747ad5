import { Chart, Testing } from 'cdk8s';
import { testCertificates, TestCertificates } from './test-certificates';
import { MutualTlsGateway } from '../../src/constructs/mutual-tls-gateway';
import { ServerCredential } from '../../src/constructs/server-credential';
import { TlsGateway, TlsGatewayProps } from '../../src/constructs/tls-gateway';
import { TrustAnchor } from '../../src/constructs/trust-anchor';
import { IngressGateway } from '../../src/model/ingress-gateway';
import { PrivateKeyAlgorithm } from '../../src/resources/gardener-certificate';

let pki: TestCertificates;
beforeAll(async () => { pki = await testCertificates(); });

const decoded = (text: string) => Buffer.from(text, 'base64').toString();
const inManifest = (secretName = 'test', certificate = pki.server) =>
  ServerCredential.withPrivateKeyInManifest({ secretName, certificateChain: certificate.pem, privateKey: certificate.key });

function gateway(hosts: string[], credential: ServerCredential, props: Partial<TlsGatewayProps> = {}, chart = Testing.chart()): TlsGateway {
  return new TlsGateway(chart, 'Gateway', { servers: [{ hosts, credential }], ingress: IngressGateway.helm({ release: 'edge', namespace: 'edge' }), ...props });
}

function rendered(construct: TlsGateway, kind: string): any[] {
  return Testing.synth(Chart.of(construct)).filter((manifest) => manifest.kind === kind);
}

describe('a Secret by name', () => {
  test('is named in the Gateway and not rendered', () => {
    const construct = gateway(['a.test'], ServerCredential.fromSecretName('test.com'));
    expect(Testing.synth(Chart.of(construct)).map(({ kind }) => kind)).toEqual(['Gateway']);
    expect(rendered(construct, 'Gateway')[0].spec.servers[0].tls).toEqual({ mode: 'SIMPLE', credentialName: 'test.com', minProtocolVersion: 'TLSV1_2' });
  });

  test.each([
    ['kubernetes://a/b', 'invalid credential name `kubernetes://a/b`: expected the name of a Secret in the namespace of the gateway\'s pods, without a scheme'],
    ['ns/name', 'invalid credential name `ns/name`: expected the Secret\'s name alone, Istio reads it in the namespace of the gateway\'s pods only'],
    ['test-cacert', 'invalid credential name `test-cacert`: expected a name without the ending `-cacert`, by which Istio tells trust anchors from server certificates'],
    ['Test', 'invalid credential name `Test`: expected at most 253 lower-case letters, digits, `-` and `.`'],
    ['a..b', 'invalid credential name `a..b`: expected at most 253 lower-case letters, digits, `-` and `.`'],
    ['', 'invalid credential name ``: expected at most 253 lower-case letters, digits, `-` and `.`'],
    [undefined as any, 'invalid credential name `undefined`: expected at most 253 lower-case letters, digits, `-` and `.`'],
  ])('is refused with its cure: %p', (name, message) => {
    expect(() => ServerCredential.fromSecretName(name)).toThrow(new Error(message));
    expect(() => ServerCredential.fromGardenerCertificate({ secretName: name })).toThrow(new Error(message));
    expect(() => ServerCredential.fromCertManagerCertificate({ secretName: name, issuerRef: { name: 'x' } })).toThrow(new Error(message));
  });
});

describe('certificate and key in a manifest', () => {
  test('become a TLS Secret in the namespace of the gateway pods, with line feeds only', () => {
    const credential = ServerCredential.withPrivateKeyInManifest({
      secretName: 'test', certificateChain: pki.server.pem.replaceAll('\n', '\r\n'), privateKey: `\n${pki.server.key.replaceAll('\n', '\r\n')}`,
    });
    const [secret] = rendered(gateway(['test.com', 'a.mtls.example.com', '*.mtls.example.com', '*'], credential), 'Secret');
    expect(secret.metadata).toEqual({ name: 'test', namespace: 'edge' });
    expect(secret.type).toBe('kubernetes.io/tls');
    expect(Object.keys(secret.data)).toEqual(['tls.crt', 'tls.key']);
    expect(decoded(secret.data['tls.crt'])).toBe(pki.server.pem);
    expect(decoded(secret.data['tls.key'])).toBe(pki.server.key);
  });

  test('are rendered once for several servers and gateways', () => {
    const chart = Testing.chart();
    gateway(['test.com'], inManifest(), {}, chart).addServer({ hosts: ['a.mtls.example.com'], credential: inManifest() });
    new TlsGateway(chart, 'Other', { servers: [{ hosts: ['b.mtls.example.com'], credential: inManifest() }], ingress: IngressGateway.helm({ release: 'edge', namespace: 'edge' }) });
    expect(Testing.synth(chart).map(({ kind }) => kind)).toEqual(['Secret', 'Gateway', 'Gateway']);
  });

  test('under one name with two contents are reported at synth', () => {
    const construct = gateway(['test.com'], inManifest('same'));
    construct.addServer({ hosts: ['expired.example.com'], credential: inManifest('same', pki.expired) });
    construct.addServer({ hosts: ['a.test'], credential: ServerCredential.fromGardenerCertificate({ secretName: 'same' }) });
    construct.addServer({ hosts: ['b.test'], credential: ServerCredential.fromCertManagerCertificate({ secretName: 'same', issuerRef: { name: 'x' } }) });
    expect(() => rendered(construct, 'Secret')).toThrow(new Error(
      'Validation failed with the following errors:\n  [test/Gateway] credential `edge/same` is wanted with two different contents: give one of them a name of its own',
    ));
  });

  test('that do not belong together are refused', () => {
    expect(() => ServerCredential.withPrivateKeyInManifest({ secretName: 'test', certificateChain: pki.server.pem, privateKey: pki.client.key })).toThrow(new Error(
      'certificate of credential `test` and its private key do not belong together: expected the key of `CN=test.com`',
    ));
  });

  test('a certificate for clients only is refused', () => {
    expect(() => inManifest('test', pki.clientOnly)).toThrow(new Error(
      'certificate of credential `test` includes `CN=client-only.example.com`, which may not serve TLS (extended key usages: `clientAuth`): expected `serverAuth` among them, or none',
    ));
    expect(() => inManifest('test', pki.encryptingServer)).toThrow(new Error(
      'certificate of credential `test` may not serve TLS by its key usage: expected `digitalSignature` or `keyEncipherment` in it, or none',
    ));
  });

  test('a chain out of order is refused', () => {
    const certificateChain = pki.chained.pem + pki.serverCa.pem + pki.intermediate.pem;
    expect(() => ServerCredential.withPrivateKeyInManifest({ secretName: 'test', certificateChain, privateKey: pki.chained.key })).toThrow(new Error(
      'certificate of credential `test` is followed by certificates that do not sign each other in turn: expected the server\'s own first, then its issuer, and so on',
    ));
  });

  test.each([
    ['a.b.mtls.example.com', 'server', 'certificate of credential `test` does not cover host `a.b.mtls.example.com` (names: `test.com`, `*.mtls.example.com`): order one that does'],
    ['*.example.com', 'server', 'certificate of credential `test` does not cover host `*.example.com` (names: `test.com`, `*.mtls.example.com`): order one that does'],
    ['nameless', 'nameless', 'invalid host `nameless`: expected a name with a dot: Istio expands a single label to a service of its own namespace'],
    ['a.test', 'nameless', 'certificate of credential `test` does not cover host `a.test` (names: none): order one that does'],
  ] as const)('host %s of certificate %s is refused', (host, certificate, message) => {
    expect(() => gateway([host], inManifest('test', pki[certificate]))).toThrow(new Error(message));
  });

  test('dates are judged only against a given date', () => {
    expect(() => gateway(['expired.example.com'], inManifest('test', pki.expired))).not.toThrow();
    expect(() => gateway(['expired.example.com'], inManifest('test', pki.expired), { validAt: '2020-06-01' })).not.toThrow();
    expect(() => gateway(['expired.example.com'], inManifest('test', pki.expired), { validAt: '2026-01-01' })).toThrow(new Error(
      'certificate of credential `test` is not valid at `2026-01-01`: `CN=expired.example.com` is valid from 2020-01-01T00:00:00Z to 2021-01-01T00:00:00Z',
    ));
  });

  test('no error shows the private key', () => {
    const secret = pki.client.key.split('\n')[1];
    for (const privateKey of [pki.client.key, secret]) {
      let message = '';
      try {
        ServerCredential.withPrivateKeyInManifest({ secretName: 'test', certificateChain: pki.server.pem, privateKey });
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).not.toBe('');
      expect(message).not.toContain(secret);
    }
  });
});

describe('a Gardener certificate', () => {
  test('is ordered for the hosts of all servers that use it, whatever their order', () => {
    const hosts = ['b.test', '*.a.test', '*', 'x.a.test'];
    const specs = [hosts, [...hosts].reverse()].map((order) => {
      const construct = gateway([order[0]], ServerCredential.fromGardenerCertificate({ secretName: 'test' }), { metadata: { name: 'edge' } });
      order.slice(1).forEach((host) => construct.addServer({ hosts: [host], credential: ServerCredential.fromGardenerCertificate({ secretName: 'test' }) }));
      return rendered(construct, 'Certificate')[0].spec;
    });
    expect(specs[0]).toEqual({ commonName: '*.a.test', dnsNames: ['b.test', 'x.a.test'], secretName: 'test' });
    expect(specs[1]).toEqual(specs[0]);
  });

  test('takes the first name that is short enough as common name', () => {
    const long = `${'a'.repeat(60)}.example.com`;
    const construct = gateway([long, 'b.test'], ServerCredential.fromGardenerCertificate({ secretName: 'test' }));
    expect(rendered(construct, 'Certificate')[0].spec).toEqual({ commonName: 'b.test', dnsNames: [long], secretName: 'test' });
    const only = gateway([long], ServerCredential.fromGardenerCertificate({ secretName: 'test' }));
    expect(rendered(only, 'Certificate')[0].spec).toEqual({ dnsNames: [long], secretName: 'test' });
  });

  test('comes with DNS provider, DNS entries and issuer where they are wanted', () => {
    const construct = gateway(['*.mtls.example.com', 'test.com'], ServerCredential.fromGardenerCertificate({
      secretName: 'test',
      commonName: 'test.com',
      dnsNames: ['*.mtls.example.com'],
      issuer: { name: 'acme', acme: { server: 'https://acme.example.com/directory', email: 'team@example.com', domains: ['example.com', 'a.test'] } },
      dnsEntry: { targets: ['192.0.2.7'], ttl: 600 },
      dnsProvider: { name: 'route53', type: 'aws-route53', secretName: 'aws', domains: ['example.com'], dnsClass: 'own' },
      keyAlgorithm: PrivateKeyAlgorithm.ECDSA,
      keySize: 384,
    }), { metadata: { labels: { team: 'edge' } } });
    const objects = Testing.synth(Chart.of(construct));
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual([
      'DNSProvider edge/route53', 'DNSEntry edge/wildcard.mtls.example.com', 'DNSEntry edge/test.com', 'Issuer edge/acme', 'Certificate edge/test', 'Gateway default/tls-wildcard-mtls-example-com',
    ]);
    expect(objects.every(({ metadata }) => metadata.labels.team === 'edge')).toBe(true);
    expect(objects[0]).toMatchObject({
      metadata: { annotations: { 'dns.gardener.cloud/class': 'own' } }, spec: { type: 'aws-route53', secretRef: { name: 'aws' }, domains: { include: ['example.com'] } },
    });
    expect(objects[1]).toMatchObject({ metadata: { annotations: { 'dns.gardener.cloud/class': 'garden' } }, spec: { dnsName: '*.mtls.example.com', targets: ['192.0.2.7'], ttl: 600 } });
    expect(objects[3].spec).toEqual({ acme: { server: 'https://acme.example.com/directory', email: 'team@example.com', autoRegistration: true, domains: { include: ['a.test', 'example.com'] } } });
    expect(objects[4].spec).toEqual({
      commonName: 'test.com', dnsNames: ['*.mtls.example.com'], secretName: 'test', issuerRef: { name: 'acme', namespace: 'edge' }, privateKey: { algorithm: 'ECDSA', size: 384 },
    });
  });

  test.each([
    [{ name: 'shoot' }, { name: 'shoot' }],
    [{ name: 'shoot', namespace: 'issuers' }, { name: 'shoot', namespace: 'issuers' }],
  ])('names an existing issuer: %p', (issuer, issuerRef) => {
    const construct = gateway(['a.test'], ServerCredential.fromGardenerCertificate({ secretName: 'test', issuer }));
    expect(rendered(construct, 'Certificate')[0].spec.issuerRef).toEqual(issuerRef);
    expect(rendered(construct, 'Issuer')).toEqual([]);
  });

  test('an issuer with a CA of its own lives with the gateway pods', () => {
    const issuer = { name: 'own', caSecretName: 'ca', namespace: 'edge' };
    const construct = gateway(['a.test'], ServerCredential.fromGardenerCertificate({ secretName: 'test', issuer }));
    expect(rendered(construct, 'Issuer')[0]).toMatchObject({ metadata: { namespace: 'edge' }, spec: { ca: { privateKeySecretRef: { name: 'ca', namespace: 'edge' } } } });
    expect(() => gateway(['a.test'], ServerCredential.fromGardenerCertificate({ secretName: 'test', issuer: { ...issuer, namespace: 'other' } }))).toThrow(new Error(
      'issuer `own` is rendered in namespace `edge` of the gateway\'s pods, not in `other`: leave `namespace` out',
    ));
  });

  test('with names of its own has to cover the hosts', () => {
    const credential = ServerCredential.fromGardenerCertificate({ secretName: 'test', commonName: 'a.test', dnsNames: ['*.example.com'] });
    expect(() => gateway(['a.test', 'b.example.com', '*.example.com', '*'], credential)).not.toThrow();
    expect(() => gateway(['a.b.example.com'], credential)).toThrow(new Error(
      'certificate of credential `test` does not name host `a.b.example.com` (names: `a.test`, `*.example.com`): add it, or leave `dnsNames` out',
    ));
  });
});

describe('a cert-manager certificate', () => {
  test('is ordered for the hosts, for a server', () => {
    const construct = gateway(['*.a.test', 'b.test'], ServerCredential.fromCertManagerCertificate({
      secretName: 'test', issuerRef: { name: 'acme', kind: 'ClusterIssuer' }, commonName: 'b.test', duration: '2160h', renewBefore: '360h30m',
    }));
    expect(rendered(construct, 'Certificate')[0]).toEqual({
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name: 'test', namespace: 'edge' },
      spec: {
        commonName: 'b.test',
        dnsNames: ['*.a.test', 'b.test'],
        duration: '2160h',
        renewBefore: '360h30m',
        issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'acme' },
        secretName: 'test',
        usages: ['digital signature', 'key encipherment', 'server auth'],
      },
    });
  });

  test('with names of its own has to cover the hosts; the common name counts for nothing', () => {
    const credential = ServerCredential.fromCertManagerCertificate({ secretName: 'test', issuerRef: { name: 'x' }, commonName: 'a.test', dnsNames: ['b.test'] });
    expect(() => gateway(['a.test'], credential)).toThrow(new Error(
      'certificate of credential `test` does not name host `a.test` (names: `b.test`): add it, or leave `dnsNames` out',
    ));
  });
});

describe('files', () => {
  const files = { certificate: '/etc/certs/tls.crt', privateKey: '/etc/certs/tls.key' };

  test.each([
    ['certificate', { certificate: 'tls.crt' }, 'invalid `certificate` `tls.crt`: expected the absolute path of a file in the gateway\'s pods'],
    ['certificate missing', { certificate: undefined }, 'invalid `certificate` `undefined`: expected the absolute path of a file in the gateway\'s pods'],
    ['key', { privateKey: '/etc/../key' }, 'invalid `privateKey` `/etc/../key`: expected the absolute path of a file in the gateway\'s pods'],
    ['directory', { privateKey: '/etc/certs/' }, 'invalid `privateKey` `/etc/certs/`: expected the absolute path of a file in the gateway\'s pods'],
    ['tilde, at which Istio splits', { privateKey: '/etc/a~b' }, 'invalid `privateKey` `/etc/a~b`: expected the absolute path of a file in the gateway\'s pods'],
    ['volume without Secret', { volumeName: 'x' }, 'volume `x` without `secretName`: name the Secret that it shows'],
    ['secret', { secretName: 'A' }, 'invalid secret name `A`: expected at most 253 lower-case letters, digits, `-` and `.`'],
    ['two directories', { secretName: 'a', privateKey: '/etc/key/tls.key' }, 'files of secret `a` lie in `/etc/certs` and `/etc/key`: a Secret is mounted as one directory'],
    ['root', { secretName: 'a', certificate: '/tls.crt', privateKey: '/tls.key' }, 'invalid path `/tls.crt`: expected a directory of its own for the files of secret `a`'],
    ['volume', { secretName: 'a', volumeName: 'A' }, 'invalid volume name `A`: expected at most 63 lower-case letters, digits and inner `-`; set `volumeName`'],
  ])('are refused with their cure: %s', (_name, change, message) => {
    expect(() => ServerCredential.fromFiles({ ...files, ...change } as any)).toThrow(new Error(message));
  });

  test('that something else mounts need no volumes', () => {
    const construct = gateway(['a.test'], ServerCredential.fromFiles(files));
    expect(construct.volumes.isEmpty).toBe(true);
    expect(construct.volumes.helmValues()).toEqual({});
  });

  test('need a trust anchor in a file', () => {
    const create = (trustAnchor: TrustAnchor) => () => new MutualTlsGateway(Testing.chart(), 'Gateway', { servers: [{ hosts: ['a.test'], credential: ServerCredential.fromFiles(files) }], trustAnchor });
    const message = 'server certificate `/etc/certs/tls.crt` is a file: its trust anchor has to be one too, use `TrustAnchor.fromFile(path)`';
    expect(create(TrustAnchor.fromPem(pki.clientCa.pem))).toThrow(new Error(message));
    expect(create(TrustAnchor.existing())).toThrow(new Error(message));
  });
});
