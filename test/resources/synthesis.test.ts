import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart, JsonPatch, Lazy, Testing, YamlOutputType } from 'cdk8s';
import { Construct } from 'constructs';
import { Synthesis } from '../../src/resources/synthesis';

function appWithCharts(count: number, outdir?: string): { app: App; charts: Chart[] } {
  const app = new App({ outdir });
  const charts = Array.from({ length: count }, (_, index) => new Chart(app, `chart-${index}`));
  for (const chart of charts) new ApiObject(chart, 'Object', { apiVersion: 'v1', kind: 'ConfigMap' });
  return { app, charts };
}

let outdir: string;
beforeEach(() => { outdir = mkdtempSync(join(tmpdir(), 'synthesis-')); });
afterEach(() => rmSync(outdir, { recursive: true }));

test('a check runs once per synth, however many charts there are', () => {
  const { app, charts } = appWithCharts(10, outdir);
  const check = jest.fn(() => []);
  Synthesis.of(charts[3]).addCheck(charts[3], check);
  app.synth();
  expect(check).toHaveBeenCalledTimes(1);
  app.synthYaml();
  expect(check).toHaveBeenCalledTimes(2);
});

test('a result is never stale: what changes between two synths of one tick is seen', () => {
  const { app, charts } = appWithCharts(2, outdir);
  let broken = false;
  Synthesis.of(charts[0]).addCheck(charts[0], () => broken ? ['it is broken'] : []);
  app.synth();
  broken = true;
  expect(() => app.synth()).toThrow('[chart-0] it is broken');
  expect(() => Testing.synth(charts[1])).toThrow('[chart-0] it is broken');
  broken = false;
  app.synth();
  Testing.synth(charts[1]);
});

test('all findings are reported in one run, each with its construct path, once, and no file is written', () => {
  const { app, charts } = appWithCharts(3, outdir);
  const inner = new Construct(charts[2], 'Gateway');
  Synthesis.of(inner).addCheck(inner, () => ['two', 'two', 'three']);
  Synthesis.of(charts[0]).addCheck(charts[0], () => ['one']);
  expect(() => app.synth()).toThrow(new Error('Synthesis refused: 3 errors in 2 charts\n\n[chart-0] one\n[chart-2/Gateway] two\n[chart-2/Gateway] three'));
  expect(readdirSync(outdir)).toEqual([]);
});

test('what a construct and a resource inside it both find is said once, of the outer one', () => {
  const { charts } = appWithCharts(1);
  const outer = new Construct(charts[0], 'Orders');
  const inner = new Construct(outer, 'Route');
  Synthesis.of(inner).addCheck(inner, () => ['not served', 'of its own']);
  Synthesis.of(outer).addCheck(outer, () => ['not served']);
  expect(() => Testing.synth(charts[0])).toThrow(new Error(
    'Validation failed with the following errors:\n  [chart-0/Orders] not served\n  [chart-0/Orders/Route] of its own',
  ));
});

test('a finding that belongs to the whole app is reported too', () => {
  const { app } = appWithCharts(1, outdir);
  Synthesis.of(app).addCheck(app, () => ['about the app']);
  expect(() => app.synthYaml()).toThrow('[] about the app');
});

test('a synth that fails leaves the next one unaffected', () => {
  const { app, charts } = appWithCharts(1, outdir);
  let calls = 0;
  Synthesis.of(app).addCheck(charts[0], () => ++calls === 1 ? ['first'] : []);
  expect(() => app.synth()).toThrow('first');
  app.synth();
  expect(readdirSync(outdir)).toEqual(['chart-0.k8s.yaml']);
});

test('a tree without an app is checked as well', () => {
  const chart = new Chart(undefined as any, 'lonely');
  Synthesis.of(chart).addCheck(chart, () => ['lonely']);
  expect(() => Testing.synth(chart)).toThrow('lonely');
});

test('what constructs share is made once per app', () => {
  const [one, other] = [appWithCharts(1), appWithCharts(1)];
  const key = Symbol('shared');
  const map = Synthesis.of(one.charts[0]).sharedBy(key, () => new Map());
  expect(Synthesis.of(one.app).sharedBy(key, () => new Map())).toBe(map);
  expect(Synthesis.of(other.app).sharedBy(key, () => new Map())).not.toBe(map);
});

