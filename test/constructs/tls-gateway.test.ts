import { App, Chart, Testing } from 'cdk8s';
import { HostBinding } from '../../src/constructs/host-binding';
import type { IMutualTlsGateway } from '../../src/constructs/mutual-tls-gateway';
import { PlainHttp } from '../../src/constructs/plain-http';
import { ServerCredential } from '../../src/constructs/server-credential';
import { TlsGateway, TlsGatewayProps } from '../../src/constructs/tls-gateway';
import { IngressGateway } from '../../src/model/ingress-gateway';

const files = (name: string) => ServerCredential.fromFiles({ certificate: `/etc/istio/${name}/tls.crt`, privateKey: `/etc/istio/${name}/tls.key`, secretName: `istio-${name}` });

function gateway(props: Partial<TlsGatewayProps> = {}, scope = new Chart(new App(), 'chart')): TlsGateway {
  return new TlsGateway(scope, 'Gateway', { servers: [{ hosts: ['httpbin.example.com'], credential: ServerCredential.fromSecretName('httpbin-credential') }], ...props });
}

describe('what is rendered', () => {
  test('two hosts with Secrets of their own, redirect on port 80', () => {
    const construct = gateway({
      servers: [
        { hosts: ['httpbin.example.com'], credential: ServerCredential.fromSecretName('httpbin-credential'), name: 'https-httpbin' },
        { hosts: ['helloworld-v1.example.com'], credential: ServerCredential.fromSecretName('helloworld-credential'), name: 'https-helloworld' },
      ],
      plainHttp: PlainHttp.REDIRECT,
      metadata: { name: 'mygateway' },
    });
    expect((construct.node.root as App).synthYaml()).toMatchSnapshot();
    expect(Testing.synth(Chart.of(construct))[0].spec.servers.map(({ tls }: any) => tls.mode)).toEqual([undefined, 'SIMPLE', 'SIMPLE']);
  });

  test('two hosts with files, and the volumes in every form in which gateways are installed', () => {
    const construct = gateway({ servers: [{ hosts: ['httpbin.example.com'], credential: files('ingressgateway-certs') }, { hosts: ['bookinfo.com'], credential: files('ingressgateway-bookinfo-certs') }] });
    expect((construct.node.root as App).synthYaml()).toMatchSnapshot();
    expect(construct.volumes.helmValuesYaml()).toMatchSnapshot();
    expect(construct.volumes.classicHelmValuesYaml()).toMatchSnapshot();
    expect(construct.volumes.deploymentPatchYaml()).toMatchSnapshot();
    expect(construct.volumes.helmValues().volumes.map(({ name }: any) => name)).toEqual(['ingressgateway-bookinfo-certs', 'ingressgateway-certs']);
  });
});

describe('the volumes', () => {
  test('of istioctl\'s chart keep those that the chart has by itself', () => {
    const { secretVolumes } = gateway().volumes.classicHelmValues().gateways['istio-ingressgateway'];
    expect(secretVolumes.map(({ mountPath }: any) => mountPath)).toEqual(['/etc/istio/ingressgateway-ca-certs', '/etc/istio/ingressgateway-certs']);
  });

  test('are shared by servers with the same files', () => {
    const construct = gateway({ servers: [{ hosts: ['a.test'], credential: files('certs') }, { hosts: ['b.test'], credential: files('certs') }] });
    expect(construct.volumes.helmValues().volumes).toHaveLength(1);
  });

  test('do not collide', () => {
    const other = ServerCredential.fromFiles({ certificate: '/etc/other/certs/tls.crt', privateKey: '/etc/other/certs/tls.key', secretName: 'other' });
    expect(() => gateway({ servers: [{ hosts: ['a.test'], credential: files('certs') }, { hosts: ['b.test'], credential: other }] })).toThrow(new Error(
      'volume `certs` of secret `other` at `/etc/other/certs` collides with volume `certs` of secret `istio-certs` at `/etc/istio/certs`: use another directory, or another `volumeName`',
    ));
  });

  test('have names of their own where they are given', () => {
    const other = ServerCredential.fromFiles({ certificate: '/etc/other/certs/tls.crt', privateKey: '/etc/other/certs/tls.key', secretName: 'other', volumeName: 'other-certs' });
    const construct = gateway({ servers: [{ hosts: ['a.test'], credential: files('certs') }, { hosts: ['b.test'], credential: other }] });
    expect(construct.volumes.helmValues().volumeMounts.map(({ name }: any) => name)).toEqual(['certs', 'other-certs']);
  });
});

