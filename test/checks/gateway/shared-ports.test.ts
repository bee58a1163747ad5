import { clashingServerNames } from '../../../src/checks/gateway/clashing-server-names';
import { mixedProtocols } from '../../../src/checks/gateway/mixed-protocols';
import { repeatedHost } from '../../../src/checks/gateway/repeated-host';
import { repeatedRedirectHost } from '../../../src/checks/gateway/repeated-redirect-host';
import { twinHosts } from '../../../src/checks/gateway/twin-hosts';
import { find, gateway, gatewayPods, http, https, Manifest, object, route, told } from '../support';

const CHECKS = { repeatedHost, clashingServerNames, mixedProtocols, repeatedRedirectHost, twinHosts };
const redirect = (hosts: string[], name = 'http') => http(hosts, { httpsRedirect: true }, { name });
const aged = (manifest: Manifest, creationTimestamp: string) => ({ ...manifest, metadata: { ...manifest.metadata as object, creationTimestamp } });
const service = (ports: object[]) => object('v1', 'Service', 'istio-system', 'edge', { spec: { selector: { istio: 'ingressgateway' }, ports } });

function silent(manifests: Manifest[]): void {
  for (const [name, check] of Object.entries(CHECKS)) expect({ [name]: told(check, manifests) }).toEqual({ [name]: [] });
}

describe('MTLS009: one TLS host in two servers', () => {
  test('the finding names both, and stands at the one that comes later', () => {
    expect(find(repeatedHost, [gateway('b', [https('MUTUAL', ['other.test', 'test.com'])]), gateway('a', [https('SIMPLE', ['test.com'])])])).toEqual([{
      object: expect.objectContaining({ name: 'b' }),
      path: ['spec', 'servers', 0, 'hosts', 1],
      message: 'host `test.com` of server 1 of Gateway `default/b` (port 443) is also in server 1 of Gateway `default/a` (port 443)',
      effect: 'Istio drops the server of the younger Gateway whole: none of its hosts is served by it',
      cure: 'let one of them serve the host',
      related: [expect.objectContaining({ name: 'a' })],
    }]);
  });

  test('age comes before names', () => {
    const [older, younger] = [aged(gateway('b', [https('SIMPLE', ['test.com'])]), '2026-01-01T00:00:00Z'), aged(gateway('a', [https('SIMPLE', ['test.com'])]), '2026-02-01T00:00:00Z')];
    expect(find(repeatedHost, [younger, older]).map(({ object: { name } }) => name)).toEqual(['a']);
  });

  test('within one Gateway there is no other object', () => {
    const [finding] = find(repeatedHost, [gateway('a', [https('SIMPLE', ['test.com']), https('MUTUAL', ['test.com'])])]);
    expect(finding).toMatchObject({ path: ['spec', 'servers', 1, 'hosts', 0] });
    expect(finding).not.toHaveProperty('related');
  });

  test('each pair is told once, however many pods serve it, and each loser of its own', () => {
    const three = ['a', 'b', 'c'].map((name) => gateway(name, [https('SIMPLE', ['test.com'])], 'default', {}));
    expect(find(repeatedHost, [...three, gatewayPods('x', { a: 'x' }), gatewayPods('y', { a: 'y' })]).map(({ object: { name }, related }) => [name, related?.[0].name])).toEqual([['b', 'a'], ['c', 'a']]);
  });

  test.each<[string, Manifest[], number]>([
    ['ports that the Service leads to one', [gateway('a', [https('SIMPLE', ['test.com'])]), gateway('b', [https('SIMPLE', ['test.com'], {}, { number: 8443 })]), gatewayPods('istio-system'),
      service([{ name: 'a', port: 443, targetPort: 8443 }, { name: 'b', port: 8443, targetPort: 8443 }])], 1],
    ['ports that the Service keeps apart', [gateway('a', [https('SIMPLE', ['test.com'])]), gateway('b', [https('SIMPLE', ['test.com'], {}, { number: 8443 })]), gatewayPods('istio-system'),
      service([{ name: 'a', port: 443, targetPort: 4443 }, { name: 'b', port: 8443, targetPort: 8443 }])], 0],
    ['`./h` and `ns/h` of one namespace', [gateway('a', [https('SIMPLE', ['./test.com'])]), gateway('b', [https('SIMPLE', ['default/test.com'])])], 1],
    ['`*/h` and `h`', [gateway('a', [https('SIMPLE', ['*/test.com'])]), gateway('b', [https('SIMPLE', ['test.com'])])], 1],
    ['other hosts', [gateway('a', [https('SIMPLE', ['test.com'])]), gateway('b', [https('SIMPLE', ['*.com'])])], 0],
    ['other pods', [gateway('a', [https('SIMPLE', ['test.com'])]), gateway('b', [https('SIMPLE', ['test.com'])], 'default', { selector: { istio: 'internal' } })], 0],
    ['another address', [gateway('a', [https('SIMPLE', ['test.com'])]), gateway('b', [{ ...https('SIMPLE', ['test.com']), bind: '10.0.0.1' }])], 0],
    ['one server twice the host', [gateway('a', [https('SIMPLE', ['test.com', 'test.com'])])], 0],
  ])('%s', (_name, manifests, count) => {
    expect(find(repeatedHost, manifests)).toHaveLength(count);
    expect(told(repeatedRedirectHost, manifests)).toEqual([]);
  });
});

