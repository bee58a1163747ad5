import { ApiObject, Chart, JsonPatch, Testing, YamlOutputType } from 'cdk8s';
import * as fc from 'fast-check';
import { Verdict, verdict } from './policy-reader';
import { EnforcementPoint } from '../../src/constructs/enforcement-point';
import { MutualTlsGateway } from '../../src/constructs/mutual-tls-gateway';
import { SpiffeDenyPolicy, SpiffeDenyPolicyProps, WithoutCertificate } from '../../src/constructs/spiffe-deny-policy';
import { HttpMethod } from '../../src/model/http-method';
import { PathPattern } from '../../src/model/path-pattern';
import { SpiffeId } from '../../src/model/spiffe-id';
import { Workload } from '../../src/resources/workload';
import { fakeGateway } from '../resources/fake-gateway';

const CLIENT = SpiffeId.parse('spiffe://test.client');
const OTHER = SpiffeId.parse('spiffe://partner.example/billing');
const CALLER = SpiffeId.ofWorkload({ namespace: 'shop', serviceAccount: 'cart' });
const TEAPOT = PathPattern.exact('/status/418');
const httpbin = Workload.of({ service: 'httpbin', port: 8000, targetPort: 8080, labels: { app: 'httpbin' }, namespace: 'demo' });

function chart(): Chart {
  return new Chart(Testing.app({ yamlOutputType: YamlOutputType.FILE_PER_CHART }), 'chart');
}

const AT_TEST_COM = () => EnforcementPoint.gateway(fakeGateway(['test.com'], { gatewayName: 'httpbin' }) as any);

function deny(props: Partial<SpiffeDenyPolicyProps> = {}, scope = chart()): SpiffeDenyPolicy {
  return new SpiffeDenyPolicy(scope, 'Deny', { enforceAt: AT_TEST_COM(), clients: [CLIENT], ...props });
}

function problems(policy: SpiffeDenyPolicy): string[] {
  return policy.node.root.node.findAll().flatMap((node) => node.node.validate());
}

function judge(policy: SpiffeDenyPolicy, request: { peer?: string[]; host?: string; path?: string; method?: string }): Verdict {
  return verdict(policy.apiObject.toJson().spec, { peer: ['spiffe://test.client'], host: 'test.com', path: '/status/418', method: 'GET', ...request });
}

