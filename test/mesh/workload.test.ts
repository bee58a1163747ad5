/* eslint-disable @stylistic/max-len -- tables, one case a line */
import { readObjects } from '../../src/mesh/kube-object';
import { readWorkloads } from '../../src/mesh/workload';

const object = (kind: string, more: object = {}, metadata: object = {}, apiVersion = 'apps/v1') => ({ apiVersion, kind, metadata: { name: 'app', namespace: 'n', ...metadata }, ...more });
const deployment = (spec: object = {}, metadata: object = {}, own: object = {}) => object('Deployment', { spec: { template: { metadata, spec: { containers: [{ name: 'app' }], ...spec } } } }, own);
const pod = (spec: object = {}, metadata: object = {}, more: object = {}) => object('Pod', { spec: { containers: [{ name: 'app' }], ...spec }, ...more }, metadata, 'v1');
const namespace = (labels: object, name = 'n') => object('Namespace', {}, { name, labels }, 'v1');
const read = (...documents: object[]) => readWorkloads(readObjects(documents));
const names = (...documents: object[]) => read(...documents).map((workload) => `${workload.namespace}/${workload.name}`);

test.each(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'ReplicationController', 'Rollout'])('the pods of a %s are a workload', (kind) => {
  const [found, ...others] = read(object(kind, { spec: { template: { metadata: { labels: { app: 'x' } }, spec: { serviceAccountName: 'account' } } } }));
  expect(others).toEqual([]);
  expect(found).toMatchObject({ namespace: 'n', name: 'app', labels: { known: new Map([['app', 'x']]), complete: true }, serviceAccount: 'account' });
});

test('the pods of a CronJob are a workload', () => {
  const [found] = read(object('CronJob', { spec: { jobTemplate: { spec: { template: { metadata: { labels: { app: 'x' } } } } } } }));
  expect(found.labels.known).toEqual(new Map([['app', 'x']]));
});

test('a pod is a workload of its own, other kinds are none', () => {
  expect(names(pod(), object('Pod', {}, { name: 'other' }, 'other/v1'), object('Service', {}, {}, 'v1'), namespace({}))).toEqual(['n/app']);
  expect(read(pod({}, { labels: { app: 'x' } }))[0].labels.known).toEqual(new Map([['app', 'x']]));
});

test('what a workload made is no workload of its own, as long as that is there', () => {
  const owned = { ownerReferences: [{ kind: 'Other', name: 'nobody' }, { kind: 'Deployment', name: 'app' }] };
  const replicas = object('ReplicaSet', {}, { name: 'app-1', ...owned });
  const one = pod({}, { name: 'app-1-x', ownerReferences: [{ name: 'app-1' }] });
  expect(names(deployment(), replicas, one)).toEqual(['n/app']);
  expect(names(replicas, one)).toEqual(['n/app-1']);
  expect(names(one)).toEqual(['n/app-1-x']);
  expect(names(deployment(), pod({}, { name: 'elsewhere', namespace: 'm', ...owned }))).toEqual(['n/app', 'm/elsewhere']);
});

test.each([
  [{ serviceAccountName: 'a', serviceAccount: 'b' }, 'a'], [{ serviceAccount: 'b' }, 'b'], [{ serviceAccountName: '', serviceAccount: 'b' }, 'b'], [{}, 'default'],
])('pods with %j run as %s', (spec, account) => {
  expect(read(deployment(spec))[0].serviceAccount).toBe(account);
});

test('ports have names in all containers, those that start the others too', () => {
  const containers = [{ name: 'a', ports: [{ name: 'web', containerPort: 8080 }, { containerPort: 1 }, { name: 'none' }] }, { name: 'b', ports: [{ name: 'admin', containerPort: 9 }] }];
  expect(read(deployment({ containers, initContainers: [{ name: 'c', ports: [{ name: 'init', containerPort: 7 }] }] }))[0].namedPorts).toEqual(new Map([['web', 8080], ['admin', 9], ['init', 7]]));
});

test('Secrets are mounted in directories', () => {
  const volumes = [{ name: 'keys', secret: { secretName: 'edge' } }, { name: 'other', configMap: { name: 'x' } }, { name: 'more', secret: { secretName: 'second' } }];
  const containers = [{ name: 'a', volumeMounts: [{ name: 'keys', mountPath: '/etc/keys/' }, { name: 'other', mountPath: '/etc/other' }] }, { name: 'b', volumeMounts: [{ name: 'more', mountPath: '/more' }] }];
  expect(read(deployment({ volumes, containers }))[0].secretMounts).toEqual(new Map([['/etc/keys', 'edge'], ['/more', 'second']]));
});

