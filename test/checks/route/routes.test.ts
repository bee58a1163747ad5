import { destinationName } from '../../../src/checks/route/destination-name';
import { destinationPort } from '../../../src/checks/route/destination-port';
import { hostNotServed } from '../../../src/checks/route/host-not-served';
import { missingGateway } from '../../../src/checks/route/missing-gateway';
import { privateRouteFirst } from '../../../src/checks/route/private-route-first';
import { rejectedRoutes } from '../../../src/checks/route/rejected-routes';
import { shadowedRoute } from '../../../src/checks/route/shadowed-route';
import { all, findings, found, gateway, pods, service, TO_HTTPBIN, virtualService } from '../yaml';

const ROUTE = `[{${TO_HTTPBIN}}]`;

describe('gateway names (MTLS035)', () => {
  const line = 'shop/v spec.gateways.0: gateway `edge` of VirtualService `shop/v` means `shop/edge`, and the manifests have it in namespace `default`';

  test.each<[string, string, string[]]>([
    ['a bare name of another namespace', all(gateway(), virtualService(ROUTE, { namespace: 'shop' })), [line]],
    ['in a match', all(gateway(), gateway(undefined, 'own', 'shop'), virtualService(`[{match: [{uri: {prefix: /}}, {gateways: [own, edge]}], ${TO_HTTPBIN}}]`, { namespace: 'shop', gateways: '[own]' })),
      [line.replace('spec.gateways.0', 'spec.http.0.match.1.gateways.1')]],
    ['the own namespace has one', all(gateway(), gateway(undefined, 'edge', 'shop'), virtualService(ROUTE, { namespace: 'shop' })), []],
    ['a name with namespace', all(gateway(), virtualService(ROUTE, { namespace: 'shop', gateways: '[shop/edge]' })), []],
    ['the legacy form', all(gateway(), virtualService(ROUTE, { namespace: 'shop', gateways: '[edge.default]' })), []],
    ['the mesh', all(gateway(), virtualService(ROUTE, { namespace: 'shop', gateways: '[mesh]' })), []],
    ['the mesh, though a Gateway is called so', all(gateway(undefined, 'mesh'), virtualService(ROUTE, { namespace: 'shop', gateways: '[mesh]' })), []],
    ['a name that no Gateway has', all(gateway(), virtualService(ROUTE, { namespace: 'shop', gateways: '[other]' })), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(missingGateway, yaml)).toEqual(expected);
  });

  test('the patch names the only one; of two a person has to choose', () => {
    const yaml = all(gateway(), virtualService(ROUTE, { namespace: 'shop' }));
    expect(findings(missingGateway, yaml)[0]).toMatchObject({ cure: 'write `default/edge`', patch: [{ op: 'replace', path: '/spec/gateways/0', value: 'default/edge' }] });
    const [finding] = findings(missingGateway, all(yaml, gateway(undefined, 'edge', 'more')));
    expect([finding.patch, finding.related?.map(({ namespace }) => namespace)]).toEqual([undefined, ['default', 'more']]);
  });
});

