import { object, route } from './support';
import { pageOf } from '../../src/checks/page';
import { pointer } from '../../src/checks/pointer';
import { profileOf } from '../../src/checks/profile';
import { MeshProfile, namedProfile } from '../../src/model/mesh-profile';

describe('manifests tell whose mesh they are for', () => {
  const http = (...gateways: string[]) => [{ match: [{ uri: { prefix: '/' } }, { gateways }] }];
  test.each<[string, unknown[], MeshProfile]>([
    ['an APIRule among others', [object('v1', 'ConfigMap', 'x', 'a', {}), object('gateway.kyma-project.io/v2', 'APIRule', 'x', 'a', {})], MeshProfile.KYMA],
    ['one in a List', [{ apiVersion: 'v1', kind: 'List', items: [object('gateway.kyma-project.io/v1alpha1', 'ExternalGateway', 'x', 'a', {})] }], MeshProfile.KYMA],
    ['a route bound to its Gateway', [route({ gateways: ['other', 'kyma-system/kyma-gateway'] })], MeshProfile.KYMA],
    ['a match bound to its Gateway', [route({ http: [{}, ...http('kyma-system/kyma-gateway')] })], MeshProfile.KYMA],
    ['another Gateway of that name', [route({ gateways: ['kyma-gateway'], http: http('default/kyma-gateway') })], MeshProfile.ISTIO],
    ['another group', [object('serverless.kyma-project.io/v1', 'Function', 'x', 'a', {}), object('x.gateway.kyma-project.io/v1', 'APIRule', 'x', 'a', {})], MeshProfile.ISTIO],
    ['an ASMCredential', [object('istio.alibabacloud.com/v1beta1', 'ASMCredential', 'istio-system', 'a', {})], MeshProfile.ASM],
    ['the first that tells', [object('v1', 'Service', 'x', 'a', {}), object('istio.alibabacloud.com/v1', 'IstioGateway', 'istio-system', 'a', {}), object('gateway.kyma-project.io/v2', 'APIRule', 'x', 'a', {})], MeshProfile.ASM],
    ['none', [], MeshProfile.ISTIO],
    ['no objects', [null, 7, 'gateway.kyma-project.io/', [], { apiVersion: 7, spec: { gateways: 'kyma-system/kyma-gateway', http: { match: [] } } }], MeshProfile.ISTIO],
  ])('%s', (_name, documents, profile) => {
    expect(profileOf(documents)).toBe(profile);
  });
});

test('a profile is known by its name', () => {
  expect(['istio', 'kyma', 'asm'].map(namedProfile)).toEqual([MeshProfile.ISTIO, MeshProfile.KYMA, MeshProfile.ASM]);
  expect(() => namedProfile('Kyma')).toThrow('unknown profile `Kyma`: expected one of `istio`, `kyma`, `asm`');
});

test('a field path becomes a JSON pointer, `~` and `/` escaped (RFC 6901)', () => {
  expect(pointer(['metadata', 'annotations', 'a/b~1', 0])).toBe('/metadata/annotations/a~1b~01/0');
  expect(pointer([])).toBe('');
});

test('each check has its page', () => {
  expect(pageOf({ id: 'MTLS001' })).toMatch(/^https:\/\/github\.com\/.*\/docs\/checks\/MTLS001\.md$/);
});
