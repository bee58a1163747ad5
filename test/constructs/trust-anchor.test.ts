import { Chart, Testing } from 'cdk8s';
import { testCertificates, TestCertificates } from './test-certificates';
import { MutualTlsGateway, MutualTlsGatewayProps } from '../../src/constructs/mutual-tls-gateway';
import { ServerCredential } from '../../src/constructs/server-credential';
import { TrustAnchor } from '../../src/constructs/trust-anchor';

let pki: TestCertificates;
beforeAll(async () => { pki = await testCertificates(); });

const inManifest = (certificate = pki.server) =>
  ServerCredential.withPrivateKeyInManifest({ secretName: 'test', certificateChain: certificate.pem, privateKey: certificate.key });

function gateway(trustAnchor: TrustAnchor, props: Partial<MutualTlsGatewayProps> = {}, chart = Testing.chart()): MutualTlsGateway {
  const id = `Gateway${chart.node.children.length}`;
  return new MutualTlsGateway(chart, id, { servers: [{ hosts: ['test.com'], credential: ServerCredential.fromSecretName('test') }], trustAnchor, ...props });
}

function secrets(construct: MutualTlsGateway): { [name: string]: { [key: string]: string } } {
  const manifests = Testing.synth(Chart.of(construct)).filter(({ kind }) => kind === 'Secret');
  return Object.fromEntries(manifests.map(({ metadata, data }) => [
    metadata.name, Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text as string, 'base64').toString()])),
  ]));
}

const tlsOf = (construct: MutualTlsGateway) => Testing.synth(Chart.of(construct)).find(({ kind }) => kind === 'Gateway').spec.servers[0].tls;

describe('CAs in PEM', () => {
  test('get a Secret beside each credential, with the revocation lists', () => {
    const crl = pki.clientCrl.replaceAll('\n', '\r\n');
    const construct = gateway(TrustAnchor.fromPem(pki.clientCa.pem, { crl }));
    construct.addServer({ hosts: ['b.test'], credential: ServerCredential.fromSecretName('b') });
    construct.addServer({ hosts: ['c.test'], credential: ServerCredential.fromSecretName('b') });
    expect(secrets(construct)).toEqual({
      'test-cacert': { cacert: pki.clientCa.pem, crl: pki.clientCrl },
      'b-cacert': { cacert: pki.clientCa.pem, crl: pki.clientCrl },
    });
    expect(tlsOf(construct).caCertCredentialName).toBeUndefined();
  });

  test('may be several', () => {
    const pem = pki.clientCa.pem + pki.secondClientCa.pem;
    expect(secrets(gateway(TrustAnchor.fromPem(pem)))['test-cacert'].cacert).toBe(pem);
  });

  test('a certificate that is no CA is refused', () => {
    expect(() => TrustAnchor.fromPem(pki.clientCa.pem + pki.client.pem)).toThrow(new Error(
      'trust anchor includes `CN=client`, which is no CA: expected only CAs, or `TrustAnchor.pinnedLeaf(pem)` to admit that very certificate',
    ));
  });

  test('a CA for servers only is refused', () => {
    expect(() => TrustAnchor.fromPem(pki.serverOnlyCa.pem)).toThrow(new Error(
      'trust anchor includes `CN=Server Only CA`, whose clients Envoy refuses (extended key usages: `serverAuth`): expected `clientAuth` among them, or none',
    ));
  });

  test('each need a revocation list as soon as one has one', () => {
    expect(() => TrustAnchor.fromPem(pki.clientCa.pem + pki.secondClientCa.pem, { crl: pki.clientCrl })).toThrow(new Error(
      'trust anchor has no revocation list of `CN=Second Client CA` while there are lists: Envoy would refuse every client of it, add its list or leave `crl` out',
    ));
    expect(() => TrustAnchor.fromPem(pki.clientCa.pem, { crl: pki.clientCa.pem })).toThrow('revocation list holds a `CERTIFICATE` block');
  });

  test('the CA of the server certificate needs a reason', () => {
    const servers = [{ hosts: ['test.com'], credential: inManifest() }];
    const message = 'trust anchor `CN=Server CA` also signs the server certificate of credential `test`: whoever gets a certificate of that CA, other servers included, would be a client; '
      + 'use a CA for clients only, or say why in `alsoSignsServers`';
    expect(() => gateway(TrustAnchor.fromPem(pki.serverCa.pem), { servers })).toThrow(new Error(message));
    expect(() => gateway(TrustAnchor.fromPem(pki.clientCa.pem), { servers })).not.toThrow();
    expect(Object.keys(secrets(gateway(TrustAnchor.fromPem(pki.serverCa.pem, { alsoSignsServers: 'a private CA of this team' }), { servers })))).toEqual(['test', 'test-cacert']);
    expect(() => TrustAnchor.fromPem(pki.serverCa.pem, { alsoSignsServers: ' ' })).toThrow(new Error(
      'invalid `alsoSignsServers` ` `: say why everybody with a certificate of that CA may be a client',
    ));
    expect(() => TrustAnchor.fromPem(pki.serverCa.pem, { alsoSignsServers: true as any })).toThrow(new Error(
      'invalid `alsoSignsServers` `true`: say why everybody with a certificate of that CA may be a client',
    ));
  });

  test('of an intermediate above the server certificate need a reason too', () => {
    const credential = ServerCredential.withPrivateKeyInManifest({ secretName: 'chained', certificateChain: pki.chained.pem + pki.intermediate.pem, privateKey: pki.chained.key });
    expect(() => gateway(TrustAnchor.fromPem(pki.serverCa.pem), { servers: [{ hosts: ['chained.example.com'], credential }] })).toThrow('trust anchor `CN=Server CA` also signs the server certificate of credential `chained`');
  });

  test('are judged against a given date only', () => {
    const anchor = () => TrustAnchor.fromPem(pki.secondClientCa.pem);
    expect(() => gateway(anchor())).not.toThrow();
    expect(() => gateway(anchor(), { validAt: '2029-12-31' })).not.toThrow();
    expect(() => gateway(anchor(), { validAt: '2030-01-02' })).toThrow(new Error(
      'trust anchor `CN=Second Client CA` is not valid at `2030-01-02`: it is valid from 2020-01-01T00:00:00Z to 2030-01-01T00:00:00Z',
    ));
    expect(() => gateway(TrustAnchor.fromPem(pki.clientCa.pem, { crl: pki.staleClientCrl }))).not.toThrow();
    expect(() => gateway(TrustAnchor.fromPem(pki.clientCa.pem, { crl: pki.clientCrl }), { validAt: '2026-01-01' })).not.toThrow();
    expect(() => gateway(TrustAnchor.fromPem(pki.clientCa.pem, { crl: pki.staleClientCrl }), { validAt: '2026-01-01' })).toThrow(new Error(
      'trust anchor has a revocation list whose next update is due before `2026-01-01`: Envoy would refuse every client, fetch the current list',
    ));
  });

  test('in a ConfigMap of an impossible name are refused', () => {
    const message = 'invalid ConfigMap name `x-cacert`: expected one that does not end in `-cacert`, Istio cuts that off and looks for another one';
    expect(() => TrustAnchor.fromPem(pki.clientCa.pem, { configMapName: 'x-cacert' })).toThrow(new Error(message));
    expect(() => TrustAnchor.fromConfigMap('x-cacert')).toThrow(new Error(message));
  });
});

