import { object, route } from './support';
import { pageOf } from '../../src/checks/page';
import { pointer } from '../../src/checks/pointer';
import { usesKyma } from '../../src/checks/profile';

describe('manifests are for Kyma', () => {
  const http = (...gateways: string[]) => [{ match: [{ uri: { prefix: '/' } }, { gateways }] }];
  test.each<[string, unknown[], boolean]>([
    ['an APIRule among others', [object('v1', 'ConfigMap', 'x', 'a', {}), object('gateway.kyma-project.io/v2', 'APIRule', 'x', 'a', {})], true],
    ['one in a List', [{ apiVersion: 'v1', kind: 'List', items: [object('gateway.kyma-project.io/v1alpha1', 'ExternalGateway', 'x', 'a', {})] }], true],
    ['a route bound to its Gateway', [route({ gateways: ['other', 'kyma-system/kyma-gateway'] })], true],
    ['a match bound to its Gateway', [route({ http: [{}, ...http('kyma-system/kyma-gateway')] })], true],
    ['another Gateway of that name', [route({ gateways: ['kyma-gateway'], http: http('default/kyma-gateway') })], false],
    ['another group', [object('serverless.kyma-project.io/v1', 'Function', 'x', 'a', {}), object('x.gateway.kyma-project.io/v1', 'APIRule', 'x', 'a', {})], false],
    ['none', [], false],
    ['no objects', [null, 7, 'gateway.kyma-project.io/', [], { apiVersion: 7, spec: { gateways: 'kyma-system/kyma-gateway', http: { match: [] } } }], false],
  ])('%s', (_name, documents, kyma) => {
    expect(usesKyma(documents)).toBe(kyma);
  });
});

test('a field path becomes a JSON pointer, `~` and `/` escaped (RFC 6901)', () => {
  expect(pointer(['metadata', 'annotations', 'a/b~1', 0])).toBe('/metadata/annotations/a~1b~01/0');
  expect(pointer([])).toBe('');
});

test('each check has its page', () => {
  expect(pageOf({ id: 'MTLS001' })).toMatch(/^https:\/\/github\.com\/.*\/docs\/checks\/MTLS001\.md$/);
});
