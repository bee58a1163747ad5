import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart } from 'cdk8s';
import { AccessReport, AccessReportFormat, AccessReportProps } from '../../src/synth/access-report';

const home = mkdtempSync(join(tmpdir(), 'report-'));
afterAll(() => rmSync(home, { recursive: true }));
let count = 0;

function app(): App {
  const made = new App({ outdir: join(home, `dist-${count += 1}`) });
  new ApiObject(new Chart(made, 'edge', { namespace: 'default' }), 'Service', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'app' }, spec: { selector: { app: 'app' }, ports: [{ name: 'http', port: 80 }] } });
  return made;
}

test.each<[AccessReportProps, string, RegExp]>([
  [{}, 'access.md', /^# Who gets in[^]*app\.default:80/],
  [{ format: AccessReportFormat.JSON }, 'access.json', /^\{[^]*"app\.default:80/],
  [{ format: AccessReportFormat.HTML, fileName: 'who.html' }, 'who.html', /^<!DOCTYPE html>/],
])('a report %j is written beside the manifests, and equal each time', (props, file, content) => {
  const asked = app();
  expect(AccessReport.of(asked, props).fileName).toBe(file);
  asked.synth();
  expect(readdirSync(asked.outdir).sort()).toEqual([file, 'edge.k8s.yaml'].sort());
  const first = readFileSync(join(asked.outdir, file), 'utf8');
  expect(first).toMatch(content);
  asked.synth();
  expect(readFileSync(join(asked.outdir, file), 'utf8')).toBe(first);
});

test('several forms stand side by side; one name twice is refused', () => {
  const asked = app();
  AccessReport.of(asked);
  AccessReport.of(asked, { format: AccessReportFormat.JSON });
  expect(() => AccessReport.of(asked)).toThrow('has an access report `access.md` already');
  asked.synth();
  expect(readdirSync(asked.outdir).sort()).toEqual(['access.json', 'access.md', 'edge.k8s.yaml']);
});

test.each(['../access.md', '', 'a/b', '.hidden'])('the file name `%s` is refused', (fileName) => {
  expect(() => AccessReport.of(app(), { fileName })).toThrow('invalid file name');
});

test('an unknown format is refused', () => {
  expect(() => AccessReport.of(app(), { format: 'pdf' as AccessReportFormat })).toThrow('unknown format `pdf`');
});

test('nothing is written where synth fails', () => {
  const asked = app();
  AccessReport.of(asked);
  asked.node.addValidation({ validate: () => ['wrong'] });
  expect(() => asked.synth()).toThrow('wrong');
  expect(readdirSync(asked.outdir)).toEqual([]);
});
