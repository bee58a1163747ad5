import { App, Chart, JsonPatch, Testing } from 'cdk8s';
import { testCertificates, TestCertificates } from './test-certificates';
import { GatewayStrength } from '../../src/constructs/gateway-strength';
import { HostBinding } from '../../src/constructs/host-binding';
import { MutualTlsGateway, MutualTlsGatewayProps } from '../../src/constructs/mutual-tls-gateway';
import { PlainHttp } from '../../src/constructs/plain-http';
import { ServerCredential } from '../../src/constructs/server-credential';
import { TrustAnchor } from '../../src/constructs/trust-anchor';
import { IngressGateway } from '../../src/model/ingress-gateway';
import { Gateway } from '../../src/resources/gateway';
import { GatewayProtocol, TlsMode, TlsVersion } from '../../src/resources/gateway-server';

let pki: TestCertificates;
beforeAll(async () => { pki = await testCertificates(); });

const own = () => IngressGateway.helm({ release: 'mtls-ingress', namespace: 'edge' });
const server = (host = 'test.com') => ({ hosts: [host], credential: ServerCredential.fromSecretName('test.com') });

function gateway(props: Partial<MutualTlsGatewayProps> = {}, chart = Testing.chart()): MutualTlsGateway {
  return new MutualTlsGateway(chart, 'Gateway', { servers: [server()], trustAnchor: TrustAnchor.existing(), ...props });
}

function objects(construct: MutualTlsGateway): any[] {
  return Testing.synth(Chart.of(construct));
}

function object(construct: MutualTlsGateway, kind: string, name?: string): any {
  return objects(construct).find((manifest) => manifest.kind === kind && (name === undefined || manifest.metadata.name === name));
}

/** Rendered YAML with certificates replaced by what they are, because they differ in each run. */
function golden(construct: MutualTlsGateway): string {
  const yaml = (construct.node.root as App).synthYaml();
  return yaml.replace(/(tls\.crt|tls\.key|cacert|crl): (\S+)/g, (_, key, base64) => `${key}: <${/-----BEGIN ([A-Z0-9 ]+)-----/.exec(Buffer.from(base64, 'base64').toString())![1]}>`);
}

function inApp(props: Partial<MutualTlsGatewayProps>): MutualTlsGateway {
  return gateway(props, new Chart(new App(), 'chart'));
}

