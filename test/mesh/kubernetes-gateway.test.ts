import { ClientCheck } from '../../src/mesh/client-check';
import { readObjects } from '../../src/mesh/kube-object';
import { readKubernetesGateways } from '../../src/mesh/kubernetes-gateway';

const gateway = (spec: object, metadata: object = {}) => readKubernetesGateways(readObjects([
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: { namespace: 'edge', name: 'edge', ...metadata }, spec: { gatewayClassName: 'istio', ...spec } },
]), [], [])[0];
const CLASS = ['gateway.networking.k8s.io/gateway-class-name', 'istio'];
const NAME = ['gateway.networking.k8s.io/gateway-name', 'edge'];

describe('the pods that Istio makes for a Gateway', () => {
  test('are named after Gateway and class, as their account is, and carry both as labels', () => {
    const { pods, services } = gateway({});
    expect(services).toBeUndefined();
    expect([pods!.namespace, pods!.name, pods!.serviceAccount, pods!.proxied, pods!.router, pods!.assumed]).toEqual(['edge', 'edge-istio', 'edge-istio', true, true, undefined]);
    expect([...pods!.labels.known]).toEqual([NAME, CLASS]);
    expect(pods!.labels.complete).toBe(true);
  });

  test('carry the labels of the Gateway, or of its infrastructure where that is written', () => {
    expect([...gateway({}, { labels: { a: 'b' } }).pods!.labels.known]).toEqual([['a', 'b'], NAME, CLASS]);
    expect([...gateway({ infrastructure: null }, { labels: { a: 'b' } }).pods!.labels.known]).toEqual([['a', 'b'], NAME, CLASS]);
    expect([...gateway({ infrastructure: { labels: { c: 'd' } } }, { labels: { a: 'b' } }).pods!.labels.known]).toEqual([['c', 'd'], NAME, CLASS]);
  });

  test('have other names where annotations say so', () => {
    const { pods } = gateway({}, { annotations: { 'gateway.istio.io/name-override': 'n', 'gateway.istio.io/service-account': 's' } });
    expect([pods!.name, pods!.serviceAccount]).toEqual(['n', 's']);
  });
});

test.each<[string, object[], string[] | undefined]>([
  ['none', [], undefined],
  ['an IP address', [{ value: '192.0.2.1' }], undefined],
  ['an IP address, by its type', [{ type: 'IPAddress', value: '192.0.2.1' }], undefined],
  ['two, which Istio makes no pods for', [{ value: '192.0.2.1' }, { value: '192.0.2.2' }], []],
  ['a short name', [{ type: 'Hostname', value: 'ingress' }], ['0 edge/ingress']],
  ['a full name', [{ value: '192.0.2.1' }, { type: 'Hostname', value: 'ingress.mine.svc.cluster.local' }], ['1 mine/ingress']],
  ['a name of the world', [{ type: 'Hostname', value: 'a.example.com' }], []],
  ['an address of another type', [{ type: 'NamedAddress', value: 'a' }], []],
])('addresses: %s', (_name, addresses, expected) => {
  expect(gateway({ addresses }).services?.map(({ index, namespace, name }) => `${index} ${namespace}/${name}`)).toEqual(expected);
});

test('what is left out of a listener is empty, and it serves no HTTP', () => {
  expect(gateway({ listeners: [{}] }).listeners).toEqual([expect.objectContaining({ name: '', port: 0, protocol: '', hostname: '', check: ClientCheck.NO_HTTP, mode: '' })]);
});

test('a Gateway without class, and one of a waypoint, is served at no edge', () => {
  expect([gateway({ gatewayClassName: undefined }), gateway({ gatewayClassName: 'istio-waypoint' })]).toEqual([undefined, undefined]);
});
