import { mixedClientChecks } from '../../../src/checks/gateway/mixed-client-checks';
import { mixedGateways } from '../../../src/checks/gateway/mixed-gateways';
import { find, gateway, gatewayPods, http, https, Manifest, object, policy, route, TO_HTTPBIN, told } from '../support';

const closed = https('MUTUAL', ['test.com']);

describe('a route that another server of the Gateway serves without client certificate is found', () => {
  test.each<[string, Manifest[]]>([
    ['plain HTTP beside MUTUAL, as in the tutorial', [gateway('httpbin', [http(['*']), closed]), route({})]],
    ['SIMPLE beside MUTUAL', [gateway('httpbin', [closed, https('SIMPLE', ['*'])]), route({})]],
    ['OPTIONAL_MUTUAL beside ISTIO_MUTUAL', [gateway('httpbin', [https('ISTIO_MUTUAL', ['test.com']), https('OPTIONAL_MUTUAL', ['*.com'], {}, { number: 8443 })]), route({})]],
    ['a wildcard route', [gateway('httpbin', [http(['test.com']), closed]), route({ hosts: ['*.com'] })]],
    ['a Gateway named in a match', [gateway('httpbin', [http(['*']), closed]), route({ http: [{ match: [{ gateways: ['default/httpbin'] }], ...TO_HTTPBIN }] })]],
    ['a server bound to the own namespace', [gateway('httpbin', [http(['./test.com']), https('MUTUAL', ['default/test.com'])]), route({})]],
    ['a legacy name of the Gateway', [gateway('httpbin', [http(['*']), closed]), route({ gateways: ['httpbin.default'] })]],
    ['a policy that only looks at other hosts', [gateway('httpbin', [http(['*']), closed]), route({}), denyStrangers(['other.com', 'other.com:*'])]],
    ['an entry for both ports', [gateway('httpbin', [http(['*']), closed]), route({ http: [{ match: [{ port: 80 }, { port: 443 }], ...TO_HTTPBIN }] })]],
    ['a policy for a wildcard, which has no form for any port', [gateway('httpbin', [http(['test.com']), closed]), route({ hosts: ['*.com'] }), denyStrangers(['*.com', '*.com:*'])]],
    ['a policy that the port in `Host` escapes', [gateway('httpbin', [http(['*']), closed]), route({}), denyStrangers(['test.com'])]],
  ])('%s', (_name, manifests) => {
    expect(find(mixedClientChecks, manifests)).toEqual([expect.objectContaining({ path: ['spec', 'hosts', 0], object: expect.objectContaining({ kind: 'VirtualService', name: 'httpbin' }) })]);
    expect(find(mixedGateways, manifests)).toEqual([]);
  });

  test('the finding names the host, both servers, the effect and the cure', () => {
    expect(find(mixedClientChecks, [gateway('httpbin', [http(['*']), closed]), route({})])).toEqual([{
      object: expect.objectContaining({ kind: 'VirtualService', name: 'httpbin' }),
      path: ['spec', 'hosts', 0],
      message: 'host `test.com` of VirtualService `default/httpbin` is served with a client certificate on port 443 (MUTUAL) of Gateway default/httpbin '
        + 'and without one on port 80 (plain HTTP) of Gateway default/httpbin',
      effect: 'anybody reaches the workload through the second',
      cure: 'let server 1 of Gateway `default/httpbin` only redirect (`tls: {httpsRedirect: true}`) or take it away, or give it hosts or a Gateway of its own',
      related: [expect.objectContaining({ kind: 'Gateway', name: 'httpbin' })],
    }]);
  });

  test('a TLS server cannot redirect: it is to demand a certificate', () => {
    expect(find(mixedClientChecks, [gateway('httpbin', [closed, https('SIMPLE', ['*'])]), route({})])[0].cure)
      .toBe('let server 2 of Gateway `default/httpbin` demand a certificate too (`mode: MUTUAL`) or take it away, or give it hosts or a Gateway of its own');
  });

  test('each host is reported once, however many routes lead there', () => {
    const manifests = [gateway('httpbin', [http(['*']), closed, https('MUTUAL', ['b.com'])]), route({ hosts: ['test.com', 'b.com'], http: [{ match: [{ port: 80 }, { port: 443 }], ...TO_HTTPBIN }, TO_HTTPBIN] })];
    expect(find(mixedClientChecks, manifests).map(({ path }) => path[2])).toEqual([0, 1]);
  });
});

