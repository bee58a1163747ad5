import { Chart, Testing } from 'cdk8s';
import { EnforcementPoint, GatewayEnforcementOptions } from '../../src/constructs/enforcement-point';
import { IMutualTlsGateway, MutualTlsGateway } from '../../src/constructs/mutual-tls-gateway';
import { SpiffeAllowPolicy } from '../../src/constructs/spiffe-allow-policy';
import { SpiffeDenyPolicy, WithoutCertificate } from '../../src/constructs/spiffe-deny-policy';
import { PathPattern } from '../../src/model/path-pattern';
import { SpiffeId } from '../../src/model/spiffe-id';
import { Gateway } from '../../src/resources/gateway';
import { GatewayProtocol, TlsMode } from '../../src/resources/gateway-server';
import { Workload } from '../../src/resources/workload';

const CLIENT = SpiffeId.parse('spiffe://test.client');

function gatewayOn(chart: Chart): IMutualTlsGateway {
  return MutualTlsGateway.fromGatewayAttributes(chart, 'Gateway', { namespace: 'default', name: 'edge', mutualTlsHosts: ['test.com'] });
}

function passThrough(chart: Chart): void {
  new Gateway(chart, 'Argo', {
    metadata: { name: 'argo' },
    servers: [{ hosts: ['argo.test'], port: 443, protocol: GatewayProtocol.TLS, tls: { mode: TlsMode.PASSTHROUGH } }],
  });
}

function deny(chart: Chart, options: GatewayEnforcementOptions = {}, withoutCertificate?: WithoutCertificate): any[] {
  const policy = new SpiffeDenyPolicy(chart, 'Deny', {
    enforceAt: EnforcementPoint.gateway(gatewayOn(chart), options), clients: [CLIENT], paths: [PathPattern.exact('/x')], withoutCertificate,
  });
  return policy.apiObject.toJson().spec.rules;
}

function allow(chart: Chart, options: GatewayEnforcementOptions = {}): any[] {
  return new SpiffeAllowPolicy(chart, 'Allow', { enforceAt: EnforcementPoint.gateway(gatewayOn(chart), options), clients: [CLIENT] }).apiObject.toJson().spec.rules;
}

// Istio drops hosts and paths of a DENY rule on TCP: seen on istiod 1.30 and Envoy, a passed-through connection of another team was refused.
describe('connections that others pass through on the same gateway are spared', () => {
  test('the rule for callers without a certificate names the ports of the gateway, so TCP on other ports is left alone', () => {
    const [anonymous] = deny(Testing.chart());
    expect(anonymous.from).toEqual([{ source: { notPrincipals: ['*'] } }]);
    expect(anonymous.to[0].operation.ports).toEqual(['443', '80', '8080', '8443']);
  });

  test('server names that this app passes through are found, wherever the Gateway is defined', () => {
    const chart = Testing.chart();
    const rules = deny(chart);
    passThrough(chart);
    expect(rules[0].when).toBeUndefined();
    expect(deny(new Chart(chart.node.root, 'other'))[0].when).toEqual([{ key: 'connection.sni', notValues: ['argo.test'] }]);
    expect(allow(new Chart(chart.node.root, 'third'))[0].when).toEqual([{ key: 'connection.sni', notValues: ['argo.test'] }]);
  });

  test('server names of other teams are named', () => {
    expect(deny(Testing.chart(), { passthroughHosts: ['*.argo.test'] })[0].when).toEqual([{ key: 'connection.sni', notValues: ['*.argo.test'] }]);
    expect(allow(Testing.chart(), { passthroughHosts: ['argo.test'] })[0].when).toEqual([{ key: 'connection.sni', notValues: ['argo.test'] }]);
  });

  test('rules that name the denied identities need no such limit: nobody shows a certificate in a connection that is passed through', () => {
    const rules = deny(Testing.chart(), { passthroughHosts: ['argo.test'] });
    expect(rules[1].from).toEqual([{ source: { principals: ['test.client'] } }]);
    expect(rules[1].when).toBeUndefined();
    expect(rules[1].to[0].operation.ports).toBeUndefined();
  });

  test('the closed sibling names no ports, because a wrong one would open the hosts', () => {
    expect(allow(Testing.chart())[0].to[0].operation.ports).toBeUndefined();
  });

  test('a policy for every host of a gateway of its own spares nothing', () => {
    const chart = Testing.chart();
    passThrough(chart);
    const [anonymous] = deny(chart, { everyHost: true });
    expect(anonymous.when).toBeUndefined();
    expect(anonymous.to[0].operation.ports).toBeUndefined();
  });

  test('at a workload nothing is spared', () => {
    const workload = Workload.of({ service: 's', port: 80, labels: { app: 's' }, namespace: 'demo' });
    const policy = new SpiffeDenyPolicy(Testing.chart(), 'Deny', { enforceAt: EnforcementPoint.workload(workload), clients: [SpiffeId.ofWorkload({ namespace: 'demo', serviceAccount: 'a' })] });
    for (const rule of policy.apiObject.toJson().spec.rules) expect(rule.when).toBeUndefined();
  });
});

test('a passthrough host that would spare everything is refused', () => {
  expect(() => EnforcementPoint.gateway(gatewayOn(Testing.chart()), { passthroughHosts: ['*'] }))
    .toThrow('passthrough host `*` would spare every server name from the policy: name the hosts, or use a dedicated ingress workload');
});
