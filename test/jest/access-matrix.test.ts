import { accessMatrixOf } from '../../src/jest';
import { gateway, http, policy, virtualService, world } from '../authz/support/world';

const policies = [policy({ selector: { matchLabels: { app: 'httpbin' } }, action: 'DENY', rules: [{ to: [{ operation: { paths: ['/admin*'] } }] }] }, { name: 'no-admin' })];

test('the matrix as text for a snapshot: place, answer, callers', () => {
  expect(accessMatrixOf(world([gateway([http(['*'])]), virtualService({}), ...policies]))).toBe(`# from outside, at the gateways

http://a.test /admin
  403 default/no-admin
    no certificate
    any other certificate of the trust anchor
    a certificate that no trust anchor knows

http://a.test /
  allowed
    no certificate
    any other certificate of the trust anchor
    a certificate that no trust anchor knows

# inside the mesh, straight to the Services

httpbin.default:8000 /admin
  403 default/no-admin
    in-mesh plain text (no sidecar)
    in-mesh any other account

httpbin.default:8000 /
  allowed
    in-mesh plain text (no sidecar)
    in-mesh any other account
`);
});

test('manifests are read as they are told to be', () => {
  const documents = [gateway([http(['*'])]), virtualService({}), ...policies];
  expect(accessMatrixOf(documents)).toContain('undecided: 403 default/no-admin or allowed');
  expect(accessMatrixOf(documents, { workloads: [{ service: 'httpbin', labels: { app: 'httpbin' }, ports: [{ port: 8000 }] }] })).not.toContain('undecided');
});
