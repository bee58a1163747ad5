import * as fc from 'fast-check';
import { CheckContext, runChecks } from '../../src/checks';
import { MeshProfile } from '../../src/model/mesh-profile';

const KINDS: [string, string][] = [['security.istio.io/v1', 'AuthorizationPolicy'], ['security.istio.io/v1', 'RequestAuthentication'], ['security.istio.io/v1', 'PeerAuthentication'],
  ['networking.istio.io/v1', 'VirtualService'], ['networking.istio.io/v1', 'Gateway'], ['networking.istio.io/v1', 'ServiceEntry'], ['v1', 'Service'], ['v1', 'Secret'], ['v1', 'Namespace'],
  ['apps/v1', 'Deployment'], ['gateway.kyma-project.io/v2', 'APIRule'], ['gateway.networking.k8s.io/v1', 'Gateway']];
const KEYS = ['rules', 'from', 'to', 'when', 'source', 'operation', 'principals', 'notPrincipals', 'paths', 'hosts', 'ports', 'key', 'values', 'notValues', 'action', 'selector', 'matchLabels', 'targetRefs', 'http',
  'route', 'destination', 'host', 'headers', 'request', 'set', 'add', 'remove', 'match', 'uri', 'prefix', 'queryParams', 'gateways', 'exportTo', 'servers', 'tls', 'mode', 'port', 'number', 'rewrite', 'authority',
  'directResponse', 'status', 'template', 'metadata', 'labels', 'spec', 'containers', 'name', 'type', '__proto__', 'constructor', ''];
const TEXTS = ['*', '*.h:*', 'spiffe://x', '/a/{**}', 'a/{*}', 'request.headers[a]', 'request.auth.claims[a][]', '%DOWNSTREAM_PEER_SUBJECT%', '%', 'ALLOW', 'DENY', 'Gateway', 'edge', 'mesh', 'CN=a, O=b', '/CN=', '', '\u0000', '//', 'https://*'];

const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 7, depthSize: 'medium' }, fc.constantFrom(...TEXTS), fc.constantFrom(null, true, 0, 80, -1), fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 4, noNullPrototype: false })),
}));
const objects = fc.array(fc.record({ kind: fc.constantFrom(...KINDS), name: fc.constantFrom('a', 'edge'), namespace: fc.constantFrom('default', 'istio-system'), spec: value }), { maxLength: 6 });

test('noManifestMakesAChecksRunFail', () => {
  fc.assert(fc.property(objects, (all) => {
    const documents = all.map(({ kind: [apiVersion, kind], name, namespace, spec }) => ({ apiVersion, kind, metadata: { name, namespace }, spec }));
    for (const { message, effect, cure, path } of runChecks(new CheckContext(documents, { mesh: MeshProfile.KYMA }))) {
      expect([message, effect, cure].every((text) => text.length > 0 && !text.includes('undefined') && !text.includes('[object'))).toBe(true);
      expect(path.length).toBeGreaterThan(0);
    }
  }), { numRuns: 400 });
});

test('everyFindingsPathLeadsIntoItsObject', () => {
  const shaped = (spec: object) => ({ apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'a', namespace: 'default' }, spec });
  const rule = fc.record({
    from: fc.array(fc.record({ source: fc.record({ principals: fc.subarray(['spiffe://x', 'a*', '*a*', 'partner/x'], { minLength: 1 }) }) }), { maxLength: 2 }),
    to: fc.array(fc.record({ operation: fc.record({ hosts: fc.subarray(['h', '*.h:*'], { minLength: 1 }), methods: fc.constant(['get']), paths: fc.subarray(['/a', 'a/{*}', '/a/*/b'], { minLength: 1 }) }) }), { maxLength: 2 }),
    when: fc.array(fc.record({ key: fc.constantFrom('request.headersX[a]', 'request.auth.claims[a][]', 'request.headers[a]'), notValues: fc.constant(['x']) }), { maxLength: 2 }),
  });
  fc.assert(fc.property(fc.array(rule, { minLength: 1, maxLength: 3 }), fc.constantFrom('ALLOW', 'DENY'), (rules, action) => {
    const document = shaped({ action, rules });
    for (const { path } of runChecks(new CheckContext([document], { mesh: MeshProfile.KYMA }))) {
      const reached = path.slice(0, -1).reduce((at: any, key) => at?.[key], document);
      expect(reached).toBeDefined();
    }
  }), { numRuns: 200 });
});
