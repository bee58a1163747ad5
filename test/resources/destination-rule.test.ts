import { App, Chart, Testing } from 'cdk8s';
import { Destination } from '../../src/resources/destination';
import { ClientTlsMode, DestinationRule, DestinationRuleProps } from '../../src/resources/destination-rule';

const destination = Destination.service('app', 80);

function rendered(props: Partial<DestinationRuleProps>): any {
  const it = new Chart(new App(), 'chart', { namespace: 'shop' });
  new DestinationRule(it, 'rule', { destination, ...props });
  return Testing.synth(it)[0];
}

test('the host is the full name of the service', () => {
  expect(rendered({ tls: { mode: ClientTlsMode.ISTIO_MUTUAL } })).toStrictEqual({
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'rule', namespace: 'shop' },
    spec: { host: 'app.shop.svc.cluster.local', trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } },
  });
});

test('every field, sets sorted', () => {
  const tls = { mode: ClientTlsMode.MUTUAL, sni: 'a.test', subjectAltNames: ['a.test'], credentialName: 'client' };
  const subsets = [{ name: 'v2', labels: { version: 'v2' } }, { name: 'v1', labels: { version: 'v1' } }];
  expect(rendered({ destination: Destination.external('a.partner.example', 443), tls, subsets, exportTo: ['b', '.'] }).spec).toStrictEqual({
    host: 'a.partner.example',
    exportTo: ['.', 'b'],
    trafficPolicy: { tls: { mode: 'MUTUAL', sni: 'a.test', subjectAltNames: ['a.test'], credentialName: 'client' } },
    subsets: [{ name: 'v1', labels: { version: 'v1' } }, { name: 'v2', labels: { version: 'v2' } }],
  });
  expect(rendered({ tls: { mode: ClientTlsMode.DISABLE } }).spec.trafficPolicy).toStrictEqual({ tls: { mode: 'DISABLE' } });
});

const v1 = { name: 'v1', labels: { version: 'v1' } };
test.each<[string, any, string]>([
  ['nothing to say', {}, 'destination rule `rule` says nothing: give `tls`, `subsets` or both'],
  ['an unknown mode', { tls: { mode: 'mutual' } }, 'invalid mode `mutual` of destination rule `rule`: expected one of `ISTIO_MUTUAL`, `SIMPLE`, `MUTUAL`, `DISABLE`'],
  ['MUTUAL without Secret', { tls: { mode: 'MUTUAL' } }, 'destination rule `rule` has mode `MUTUAL` without `credentialName`: name the Secret with the client certificate'],
  ['ISTIO_MUTUAL with Secret', { tls: { mode: 'ISTIO_MUTUAL', credentialName: 'a' } }, 'destination rule `rule` has mode `ISTIO_MUTUAL` with `credentialName`: leave it out, Istio refuses it'],
  ['DISABLE with Secret', { tls: { mode: 'DISABLE', credentialName: 'a' } }, 'destination rule `rule` has mode `DISABLE` with `credentialName`: leave it out, Istio refuses it'],
  ['DISABLE with a server name', { tls: { mode: 'DISABLE', sni: 'a' } }, 'destination rule `rule` has mode `DISABLE` with TLS settings: leave `sni` and `subjectAltNames` out'],
  ['no names', { tls: { mode: 'SIMPLE', subjectAltNames: [] } }, 'empty list `subjectAltNames` of destination rule `rule`: leave the field out'],
  ['no subsets', { subsets: [] }, 'empty list `subsets` of destination rule `rule`: leave the field out'],
  ['a subset with a dot', { subsets: [{ ...v1, name: 'v1.0' }] }, 'invalid subset `v1.0` of destination rule `rule`: expected a DNS label'],
  ['a subset twice', { subsets: [v1, v1] }, 'subset `v1` is given twice in destination rule `rule`: give it once'],
  ['a subset without labels', { subsets: [{ name: 'v1', labels: {} }] },
    'subset `v1` has no labels `{}`: a selector without labels applies to every pod, give the labels that its pods carry'],
  ['an empty exportTo', { subsets: [v1], exportTo: [] }, 'empty list `exportTo` of destination rule `rule`: leave the field out to export to all namespaces'],
  ['exportTo nobody', { subsets: [v1], exportTo: ['~'] }, 'invalid namespace `~`: expected at most 63 lower-case letters, digits and inner `-`'],
])('%s is refused', (_, props, message) => {
  expect(() => rendered(props)).toThrow(new Error(message));
});
