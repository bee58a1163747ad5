import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ValidationContext } from '../../node_modules/cdk8s-cli/lib/plugins';
import { ChecksValidation } from '../../src/plugin';

let directory: string;
beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'plugin-')); });
afterEach(() => rmSync(directory, { recursive: true }));

const GATEWAY = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: edge}
spec:
  selector: {istio: ingressgateway}
  servers:
  - {hosts: ["*"], port: {name: http, number: 80, protocol: HTTP}}
  - {hosts: [a.example.com], port: {name: https, number: 443, protocol: HTTPS}, tls: {mode: MUTUAL, credentialName: edge}}
`;
const ROUTE = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a, namespace: edge}
spec: {hosts: [a.example.com], gateways: [edge], http: [{route: [{destination: {host: a.shop.svc.cluster.local}}]}]}
`;
const WARNED = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny, namespace: shop, annotations: {istio.io/dry-run: "true"}}
spec: {selector: {matchLabels: {app: a}}, action: DENY, rules: [{to: [{operation: {methods: [POST]}}]}]}
`;

async function validate(...texts: string[]) {
  const manifests = texts.map((text, index) => {
    const file = join(directory, `${index}.yaml`);
    writeFileSync(file, text);
    return file;
  });
  const context = new ValidationContext(manifests, 'cdk8s-istio-security', '0.0.0', { a: { path: 'shop/Route' } }, false);
  await new ChecksValidation().validate(context);
  return context.report;
}

test('the manifests of all charts are judged together; an error fails, with its object, field, file and construct', async () => {
  const report = await validate(GATEWAY, ROUTE);
  expect(report.success).toBe(false);
  expect(report.toJson()).toMatchObject({
    violations: [{
      ruleName: 'MTLS012: a request without client certificate reaches a route that is meant for those with one',
      fix: expect.stringContaining('/docs/checks/MTLS012.md'),
      violatingConstructs: [{ resourceName: 'a', locations: ['/spec/hosts/0'], manifestPath: join(directory, '1.yaml'), constructPath: 'shop/Route' }],
    }],
    summary: { status: 'failure', metadata: { errors: '1', warnings: '0' } },
  });
});

test('warnings are told and do not fail: cdk8s has no word for them', async () => {
  const report = await validate(WARNED);
  expect(report.success).toBe(true);
  expect(report.toJson().violations.map(({ ruleName }) => ruleName)).toEqual([expect.stringMatching(/^MTLS041 \(warning\): /)]);
});

test('what an annotation acknowledges is counted only', async () => {
  const report = await validate(GATEWAY, ROUTE.replace('namespace: edge}', 'namespace: edge, annotations: {acknowledge.cdk8s-istio-security/MTLS012: the firewall closes port 80}}'));
  expect(report.toJson()).toMatchObject({ violations: [], summary: { status: 'success', metadata: { acknowledged: '1' } } });
});

test('properties that make no sense are refused', () => {
  expect(() => new ChecksValidation({ istioVersion: '0.1' })).toThrow('unknown Istio version `0.1`');
  expect(() => new ChecksValidation({ kyma: true } as object)).toThrow('unknown property `kyma` of `ChecksValidation`: expected `istioVersion` or `profile`');
});