test('the construct tells routes where the gateway is, and that it verifies nobody', () => {
  const construct = gateway({ metadata: { namespace: 'platform' } });
  construct.addServer({ hosts: ['*.example.com'], credential: ServerCredential.fromSecretName('x'), port: 9443 });
  construct.guard('httpbin.example.com');
  expect([construct.gatewayNamespace, construct.gatewayName]).toEqual(['platform', 'tls-httpbin-example-com']);
  expect([construct.gatewayHosts, construct.gatewayPorts]).toEqual([['*.example.com', 'httpbin.example.com'], [443, 9443]]);
  expect(construct.verifiesClientCertificates).toBe(false);
  expect(construct.apiObject.kind).toBe('Gateway');
  expect(Testing.synth(Chart.of(construct)).map(({ kind }) => kind)).toEqual(['Gateway']);
});

test('it is no mutual-TLS gateway, which the compiler knows', () => {
  // @ts-expect-error a gateway that asks for no certificate has no trust anchor
  const mutual: IMutualTlsGateway = gateway();
  expect(mutual.trustAnchored).toBeUndefined();
});

describe('a host is bound', () => {
  const hosts = (bindTo: HostBinding) => {
    const construct = gateway({ servers: [{ hosts: ['a.test'], credential: ServerCredential.fromSecretName('x'), bindTo }] });
    return Testing.synth(Chart.of(construct))[0].spec.servers[0].hosts;
  };

  test.each([
    ['to nothing', HostBinding.anyNamespace(), ['a.test']],
    ['to the gateway\'s namespace', HostBinding.gatewayNamespace(), ['./a.test']],
    ['to two namespaces', HostBinding.namespaces('two', 'one'), ['one/a.test', 'two/a.test']],
  ])('%s', (_name, bindTo, expected) => {
    expect(hosts(bindTo)).toEqual(expected);
  });

  test('or refused with its cure', () => {
    expect(() => HostBinding.namespaces()).toThrow(new Error('host binding has no namespaces `[]`: name one, or use `HostBinding.anyNamespace()`'));
    expect(() => HostBinding.namespaces('*')).toThrow(new Error('invalid namespace `*`: expected at most 63 lower-case letters, digits and inner `-`'));
  });
});

describe('a gateway that another team owns', () => {
  test('is described, not rendered', () => {
    const chart = Testing.chart();
    const shared = TlsGateway.fromGatewayAttributes(chart, 'Shared', { namespace: 'platform', name: 'edge', hosts: ['a.test'], ports: [9443], ingress: IngressGateway.asm() });
    shared.guard('a.test');
    expect(Testing.synth(chart)).toEqual([]);
    expect([shared.gatewayNamespace, shared.gatewayName, shared.gatewayHosts, shared.gatewayPorts, shared.verifiesClientCertificates]).toEqual(['platform', 'edge', ['a.test'], [9443], false]);
  });

  test('has hosts', () => {
    expect(() => TlsGateway.fromGatewayAttributes(Testing.chart(), 'Shared', { namespace: 'platform', name: 'edge', hosts: [] })).toThrow(new Error(
      'gateway `platform/edge` has no `hosts` `[]`: name the hosts that it serves',
    ));
  });

  test('is ready-made for Kyma', () => {
    const kyma = TlsGateway.kyma(Testing.chart(), 'Kyma', { domain: 'c-1.kyma.example.com' });
    expect([kyma.gatewayNamespace, kyma.gatewayName, kyma.gatewayHosts, kyma.gatewayPorts]).toEqual(['kyma-system', 'kyma-gateway', ['*.c-1.kyma.example.com'], [443]]);
    expect(() => TlsGateway.kyma(Testing.chart(), 'Kyma', { domain: '*.example.com' })).toThrow(new Error('invalid domain `*.example.com`: expected it without `*.`'));
  });

  test('serves its hosts alone: an own wildcard beside kyma-gateway\'s is reported', () => {
    const chart = Testing.chart();
    TlsGateway.kyma(chart, 'Kyma', { domain: 'kyma.example.com' });
    gateway({ servers: [{ hosts: ['*.kyma.example.com'], credential: ServerCredential.fromSecretName('x'), bindTo: HostBinding.namespaces('team') }] }, chart);
    expect(() => Testing.synth(chart)).toThrow(
      'hosts `*.kyma.example.com` and `team/*.kyma.example.com` are one host on port `443` of gateways `kyma-system/kyma-gateway` and `default/tls-wildcard-kyma-example-com`: Envoy refuses the listener and the port goes down for every host, serve it once',
    );
  });
});

test('a server without hosts is refused', () => {
  expect(() => gateway({ servers: [{ hosts: [], credential: ServerCredential.fromSecretName('x') }], metadata: { name: 'x' } })).toThrow(new Error('server has no hosts `[]`: name the hosts that it serves'));
  expect(() => gateway().addServer(undefined as any)).toThrow(new Error('invalid server `undefined`: expected hosts and a credential'));
});