describe('what is rendered', () => {
  test('a Gardener certificate and a trust anchor of its own, in the namespace of the gateway pods', () => {
    const construct = inApp({
      servers: [{ hosts: ['*.mtls.example.com'], credential: ServerCredential.fromGardenerCertificate({ commonName: '*.mtls.example.com', secretName: 'kyma-mtls-certs' }) }],
      trustAnchor: TrustAnchor.fromPem(pki.clientCa.pem),
      metadata: { name: 'kyma-mtls-gateway' },
    });
    construct.guard('httpbin.mtls.example.com');
    expect(golden(construct)).toMatchSnapshot();
    expect(Buffer.from(object(construct, 'Secret', 'kyma-mtls-certs-cacert').data.cacert, 'base64').toString()).toBe(pki.clientCa.pem);
    expect(object(construct, 'Secret').metadata.namespace).toBe('istio-system');
    expect(object(construct, 'Gateway').metadata.namespace).toBe('default');
    expect(object(construct, 'Gateway').spec.servers[0].tls).toEqual({ mode: 'MUTUAL', credentialName: 'kyma-mtls-certs', minProtocolVersion: 'TLSV1_2' });
  });

  test('one Secret with certificate, key and CA, asserted by the user', () => {
    const construct = inApp({ trustAnchor: TrustAnchor.inCredentialSecret('put there by hand'), metadata: { name: 'httpbin' }, ingress: IngressGateway.asm() });
    expect(golden(construct)).toMatchSnapshot();
    expect(objects(construct).map(({ kind }) => kind)).toEqual(['AuthorizationPolicy', 'Gateway']);
  });

  test('certificate and key in a manifest, several servers and ports, revocation lists, redirect, labels on every object', () => {
    const construct = inApp({
      servers: [
        { hosts: ['test.com'], credential: ServerCredential.withPrivateKeyInManifest({ secretName: 'test', certificateChain: pki.server.pem, privateKey: pki.server.key }), minimumTls: TlsVersion.TLS_1_3 },
        {
          hosts: ['chained.example.com'],
          credential: ServerCredential.withPrivateKeyInManifest({ secretName: 'chained', certificateChain: pki.chained.pem + pki.intermediate.pem, privateKey: pki.chained.key }),
          port: 8443,
          name: 'partners',
          bindTo: HostBinding.namespaces('b', 'a', 'b'),
        },
      ],
      trustAnchor: TrustAnchor.fromPem(pki.clientCa.pem, { crl: pki.clientCrl }),
      plainHttp: PlainHttp.REDIRECT,
      validAt: '2026-01-01',
      metadata: { name: 'edge', namespace: 'platform', labels: { team: 'edge' }, annotations: { note: 'x' } },
    });
    expect(golden(construct)).toMatchSnapshot();
    for (const { metadata } of objects(construct)) expect(metadata).toMatchObject({ labels: { team: 'edge' }, annotations: { note: 'x' } });
    expect(construct.gatewayPorts).toEqual([443, 8443]);
  });

  test('a dedicated ingress workload: nothing but its hosts, over their own server names, with a certificate', () => {
    const construct = inApp({
      servers: [server(), server('*.mtls.example.com'), { ...server('a.example.com'), port: 8443 }],
      strength: GatewayStrength.DEDICATED,
      ingress: own(),
    });
    construct.guard('other.mtls.example.com');
    expect(golden(construct)).toMatchSnapshot();
    expect(object(construct, 'AuthorizationPolicy').spec.action).toBe('ALLOW');
    expect(construct.helmValuesYaml()).toMatchSnapshot();
    expect(construct.helmValues().service.ports.map(({ port }: any) => port)).toEqual([15021, 443, 8443]);
  });

  test('files in the pods, with the volumes they need', () => {
    const construct = inApp({
      servers: [
        {
          hosts: ['httpbin.example.com'],
          credential: ServerCredential.fromFiles({
            certificate: '/etc/istio/ingressgateway-certs/tls.crt', privateKey: '/etc/istio/ingressgateway-certs/tls.key', secretName: 'istio-ingressgateway-certs',
          }),
        },
      ],
      trustAnchor: TrustAnchor.fromFile('/etc/istio/ingressgateway-ca-certs/ca-chain.cert.pem', { crl: '/etc/istio/ingressgateway-ca-certs/crl.pem', secretName: 'istio-ingressgateway-ca-certs' }),
    });
    expect(golden(construct)).toMatchSnapshot();
    expect(construct.volumes.deploymentPatchYaml()).toMatchSnapshot();
    expect(objects(construct).map(({ kind }) => kind)).toEqual(['AuthorizationPolicy', 'Gateway']);
  });

  test('policies and credentials come before the Gateway, also when hosts are guarded later', () => {
    const chart = Testing.chart();
    const construct = gateway({ servers: [{ hosts: ['*.mtls.example.com'], credential: ServerCredential.fromGardenerCertificate({ secretName: 'c' }) }] }, chart);
    construct.guard('a.mtls.example.com');
    expect(objects(construct).map(({ kind }) => kind)).toEqual(['AuthorizationPolicy', 'Certificate', 'Gateway']);
  });

  test('what belongs to the platform can be constructed in a chart of the platform, in the same namespace', () => {
    const app = new App();
    const platform = new Chart(app, 'platform', { namespace: 'somewhere' });
    const construct = gateway({ credentialScope: platform, trustAnchor: TrustAnchor.fromPem(pki.clientCa.pem) }, new Chart(app, 'team', { namespace: 'team' }));
    expect(objects(construct).map(({ kind }) => kind)).toEqual(['Gateway']);
    expect(Testing.synth(platform).map(({ kind, metadata }) => [kind, metadata.namespace, metadata.name])).toEqual([
      ['AuthorizationPolicy', 'istio-system', 'team.mtls-test-com-client-certificate'],
      ['Secret', 'istio-system', 'test.com-cacert'],
    ]);
  });

  test('a trust anchor in a ConfigMap, for all servers', () => {
    const construct = gateway({
      servers: [server(), { hosts: ['b.example.com'], credential: ServerCredential.fromSecretName('b') }],
      trustAnchor: TrustAnchor.fromPem(pki.clientCa.pem, { configMapName: 'clients' }),
    });
    expect(objects(construct).filter(({ kind }) => kind === 'ConfigMap')).toEqual([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'clients', namespace: 'istio-system' }, data: { cacert: pki.clientCa.pem } },
    ]);
    for (const { tls } of object(construct, 'Gateway').spec.servers) expect(tls.caCertCredentialName).toBe('configmap://istio-system/clients');
  });

  test.each([
    ['the namespace of the pods', {}, 'configmap://istio-system/clients'],
    ['another namespace', { namespace: 'trust' }, 'configmap://trust/clients'],
  ])('an existing ConfigMap in %s', (_name, options, expected) => {
    const construct = gateway({ trustAnchor: TrustAnchor.fromConfigMap('clients', options) });
    expect(object(construct, 'Gateway').spec.servers[0].tls.caCertCredentialName).toBe(expected);
  });

  test('a pinned client certificate stands in the trust anchor itself', () => {
    const construct = gateway({ trustAnchor: TrustAnchor.pinnedLeaf(pki.client.pem) });
    expect(Buffer.from(object(construct, 'Secret', 'test.com-cacert').data.cacert, 'base64').toString()).toBe(pki.client.pem);
  });

  test('fields that are not modelled can be set on the API object', () => {
    const construct = gateway();
    construct.apiObject.addJsonPatch(JsonPatch.add('/spec/servers/0/bind', '10.0.0.1'));
    expect(object(construct, 'Gateway').spec.servers[0].bind).toBe('10.0.0.1');
  });
});