test.each<[unknown, unknown]>([
  ['gatewayTopology: {numTrustedProxies: 2}', { gatewayTopology: { numTrustedProxies: 2 } }], ['{', undefined], [7, undefined], [undefined, undefined],
])('pods with the annotation proxy.istio.io/config %j have the settings %j', (text, settings) => {
  expect(read(deployment({}, { annotations: { 'proxy.istio.io/config': text } }))[0].proxyConfig).toEqual(settings);
});

test.each<[string, object, boolean]>([
  ['pods of an application', deployment(), false],
  ['pods of the proxy alone', deployment({ containers: [{ name: 'istio-proxy' }] }), true],
  ['pods of an application beside the proxy', deployment({ containers: [{ name: 'app' }, { name: 'istio-proxy' }] }), false],
  ['pods of nothing', deployment({ containers: [] }), false],
  ['pods that are injected as gateway', deployment({ containers: [{ name: 'auto' }] }, { annotations: { 'inject.istio.io/templates': 'sidecar,gateway' } }), true],
  ['pods that are injected as sidecar', deployment({}, { annotations: { 'inject.istio.io/templates': 'sidecar' } }), false],
  ['pods whose template is no text', deployment({}, { annotations: { 'inject.istio.io/templates': ['gateway'] } }), false],
])('%s are a gateway: %s', (_what, document, expected) => {
  expect(read(document)[0].router).toBe(expected);
});

describe('a proxy', () => {
  const inject = (value: string) => ({ labels: { 'sidecar.istio.io/inject': value } });
  test.each<[string, object[], boolean]>([
    ['on the network of the host', [deployment({ hostNetwork: true, containers: [{ name: 'istio-proxy' }] })], false],
    ['on the network of the pod', [deployment({ hostNetwork: false }), namespace({ 'istio-injection': 'enabled' })], true],
    ['that is a container', [deployment({ containers: [{ name: 'app' }, { name: 'istio-proxy' }] }, inject('false'))], true],
    ['that starts before the others', [deployment({ initContainers: [{ name: 'istio-proxy' }] }, inject('false'))], true],
    ['of which a label tells', [deployment({}, { labels: { 'security.istio.io/tlsMode': 'istio' } }), namespace({})], true],
    ['of which a label tells otherwise', [deployment({}, { labels: { 'security.istio.io/tlsMode': 'disabled' } }), namespace({})], false],
    ['of a pod that runs', [pod({}, inject('true'), { status: { phase: 'Running' } })], false],
    ['wished by label', [deployment({}, inject('true')), namespace({})], true],
    ['not wished by label', [deployment({}, inject('false')), namespace({ 'istio-injection': 'enabled' })], false],
    ['wished by annotation', [deployment({}, { annotations: { 'sidecar.istio.io/inject': 'true' } }), namespace({})], true],
    ['wished by annotation and not by label', [deployment({}, { ...inject('false'), annotations: { 'sidecar.istio.io/inject': 'true' } })], false],
    ['in a namespace with injection', [deployment(), namespace({ 'istio-injection': 'enabled' })], true],
    ['in a namespace of a revision', [deployment(), namespace({ 'istio.io/rev': 'x' })], true],
    ['in a namespace of a revision without injection', [deployment(), namespace({ 'istio.io/rev': 'x', 'istio-injection': 'disabled' })], false],
    ['in a namespace without injection', [deployment(), namespace({ 'istio-injection': 'disabled' })], false],
    ['in a namespace that says nothing', [deployment(), namespace({}), namespace({ 'istio-injection': 'enabled' }, 'm')], false],
  ])('%s stands before the application: %s', (_what, documents, expected) => {
    const [{ proxied, assumed }] = read(...documents);
    expect([proxied, assumed]).toEqual([expected, undefined]);
  });

  test('is taken for granted where the namespace is not among the manifests', () => {
    expect(read(deployment(), object('Namespace', {}, { name: 'n', labels: {} }, 'other/v1'))[0]).toMatchObject({ proxied: true, assumed: 'pods of n/app have a sidecar' });
  });
});
