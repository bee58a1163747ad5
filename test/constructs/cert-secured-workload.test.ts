import { ApiObject, App, Chart, Duration, Testing, YamlOutputType } from 'cdk8s';
import { TestGateway } from './test-gateway';
import { CertSecuredWorkload } from '../../src/constructs/cert-secured-workload';
import type { CertSecuredWorkloadProps } from '../../src/constructs/cert-secured-workload';
import { TlsGateway } from '../../src/constructs/tls-gateway';
import { Audience } from '../../src/model/audience';
import { CertificateIdentity } from '../../src/model/certificate-identity';
import { ClaimRequirement } from '../../src/model/claim-requirement';
import { DistinguishedName } from '../../src/model/distinguished-name';
import { HttpMethod } from '../../src/model/http-method';
import { IDENTITY_HEADER_SPELLINGS } from '../../src/model/identity-header-names';
import { IngressGateway } from '../../src/model/ingress-gateway';
import { JwtKeys } from '../../src/model/jwt-keys';
import { PathPattern } from '../../src/model/path-pattern';
import { SpiffeId } from '../../src/model/spiffe-id';
import { StringMatch } from '../../src/model/string-match';
import { TokenLocation } from '../../src/model/token-location';
import { Workload } from '../../src/resources/workload';

const GATEWAY = 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account';
const httpbin = Workload.of({ service: 'httpbin', port: 8000, labels: { app: 'httpbin' } });
const client = CertificateIdentity.subject(DistinguishedName.fromOpenSsl('/CN=client/O=Example'));
const other = CertificateIdentity.subject(DistinguishedName.fromOpenSsl('/CN=other/O=Example'));
const billing = CertificateIdentity.spiffe(SpiffeId.parse('spiffe://partner.example/billing'));
const issued = CertificateIdentity.subjectAndIssuer(DistinguishedName.fromOpenSsl('/CN=client'), DistinguishedName.fromOpenSsl('/CN=ca'));
const token = {
  issuers: [{ issuer: 'https://idp.example.com', keys: JwtKeys.fromUri('https://idp.example.com/keys'), audience: Audience.of('httpbin') }],
};

function app(): { app: App; chart: Chart } {
  const it = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
  return { app: it, chart: new Chart(it, 'chart') };
}

function secured(props: Partial<CertSecuredWorkloadProps> = {}): CertSecuredWorkload {
  return new CertSecuredWorkload(app().chart, 'Httpbin', { gateway: new TestGateway(), host: 'httpbin.example.com', workload: httpbin, ...props });
}

function synth(construct: CertSecuredWorkload): any[] {
  return Testing.synth(Chart.of(construct));
}

function only(objects: any[], kind: string): any {
  const found = objects.filter((object) => object.kind === kind);
  expect(found).toHaveLength(1);
  return found[0];
}

const rulesOf = (construct: CertSecuredWorkload): any[] => only(synth(construct), 'AuthorizationPolicy').spec.rules;

