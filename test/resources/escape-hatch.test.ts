import { App, Chart, JsonPatch, Testing } from 'cdk8s';
import { JwtKeys } from '../../src/model/jwt-keys';
import { AuthorizationPolicy } from '../../src/resources/authorization-policy';
import { Destination } from '../../src/resources/destination';
import { DestinationRule } from '../../src/resources/destination-rule';
import type { MeshResource } from '../../src/resources/mesh-resource';
import { PeerAuthentication } from '../../src/resources/peer-authentication';
import { RequestAuthentication } from '../../src/resources/request-authentication';
import { VirtualService } from '../../src/resources/virtual-service';

const selector = { app: 'a' };
const destination = Destination.service('a', 80);
const keys = JwtKeys.fromUri('https://idp.test/keys');

describe('fields of the CRD that are not modelled can be patched in', () => {
  test.each<[string, (chart: Chart) => MeshResource, string, unknown]>([
    ['VirtualService', (chart) => new VirtualService(chart, 'a', { hosts: ['a.test'], mesh: true, http: [{ destinations: [{ destination }] }] }),
      '/spec/http/0/fault', { abort: { httpStatus: 503, percentage: { value: 1 } } }],
    ['DestinationRule', (chart) => new DestinationRule(chart, 'a', { destination, subsets: [{ name: 'v1', labels: selector }] }),
      '/spec/trafficPolicy', { loadBalancer: { simple: 'LEAST_REQUEST' } }],
    ['AuthorizationPolicy', (chart) => AuthorizationPolicy.denyAll(chart, 'a'), '/spec/targetRefs', [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'g' }]],
    ['RequestAuthentication', (chart) => new RequestAuthentication(chart, 'a', { selector, rules: [{ issuer: 'i', keys }] }),
      '/spec/jwtRules/0/spaceDelimitedClaims', ['roles']],
    ['RequestAuthentication, keys', (chart) => new RequestAuthentication(chart, 'a', { selector, rules: [{ issuer: 'i', keys }] }),
      '/spec/jwtRules/0/jwksUri', 'https://other.test/keys'],
    ['PeerAuthentication', (chart) => new PeerAuthentication(chart, 'a', { selector }), '/spec/portLevelMtls', { 8080: { mode: 'DISABLE' } }],
  ])('%s', (_, make, path, value) => {
    const chart = new Chart(new App(), 'chart');
    const resource = make(chart);
    resource.apiObject.addJsonPatch(JsonPatch.add(path, value));
    const [object] = Testing.synth(chart);
    expect(path.slice(1).split('/').reduce((part, key) => part[key], object)).toStrictEqual(value);
  });
});
