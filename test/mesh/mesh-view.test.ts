/* eslint-disable @stylistic/max-len -- tables, one case a line */
import { findBackend, serviceOfHost } from '../../src/mesh/backend';
import { Answers } from '../../src/mesh/choices';
import { DEFAULT_GATEWAY, gatewayProxies } from '../../src/mesh/gateway-proxy';
import { readObjects } from '../../src/mesh/kube-object';
import { MeshReading, MeshView } from '../../src/mesh/mesh-view';
import { Workload } from '../../src/mesh/workload';

const object = (apiVersion: string, kind: string, spec: unknown, metadata: object = {}) => ({ apiVersion, kind, metadata: { name: 'a', namespace: 'n', ...metadata }, spec });
const gateway = (selector: object | undefined, metadata: object = {}, ...ports: number[]) => object('networking.istio.io/v1', 'Gateway', {
  selector, servers: (ports.length > 0 ? ports : [80]).map((number) => ({ port: { number, name: `http-${number}`, protocol: 'HTTP' }, hosts: ['*'] })),
}, metadata);
const deployment = (labels: object, metadata: object = {}, pod: object = { containers: [{ name: 'istio-proxy', ports: [{ name: 'web', containerPort: 8081 }] }] }) => object('apps/v1', 'Deployment', { template: { metadata: { labels }, spec: pod } }, metadata);
const service = (selector: object | undefined, ports: object[], metadata: object = {}) => object('v1', 'Service', { selector, ports }, metadata);
const virtualService = (spec: object, metadata: object = {}) => object('networking.istio.io/v1', 'VirtualService', { hosts: ['a.test'], gateways: ['a'], http: [{ route: [{ destination: { host: 'app' } }] }], ...spec }, metadata);
const apiRule = (metadata: object = {}, apiVersion = 'gateway.kyma-project.io/v2', host = 'api.test') => object(apiVersion, 'APIRule', {
  gateway: 'n/a', hosts: [host], service: { name: 'app', port: 80 }, rules: [{ path: '/*', methods: ['GET'], noAuth: true }],
}, metadata);
const view = (documents: object[], reading: Partial<MeshReading> = {}) => new MeshView(readObjects(documents), { complete: true, sameTime: true, workloads: [], secrets: [], ...reading });
const pods = (labels: object, namespace = 'n', complete = true): Workload => ({ namespace, name: 'pods', labels: { known: new Map(Object.entries(labels)), complete }, serviceAccount: 'default', proxied: true, namedPorts: new Map() });

describe('objects', () => {
  test('of one name count as the last of them says', () => {
    const { services } = view([service({ app: '1' }, []), service({ app: '2' }, [])]);
    expect(services.map(({ selector }) => [...selector!])).toEqual([[['app', '2']]]);
  });

  test('of other groups have no part in the mesh', () => {
    const other = (kind: string) => object('other.test/v1', kind, {});
    const { gateways, virtualServices, policies, authentications, destinationRules, extensions, refused } = view(['Gateway', 'VirtualService', 'AuthorizationPolicy', 'RequestAuthentication', 'DestinationRule', 'EnvoyFilter', 'APIRule', 'ExternalGateway'].map(other));
    expect([gateways, virtualServices, policies.all, authentications.all, destinationRules, extensions.all, refused]).toEqual([[], [], [], [], [], [], []]);
  });

  test('that are refused are not there, and guard nothing', () => {
    const { refused, refusedGuards, virtualServices } = view([virtualService({ http: [] }), object('security.istio.io/v1', 'AuthorizationPolicy', { action: 'DENY', selector: { matchLabels: { app: 'x' } } })]);
    expect(refused.map(({ object: { kind }, reason }) => `${kind}: ${reason}`)).toEqual(['VirtualService: there are no routes', 'AuthorizationPolicy: `spec.rules` is empty, which action DENY forbids']);
    expect(refusedGuards.all.map(({ selector }) => [...selector])).toEqual([[['app', 'x']]]);
    expect(virtualServices).toEqual([]);
  });

  test('of the group `security.istio.io` are held to its rules too, those of `extensions.istio.io` are not', () => {
    expect(view([object('extensions.istio.io/v1', 'AuthorizationPolicy', { action: 'DENY' }), object('extensions.istio.io/v1alpha1', 'WasmPlugin', {})]).refused).toEqual([]);
  });
});