describe('pinned client certificates', () => {
  test('are no CAs', () => {
    expect(() => TrustAnchor.pinnedLeaf(pki.clientCa.pem)).toThrow(new Error(
      'pinned certificate `CN=Client CA` is a CA, whose clients would get in too: use `TrustAnchor.fromPem(pem)` if they shall',
    ));
  });

  test.each(['clientOnly', 'client'] as const)('may be used by clients: %s', (name) => {
    expect(() => TrustAnchor.pinnedLeaf(pki[name].pem)).not.toThrow();
  });

  test.each([['server', 'CN=test.com'], ['encryptingClient', 'CN=encrypting']] as const)('have to be usable by clients: %s', (name, subject) => {
    expect(() => TrustAnchor.pinnedLeaf(pki[name].pem)).toThrow(new Error(
      `pinned certificate \`${subject}\` may not be used by a TLS client: expected \`clientAuth\` among its extended key usages, or none, and a key usage for signatures`,
    ));
  });
});

describe('what others provide', () => {
  test.each([
    ['existing Secrets', TrustAnchor.existing()],
    ['the CA in the credential\'s own Secret', TrustAnchor.inCredentialSecret('put there by hand')],
  ])('%s are not rendered', (_name, anchor) => {
    const construct = gateway(anchor);
    expect(secrets(construct)).toEqual({});
    expect(tlsOf(construct)).toEqual({ mode: 'MUTUAL', credentialName: 'test', minProtocolVersion: 'TLSV1_2' });
  });

  test.each(['', ' ', undefined as any, 7 as any])('the CA in the credential\'s Secret needs a reason: %p', (reason) => {
    expect(() => TrustAnchor.inCredentialSecret(reason)).toThrow(new Error(
      `invalid reason \`${reason}\`: say why the CA in the credential's own Secret is the one for clients, e.g. \`put there by hand\``,
    ));
  });

  test('there is no CA in a Secret that is rendered with certificate and key only', () => {
    expect(() => gateway(TrustAnchor.inCredentialSecret('x'), { servers: [{ hosts: ['test.com'], credential: inManifest() }] })).toThrow(new Error(
      'credential `test` is rendered without a CA: expected a trust anchor of its own, such as `TrustAnchor.fromPem(pem)`',
    ));
    expect(() => gateway(TrustAnchor.existing(), { servers: [{ hosts: ['test.com'], credential: inManifest() }] })).not.toThrow();
  });

  test.each(['', 'A', 'a/b', undefined as any])('a ConfigMap is named: %p', (name) => {
    expect(() => TrustAnchor.fromConfigMap(name)).toThrow(new Error(`invalid ConfigMap name \`${name}\`: expected at most 253 lower-case letters, digits, \`-\` and \`.\``));
  });

  test('a ConfigMap lives in a namespace', () => {
    expect(() => TrustAnchor.fromConfigMap('a', { namespace: 'A' })).toThrow(new Error('invalid namespace `A`: expected at most 63 lower-case letters, digits and inner `-`'));
  });
});