describe('hosts (MTLS036)', () => {
  const server = (hosts: string) => gateway(`{hosts: ${hosts}, port: {name: http, number: 80, protocol: HTTP}}`);
  const line = 'default/v spec.hosts.0: host `a.test` of VirtualService `default/v` is served by none of its gateways for namespace `default`';

  test.each<[string, string, string[]]>([
    ['another host', all(server('[b.test]'), virtualService(ROUTE)), [line]],
    ['a host for another namespace', all(server('[shop/a.test]'), virtualService(ROUTE)), [line]],
    ['a wildcard that does not stand for its own top', all(server('["*.a.test"]'), virtualService(ROUTE)), [line]],
    ['one of two hosts', all(server('[a.test]'), virtualService(ROUTE, { hosts: '[a.test, b.test]' })), [line.replace('hosts.0', 'hosts.1').replace('a.test', 'b.test')]],
    ['the host in other letter case', all(server('[A.test]'), virtualService(ROUTE)), []],
    ['any namespace', all(server('["*/a.test"]'), virtualService(ROUTE)), []],
    ['the own namespace', all(server('[./a.test]'), virtualService(ROUTE)), []],
    ['a wildcard server', all(server('["*.test"]'), virtualService(ROUTE)), []],
    ['a wildcard route', all(server('[a.test]'), virtualService(ROUTE, { hosts: '["*.test"]' })), []],
    ['a second gateway that has it', all(server('[b.test]'), gateway(undefined, 'other'), virtualService(ROUTE, { gateways: '[edge, other]' })), []],
    ['a second gateway that is not here', all(server('[b.test]'), virtualService(ROUTE, { gateways: '[edge, other]' })), []],
    ['the mesh too', all(server('[b.test]'), virtualService(ROUTE, { gateways: '[edge, mesh]' })), []],
    ['the mesh only', virtualService(ROUTE, { hosts: '[short]', gateways: '[mesh]' }), []],
    ['Kyma\'s gateway, which every cluster has', virtualService(ROUTE, { gateways: '[kyma-system/kyma-gateway]', hosts: '[a.elsewhere]' }), []],
    ['a short name, also at a gateway that is not here', virtualService(ROUTE, { hosts: '[short]' }),
      ['default/v spec.hosts.0: host `short` of VirtualService `default/v` stands for `short.default.svc.cluster.local` at a gateway too']],
    ['every host', all(server('["*"]'), virtualService(ROUTE, { hosts: '["*"]' })), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(hostNotServed, yaml)).toEqual(expected);
  });

  test('the Gateways that it might be added to are named', () => {
    expect(findings(hostNotServed, all(server('[b.test]'), gateway('{hosts: [c.test], port: {name: http, number: 80, protocol: HTTP}}', 'more'), virtualService(ROUTE, { gateways: '[edge, more]' })))[0].related!.map(({ name }) => name))
      .toEqual(['edge', 'more']);
  });

  const router = pods('{istio: ingressgateway}', 'gw', 'edge', 'containers: [{name: istio-proxy, image: auto}]');

  test.each<[string, string, string[]]>([
    ['the own namespace only', all(gateway(), router, virtualService(ROUTE, { exportTo: '["."]' })),
      ['default/v spec.exportTo: `exportTo` of VirtualService `default/v` leaves out namespace `edge`, where the pods of its gateway are']],
    ['the namespace of the gateway\'s pods', all(gateway(), router, virtualService(ROUTE, { exportTo: '[edge]' })), []],
    ['nobody in particular', all(gateway(), router, virtualService(ROUTE)), []],
    ['the own namespace, by a second gateway that is not here', all(gateway(), router, virtualService(ROUTE, { gateways: '[edge, other]', exportTo: '["."]' })), []],
    ['the own namespace, where the pods serve two Gateways and others serve none of its', all(gateway(undefined, 'first').replace('istio: ingressgateway', 'istio: other'),
      pods('{istio: other}', 'other', 'other', 'containers: [{name: istio-proxy, image: auto}]'), gateway(undefined, 'second'), gateway(), router, virtualService(ROUTE, { exportTo: '["."]' })),
    ['default/v spec.exportTo: `exportTo` of VirtualService `default/v` leaves out namespace `edge`, where the pods of its gateway are']],
    ['every namespace', all(gateway(), router, virtualService(ROUTE, { exportTo: '["*"]' })), []],
    ['the own namespace, in which the pods are', all(gateway(), router, virtualService(ROUTE, { namespace: 'edge', gateways: '[default/edge]', exportTo: '["."]' })), []],
    ['gateway pods that are not here', all(gateway(), virtualService(ROUTE, { exportTo: '["."]' })), []],
    ['a gateway that is not here', all(router, virtualService(ROUTE, { exportTo: '["."]' })), []],
    ['pods in two namespaces, of which one sees it', all(gateway(), router, router.replace('namespace: edge', 'namespace: default'), virtualService(ROUTE, { exportTo: '["."]' })), []],
  ])('exported to %s', (_name, yaml, expected) => {
    expect(found(hostNotServed, yaml)).toEqual(expected);
  });

  test('the patch exports it', () => {
    expect(findings(hostNotServed, all(gateway(), router, virtualService(ROUTE, { exportTo: '["."]' })))[0])
      .toMatchObject({ effect: 'the gateway does not see the routes, so their hosts answer 404', cure: 'add `edge` to `exportTo`', patch: [{ op: 'add', path: '/spec/exportTo/-', value: 'edge' }] });
  });
});

