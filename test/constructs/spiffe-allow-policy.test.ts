import { ApiObject, App, Chart, Testing } from 'cdk8s';
import * as fc from 'fast-check';
import { Verdict, verdict } from './policy-reader';
import { EnforcementPoint } from '../../src/constructs/enforcement-point';
import { MutualTlsGateway } from '../../src/constructs/mutual-tls-gateway';
import { SpiffeAllowOptions, SpiffeAllowPolicy, SpiffeAllowPolicyProps } from '../../src/constructs/spiffe-allow-policy';
import { HttpMethod } from '../../src/model/http-method';
import { PathPattern } from '../../src/model/path-pattern';
import { SpiffeId } from '../../src/model/spiffe-id';
import { Workload } from '../../src/resources/workload';
import { fakeGateway } from '../resources/fake-gateway';

const { GET, HEAD, POST } = HttpMethod;
const A = SpiffeId.parse('spiffe://a.example');
const B = SpiffeId.parse('spiffe://b.example/billing');
const CALLER = SpiffeId.ofWorkload({ namespace: 'shop', serviceAccount: 'cart' });
const httpbin = Workload.of({ service: 'httpbin', port: 8000, targetPort: 8080, labels: { app: 'httpbin' }, namespace: 'demo' });
const AT_WORKLOAD = EnforcementPoint.workload(httpbin);

function chart(): Chart {
  return new Chart(Testing.app(), 'chart');
}

function allow(props: Partial<SpiffeAllowPolicyProps> = {}, scope = chart()): SpiffeAllowPolicy {
  return new SpiffeAllowPolicy(scope, 'Allow', { enforceAt: EnforcementPoint.gateway(fakeGateway(['test.com'], { gatewayName: 'edge' }) as any), ...props });
}

function problems(policy: SpiffeAllowPolicy): string[] {
  return policy.node.root.node.findAll().flatMap((node) => node.node.validate());
}

function rulesOf(policy: SpiffeAllowPolicy): any {
  return policy.apiObject.toJson().spec.rules;
}

function judge(policy: SpiffeAllowPolicy, request: { peer?: string[]; host?: string; path?: string; method?: string }): Verdict {
  return verdict(policy.apiObject.toJson().spec, { peer: [A.uri], host: 'test.com', path: '/', method: 'GET', ...request });
}

