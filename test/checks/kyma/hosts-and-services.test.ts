import { apiRule, findings, gateway, jwt, mutual, noAuth, otherJwt, redirect, rule, service, simple } from './support';
import { CheckContext, runChecks } from '../../../src/checks';
import { MeshProfile } from '../../../src/model/mesh-profile';

interface Row {
  readonly name: string;
  readonly documents: any[];
  /** Object and field of each finding. */
  readonly found: string[];
}

const run = (id: string, documents: any[]) => findings(id, ...documents).map(({ object, path }) => `${object} ${path}`);
const guarded = apiRule([rule('/*', jwt)], { hosts: ['j.d.test'] }, { name: 'guarded' });
const wide = (rules: object[], spec: object = {}) => apiRule(rules, { hosts: ['*.d.test'], ...spec }, { name: 'wide' });

describe('MTLS082: a wildcard host opens a protected host of the same workload', () => {
  test.each<Row>([
    { name: 'noAuth on the wildcard', documents: [guarded, wide([rule('/*', noAuth)])], found: ['APIRule shop/wide spec.rules.0.noAuth'] },
    { name: 'another token on the wildcard', documents: [guarded, wide([rule('/*', otherJwt)])], found: ['APIRule shop/wide spec.rules.0.jwt'] },
    { name: 'a wildcard below the wildcard', documents: [apiRule([rule('/*', jwt)], { hosts: ['*.e.d.test'] }, { name: 'guarded' }), wide([rule('/*', noAuth)])], found: ['APIRule shop/wide spec.rules.0.noAuth'] },
    { name: 'silent: the same token', documents: [guarded, wide([rule('/*', jwt)])], found: [] },
    { name: 'silent: another workload', documents: [guarded, wide([rule('/*', noAuth)], { service: { name: 'other', port: 80 } })], found: [] },
    { name: 'silent: other methods', documents: [guarded, wide([rule('/*', noAuth, ['POST'])])], found: [] },
    { name: 'silent: other paths', documents: [apiRule([rule('/a', jwt)], { hosts: ['j.d.test'] }, { name: 'guarded' }), wide([rule('/b', noAuth)])], found: [] },
    { name: 'silent: another domain', documents: [guarded, wide([rule('/*', noAuth)], { hosts: ['*.e.test'] })], found: [] },
    { name: 'silent: one wildcard twice, which is MTLS094', documents: [wide([rule('/*', noAuth)]), apiRule([rule('/*', jwt)], { hosts: ['*.d.test'] }, { name: 'guarded' })], found: [] },
    { name: 'silent: the exact host is open as well', documents: [apiRule([rule('/*', noAuth)], { hosts: ['j.d.test'] }, { name: 'guarded' }), wide([rule('/*', jwt)])], found: [] },
  ])('$name', ({ documents, found }) => expect(run('MTLS082', documents)).toEqual(found));

  test('the finding names both rules and the workload', () => {
    expect(findings('MTLS082', guarded, wide([rule('/*', noAuth)]))[0].text).toBe(
      'rule 1 (GET `/*`, noAuth) of APIRule `shop/wide` for `*.d.test` leads to the same Service `shop/orders` as rule 1 (GET `/*`, jwt) of APIRule `shop/guarded` for `j.d.test`: '
      + 'the policy of the wildcard matches `j.d.test` too, so what that asks for is not needed; name the hosts of APIRule `shop/wide` one by one, or give them a workload of their own');
  });
});

describe('MTLS083: a Service of another namespace', () => {
  test.each<Row>([
    { name: 'named for the APIRule', documents: [apiRule([rule('/*', noAuth)], { service: { name: 'orders', namespace: 'victim', port: 80 } })], found: ['APIRule shop/orders spec.rules.0'] },
    { name: 'named by a rule', documents: [apiRule([rule('/a', noAuth), rule('/b', noAuth, ['GET'], { service: { name: 'x', namespace: 'victim', port: 80 } })])], found: ['APIRule shop/orders spec.rules.1'] },
    { name: 'told once for a Service', documents: [apiRule([rule('/a', noAuth), rule('/b', noAuth)], { service: { name: 'orders', namespace: 'victim', port: 80 } })], found: ['APIRule shop/orders spec.rules.0'] },
    { name: 'silent: one that Kyma does not process', documents: [apiRule([rule('/*', noAuth), rule('/a', jwt)], { service: { name: 'orders', namespace: 'victim', port: 80 } })], found: [] },
    { name: 'silent: the own namespace, named', documents: [apiRule([rule('/*', noAuth)], { service: { name: 'orders', namespace: 'shop', port: 80 } })], found: [] },
  ])('$name', ({ documents, found }) => expect(run('MTLS083', documents)).toEqual(found));
});