describe('names', () => {
  test.each([
    [['test.com'], 'mtls-test-com'],
    [['*.mtls.example.com', '*.a.example.com'], 'mtls-wildcard-a-example-com'],
    [[`${'a'.repeat(60)}.example.com`], `mtls-${'a'.repeat(49)}-43c9a14c`],
    [['*'], 'mtls-wildcard'],
  ])('a gateway for %p is called %s', (hosts, name) => {
    const construct = gateway({ servers: [{ hosts, credential: ServerCredential.fromSecretName('x') }] });
    expect(construct.gatewayName).toBe(name);
    expect(construct.gatewayName.length).toBeLessThan(64);
  });

  test('the construct tells routes where the gateway is', () => {
    const construct = gateway({ metadata: { name: 'edge', namespace: 'platform' } });
    expect([construct.gatewayNamespace, construct.gatewayName, construct.gatewayHosts, construct.gatewayPorts]).toEqual(['platform', 'edge', ['test.com'], [443]]);
    expect([construct.verifiesClientCertificates, construct.trustAnchored]).toEqual([true, true]);
  });
});

describe('the policy on a shared ingress workload', () => {
  const policy = (construct: MutualTlsGateway) => object(construct, 'AuthorizationPolicy').spec;

  test('refuses exact hosts without a certificate, and over another server name', () => {
    const construct = gateway();
    expect(policy(construct)).toEqual({
      selector: { matchLabels: { app: 'istio-ingressgateway', istio: 'ingressgateway' } },
      action: 'DENY',
      rules: [
        { from: [{ source: { notPrincipals: ['*'] } }], to: [{ operation: { hosts: ['test.com', 'test.com:*'], ports: ['80', '443', '8080', '8443'] } }] },
        { to: [{ operation: { hosts: ['test.com', 'test.com:*'], ports: ['80', '443', '8080', '8443'] } }], when: [{ key: 'connection.sni', notValues: ['test.com'] }] },
      ],
    });
  });

  test('takes the server name that Envoy prefers: exact, then the longest wildcard', () => {
    const construct = gateway({ servers: [server('*.example.com'), server('*.mtls.example.com'), server('a.mtls.example.com')] });
    for (const host of ['c.example.com', 'b.mtls.example.com', 'a.mtls.example.com', 'd.c.b.example.com']) construct.guard(host);
    const [anybody, ...byName] = policy(construct).rules;
    expect(anybody.to[0].operation.hosts).toHaveLength(8);
    expect(byName.map(({ when, to }: any) => [when[0].notValues[0], to[0].operation.hosts[0]])).toEqual([
      ['*.example.com', 'c.example.com'],
      ['*.mtls.example.com', 'b.mtls.example.com'],
      ['a.mtls.example.com', 'a.mtls.example.com'],
    ]);
  });

  test('never names a wildcard: it would be escaped by a port, and hit neighbours', () => {
    const construct = gateway({ servers: [server('*.mtls.example.com')] });
    construct.guard('*.mtls.example.com');
    expect(object(construct, 'AuthorizationPolicy')).toBeUndefined();
  });

  test('leaves hosts alone that the gateway does not serve', () => {
    const construct = gateway({ servers: [server('*.mtls.example.com')] });
    construct.guard('a.example.com');
    expect(object(construct, 'AuthorizationPolicy')).toBeUndefined();
    construct.guard('b.mtls.example.com');
    expect(JSON.stringify(policy(construct))).not.toContain('a.example.com');
    construct.addServer(server('a.example.com'));
    expect(JSON.stringify(policy(construct))).toContain('a.example.com:*');
  });

  test('a host that is guarded before its server is added is guarded', () => {
    const construct = gateway({ servers: [server('*.mtls.example.com')] });
    construct.guard('a.example.com');
    construct.addServer(server('*.example.com'));
    expect(policy(construct).rules[1].when[0].notValues).toEqual(['*.example.com']);
  });

  test('a server for every name has no server name of its own', () => {
    const construct = gateway({ servers: [server('*')] });
    construct.guard('a.example.com');
    expect(policy(construct).rules).toHaveLength(1);
  });

  test('the order of the calls means nothing', () => {
    const hosts = ['c.mtls.example.com', 'a.mtls.example.com', 'b.example.com', 'a.mtls.example.com'];
    const servers = [server('*.mtls.example.com'), server('b.example.com'), { ...server('b.example.com'), port: 9443 }];
    const rendered = [hosts, [...hosts].reverse()].map((guarded, index) => {
      const construct = gateway({ servers: [servers[0]], plainHttp: PlainHttp.REDIRECT, metadata: { name: 'edge' } });
      for (const more of index === 0 ? servers.slice(1) : servers.slice(1).reverse()) construct.addServer(more);
      guarded.forEach((host) => construct.guard(host));
      return objects(construct);
    });
    expect(rendered[0]).toEqual(rendered[1]);
  });

  test('is split when there are more rules than one policy takes', () => {
    const hosts = Array.from({ length: 600 }, (_, index) => `h${index}.example.com`);
    const construct = gateway({ servers: [{ hosts, credential: ServerCredential.fromSecretName('x') }] });
    const policies = objects(construct).filter(({ kind }) => kind === 'AuthorizationPolicy');
    expect(policies.map(({ metadata }) => metadata.name)).toEqual(['default.mtls-h0-example-com-client-certificate', 'default.mtls-h0-example-com-client-certificate-2']);
    expect(policies.map(({ spec }) => spec.rules.length)).toEqual([512, 90]);
    const guarded = policies.flatMap(({ spec }) => spec.rules[0].to[0].operation.hosts);
    expect(new Set(guarded).size).toBe(1200);
  });

  describe('spares connections of others that are not HTTP, which Istio would refuse by what is left of a rule', () => {
    const passthrough = (chart: Chart, hosts: string[], port = 443) => new Gateway(chart, 'passthrough', {
      servers: [{ hosts, port, protocol: GatewayProtocol.TLS, tls: { mode: TlsMode.PASSTHROUGH } }],
    });
    const when = (construct: MutualTlsGateway) => policy(construct).rules.map((rule: any) => rule.when?.[0].notValues);

    test('on ports that the ingress workload does not have', () => {
      const ingress = IngressGateway.of({ labels: { app: 'edge' }, namespace: 'edge', serviceAccount: 'edge', ports: [{ port: 443, targetPort: 10443 }] });
      const construct = gateway({ servers: [server(), { ...server('b.example.com'), port: 9443 }], ingress });
      expect(policy(construct).rules[0].to[0].operation.ports).toEqual(['443', '9443', '10443']);
    });

    test('whose TLS is passed through: those of this app, and those that are named', () => {
      const chart = Testing.chart();
      const construct = gateway({ passthroughHosts: ['db.example.org', '*.example.net'] }, chart);
      passthrough(chart, ['other.example.org', 'team/db.example.org']);
      const spared = ['*.example.net', 'db.example.org', 'other.example.org'];
      expect(when(construct)).toEqual([spared, ['test.com', ...spared]]);
    });

    test('but no more than that', () => {
      const chart = Testing.chart();
      const construct = gateway({}, chart);
      passthrough(chart, ['other.example.org'], 15443);
      expect(when(construct)).toEqual([undefined, ['test.com']]);
    });

    test('and cannot spare every server name', () => {
      const chart = Testing.chart();
      gateway({}, chart);
      passthrough(chart, ['*']);
      expect(() => Testing.synth(chart)).toThrow(
        'a gateway of this app passes TLS through for host `*` on the ingress workload that policy `default.mtls-test-com-client-certificate` guards: the policy could not spare those connections, name their hosts or use a dedicated ingress workload',
      );
      expect(() => gateway({ passthroughHosts: ['*'] })).toThrow(new Error('passthrough host `*` would spare every server name from the policy: name the hosts, or use a dedicated ingress workload'));
      expect(() => gateway({ passthroughHosts: 'a.test' as any })).toThrow(new Error('invalid `passthroughHosts` `a.test`: expected a list of hosts'));
    });

    test('a gateway without exact hosts has no policy that could refuse them', () => {
      const chart = Testing.chart();
      gateway({ servers: [server('*.example.com')] }, chart);
      passthrough(chart, ['*']);
      expect(() => Testing.synth(chart)).not.toThrow();
    });
  });

  test('a guarded host has to be a host', () => {
    expect(() => gateway().guard('a/b')).toThrow(new Error('invalid host `a/b`: expected a host name without a namespace part'));
  });
});