describe('what is rendered', () => {
  test('at a gateway: a DENY policy for its hosts, for everybody else and for what goes beyond the limits', () => {
    const scope = chart();
    const gateway = MutualTlsGateway.fromGatewayAttributes(scope, 'Gateway', { namespace: 'default', name: 'edge', mutualTlsHosts: ['test.com'] });
    const policy = allow({ enforceAt: EnforcementPoint.gateway(gateway), clients: [A], paths: [PathPattern.tree('/reports')], methods: [GET] }, scope);
    policy.allow(B);
    expect((scope.node.root as App).synthYaml()).toMatchSnapshot();
    expect(policy.policyRef).toBe('istio-system/default.edge-allow');
    expect(ApiObject.of(policy)).toBe(policy.apiObject);
    const hosts = ['test.com', 'test.com:*'];
    expect(policy.apiObject.toJson().spec.action).toBe('DENY');
    expect(rulesOf(policy)).toEqual([
      { from: [{ source: { notPrincipals: ['a.example', 'b.example/billing'] } }], to: [{ operation: { hosts } }] },
      {
        from: [{ source: { principals: ['a.example', 'b.example/billing'] } }],
        to: [{ operation: { hosts, notMethods: ['GET'] } }, { operation: { hosts, notPaths: ['/reports', '/reports/*'] } }],
      },
    ]);
  });

  test('at a workload: an ALLOW policy with one rule for equal limits', () => {
    const scope = chart();
    const policy = allow({ enforceAt: AT_WORKLOAD, clients: [CALLER], metadata: { labels: { team: 'a' } } }, scope);
    const other = SpiffeId.ofWorkload({ namespace: 'shop', serviceAccount: 'stock' });
    policy.allow(other, { paths: [PathPattern.exact('/b'), PathPattern.exact('/a')], methods: [POST, GET] });
    policy.allow(CALLER, { paths: [PathPattern.exact('/a'), PathPattern.exact('/b')], methods: [GET, POST] });
    expect(Testing.synth(scope)).toStrictEqual([{
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'httpbin-allow', namespace: 'demo', labels: { team: 'a' } },
      spec: {
        selector: { matchLabels: { app: 'httpbin' } },
        action: 'ALLOW',
        rules: [
          { from: [{ source: { principals: ['cluster.local/ns/shop/sa/cart', 'cluster.local/ns/shop/sa/stock'] } }], to: [{ operation: { methods: ['GET', 'POST'], paths: ['/a', '/b'] } }] },
          { from: [{ source: { principals: ['cluster.local/ns/shop/sa/cart'] } }] },
        ],
      },
    }]);
    expect(policy.clients.map(String)).toEqual([CALLER.uri, other.uri]);
  });

  test('at a workload with hosts, which may be wildcards', () => {
    const policy = allow({ enforceAt: AT_WORKLOAD, clients: [CALLER], hosts: ['*.example.com', 'httpbin.demo.svc.cluster.local'] });
    expect(policy.apiObject.name).toBe('httpbin.wildcard.example.com.httpbin.demo.svc.cluster.local-allow');
    expect(rulesOf(policy)[0].to[0].operation.hosts).toEqual([
      '*.example.com', '*.example.com:8000', '*.example.com:8080', 'httpbin.demo.svc.cluster.local', 'httpbin.demo.svc.cluster.local:*',
    ]);
    expect(allow({ enforceAt: AT_WORKLOAD, hosts: ['*'] }).apiObject.name).toBe('httpbin.wildcard-allow');
  });

  test('nobody: every request for the hosts is denied at a gateway, every request at a workload', () => {
    expect(rulesOf(allow())).toEqual([{ to: [{ operation: { hosts: ['test.com', 'test.com:*'] } }] }]);
    expect(rulesOf(allow({ enforceAt: EnforcementPoint.gateway(fakeGateway() as any, { everyHost: true }) }))).toEqual([{}]);
    const atWorkload = allow({ enforceAt: AT_WORKLOAD });
    expect(atWorkload.apiObject.toJson().spec).toEqual({ selector: { matchLabels: { app: 'httpbin' } }, action: 'ALLOW', rules: [] });
    expect(problems(atWorkload)).toEqual([]);
  });

  test('an identity with several ways in is limited to their union', () => {
    const policy = allow({ clients: [A], paths: [PathPattern.exact('/a')], methods: [GET] });
    policy.allow(A, { paths: [PathPattern.exact('/b')], methods: [POST] });
    const hosts = ['test.com', 'test.com:*'];
    expect(rulesOf(policy)[1]).toEqual({
      from: [{ source: { principals: ['a.example'] } }],
      to: [
        { operation: { hosts, notMethods: ['GET', 'POST'] } },
        { operation: { hosts, notMethods: ['GET'], notPaths: ['/b'] } },
        { operation: { hosts, notMethods: ['POST'], notPaths: ['/a'] } },
        { operation: { hosts, notPaths: ['/a', '/b'] } },
      ],
    });
  });
});