describe('MTLS089: a host that the Gateway does not serve', () => {
  const other = apiRule([rule('/*', noAuth)], { hosts: ['orders.e.test'] });
  test.each<Row>([
    { name: 'another domain', documents: [gateway([mutual]), other], found: ['APIRule shop/orders spec.hosts.0'] },
    { name: 'served for another namespace only', documents: [gateway([{ ...mutual, hosts: ['edge/*.e.test'] }]), other], found: ['APIRule shop/orders spec.hosts.0'] },
    { name: 'silent: covered', documents: [gateway([mutual]), apiRule([rule('/*', noAuth)])], found: [] },
    { name: 'silent: covered in upper case', documents: [gateway([{ ...mutual, hosts: ['*.E.test'] }]), other], found: [] },
    { name: 'silent: a wildcard over an exact server', documents: [gateway([{ ...mutual, hosts: ['a.e.test'] }]), apiRule([rule('/*', noAuth)], { hosts: ['*.e.test'] })], found: [] },
    { name: 'silent: a Gateway that is not among the manifests', documents: [other], found: [] },
    { name: 'silent: a short host', documents: [gateway([mutual]), apiRule([rule('/*', noAuth)], { hosts: ['orders'] })], found: [] },
    { name: 'silent: the Gateway of Kyma, whose domain is that of the first APIRule', documents: [apiRule([rule('/*', noAuth)], { hosts: ['orders.e.test'], gateway: 'kyma-system/kyma-gateway' })], found: [] },
  ])('$name', ({ documents, found }) => expect(run('MTLS089', documents)).toEqual(found));

  test('the finding lists what the Gateway serves', () => {
    expect(findings('MTLS089', gateway([mutual, { ...redirect, hosts: ['a.test'] }]), other)[0].text).toContain('(hosts: `*.d.test`, `a.test`)');
  });
});

describe('MTLS092: a port that the Service does not have', () => {
  test.each<Row>([
    { name: 'the port of the container', documents: [service(), apiRule([rule('/*', noAuth)], { service: { name: 'orders', port: 8080 } })], found: ['APIRule shop/orders spec.service.port'] },
    { name: 'the port of the container, in a rule', documents: [service(), apiRule([rule('/*', noAuth, ['GET'], { service: { name: 'orders', port: 8080 } })])], found: ['APIRule shop/orders spec.rules.0.service.port'] },
    { name: 'silent: the port of the Service', documents: [service(), apiRule([rule('/*', noAuth)])], found: [] },
    { name: 'silent: a Service that is not among the manifests', documents: [apiRule([rule('/*', noAuth)])], found: [] },
    { name: 'silent: a Service without selector', documents: [{ ...service(), spec: { ports: [] } }, apiRule([rule('/*', noAuth)])], found: [] },
  ])('$name', ({ documents, found }) => expect(run('MTLS092', documents)).toEqual(found));

  test('the only port that there is is the patch', () => {
    const patches = (...documents: any[]) => runChecks(new CheckContext(documents, { mesh: MeshProfile.KYMA })).filter(({ check }) => check.id === 'MTLS092').map(({ patch, cure }) => ({ patch, cure }));
    const wrong = apiRule([rule('/*', noAuth)], { service: { name: 'orders', port: 8080 } });
    expect(patches(service(), wrong)).toEqual([{ patch: [{ op: 'replace', path: '/spec/service/port', value: 80 }], cure: 'name the port of the Service, `80`, not one of the container' }]);
    expect(patches(service('orders', [{ port: 80, name: 'a' }, { port: 81, name: 'b' }]), wrong)).toEqual([{ patch: undefined, cure: 'name a port of the Service, not one of the container' }]);
  });

  test('the finding lists the ports that there are', () => {
    expect(findings('MTLS092', service(), apiRule([rule('/*', noAuth)], { service: { name: 'orders', port: 8080 } }))[0].text).toContain('port 8080 of Service `shop/orders`, which has 80: ');
    expect(findings('MTLS092', service('orders', []), apiRule([rule('/*', noAuth)]))[0].text).toContain('port 80 of Service `shop/orders`, which has none: ');
    expect(findings('MTLS092', service('orders', [{ port: 80, name: 'a' }, { port: 81, name: 'b' }]), apiRule([rule('/*', noAuth)], { service: { name: 'orders', port: 8080 } }))[0].text).toContain('which has 80, 81: ');
  });
});

