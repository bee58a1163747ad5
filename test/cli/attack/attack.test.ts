import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { attack, curlNotes, curlOf } from '../../../src/attack';
import { jsonReport } from '../../../src/cli/attack/json-report';
import { markdownReport } from '../../../src/cli/attack/markdown-report';
import { findRig, replay, replayAll } from '../../../src/cli/attack/replay';
import { textReport } from '../../../src/cli/attack/text-report';
import { parseDocuments } from '../../../src/mesh/documents';
import { cli, expectDiscreet, temporaryDirectory } from '../support/run';

const home = temporaryDirectory();
const written = resolve(__dirname, '../../tutorials-as-written');
const platform = join(written, 'platform.yaml');
const tutorial = join(written, '004.yaml');
const documents = [platform, tutorial].flatMap((file) => parseDocuments(readFileSync(file, 'utf8')));

test('the answer first, then what is protected, each way in with reason, cure and command, and how far it looked', async () => {
  const { status, out, err } = await cli(['attack', platform, tutorial]);
  expectDiscreet({ out, err });
  expect({ status, err }).toEqual({ status: 1, err: '' });
  const lines = out.split('\n');
  expect(lines[0]).toBe('2 ways in');
  expect(out).toContain('  Protected    test.com (default/httpbin) from no certificate (port 443 (MUTUAL)');
  expect(out).toContain('  A1  plain HTTP, Host test.com, GET /status/418 → reaches default/httpbin\n      because  port 80 (plain HTTP) of Gateway default/httpbin serves `test.com` too');
  expect(out).toContain("      try it   curl --path-as-is -H 'Host: test.com' http://\"$GATEWAY\"/status/418");
  expect(out).toMatch(/Searched \d\d classes of requests over 2 servers, 2 hosts, 2 Services, 1 policy: complete for these\s+manifests and what is assumed, one request for each hole\.\n$/);
});

test('as JSON and as a comment it tells the same', async () => {
  const json = JSON.parse((await cli(['attack', platform, tutorial, '--format', 'json'])).out);
  expect(json.ways.map(({ id, means, request }: any) => [id, means, request.port, request.path])).toEqual([['A1', ['entrance'], 80, '/status/418'], ['A2', ['path spelling'], 443, '/STATUS/418']]);
  expect(json).toMatchObject({ complete: true, undecided: [], protected: [{ what: 'test.com (default/httpbin)' }, {}, { from: ['certificate spiffe://test.client'] }] });
  const { out } = await cli(['attack', platform, tutorial, '--format', 'markdown']);
  expect(out).toContain('### Attack search: 2 ways in\n\n**A1** plain HTTP, Host test.com, GET /status/418 → reaches default/httpbin\n');
  expect(out).toContain('<details><summary>Protected</summary>');
});

test('nothing found, and nothing protected', async () => {
  const route = join(written, '003-two-hosts.yaml');
  const { status, out } = await cli(['attack', platform, route]);
  expect(status).toBe(0);
  expect(out).toMatch(/^nothing found\n/);
  expect(out).toContain('Protected    nothing: these manifests refuse nobody');
});

test('--protect keeps out whom no policy names, --tenant asks for a namespace; what they do not take is said', async () => {
  const { out } = await cli(['attack', platform, join(written, '003-mutual.yaml'), '--protect', 'httpbin.example.com/status', '--tenant', 'shop', '--format', 'json']);
  expect(JSON.parse(out)).toMatchObject({ notModelled: [expect.stringContaining('is refused and so not in force')] });
  const open = await cli(['attack', platform, tutorial, '--protect', 'any.invalid']);
  expect(open.out).toContain('Host any.invalid');
  expect(await cli(['attack', platform, '--protect', 'https://x/'])).toMatchObject({ status: 2, err: expect.stringContaining('error: invalid --protect `https://x/`') });
  expect(await cli(['attack', platform, '--tenant', 'A b'])).toMatchObject({ status: 2, err: expect.stringContaining('error: invalid --tenant `A b`') });
  expect(await cli(['attack', join(home, 'none.yaml')])).toMatchObject({ status: 3 });
});

