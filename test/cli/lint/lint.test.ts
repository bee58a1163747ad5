import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import '@microsoft/jest-sarif';
import { cli, expectDiscreet, temporaryDirectory } from '../support/run';

const home = temporaryDirectory();
const previous = process.cwd();
let count = 0;

/** A working directory of its own for every test. */
beforeEach(() => {
  count += 1;
  mkdirSync(join(home, String(count)));
  process.chdir(join(home, String(count)));
});
afterEach(() => process.chdir(previous));

const GATEWAY = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: edge}
spec:
  selector: {istio: ingressgateway}
  servers:
  - hosts: ["*"]
    port: {name: http, number: 80, protocol: HTTP}
  - hosts: [orders.example.com]
    port: {name: https, number: 443, protocol: HTTPS}
    tls: {mode: MUTUAL, credentialName: orders}
`;
const ROUTE = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: orders
  namespace: edge
spec:
  hosts:
  - orders.example.com
  gateways: [edge]
  http: [{route: [{destination: {host: orders.shop.svc.cluster.local, port: {number: 8000}}}]}]
`;
const OPEN = `${GATEWAY}---\n${ROUTE}`;
const CLOSED = OPEN.replace('hosts: ["*"]', 'hosts: [orders.example.com]').replace('protocol: HTTP}', 'protocol: HTTP}\n    tls: {httpsRedirect: true}');
const acknowledged = (reason: string) => OPEN.replace('  namespace: edge\nspec', `  namespace: edge\n  annotations:\n    acknowledge.cdk8s-istio-security/MTLS012: ${reason}\nspec`);

function file(name: string, text: string): string {
  writeFileSync(name, text);
  return name;
}

async function lint(args: readonly string[], surroundings = {}) {
  const outcome = await cli(['lint', ...args], surroundings);
  expectDiscreet(outcome);
  return outcome;
}

async function json(args: readonly string[]) {
  const { out, err } = await lint([...args, '--format', 'json']);
  expect(err).toBe('');
  return JSON.parse(out);
}

describe('as text', () => {
  test('a finding is shown with its file, its lines, what happens, the cure and the page', async () => {
    const { status, out, err } = await lint([file('app.yaml', OPEN)]);
    expect(err).toBe('');
    expect(status).toBe(1);
    expect(out).toBe(`app.yaml

  error MTLS012  a request without client certificate reaches a route that is meant for those
                 with one
    host \`orders.example.com\` of VirtualService \`edge/orders\` is served with a client certificate on
      port 443 (MUTUAL) of Gateway edge/edge and without one on port 80 (plain HTTP) of Gateway
      edge/edge
    app.yaml:20:5
      18 | spec:
      19 |   hosts:
    > 20 |   - orders.example.com
         |     ^^^^^^^^^^^^^^^^^^
      21 |   gateways: [edge]
      22 |   http: [{route: [{destination: {host: orders.shop.svc.cluster.local, port: {number: 8000
    happens   anybody reaches the workload through the second
    cure      let server 1 of Gateway \`edge/edge\` only redirect (\`tls: {httpsRedirect: true}\`) or
                take it away, or give it hosts or a Gateway of its own
    more      https://github.com/cdk8s-istio-security/cdk8s-istio-security/blob/main/docs/checks/MTLS012.md

1 error, 0 warnings: 2 objects in 1 file, ${(await json(['app.yaml'])).checks} checks
`);
  });

  test('manifests without a finding are fine, and no more is said', async () => {
    const { status, out } = await lint([file('app.yaml', CLOSED)]);
    expect([status, out]).toEqual([0, expect.stringMatching(/^fine: 2 objects in 1 file, \d+ checks\n$/)]);
  });

  test('colours are for terminals', async () => {
    file('app.yaml', OPEN);
    expect((await lint(['app.yaml'], { colour: true })).out).toContain('\u001b[31merror');
    expect((await lint(['app.yaml'])).out).not.toContain('\u001b');
  });

  test('findings are grouped by file, and objects of several files are judged together', async () => {
    mkdirSync('platform');
    file('platform/gateway.yaml', GATEWAY);
    file('team.yaml', ROUTE.replace('orders.example.com', 'orders.example.com\n  - other.example.com'));
    const { status, out } = await lint(['platform', 'team.yaml']);
    expect(status).toBe(1);
    expect(out.match(/^(?:platform.*|team)\.yaml$/gm)).toEqual(['team.yaml']);
    expect((await lint(['team.yaml'])).status).toBe(0);
  });

  test('standard input is a file too', async () => {
    const { status, out } = await lint(['-'], { input: OPEN });
    expect(status).toBe(1);
    expect(out).toContain('standard input\n');
    expect(out).toContain('standard input:20:5');
  });

  test('nothing from a manifest commands the terminal', async () => {
    const { out } = await lint([file('app.yaml', OPEN.replaceAll('orders.example.com', '"a\\u001b[31mb.example.com"').replace('name: edge,', 'name: "x\\u001b[2J",').replace('[edge]', '["x\\u001b[2J"]'))]);
    expect(out).not.toContain('\u001b');
  });
});

