import { mixedClientChecks } from '../../src/checks/mixed-client-checks';
import type { Manifest } from '../../src/mesh/manifest';

const https = (mode: string | undefined, hosts: unknown[], number = 443) => ({ port: { number, name: 'https', protocol: 'HTTPS' }, tls: { mode }, hosts });
const http = (hosts: unknown[], tls?: object) => ({ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts, tls });

function gateway(name: string, servers: unknown, namespace = 'default'): Manifest {
  return { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', namespace, name, spec: () => ({ servers }) };
}

function route(spec: object, namespace = 'default'): Manifest {
  return { apiVersion: 'networking.istio.io/v1beta1', kind: 'VirtualService', namespace, name: 'httpbin', spec: () => ({ http: [{ route: [] }], ...spec }) };
}

const toHttpbin = { hosts: ['test.com'], gateways: ['httpbin'] };

describe('a route that a server without client certificates reaches as well is found', () => {
  test.each<[string, Manifest[]]>([
    ['plain HTTP beside MUTUAL, as in the tutorial', [gateway('httpbin', [http(['*']), https('MUTUAL', ['test.com'])]), route(toHttpbin)]],
    ['SIMPLE beside MUTUAL', [gateway('httpbin', [https('MUTUAL', ['test.com']), https('SIMPLE', ['*'])]), route(toHttpbin)]],
    ['OPTIONAL_MUTUAL beside ISTIO_MUTUAL', [gateway('httpbin', [https('ISTIO_MUTUAL', ['test.com']), https('OPTIONAL_MUTUAL', ['*.com'], 8443)]), route(toHttpbin)]],
    ['two Gateways', [gateway('httpbin', [https('MUTUAL', ['test.com'])]), gateway('open', [http(['*/*.com'])], 'edge'), route({ ...toHttpbin, gateways: ['httpbin', 'edge/open'] })]],
    ['another spelling of the host', [gateway('httpbin', [http(['Test.com']), https('MUTUAL', ['test.com'])]), route(toHttpbin)]],
    ['a wildcard route', [gateway('httpbin', [http(['test.com']), https('MUTUAL', ['test.com'])]), route({ hosts: ['*.com'], gateways: ['./httpbin'] })]],
    ['gateways named in a match', [gateway('httpbin', [http(['*']), https('MUTUAL', ['test.com'])]), route({ hosts: ['test.com'], http: [{ match: [{ gateways: ['httpbin'] }] }] })]],
    ['a server bound to the own namespace', [gateway('httpbin', [http(['./test.com']), https('MUTUAL', ['default/test.com'])]), route(toHttpbin)]],
  ])('%s', (_name, manifests) => {
    const findings = mixedClientChecks(manifests);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ id: 'MTLS012', object: { kind: 'VirtualService' } });
  });

  test('the finding names the host, both servers and the cure', () => {
    const [finding] = mixedClientChecks([gateway('httpbin', [http(['*']), https('MUTUAL', ['test.com'])]), route(toHttpbin)]);
    expect(finding.message).toBe('host `test.com` of VirtualService `default/httpbin` is served with a client certificate on port 443 (MUTUAL) of Gateway `default/httpbin` '
      + 'and without one on port 80 (plain HTTP) of Gateway `default/httpbin`: anybody reaches the workload through the second; '
      + 'close it or let it redirect, or give it hosts or a Gateway of its own');
  });

  test('each host is reported once, however many routes lead there', () => {
    const manifests = [gateway('httpbin', [http(['*']), https('MUTUAL', ['test.com', 'b.com'])]),
      route({ hosts: ['test.com', 'b.com'], gateways: ['httpbin'], http: [{ match: [{}, {}] }, {}] })];
    expect(mixedClientChecks(manifests)).toHaveLength(2);
  });
});

describe('there is no alarm where every way in asks for the certificate', () => {
  test.each<[string, Manifest[]]>([
    ['redirect', [gateway('httpbin', [http(['*'], { httpsRedirect: true }), https('MUTUAL', ['test.com'])]), route(toHttpbin)]],
    ['open server for another host', [gateway('httpbin', [https('SIMPLE', ['a.test']), https('MUTUAL', ['test.com'])]), route(toHttpbin)]],
    ['route bound to one Gateway', [gateway('httpbin', [https('MUTUAL', ['test.com'])]), gateway('open', [http(['*'])]), route(toHttpbin)]],
    ['Gateway of another namespace', [gateway('httpbin', [https('MUTUAL', ['test.com'])]), gateway('httpbin', [http(['*'])], 'edge'), route(toHttpbin)]],
    ['open server of another namespace\'s routes', [gateway('httpbin', [http(['edge/test.com']), https('MUTUAL', ['test.com'])]), route(toHttpbin)]],
    ['entry limited to the port of the closed server', [gateway('httpbin', [http(['*']), https('MUTUAL', ['test.com'])]), route({ ...toHttpbin, http: [{ match: [{ port: 443 }] }] })]],
    ['redirects and direct responses', [gateway('httpbin', [http(['*']), https('MUTUAL', ['test.com'])]), route({ ...toHttpbin, http: [{ redirect: {} }, { directResponse: {} }] })]],
    ['passthrough and TCP servers', [gateway('httpbin', [https(undefined, ['test.com']), https('PASSTHROUGH', ['test.com']), { port: { number: 9, protocol: 'TCP' }, hosts: ['*'] },
      https('MUTUAL', ['test.com'])]), route(toHttpbin)]],
    ['a Gateway of the Gateway API', [{ ...gateway('httpbin', [http(['*']), https('MUTUAL', ['test.com'])]), apiVersion: 'gateway.networking.k8s.io/v1' }, route(toHttpbin)]],
    ['only open servers', [gateway('httpbin', [http(['*'])]), route(toHttpbin)]],
    ['malformed objects', [gateway('a', undefined), gateway('b', [null, {}, { hosts: 'x', port: {} }]), gateway('httpbin', [http([7]), https('MUTUAL', ['test.com'])]),
      route(toHttpbin), route({ hosts: 'x', http: 'y' }), { ...route({}), spec: () => undefined }]],
  ])('%s', (_name, manifests) => {
    expect(mixedClientChecks(manifests)).toEqual([]);
  });
});