describe('what is rendered', () => {
  test('the policy of the tutorial, in the namespace of the gateway\'s pods', () => {
    const scope = chart();
    const gateway = MutualTlsGateway.fromGatewayAttributes(scope, 'Gateway', { namespace: 'default', name: 'httpbin', mutualTlsHosts: ['test.com'] });
    const policy = deny({ enforceAt: EnforcementPoint.gateway(gateway), paths: [TEAPOT] }, scope);
    expect((scope.node.root as any).synthYaml()).toMatchSnapshot();
    expect(policy.policyRef).toBe('istio-system/default.httpbin-deny-status-418');
    expect(ApiObject.of(policy)).toBe(policy.apiObject);
    const { spec } = policy.apiObject.toJson();
    expect(spec.selector.matchLabels).toEqual({ app: 'istio-ingressgateway', istio: 'ingressgateway' });
    expect(spec.rules.map(({ from }: any) => from[0].source)).toEqual([{ notPrincipals: ['*'] }, { principals: ['test.client'] }]);
    expect(spec.rules.map(({ to }: any) => to[0].operation.hosts)).toEqual([['test.com', 'test.com:*'], ['test.com', 'test.com:*']]);
  });

  test('everything at once, at a workload', () => {
    const scope = chart();
    const policy = deny({
      enforceAt: EnforcementPoint.workload(httpbin),
      clients: [CALLER],
      hosts: ['httpbin.demo.svc.cluster.local'],
      exceptPaths: [PathPattern.tree('/public')],
      methods: [HttpMethod.POST, HttpMethod.GET],
      withoutCertificate: WithoutCertificate.LEAVE,
      metadata: { labels: { team: 'a' }, annotations: { note: 'b' } },
    }, scope);
    expect(Testing.synth(scope)).toStrictEqual([{
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'httpbin.httpbin.demo.svc.cluster.local-deny-except-public', namespace: 'demo', labels: { team: 'a' }, annotations: { note: 'b' } },
      spec: {
        selector: { matchLabels: { app: 'httpbin' } },
        action: 'DENY',
        rules: [{
          from: [{ source: { principals: ['cluster.local/ns/shop/sa/cart'] } }],
          to: [{
            operation: {
              hosts: ['httpbin.demo.svc.cluster.local', 'httpbin.demo.svc.cluster.local:*'],
              methods: ['GET', 'HEAD', 'POST'],
              notPaths: ['/public', '/public/*'],
            },
          }],
        }],
      },
    }]);
    expect(policy.policyRef).toBe('demo/httpbin.httpbin.demo.svc.cluster.local-deny-except-public');
  });

  test('nothing but the identity, on every host of a gateway that has its proxy for itself', () => {
    const policy = deny({ enforceAt: EnforcementPoint.gateway(fakeGateway(['*.example.com']) as any, { everyHost: true }) });
    expect(policy.apiObject.toJson().spec.rules).toEqual([
      { from: [{ source: { notPrincipals: ['*'] } }] },
      { from: [{ source: { principals: ['test.client'] } }] },
    ]);
    expect(problems(policy)).toEqual([]);
    expect(policy.policyRef).toBe('istio-system/default.kyma-mtls-gateway-deny');
  });

  test('given hosts are in the name, guarded at the gateway and the only ones', () => {
    const gateway = fakeGateway(['*.example.com', 'test.com']);
    const policy = deny({ enforceAt: EnforcementPoint.gateway(gateway as any), hosts: ['b.example.com', 'a.example.com', 'a.example.com'] });
    expect(policy.apiObject.name).toBe('default.kyma-mtls-gateway.a.example.com.b.example.com-deny');
    expect(gateway.guarded).toEqual(['a.example.com', 'b.example.com']);
    expect(policy.apiObject.toJson().spec.rules[0].to[0].operation.hosts).toEqual(['a.example.com', 'a.example.com:*', 'b.example.com', 'b.example.com:*']);
    expect(problems(policy)).toEqual([]);
  });

  test('a field that is not modelled can be set', () => {
    const scope = chart();
    deny({}, scope).apiObject.addJsonPatch(JsonPatch.add('/metadata/annotations', { 'istio.io/dry-run': 'true' }));
    expect(Testing.synth(scope)[0].metadata.annotations).toEqual({ 'istio.io/dry-run': 'true' });
  });

  test('getters return copies', () => {
    const policy = deny();
    policy.clients.push(OTHER);
    expect(policy.clients.map(String)).toEqual(['spiffe://test.client']);
  });
});

describe('who is denied', () => {
  test.each<[string, Partial<SpiffeDenyPolicyProps>, Parameters<typeof judge>[1], Verdict]>([
    ['the identity on the path', { paths: [TEAPOT] }, {}, Verdict.DENIED],
    ['the identity on the path, with a port in Host', { paths: [TEAPOT] }, { host: 'test.com:9' }, Verdict.DENIED],
    ['the identity on the path, in an upper-case Host', { paths: [TEAPOT] }, { host: 'TEST.com' }, Verdict.DENIED],
    ['the identity on another path', { paths: [TEAPOT] }, { path: '/status/200' }, Verdict.PASSED],
    ['the identity on a longer segment', { paths: [TEAPOT] }, { path: '/status/4180' }, Verdict.PASSED],
    ['the identity on a neighbour\'s host', { paths: [TEAPOT] }, { host: 'other.com' }, Verdict.PASSED],
    ['another identity', { paths: [TEAPOT] }, { peer: ['spiffe://partner.example/billing'] }, Verdict.PASSED],
    ['a certificate with both', { paths: [TEAPOT] }, { peer: ['spiffe://partner.example/billing', 'spiffe://test.client'] }, Verdict.DENIED],
    ['a certificate without SAN, known by its subject', { paths: [TEAPOT] }, { peer: ['CN=test.client'] }, Verdict.PASSED],
    ['no certificate', { paths: [TEAPOT] }, { peer: [] }, Verdict.DENIED],
    ['no certificate on another path', { paths: [TEAPOT] }, { peer: [], path: '/status/200' }, Verdict.PASSED],
    ['no certificate on a neighbour\'s host', { paths: [TEAPOT] }, { peer: [], host: 'other.com' }, Verdict.PASSED],
    ['no certificate, left to the gateway', { paths: [TEAPOT], withoutCertificate: WithoutCertificate.LEAVE }, { peer: [] }, Verdict.PASSED],
    ['the identity by HEAD where GET is denied', { methods: [HttpMethod.GET] }, { method: 'HEAD' }, Verdict.DENIED],
    ['the identity by POST where GET is denied', { methods: [HttpMethod.GET] }, { method: 'POST' }, Verdict.PASSED],
    ['the identity by GET where HEAD is denied', { methods: [HttpMethod.HEAD] }, {}, Verdict.PASSED],
    ['the identity on a kept path', { exceptPaths: [TEAPOT] }, {}, Verdict.PASSED],
    ['the identity on a variant of a kept path', { exceptPaths: [TEAPOT] }, { path: '/status//418' }, Verdict.DENIED],
    ['the identity beside the kept paths', { exceptPaths: [TEAPOT] }, { path: '/status/200' }, Verdict.DENIED],
    ['another identity beside the kept paths', { exceptPaths: [TEAPOT] }, { path: '/status/200', peer: ['spiffe://partner.example/billing'] }, Verdict.PASSED],
    // What paths cannot close, and `warnings` says.
    ['the identity with an inner doubled slash', { paths: [TEAPOT] }, { path: '/status//418' }, Verdict.PASSED],
    ['the identity with an encoded slash', { paths: [TEAPOT] }, { path: '/status%2F418' }, Verdict.PASSED],
  ])('%s', (_name, props, request, expected) => {
    expect(judge(deny(props), request)).toBe(expected);
  });
});