describe('what is rendered', () => {
  test('the golden file of every option', () => {
    const { app: it, chart } = app();
    const workload = new CertSecuredWorkload(chart, 'Httpbin', {
      gateway: new TestGateway(),
      host: 'httpbin.example.com',
      workload: httpbin,
      allow: [{ identity: client }, { identity: other }, { identity: issued }, { identity: billing, paths: [PathPattern.tree('/reports')], methods: [HttpMethod.GET] }],
      token: { issuers: [{ ...token.issuers[0], claims: [ClaimRequirement.oneOf('groups', 'admin')], forwardToken: true }] },
      route: {
        paths: [PathPattern.tree('/api')],
        rewrite: '/',
        timeout: Duration.seconds(10),
        retries: { attempts: 3, perTryTimeout: Duration.millis(500), retryOn: '5xx' },
        cors: { allowOrigins: [StringMatch.exact('https://shop.example.com')], allowMethods: [HttpMethod.GET] },
        split: [{ workload: Workload.of({ service: 'canary', port: 80, labels: { app: 'canary' } }), weight: 10 }],
      },
      metadata: { labels: { team: 'web' }, annotations: { owner: 'ops' } },
    });
    workload.allowInMesh({ caller: SpiffeId.ofWorkload({ namespace: 'shop', serviceAccount: 'checkout' }), paths: [PathPattern.exact('/status')] });
    expect(it.synthYaml()).toMatchSnapshot();
  });

  test('policy, mutual TLS and route of one workload, in this order', () => {
    const objects = synth(secured({ allow: [{ identity: client }] }));
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toStrictEqual([
      'AuthorizationPolicy default/httpbin.httpbin.example.com',
      'PeerAuthentication default/httpbin',
      'VirtualService default/httpbin.httpbin.example.com',
    ]);
    expect(only(objects, 'AuthorizationPolicy').spec).toStrictEqual({
      action: 'ALLOW',
      selector: { matchLabels: { app: 'httpbin' } },
      rules: [{
        from: [{ source: { principals: [GATEWAY] } }],
        to: [{ operation: { hosts: ['httpbin.example.com', 'httpbin.example.com:*'] } }],
        when: [{ key: 'request.headers[X-CLIENT-SSL-CN]', values: ['O=Example,CN=client'] }],
      }],
    });
    expect(only(objects, 'PeerAuthentication').spec).toStrictEqual({ selector: { matchLabels: { app: 'httpbin' } }, mtls: { mode: 'STRICT' } });
  });

  test('the route removes all 24 spellings and sets the three headers', () => {
    const { spec } = only(synth(secured()), 'VirtualService');
    expect(spec).toStrictEqual({
      hosts: ['httpbin.example.com'],
      gateways: ['platform/edge'],
      http: [{
        route: [{ destination: { host: 'httpbin.default.svc.cluster.local', port: { number: 8000 } } }],
        headers: {
          request: {
            remove: [...IDENTITY_HEADER_SPELLINGS],
            set: {
              'X-CLIENT-SSL-CN': '%DOWNSTREAM_PEER_SUBJECT%',
              'X-CLIENT-SSL-SAN': '%DOWNSTREAM_PEER_URI_SAN%',
              'X-CLIENT-SSL-ISSUER': '%DOWNSTREAM_PEER_ISSUER%',
            },
          },
        },
      }],
    });
    expect(spec.http[0].headers.request.remove).toHaveLength(24);
  });

  test('nobody granted is a policy with a selector and no rules', () => {
    expect(only(synth(secured()), 'AuthorizationPolicy').spec).toStrictEqual({ action: 'ALLOW', selector: { matchLabels: { app: 'httpbin' } } });
    expect(only(synth(secured({ allow: [] })), 'AuthorizationPolicy').spec).not.toHaveProperty('rules');
  });

  test('grants with the same limits and the same kind of identity share a rule', () => {
    const construct = secured({ allow: [{ identity: other }, { identity: client }, { identity: billing }, { identity: issued }] });
    construct.allow({ identity: client });
    expect(rulesOf(construct).map(({ when }) => when)).toStrictEqual([
      [{ key: 'request.headers[X-CLIENT-SSL-CN]', values: ['CN=client'] }, { key: 'request.headers[X-CLIENT-SSL-ISSUER]', values: ['CN=ca'] }],
      [{ key: 'request.headers[X-CLIENT-SSL-CN]', values: ['O=Example,CN=client', 'O=Example,CN=other'] }],
      [{ key: 'request.headers[X-CLIENT-SSL-SAN]', values: ['spiffe://partner.example/billing'] }],
    ]);
  });

  test('subjects of two issuers do not mix', () => {
    const elsewhere = CertificateIdentity.subjectAndIssuer(DistinguishedName.fromOpenSsl('/CN=b'), DistinguishedName.fromOpenSsl('/CN=ca2'));
    const rules = rulesOf(secured({ allow: [{ identity: issued }, { identity: elsewhere }] }));
    const pairs = rules.map(({ when }) => when.map(({ values }: any) => values[0]));
    expect(pairs).toStrictEqual([['CN=b', 'CN=ca2'], ['CN=client', 'CN=ca']]);
  });

  test('paths and methods limit a grant', () => {
    const limits = { paths: [PathPattern.tree('/reports'), PathPattern.exact('/')], methods: [HttpMethod.PUT, HttpMethod.GET] };
    const [rule] = rulesOf(secured({ allow: [{ identity: client, ...limits }] }));
    expect(rule.to).toStrictEqual([{
      operation: { hosts: ['httpbin.example.com', 'httpbin.example.com:*'], paths: ['/', '/reports', '/reports/*'], methods: ['GET', 'PUT'] },
    }]);
  });

  test('a wildcard host lists the ports of the gateway and is not guarded', () => {
    const gateway = new TestGateway(['*.example.com'], true, 'edge', 'platform', [443, 8443]);
    const construct = secured({ gateway, host: '*.apps.example.com', allow: [{ identity: client }] });
    expect(rulesOf(construct)[0].to[0].operation.hosts).toStrictEqual(['*.apps.example.com', '*.apps.example.com:443', '*.apps.example.com:8443']);
    expect(construct.policy.name).toBe('httpbin.wildcard.apps.example.com');
    expect(gateway.guarded).toStrictEqual([]);
  });

  test('an exact host is guarded by the gateway', () => {
    const gateway = new TestGateway();
    secured({ gateway });
    expect(gateway.guarded).toStrictEqual(['httpbin.example.com']);
  });

  test('a token is demanded in the same rule', () => {
    const issuers = [
      { ...token.issuers[0], claims: [ClaimRequirement.oneOf('groups', 'b', 'a')] },
      { issuer: 'https://b.example/', keys: JwtKeys.fromUri('https://b.example/keys'), audience: Audience.any('shared by all teams') },
    ];
    const construct = secured({ allow: [{ identity: client }], token: { issuers } });
    const objects = synth(construct);
    expect(only(objects, 'AuthorizationPolicy').spec.rules).toStrictEqual([
      {
        from: [{ source: { principals: [GATEWAY], requestPrincipals: ['https://b.example//*'] } }],
        to: [{ operation: { hosts: ['httpbin.example.com', 'httpbin.example.com:*'] } }],
        when: [{ key: 'request.headers[X-CLIENT-SSL-CN]', values: ['O=Example,CN=client'] }],
      },
      {
        from: [{ source: { principals: [GATEWAY], requestPrincipals: ['https://idp.example.com/*'] } }],
        to: [{ operation: { hosts: ['httpbin.example.com', 'httpbin.example.com:*'] } }],
        when: [
          { key: 'request.auth.audiences', values: ['httpbin'] },
          { key: 'request.auth.claims[groups]', values: ['a', 'b'] },
          { key: 'request.headers[X-CLIENT-SSL-CN]', values: ['O=Example,CN=client'] },
        ],
      },
    ]);
    const authentication = only(objects, 'RequestAuthentication');
    expect(authentication.metadata.annotations).toStrictEqual({ 'cdk8s-istio-security/any-audience': 'https://b.example/: shared by all teams' });
    expect(authentication.spec).toStrictEqual({
      selector: { matchLabels: { app: 'httpbin' } },
      jwtRules: [
        { issuer: 'https://b.example/', jwksUri: 'https://b.example/keys', fromHeaders: [{ name: 'Authorization', prefix: 'Bearer ' }] },
        { issuer: 'https://idp.example.com', jwksUri: 'https://idp.example.com/keys', audiences: ['httpbin'], fromHeaders: [{ name: 'Authorization', prefix: 'Bearer ' }] },
      ],
    });
    expect(construct.requestAuthentication!.name).toBe('httpbin.httpbin.example.com');
  });

  test('names, labels and annotations can be set, the namespace is that of the workload', () => {
    const workload = Workload.of({ service: 'httpbin', port: 8000, labels: { app: 'httpbin' }, namespace: 'demo' });
    const objects = synth(secured({ workload, token, metadata: { name: 'open', labels: { team: 'web' }, annotations: { owner: 'ops' } } }));
    expect(objects.map(({ kind, metadata }) => [kind, metadata.name, metadata.namespace])).toStrictEqual([
      ['AuthorizationPolicy', 'open', 'demo'], ['RequestAuthentication', 'open', 'demo'], ['PeerAuthentication', 'httpbin', 'demo'], ['VirtualService', 'open', 'demo'],
    ]);
    for (const { metadata } of objects) expect(metadata).toMatchObject({ labels: { team: 'web' }, annotations: { owner: 'ops' } });
  });

  test('a route may live in another namespace than the workload', () => {
    const workload = Workload.of({ service: 'httpbin', port: 8000, labels: { app: 'httpbin' }, namespace: 'demo' });
    const objects = synth(secured({ workload, metadata: { namespace: 'routes' } }));
    expect(objects.map(({ metadata }) => metadata.namespace)).toStrictEqual(['demo', 'demo', 'routes']);
    expect(only(objects, 'VirtualService').spec.http[0].route[0].destination.host).toBe('httpbin.demo.svc.cluster.local');
  });

  test('metadata.namespace is that of a workload which names none', () => {
    expect(synth(secured({ metadata: { namespace: 'demo' } })).map(({ metadata }) => metadata.namespace)).toStrictEqual(['demo', 'demo', 'demo']);
  });

  test('every object can be patched', () => {
    const construct = secured({ token });
    for (const resource of [construct.policy, construct.virtualService, construct.requestAuthentication!, construct.peerAuthentication!]) {
      resource.apiObject.metadata.addLabel('patched', 'yes');
    }
    for (const { metadata } of synth(construct)) expect(metadata.labels).toStrictEqual({ patched: 'yes' });
    expect(construct.host).toBe('httpbin.example.com');
    expect(construct.policies).toStrictEqual([construct.policy]);
  });
});

