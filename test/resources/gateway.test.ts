import { JsonPatch, Testing } from 'cdk8s';
import { IngressGateway } from '../../src/model/ingress-gateway';
import { Gateway, GatewayProps } from '../../src/resources/gateway';
import { gatewayReference } from '../../src/resources/gateway-reference';
import { GatewayProtocol, GatewayServer, TlsMode, TlsVersion } from '../../src/resources/gateway-server';

const https = (hosts: string[], change: Partial<GatewayServer> = {}): GatewayServer =>
  ({ hosts, port: 443, protocol: GatewayProtocol.HTTPS, tls: { mode: TlsMode.SIMPLE, credentialName: 'x' }, ...change });
const http = (hosts: string[], change: Partial<GatewayServer> = {}): GatewayServer =>
  ({ hosts, port: 80, protocol: GatewayProtocol.HTTP, ...change });
const tls = (change: any): GatewayServer => https(['a.test'], { tls: { mode: TlsMode.SIMPLE, ...change } });

function gateway(servers: GatewayServer[], props: Partial<GatewayProps> = {}, chart = Testing.chart()): Gateway {
  return new Gateway(chart, 'edge', { servers, ...props });
}

const rendered = (construct: Gateway): any => Testing.synth(construct.node.scope as any)[0];

test('every field finds its place', () => {
  const construct = gateway([
    https(['b.test', 'team/*.a.test', './c.test'], {
      name: 'own',
      tls: {
        mode: TlsMode.MUTUAL,
        credentialName: 'x',
        caCertCredentialName: 'clients-cacert',
        subjectAltNames: ['client.test'],
        minimumVersion: TlsVersion.TLS_1_2,
        maximumVersion: TlsVersion.TLS_1_3,
        cipherSuites: ['ECDHE-RSA-AES256-GCM-SHA384'],
      },
    }),
    https(['pass.test'], { protocol: GatewayProtocol.TLS, port: 8443, tls: { mode: TlsMode.PASSTHROUGH } }),
    http(['b.test'], { httpsRedirect: true }),
  ], { metadata: { name: 'edge', namespace: 'platform', labels: { a: 'b' } }, ingress: IngressGateway.of({ labels: { istio: 'edge' }, namespace: 'edge', serviceAccount: 'edge', ports: [] }) });
  expect(rendered(construct)).toEqual({
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name: 'edge', namespace: 'platform', labels: { a: 'b' } },
    spec: {
      selector: { istio: 'edge' },
      servers: [
        { hosts: ['b.test'], port: { number: 80, name: 'http-80-b-test', protocol: 'HTTP' }, tls: { httpsRedirect: true } },
        {
          hosts: ['./c.test', 'b.test', 'team/*.a.test'],
          port: { number: 443, name: 'own', protocol: 'HTTPS' },
          tls: {
            mode: 'MUTUAL',
            credentialName: 'x',
            caCertCredentialName: 'clients-cacert',
            subjectAltNames: ['client.test'],
            minProtocolVersion: 'TLSV1_2',
            maxProtocolVersion: 'TLSV1_3',
            cipherSuites: ['ECDHE-RSA-AES256-GCM-SHA384'],
          },
        },
        { hosts: ['pass.test'], port: { number: 8443, name: 'tls-8443-pass-test', protocol: 'TLS' }, tls: { mode: 'PASSTHROUGH' } },
      ],
    },
  });
  expect(gatewayReference(construct)).toBe('platform/edge');
  expect([construct.gatewayHosts, construct.gatewayPorts]).toEqual([['*.a.test', 'b.test', 'c.test', 'pass.test'], [443, 8443]]);
});

test.each([
  ['two certificates', { credentialNames: ['rsa', 'ecdsa'] }],
  ['files', { serverCertificate: '/etc/certs/tls.crt', privateKey: '/etc/certs/tls.key' }],
  ['a client CA in files with revocation lists', { mode: TlsMode.MUTUAL, serverCertificate: '/etc/certs/tls.crt', privateKey: '/etc/certs/tls.key', caCertificates: '/etc/ca/ca.pem', caCrl: '/etc/ca/crl.pem' }],
  ['a ConfigMap', { mode: TlsMode.MUTUAL, credentialName: 'x', caCertCredentialName: 'configmap://trust/clients' }],
  ['certificates where clients have them', { mode: TlsMode.OPTIONAL_MUTUAL, credentialName: 'x' }],
])('a server may have %s', (_name, given) => {
  expect(rendered(gateway([tls(given)])).spec.servers[0].tls).toEqual({ mode: 'SIMPLE', ...given, minProtocolVersion: 'TLSV1_2' });
});