describe('relations are judged at synth', () => {
  test('no client at all', () => {
    const policy = deny({ clients: [] });
    expect(problems(policy)).toEqual(['spiffe deny policy has no clients `[]`: name at least one identity to deny']);
    policy.deny(CLIENT);
    expect(problems(policy)).toEqual([]);
  });

  test('a gateway of a wildcard host', () => {
    expect(problems(deny({ enforceAt: EnforcementPoint.gateway(fakeGateway(['*.example.com', 'a.example.com']) as any) }))).toEqual([
      'gateway `default/kyma-mtls-gateway` serves `*.example.com`, and a wildcard cannot limit a DENY policy (`Host: a.example.com:9` would escape it): '
      + 'list the exact hosts in `hosts`, or say `everyHost: true` where the ingress workload serves nothing else',
    ]);
  });

  test('a gateway without hosts', () => {
    expect(problems(deny({ enforceAt: EnforcementPoint.gateway(fakeGateway([]) as any) }))).toEqual(['gateway `default/kyma-mtls-gateway` serves no hosts: name the hosts of the policy in `hosts`']);
  });

  test('a host that the gateway does not serve', () => {
    expect(problems(deny({ hosts: ['test.com', 'b.com'] }))).toEqual(['host `b.com` is not served by gateway `default/httpbin` (hosts: `test.com`)']);
  });
});