describe('there is no alarm where every way in asks for the certificate', () => {
  test.each<[string, Manifest[]]>([
    ['redirect', [gateway('httpbin', [http(['*'], { httpsRedirect: true }), closed]), route({})]],
    ['open server for another host', [gateway('httpbin', [https('SIMPLE', ['a.test']), closed]), route({})]],
    ['open server for another spelling, which Istio takes for another host', [gateway('httpbin', [http(['Test.com']), closed]), route({})]],
    ['route bound to one Gateway', [gateway('httpbin', [closed]), gateway('open', [http(['*'])]), route({})]],
    ['Gateway of another namespace', [gateway('httpbin', [closed]), gateway('httpbin', [http(['*'])], 'edge'), route({})]],
    ['open server of another namespace\'s routes', [gateway('httpbin', [http(['edge/test.com']), closed]), route({})]],
    ['entry limited to the port of the closed server', [gateway('httpbin', [http(['*']), closed]), route({ http: [{ match: [{ port: 443 }], ...TO_HTTPBIN }] })]],
    ['entry limited to another Gateway', [gateway('httpbin', [http(['*']), closed]), route({ http: [{ match: [{ gateways: ['other'] }], ...TO_HTTPBIN }] })]],
    ['redirects and direct responses', [gateway('httpbin', [http(['*']), closed]), route({ http: [{ redirect: { uri: '/' } }, { directResponse: { status: 200 } }] })]],
    ['passthrough and TCP servers', [gateway('httpbin', [https('PASSTHROUGH', ['test.com']), https('AUTO_PASSTHROUGH', ['test.com']),
      { port: { number: 9, name: 'tcp', protocol: 'TCP' }, hosts: ['*'] }, closed]), route({})]],
    ['a Gateway of the Gateway API', [{ ...gateway('httpbin', [http(['*']), closed]), apiVersion: 'gateway.networking.k8s.io/v1' }, route({})]],
    ['only open servers', [gateway('httpbin', [http(['*'])]), route({})]],
    ['a DENY for whoever comes without certificate', [gateway('httpbin', [http(['*']), closed]), route({}), denyStrangers(['Test.com', 'test.com:*'])]],
    ['the same for all hosts', [gateway('httpbin', [http(['*']), closed]), route({}), denyStrangers([])]],
    ['the same for any host that is named', [gateway('httpbin', [http(['*']), closed]), route({}), denyStrangers(['*'])]],
    ['an ALLOW for certificates only', [gateway('httpbin', [http(['*']), closed]), route({}),
      policy('AuthorizationPolicy', 'edge', { rules: [{ from: [{ source: { principals: ['*'] } }] }] }, 'istio-system')]],
    ['malformed objects', [gateway('a', undefined), gateway('b', [null, {}, { hosts: 'x', port: {} }]), route({ hosts: 'x', http: 'y' }), object('networking.istio.io/v1', 'VirtualService', 'default', 'x', {}), {}]],
  ])('%s', (_name, manifests) => {
    expect(told(mixedClientChecks, manifests)).toEqual([]);
    expect(told(mixedGateways, manifests)).toEqual([]);
  });
});