describe('a redirect', () => {
  test('is one server for all hosts of port 443, bound as they are', () => {
    const construct = gateway({
      servers: [server(), { ...server('b.example.com'), bindTo: HostBinding.gatewayNamespace() }, { ...server('b.example.com'), port: 9443 }, { ...server('c.example.com'), port: 9443 }],
      plainHttp: PlainHttp.REDIRECT,
    });
    expect(object(construct, 'Gateway').spec.servers[0]).toEqual({
      hosts: ['./b.example.com', 'test.com'], port: { number: 80, name: 'http-80', protocol: 'HTTP' }, tls: { httpsRedirect: true },
    });
  });

  test('needs a server on port 443', () => {
    const construct = gateway({ servers: [{ ...server(), port: 8443 }], plainHttp: PlainHttp.REDIRECT });
    expect(() => objects(construct)).toThrow('gateway `mtls-test-com` redirects plain HTTP to port `443`, where it serves no host: serve one there, or close port 80');
  });

  test('cannot share its port with TLS', () => {
    const construct = gateway({ servers: [server(), { ...server('a.example.com'), port: 80 }], plainHttp: PlainHttp.REDIRECT });
    expect(() => objects(construct)).toThrow('port `80` of gateway `default/mtls-test-com` would carry both TLS and plain text: Istio drops one of them or serves plain text on the TLS port, use two ports');
  });
});