describe('callers inside the mesh', () => {
  const caller = SpiffeId.ofWorkload({ namespace: 'shop', serviceAccount: 'checkout' });

  test('are known by principal, call by service names and send no identity header', () => {
    const construct = secured();
    construct.allowInMesh({ caller, paths: [PathPattern.exact('/a')], methods: [HttpMethod.GET] });
    expect(rulesOf(construct)).toStrictEqual([{
      from: [{ source: { principals: ['cluster.local/ns/shop/sa/checkout'] } }],
      to: [{
        operation: {
          hosts: [
            'httpbin', 'httpbin.default', 'httpbin.default.svc', 'httpbin.default.svc.cluster.local',
            'httpbin.default.svc.cluster.local:*', 'httpbin.default.svc:*', 'httpbin.default:*', 'httpbin:*',
          ],
          paths: ['/a'],
          methods: ['GET'],
        },
      }],
      when: IDENTITY_HEADER_SPELLINGS.map((name) => ({ key: `request.headers[${name}]`, notValues: ['*'] })),
    }]);
  });

  test('with the same limits they share a rule', () => {
    const construct = secured();
    construct.allowInMesh({ caller });
    construct.allowInMesh({ caller: SpiffeId.ofWorkload({ namespace: 'a', serviceAccount: 'b' }) });
    expect(rulesOf(construct)).toHaveLength(1);
    expect(rulesOf(construct)[0].from[0].source.principals).toStrictEqual(['cluster.local/ns/a/sa/b', 'cluster.local/ns/shop/sa/checkout']);
  });

  test('need the token where one is demanded', () => {
    const construct = secured({ token });
    construct.allowInMesh({ caller });
    const [rule] = rulesOf(construct);
    expect(rule.from).toStrictEqual([{ source: { principals: ['cluster.local/ns/shop/sa/checkout'], requestPrincipals: ['https://idp.example.com/*'] } }]);
    expect(rule.when).toContainEqual({ key: 'request.auth.audiences', values: ['httpbin'] });
    expect(rule.when).toHaveLength(25);
  });

  test.each<[string, any, string]>([
    ['a text', { caller: 'spiffe://a/b' }, 'invalid caller `spiffe://a/b`: expected a `SpiffeId`, as in `SpiffeId.ofWorkload({ namespace: \'shop\', serviceAccount: \'checkout\' })`'],
    ['nothing', undefined, 'invalid caller inside the mesh `undefined`: expected an object'],
    ['a misspelt limit', { caller, path: [] }, 'unknown field `path` of caller inside the mesh: expected one of `caller`, `paths`, `methods`'],
    ['the gateway itself', { caller: SpiffeId.ofWorkload({ namespace: 'istio-system', serviceAccount: 'istio-ingressgateway-service-account' }) },
      `caller \`${GATEWAY}\` is the gateway itself: clients behind it are allowed by their certificate or token, not as callers inside the mesh`],
    ['no paths', { caller, paths: [] }, 'empty list `paths` of a caller inside the mesh: leave it out to allow all paths'],
  ])('%s is refused', (_, given, message) => {
    expect(() => secured().allowInMesh(given)).toThrow(new Error(message));
  });
});

