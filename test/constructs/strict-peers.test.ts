import { ApiObject, App, Chart, Testing } from 'cdk8s';
import { TestGateway } from './test-gateway';
import { CertSecuredWorkload } from '../../src/constructs/cert-secured-workload';
import { PeerAuthentication, PeerMode } from '../../src/resources/peer-authentication';
import { Workload } from '../../src/resources/workload';

const labels = { app: 'httpbin', tier: 'web' };
const workload = Workload.of({ service: 'httpbin', port: 8000, targetPort: 8080, labels });

function chart(): Chart {
  return new Chart(new App(), 'chart');
}

const secure = (scope: Chart, host = 'a.example.com') => new CertSecuredWorkload(scope, host, { gateway: new TestGateway(), host, workload });
const peers = (scope: Chart): any[] => Testing.synth(scope).filter(({ kind }) => kind === 'PeerAuthentication');

test('two constructs on one workload render one', () => {
  const it = chart();
  const first = secure(it);
  const second = secure(it, 'b.example.com');
  expect(peers(it).map(({ metadata }) => metadata.name)).toStrictEqual(['httpbin']);
  expect(second.peerAuthentication).toBe(first.peerAuthentication);
});

describe('where the app has another for the same pods, ours is not rendered', () => {
  test.each<[string, (scope: Chart) => void]>([
    ['made with our class', (scope) => new PeerAuthentication(scope, 'mine', { selector: { app: 'httpbin' } })],
    ['in any mode but DISABLE', (scope) => new PeerAuthentication(scope, 'mine', { selector: labels, mode: PeerMode.PERMISSIVE })],
    ['written by hand, in the default namespace', (scope) => new ApiObject(scope, 'x', {
      apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata: { name: 'mine' }, spec: { selector: { matchLabels: { tier: 'web' } } },
    })],
    ['disabled on another port only', (scope) => new PeerAuthentication(scope, 'mine', { selector: labels, ports: [{ port: 9090, mode: PeerMode.DISABLE }] })],
  ])('%s', (_, other) => {
    for (const first of [true, false]) {
      const it = chart();
      if (first) other(it);
      const secured = secure(it);
      if (!first) other(it);
      expect(peers(it).map(({ metadata }) => metadata.name)).toStrictEqual(['mine']);
      expect(peers(it)).toHaveLength(1);
      expect(secured.peerAuthentication).toBeUndefined();
    }
  });
});

test.each<[string, (scope: Chart) => void]>([
  ['selects other pods', (scope) => new PeerAuthentication(scope, 'other', { selector: { app: 'other' } })],
  ['is in another namespace', (scope) => new PeerAuthentication(scope, 'other', { selector: labels, metadata: { namespace: 'b' } })],
  ['is for the whole namespace', (scope) => new PeerAuthentication(scope, 'other', { wholeNamespace: true, mode: PeerMode.PERMISSIVE })],
])('ours stays beside one that %s', (_, other) => {
  const it = chart();
  secure(it);
  other(it);
  expect(peers(it).map(({ metadata }) => metadata.name).sort()).toStrictEqual(['httpbin', 'other']);
});

test.each<[string, object]>([['for all ports', { mode: PeerMode.DISABLE }], ['for the container port', { ports: [{ port: 8080, mode: PeerMode.DISABLE }] }]])('plain text %s is an error', (_, props) => {
  const it = chart();
  secure(it);
  new PeerAuthentication(it, 'plain', { selector: labels, ...props });
  expect(() => Testing.synth(it)).toThrow('[chart/a.example.com] workload `default/httpbin` is selected by peer authentication `plain` with mode `DISABLE`: the gateway would send plain text, and the policy would refuse it, use `STRICT`');
});

test('a workload whose manifests are at fault is selected by nobody', () => {
  const it = chart();
  const deployment = new ApiObject(it, 'd', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } });
  const service = new ApiObject(it, 's', { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } });
  new CertSecuredWorkload(it, 'A', { gateway: new TestGateway(), host: 'a.example.com', workload: Workload.fromDeployment(deployment, service) });
  new PeerAuthentication(it, 'plain', { selector: labels, mode: PeerMode.DISABLE });
  expect(() => Testing.synth(it)).toThrow(/service `s` has no port(?![^]*DISABLE)/);
});