describe('a value is refused with its cure', () => {
  test.each<[string, object, string]>([
    ['no place', { enforceAt: undefined }, 'invalid `enforceAt` `undefined`: expected EnforcementPoint.gateway(…) or EnforcementPoint.workload(…)'],
    ['clients as text', { clients: 'spiffe://a' }, 'invalid `clients` `spiffe://a`: expected a list of SpiffeId'],
    ['client as text', { clients: ['spiffe://a'] }, "invalid client `spiffe://a`: expected a SpiffeId, such as SpiffeId.parse('spiffe://partner.example/billing')"],
    ['no client', { clients: [null] }, "invalid client `null`: expected a SpiffeId, such as SpiffeId.parse('spiffe://partner.example/billing')"],
    ['no hosts', { hosts: [] }, 'empty list `hosts`: leave the field out to mean all, or give at least one'],
    ['host as text', { hosts: 'test.com' }, 'invalid `hosts` `test.com`: expected a list'],
    ['host', { hosts: ['Test.com'] }, 'invalid host `Test.com`: expected its lower-case form `test.com`'],
    ['wildcard host', { hosts: ['*.test.com'] }, 'wildcard host `*.test.com` cannot limit a DENY policy: `Host: a.test.com:9` would escape it, list the exact hosts'],
    ['wildcard host at a workload', { enforceAt: EnforcementPoint.workload(httpbin), clients: [CALLER], hosts: ['*.test.com'] }, 'wildcard host `*.test.com` cannot limit a DENY policy: `Host: a.test.com:9` would escape it, list the exact hosts'],
    ['hosts beside everyHost', { enforceAt: EnforcementPoint.gateway(fakeGateway() as any, { everyHost: true }), hosts: ['a.com', 'b.com'] }, '`hosts` beside `everyHost`: expected one of them (hosts: `a.com`, `b.com`)'],
    ['no paths', { paths: [] }, 'empty list `paths`: leave the field out to mean all, or give at least one'],
    ['path as text', { paths: ['/a'] }, "invalid path `/a` in `paths`: expected a PathPattern, such as PathPattern.exact('/status/418')"],
    ['kept path as text', { exceptPaths: ['/a'] }, "invalid path `/a` in `exceptPaths`: expected a PathPattern, such as PathPattern.exact('/status/418')"],
    ['both kinds of paths', { paths: [TEAPOT], exceptPaths: [TEAPOT] }, '`paths` beside `exceptPaths`: expected one of them'],
    ['a template that goes on after the rest', { paths: [PathPattern.template('/a/{**}/b')] }, 'template `/a/{**}/b` cannot be denied together with what is below it: end it with `{**}`, or use `exceptPaths`'],
    ['no methods', { methods: [] }, 'empty list `methods`: leave the field out to mean all, or give at least one'],
    ['lower-case method', { methods: ['get'] }, 'invalid HTTP method `get`: expected `GET` (Envoy compares methods case-sensitively)'],
    ['withoutCertificate', { withoutCertificate: 'ALLOW' }, 'invalid `withoutCertificate` `ALLOW`: expected WithoutCertificate.DENY or .LEAVE'],
    [
      'namespace',
      { metadata: { namespace: 'default' } },
      'policy in namespace `default` cannot select the pods of gateway `default/httpbin`, which run in `istio-system`: leave `metadata.namespace` out',
    ],
    [
      'an outer identity at a workload',
      { enforceAt: EnforcementPoint.workload(httpbin) },
      'client `spiffe://test.client` is no identity of the mesh (`spiffe://cluster.local/ns/<namespace>/sa/<service account>`): workload `httpbin` sees the gateway '
      + "as the caller, never the client behind it; enforce the policy where the client's certificate is seen, with `EnforcementPoint.gateway`",
    ],
    [
      'an identity of another mesh at a workload',
      { enforceAt: EnforcementPoint.workload(httpbin, { trustDomain: 'mesh.example' }), clients: [CALLER] },
      'client `spiffe://cluster.local/ns/shop/sa/cart` is no identity of the mesh (`spiffe://mesh.example/ns/<namespace>/sa/<service account>`): workload `httpbin` sees the gateway '
      + "as the caller, never the client behind it; enforce the policy where the client's certificate is seen, with `EnforcementPoint.gateway`",
    ],
    [
      'an identity of the mesh at a gateway',
      { clients: [CALLER] },
      'client `spiffe://cluster.local/ns/shop/sa/cart` has an identity of the mesh: gateway `default/httpbin` sees the certificates of its own trust anchor, '
      + 'never that of a sidecar; enforce the policy at the called workload with `EnforcementPoint.workload`',
    ],
  ])('%s', (_name, props, message) => {
    expect(() => deny(props)).toThrow(new Error(message));
  });

  test.each<[string, () => unknown, string]>([
    ['no gateway', () => EnforcementPoint.gateway(undefined as any), 'gateway `undefined` does not verify client certificates: expected a MutualTlsGateway, because a SPIFFE ID that nobody verified means nothing'],
    ['a gateway that verifies nobody', () => EnforcementPoint.gateway(fakeGateway([], { verifiesClientCertificates: false }) as any), 'gateway `default/kyma-mtls-gateway` does not verify client certificates: expected a MutualTlsGateway, because a SPIFFE ID that nobody verified means nothing'],
    ['everyHost', () => EnforcementPoint.gateway(fakeGateway() as any, { everyHost: 'yes' as any }), 'invalid `everyHost` `yes`: expected true or false'],
    ['workload', () => EnforcementPoint.workload('httpbin' as any), 'invalid workload `httpbin`: expected a Workload, such as Workload.of({ service, port, labels })'],
    ['trust domain', () => EnforcementPoint.workload(httpbin, { trustDomain: 'A' }), 'invalid trust domain `A`: expected lower-case letters, digits, `.`, `-` and `_`'],
  ])('%s', (_name, make, message) => {
    expect(make).toThrow(new Error(message));
  });
});