describe('a dedicated ingress workload', () => {
  test('that serves every name takes any server name', () => {
    const construct = gateway({ servers: [server('*')], strength: GatewayStrength.DEDICATED, ingress: own() });
    expect(object(construct, 'AuthorizationPolicy').spec.rules).toEqual([{ from: [{ source: { principals: ['*'] } }], to: [{ operation: { hosts: ['*'] } }] }]);
  });

  test('without an `app` label is called like its account', () => {
    const ingress = IngressGateway.of({ labels: { istio: 'edge' }, namespace: 'edge', serviceAccount: 'edge-account' });
    expect(gateway({ strength: GatewayStrength.DEDICATED, ingress }).helmValues()).toMatchObject({ name: 'edge-account', serviceAccount: { name: 'edge-account' }, labels: { istio: 'edge' } });
  });

  const cure = 'describe a workload of its own, e.g. `IngressGateway.helm({ release: \'mtls-ingress\', namespace: \'mtls-ingress\' })`';
  test.each([
    ['none', undefined, `gateway of strength \`DEDICATED\` has no ingress \`undefined\`: ${cure}`],
    ['istioctl', IngressGateway.istioctlDefault(), `gateway of strength \`DEDICATED\` is served by the shared pods \`istio: ingressgateway\`: ${cure}`],
    ['Kyma', IngressGateway.kyma(), `gateway of strength \`DEDICATED\` is served by the shared pods \`istio: ingressgateway\`: ${cure}`],
    ['ASM', IngressGateway.asm(), `gateway of strength \`DEDICATED\` is served by the shared pods \`istio: ingressgateway\`: ${cure}`],
    ['shared account', IngressGateway.of({ labels: { istio: 'mtls' }, namespace: 'istio-system', serviceAccount: 'istio-ingressgateway-service-account' }),
      `gateway of strength \`DEDICATED\` runs as the shared account \`istio-ingressgateway-service-account\`: ${cure}`],
  ])('is not the shared one: %s', (_name, ingress, message) => {
    expect(() => gateway({ strength: GatewayStrength.DEDICATED, ingress })).toThrow(new Error(message));
  });

  test('redirects nothing', () => {
    expect(() => gateway({ strength: GatewayStrength.DEDICATED, ingress: own(), plainHttp: PlainHttp.REDIRECT })).toThrow(new Error(
      '`plainHttp` `REDIRECT` with strength `DEDICATED`: the policy answers every request without a certificate with 403 before it is redirected, leave port 80 closed',
    ));
  });
});