describe('places', () => {
  test('a finding inside a List, however deep, has the lines of its object', async () => {
    const indented = (text: string) => text.replace(/^/gm, '    ').replace(/^ {4}/, '  - ').trimEnd();
    const list = `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n${indented(GATEWAY)}\n${indented(ROUTE)}\n`;
    const { findings } = await json([file('list.yaml', list)]);
    expect(list.split('\n')[findings[0].line - 1]).toContain('- orders.example.com');
  });

  test('an object without a name of its own has a place', async () => {
    const { findings } = await json([file('app.yaml', OPEN.replace('  name: orders\n', '  generateName: orders-\n'))]);
    expect(findings).toMatchObject([{ id: 'MTLS012', line: 20, column: 5 }]);
  });

  test('JSON has lines too', async () => {
    const { findings } = await json([file('app.json', '{"apiVersion": "v1", "kind": "List", "items": [\n{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}},\n{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}]}')]);
    expect(findings).toMatchObject([{ id: 'MTLS101', line: 3, object: { kind: 'ConfigMap', namespace: 'default', name: 'a' }, path: '/metadata/name' }]);
  });
});

describe('exit status', () => {
  test.each<[string, string[], number]>([
    ['errors', [], 1],
    ['errors, whatever counts', ['--fail-on', 'warning'], 1],
    ['a severity that does not exist', ['--fail-on', 'info'], 2],
    ['a version that does not exist', ['--istio-version', '2.0'], 2],
    ['a format that does not exist', ['--format', 'xml'], 2],
    ['a date that does not exist', ['--at', '2026-02-30'], 2],
    ['a configuration that is not there', ['--config', 'none.yaml'], 3],
  ])('%s', async (_name, options, expected) => {
    expect((await lint([file('app.yaml', OPEN), ...options])).status).toBe(expected);
  });

  test('an acknowledgement that matches nothing is a warning, which counts where it is asked to', async () => {
    file('app.yaml', CLOSED);
    file('cdk8s-istio-security.yaml', 'acknowledge: [{id: MTLS012, name: orders, reason: the firewall closes port 80}]');
    expect((await lint(['app.yaml'])).status).toBe(0);
    expect((await lint(['app.yaml', '--fail-on', 'warning'])).status).toBe(1);
  });

  test.each([
    ['no YAML', 'a: [', 3],
    ['no object', 'a: 1', 3],
    ['an unreadable mesh configuration', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata: {mesh: "a: ["}', 3],
    ['nested too deeply', `a: ${'['.repeat(300)}${']'.repeat(300)}`, 3],
  ])('%s is unreadable', async (_name, text, expected) => {
    const { status, err } = await lint([file('app.yaml', text)]);
    expect(status).toBe(expected);
    expect(err).toMatch(/^error: /);
  });
});

describe('acknowledgement', () => {
  test('by annotation: the finding is listed with the reason, and does not count', async () => {
    const { status, out } = await lint([file('app.yaml', acknowledged('the firewall closes port 80'))]);
    expect(status).toBe(0);
    expect(out).toMatch(/^Acknowledged\n {2}MTLS012 {2}app.yaml:22 {2}VirtualService `edge\/orders` \(error, open\)\n {4}reason {4}the firewall closes port 80\n {4}written {3}annotation of VirtualService `edge\/orders`\n\nfine, 1 acknowledged: /);
  });

  test.each(['""', '"  "', '"-"', '7', 'true', '{}'])('without a reason it is refused: %s', async (reason) => {
    const { findings, acknowledged: taken } = await json([file('app.yaml', acknowledged(reason))]);
    expect(findings.map(({ id }: { id: string }) => id).sort()).toEqual(['MTLS012', 'MTLS103']);
    expect(taken).toEqual([]);
  });

  test('of a check that does not exist it is refused, and so is that of the check of acknowledgements', async () => {
    for (const id of ['MTLS999', 'MTLS103', 'mtls012', '__proto__']) {
      const { findings } = await json([file('app.yaml', acknowledged('it is so').replace('/MTLS012:', `/${id}:`))]);
      expect(findings.map((finding: { id: string }) => finding.id).sort()).toEqual(['MTLS012', 'MTLS103']);
    }
  });

  test('by the configuration of the working directory, for the objects that it names', async () => {
    file('app.yaml', `${OPEN}---\n${ROUTE.replace('name: orders', 'name: other').replace('[{route', '[{match: [{uri: {prefix: /other}}], route')}`);
    file('cdk8s-istio-security.yaml', 'acknowledge:\n- {id: MTLS012, kind: VirtualService, namespace: edge, name: orders, reason: the firewall closes port 80}\n');
    const { findings, acknowledged: taken } = await json(['app.yaml']);
    expect(findings).toMatchObject([{ object: { name: 'other' } }]);
    expect(taken).toMatchObject([{ object: { name: 'orders' }, reason: 'the firewall closes port 80', acknowledgedBy: 'entry 1 of configuration `cdk8s-istio-security.yaml`' }]);
  });

  test('that matches nothing any more is reported', async () => {
    file('lint.yaml', 'acknowledge: [{id: MTLS012, name: orders, reason: it was so once}]');
    const { out } = await lint([file('app.yaml', CLOSED), '--config', 'lint.yaml']);
    expect(out).toContain('warning MTLS012  an acknowledgement that matches nothing\n    written   entry 1 of configuration `lint.yaml`\n    reason    it was so once\n    cure      remove it');
    expect(out).toContain('0 errors, 1 warning');
  });

  test.each([
    ['acknowledge: [{id: MTLS012, name: a}]', 'entry 1 of configuration `lint.yaml`: the acknowledgement of `MTLS012` has no reason'],
    ['acknowledge: [{id: MTLS999, name: a, reason: it is so}]', 'entry 1 of configuration `lint.yaml`: there is no check `MTLS999`'],
    ['acknowledge: [{id: MTLS012, reason: it is so}]', 'entry 1 of configuration `lint.yaml`: the acknowledgement of `MTLS012` says not where: give `kind`, `namespace` or `name` of the objects'],
    ['acknowledge: [{id: MTLS012, where: x, reason: it is so}]', 'configuration `lint.yaml`: unknown field `configuration.acknowledge[0].where`'],
    ['acknowledge: {}', 'configuration `lint.yaml`: `configuration.acknowledge` is not a list'],
    ['istioVersion: "9.9"', 'configuration `lint.yaml`: unknown Istio version `9.9`: expected one of `1.27` to `1.32`, with or without patch number'],
    ['{}\n---\n{}', 'configuration `lint.yaml`: expected one document'],
  ])('a configuration that says too little is wrong use: %s', async (text, message) => {
    file('lint.yaml', text);
    expect(await lint([file('app.yaml', OPEN), '--config', 'lint.yaml'])).toEqual({ status: 2, out: '', err: `error: ${message}\n` });
  });

  test('an empty configuration says nothing', async () => {
    file('cdk8s-istio-security.yaml', '# nothing yet\n');
    expect((await lint([file('app.yaml', CLOSED)])).status).toBe(0);
  });
});

describe('as JSON', () => {
  test('the same facts', async () => {
    const answer = await json([file('app.yaml', OPEN)]);
    expect(answer).toMatchObject({
      errors: 1,
      warnings: 0,
      files: 1,
      objects: 2,
      profile: { mesh: 'istio' },
      findings: [{
        id: 'MTLS012',
        severity: 'error',
        effect: 'open',
        file: 'app.yaml',
        line: 20,
        column: 5,
        endColumn: 23,
        path: '/spec/hosts/0',
        object: { group: 'networking.istio.io', kind: 'VirtualService', namespace: 'edge', name: 'orders' },
        happens: 'anybody reaches the workload through the second',
        related: [{ kind: 'Gateway', name: 'edge' }],
      }],
    });
  });

  test('the profile is that of the options, the configuration or the manifests', async () => {
    file('cdk8s-istio-security.yaml', 'istioVersion: "1.29"\nprofile: istio\n');
    file('app.yaml', CLOSED.replace('gateways: [edge]', 'gateways: [kyma-system/kyma-gateway]'));
    expect((await json(['app.yaml'])).profile).toEqual({ istioVersion: '1.29', mesh: 'istio' });
    expect((await json(['app.yaml', '--istio-version', '1.30.1', '--profile', 'asm'])).profile).toEqual({ istioVersion: '1.30.1', mesh: 'asm' });
    file('cdk8s-istio-security.yaml', '{}');
    expect((await json(['app.yaml'])).profile).toEqual({ mesh: 'kyma' });
  });
});

describe('as SARIF', () => {
  async function sarif(args: readonly string[], surroundings = {}) {
    const { out } = await lint([...args, '--format', 'sarif'], surroundings);
    const log = JSON.parse(out);
    expect(log).toBeValidSarifLog();
    return log.runs[0];
  }

  test('it is valid, with a rule and its page for each check, and places relative to the working directory', async () => {
    mkdirSync('my manifests');
    const { tool, results } = await sarif([file(join('my manifests', 'app.yaml'), OPEN)]);
    expect(tool.driver.rules.map(({ helpUri, id }: any) => helpUri.endsWith(`/docs/checks/${id}.md`))).not.toContain(false);
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({
      ruleId: 'MTLS012',
      level: 'error',
      locations: [{ physicalLocation: { artifactLocation: { uri: 'my%20manifests/app.yaml', uriBaseId: 'SRCROOT' }, region: { startLine: 20, startColumn: 5, endLine: 20, endColumn: 23 } } }],
    });
    expect(tool.driver.rules[results[0].ruleIndex].id).toBe('MTLS012');
  });

  test('a fingerprint stays when lines are added above, and differs between findings', async () => {
    const print = ({ results }: any) => results.map(({ partialFingerprints }: any) => partialFingerprints['finding/v1']);
    const two = `${OPEN}---\n${ROUTE.replace('name: orders', 'name: other').replace('[{route', '[{match: [{uri: {prefix: /other}}], route')}`;
    const before = print(await sarif([file('app.yaml', two)]));
    const after = print(await sarif([file('app.yaml', `# a comment\n\n${two}`)]));
    expect(after).toEqual(before);
    expect(new Set(before).size).toBe(2);
  });

  test('what is acknowledged is suppressed with its reason', async () => {
    const { results } = await sarif([file('app.yaml', acknowledged('the firewall closes port 80'))]);
    expect(results).toMatchObject([{ ruleId: 'MTLS012', suppressions: [{ kind: 'inSource', status: 'accepted', justification: 'the firewall closes port 80' }] }]);
  });

  test('a finding is the same from wherever its file is named, and tells its patch', async () => {
    const name = file('app.yaml', OPEN);
    const print = ({ results }: any) => results.map(({ partialFingerprints }: any) => partialFingerprints['finding/v1']);
    expect(print(await sarif([join(process.cwd(), name)]))).toEqual(print(await sarif([`./${name}`])));
    const { results } = await sarif([file('spelled.yaml', `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p, namespace: default}
spec: {selector: {matchLabels: {app: a}}, rules: [{from: [{source: {principals: ["spiffe://a/ns/b/sa/c"]}}]}]}
`)]);
    expect(results.map(({ ruleId, properties }: any) => [ruleId, properties])).toContainEqual(['MTLS022', {
      patch: [{ op: 'replace', path: '/spec/rules/0/from/0/source/principals/0', value: 'a/ns/b/sa/c' }],
    }]);
  });

  test('more than GitHub takes is cut, errors first, and said', async () => {
    const many = Array.from({ length: 25_100 }, (_, index) => `"spiffe://a/ns/b/sa/c${index}"`).join(', ');
    const policy = (name: string, operation: string) => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: default}
spec: {selector: {matchLabels: {app: a}}, rules: [{${operation}}]}
`;
    const text = `${policy('warned', 'to: [{operation: {hosts: [a.test]}}]')}---\n${policy('wrong', `from: [{source: {principals: [${many}]}}]`)}`;
    const { invocations, results } = await sarif([file('app.yaml', text)]);
    expect([results.length, new Set(results.map(({ level }: any) => level)).size]).toEqual([25_000, 1]);
    expect(invocations[0].toolExecutionNotifications.map(({ message }: any) => message.text)).toEqual([
      '101 more findings are left out: GitHub takes 25000 of a run. `--format json` has them all.',
    ]);
  });

  test('an acknowledgement that matches nothing is a notification, and standard input has no path', async () => {
    file('cdk8s-istio-security.yaml', 'acknowledge: [{id: MTLS101, name: orders, reason: it was so once}]');
    const { invocations, results } = await sarif(['-'], { input: OPEN });
    expect(invocations[0].toolExecutionNotifications[0].message.text).toContain('matches nothing');
    expect(results[0].locations[0].physicalLocation.artifactLocation).toEqual({ uri: 'stdin' });
  });
});

test('without --fix nothing is written', async () => {
  file('app.yaml', OPEN);
  await lint(['app.yaml']);
  expect(readFileSync('app.yaml', 'utf8')).toBe(OPEN);
});