describe('what Kyma makes', () => {
  const app = service({ app: 'x' }, [{ port: 80 }], { name: 'app' });
  const edge = gateway({ istio: 'ingressgateway' });
  test('of an APIRule stands behind what was written, with its origin', () => {
    const { virtualServices, policies, refused } = view([apiRule(), app, edge, virtualService({}, { name: 'last' })]);
    expect(refused).toEqual([]);
    expect(virtualServices.map(({ name, object: { index, origin } }) => [name, index, origin?.kind])).toEqual([['last', 3, undefined], ['a-2', 5, 'APIRule']]);
    expect(policies.all.map(({ object: { name, index } }) => [name, index])).toEqual([['a-1', 4]]);
  });

  test('of several APIRules stands one behind the other', () => {
    const { virtualServices } = view([app, edge, apiRule(), apiRule({ name: 'b' }, undefined, 'b.test')]);
    expect(virtualServices.map(({ name, object: { index } }) => [name, index])).toEqual([['a-2', 5], ['b-2', 7]]);
  });

  test.each<[string, object[], string[]]>([
    ['in the order of the manifests', [apiRule(), apiRule({ name: 'b' })], ['a-2']],
    ['the older one', [apiRule({ creationTimestamp: '2024-01-02T00:00:00Z' }), apiRule({ name: 'b', creationTimestamp: '2024-01-01T00:00:00Z' })], ['b-2']],
    ['a VirtualService before any', [apiRule(), object('networking.istio.io/v1', 'VirtualService', { hosts: ['api.test'], gateways: ['n/a'], http: [{ directResponse: { status: 404 } }] }, { name: 'other' })], ['other']],
  ])('of a host belong to who has it first: %s', (_, documents, names) => {
    const { virtualServices, refused } = view([app, edge, ...documents]);
    expect(virtualServices.map(({ name }) => name)).toEqual(names);
    expect(refused.map(({ reason }) => reason)).toEqual([expect.stringContaining('host `api.test` is taken by ')]);
  });

  test('of an ExternalGateway serves APIRules, and its filter changes the gateway', () => {
    const external = object('gateway.kyma-project.io/v1alpha1', 'ExternalGateway', { externalDomain: 'api.test' });
    const rule = apiRule();
    Object.assign(rule.spec as object, { gateway: undefined, externalGateway: 'n/a' });
    const { gateways, virtualServices, extensions, refused } = view([external, app, rule]);
    expect([gateways.map(({ name }) => name), virtualServices.map(({ gateways: [bound] }) => bound), extensions.all.map(({ text }) => text), refused]).toEqual([['a-gw'], ['n/a-gw'], ['EnvoyFilter istio-system/a-cv'], []]);
  });

  test('of an APIRule with a problem is nothing, which is said', () => {
    expect(view([apiRule(), edge]).refused.map(({ object: { kind }, reason }) => [kind, reason])).toEqual([['APIRule', 'Service `n/app` is not among the manifests']]);
    expect(view([apiRule(), app]).refused.map(({ reason }) => reason)).toEqual(['Gateway `n/a` is not among the manifests']);
    expect(view([apiRule(), app, object('other.test/v1', 'Gateway', {})]).refused.map(({ reason }) => reason)).toEqual(['Gateway `n/a` is not among the manifests']);
    expect(view([apiRule({}, 'gateway.kyma-project.io/v1beta1'), app, edge]).refused.map(({ reason }) => reason)).toEqual(['APIRule v1beta1 is no longer supported: write v2']);
  });

  test('of an APIRule is taken for granted where Gateway and Service may be elsewhere', () => {
    const { refused, policies } = view([apiRule()], { complete: false });
    expect(refused).toEqual([]);
    expect(policies.all.map(({ selector }) => [...selector])).toEqual([[['selected by service', 'n/app']]]);
  });
});