describe('values that are refused at once', () => {
  const grant = (given: any) => ({ allow: [{ identity: client, ...given }] });
  test.each<[string, any, string]>([
    ['a gateway without client certificates', { gateway: new TestGateway(['*.example.com'], false) },
      'gateway `platform/edge` does not verify client certificates: clients could not be told apart, use a `MutualTlsGateway`'],
    ['no gateway', { gateway: undefined },
      'invalid gateway `undefined`: expected a `MutualTlsGateway`, a `TlsGateway` or what `fromGatewayAttributes` of either gives'],
    ['host *', { host: '*' },
      'host `*` cannot be secured: the policy would hold for every name of the workload, give the host or a wildcard such as `*.example.com`'],
    ['an upper-case host', { host: 'Httpbin.example.com' }, 'invalid host `Httpbin.example.com`: expected its lower-case form `httpbin.example.com`'],
    ['no workload', { workload: { service: 'a' } },
      'invalid workload `[object Object]`: expected a `Workload`, as in `Workload.of({ service: \'httpbin\', port: 8000, labels: { app: \'httpbin\' } })`'],
    ['grants that are no list', { allow: {} }, 'invalid `allow` `[object Object]`: expected a list of grants'],
    ['a grant without identity', { allow: [{}] },
      'invalid identity `undefined` of a grant: expected a `CertificateIdentity`, as in `CertificateIdentity.spiffe(SpiffeId.parse(\'spiffe://partner.example/billing\'))`'],
    ['a grant that is null', { allow: [null] }, 'invalid grant `null`: expected an object'],
    ['a misspelt limit of a grant', grant({ path: [PathPattern.exact('/a')] }), 'unknown field `path` of grant: expected one of `identity`, `paths`, `methods`'],
    ['a misspelt property', { tokens: token },
      'unknown field `tokens` of workload secured by certificates: expected one of `gateway`, `host`, `workload`, `allow`, `token`, `route`, `metadata`'],
    ['a misspelt token requirement', { token: { issuer: [] } }, 'unknown field `issuer` of token requirement: expected one of `issuers`'],
    ['a misspelt route option', { route: { path: [] } },
      'unknown field `path` of route: expected one of `paths`, `rewrite`, `timeout`, `retries`, `cors`, `split`'],
    ['a text as path', grant({ paths: ['/a'] }), 'invalid path `/a` of a grant: expected a `PathPattern`, as in `PathPattern.tree(\'/reports\')`'],
    ['paths that are no list', grant({ paths: '/a' }), 'invalid `paths` `/a` of a grant: expected a list'],
    ['no methods', grant({ methods: [] }), 'empty list `methods` of a grant: leave it out to allow all methods'],
    ['a lower-case method', grant({ methods: ['get'] }), 'invalid HTTP method `get`: expected `GET` (Envoy compares methods case-sensitively)'],
    ['a token of no issuer', { token: { issuers: [] } }, 'empty list `issuers` of `token`: give at least one issuer, or leave `token` out to demand none'],
    ['a dry run', { metadata: { annotations: { 'istio.io/dry-run': 'true' } } },
      'annotation `istio.io/dry-run: true` in `metadata`: the policy would enforce nothing and leave the workload open, leave it out'],
    ['a namespace that is none', { metadata: { namespace: 'A' } }, 'invalid namespace `A`: expected at most 63 lower-case letters, digits and inner `-`'],
    ['a name that is none', { metadata: { name: 'A' } },
      'invalid object name `A`: expected at most 253 lower-case letters, digits, `-` and `.`; set `metadata.name`'],
    ['a token from an identity header', { get token() { return { issuers: [{ ...token.issuers[0], tokenFrom: [TokenLocation.header('x_client_ssl-cn')] }] }; } },
      'invalid header `x_client_ssl-cn` for tokens: expected another one, this tells the client certificate'],
  ])('%s', (_, props, message) => {
    expect(() => secured(props)).toThrow(new Error(message));
  });

  test('a TlsGateway is refused by the compiler and, from JavaScript, at run time', () => {
    const gateway = TlsGateway.fromGatewayAttributes(app().chart, 'Gateway', { namespace: 'kyma-system', name: 'kyma-gateway', hosts: ['*.example.com'], ingress: IngressGateway.kyma() });
    // @ts-expect-error a gateway that asks for no client certificates
    expect(() => secured({ gateway })).toThrow(
      new Error('gateway `kyma-system/kyma-gateway` does not verify client certificates: clients could not be told apart, use a `MutualTlsGateway`'),
    );
  });
});

