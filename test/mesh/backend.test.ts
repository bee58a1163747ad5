/* eslint-disable @stylistic/max-len -- tables, one case a line */
import { Decision, Mesh, MeshOptions } from '../../src/authz';
import { gateway, http, ingress, object, plaintext, virtualService, workload, world } from '../authz/support/world';

const request = { host: 'a.test', path: '/', client: plaintext };
const to = (destination: object) => virtualService({ http: [{ route: [{ destination }] }] }, { name: 'route' });
const asked = (documents: any[], options: MeshOptions = {}) => world([gateway([http(['a.test'])]), ...documents], options).evaluate(request);
const open = (documents: any[]) => Mesh.fromManifests([...ingress, gateway([http(['a.test'])]), ...documents], { createdTogether: true }).evaluate(request);
const rule = (spec: object) => object('networking.istio.io/v1', 'DestinationRule', { host: 'httpbin', ...spec }, { name: 'rule' });
const told = ({ outcome, reason, workload: reached }: Decision) => (outcome === 'allowed' ? `reaches ${reached}` : `${outcome}: ${reason}`);
const ports = (...numbers: number[]) => numbers.map((port) => ({ name: `http-${port}`, port, targetPort: 8080 }));

test.each<[string, () => Decision, string]>([
  ['the port that is named', () => asked([to({ host: 'httpbin', port: { number: 8000 } })]), 'reaches default/httpbin'],
  ['the only port', () => asked([to({ host: 'httpbin' })]), 'reaches default/httpbin'],
  ['a port that the Service lacks', () => asked([to({ host: 'httpbin', port: { number: 9 } })]), 'unavailable: VirtualService `default/route` leads nowhere: Service `default/httpbin` has no port 9'],
  ['of two ports that of the listener', () => asked([...workload('two', { ports: ports(80, 81) }), to({ host: 'two' })]), 'reaches default/two'],
  ['of two ports none', () => asked([...workload('two', { ports: ports(81, 82) }), to({ host: 'two' })]), 'unavailable: VirtualService `default/route` leads nowhere: Service `default/two` has no port 80'],
  ['a subset', () => asked([rule({ subsets: [{ name: 'v1', labels: { app: 'httpbin' } }] }), to({ host: 'httpbin', subset: 'v1' })]), 'reaches default/httpbin'],
  ['a subset without pods', () => asked([rule({ subsets: [{ name: 'v2', labels: { version: 'v2' } }] }), to({ host: 'httpbin', subset: 'v2' })]), 'unavailable: VirtualService `default/route` leads nowhere: no pods behind Service `default/httpbin`'],
  ['a subset that nobody made', () => asked([rule({ subsets: [{ name: 'v1', labels: {} }] }), to({ host: 'httpbin', subset: 'v3' })]), 'unavailable: VirtualService `default/route` leads nowhere: no DestinationRule for `httpbin.default.svc.cluster.local` has subset `v3`'],
  ['a port name that no container has', () => asked([...workload('named', { ports: [{ name: 'http', port: 80, targetPort: 'web' }] }), to({ host: 'named' })]), 'unavailable: VirtualService `default/route` leads nowhere: no container of Service `default/named` has a port named `web`'],
  ['a Service that is elsewhere', () => asked([...workload('far', { namespace: 'other' }), to({ host: 'far' })]), 'unavailable: VirtualService `default/route` leads nowhere: there is no Service `default/far`'],
  ['a Service that is elsewhere in open manifests', () => open([...workload('far', { namespace: 'other' }), to({ host: 'far' })]), 'unavailable: VirtualService `default/route` leads nowhere: there is no Service `default/far`, but `other/far`'],
  ['a host outside the mesh', () => asked([to({ host: 'api.example.com' })]), 'unavailable: VirtualService `default/route` leads nowhere: the mesh knows no destination `api.example.com`'],
])('a route to %s', (_what, decide, expected) => {
  expect(told(decide())).toBe(expected);
});

test('a host outside the mesh is open in open manifests', () => {
  const decision = open([to({ host: 'api.example.com' })]);
  expect(decision.alternatives.map((alternative) => [told(alternative), alternative.unless])).toEqual([
    ['reaches api.example.com', []],
    ['unavailable: VirtualService `default/route` leads nowhere: the mesh knows no destination `api.example.com`', ['the mesh knows destination api.example.com']],
  ]);
});

test.each<[string, any[], string]>([
  ['pods', [object('v1', 'Service', { selector: { app: 'x' }, ports: ports(80) }, { name: 'absent' })], 'there are pods with a sidecar behind Service default/absent'],
  ['a Service', [workload('absent')[0]], 'there is a Service default/absent'],
  ['both', [], 'there is a Service default/absent, and pods with a sidecar behind it'],
])('of %s that are not among the manifests the usual is taken for granted, and said', (_what, documents, assumption) => {
  const decision = open([...documents, to({ host: 'absent', port: { number: 80 } })]);
  expect(told(decision)).toBe('reaches default/absent');
  expect(decision.assumptions).toContain(assumption);
});

test('of two workloads behind one Service either may get the request', () => {
  const [first] = workload('one', { labels: { app: 'both' } });
  const [second] = workload('two', { labels: { app: 'both' }, sidecar: false });
  const service = object('v1', 'Service', { selector: { app: 'both' }, ports: ports(80) }, { name: 'both' });
  const strict = object('security.istio.io/v1', 'AuthorizationPolicy', {}, { name: 'nobody' });
  const decision = asked([first, second, service, strict, to({ host: 'both' })]);
  expect(decision.alternatives.map(({ outcome, unless }) => [outcome, unless])).toEqual([
    ['forbidden', []], ['allowed', ['Service default/both sends the request to pods of one']],
  ]);
});

test.each<[string, object, string]>([
  ['DISABLE', { trafficPolicy: { tls: { mode: 'DISABLE' } } }, 'unavailable'],
  ['ISTIO_MUTUAL', { trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } }, 'allowed'],
  ['none', {}, 'allowed'],
])('under a DestinationRule with TLS mode %s a gateway reaches a STRICT workload or not', (_mode, spec, outcome) => {
  const strict = object('security.istio.io/v1', 'PeerAuthentication', { mtls: { mode: 'STRICT' } }, { name: 'strict' });
  expect(asked([strict, rule(spec), to({ host: 'httpbin' })]).outcome).toBe(outcome);
});