const PORT = '{name: http, port: 8000, targetPort: 8080}';

describe('destinations (MTLS037)', () => {
  const to = (host: string) => virtualService(`[{route: [{destination: {host: ${host}}}]}]`);
  const elsewhere = service('{port: 80}', '{app: x}', 'orders', 'shop');
  const line = (host: string, problem: string) => `default/v spec.http.0.route.0.destination.host: destination \`${host}\` of VirtualService \`default/v\` ${problem}`;

  test.each<[string, string, string[]]>([
    ['name and namespace', to('httpbin.default'), [line('httpbin.default', 'has a dot, so Istio does not complete it')]],
    ['a namespace that is declared', all('apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}', to('orders.shop')), [line('orders.shop', 'has a dot, so Istio does not complete it')]],
    ['with `.svc`', to('orders.anywhere.svc'), [line('orders.anywhere.svc', 'has a dot, so Istio does not complete it')]],
    ['a namespace that nothing shows', to('orders.shop'), []],
    ['a host of a ServiceEntry', all('apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: s, namespace: default}\nspec: {hosts: [httpbin.default]}', to('httpbin.default')), []],
    ['the full name', to('httpbin.default.svc.cluster.local'), []],
    ['a host outside', to('www.example.com'), []],
    ['a short name of another namespace', all(elsewhere, to('orders')), [line('orders', 'means namespace `default`, and the manifests have that Service in `shop`')]],
    ['a short name of the own namespace', all(service('{port: 80}'), to('httpbin')), []],
    ['a short name that several namespaces have', all(elsewhere, service('{port: 80}', '{app: x}', 'orders', 'more'), to('orders')), []],
    ['a short name that nothing shows', to('orders'), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(destinationName, yaml)).toEqual(expected);
  });

  test('a half name is an error, a short one a warning; the patch writes the full name', () => {
    expect(findings(destinationName, to('httpbin.default'))[0]).toMatchObject({
      severity: 'error',
      effect: 'requests answer 503',
      cure: 'write `httpbin.default.svc.cluster.local`',
      patch: [{ op: 'replace', path: '/spec/http/0/route/0/destination/host', value: 'httpbin.default.svc.cluster.local' }],
    });
    expect(findings(destinationName, all(elsewhere, to('orders')))[0]).toMatchObject({ severity: 'warning', cure: 'write `orders.shop.svc.cluster.local`' });
  });
});

