import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, AppProps, Chart, Testing, YamlOutputType } from 'cdk8s';
import { Synthesis } from '../../src/resources/synthesis';
import { attachAppChecks } from '../../src/synth/app-checks';

attachAppChecks();

let outdir: string;
beforeEach(() => { outdir = mkdtempSync(join(tmpdir(), 'app-checks-')); });
afterEach(() => rmSync(outdir, { recursive: true }));

function appWith(props: AppProps, build: (one: Chart, other: Chart) => void): App {
  const app = new App({ outdir, ...props });
  const [one, other] = [new Chart(app, 'one', { namespace: 'a' }), new Chart(app, 'other')];
  Synthesis.of(app);
  build(one, other);
  return app;
}

const configMap = (scope: Chart, id: string, name: string, namespace?: string) => new ApiObject(scope, id, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } });

function failure(app: App): string {
  try {
    app.synth();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
}

test('an object rendered twice is an error naming both constructs, with the cure and its page, and nothing is written', () => {
  const app = appWith({}, (one, other) => {
    configMap(one, 'First', 'x');
    configMap(other, 'Second', 'x', 'a');
  });
  expect(failure(app)).toBe(`Synthesis refused: 1 error in 1 chart

MTLS101  two objects of one name
  other/Second  ConfigMap \`a/x\` is there twice
  one/First     ConfigMap \`a/x\`
  happens       the one applied last replaces the other
  cure          delete one of them, or give it another \`metadata.name\`
  more          https://github.com/cdk8s-istio-security/cdk8s-istio-security/blob/main/docs/checks/MTLS101.md`);
  expect(readdirSync(outdir)).toEqual([]);
});

test('outside of `app.synth()`, as in `Testing.synth`, the same is one line for each error', () => {
  const app = appWith({}, (one, other) => {
    configMap(one, 'First', 'x');
    configMap(other, 'Second', 'x', 'a');
  });
  expect(() => Testing.synth(app.charts[0])).toThrow(new Error('Validation failed with the following errors:\n  '
    + '[other/Second] MTLS101: ConfigMap `a/x` is there twice: the one applied last replaces the other; delete one of them, or give it another `metadata.name`'));
});

test('all errors are told together: of checks, of our constructs and of others, with the number of charts', () => {
  const app = appWith({}, (one, other) => {
    configMap(one, 'First', 'x');
    configMap(other, 'Second', 'x', 'a');
    Synthesis.of(one).addCheck(one, () => ['it is broken']);
    other.node.addValidation({ validate: () => ['said by the user'] });
  });
  expect(failure(app)).toMatch(/^Synthesis refused: 3 errors in 2 charts\n\nMTLS101 {2}[^]*\.md\n\n\[one\] it is broken\n\[other\] said by the user$/);
});

test('the error has no stack trace', () => {
  const app = appWith({}, (one) => Synthesis.of(one).addCheck(one, () => ['it is broken']));
  try {
    app.synth();
  } catch (error) {
    expect((error as Error).stack).toBe('Error: Synthesis refused: 1 error in 1 chart\n\n[one] it is broken');
  }
  expect.assertions(1);
});

test('objects of one name in two namespaces, of two kinds or of two API groups are different objects', () => {
  expect(failure(appWith({}, (one, other) => {
    configMap(one, 'First', 'x');
    configMap(other, 'Second', 'x');
    new ApiObject(other, 'Third', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } });
    new ApiObject(other, 'Fourth', { apiVersion: 'example.com/v1', kind: 'ConfigMap', metadata: { name: 'x' } });
  }))).toBe('no error');
});

test('a chart without a namespace means `default`', () => {
  expect(failure(appWith({}, (_one, other) => {
    configMap(other, 'First', 'x');
    configMap(other, 'Second', 'x', 'default');
  }))).toContain('ConfigMap `default/x` is there twice');
});

test('two objects that would land in one output file are an error', () => {
  const app = appWith({ yamlOutputType: YamlOutputType.FILE_PER_RESOURCE }, (one, other) => {
    configMap(one, 'First', 'x');
    configMap(other, 'Second', 'x');
  });
  expect(failure(app)).toContain('other/Second  output file `ConfigMap.x.k8s.yaml` of ConfigMap `default/x` is also that of');
  expect(existsSync(join(outdir, 'ConfigMap.x.k8s.yaml'))).toBe(false);
});

test('with a folder for each chart, only objects of one chart can collide', () => {
  const folders = { yamlOutputType: YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE };
  expect(failure(appWith(folders, (one, other) => {
    configMap(one, 'First', 'x');
    configMap(other, 'Second', 'x');
  }))).toBe('no error');
  expect(failure(appWith(folders, (one) => {
    configMap(one, 'First', 'x');
    configMap(one, 'Second', 'x', 'b');
  }))).toContain('one/Second  output file `one/ConfigMap.x.k8s.yaml`');
});

test('hand-written objects are checked like ours: a plain-HTTP server beside MUTUAL stops the synth', () => {
  const app = appWith({}, (one) => {
    new ApiObject(one, 'Gateway', {
      apiVersion: 'networking.istio.io/v1beta1',
      kind: 'Gateway',
      metadata: { name: 'httpbin' },
      spec: {
        selector: { istio: 'ingressgateway' },
        servers: [{ hosts: ['*'], port: { number: 80, name: 'test', protocol: 'HTTP' } },
          { hosts: ['test.com'], port: { number: 443, name: 'https', protocol: 'HTTPS' }, tls: { mode: 'MUTUAL', credentialName: 'test.com' } }],
      },
    });
    new ApiObject(one, 'Route', { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'r' }, spec: { hosts: ['test.com'], gateways: ['httpbin'], http: [{ route: [{ destination: { host: 'httpbin' } }] }] } });
  });
  expect(failure(app)).toContain('one/Route    host `test.com` of VirtualService `a/r`');
});

test('an object that cannot be rendered fails with the message of cdk8s, not with ours', () => {
  const app = appWith({}, (one) => {
    const gateway = new ApiObject(one, 'Gateway', { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: 'g' } });
    gateway.toJson = () => { throw new Error('broken producer'); };
  });
  expect(failure(app)).toContain('broken producer');
});