describe('a gateway is refused with its cure', () => {
  test.each([
    ['no servers', { servers: [] }, 'gateway has no servers `[]`: give at least one'],
    ['servers from JavaScript', { servers: 'x' as any }, 'gateway has no servers `[]`: give at least one'],
    ['a server that is none', { servers: [null as any] }, 'invalid server `null`: expected hosts and a credential'],
    ['no hosts', { servers: [{ ...server(), hosts: [] }] }, 'server has no hosts `[]`: name the hosts that it serves'],
    ['hosts from JavaScript', { servers: [{ ...server(), hosts: 'test.com' as any }] }, 'server has no hosts `[]`: name the hosts that it serves'],
    ['a host twice', { servers: [{ ...server(), hosts: ['test.com', 'test.com'] }] }, 'host `test.com` stands twice in one server: leave one out'],
    ['upper case', { servers: [server('Test.com')] }, 'invalid host `Test.com`: expected its lower-case form `test.com`'],
    ['namespaced host', { servers: [server('ns/test.com')] }, 'invalid host `ns/test.com`: expected a host name without a namespace part'],
    ['no credential', { servers: [{ hosts: ['test.com'] } as any] }, 'server for `test.com` has no credential `undefined`: expected one such as `ServerCredential.fromSecretName(\'…\')`'],
    ['no trust anchor', { trustAnchor: undefined }, 'mutual TLS gateway has no trust anchor `undefined`: expected one such as `TrustAnchor.fromPem(pem)`'],
    ['strength', { strength: 'strong' as any }, 'invalid strength `strong`: expected `SHARED` or `DEDICATED`'],
    ['plain HTTP', { plainHttp: 'open' as any }, 'invalid `plainHttp` `open`: expected `CLOSED` or `REDIRECT`'],
    ['port', { servers: [{ ...server(), port: 0 }] }, 'invalid port `0`: expected an integer from 1 to 65535'],
    ['TLS version', { servers: [{ ...server(), minimumTls: 'TLSV1_0' as any }] }, 'invalid TLS version `TLSV1_0`: expected one of `TLSV1_2`, `TLSV1_3`'],
    ['date', { validAt: 'tomorrow' }, 'invalid date `tomorrow`: expected ISO 8601 such as `2030-01-31` or `2030-01-31T12:00:00Z`'],
    ['name', { metadata: { name: 'a.b' } }, 'invalid gateway name `a.b`: expected at most 63 lower-case letters, digits and inner `-`, Istio takes no dots here'],
  ])('%s', (_name, props, message) => {
    expect(() => gateway(props as any)).toThrow(new Error(message));
  });
});