describe('what is left open is said', () => {
  const warning = (paths: string) => `paths cannot close inner \`//\`, \`%2F\` and letter case, so variants of ${paths} escape policy \`istio-system/default.httpbin-deny-status-418\` `
    + 'where the workload takes them for the same: use `exceptPaths`, `routeGuard()` in front of the routes, or a SpiffeAllowPolicy';

  test('for paths, and no longer once a route guard is asked for', () => {
    const policy = deny({ paths: [TEAPOT] });
    expect(policy.warnings).toEqual([warning('`/status/418`')]);
    policy.routeGuard();
    expect(policy.warnings).toEqual([]);
  });

  test.each<[string, Partial<SpiffeDenyPolicyProps>]>([
    ['every path', {}],
    ['every path by name', { paths: [PathPattern.tree('/')] }],
    ['all but some paths', { exceptPaths: [TEAPOT] }],
  ])('not for %s', (_name, props) => {
    expect(deny(props).warnings).toEqual([]);
  });
});

describe('properties', () => {
  const segment = fc.stringMatching(/^[a-z0-9_-]{1,6}$/);
  const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => `/${segments.join('/')}`);
  const pattern = fc.tuple(fc.constantFrom('exact', 'tree', 'prefix' as const), path).map(([kind, text]) => PathPattern[kind as 'exact'](text));
  const variant = fc.constantFrom(
    (text: string) => text, (text: string) => `${text}/`, (text: string) => `${text}/below`, (text: string) => `${text};x=1`, (text: string) => `/${text}`, (text: string) => `/${text}/`,
  );

  test('everyDeniedPathVariantIsCovered', () => {
    fc.assert(fc.property(pattern, variant, (denied, change) => {
      const [text] = denied.allowValues();
      expect(judge(deny({ paths: [denied] }), { path: change(text.replace(/\*$/, '')) })).toBe(Verdict.DENIED);
    }), { numRuns: 200 });
  });

  test('everyPatternThatIsTakenIsRendered', () => {
    const part = fc.oneof(fc.stringMatching(/^[A-Za-z0-9\-._~!$&'()+,;=:@[\]%]{0,5}$/), fc.constantFrom('{*}', '{**}', 'b%2Fc'));
    const text = fc.array(part, { maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
    fc.assert(fc.property(fc.constantFrom('exact', 'tree', 'prefix', 'template'), text, fc.constantFrom('paths', 'exceptPaths'), (kind, value, field) => {
      let policy: SpiffeDenyPolicy;
      try {
        policy = deny({ [field]: [PathPattern[kind as 'exact'](value)] });
      } catch (error) {
        expect((error as Error).message).toMatch(/^(invalid path|template) `/);
        return;
      }
      expect(policy.apiObject.toJson().spec.rules).toHaveLength(2);
      if (field === 'paths') expect(policy.routeGuard().directResponse).toEqual({ status: 403 });
    }), { numRuns: 1000 });
  });

  test('addingAClientNeverNarrowsTheDeny', () => {
    const client = fc.constantFrom('test.client', 'partner.example/billing', 'a.b', 'c');
    const peer = fc.array(client.map((id) => `spiffe://${id}`), { maxLength: 2 });
    const request = fc.record({ peer, host: fc.constantFrom('test.com', 'test.com:443', 'other.com'), path });
    fc.assert(fc.property(fc.array(client, { minLength: 1, maxLength: 3 }), client, fc.option(pattern), request, (clients, added, limit, asked) => {
      const policy = deny({ clients: clients.map((id) => SpiffeId.parse(`spiffe://${id}`)), ...(limit && { paths: [limit] }) });
      const before = judge(policy, asked);
      policy.deny(SpiffeId.parse(`spiffe://${added}`));
      expect(before === Verdict.DENIED && judge(policy, asked) === Verdict.PASSED).toBe(false);
    }), { numRuns: 200 });
  });

  test('callOrderNeverMatters', () => {
    const ids = ['test.client', 'partner.example/billing', 'a.b', 'c'].map((id) => SpiffeId.parse(`spiffe://${id}`));
    const render = (clients: SpiffeId[]) => {
      const policy = deny({ clients: clients.slice(0, 1), paths: [TEAPOT] });
      clients.slice(1).forEach((client) => policy.deny(client));
      return policy.apiObject.toJson();
    };
    fc.assert(fc.property(fc.shuffledSubarray(ids, { minLength: ids.length }), fc.subarray(ids), (order, again) => {
      expect(render([...order, ...again])).toEqual(render(ids));
    }), { numRuns: 50 });
  });
});
