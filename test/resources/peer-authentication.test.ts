import { App, Chart, Testing } from 'cdk8s';
import { PeerAuthentication, PeerAuthenticationProps, PeerMode } from '../../src/resources/peer-authentication';
import { Workload } from '../../src/resources/workload';

function rendered(props: PeerAuthenticationProps): any {
  const it = new Chart(new App(), 'chart');
  new PeerAuthentication(it, 'mtls', props);
  return Testing.synth(it)[0];
}

test('STRICT is the default', () => {
  expect(rendered({ selector: { app: 'a' } })).toStrictEqual({
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: { name: 'mtls', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'a' } }, mtls: { mode: 'STRICT' } },
  });
});

test('modes of ports, of a workload and of a whole namespace', () => {
  const workload = Workload.of({ service: 'w', port: 80, labels: { app: 'w' }, namespace: 'demo' });
  expect(rendered({ workload, mode: PeerMode.UNSET, ports: [{ port: 8080, mode: PeerMode.PERMISSIVE }] })).toMatchObject({
    metadata: { namespace: 'demo' },
    spec: { selector: { matchLabels: { app: 'w' } }, mtls: { mode: 'UNSET' }, portLevelMtls: { 8080: { mode: 'PERMISSIVE' } } },
  });
  expect(rendered({ wholeNamespace: true, mode: PeerMode.DISABLE }).spec).toStrictEqual({ mtls: { mode: 'DISABLE' } });
});

test.each<[string, any, string]>([
  ['no selector', {}, 'peer authentication `mtls` has no selector: give the labels of the pods, or say `wholeNamespace: true`'],
  ['an unknown mode', { selector: { app: 'a' }, mode: 'strict' }, 'invalid mode `strict`: expected one of `STRICT`, `PERMISSIVE`, `DISABLE`, `UNSET`'],
  ['an unknown mode of a port', { selector: { app: 'a' }, ports: [{ port: 1 }] }, 'invalid mode `undefined`: expected one of `STRICT`, `PERMISSIVE`, `DISABLE`, `UNSET`'],
  ['port 0', { selector: { app: 'a' }, ports: [{ port: 0, mode: 'STRICT' }] }, 'invalid port `0`: expected an integer from 1 to 65535'],
  ['no ports', { selector: { app: 'a' }, ports: [] }, 'empty list `ports` of peer authentication `mtls`: leave the field out'],
  ['ports of a whole namespace', { wholeNamespace: true, ports: [{ port: 1, mode: 'STRICT' }] },
    'peer authentication `mtls` has `ports` for a whole namespace: Istio refuses that, give a selector'],
])('%s is refused', (_, props, message) => {
  expect(() => rendered(props)).toThrow(new Error(message));
});