describe('hosts that collide on one proxy are reported at synth', () => {
  const two = (first: Partial<MutualTlsGatewayProps>, second: Partial<MutualTlsGatewayProps>) => {
    const chart = Testing.chart();
    new MutualTlsGateway(chart, 'A', { servers: [server()], trustAnchor: TrustAnchor.existing(), metadata: { name: 'a' }, ...first });
    new MutualTlsGateway(chart, 'B', { servers: [server()], trustAnchor: TrustAnchor.existing(), metadata: { name: 'b' }, ...second });
    return () => Testing.synth(chart);
  };
  const bound = { servers: [{ ...server(), bindTo: HostBinding.namespaces('ns') }] };

  test('the same host twice', () => {
    expect(two({}, {})).toThrow('[test/B/Resource] host `test.com` is served twice on port `443` of gateways `default/a` and `default/b`: Istio drops the whole server of the younger one, serve it once');
  });

  test('one host in two spellings', () => {
    expect(two({}, bound)).toThrow('hosts `test.com` and `ns/test.com` are one host on port `443` of gateways `default/a` and `default/b`: Envoy refuses the listener and the port goes down for every host, serve it once');
  });

  test('by a selector that takes the same pods', () => {
    expect(two({}, { ingress: IngressGateway.of({ labels: { istio: 'ingressgateway' }, namespace: 'istio-system', serviceAccount: 'x' }) })).toThrow('is served twice on port `443`');
  });

  test('on one target port', () => {
    const ingress = (port: number) => IngressGateway.of({ labels: { app: 'edge' }, namespace: 'edge', serviceAccount: 'edge', ports: [{ port, targetPort: 8443 }] });
    expect(two({ ingress: ingress(443) }, { ingress: ingress(9443), servers: [{ ...server(), port: 9443 }] })).toThrow(
      'host `test.com` is served twice on ports `9443` and `443`, which share a target port, of gateways `default/a` and `default/b`',
    );
  });

  test('in one gateway', () => {
    const construct = gateway();
    construct.addServer({ ...server(), name: 'again' });
    expect(() => objects(construct)).toThrow('host `test.com` is served twice on port `443` of gateway `default/mtls-test-com`: Istio drops the whole server of the younger one, serve it once');
  });

  test('with a gateway of another team', () => {
    const chart = Testing.chart();
    MutualTlsGateway.fromGatewayAttributes(chart, 'Shared', { namespace: 'platform', name: 'edge', mutualTlsHosts: ['test.com'] });
    gateway({}, chart);
    expect(() => Testing.synth(chart)).toThrow('host `test.com` is served twice on port `443` of gateways `platform/edge` and `default/mtls-test-com`');
  });

  test.each([
    ['other ports', { servers: [{ ...server(), port: 9443 }] }],
    ['another proxy', { ingress: IngressGateway.helm({ release: 'other' }) }],
    ['the same labels in another namespace', { ingress: IngressGateway.helm() }],
    ['a wildcard over it', { servers: [server('*.com')] }],
  ])('but not %s', (_name, props) => {
    expect(two({}, props)).not.toThrow();
  });

  test('nor a gateway and its description by another chart', () => {
    const chart = Testing.chart();
    gateway({ metadata: { name: 'edge' } }, chart);
    MutualTlsGateway.fromGatewayAttributes(chart, 'Shared', { namespace: 'default', name: 'edge', mutualTlsHosts: ['test.com'] });
    expect(() => Testing.synth(chart)).not.toThrow();
  });
});