test('mesh certificates are read from nowhere', () => {
  expect(rendered(gateway([tls({ mode: TlsMode.ISTIO_MUTUAL, subjectAltNames: ['a'] })])).spec.servers[0].tls).toEqual({ mode: 'ISTIO_MUTUAL', subjectAltNames: ['a'] });
});

test.each([
  ['MUTUAL alone', [tls({ mode: TlsMode.MUTUAL, credentialName: 'x' })], true],
  ['MUTUAL and a redirect', [tls({ mode: TlsMode.MUTUAL, credentialName: 'x' }), http(['a.test'], { httpsRedirect: true })], true],
  ['MUTUAL and plain HTTP', [tls({ mode: TlsMode.MUTUAL, credentialName: 'x' }), http(['a.test'])], false],
  ['SIMPLE', [https(['a.test'])], false],
  ['OPTIONAL_MUTUAL', [tls({ mode: TlsMode.OPTIONAL_MUTUAL, credentialName: 'x' })], false],
  ['a redirect alone', [http(['a.test'], { httpsRedirect: true })], false],
])('%s: clients are verified %#', (_name, servers, expected) => {
  expect(gateway(servers).verifiesClientCertificates).toBe(expected);
});

test('servers are a set: the order of the calls means nothing, and lists are copied', () => {
  const servers = [https(['b.test']), https(['a.test']), http(['c.test'])];
  const hosts = ['z.test'];
  const first = gateway([...servers, https(hosts)]);
  hosts.push('y.test');
  const second = gateway([]);
  [https(['z.test']), ...servers].reverse().forEach((server) => second.addServer(server));
  expect(rendered(first)).toEqual(rendered(second));
  first.servers[0].hosts.push('x.test');
  expect(first.servers.map((server) => server.hosts)).toEqual([['c.test'], ['a.test'], ['b.test'], ['z.test']]);
  first.guard('a.test');
});

test('any field of the kind can be patched', () => {
  const construct = gateway([https(['a.test'])]);
  construct.apiObject.addJsonPatch(JsonPatch.add('/spec/servers/0/bind', '10.0.0.1'));
  expect(rendered(construct).spec.servers[0].bind).toBe('10.0.0.1');
});

