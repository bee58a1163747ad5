import { ApiObject, Chart, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { Workload } from '../../src/resources/workload';

const valid = { service: 'httpbin', port: 8000, labels: { app: 'httpbin' } };

test('a workload in words', () => {
  const workload = Workload.of({ ...valid, targetPort: 8080, namespace: 'shop' });
  expect(workload).toMatchObject({ service: 'httpbin', namespace: 'shop', port: 8000, targetPort: 8080, labels: { app: 'httpbin' } });
  workload.labels.app = 'other';
  expect(workload.labels).toEqual({ app: 'httpbin' });
  expect(Workload.of(valid)).toMatchObject({ namespace: undefined, targetPort: 8000 });
});

test('a Kyma Function is selected by the labels that its pods carry, not by `app`', () => {
  expect(Workload.fromFunction({ name: 'function', namespace: 'shop' })).toMatchObject({
    service: 'function',
    namespace: 'shop',
    port: 80,
    targetPort: 8080,
    labels: { 'serverless.kyma-project.io/function-name': 'function', 'serverless.kyma-project.io/resource': 'deployment' },
  });
});

describe('a workload is refused with its cure', () => {
  test.each([
    ['no labels', { ...valid, labels: {} }, 'workload `httpbin` has no labels `{}`: a selector without labels applies to every pod, give the labels that its pods carry'],
    ['qualified service name', { ...valid, service: 'httpbin.default.svc' }, 'invalid service name `httpbin.default.svc`: expected the name alone, `httpbin`, and the namespace in `namespace`'],
    ['service name', { ...valid, service: 'Httpbin' }, 'invalid service name `Httpbin`: expected a DNS label'],
    ['nothing at all', undefined as any, 'invalid service name `undefined`: expected a DNS label'],
    ['port', { ...valid, port: 70000 }, 'invalid port `70000`: expected an integer from 1 to 65535'],
    ['namespace', { ...valid, namespace: 'A' }, 'invalid namespace `A`: expected at most 63 lower-case letters, digits and inner `-`'],
  ])('%s', (_name, props, message) => {
    expect(() => Workload.of(props)).toThrow(new Error(message));
  });
});

describe('from a Deployment and its Service', () => {
  function httpbin(chart: Chart, ports: kplus.ServicePort[] = [{ port: 8000, targetPort: 8080 }]) {
    const deployment = new kplus.Deployment(chart, 'Httpbin', { metadata: { name: 'httpbin' }, containers: [{ image: 'go-httpbin', portNumber: 8080 }] });
    const service = new kplus.Service(chart, 'Service', { metadata: { name: 'httpbin' }, selector: deployment, ports });
    return { deployment, service };
  }

  test('labels, name, namespace and ports are those of the manifests', () => {
    const { deployment, service } = httpbin(new Chart(Testing.app(), 'shop', { namespace: 'shop' }));
    const workload = Workload.fromDeployment(deployment, service);
    expect(workload).toMatchObject({ service: 'httpbin', namespace: 'shop', port: 8000, targetPort: 8080 });
    expect(workload.labels).toEqual(ApiObject.of(service).toJson().spec.selector);
    expect(Object.keys(workload.labels)).toHaveLength(1);
  });

  test('changes after the workload was taken count', () => {
    const { deployment, service } = httpbin(Testing.chart());
    const workload = Workload.fromDeployment(deployment, service);
    deployment.podMetadata.addLabel('tier', 'web');
    service.selectLabel('tier', 'web');
    expect(workload.labels).toMatchObject({ tier: 'web' });
    expect(workload._problems()).toEqual([]);
  });

  test('a named target port is looked up in the containers', () => {
    const chart = Testing.chart();
    const deployment = new kplus.k8s.KubeDeployment(chart, 'D', {
      metadata: { name: 'd' },
      spec: {
        selector: {},
        template: { metadata: { labels: { app: 'd', other: 'x' } }, spec: { containers: [{ name: 'c', ports: [{ name: 'web', containerPort: 9090 }] }, { name: 'e' }] } },
      },
    });
    const service = (targetPort: string) => new kplus.k8s.KubeService(chart, `S${targetPort}`, {
      metadata: { name: 's' }, spec: { selector: { app: 'd' }, ports: [{ port: 80, targetPort: kplus.k8s.IntOrString.fromString(targetPort) }] },
    });
    expect(Workload.fromDeployment(deployment, service('web')).targetPort).toBe(9090);
    expect(Workload.fromDeployment(deployment, service('nope'))._problems())
      .toEqual(['no container of `d` has a port named `nope`: name it in the container or use its number as target port']);
  });

  test('a Service without a target port leads to its own port number', () => {
    const chart = Testing.chart();
    const deployment = new kplus.k8s.KubeDeployment(chart, 'D', { metadata: { name: 'd' }, spec: { selector: {}, template: { metadata: { labels: { app: 'd' } } } } });
    const service = new kplus.k8s.KubeService(chart, 'S', { metadata: { name: 's' }, spec: { selector: { app: 'd' }, ports: [{ port: 80 }] } });
    expect(Workload.fromDeployment(deployment, service)).toMatchObject({ port: 80, targetPort: 80 });
  });

  test.each([
    ['a Service of other pods', (chart: Chart) => {
      const { service } = httpbin(chart);
      const other = new kplus.Deployment(chart, 'Other', { metadata: { name: 'other' }, containers: [{ image: 'x' }] });
      return Workload.fromDeployment(other, service);
    }, /^service `httpbin` selects `cdk8s.io\/metadata.addr: .*`, which the pods of `other` do not carry: pass the Service in front of this Deployment$/],
    ['several ports', (chart: Chart) => {
      const { deployment, service } = httpbin(chart, [{ port: 80, name: 'a' }, { port: 81, name: 'b' }]);
      return Workload.fromDeployment(deployment, service);
    }, /^service `httpbin` has 2 ports \(`80`, `81`\): name one in `port`$/],
    ['an unknown port', (chart: Chart) => {
      const { deployment, service } = httpbin(chart);
      return Workload.fromDeployment(deployment, service, { port: 9 });
    }, /^service `httpbin` has no port `9` \(ports: `8000`\): choose one of them$/],
    ['no selector', (chart: Chart) => {
      const deployment = new kplus.k8s.KubeDeployment(chart, 'D', {});
      return Workload.fromDeployment(deployment, new kplus.k8s.KubeService(chart, 'S', { metadata: { name: 'bare' }, spec: { ports: [{ port: 1 }] } }));
    }, /^workload `bare` has no labels `{}`: a selector without labels applies to every pod/],
    ['no ports', (chart: Chart) => {
      const deployment = new kplus.k8s.KubeDeployment(chart, 'D', {});
      return Workload.fromDeployment(deployment, new kplus.k8s.KubeService(chart, 'S', { metadata: { name: 'bare' } }));
    }, /^service `bare` has no port `at all` \(ports: none\): choose one of them$/],
  ])('%s is reported, not thrown, so that all errors of an app appear together', (_name, build, message) => {
    const [problem] = build(Testing.chart())._problems();
    expect(problem).toMatch(message);
  });
});