describe('a gateway that another team owns', () => {
  test('is described, not rendered', () => {
    const chart = Testing.chart();
    const ingress = IngressGateway.kyma();
    const shared = MutualTlsGateway.fromGatewayAttributes(chart, 'Shared', { namespace: 'platform', name: 'edge', mutualTlsHosts: ['*.example.com', 'a.test', 'a.test'], ports: [9443, 443, 443], ingress });
    shared.guard('app.example.com');
    expect(Testing.synth(chart)).toEqual([]);
    expect([shared.gatewayNamespace, shared.gatewayName, shared.gatewayHosts, shared.gatewayPorts, shared.ingress]).toEqual(
      ['platform', 'edge', ['*.example.com', 'a.test'], [443, 9443], ingress],
    );
    expect([shared.verifiesClientCertificates, shared.trustAnchored]).toEqual([true, true]);
    shared.gatewayPorts.pop();
    expect(shared.gatewayPorts).toEqual([443, 9443]);
  });

  test('is guarded where the app may write policies, once for all constructs of a namespace', () => {
    const app = new App();
    const chart = new Chart(app, 'team', { namespace: 'team' });
    const other = new Chart(app, 'other', { namespace: 'other' });
    const guardScope = new Chart(app, 'policies');
    const attributes = { namespace: 'platform', name: 'edge', guardScope };
    const first = MutualTlsGateway.fromGatewayAttributes(chart, 'First', { ...attributes, mutualTlsHosts: ['*.example.com'] });
    const second = MutualTlsGateway.fromGatewayAttributes(chart, 'Second', { ...attributes, mutualTlsHosts: ['*.example.com', 'a.test'] });
    const third = MutualTlsGateway.fromGatewayAttributes(other, 'Third', { ...attributes, mutualTlsHosts: ['*.example.com'] });
    first.guard('b.example.com');
    first.guard('foreign.org');
    second.guard('a.test');
    third.guard('c.example.com');
    expect(Testing.synth(guardScope).map(({ metadata, spec }) => [metadata.namespace, metadata.name, spec.rules[0].to[0].operation.hosts])).toEqual([
      ['istio-system', 'platform.edge-client-certificate.team', ['a.test', 'a.test:*', 'b.example.com', 'b.example.com:*']],
      ['istio-system', 'platform.edge-client-certificate.other', ['c.example.com', 'c.example.com:*']],
    ]);
  });

  test.each([
    ['namespace', { namespace: 'a/b' }, 'invalid namespace `a/b`: expected at most 63 lower-case letters, digits and inner `-`'],
    ['name', { name: 'platform/edge' }, 'invalid gateway name `platform/edge`: expected at most 63 lower-case letters, digits and inner `-`; the namespace stands in `namespace`'],
    ['name from JavaScript', { name: undefined }, 'invalid gateway name `undefined`: expected at most 63 lower-case letters, digits and inner `-`; the namespace stands in `namespace`'],
    ['no hosts', { mutualTlsHosts: [] }, 'gateway `platform/edge` has no `mutualTlsHosts` `[]`: name the hosts that it serves'],
    ['hosts from JavaScript', { mutualTlsHosts: 'a.test' }, 'gateway `platform/edge` has no `mutualTlsHosts` `[]`: name the hosts that it serves'],
    ['host', { mutualTlsHosts: ['a'] }, 'invalid host `a`: expected a name with a dot: Istio expands a single label to a service of its own namespace'],
    ['no ports', { ports: [] }, 'gateway `platform/edge` has no ports `[]`: leave `ports` out for 443'],
    ['port', { ports: [70000] }, 'invalid port `70000`: expected an integer from 1 to 65535'],
  ])('is refused with its cure: %s', (_name, change, message) => {
    const attributes: any = { namespace: 'platform', name: 'edge', mutualTlsHosts: ['a.test'], ...change };
    expect(() => MutualTlsGateway.fromGatewayAttributes(Testing.chart(), 'Shared', attributes)).toThrow(new Error(message));
  });
});
