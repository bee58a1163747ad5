import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { cli, expectDiscreet } from '../support/run';

/** Values as they stand in manifests, and values as nobody should write them. */
const key = fc.constantFrom('metadata', 'spec', 'name', 'namespace', 'servers', 'hosts', 'tls', 'mode', 'port', 'http', 'match', 'route', 'destination', 'host', 'rules', 'from', 'source', 'principals',
  'to', 'operation', 'paths', 'when', 'key', 'values', 'selector', 'matchLabels', 'jwtRules', 'issuer', 'annotations', 'gateway', 'service', 'jwt', 'noAuth', 'request', 'headers', 'set', 'remove', '__proto__', 'constructor', '');
const scalar = fc.oneof(fc.constantFrom('*', '*.example.com', 'a.example.com', '/a/{**}', '%DOWNSTREAM_PEER_SUBJECT%', 'MUTUAL', 'https', '%', '{', 'ALLOW', 'DENY', 'test/edge', '\u001b[31m', '<b>'),
  fc.string({ maxLength: 8 }), fc.integer(), fc.boolean(), fc.constant(null), fc.double());
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 6 }, scalar, fc.array(tie('value'), { maxLength: 3 }), fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs))),
}));
const type = fc.constantFrom(['networking.istio.io/v1', 'Gateway'], ['networking.istio.io/v1', 'VirtualService'], ['networking.istio.io/v1', 'DestinationRule'], ['security.istio.io/v1', 'AuthorizationPolicy'],
  ['security.istio.io/v1', 'RequestAuthentication'], ['security.istio.io/v1', 'PeerAuthentication'], ['gateway.kyma-project.io/v2', 'APIRule'], ['gateway.kyma-project.io/v1beta1', 'APIRule'],
  ['gateway.kyma-project.io/v1alpha1', 'ExternalGateway'], ['v1', 'Secret'], ['v1', 'Service'], ['v1', 'ConfigMap'], ['apps/v1', 'Deployment'], ['cert-manager.io/v1', 'Certificate'], ['v1', 'List']);
const object = fc.tuple(type, fc.constantFrom('a', 'istio', 'edge'), value, value).map(([[apiVersion, kind], name, spec, metadata]) => ({
  apiVersion, kind, metadata: { ...(typeof metadata === 'object' && !Array.isArray(metadata) ? metadata : {}), name, namespace: 'istio-system' }, spec, data: spec, items: kind === 'List' ? [spec] : undefined,
}));

describe.each(['text', 'json', 'sarif'])('as %s', (format) => {
  test('noManifestCrashesLint', async () => {
    await fc.assert(fc.asyncProperty(fc.array(object, { minLength: 1, maxLength: 4 }), async (objects) => {
      const outcome = await cli(['lint', '-', '--format', format, '--at', '2026-01-01'], { input: objects.map((one) => stringify(one)).join('---\n') });
      expectDiscreet(outcome);
      expect([0, 1, 3]).toContain(outcome.status);
      // eslint-disable-next-line no-control-regex
      expect(outcome.out).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    }), { numRuns: 150 });
  });
});

test('noTextCrashesLint', async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: fc.constantFrom('a', ':', ' ', '\n', '-', '[', ']', '{', '}', '&x', '*x', '!', '|', '"', "'", '#', '---\n', '<<', '\t', '\0', '%', '?') }), async (text) => {
    const outcome = await cli(['lint', '-'], { input: text });
    expectDiscreet(outcome);
    expect([0, 1, 3]).toContain(outcome.status);
  }), { numRuns: 300 });
});