describe('a policy closes the open server only where it applies to the gateway', () => {
  const manifests = [gateway('httpbin', [http(['*']), closed]), route({})];
  const rules = (all: object[], action = 'DENY', name = 'edge', namespace = 'istio-system') => policy('AuthorizationPolicy', name, { action, rules: all }, namespace);
  test.each<[string, Manifest, number]>([
    ['namespace of the pods', denyStrangers([]), 0],
    ['another namespace', denyStrangers([], 'default'), 1],
    ['dry run', { ...denyStrangers([]), metadata: { namespace: 'istio-system', name: 'edge', annotations: { 'istio.io/dry-run': 'true' } } }, 1],
    ['one more condition', policy('AuthorizationPolicy', 'edge', { action: 'DENY', rules: [{ ...strangers(), when: [{ key: 'connection.sni', values: ['a'] }] }] }, 'istio-system'), 1],
    ['one more field', policy('AuthorizationPolicy', 'edge', { action: 'DENY', rules: [{ from: [{ source: { notPrincipals: ['*'], namespaces: ['a'] } }] }] }, 'istio-system'), 1],
    ['some methods only', policy('AuthorizationPolicy', 'edge', { action: 'DENY', rules: [{ ...strangers(), to: [{ operation: { hosts: ['test.com', 'test.com:*'], methods: ['GET'] } }] }] }, 'istio-system'), 1],
    ['an ALLOW for strangers', rules([strangers()], 'ALLOW'), 1],
    ['one of two rules', rules([{ ...strangers(), to: [{ operation: { paths: ['/a'] } }] }, strangers()]), 0],
    ['one of two sources', rules([{ from: [{ source: { principals: ['a'] } }, ...strangers().from] }]), 0],
    ['strangers of another kind', rules([{ from: [{ source: { notNamespaces: ['*'] } }] }]), 1],
    ['a principal that nobody has', rules([{ from: [{ source: { principals: ['a'], notPrincipals: ['*'] } }] }]), 1],
    ['one of two operations', rules([{ ...strangers(), to: [{ operation: { paths: ['/a'] } }, { operation: { hosts: ['test.com', 'test.com:*'] } }] }]), 0],
    ['paths that read like the host', rules([{ ...strangers(), to: [{ operation: { paths: ['test.com', 'test.com:*'] } }] }]), 1],
    ['all other hosts but one', rules([{ ...strangers(), to: [{ operation: { hosts: ['test.com', 'test.com:*'], notHosts: ['test.com'] } }] }]), 1],
    ['an ALLOW for certificates from some addresses', rules([{ from: [{ source: { ipBlocks: ['10.0.0.0/8'], principals: ['*'] } }] }], 'ALLOW'), 0],
    ['an ALLOW for some addresses', rules([{ from: [{ source: { ipBlocks: ['10.0.0.0/8'] } }] }], 'ALLOW'), 1],
    ['an ALLOW for all certificates but one', rules([{ from: [{ source: { notPrincipals: ['a'] } }] }], 'ALLOW'), 1],
    ['an ALLOW for certificates and some addresses', rules([{ from: [{ source: { principals: ['*'] } }, { source: { ipBlocks: ['10.0.0.0/8'] } }] }], 'ALLOW'), 1],
    ['an ALLOW with a rule for anybody', policy('AuthorizationPolicy', 'edge', { rules: [{ from: [{ source: { principals: ['*'] } }] }, { to: [{ operation: { paths: ['/'] } }] }] }, 'istio-system'), 1],
  ])('%s', (_name, guard, findings) => {
    expect(find(mixedClientChecks, [...manifests, guard])).toHaveLength(findings);
  });

  test('an ALLOW for anybody undoes one for certificates', () => {
    const certificates = rules([{ from: [{ source: { principals: ['*'] } }] }], 'ALLOW');
    expect(find(mixedClientChecks, [...manifests, certificates, rules([{}], 'ALLOW', 'open')])).toHaveLength(1);
    expect(find(mixedClientChecks, [...manifests, certificates])).toEqual([]);
  });

  test('all pods that serve the Gateway have to be guarded, and no others', () => {
    const guard = rules([strangers()], 'DENY', 'edge', 'edge');
    const others = [gatewayPods('other', { istio: 'other' }, 'other'), gateway('other', [http(['*'])], 'default', { selector: { istio: 'other' } })];
    expect(find(mixedClientChecks, [...manifests, gatewayPods('edge'), guard, ...others])).toEqual([]);
    expect(find(mixedClientChecks, [...manifests, gatewayPods('edge'), guard, gatewayPods('second')])).toHaveLength(1);
  });

  test('pods that are known and have other labels are not guarded', () => {
    const pods = object('v1', 'Pod', 'istio-system', 'gateway', { metadata: { namespace: 'istio-system', name: 'gateway', labels: { istio: 'ingressgateway' } }, spec: { containers: [{ name: 'istio-proxy' }] } });
    const elsewhere = policy('AuthorizationPolicy', 'edge', { selector: { matchLabels: { app: 'other' } }, action: 'DENY', rules: [strangers()] }, 'istio-system');
    expect(find(mixedClientChecks, [...manifests, pods, elsewhere])).toHaveLength(1);
    expect(find(mixedClientChecks, [...manifests, pods, denyStrangers([])])).toHaveLength(0);
  });
});