describe('who gets in at a gateway', () => {
  const limited = () => {
    const policy = allow({ clients: [A], paths: [PathPattern.tree('/reports')], methods: [GET, HEAD] });
    policy.allow(B, { paths: [PathPattern.exact('/billing')], methods: [POST] });
    return policy;
  };

  test.each<[string, Parameters<typeof judge>[1], Verdict]>([
    ['the identity on its path', { path: '/reports/2024' }, Verdict.PASSED],
    ['the identity on its path with a port in Host', { path: '/reports', host: 'test.com:443' }, Verdict.PASSED],
    ['the identity on another path', { path: '/admin' }, Verdict.DENIED],
    ['the identity on a variant of its path', { path: '/Reports' }, Verdict.DENIED],
    ['the identity with another method', { path: '/reports', method: 'POST' }, Verdict.DENIED],
    ['the identity on the path of the other', { path: '/billing', method: 'POST' }, Verdict.DENIED],
    ['the other on its path', { peer: [B.uri], path: '/billing', method: 'POST' }, Verdict.PASSED],
    ['the other on the path of the first', { peer: [B.uri], path: '/reports' }, Verdict.DENIED],
    ['somebody else', { peer: ['spiffe://c'], path: '/reports' }, Verdict.DENIED],
    ['no certificate', { peer: [], path: '/reports' }, Verdict.DENIED],
    ['somebody else with a port in Host', { peer: ['spiffe://c'], path: '/reports', host: 'TEST.com:9' }, Verdict.DENIED],
    ['somebody else on a neighbour\'s host', { peer: ['spiffe://c'], host: 'other.com' }, Verdict.PASSED],
    ['no certificate on a neighbour\'s host', { peer: [], host: 'other.com' }, Verdict.PASSED],
    // Documented: the SAN that is allowed decides, and the limits of each of its identities bind.
    ['a certificate with an allowed and another SAN', { peer: [A.uri, 'spiffe://c'], path: '/reports' }, Verdict.PASSED],
    ['a certificate with both identities, on the path of one', { peer: [A.uri, B.uri], path: '/reports' }, Verdict.DENIED],
  ])('%s', (_name, request, expected) => {
    expect(judge(limited(), request)).toBe(expected);
  });
});

describe('relations are judged at synth', () => {
  test('wildcards, foreign hosts and too many ways in', () => {
    expect(problems(allow({ enforceAt: EnforcementPoint.gateway(fakeGateway(['*.example.com']) as any) }))).toEqual([
      'gateway `default/kyma-mtls-gateway` serves `*.example.com`, and a wildcard cannot limit a DENY policy (`Host: a.example.com:9` would escape it): '
      + 'list the exact hosts in `hosts`, or say `everyHost: true` where the ingress workload serves nothing else',
    ]);
    expect(problems(allow({ hosts: ['b.com'] }))).toEqual(['host `b.com` is not served by gateway `default/edge` (hosts: `test.com`)']);
    const policy = allow();
    for (const path of ['/a', '/b', '/c', '/d', '/e']) policy.allow(A, { paths: [PathPattern.exact(path)] });
    expect(problems(policy)).toEqual([]);
    policy.allow(A, { paths: [PathPattern.exact('/f')] });
    expect(problems(policy)).toEqual(['a client is allowed in 6 different ways: expected at most 5, allow several paths or methods in one call']);
  });

  test('a workload that trusts identity headers', () => {
    const scope = chart();
    new ApiObject(scope, 'Identity', {
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'identity', namespace: 'demo' },
      spec: { selector: { matchLabels: { app: 'httpbin' } }, rules: [{ when: [{ key: 'request.headers[X-CLIENT-SSL-CN]', values: ['CN=a'] }] }] },
    });
    const policy = allow({ enforceAt: AT_WORKLOAD }, scope);
    expect(problems(policy)).toEqual([]);
    policy.allow(CALLER);
    expect(problems(policy)).toEqual([
      'policy `demo/httpbin-allow` admits callers to workload `httpbin`, which trusts the identity headers that policy `demo/identity` reads: '
      + 'they could forge them, use `allowInMesh` of the secured workload',
    ]);
  });

  test('a workload whose Service does not fit is reported once', () => {
    const scope = chart();
    const service = new ApiObject(scope, 'Service', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { selector: { app: 'a' }, ports: [] } });
    const deployment = new ApiObject(scope, 'Deployment', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec: { template: { metadata: { labels: { app: 'a' } } } } });
    const policy = allow({ enforceAt: EnforcementPoint.workload(Workload.fromDeployment(deployment, service)), clients: [CALLER], hosts: ['a.example.com'] }, scope);
    expect(problems(policy)).toEqual(['service `a` has no port `at all` (ports: none): choose one of them']);
    expect(rulesOf(policy)).toEqual([{ from: [{ source: { principals: [CALLER.principal] } }] }]);
  });
});