describe('objects are rendered once per synth', () => {
  test('for the checks and for the output together', () => {
    const { app, charts } = appWithCharts(3, outdir);
    const produce = jest.fn(() => 'x');
    const object = new ApiObject(charts[0], 'Lazy', { apiVersion: 'v1', kind: 'ConfigMap', data: { value: Lazy.any({ produce }) } });
    Synthesis.of(app).addCheck(charts[0], () => (object.toJson().data.value === 'x' ? [] : ['not rendered']));
    app.synth();
    expect(produce).toHaveBeenCalledTimes(1);
    app.synth();
    expect(produce).toHaveBeenCalledTimes(2);
    object.toJson();
    expect(produce).toHaveBeenCalledTimes(3);
  });

  test('a change between two synths is written', () => {
    const { app, charts } = appWithCharts(1, outdir);
    Synthesis.of(app);
    const object = new ApiObject(charts[0], 'Changing', { apiVersion: 'v1', kind: 'ConfigMap', data: { value: 'before' } });
    expect(app.synthYaml()).toContain('before');
    object.addJsonPatch(JsonPatch.replace('/data/value', 'after'));
    expect(app.synthYaml()).toContain('after');
  });

  test('an object with a rendering of its own keeps it', () => {
    const { app, charts } = appWithCharts(1, outdir);
    Synthesis.of(app);
    const object = new ApiObject(charts[0], 'Own', { apiVersion: 'v1', kind: 'ConfigMap' });
    object.toJson = () => ({ own: true });
    expect(app.synthYaml()).toContain('own: true');
    expect(object.toJson()).toEqual({ own: true });
  });
});

describe('charts are rendered without validating the whole app again for each of them', () => {
  test('what is written is what cdk8s writes by itself: order of dependencies, nested charts, every kind of output', () => {
    const build = (attach: boolean, type: YamlOutputType, directory: string) => {
      const app = new App({ outdir: directory, yamlOutputType: type });
      const [one, two] = [new Chart(app, 'one'), new Chart(app, 'two')];
      const nested = new Chart(one, 'nested', { namespace: 'inner' });
      const objects = [one, two, nested, one, two].map((chart, index) => new ApiObject(chart, `O${index}`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `o${index}` } }));
      objects[0].addDependency(objects[3]);
      one.addDependency(two);
      if (attach) Synthesis.of(one);
      app.synth();
      return { yaml: app.synthYaml(), files: readdirSync(directory, { recursive: true }).map(String).sort().filter((file) => file.endsWith('.yaml')).map((file) => [file, readFileSync(join(directory, file), 'utf8')]) };
    };
    const { FILE_PER_APP, FILE_PER_CHART, FILE_PER_RESOURCE, FOLDER_PER_CHART_FILE_PER_RESOURCE } = YamlOutputType;
    for (const type of [FILE_PER_APP, FILE_PER_CHART, FILE_PER_RESOURCE, FOLDER_PER_CHART_FILE_PER_RESOURCE]) {
      const [ours, theirs] = [true, false].map((attach) => build(attach, type, join(outdir, `${type}-${attach}`)));
      expect(ours).toEqual(theirs);
    }
  });

  test('validations of other constructs run once per synth, and as ever afterwards', () => {
    const { app, charts } = appWithCharts(5, outdir);
    Synthesis.of(app);
    const validate = jest.fn(() => []);
    charts[2].node.addValidation({ validate });
    app.synth();
    expect(validate).toHaveBeenCalledTimes(1);
    charts[2].toJson();
    expect(validate).toHaveBeenCalledTimes(2);
  });

  test('a chart that renders in its own way keeps doing so', () => {
    class Stamped extends Chart {
      public override toJson(): any[] {
        return super.toJson().map((object) => ({ ...object, stamped: true }));
      }
    }
    const app = new App({ outdir });
    const chart = new Stamped(app, 'stamped');
    new ApiObject(chart, 'Object', { apiVersion: 'v1', kind: 'ConfigMap' });
    Synthesis.of(chart);
    app.synth();
    expect(readFileSync(join(outdir, 'stamped.k8s.yaml'), 'utf8')).toContain('stamped: true');
  });

  test('an object that fails to render leaves the app as it was', () => {
    const { app, charts } = appWithCharts(2, outdir);
    Synthesis.of(app);
    const object = new ApiObject(charts[0], 'Broken', { apiVersion: 'v1', kind: 'Secret' });
    object.toJson = () => { throw new Error('broken'); };
    expect(() => app.synth()).toThrow('broken');
    expect(Object.keys(charts[0])).not.toContain('toJson');
  });
});