test.each<[string, string, object, [string, string][]]>([
  ['EnvoyFilter', 'networking.istio.io/v1alpha3', { workloadSelector: { labels: { app: 'x' } }, selector: { matchLabels: { app: 'y' } } }, [['app', 'x']]],
  ['WasmPlugin', 'extensions.istio.io/v1alpha1', { workloadSelector: { labels: { app: 'x' } }, selector: { matchLabels: { app: 'y', odd: 1 } } }, [['app', 'y']]],
  ['WasmPlugin', 'extensions.istio.io/v1alpha1', { selector: { matchLabels: null } }, []],
  ['EnvoyFilter', 'networking.istio.io/v1alpha3', { workloadSelector: { labels: 'app' } }, []],
  ['EnvoyFilter', 'networking.istio.io/v1alpha3', {}, []],
])('a %s (%s) with %j changes the pods with labels %j', (kind, apiVersion, spec, selector) => {
  expect(view([object(apiVersion, kind, spec)]).extensions.all.map((extension) => [extension.text, [...extension.selector]])).toEqual([[`${kind} n/a`, selector]]);
});

test('what applies to a workload is of its namespace and of the root namespace, each once', () => {
  const policy = (namespace: string, matchLabels?: object) => object('security.istio.io/v1', 'AuthorizationPolicy', { selector: matchLabels === undefined ? undefined : { matchLabels } }, { namespace, name: `in-${namespace}-${Object.values(matchLabels ?? {}).join('')}` });
  const mesh = view([policy('n', { app: 'x' }), policy('m'), policy('istio-system'), policy('n', { app: 'y' }), policy('n'), policy('istio-system', { app: 'x' })]);
  const names = (workload: Workload) => mesh.scoped(mesh.policies, workload).map(({ object: { name } }) => name);
  expect(names(pods({ app: 'x' }))).toEqual(['in-istio-system-', 'in-istio-system-x', 'in-n-x', 'in-n-']);
  expect(names(pods({}, 'istio-system'))).toEqual(['in-istio-system-']);
  expect(names(pods({}, 'n', false))).toEqual(['in-istio-system-', 'in-istio-system-x', 'in-n-x', 'in-n-y', 'in-n-']);
  expect(names(pods({ app: 'y' }, 'n', false))).toEqual(['in-istio-system-', 'in-n-y', 'in-n-']);
});

describe('the Gateway that every Kyma cluster has', () => {
  const bound = virtualService({ gateways: ['kyma-system/kyma-gateway'], hosts: ['api.kyma.test', 'short', 'other.kyma.test'] });
  test('is taken for granted for the domain of the routes that are bound to it', () => {
    const [{ namespace, name, selector, assumed, servers }, ...others] = view([bound], { complete: false }).gateways;
    expect(others).toEqual([]);
    expect([namespace, name, [...selector], assumed]).toEqual(['kyma-system', 'kyma-gateway', [['app', 'istio-ingressgateway'], ['istio', 'ingressgateway']], 'Gateway kyma-system/kyma-gateway is that of the Kyma module']);
    expect(servers.map(({ port, portName, protocol, hosts, tls }) => [port, portName, protocol, hosts, tls!.mode, tls!.httpsRedirect, tls!.credentialNames])).toEqual([
      [443, 'https', 'HTTPS', ['*.kyma.test', '*.n.svc.cluster.local'], 'SIMPLE', false, ['kyma-gateway-certs']], [80, 'http', 'HTTP', ['*.kyma.test', '*.n.svc.cluster.local'], 'PASSTHROUGH', true, []],
    ]);
  });

  test.each<[string, object[], boolean]>([
    ['where it is among the manifests', [bound, gateway({}, { namespace: 'kyma-system', name: 'kyma-gateway' })], true],
    ['beside others', [bound, gateway({}, { namespace: 'kyma-system' }), gateway({}, { name: 'kyma-gateway' })], false],
    ['where nothing is bound to it', [virtualService({ gateways: ['kyma-gateway'] })], true],
  ])('%s is as it is: %s', (_what, documents, expected) => {
    expect(view(documents, { complete: false }).gateways.every(({ assumed }) => assumed === undefined)).toBe(expected);
  });
});

