import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diffAccess } from '../../src/diff';
import { parseDocuments } from '../../src/mesh/documents';

const root = join(__dirname, '..', '..');
const read = (file: string): any[] => parseDocuments(readFileSync(join(root, file), 'utf8'));
const platform = read('test/tutorials-as-written/platform.yaml');
const secured = [...platform, ...read('examples/000-cert-secured-workload/manifests/cert-secured-workload.k8s.yaml')];
const denied = [...platform, ...read('examples/004-spiffe-deny/manifests/spiffe-deny.k8s.yaml')];
const bearers = [...platform, ...read('examples/002-jwt-secured-workload/manifests/own-gateway.k8s.yaml')];
const copy = (documents: any[]): any[] => JSON.parse(JSON.stringify(documents));
const find = (documents: any[], kind: string, name: string) => documents.find((each) => each.kind === kind && each.metadata.name === name);
const story = (before: any[], after: any[]) => diffAccess(before, after).changes.map(({ kind, callers, place, operations, objects }) => (
  `${kind} | ${callers.join('; ')} | ${place} | ${operations.join('; ')} | ${objects.join(', ')}`
));

test('the same manifests, in another order and with what the API server writes, change nothing', () => {
  const stored = copy(secured).reverse().map((each) => ({ ...each, metadata: { ...each.metadata, uid: '1', resourceVersion: '7' }, status: { x: 1 } }));
  expect(diffAccess(secured, stored)).toMatchObject({ changes: [], objects: [] });
});

test('another subject: one certificate gains what the other loses, by the policy', () => {
  const after = copy(secured);
  find(after, 'AuthorizationPolicy', 'httpbin.httpbin-vs.example.com').spec.rules[0].when[0].values = ['O=Partner,CN=batch'];
  const policy = 'AuthorizationPolicy default/httpbin.httpbin-vs.example.com changed';
  expect(story(secured, after).filter((text) => !text.includes('in-mesh'))).toEqual([
    `gains | certificate O=Partner,CN=batch | httpbin-vs.example.com | GET, OPTIONS / | ${policy}`,
    `loses | certificate O=Example,CN=client | httpbin-vs.example.com | GET, OPTIONS / | ${policy}`,
  ]);
});

test('of several changed objects the one that does it is told', () => {
  const after = copy(secured).filter(({ kind, metadata }) => kind !== 'PeerAuthentication' || metadata.name !== 'httpbin');
  find(after, 'VirtualService', 'function.function-vs.example.com').spec.http[0].timeout = '1s';
  const [policy] = [find(after, 'AuthorizationPolicy', 'httpbin.httpbin-vs.example.com')];
  delete policy.spec.rules[0].from;
  const { changes, objects } = diffAccess(secured, after);
  expect(objects.map(({ text, how }) => `${text} ${how}`)).toEqual([
    'AuthorizationPolicy default/httpbin.httpbin-vs.example.com changed', 'PeerAuthentication default/httpbin removed', 'VirtualService default/function.function-vs.example.com changed',
  ]);
  expect(changes.map(({ kind, place, objects: by }) => [kind, place.split(' ')[0], by.length])).toContainEqual(['gains', 'httpbin.default:8000', 1]);
  expect(changes.flatMap((change) => change.objects)).not.toContain('VirtualService default/function.function-vs.example.com changed');
});

test('a removed DENY, an added route and a new host are gains; a missing Gateway is a loss', () => {
  const open = copy(denied).filter(({ kind, metadata }) => kind !== 'AuthorizationPolicy' || !metadata.name.includes('deny'));
  find(open, 'VirtualService', 'httpbin').spec.http.shift();
  expect(story(denied, open)).toContainEqual(expect.stringMatching(/^gains \| certificate spiffe:\/\/test\.client \| test\.com \| .*\/status\/418.* \| VirtualService default\/httpbin changed|^gains/));
  const host = copy(bearers);
  const gateway = find(host, 'Gateway', 'httpbin-gateway');
  gateway.spec.servers[0].hosts.push('new.example.com');
  host.push({ ...copy([find(host, 'VirtualService', 'httpbin.httpbin.example.com')])[0], metadata: { name: 'new', namespace: 'default' } });
  host[host.length - 1].spec = { hosts: ['new.example.com'], gateways: ['default/httpbin-gateway'], http: [{ route: [{ destination: { host: 'helloworld-v1.default.svc.cluster.local' } }] }] };
  expect(story(bearers, host)).toContainEqual(expect.stringContaining('new.example.com'));
  const without = bearers.filter(({ kind }) => kind !== 'Gateway');
  const lost = diffAccess(bearers, without).changes;
  // The Gateway may be somewhere else, as far as the manifests tell.
  expect(new Set(lost.map(({ kind }) => kind))).toEqual(new Set(['open']));
  expect(lost.every(({ objects }) => objects.includes('Gateway default/httpbin-gateway removed'))).toBe(true);
});

test('another audience of an issuer: the tokens for the one that was asked for lose', () => {
  const after = copy(bearers);
  after.filter(({ kind }) => kind === 'RequestAuthentication').forEach(({ spec }) => { spec.jwtRules[0].audiences = ['other']; });
  const told = story(bearers, after).filter((text) => !text.includes('in-mesh'));
  expect(told).toContainEqual(expect.stringMatching(/^loses \| .*token of \S+ for audience example/));
});