test('two ports that only the charts of Istio are known to lead to one are a warning', () => {
  const two = (first: object, second: object) => [gateway('a', [first]), gateway('b', [second])];
  const severities = (check: typeof repeatedHost, manifests: Manifest[]) => find(check, manifests).map(({ severity }) => severity);
  const other = { number: 8443, name: 'other' };
  expect(severities(repeatedHost, two(https('SIMPLE', ['a.test']), https('SIMPLE', ['a.test'], {}, other)))).toEqual(['warning']);
  expect(severities(clashingServerNames, two(https('SIMPLE', ['a.test']), https('SIMPLE', ['A.test'], {}, other)))).toEqual(['warning']);
  expect(severities(mixedProtocols, two(https('SIMPLE', ['a.test']), http(['b.test'], undefined, other)))).toEqual(['warning']);
  const known = [gatewayPods('istio-system'), service([{ name: 'a', port: 443, targetPort: 8443 }, { name: 'b', port: 8443, targetPort: 8443 }])];
  expect(severities(repeatedHost, [...two(https('SIMPLE', ['a.test']), https('SIMPLE', ['a.test'], {}, other)), ...known])).toEqual([undefined]);
});

describe('MTLS056: one host in two redirects', () => {
  test('the redirect of the younger Gateway is dropped', () => {
    const manifests = [gateway('a', [redirect(['a.test'])]), gateway('b', [redirect(['b.test', 'a.test'])])];
    expect(find(repeatedRedirectHost, manifests)).toEqual([{
      object: expect.objectContaining({ name: 'b' }),
      path: ['spec', 'servers', 0, 'hosts', 1],
      message: 'host `a.test` of server 1 of Gateway `default/b` (port 80) is also in server 1 of Gateway `default/a` (port 80)',
      effect: 'Istio drops the redirect of the younger Gateway whole: its other hosts are answered in plain text or with 404',
      cure: 'let one of them serve the host',
      related: [expect.objectContaining({ name: 'a' })],
    }]);
    expect(told(repeatedHost, manifests)).toEqual([]);
  });

  test('silent where the hosts differ, and beside a server that does not redirect', () => {
    silent([gateway('a', [redirect(['a.test'])]), gateway('b', [redirect(['b.test'])]), gateway('c', [http(['a.test'])])]);
  });
});

describe('MTLS010: two servers for one server name', () => {
  test('a route without TLS termination may take a server name below a host of its Gateway', () => {
    const sni = route({ hosts: ['a.test'], gateways: ['tcp'], http: undefined, tls: [{ match: [{ sniHosts: ['a.test'] }], route: [{ destination: { host: 'httpbin' } }] }] });
    const manifests = [gateway('tcp', [https('PASSTHROUGH', ['b.test', '*.test'], { credentialName: undefined })]), gateway('web', [https('SIMPLE', ['a.test'])]), sni];
    expect(told(clashingServerNames, manifests)).toEqual([
      'Gateway default/web spec.servers.0.hosts.0: host `a.test` of server 1 of Gateway `default/web` and host `*.test` of server 1 of Gateway `default/tcp` are one server name on port 443',
    ]);
  });

  test.each<[string, string, string]>([
    ['two namespaces', 'ns1/test.com', 'ns2/test.com'],
    ['with and without namespace', 'ns1/test.com', 'test.com'],
    ['letter case', 'test.com', 'Test.COM'],
    ['every host', 'ns1/*', '*'],
  ])('%s', (_name, first, second) => {
    const manifests = [gateway('a', [https('MUTUAL', [first])]), gateway('b', [https('SIMPLE', ['other.test']), https('SIMPLE', second === '*' ? [second] : ['x.test', second])])];
    expect(find(clashingServerNames, manifests)).toEqual([{
      object: expect.objectContaining({ name: 'b' }),
      path: ['spec', 'servers', 1, 'hosts', second === '*' ? 0 : 1],
      message: `host \`${second}\` of server 2 of Gateway \`default/b\` and host \`${first}\` of server 1 of Gateway \`default/a\` are one server name on port 443`,
      effect: 'Envoy refuses the listener: nothing that is new on the port is served, under no host, and after a restart nothing at all',
      cure: 'let one of them serve the host, or write it in both in the same way',
      related: [expect.objectContaining({ name: 'a' })],
    }]);
    expect(told(twinHosts, manifests)).toEqual([]);
    expect(told(repeatedHost, manifests)).toEqual([]);
  });

  test('silent for other names, other ports and plain HTTP', () => {
    silent([gateway('a', [https('MUTUAL', ['ns1/test.com'])]), gateway('b', [https('SIMPLE', ['ns2/a.test.com']), https('SIMPLE', ['test.com'], {}, { number: 9443 })]), gateway('c', [http(['ns1/a.test', 'A.test'])]),
      gateway('d', [http(['ns2/a.test'])])]);
  });
});

