import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { largeMesh } from '../../access/large-mesh';
import { cli, expectDiscreet } from '../support/run';

const tutorial = (name: string) => resolve(__dirname, `../../tutorials-as-written/${name}.yaml`);

async function matrix(...args: string[]) {
  const outcome = await cli(['matrix', ...args]);
  expectDiscreet(outcome);
  return outcome;
}

test('what was assumed stands above, then a table where it fits', async () => {
  const { status, out } = await matrix(tutorial('004'));
  expect(status).toBe(0);
  expect(out).toBe(`  assumed     the ingress gateway is that of istioctl: istio-ingressgateway in istio-system
  assumed     there is a Secret istio-system/test.com with what the gateway needs
  assumed     there is a Secret istio-system/test.com-cacert with what the gateway needs
  assumed     there is a Service default/httpbin, and pods with a sidecar behind it

From outside, at the gateways

  who                                        http://* /**  test.com /status/418   test.com /
  no certificate (+1 caller alike)           allowed       handshake refused      handshake refused
  certificate spiffe://test.client           allowed       403 istio-system/test  allowed
  any other certificate of the trust anchor  allowed       allowed                allowed

Inside the mesh, straight to the Services

  who                        httpbin.default:8000 /**
  anybody (+1 caller alike)  allowed

10 classes of requests: 7 get in, 3 do not, 0 are answered or sent elsewhere, 0 undecided.
`);
});

test('place by place where a table is too wide, those who get in first', async () => {
  const { out } = await matrix(tutorial('000'));
  expect(out).toContain(`  httpbin.default:8000 (Host httpbin-vs.example.com) /**
    allowed                        in-mesh plain text (no sidecar), forging headers (+1 caller
                                     alike), by x-client-ssl-cn: O=Example,CN=client
    403 default/test-authz-policy  in-mesh plain text (no sidecar) (+1 caller alike)
`);
  expect(out).toContain('1 undecided.\nWhy something is undecided: --format html and a click, or --format json.');
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
});

test('colour only where it is wanted, and no control character of a manifest reaches the terminal', async () => {
  const name = 'evil\u001b[2J\nname';
  const input = [
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'app' }, spec: { selector: { app: 'app' }, ports: [{ port: 80 }] } },
    { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name }, spec: { selector: { matchLabels: { app: 'app' } } } },
  ].map((each) => stringify(each)).join('---\n');
  const plain = await cli(['matrix', '-'], { input });
  expect(plain.out).toContain('403 default/evil\\x1b[2J\\nname');
  expect(plain.out).not.toContain('\u001b');
  expect((await cli(['matrix', '-'], { input, colour: true })).out).toContain('\u001b[31m403');
});

test.each([['markdown', /^# Who gets in/], ['json', /^\{/], ['html', /^<!DOCTYPE html>/]])('as %s', async (format, start) => {
  const { status, out } = await matrix(tutorial('004'), '--format', format);
  expect(status).toBe(0);
  expect(out).toMatch(start);
});

test('progress on long runs, and a refused object above the table', async () => {
  const refused = { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'refused' }, spec: { action: 'DENY' } };
  const input = [...largeMesh(60, 60, 3), refused].map((each) => stringify(each)).join('---\n');
  const { out, err } = await cli(['matrix', '-', '--complete'], { input });
  expect(err).toContain('50 of ');
  expect(out).toMatch(/^ {2}no effect {3}AuthorizationPolicy default\/refused/);
});

test.each<[string, string[], number, RegExp]>([
  ['nothing', [], 2, /missing required argument/],
  ['a file that is not there', ['absent.yaml'], 3, /cannot read/],
  ['another format', [tutorial('004'), '--format', 'pdf'], 2, /Allowed choices are text, markdown, json, html/],
])('%s is refused', async (_, args, status, message) => {
  const outcome = await matrix(...args);
  expect(outcome.status).toBe(status);
  expect(outcome.err).toMatch(message);
});

test('manifests with nowhere to get in are no matrix', async () => {
  const { status, err } = await cli(['matrix', '-'], { input: readFileSync(tutorial('004'), 'utf8').split('---').filter((each) => each.includes('AuthorizationPolicy')).join('---\n') });
  expect({ status, err }).toEqual({ status: 3, err: expect.stringContaining('neither a Gateway, nor a route, nor a Service') });
});