describe('a route that is bound to two Gateways of different strictness is found', () => {
  const two = [gateway('httpbin', [closed]), gateway('open', [http(['*/*.com'])], 'edge')];

  test('the finding names the binding to take away', () => {
    expect(find(mixedGateways, [...two, route({ gateways: ['httpbin', 'edge/open'] })])).toEqual([{
      object: expect.objectContaining({ kind: 'VirtualService', name: 'httpbin' }),
      path: ['spec', 'gateways', 1],
      message: 'VirtualService `default/httpbin` serves host `test.com` with a client certificate on port 443 (MUTUAL) of Gateway default/httpbin and without one on port 80 (plain HTTP) of Gateway edge/open',
      effect: 'anybody reaches the workload through the second',
      cure: 'bind the route to `default/httpbin` only, or let server 1 of Gateway `edge/open` only redirect (`tls: {httpsRedirect: true}`) or take it away',
      related: [expect.objectContaining({ name: 'httpbin' }), expect.objectContaining({ name: 'open' })],
    }]);
  });

  test('it is this one finding, and names the first closed server in the order of the manifests', () => {
    const bound = [...two, gateway('a', [closed]), route({ gateways: ['edge/open', 'a', 'httpbin'] })];
    expect(told(mixedClientChecks, bound)).toEqual([]);
    expect(told(mixedGateways, bound)).toEqual([expect.stringContaining('443 (MUTUAL) of Gateway default/httpbin and')]);
  });

  test.each<[string, Manifest[]]>([
    ['routes of its own for each', [...two, route({ gateways: ['httpbin', 'edge/open'], http: [{ match: [{ gateways: ['httpbin'] }], ...TO_HTTPBIN }, { match: [{ gateways: ['edge/open'] }], redirect: { scheme: 'https' } }] })]],
    ['the second redirects', [gateway('httpbin', [closed]), gateway('open', [http(['*'], { httpsRedirect: true })], 'edge'), route({ gateways: ['httpbin', 'edge/open'] })]],
    ['both demand a certificate', [gateway('httpbin', [closed]), gateway('open', [https('MUTUAL', ['test.com'])], 'edge'), route({ gateways: ['httpbin', 'edge/open'] })]],
    ['a policy closes the second', [...two, route({ gateways: ['httpbin', 'edge/open'] }), denyStrangers([])]],
  ])('silent: %s', (_name, manifests) => {
    expect(told(mixedGateways, manifests)).toEqual([]);
    expect(told(mixedClientChecks, manifests)).toEqual([]);
  });
});

function strangers(): { from: object[] } {
  return { from: [{ source: { notPrincipals: ['*'] } }] };
}

function denyStrangers(hosts: readonly string[], namespace = 'istio-system'): Manifest {
  return policy('AuthorizationPolicy', 'edge', { selector: { matchLabels: { istio: 'ingressgateway' } }, action: 'DENY', rules: [{ ...strangers(), ...(hosts.length > 0 ? { to: [{ operation: { hosts } }] } : {}) }] }, namespace);
}
