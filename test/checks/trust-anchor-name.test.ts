import { trustAnchorName } from '../../src/checks/trust-anchor-name';
import type { Manifest } from '../../src/mesh/manifest';

function gateway(servers: unknown, apiVersion = 'networking.istio.io/v1'): Manifest {
  return { apiVersion, kind: 'Gateway', namespace: 'default', name: 'edge', spec: () => ({ servers }) } as Manifest;
}

const server = (caCertCredentialName: unknown) => ({ tls: { mode: 'MUTUAL', credentialName: 'edge', caCertCredentialName } });

test('a trust anchor that Istio takes for a server certificate is found', () => {
  const findings = trustAnchorName([gateway([server('edge-cacert'), server('partners')])]);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({
    id: 'MTLS004',
    message: '`caCertCredentialName` `partners` of server 2 of Gateway `default/edge` does not end in `-cacert`: Istio takes the Secret for a server certificate, and clients are then '
      + 'not verified at all; rename the Secret, or use `configmap://<namespace>/<name>`',
  });
});

test.each([
  ['the ending that Istio knows', [server('partners-cacert')]],
  ['a ConfigMap', [server('configmap://edge/partners')]],
  ['no name of its own', [server(undefined), server('')]],
  ['malformed servers', [null, {}, { tls: null }, server(7)]],
  ['no servers', undefined],
])('there is no alarm for %s', (_name, servers) => {
  expect(trustAnchorName([gateway(servers)])).toEqual([]);
});

test('a Gateway of the Gateway API is another kind', () => {
  expect(trustAnchorName([gateway([server('partners')], 'gateway.networking.k8s.io/v1')])).toEqual([]);
});
