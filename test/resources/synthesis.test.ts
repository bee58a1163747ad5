import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart, Testing } from 'cdk8s';
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
  expect(() => app.synth()).toThrow(new Error(
    'Validation failed with the following errors:\n  [chart-0] one\n  [chart-2/Gateway] two\n  [chart-2/Gateway] three',
  ));
  expect(readdirSync(outdir)).toEqual([]);
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

test('the tree is walked once per synth, and anew as soon as it may have changed', () => {
  const { app, charts } = appWithCharts(3, outdir);
  Synthesis.of(app);
  const walk = jest.spyOn(Object.getPrototypeOf(app.node), 'findAll');
  app.synth();
  expect(walk.mock.instances.filter((node) => node === app.node)).toHaveLength(1);
  walk.mockRestore();
  new ApiObject(charts[0], 'Later', { apiVersion: 'v1', kind: 'Secret' });
  expect(app.node.findAll()).toHaveLength(8);
  expect(app.synthYaml()).toContain('kind: Secret');
});