describe('ports of destinations (MTLS104)', () => {
  const to = (port: string, host = 'httpbin') => virtualService(`[{route: [{destination: {host: ${host}, port: {number: ${port}}}}]}]`);
  const line = (port: number, has: string, host = 'httpbin', where = 'http') => `default/v spec.${where}.0.route.0.destination.port.number: destination \`${host}\` of VirtualService \`default/v\` `
    + `names port ${port}, and Service \`default/httpbin\` has ${has}`;
  const entry = 'apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: s, namespace: default}\nspec: {hosts: [httpbin.default.svc.cluster.local], ports: [{number: 8080, name: http}]}';

  test.each<[string, string, string[]]>([
    ['the port of the container', all(service(PORT), to('8080')), [line(8080, '8000')]],
    ['the full name', all(service(PORT), to('8080', 'httpbin.default.svc.cluster.local')), [line(8080, '8000', 'httpbin.default.svc.cluster.local')]],
    ['several ports', all(service('{name: a, port: 1}, {name: b, port: 2}'), to('3')), [line(3, '1, 2')]],
    ['no port', all(service(''), to('3')), [line(3, 'none')]],
    ['a port of UDP', all(service('{name: a, port: 3, protocol: UDP}'), to('3')), [line(3, 'none')]],
    ['a TCP route', all(service(PORT), to('8080').replace('http:', 'tcp:')), [line(8080, '8000', 'httpbin', 'tcp')]],
    ['a TLS route', all(service(PORT), to('8080').replace('http: [{', 'tls: [{match: [{sniHosts: [a.test]}], ')), [line(8080, '8000', 'httpbin', 'tls')]],
    ['silent: the port of the Service', all(service(PORT), to('8000')), []],
    ['silent: no port is named', all(service(PORT), virtualService(`[{${TO_HTTPBIN}}]`)), []],
    ['silent: the Service is not among the manifests', to('8080'), []],
    ['silent: the Service is of another namespace', all(service(PORT, '{app: x}', 'httpbin', 'other'), to('8080')), []],
    ['silent: a Service without selector', all(service(PORT, '{}'), to('8080')), []],
    ['silent: a ServiceEntry of the same host', all(service(PORT), entry, to('8080')), []],
    ['silent: a host outside', all(service(PORT), to('8080', 'www.example.com')), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(destinationPort, yaml)).toEqual(expected);
  });

  test('the only port that there is is the patch; connections of other protocols are closed', () => {
    expect(findings(destinationPort, all(service(PORT), to('8080')))[0]).toMatchObject({
      effect: 'requests answer 503',
      cure: 'write `8000`, the port of the Service, not one of the container',
      patch: [{ op: 'replace', path: '/spec/http/0/route/0/destination/port/number', value: 8000 }],
    });
    const [several] = findings(destinationPort, all(service('{name: a, port: 1}, {name: b, port: 2}'), to('3').replace('http:', 'tcp:')));
    expect(several).toMatchObject({ effect: 'connections are closed', cure: 'name a port of the Service, not one of the container' });
    expect(several).not.toHaveProperty('patch');
  });
});

describe('the Service of a destination leads to no port of the container either (MTLS104)', () => {
  const route = virtualService('[{route: [{destination: {host: httpbin, port: {number: 5000}}}]}]');
  const listening = (port: string, labels = '{app: httpbin}', namespace = 'default') => pods(labels, 'a', namespace, `containers: [{name: app, ports: [{containerPort: ${port}}]}]`);
  const both = 'write `8000`, and give port 8000 of Service `default/httpbin`, which leads to 8000 of the pods, `targetPort: 5000`';
  const one = 'write `8000`, the port of the Service, not one of the container';

  test.each<[string, string, string]>([
    ['the container listens where the route leads', all(service('{port: 8000}'), listening('5000'), route), both],
    ['the Service leads there', all(service('{port: 8000, targetPort: 5000}'), listening('5000'), route), one],
    ['the Service leads to a port by name', all(service('{port: 8000, targetPort: http}'), listening('5000'), route), one],
    ['the container listens elsewhere', all(service('{port: 8000}'), listening('7000'), route), one],
    ['it listens on both', all(service('{port: 8000}'), listening('5000}, {containerPort: 8000'), route), one],
    ['other pods', all(service('{port: 8000}'), listening('5000', '{app: other}'), route), one],
    ['pods of another namespace', all(service('{port: 8000}'), listening('5000', '{app: httpbin}', 'other'), route), one],
  ])('%s', (_name, yaml, cure) => {
    expect(findings(destinationPort, yaml).map((finding) => [finding.cure, finding.patch !== undefined])).toEqual([[cure, cure === one]]);
  });
});

