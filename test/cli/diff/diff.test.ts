import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseDocuments } from '../../../src/mesh/documents';
import { cli, expectDiscreet, temporaryDirectory } from '../support/run';

const home = temporaryDirectory();
const [before, after] = ['old', 'new'].map((name) => join(home, name));

beforeAll(() => {
  for (const directory of [before, after]) {
    mkdirSync(directory);
    cpSync(resolve(__dirname, '../../tutorials-as-written/platform.yaml'), join(directory, 'platform.yaml'));
    cpSync(resolve(__dirname, '../../../examples/000-cert-secured-workload/manifests/cert-secured-workload.k8s.yaml'), join(directory, 'app.yaml'));
  }
  const file = join(after, 'app.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('O=Example,CN=client', 'O=Partner,CN=<b>|`x`'));
});

test('who gains and who loses, by which object; the request behind each with --verbose', async () => {
  const { status, out, err } = await cli(['diff', before, after, '--verbose']);
  expectDiscreet({ out, err });
  expect({ status, err }).toEqual({ status: 1, err: '' });
  expect(out).toMatch(/^2 gains, 2 losses: [\d,]+ of [\d,]+ requests unchanged, 1 object differs\n\n {2}\+ gains {1,2}certificate O=Partner,CN=<b>\|`x`: httpbin-vs\.example\.com, GET, OPTIONS \/\n {4}by {7}AuthorizationPolicy default\/httpbin\.httpbin-vs\.example\.com changed\n/);
  expect(out).toContain('    try it   curl --path-as-is --cert client.pem --key client.key');
  expect((await cli(['diff', before, after])).out).toContain('The request behind each: --verbose');
});

test.each([['any', 1], ['gains', 1], ['never', 0]])('--fail-on %s ends with %d', async (failOn, status) => {
  expect(await cli(['diff', before, after, '--fail-on', failOn])).toMatchObject({ status });
});

test('no change is fine', async () => {
  const { status, out } = await cli(['diff', before, before]);
  expect(status).toBe(0);
  expect(out).toMatch(/^no change of who gets in: ([\d,]+) of \1 requests unchanged, 0 objects differ\n$/);
});

test('JSON has all of it, and Markdown survives names that are Markdown or HTML', async () => {
  const json = JSON.parse((await cli(['diff', before, after, '--format', 'json'])).out);
  expect(json.changes[0]).toMatchObject({ kind: 'gains', by: ['AuthorizationPolicy default/httpbin.httpbin-vs.example.com changed'], evidence: { before: { status: 403 }, after: { outcome: 'allowed' } } });
  const { out } = await cli(['diff', before, after, '--format', 'markdown']);
  expect(out).toMatch(/^<!-- cdk8s-istio-security diff -->\n### Who gets in: 2 gains, 2 losses/);
  const rows = out.split('\n').filter((line) => line.startsWith('| +') || line.startsWith('| -'));
  expect(rows).toHaveLength(4);
  for (const row of rows) expect(row.replace(/\\\|/g, '').match(/\|/g)).toHaveLength(4);
  expect(out.replace(/```sh[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '')).not.toContain('<b>');
});

test('what cannot be read or used is said', async () => {
  expect(await cli(['diff', join(home, 'none'), after])).toMatchObject({ status: 3 });
  expect(await cli(['diff', '-', '-'])).toMatchObject({ status: 2, err: expect.stringContaining('standard input (`-`) can be read once only') });
});

test('the workflows in docs/diff.md are YAML, and their commands are shell', () => {
  const text = readFileSync(resolve(__dirname, '../../../docs/diff.md'), 'utf8');
  const [github, gitlab] = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block]) => parseDocuments(block)[0] as any);
  const scripts = [...github.jobs.diff.steps.flatMap(({ run }: any) => run ?? []), gitlab['who-gets-in'].script.join('\n')];
  expect(scripts).toHaveLength(2);
  for (const script of scripts) expect([script, spawnSync('sh', ['-n', '-c', script]).status]).toEqual([script, 0]);
  const action = parseDocuments(readFileSync(resolve(__dirname, '../../../action.yml'), 'utf8'))[0] as any;
  const given = Object.keys(github.jobs.diff.steps.find(({ uses }: any) => /cdk8s-istio-security/.test(uses)).with);
  expect(given.filter((input) => action.inputs[input] === undefined)).toEqual([]);
});
