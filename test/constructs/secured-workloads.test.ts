import { ApiObject, App, Chart, Testing } from 'cdk8s';
import { TestGateway } from './test-gateway';
import { CertSecuredWorkload } from '../../src/constructs/cert-secured-workload';
import { JwtSecuredWorkload } from '../../src/constructs/jwt-secured-workload';
import { Audience } from '../../src/model/audience';
import { JwtKeys } from '../../src/model/jwt-keys';
import { PathPattern } from '../../src/model/path-pattern';
import { Workload } from '../../src/resources/workload';

const labels = { app: 'httpbin' };
const httpbin = Workload.of({ service: 'httpbin', port: 8000, labels });
const gateway = new TestGateway(['*.example.com', 'example.com']);
const issuers = [{ issuer: 'https://idp.example.com', keys: JwtKeys.fromUri('https://idp.example.com/keys'), audience: Audience.of('a') }];

function chart(): Chart {
  return new Chart(new App(), 'chart');
}

const cert = (scope: Chart, id: string, props: object = {}) => new CertSecuredWorkload(scope, id, { gateway, host: 'a.example.com', workload: httpbin, ...props });
const jwt = (scope: Chart, id: string, props: object = {}) => new JwtSecuredWorkload(scope, id, { gateway, host: 'a.example.com', workload: httpbin, issuers, ...props });

const opens = (host: string, workload: string, one: string, other: string) =>
  `host \`${host}\` on workload \`${workload}\` is secured by \`chart/${one}\` and \`chart/${other}\`: either would open it for the clients of the other, use one construct (a certificate and a token together: \`token\` of \`CertSecuredWorkload\`)`;
const twice = (one: string, other: string) =>
  `host \`a.example.com\` is routed twice on gateway \`platform/edge\`, by \`chart/${one}\` and \`chart/${other}\`: Istio takes the older route, give each its own \`paths\` in \`route\``;

function errors(it: Chart): string {
  try {
    Testing.synth(it);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

describe('two constructs that meet', () => {
  test('on one host and workload are an error that names both, whichever comes first', () => {
    for (const order of [['A', 'B'], ['B', 'A']]) {
      const it = chart();
      (order[0] === 'A' ? cert : jwt)(it, order[0]);
      (order[1] === 'A' ? cert : jwt)(it, order[1]);
      expect(errors(it)).toContain(`[chart/B] ${opens('a.example.com', 'default/httpbin', 'A', 'B')}`);
      expect(errors(it).split('is secured by')).toHaveLength(2);
    }
  });

  test('on a wildcard and one of its hosts', () => {
    const it = chart();
    cert(it, 'Wide', { host: '*.example.com' });
    jwt(it, 'Narrow', { host: 'b.a.example.com' });
    expect(errors(it)).toContain(opens('b.a.example.com', 'default/httpbin', 'Wide', 'Narrow'));
  });

  test('on two wildcards, one inside the other', () => {
    const it = chart();
    cert(it, 'Wide', { host: '*.example.com' });
    jwt(it, 'Narrow', { host: '*.a.example.com' });
    expect(errors(it)).toContain(opens('*.a.example.com', 'default/httpbin', 'Wide', 'Narrow'));
  });

  test('on the same pods behind another Service', () => {
    const it = chart();
    cert(it, 'A', { workload: Workload.of({ service: 'one', port: 1, labels: { app: 'httpbin', version: 'v1' } }) });
    jwt(it, 'B', { route: { paths: [PathPattern.exact('/b')] } });
    expect(errors(it)).toContain(opens('a.example.com', 'default/httpbin', 'A', 'B'));
  });

  test('through a split', () => {
    const it = chart();
    cert(it, 'A');
    jwt(it, 'B', { workload: Workload.of({ service: 'other', port: 1, labels: { app: 'other' } }), route: { split: [{ workload: httpbin, weight: 1 }] } });
    expect(errors(it)).toContain(opens('a.example.com', 'default/httpbin', 'A', 'B'));
  });

  test('on one host with two workloads are two routes for the same requests', () => {
    const it = chart();
    cert(it, 'A');
    jwt(it, 'B', { workload: Workload.of({ service: 'other', port: 1, labels: { app: 'other' } }) });
    expect(errors(it)).toContain(`[chart/B] ${twice('A', 'B')}`);
  });

  test('with a path in common', () => {
    const it = chart();
    cert(it, 'A', { route: { paths: [PathPattern.exact('/x'), PathPattern.exact('/a')] } });
    jwt(it, 'B', { workload: Workload.of({ service: 'other', port: 1, labels: { app: 'other' } }), route: { paths: [PathPattern.exact('/x')] } });
    expect(errors(it)).toContain(twice('A', 'B'));
  });
});

describe('two constructs that do not meet', () => {
  test.each<[string, object, object]>([
    ['two hosts of one workload', {}, { host: 'b.example.com' }],
    ['a wildcard and its own suffix', { host: '*.example.com' }, { host: 'example.com' }],
    ['one host, disjoint paths, two workloads', { route: { paths: [PathPattern.tree('/a')] } },
      { route: { paths: [PathPattern.tree('/b')] }, workload: Workload.of({ service: 'b', port: 1, labels: { app: 'b' } }) }],
    ['one host on two gateways, two workloads', {}, { gateway: new TestGateway(['*.example.com'], true, 'second'), workload: Workload.of({ service: 'b', port: 1, labels: { app: 'b' } }) }],
    ['one name in two namespaces on two gateways', {}, { gateway: new TestGateway(['*.example.com'], true, 'second'), workload: Workload.of({ service: 'httpbin', port: 1, labels, namespace: 'b' }) }],
  ])('%s pass', (_, one, other) => {
    const it = chart();
    cert(it, 'A', one);
    jwt(it, 'B', other);
    expect(errors(it)).toBe('');
  });

  test('every rule of two constructs on one workload carries its own hosts', () => {
    const it = chart();
    cert(it, 'A');
    jwt(it, 'B', { host: 'b.example.com' });
    const rules = Testing.synth(it).filter(({ kind }) => kind === 'AuthorizationPolicy').flatMap(({ spec }) => spec.rules ?? []);
    expect(rules.map(({ to }: any) => to[0].operation.hosts)).toStrictEqual([['b.example.com', 'b.example.com:*']]);
  });
});

test('a workload whose manifests are at fault meets nobody by its labels', () => {
  const it = chart();
  const deployment = new ApiObject(it, 'd', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } });
  const service = new ApiObject(it, 's', { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'default' } });
  cert(it, 'A', { workload: Workload.fromDeployment(deployment, service) });
  jwt(it, 'B', { route: { paths: [PathPattern.exact('/b')] } });
  expect(errors(it)).toContain('service `s` has no port');
  expect(errors(it)).not.toContain('is secured by');
});