describe('shadowed routes (MTLS038)', () => {
  const guarded = '{match: [{uri: {prefix: /admin}}], directResponse: {status: 403}}';
  const first = (number: number, more: number) => `default/v spec.http.${number}: entry ${number} of \`http\` in VirtualService \`default/v\` takes every request, and ${more} more come after it`;

  test.each<[string, string, string[]]>([
    ['no match', virtualService(`[{${TO_HTTPBIN}}, ${guarded}, ${guarded}]`), [first(1, 2)]],
    ['prefix `/`', virtualService(`[${guarded}, {match: [{uri: {exact: /x}}, {uri: {prefix: /}}], ${TO_HTTPBIN}}, ${guarded}]`), [first(2, 1)]],
    ['the regular expression for everything', virtualService(`[{match: [{uri: {regex: ".*"}}], ${TO_HTTPBIN}}, ${guarded}]`), [first(1, 1)]],
    ['routes of the mesh', virtualService(`[{${TO_HTTPBIN}}, ${guarded}]`, { gateways: '[mesh]' }), [first(1, 1)]],
    ['the last one', virtualService(`[${guarded}, {${TO_HTTPBIN}}]`), []],
    ['limited to a port', virtualService(`[{match: [{port: 80}], ${TO_HTTPBIN}}, ${guarded}]`), []],
    ['limited to a gateway', virtualService(`[{match: [{gateways: [edge]}], ${TO_HTTPBIN}}, ${guarded}]`), []],
    ['limited to callers', virtualService(`[{match: [{sourceLabels: {a: b}}], ${TO_HTTPBIN}}, {match: [{sourceNamespace: a}], ${TO_HTTPBIN}}, ${guarded}]`), []],
    ['limited to a method', virtualService(`[{match: [{uri: {prefix: /}, method: {exact: GET}}], ${TO_HTTPBIN}}, ${guarded}]`), []],
    ['limited to a header', virtualService(`[{match: [{uri: {prefix: /}, headers: {a: {exact: b}}}], ${TO_HTTPBIN}}, ${guarded}]`), []],
    ['no catch-all', virtualService(`[${guarded}, ${guarded}]`), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(shadowedRoute, yaml)).toEqual(expected);
  });

  test('the patch moves the entry to the end', () => {
    const entry = { route: [{ destination: { host: 'httpbin' } }] };
    expect(findings(shadowedRoute, virtualService(`[{${TO_HTTPBIN}}, ${guarded}]`))[0].patch).toEqual([{ op: 'remove', path: '/spec/http/0' }, { op: 'add', path: '/spec/http/-', value: entry }]);
  });

  const second = (spec = {}, http = ROUTE) => virtualService(http, { name: 'w', ...spec });

  test.each<[string, string, string[]]>([
    ['the same host', all(virtualService(ROUTE), second({ hosts: '[b.test, A.test]' })),
      ['default/w spec.hosts.1: VirtualService `default/w` and VirtualService `default/v` both take every request for host `A.test` on one gateway']],
    ['another host', all(virtualService(ROUTE), second({ hosts: '[b.test]' })), []],
    ['another gateway', all(virtualService(ROUTE), second({ gateways: '[other]' })), []],
    ['the mesh, where the client\'s namespace decides', all(virtualService(ROUTE, { gateways: '[mesh]' }), second({ gateways: '[mesh]' })), []],
    ['other gateways, and the mesh', all(virtualService(ROUTE, { gateways: '[edge, mesh]' }), second({ gateways: '[other, mesh]' })), []],
    ['exports of their own', all(virtualService(ROUTE, { exportTo: '[a]' }), second({ exportTo: '[b]' })), []],
    ['a limited one', all(virtualService(ROUTE), second({}, `[${guarded}]`)), []],
    ['another export, which is a trap of its own', all(virtualService(ROUTE), second({ exportTo: '[istio-system]' })), []],
    ['the same export in another order', all(virtualService(ROUTE, { exportTo: '[a, b]' }), second({ exportTo: '[b, a]' })),
      ['default/w spec.hosts.0: VirtualService `default/w` and VirtualService `default/v` both take every request for host `a.test` on one gateway']],
    ['no export and all', all(virtualService(ROUTE), second({ exportTo: '["*"]' })),
      ['default/w spec.hosts.0: VirtualService `default/w` and VirtualService `default/v` both take every request for host `a.test` on one gateway']],
  ])('two VirtualServices: %s', (_name, yaml, expected) => {
    expect(found(shadowedRoute, yaml)).toEqual(expected);
  });

  test('two VirtualServices: each names the first', () => {
    expect(findings(shadowedRoute, all(virtualService(ROUTE), second()))[0])
      .toMatchObject({ effect: 'only the older one does; the last route of the other is never reached', cure: 'keep one of them, or limit one by a `match`' });
    expect(findings(shadowedRoute, all(virtualService(ROUTE), second(), second({ name: 'x' }))).map(({ object, related }) => [object.name, related?.map(({ name }) => name)]))
      .toEqual([['w', ['v']], ['x', ['v']]]);
  });
});

