import { Chart, Testing } from 'cdk8s';
import { HttpMethod } from '../../src/model/http-method';
import { ApiRule } from '../../src/resources/api-rule';
import { ApiRuleAccess } from '../../src/resources/api-rule-access';
import { ExternalGateway, ExternalGatewayProps } from '../../src/resources/external-gateway';
import { Workload } from '../../src/resources/workload';

const PROPS = { externalDomain: 'api.customer.com', region: 'eu10', regionsConfigMap: 'regions', caSecret: 'partner-ca' };

function chart(namespace = 'demo'): Chart {
  return new Chart(Testing.app(), 'chart', { namespace });
}

function problems(scope: Chart): string[] {
  return scope.node.root.node.findAll().flatMap((node) => node.node.validate());
}

test('what is rendered, with the default subdomain', () => {
  const scope = chart();
  new ExternalGateway(scope, 'partner', PROPS);
  expect(Testing.synth(scope)).toStrictEqual([{
    apiVersion: 'gateway.kyma-project.io/v1alpha1',
    kind: 'ExternalGateway',
    metadata: { name: 'partner', namespace: 'demo' },
    spec: { externalDomain: 'api.customer.com', internalDomain: { kymaSubdomain: 'external' }, region: 'eu10', regionsConfigMap: 'regions', caSecretRef: { name: 'partner-ca' } },
  }]);
});

test('an APIRule names it, and the hosts that it serves', () => {
  const scope = chart();
  const gateway = new ExternalGateway(scope, 'partner', { ...PROPS, kymaSubdomain: 'in', kymaDomain: 'kyma.example.com', caSecretNamespace: 'certs', includeExtGatewayClientCert: true });
  expect(gateway).toMatchObject({ gatewayName: 'partner-gw', gatewayNamespace: 'demo', gatewayHosts: ['api.customer.com', 'in.kyma.example.com'], gatewayPorts: [443], verifiesClientCertificates: true });
  const workload = Workload.of({ service: 'httpbin', port: 8000, labels: { app: 'httpbin' } });
  const rule = { gateway, workload, access: ApiRuleAccess.noAuth(), methods: [HttpMethod.GET] };
  for (const host of gateway.gatewayHosts) new ApiRule(scope, host, { ...rule, host });
  const [external, ...rules] = Testing.synth(scope);
  expect(external.spec).toMatchObject({ caSecretRef: { name: 'partner-ca', namespace: 'certs' }, includeExtGatewayClientCert: true });
  expect(rules.map(({ spec }) => [spec.externalGateway, spec.gateway])).toEqual([['demo/partner', undefined], ['demo/partner', undefined]]);
  new ApiRule(scope, 'Other', { ...rule, host: 'other.customer.com' });
  expect(problems(scope)).toEqual(['host `other.customer.com` is not served by gateway `demo/partner-gw` (hosts: `api.customer.com`, `in.kyma.example.com`)']);
});

describe('two of them', () => {
  function two(first: object, second: object): string[] {
    const scope = chart();
    new ExternalGateway(scope, 'First', { ...PROPS, metadata: { name: 'partner' }, ...first });
    new ExternalGateway(scope, 'Second', { ...PROPS, externalDomain: 'api2.customer.com', metadata: { name: 'other' }, ...second });
    return problems(scope);
  }

  test('of one name in two namespaces replace each other\'s CA', () => {
    expect(two({}, { metadata: { name: 'partner', namespace: 'b' } })).toEqual([
      "ExternalGateway `partner` is also defined in namespace `demo`: Kyma names CA, certificate and filters by the name alone, so one would replace the other's CA; use unique names",
    ]);
  });

  test('of one domain exclude each other', () => {
    expect(two({}, { externalDomain: 'api.customer.com' })).toEqual([
      'external domain `api.customer.com` is also that of ExternalGateway `demo/partner`: Kyma leaves one in state Error, use one domain once',
    ]);
  });

  test('of different names and domains are fine', () => {
    expect(two({}, {})).toEqual([]);
    expect(two({}, { metadata: { name: 'partner', namespace: 'demo' } })).toEqual([]);
  });
});

describe('a value is refused with its cure', () => {
  test.each<[string, Partial<ExternalGatewayProps>, string]>([
    ['name with a dot', { metadata: { name: 'a.b' } }, 'invalid ExternalGateway name `a.b`: expected at most 60 lower-case letters, digits and inner `-`'],
    ['long name', { metadata: { name: 'a'.repeat(61) } }, `invalid ExternalGateway name \`${'a'.repeat(61)}\`: expected at most 60 lower-case letters, digits and inner \`-\``],
    ['every domain', { externalDomain: '*' }, 'invalid external domain `*`: expected a host name such as `api.example.com` or a wildcard such as `*.example.com`'],
    ['domain', { externalDomain: 'API.customer.com' }, 'invalid host `API.customer.com`: expected its lower-case form `api.customer.com`'],
    ['subdomain', { kymaSubdomain: 'a.b' }, 'invalid `kymaSubdomain` `a.b`: expected at most 63 lower-case letters, digits and inner `-`'],
    ['long inner domain', { kymaSubdomain: 'a'.repeat(60), kymaDomain: 'b.com' }, `inner domain \`${'a'.repeat(60)}.b.com\` has 66 characters: expected at most 64, because Kyma makes it the common name of a certificate`],
    ['region', { region: '' }, 'invalid region ``: expected a region of the ConfigMap, such as `eu10`'],
    ['no region', { region: undefined }, 'invalid region `undefined`: expected a region of the ConfigMap, such as `eu10`'],
    ['regions', { regionsConfigMap: 'A' }, 'invalid `regionsConfigMap` `A`: expected the name of an object of that kind'],
    ['CA', { caSecret: undefined }, 'invalid `caSecret` `undefined`: expected the name of an object of that kind'],
    ['namespace of the CA', { caSecretNamespace: 'A' }, 'invalid namespace `A`: expected at most 63 lower-case letters, digits and inner `-`'],
    ['flag', { includeExtGatewayClientCert: 'yes' as any }, 'invalid `includeExtGatewayClientCert` `yes`: expected true or false'],
  ])('%s', (_name, props, message) => {
    expect(() => new ExternalGateway(chart(), 'partner', { ...PROPS, ...props } as ExternalGatewayProps)).toThrow(new Error(message));
  });
});
