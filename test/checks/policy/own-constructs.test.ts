import { App, Chart } from 'cdk8s';
import { CheckContext, runChecks } from '../../../src/checks';
import { EnforcementPoint } from '../../../src/constructs/enforcement-point';
import { MutualTlsGateway } from '../../../src/constructs/mutual-tls-gateway';
import { SpiffeAllowPolicy } from '../../../src/constructs/spiffe-allow-policy';
import { SpiffeDenyPolicy } from '../../../src/constructs/spiffe-deny-policy';
import { MeshProfile } from '../../../src/model/mesh-profile';
import { PathPattern } from '../../../src/model/path-pattern';
import { SpiffeId } from '../../../src/model/spiffe-id';
import { Gateway } from '../../../src/resources/gateway';
import { GatewayProtocol, TlsMode } from '../../../src/resources/gateway-server';

const CLIENT = SpiffeId.parse('spiffe://test.client');

test.each<[string, (chart: Chart, enforceAt: EnforcementPoint) => unknown]>([
  ['SpiffeDenyPolicy', (chart, enforceAt) => new SpiffeDenyPolicy(chart, 'Deny', { enforceAt, clients: [CLIENT], paths: [PathPattern.exact('/x')] })],
  ['SpiffeAllowPolicy', (chart, enforceAt) => new SpiffeAllowPolicy(chart, 'Allow', { enforceAt, clients: [CLIENT] })],
])('%s spares what others pass through on the same gateway, so nothing is found', (_name, add) => {
  const chart = new Chart(new App(), 'chart');
  const gateway = MutualTlsGateway.fromGatewayAttributes(chart, 'Gateway', { namespace: 'default', name: 'edge', mutualTlsHosts: ['test.com'] });
  new Gateway(chart, 'Argo', { metadata: { name: 'argo' }, servers: [{ hosts: ['argo.test'], port: 443, protocol: GatewayProtocol.TLS, tls: { mode: TlsMode.PASSTHROUGH } }] });
  add(chart, EnforcementPoint.gateway(gateway));
  expect(runChecks(new CheckContext(chart.toJson(), { mesh: MeshProfile.ISTIO })).map(({ check: { id }, message }) => `${id} ${message}`)).toEqual([]);
});