describe('private routes (MTLS072)', () => {
  const mine = virtualService(ROUTE);
  const theirs = (exportTo: string, spec = {}, http = ROUTE) => virtualService(http, { name: 'w', namespace: 'tenant', gateways: '[default/edge]', exportTo, ...spec });
  const line = (targets: string) => `tenant/w spec.exportTo: VirtualService \`tenant/w\` is exported to ${targets} only and serves a host of VirtualService \`default/v\``;

  test.each<[string, string, string[]]>([
    ['the gateway\'s namespace', all(mine, theirs('[istio-system]')), [line('`istio-system`')]],
    ['several', all(mine, theirs('[".", istio-system]')), [line('`.`, `istio-system`')]],
    ['public', all(mine, theirs('["*"]')), []],
    ['to no namespace', all(mine, theirs('["~"]')), []],
    ['after an entry for some requests', all(mine, theirs('[istio-system]', {}, `[{match: [{uri: {prefix: /x}}], ${TO_HTTPBIN}}, {${TO_HTTPBIN}}]`)), [line('`istio-system`')]],
    ['on another gateway, and the mesh', all(virtualService(ROUTE, { gateways: '[edge, mesh]' }), theirs('[istio-system]', { gateways: '[other, mesh]' })), []],
    ['nobody', all(mine, theirs('["~"]').replace('["~"]', '[]')), []],
    ['another host', all(mine, theirs('[istio-system]', { hosts: '[b.test]' })), []],
    ['another gateway', all(mine, theirs('[istio-system]', { gateways: '[other]' })), []],
    ['the mesh', all(virtualService(ROUTE, { gateways: '[mesh]' }), theirs('[istio-system]', { gateways: '[mesh]' })), []],
    ['no catch-all', all(mine, theirs('[istio-system]', {}, `[{match: [{uri: {prefix: /x}}], ${TO_HTTPBIN}}]`)), []],
    ['both private', all(virtualService(ROUTE, { exportTo: '[istio-system]' }), theirs('[istio-system]')), []],
    ['alone', theirs('[istio-system]'), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(privateRouteFirst, yaml)).toEqual(expected);
  });

  test('the route that it goes before is named beside', () => {
    expect(findings(privateRouteFirst, all(mine, theirs('[istio-system]')))[0].related!.map(({ name }) => name)).toEqual(['v']);
  });
});

describe('route tables that Envoy rejects (MTLS075)', () => {
  test.each<[string, string, string[]]>([
    ['status 600', virtualService('[{match: [{uri: {prefix: /x}}], directResponse: {status: 200}}, {directResponse: {status: 600}}]'),
      ['default/v spec.http.1.directResponse.status: `directResponse` of VirtualService `default/v` has status 600']],
    ['a query parameter without name', virtualService(`[{match: [{}, {queryParams: {a: {exact: b}, "": {exact: x}}}], ${TO_HTTPBIN}}]`),
      ['default/v spec.http.0.match.1.queryParams: a match of VirtualService `default/v` asks for a query parameter without a name']],
    ['status 599', virtualService('[{directResponse: {status: 599}}]'), []],
    ['query parameters', virtualService(`[{match: [{queryParams: {a: {exact: b}}}], ${TO_HTTPBIN}}]`), []],
    ['what the API server refuses anyway', virtualService('[{directResponse: {status: 601}}]'), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(rejectedRoutes, yaml)).toEqual(expected);
  });
});

test('Kyma\'s gateway is named though it is not among the manifests (MTLS035)', () => {
  const yaml = all(virtualService(ROUTE, { gateways: '[kyma-system/kyma-gateway]' }), virtualService(ROUTE, { name: 'w', gateways: '[kyma-gateway]', hosts: '[b.test]' }));
  expect(findings(missingGateway, yaml).map(({ object, cure, related }) => [object.name, cure, related])).toEqual([['w', 'write `kyma-system/kyma-gateway`', []]]);
});