describe('MTLS057: one host in two spellings', () => {
  test('in one server', () => {
    const manifests = [gateway('a', [https('MUTUAL', ['x.test', 'a.test', 'A.test'])])];
    expect(find(twinHosts, manifests)).toEqual([{
      object: expect.objectContaining({ name: 'a' }),
      path: ['spec', 'servers', 0, 'hosts', 2],
      message: 'server 1 of Gateway `default/a` has host `a.test` and host `A.test`',
      effect: 'Envoy refuses the listener: nothing that is new on the port is served, under no host, and after a restart nothing at all',
      cure: 'keep the one in lower case',
      patch: [{ op: 'remove', path: '/spec/servers/0/hosts/2' }],
    }]);
    expect(told(clashingServerNames, manifests)).toEqual([]);
  });

  test.each([[['A.test', 'a.test']], [['A.test', 'a.Test']], [['a.test', 'A.test', 'a.Test']]])('the patch takes the other of two away, where it is plain which: %j', (hosts) => {
    const [{ patch }] = find(twinHosts, [gateway('a', [https('MUTUAL', hosts)])]);
    expect(patch).toEqual(hosts[1] === 'a.test' ? [{ op: 'remove', path: '/spec/servers/0/hosts/0' }] : undefined);
  });

  test('silent for a host that is there twice in one spelling, and in plain HTTP', () => {
    silent([gateway('a', [https('MUTUAL', ['a.test', 'a.test'])]), gateway('b', [http(['b.test', 'B.test'])])]);
  });
});

describe('MTLS011: with and without TLS on one port', () => {
  const secure = https('SIMPLE', ['a.test']);
  const plain = http(['b.test'], undefined, { number: 443 });

  test('TLS first: the port answers plain text too', () => {
    expect(find(mixedProtocols, [gateway('a', [secure]), gateway('b', [plain])])).toEqual([{
      object: expect.objectContaining({ name: 'b' }),
      path: ['spec', 'servers', 0, 'port'],
      message: 'server 1 of Gateway `default/b` (port 443, HTTP) and server 1 of Gateway `default/a` (port 443, HTTPS) share a port of the gateway\'s pods',
      effect: 'the TLS port answers plain text too, and if the age of the Gateways were the other way round, not TLS any more',
      cure: 'give one of them another port',
      related: [expect.objectContaining({ name: 'a' })],
    }]);
  });

  test('plain HTTP first: the TLS server is dropped', () => {
    expect(find(mixedProtocols, [gateway('a', [plain]), gateway('b', [secure])])).toEqual([{
      object: expect.objectContaining({ name: 'b' }),
      path: ['spec', 'servers', 0, 'port'],
      message: 'server 1 of Gateway `default/b` (port 443, HTTPS) and server 1 of Gateway `default/a` (port 443, HTTP) share a port of the gateway\'s pods',
      effect: 'Istio drops the server that comes later, and which one that is the age of the Gateways decides: its hosts are not served, or without TLS',
      cure: 'give one of them another port',
      related: [expect.objectContaining({ name: 'a' })],
    }]);
  });

  test('silent on two ports', () => {
    silent([gateway('a', [secure, http(['b.test'])])]);
  });
});

test('the Gateway of the Kyma module gets no findings, and another is compared with it', () => {
  const bound = route({ gateways: ['kyma-system/kyma-gateway'], hosts: ['a.example.com'] });
  const [finding, ...more] = find(repeatedHost, [bound, gateway('z', [https('MUTUAL', ['*.example.com'])])]);
  expect(finding).toMatchObject({ object: { name: 'z' } });
  expect(finding).not.toHaveProperty('related');
  expect(more).toEqual([]);
  expect(told(repeatedHost, [bound, gateway('a', [https('MUTUAL', ['*.example.com'])])])).toEqual([]);
});