describe('values that Istio would drop or Envoy refuse are refused with their cure', () => {
  const from = 'give one of `credentialName`, `credentialNames`, or `serverCertificate` with `privateKey`';
  test.each<[string, any, string]>([
    ['server', null, 'invalid gateway server `null`: expected hosts, port and protocol'],
    ['no hosts', https([]), 'gateway server has no hosts `[]`: name the hosts that it serves'],
    ['hosts from JavaScript', https('a.test' as any), 'gateway server has no hosts `[]`: name the hosts that it serves'],
    ['the pair that ends istiod', https(['*/*', './a.test']), 'invalid host `*/*`: istiod ends when another host with a namespace follows it, write `*`'],
    ['any namespace spelt out', https(['*/a.test']), 'invalid host `*/a.test`: expected `a.test`, which admits the same routes'],
    ['two slashes', https(['a/b/c.test']), 'invalid host `a/b/c.test`: expected at most one `/`, between namespace and host'],
    ['namespace', https(['A/a.test']), 'invalid namespace `A`: expected at most 63 lower-case letters, digits and inner `-`'],
    ['empty host', https(['a/']), 'invalid host ``: expected a host name such as `app.example.com` or a wildcard such as `*.example.com`'],
    ['upper case', https(['A.test']), 'invalid host `A.test`: expected its lower-case form `a.test`'],
    ['a host twice', https(['a.test', 'a.test']), 'host `a.test` stands twice in one server: leave one out'],
    ['a bound host that is open after all', https(['a.test', 'team/a.test']), 'hosts `a.test` and `team/a.test` stand in one server: the one without a namespace admits the routes of all, leave one out'],
    ['port', https(['a.test'], { port: 70000 }), 'invalid port `70000`: expected an integer from 1 to 65535'],
    ['protocol', https(['a.test'], { protocol: 'https' as any }), 'invalid protocol `https`: expected one of `HTTP`, `HTTP2`, `GRPC`, `HTTPS`, `TLS`, `TCP`'],
    ['HTTPS without TLS', https(['a.test'], { tls: undefined }), 'server for `a.test` with protocol `HTTPS` has no `tls`: give at least its mode'],
    ['HTTP with TLS', https(['a.test'], { protocol: GatewayProtocol.HTTP }), 'server for `a.test` with protocol `HTTP` has `tls`: expected protocol `HTTPS` or `TLS`'],
    ['redirect of TLS', https(['a.test'], { httpsRedirect: true }), '`httpsRedirect` with protocol `HTTPS`: expected protocol `HTTP`'],
    ['port name', https(['a.test'], { name: 'a.b' }), 'invalid port name `a.b`: expected letters, digits and inner `-`; Istio splits names at dots'],
    ['port name from JavaScript', https(['a.test'], { name: 7 as any }), 'invalid port name `7`: expected letters, digits and inner `-`; Istio splits names at dots'],
    ['no mode, which means PASSTHROUGH', tls({ mode: undefined, credentialName: 'x' }), 'invalid TLS mode `undefined`: expected one of `PASSTHROUGH`, `SIMPLE`, `MUTUAL`, `AUTO_PASSTHROUGH`, `ISTIO_MUTUAL`, `OPTIONAL_MUTUAL`'],
    ['old TLS', tls({ credentialName: 'x', minimumVersion: 'TLSV1_1' }), 'invalid TLS version `TLSV1_1`: expected one of `TLSV1_2`, `TLSV1_3`'],
    ['no TLS version left', tls({ credentialName: 'x', minimumVersion: TlsVersion.TLS_1_3, maximumVersion: TlsVersion.TLS_1_2 }), 'minimum TLS version `TLSV1_3` is above the maximum `TLSV1_2`: no client could connect'],
    ['certificate not terminated', tls({ mode: TlsMode.PASSTHROUGH, credentialName: 'x' }), '`credentialName` with TLS mode `PASSTHROUGH`: the mode reads no certificates'],
    ['mesh certificate and another', tls({ mode: TlsMode.ISTIO_MUTUAL, credentialName: 'x' }), '`credentialName` with TLS mode `ISTIO_MUTUAL`: the mode uses the mesh\'s own certificates'],
    ['no certificate', tls({}), `server certificate comes from nowhere: ${from}`],
    ['files and Secret', tls({ credentialName: 'x', serverCertificate: 'use sds', privateKey: 'use sds' }), `server certificate comes from \`credentialName\` and files: ${from}`],
    ['one Secret and several', tls({ credentialName: 'x', credentialNames: ['y'] }), `server certificate comes from \`credentialName\` and \`credentialNames\`: ${from}`],
    ['Secret elsewhere', tls({ credentialName: 'ns/x' }), 'invalid credential name `ns/x`: expected the Secret\'s name alone, Istio reads it in the namespace of the gateway\'s pods only'],
    ['no Secrets', tls({ credentialNames: [] }), '`credentialNames` has 0 entries: expected one or two'],
    ['three Secrets', tls({ credentialNames: ['a', 'b', 'c'] }), '`credentialNames` has 3 entries: expected one or two'],
    ['bad name among Secrets', tls({ credentialNames: ['a', 'B'] }), 'invalid credential name `B`: expected at most 253 lower-case letters, digits, `-` and `.`'],
    ['CA file beside a Secret', tls({ mode: TlsMode.MUTUAL, credentialName: 'x', caCertificates: '/etc/ca.pem' }), '`caCertificates` beside a credential\'s Secret: Istio ignores the file, put it into the Secret of the trust anchor'],
    ['CRL file beside a Secret', tls({ mode: TlsMode.MUTUAL, credentialName: 'x', caCrl: '/etc/crl.pem' }), '`caCrl` beside a credential\'s Secret: Istio ignores the file, put it into the Secret of the trust anchor'],
    ['CA Secret beside files', tls({ mode: TlsMode.MUTUAL, serverCertificate: '/a/b', privateKey: '/a/c', caCertCredentialName: 'x-cacert' }), '`caCertCredentialName` beside certificate files: expected `caCertificates`, a path'],
    ['key file missing', tls({ serverCertificate: '/a/b' }), 'invalid `privateKey` `undefined`: expected the absolute path of a file in the gateway\'s pods'],
    ['CRL path', tls({ mode: TlsMode.MUTUAL, serverCertificate: '/a/b', privateKey: '/a/c', caCertificates: '/a/d', caCrl: 'crl' }), 'invalid `caCrl` `crl`: expected the absolute path of a file in the gateway\'s pods'],
    ['no CA file', tls({ mode: TlsMode.MUTUAL, serverCertificate: '/a/b', privateKey: '/a/c' }), 'invalid `caCertificates` `undefined`: expected the absolute path of a file in the gateway\'s pods'],
    ['CA Secret by a name that Istio takes for a server certificate', tls({ mode: TlsMode.MUTUAL, credentialName: 'x', caCertCredentialName: 'clients' }), 'invalid trust anchor `clients`: expected a Secret whose name ends in `-cacert`, or `configmap://<namespace>/<name>`'],
    ['CA ConfigMap by a name that Istio cuts', tls({ mode: TlsMode.MUTUAL, credentialName: 'x', caCertCredentialName: 'configmap://a/b-cacert' }), 'invalid trust anchor `configmap://a/b-cacert`: expected a ConfigMap whose name does not end in `-cacert`, Istio cuts that off and looks for another one'],
    ['client names nobody asks for', tls({ credentialName: 'x', subjectAltNames: ['a'] }), '`subjectAltNames` with TLS mode `SIMPLE`: no client certificate is asked for, expected `MUTUAL`'],
    ['client names that make the certificate mandatory', tls({ mode: TlsMode.OPTIONAL_MUTUAL, credentialName: 'x', subjectAltNames: ['a'] }), '`subjectAltNames` with TLS mode `OPTIONAL_MUTUAL`: Envoy then demands a certificate after all, say `MUTUAL`'],
  ])('%s', (_name, server, message) => {
    expect(() => gateway([server])).toThrow(new Error(message));
  });

  test.each([
    ['name', { metadata: { name: 'a.b' } }, 'invalid gateway name `a.b`: expected at most 63 lower-case letters, digits and inner `-`, Istio takes no dots here'],
    ['servers', { servers: undefined as any }, 'invalid `servers` `undefined`: expected a list'],
  ])('%s', (_name, props, message) => {
    expect(() => gateway([https(['a.test'])], props)).toThrow(new Error(message));
  });
});