describe('MTLS093: a second door without a client certificate', () => {
  const closed = apiRule([rule('/*', noAuth)], { hosts: ['m.d.test'], gateway: 'edge/mutual' }, { name: 'closed' });
  const door = (gatewayName: string, handler: object = noAuth, name = 'orders') => apiRule([rule('/*', handler)], { gateway: gatewayName, service: { name, port: 80 } }, { name: 'door' });
  test.each<Row>([
    { name: 'a SIMPLE Gateway', documents: [gateway([mutual, redirect], 'mutual'), gateway([simple], 'open'), closed, door('edge/open')], found: ['APIRule shop/door spec.gateway'] },
    { name: 'the Gateway of Kyma, which is not among the manifests', documents: [gateway([mutual], 'mutual'), closed, door('kyma-system/kyma-gateway')], found: ['APIRule shop/door spec.gateway'] },
    {
      name: 'one rule of several, on either side',
      documents: [gateway([redirect, mutual], 'mutual'), gateway([simple], 'open'),
        apiRule([rule('/a', noAuth, ['GET'], { service: { name: 'first', port: 80 } }), rule('/*', noAuth)], { hosts: ['m.d.test'], gateway: 'edge/mutual' }, { name: 'closed' }), door('edge/open')],
      found: ['APIRule shop/door spec.gateway'],
    },
    { name: 'silent: protected by a token', documents: [gateway([mutual], 'mutual'), gateway([simple], 'open'), closed, door('edge/open', jwt)], found: [] },
    { name: 'silent: another Service', documents: [gateway([mutual], 'mutual'), gateway([simple], 'open'), closed, door('edge/open', noAuth, 'other')], found: [] },
    { name: 'silent: a Gateway that is not known', documents: [gateway([mutual], 'mutual'), closed, door('edge/unknown')], found: [] },
    { name: 'silent: both ask for a certificate', documents: [gateway([mutual, redirect], 'mutual'), gateway([mutual], 'other'), closed, door('edge/other')], found: [] },
  ])('$name', ({ documents, found }) => expect(run('MTLS093', documents)).toEqual(found));
});

describe('what MTLS082 and MTLS093 name beside', () => {
  test('is the APIRule that guards the same Service', () => {
    const other = apiRule([rule('/*', noAuth)], { hosts: ['o.d.test'], gateway: 'edge/mutual', service: { name: 'other', port: 80 } }, { name: 'other' });
    const [closed, door] = [apiRule([rule('/*', noAuth)], { hosts: ['m.d.test'], gateway: 'edge/mutual' }, { name: 'closed' }), apiRule([rule('/*', noAuth)], { gateway: 'edge/open' }, { name: 'door' })];
    expect(findings('MTLS093', gateway([mutual], 'mutual'), gateway([simple], 'open'), other, closed, door)[0].related).toEqual(['APIRule shop/closed']);
    expect(findings('MTLS082', guarded, wide([rule('/*', noAuth)]))[0].related).toEqual(['APIRule shop/guarded']);
  });
});

describe('MTLS094: a host that is taken', () => {
  const first = apiRule([rule('/*', noAuth)]);
  const second = apiRule([rule('/*', noAuth)], { gateway: 'edge/other' }, { name: 'second' });
  const route = (labels: object = {}) => ({ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'v', namespace: 'shop', labels }, spec: { hosts: ['orders.d.test'], http: [] } });
  test.each<Row>([
    { name: 'by another APIRule, on whichever Gateway', documents: [first, second], found: ['APIRule shop/second spec.hosts.0'] },
    { name: 'by a VirtualService, wherever it stands', documents: [first, route()], found: ['APIRule shop/orders spec.hosts.0'] },
    { name: 'silent: by the VirtualService that Kyma made for it', documents: [first, route({ 'apirule.gateway.kyma-project.io/name': 'orders', 'apirule.gateway.kyma-project.io/namespace': 'shop' })], found: [] },
    { name: 'by the VirtualService of an APIRule of the same name elsewhere', documents: [first, route({ 'apirule.gateway.kyma-project.io/name': 'orders', 'apirule.gateway.kyma-project.io/namespace': 'other' })], found: ['APIRule shop/orders spec.hosts.0'] },
    { name: 'by the VirtualService of another APIRule of the namespace', documents: [first, route({ 'apirule.gateway.kyma-project.io/name': 'other', 'apirule.gateway.kyma-project.io/namespace': 'shop' })], found: ['APIRule shop/orders spec.hosts.0'] },
    { name: 'silent: by an APIRule that Kyma refuses', documents: [first, apiRule([], {}, { name: 'old' }, 'v1beta1')], found: [] },
    { name: 'silent: other hosts', documents: [first, apiRule([rule('/*', noAuth)], { hosts: ['x.d.test'] }, { name: 'x' })], found: [] },
    { name: 'silent: the same APIRule twice, which is MTLS101', documents: [first, first], found: [] },
    { name: 'silent: no host', documents: [apiRule([rule('/*', noAuth)], { hosts: [] }), apiRule([rule('/*', noAuth)], { hosts: [] }, { name: 'x' })], found: [] },
  ])('$name', ({ documents, found }) => expect(run('MTLS094', documents)).toEqual(found));

  test('each is told of the first that had the host', () => {
    expect(findings('MTLS094', first, second, apiRule([rule('/*', noAuth)], {}, { name: 'third' })).map(({ related }) => related)).toEqual([['APIRule shop/orders'], ['APIRule shop/orders']]);
  });
});