describe('relations that are judged at synth', () => {
  test('a host that the gateway does not serve', () => {
    const construct = secured({ gateway: new TestGateway(['*.mtls.example.com', 'b.example.com'], true, 'gw', 'istio-system'), host: 'a.example.com' });
    expect(() => synth(construct)).toThrow('[chart/Httpbin] host `a.example.com` is not served by gateway `istio-system/gw` (hosts: `*.mtls.example.com`, `b.example.com`)');
  });

  test('a wildcard that is wider than the gateway\'s hosts', () => {
    const construct = secured({ gateway: new TestGateway(['a.example.com']), host: '*.example.com' });
    expect(() => synth(construct)).toThrow('host `*.example.com` is not served by gateway `platform/edge` (hosts: `a.example.com`)');
  });

  test('hosts that the gateway gets later count', () => {
    const gateway = new TestGateway([]);
    const construct = secured({ gateway, host: 'a.example.com' });
    expect(() => synth(construct)).toThrow('host `a.example.com` is not served by gateway `platform/edge` (hosts: none)');
    gateway.gatewayHosts.push('a.example.com');
    expect(synth(construct)).toHaveLength(3);
  });

  test('a workload whose Service has no ports', () => {
    const { chart } = app();
    const deployment = new ApiObject(chart, 'd', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } });
    const service = new ApiObject(chart, 's', { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } });
    new CertSecuredWorkload(chart, 'Httpbin', { gateway: new TestGateway(), host: 'a.example.com', workload: Workload.fromDeployment(deployment, service) });
    expect(() => Testing.synth(chart)).toThrow('service `s` has no port `at all` (ports: none): choose one of them');
  });
});