describe('gateway pods', () => {
  const proxies = (documents: object[], reading: Partial<MeshReading> = {}) => gatewayProxies(view(documents, reading));
  const names = (...given: Parameters<typeof proxies>) => proxies(...given).map(({ workload: { namespace, name }, targets }) => `${namespace}/${name} ${targets.join(',')}`);
  test('are those that a Gateway selects', () => {
    const documents = [gateway({ app: 'x' }), deployment({ app: 'x' }), deployment({ app: 'x' }, { name: 'b', namespace: 'm' }), deployment({ app: 'y' }, { name: 'c' })];
    expect(names(documents)).toEqual(['n/a 80', 'm/b 80']);
    expect(names([gateway({ app: 'z' }), ...documents.slice(1)])).toEqual([]);
  });

  test('serve every Gateway that selects them', () => {
    expect(names([gateway({ app: 'x' }), gateway({ app: 'x' }, { name: 'b' }, 81), gateway(undefined, { name: 'c' }, 82), deployment({ app: 'x' })])).toEqual(['n/a 80,81,82']);
  });

  test('of no other trade serve a Gateway that selects nobody, and every other gateway does', () => {
    expect(names([gateway(undefined), deployment({}), deployment({}, { name: 'app' }, { containers: [{ name: 'app' }] })])).toEqual(['n/a 80']);
    expect(names([gateway({ app: 'x' }), deployment({}), deployment({ app: 'x' }, { name: 'b' })])).toEqual(['n/b 80']);
    expect(names([gateway(undefined, {}, 81), gateway({ app: 'x' }, { name: 'b' }), deployment({ app: 'x' }, { name: 'b' }), deployment({})])).toEqual(['n/b 80,81', 'n/a 81']);
  });

  test('that are not among the manifests are taken for granted', () => {
    const open = { complete: false };
    expect(proxies([gateway({ istio: 'ingressgateway' })], open).map(({ workload }) => workload)).toEqual([DEFAULT_GATEWAY]);
    expect(names([gateway({ istio: 'ingressgateway' })], open)).toEqual(['istio-system/istio-ingressgateway 8080']);
    expect(names([gateway(undefined)], open)).toEqual(['istio-system/istio-ingressgateway 8080']);
    expect(names([gateway(undefined)])).toEqual([]);
    expect(names([gateway(undefined), deployment({})], open)).toEqual(['n/a 80']);
    expect(names([gateway(undefined, { name: 'b' }, 81), gateway({ istio: 'other' })], open)).toEqual(['istio-system/istio=other 8080,81']);
    const [{ workload }, ...others] = proxies([gateway({ istio: 'edge', app: 'x' }), gateway({ app: 'x', istio: 'edge' }, { name: 'b' })], open);
    expect(others).toEqual([]);
    expect(workload).toEqual({ ...DEFAULT_GATEWAY, name: 'app=x,istio=edge', labels: { known: new Map([['istio', 'edge'], ['app', 'x']]), complete: false }, assumed: 'the gateway pods with labels app=x,istio=edge run in istio-system and listen on 8080 and 8443' });
  });

  test('listen where the first Service by name leads that has the port', () => {
    const documents = [gateway({ app: 'x' }, {}, 80, 443, 81, 82), deployment({ app: 'x' }), service({ app: 'x' }, [{ port: 80, targetPort: 2 }, { port: 443, targetPort: 'web' }], { name: 'z' }),
      service({ app: 'x' }, [{ port: 80, targetPort: 1 }, { port: 82, targetPort: 'absent' }], { name: 'b' }), service({ app: 'x' }, [{ port: 81, targetPort: 3 }], { namespace: 'm' }), service(undefined, [{ port: 81, targetPort: 4 }], { name: 'c' })];
    const [proxy] = proxies(documents);
    expect(proxy.serviceNames).toEqual(['n/b', 'n/z']);
    expect(proxy.targets).toEqual([1, 8081, 81, 82]);
    expect([80, 443, 81, 82].map((port) => proxy.targetOf(port))).toEqual([1, 8081, undefined, undefined]);
    expect(proxy.servers.map(({ server, target }) => [server.port, target])).toEqual([[80, 1], [443, 8081], [81, 81], [82, 82]]);
  });

  test('without Service listen on the ports as they are, presumed ones on those of the chart', () => {
    expect([80, 443, 9].map((port) => proxies([gateway({ app: 'x' }), deployment({ app: 'x' })])[0].targetOf(port))).toEqual([80, 443, 9]);
    expect([80, 443, 9].map((port) => proxies([gateway({ app: 'x' })], { complete: false })[0].targetOf(port))).toEqual([8080, 8443, 9]);
  });

  test('bring several servers of one Gateway to one port together', () => {
    const [proxy] = proxies([gateway({ app: 'x' }, {}, 80, 81), deployment({ app: 'x' }), service({ app: 'x' }, [{ port: 80, targetPort: 8 }, { port: 81, targetPort: 8 }])]);
    expect(proxy.targets).toEqual([8]);
    expect(proxy.listener(8, new Answers([]))!.chains.map(({ routes }) => routes!.servers.map(({ port }) => port))).toEqual([[80, 81]]);
    expect(proxy.listener(9, new Answers([]))).toBeUndefined();
    expect(proxy.listener(8, new Answers([]))).toBe(proxy.listener(8, new Answers([])));
  });
});