describe('relations are reported at synth', () => {
  const synth = (...servers: GatewayServer[]) => () => rendered(gateway(servers));

  test('no servers', () => {
    expect(synth()).toThrow('[test/edge] gateway `edge` has no servers `[]`: add at least one');
  });

  test('a port name twice', () => {
    expect(synth(https(['a.test'], { name: 'x' }), https(['b.test'], { name: 'x' }))).toThrow('port name `x` stands twice in gateway `edge`: give each server a `name` of its own');
  });

  test('plain text on a TLS port', () => {
    expect(synth(https(['a.test']), http(['b.test'], { port: 443 }))).toThrow(
      'port `443` of gateway `default/edge` would carry both TLS and plain text: Istio drops one of them or serves plain text on the TLS port, use two ports',
    );
  });

  test('a host that two servers redirect', () => {
    expect(synth(http(['a.test', 'b.test'], { httpsRedirect: true }), http(['b.test', 'c.test'], { httpsRedirect: true }))).toThrow(
      'host `b.test` is served twice on port `80` of gateway `default/edge`: Istio drops the whole server of the younger one, serve it once',
    );
  });

  test('but not plain HTTP servers, which merge, nor hosts that only overlap', () => {
    expect(synth(http(['a.test']), http(['a.test', 'b.test'], { name: 'more' }), https(['*.test']), https(['a.test']), https(['*']))).not.toThrow();
  });
});