test('a tenant\'s objects are shown as YAML, without control characters', async () => {
  const { out } = await cli(['attack', platform, resolve(__dirname, '../../../examples/000-cert-secured-workload/manifests'), '--tenant', 'shop']);
  expect(out).toContain('added    by the tenant:\n               apiVersion: networking.istio.io/v1\n');
  expect(out).not.toContain('creationTimestamp');
  expect((await cli(['attack', platform, resolve(__dirname, '../../../examples/000-cert-secured-workload/manifests'), '--tenant', 'shop', '--format', 'markdown'])).out).toContain('The tenant adds:\n\n```yaml\n');
});

test('names from manifests obey nobody: not the terminal, not Markdown, not the shell', async () => {
  const evil = join(home, 'evil.yaml');
  const text = readFileSync(tutorial, 'utf8').replace('principals: [test.client]', 'principals: ["x\\u001b[31m`$(id)`\'<script>"]');
  writeFileSync(evil, text);
  for (const format of ['text', 'markdown', 'json']) {
    const { out } = await cli(['attack', platform, evil, '--format', format]);
    expect(out).not.toContain('\u001b');
    if (format === 'markdown') expect(out.replace(/```sh[\s\S]*?```/g, '').replace(/`[^`]*`/g, '')).not.toContain('<script>');
  }
});

test('each command line sends the request byte for byte', () => {
  const { ways, refused } = attack(documents);
  const door = ways[1].attempt.door!;
  const attempts = [...ways.map(({ attempt }) => attempt), ...refused.map(({ attempt }) => attempt),
    { ...ways[1].attempt, path: '/a\\b?x=\'1', method: 'POST', headers: [['x-id', "it's"], ['x-id', 'b']] as const },
    { ...ways[1].attempt, door: { ...door, sni: '', port: 8443 } }, { ...ways[1].attempt, host: 'TEST.COM', method: 'HEAD' },
    { ...ways[1].attempt, door: undefined, service: 'default/httpbin', port: 8000 }];
  for (const attempt of attempts) {
    const line = curlOf(attempt);
    const { status, stdout } = spawnSync('sh', ['-c', `GATEWAY=192.0.2.1 TOKEN=t; curl() { for a; do printf '%s\\n' "$a"; done; }; ${line}`], { encoding: 'utf8' });
    expect([line, status]).toEqual([line, 0]);
    const words = stdout.split('\n');
    attempt.headers.forEach(([name, value]) => expect(words).toContain(`${name}: ${value}`));
    const target = words.indexOf('--request-target');
    expect(target < 0 ? words[words.length - 2] : words[target + 1]).toContain(attempt.path);
  }
  expect(curlOf(attempts[attempts.length - 3])).toContain('https://"$GATEWAY":8443/');
  expect(curlNotes(attempts[attempts.length - 1])).toEqual(['sent from certificate spiffe://test.client, to Service default/httpbin', 'client.pem: certificate spiffe://test.client']);
});

describe('--replay', () => {
  const terminal = () => {
    const shown = { text: '' };
    return { shown, write: (text: string) => { shown.text += text; }, note: () => undefined, progress: () => undefined, readInput: () => Buffer.from(''), now: () => new Date(), colour: false };
  };
  const rig = (name: string, script: string) => {
    const path = join(home, name);
    writeFileSync(path, `#!${process.execPath}\n${script}`);
    chmodSync(path, 0o755);
    return path;
  };
  /** What the search says of each refusal: their status, and `reset` for those that get no answer. */
  const refusals = JSON.stringify(Object.fromEntries(attack(documents).refused.map(({ decision }, index) => [`R${index + 1}`, String(decision.status ?? 'reset')])));
  const answering = (reached: string) => rig(`rig-${reached.length}`, `
    const refusals = ${refusals};
    const { requests, objects } = JSON.parse(require('fs').readFileSync(process.argv[3], 'utf8'));
    if (process.argv[2] !== 'replay' || objects.length === 0) process.exit(2);
    console.log(JSON.stringify({ istio: '1.30', envoy: '1.40.0', replaced: ['Secret a/b: CAs of the rig'], verdicts: requests.map(({ id, certificate }) => ({ id, outcome: ${reached} ? '200' : refusals[id] ?? '403', reached: ${reached}, workload: 'default/httpbin' })) }));`);

  test('what really happened stands beside each way in, and the sample of refusals is counted', () => {
    const report = attack(documents);
    const replayed = replay(report, documents, terminal(), answering("id.startsWith('A')"));
    expect(replayed).toMatchObject({ agrees: true, istio: '1.30' });
    const [text, markdown, json] = [terminal(), terminal(), terminal()];
    textReport(text, report, replayed);
    expect(text.shown.text).toContain('replayed 200, reached default/httpbin');
    expect(text.shown.text).toMatch(/Replayed {5}on Istio 1\.30, Envoy 1\.40\.0: 2 of 2 ways in got in, (\d+) of \1 sampled refusals were\s+refused/);
    markdownReport(markdown, report, replayed);
    expect(markdown.shown.text).toContain('Envoy 1.40.0');
    jsonReport(json, report, replayed);
    expect(JSON.parse(json.shown.text).replayed.verdicts.length).toBeGreaterThan(2);
  });

  test('a verdict that differs is told', () => {
    const report = attack(documents);
    const replayed = replay(report, documents, terminal(), answering("!id.startsWith('A')"));
    expect(replayed.agrees).toBe(false);
    const text = terminal();
    textReport(text, report, replayed);
    expect(text.shown.text).toContain('403: NOT as told here');
  });

  test('a refusal by another answer is told too: a status where the connection should have been closed', () => {
    const report = { ...attack(documents), ways: [] };
    const { verdicts } = replay(report, documents, terminal(), rig('statuses', `
      const { requests } = JSON.parse(require('fs').readFileSync(process.argv[3], 'utf8'));
      console.log(JSON.stringify({ istio: '1.30', envoy: '1.40.0', verdicts: requests.map(({ id }) => ({ id, outcome: '404', reached: false })) }));`));
    expect(verdicts.length).toBeGreaterThan(1);
    expect(verdicts.some(({ agrees }) => agrees)).toBe(false);
  });

  test('several searches are replayed on one mesh, each with its own manifests', () => {
    const [found, none] = [attack(documents), { ...attack(documents), ways: [], refused: [] }];
    const several = rig('several', `
      const refusals = ${refusals};
      const verdict = ({ id }) => ({ id, outcome: refusals[id] ?? '200', reached: id.startsWith('A') });
      const answer = (path) => JSON.parse(require('fs').readFileSync(path, 'utf8')).requests.map(verdict);
      console.log(JSON.stringify(process.argv.slice(3).map((path) => ({ istio: '1.30', envoy: '1.40.0', verdicts: answer(path) }))));`);
    const searches = [found, none, { ...found, ways: [] }].map((report) => ({ report, documents }));
    const replays = replayAll(searches, terminal(), several);
    const told = replays.map(({ verdicts, agrees }) => [verdicts.filter(({ id }) => id.startsWith('A')).length, verdicts.length > 2, agrees]);
    expect(told).toEqual([[2, true, true], [0, false, true], [0, true, true]]);
  });

  test('a rig that cannot run, or is not there, is said with the way to get it', () => {
    expect(() => replay(attack(documents), documents, terminal(), rig('broken', 'process.exit(2)'))).toThrow('the conformance rig could not replay (status 2, what it said stands above): see conformance/README.md for what it needs');
    expect(() => replay(attack(documents), documents, terminal(), rig('silent', 'process.exit(1)'))).toThrow('the conformance rig could not replay (status 1');
    expect(() => findRig('/')).toThrow('--replay needs the conformance rig, which the npm package does not carry: clone the repository');
    expect(findRig()).toBe(resolve(__dirname, '../../../conformance/run'));
    expect(replay({ ...attack(documents), ways: [], refused: [] }, documents, terminal(), '/none')).toMatchObject({ agrees: true, verdicts: [] });
  });
});