describe('the pods behind a destination', () => {
  const find = (documents: object[], host: string, { complete = true, port = undefined as number | undefined, subset = undefined as string | undefined, answers = [] as boolean[] } = {}) => {
    const choices = new Answers(answers);
    return [findBackend(view(documents, { complete }), host, port, subset, 'client', 80, choices), choices.answers.map(({ key }) => key)] as const;
  };
  const APP = 'app.n.svc.cluster.local';
  const app = service({ app: 'x' }, [{ name: 'http', port: 80, targetPort: 8080 }], { name: 'app' });

  test.each<[string, object | undefined]>([[APP, { namespace: 'n', name: 'app' }], ['app.n.svc.cluster.test', undefined], ['app.svc.cluster.local', undefined], ['a.app.n.svc.cluster.local', undefined], ['.n.svc.cluster.local', { namespace: 'n', name: '' }]])('%s is the Service %j', (host, expected) => {
    expect(serviceOfHost(host)).toEqual(expected);
  });

  test('are told with the server name that they are asked for by', () => {
    expect(find([app, deployment({ app: 'x' })], APP)[0]).toMatchObject({ kind: 'pods', service: 'n/app', port: 8080, http: true, sni: `outbound_.80_._.${APP}`, workload: { name: 'a' } });
    const rule = object('networking.istio.io/v1', 'DestinationRule', { host: 'app', subsets: [{ name: 'v1', labels: { v: '1' } }] });
    const other = object('networking.istio.io/v1', 'DestinationRule', { host: 'app', trafficPolicy: { tls: { mode: 'DISABLE' } }, subsets: [{ name: 'v2', labels: { v: '2' } }] }, { name: 'b' });
    const found = find([app, rule, other, deployment({ app: 'x', v: '1' }, { name: 'one' }), deployment({ app: 'x', v: '2' }, { name: 'two' })], APP, { subset: 'v2' });
    expect(found).toMatchObject([{ sni: `outbound_.80_.v2_.${APP}`, tlsMode: 'DISABLE', workload: { name: 'two' } }, []]);
  });

  test('of several workloads are chosen one by one', () => {
    const documents = [app, ...['a', 'b', 'c'].map((name) => deployment({ app: 'x' }, { name }))];
    const chosen = (...answers: boolean[]) => { const [backend, asked] = find(documents, APP, { answers }); return [(backend as { workload: Workload }).workload.name, asked]; };
    expect([chosen(), chosen(false), chosen(false, false)]).toEqual([['a', ['pods n/app a']], ['b', ['pods n/app a', 'pods n/app b']], ['c', ['pods n/app a', 'pods n/app b']]]);
  });

  test('of a Service outside of the cluster are none', () => {
    const external = object('v1', 'Service', { type: 'ExternalName', externalName: 'api.test', ports: [{ port: 80 }] }, { name: 'app' });
    expect(find([external], APP)[0]).toEqual({ kind: 'outside', service: 'n/app' });
  });

  test('that are not among the manifests are taken for granted, the same for every request', () => {
    const expected = { kind: 'pods', service: 'n/app', port: 8080, workload: { namespace: 'n', name: 'app', labels: { known: new Map([['app', 'x']]), complete: false }, serviceAccount: 'default', proxied: true, assumed: 'there are pods with a sidecar behind Service n/app' } };
    expect(find([app], APP, { complete: false })).toMatchObject([expected, []]);
    const mesh = view([app, service({ app: 'x' }, [{ port: 80 }], { name: 'other' })], { complete: false });
    const workload = (host: string) => (findBackend(mesh, host, undefined, undefined, 'client', 80, new Answers([])) as { workload: Workload }).workload;
    expect(workload(APP)).toBe(workload(APP));
    expect(workload('other.n.svc.cluster.local').name).toBe('other');
  });

  test('of a Service that is not among the manifests are those of its name, or taken for granted', () => {
    const absent = (documents: object[], port?: number, answers: boolean[] = []) => find(documents, APP, { complete: false, port, answers });
    const named = deployment({}, { name: 'app' });
    expect(absent([deployment({}, { name: 'other' }), named])).toMatchObject([{ kind: 'pods', service: 'n/app', port: 80, http: true, assumed: 'there is a Service n/app', workload: { name: 'app', proxied: true } }, []]);
    expect(absent([named], 9)).toMatchObject([{ port: 9 }, []]);
    expect(absent([], 9)).toMatchObject([{ kind: 'pods', service: 'n/app', port: 9, http: true, assumed: 'there is a Service n/app, and pods with a sidecar behind it', workload: { labels: { known: new Map([['selected by service', 'n/app']]), complete: false } } }, []]);
    expect(absent([])).toMatchObject([{ port: 80 }, []]);
    expect(absent([service({ app: 'x' }, [], { name: 'app', namespace: 'm' })])).toEqual([{ kind: 'none', reason: 'there is no Service `n/app`, but `m/app`' }, []]);
    expect(find([], APP)[0]).toEqual({ kind: 'none', reason: 'there is no Service `n/app`' });
  });

  test('of a host that no Service has are outside, if the mesh knows it', () => {
    expect(find([], 'api.test', { complete: false })).toEqual([{ kind: 'outside', service: 'api.test' }, ['destination api.test']]);
    expect(find([], 'api.test', { complete: false, answers: [false] })[0]).toEqual({ kind: 'none', reason: 'the mesh knows no destination `api.test`' });
    expect(find([], 'api.test')).toEqual([{ kind: 'none', reason: 'the mesh knows no destination `api.test`' }, []]);
  });
});
