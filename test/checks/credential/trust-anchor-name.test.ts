import { trustAnchorName } from '../../../src/checks/credential/trust-anchor-name';
import { find, gateway, https, told } from '../support';

const server = (caCertCredentialName: unknown, host = 'a.test') => https('MUTUAL', [host], { caCertCredentialName });

test('a trust anchor that Istio takes for a server certificate is found', () => {
  expect(find(trustAnchorName, [gateway('edge', [server('edge-cacert'), server('partners', 'b.test')])])).toEqual([{
    object: expect.objectContaining({ kind: 'Gateway', name: 'edge' }),
    path: ['spec', 'servers', 1, 'tls', 'caCertCredentialName'],
    message: '`caCertCredentialName` `partners` of server 2 of Gateway `default/edge` does not end in `-cacert`',
    effect: 'Istio takes the Secret for a server certificate, and clients are then not verified at all',
    cure: 'rename the Secret, or use `configmap://<namespace>/<name>`',
  }]);
});

test.each([
  ['the ending that Istio knows', [server('partners-cacert')]],
  ['a ConfigMap', [server('configmap://edge/partners')]],
  ['no name of its own', [server(undefined), server('', 'b.test')]],
  ['a mode that verifies nobody anyway', [https('SIMPLE', ['a.test'], { caCertCredentialName: 'partners' })]],
  ['servers that are refused', [null, {}, { tls: null }, server(7)]],
  ['no servers', undefined],
])('there is no alarm for %s', (_name, servers) => {
  expect(told(trustAnchorName, [gateway('edge', servers)])).toEqual([]);
});

test('a Gateway of the Gateway API is another kind', () => {
  expect(told(trustAnchorName, [{ ...gateway('edge', [server('partners')]), apiVersion: 'gateway.networking.k8s.io/v1' }])).toEqual([]);
});