describe('a value is refused with its cure', () => {
  test.each<[string, object, string]>([
    ['no place', { enforceAt: fakeGateway() }, 'invalid `enforceAt` `[object Object]`: expected EnforcementPoint.gateway(…) or EnforcementPoint.workload(…)'],
    ['clients as text', { clients: 'spiffe://a' }, 'invalid `clients` `spiffe://a`: expected a list of SpiffeId'],
    ['client as text', { clients: ['spiffe://a'] }, "invalid client `spiffe://a`: expected a SpiffeId, such as SpiffeId.parse('spiffe://partner.example/billing')"],
    ['wildcard host', { hosts: ['*.test.com'] }, 'wildcard host `*.test.com` cannot limit a DENY policy: `Host: a.test.com:9` would escape it, list the exact hosts'],
    ['every host', { hosts: ['*'] }, 'host `*` cannot limit a DENY policy: leave the hosts out to deny on all of them'],
    ['no hosts', { hosts: [] }, 'empty list `hosts`: leave the field out to mean all, or give at least one'],
    ['no paths', { paths: [] }, 'empty list `paths`: leave the field out to mean all, or give at least one'],
    ['no methods', { methods: [] }, 'empty list `methods`: leave the field out to mean all, or give at least one'],
  ])('%s', (_name, props, message) => {
    expect(() => allow(props)).toThrow(new Error(message));
  });

  test.each<[string, SpiffeAllowOptions, string]>([
    ['no paths', { paths: [] }, 'empty list `paths`: leave the field out to mean all, or give at least one'],
    ['no methods', { methods: [] }, 'empty list `methods`: leave the field out to mean all, or give at least one'],
  ])('%s for one client', (_name, options, message) => {
    expect(() => allow().allow(A, options)).toThrow(new Error(message));
  });
});

describe('properties', () => {
  const ids = [A, B, SpiffeId.parse('spiffe://c')];
  const grant = fc.record({
    client: fc.constantFrom(...ids),
    paths: fc.option(fc.subarray(['/a', '/b', '/c'], { minLength: 1 }), { nil: undefined }),
    methods: fc.option(fc.subarray([GET, POST], { minLength: 1 }), { nil: undefined }),
  });
  const request = fc.record({
    peer: fc.subarray([...ids.map(({ uri }) => uri), 'spiffe://d'], { maxLength: 1 }),
    path: fc.constantFrom('/a', '/b', '/c', '/d'),
    method: fc.constantFrom('GET', 'POST', 'HEAD'),
    host: fc.constantFrom('test.com', 'test.com:443'),
  });
  const apply = (policy: SpiffeAllowPolicy, grants: { client: SpiffeId; paths?: string[]; methods?: HttpMethod[] }[]) => {
    for (const { client, paths, methods } of grants) policy.allow(client, { paths: paths?.map((path) => PathPattern.exact(path)), methods });
    return policy;
  };

  test('exactlyTheGrantedRequestsPassAtAGateway', () => {
    fc.assert(fc.property(fc.array(grant, { maxLength: 4 }), request, (grants, asked) => {
      const granted = grants.some(({ client, paths, methods }) => asked.peer.includes(client.uri)
        && (paths?.includes(asked.path) ?? true) && (methods?.includes(asked.method as HttpMethod) ?? true));
      expect(judge(apply(allow(), grants), asked)).toBe(granted ? Verdict.PASSED : Verdict.DENIED);
    }), { numRuns: 500 });
  });

  test('gatewayAndWorkloadAdmitTheSame', () => {
    const inMesh = (id: SpiffeId) => SpiffeId.ofWorkload({ namespace: 'shop', serviceAccount: id.trustDomain });
    fc.assert(fc.property(fc.array(grant, { maxLength: 3 }), request, (grants, asked) => {
      const atGateway = judge(apply(allow(), grants), asked);
      const atWorkload = apply(allow({ enforceAt: AT_WORKLOAD }), grants.map((entry) => ({ ...entry, client: inMesh(entry.client) })));
      expect(judge(atWorkload, { ...asked, peer: asked.peer.map((uri) => inMesh(SpiffeId.parse(uri)).uri) })).toBe(atGateway);
    }), { numRuns: 200 });
  });

  test('callOrderNeverMatters', () => {
    const grants = fc.uniqueArray(grant, { maxLength: 4, selector: (entry) => JSON.stringify(entry) });
    const inTwoOrders = grants.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(fc.property(inTwoOrders, ([all, shuffled]) => {
      expect(rulesOf(apply(allow(), shuffled))).toEqual(rulesOf(apply(allow(), all)));
    }), { numRuns: 100 });
  });
});