describe('files', () => {
  test('beside a credential\'s Secret are refused, because Istio ignores them', () => {
    expect(() => gateway(TrustAnchor.fromFile('/etc/ca/ca.pem'))).toThrow(new Error(
      'trust anchor `/etc/ca/ca.pem` beside the Secret `test`: Istio ignores the file, use `TrustAnchor.fromPem(pem)` or `ServerCredential.fromFiles(…)`',
    ));
  });

  test('without a Secret or a revocation list are only named', () => {
    const credential = ServerCredential.fromFiles({ certificate: '/etc/certs/tls.crt', privateKey: '/etc/certs/tls.key' });
    const construct = gateway(TrustAnchor.fromFile('/etc/ca/ca.pem'), { servers: [{ hosts: ['test.com'], credential }] });
    expect(construct.volumes.isEmpty).toBe(true);
    expect(tlsOf(construct)).toEqual({
      mode: 'MUTUAL', minProtocolVersion: 'TLSV1_2', serverCertificate: '/etc/certs/tls.crt', privateKey: '/etc/certs/tls.key', caCertificates: '/etc/ca/ca.pem',
    });
  });

  test('have absolute paths', () => {
    expect(() => TrustAnchor.fromFile('ca.pem')).toThrow(new Error('invalid `trust anchor` `ca.pem`: expected the absolute path of a file in the gateway\'s pods'));
  });
});

describe('two gateways that share a credential share its trust anchor', () => {
  const both = (a: TrustAnchor, b: TrustAnchor) => {
    const chart = Testing.chart();
    gateway(a, { metadata: { name: 'a' } }, chart);
    gateway(b, { metadata: { name: 'b' }, servers: [{ hosts: ['b.test'], credential: ServerCredential.fromSecretName('test') }] }, chart);
    return () => Testing.synth(chart);
  };
  const message = new Error(
    'Validation failed with the following errors:\n  [test/Gateway1] trust anchor of credential `istio-system/test` is wanted with two different contents: give one of them a name of its own',
  );

  test('which is rendered once', () => {
    expect(both(TrustAnchor.fromPem(pki.clientCa.pem), TrustAnchor.fromPem(pki.clientCa.pem))().filter(({ kind }) => kind === 'Secret')).toHaveLength(1);
    expect(both(TrustAnchor.existing(), TrustAnchor.existing())).not.toThrow();
  });

  test('or the app does not synthesise', () => {
    expect(both(TrustAnchor.fromPem(pki.clientCa.pem), TrustAnchor.fromPem(pki.secondClientCa.pem))).toThrow(message);
    expect(both(TrustAnchor.fromPem(pki.clientCa.pem), TrustAnchor.inCredentialSecret('x'))).toThrow(message);
    expect(both(TrustAnchor.existing(), TrustAnchor.inCredentialSecret('x'))).toThrow(message);
    expect(both(TrustAnchor.existing(), TrustAnchor.fromPem(pki.clientCa.pem))).toThrow(message);
  });

  test('unless a ConfigMap is named in the Gateway', () => {
    expect(both(TrustAnchor.existing(), TrustAnchor.fromConfigMap('clients'))).not.toThrow();
  });

  test('one ConfigMap has one content', () => {
    expect(both(TrustAnchor.fromPem(pki.clientCa.pem, { configMapName: 'x' }), TrustAnchor.fromPem(pki.secondClientCa.pem, { configMapName: 'x' }))).toThrow(
      '[test/Gateway1] config map `istio-system/x` is wanted with two different contents: give one of them a name of its own',
    );
  });
});
