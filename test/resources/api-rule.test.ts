import { ApiObject, Chart, Duration, JsonPatch, Testing } from 'cdk8s';
import { fakeGateway } from './fake-gateway';
import { HttpMethod } from '../../src/model/http-method';
import { IngressGateway } from '../../src/model/ingress-gateway';
import { StringMatch } from '../../src/model/string-match';
import { ApiRule, ApiRuleProps } from '../../src/resources/api-rule';
import { ApiRuleAccess } from '../../src/resources/api-rule-access';
import type { ApiRuleRule } from '../../src/resources/api-rule-rule';
import { Workload } from '../../src/resources/workload';

const { GET, HEAD, OPTIONS, POST, PUT } = HttpMethod;
const noAuth = ApiRuleAccess.noAuth();
const jwt = ApiRuleAccess.jwt({ authentications: [{ issuer: 'https://idp.example.com', jwksUri: 'https://idp.example.com/keys' }] });
const httpbin = Workload.of({ service: 'httpbin', port: 8000, labels: { app: 'httpbin' } });
const HOST = 'httpbin.mtls.example.com';

function chart(): Chart {
  return new Chart(Testing.app(), 'chart');
}

function rule(scope: Chart, props: Partial<ApiRuleProps> = {}, id = 'Rule'): ApiRule {
  const short = props.rules ? {} : { access: noAuth, methods: [GET] };
  return new ApiRule(scope, id, { gateway: fakeGateway(), host: HOST, workload: httpbin, ...short, ...props } as ApiRuleProps);
}

function problems(scope: Chart): string[] {
  return scope.node.root.node.findAll().flatMap((node) => node.node.validate());
}

function rules(...given: ApiRuleRule[]): string[] {
  const scope = chart();
  rule(scope, { rules: given });
  return problems(scope);
}

describe('what is rendered', () => {
  test('the APIRule of the tutorial, guarded at its gateway', () => {
    const scope = chart();
    const gateway = fakeGateway();
    rule(scope, { gateway });
    expect(Testing.synth(scope)).toStrictEqual([{
      apiVersion: 'gateway.kyma-project.io/v2',
      kind: 'APIRule',
      metadata: { name: HOST, namespace: 'default' },
      spec: {
        gateway: 'default/kyma-mtls-gateway',
        hosts: [HOST],
        service: { name: 'httpbin', port: 8000 },
        rules: [{ path: '/*', methods: ['GET'], noAuth: true }],
      },
    }]);
    expect(gateway.guarded).toEqual([HOST]);
  });

  test('everything at once, rules in the given order', () => {
    const scope = new Chart(Testing.app(), 'chart', { namespace: 'demo' });
    const other = Workload.of({ service: 'other', port: 80, labels: { app: 'other' }, namespace: 'shop' });
    rule(scope, {
      metadata: { name: 'orders', labels: { team: 'a' }, annotations: { note: 'b' } },
      crossNamespace: 'the shop team agreed',
      timeout: Duration.minutes(2),
      cors: {
        allowOrigins: [StringMatch.exact('https://app.example.com'), StringMatch.regex('https://[a-z]+[.]example[.]com'), StringMatch.present()],
        allowMethods: [POST, GET],
        allowHeaders: ['authorization'],
        exposeHeaders: ['x-b', 'x-a'],
        allowCredentials: false,
        maxAge: Duration.hours(1),
      },
      rules: [
        { path: '/public/{**}', methods: [OPTIONS, GET], access: noAuth, workload: other, timeout: Duration.seconds(5), request: { headers: { 'X-A': '%REQ(x-b)%' }, cookies: { s: '1' } } },
        {
          path: '/{**}',
          methods: [GET],
          access: ApiRuleAccess.jwt({
            authentications: [
              { issuer: 'https://idp.example.com', jwksUri: 'http://dex.auth.svc.cluster.local/keys', fromHeader: { name: 'x-token', prefix: 'Bearer ' } },
              { issuer: 'https://b.example.com', jwksUri: 'https://b.example.com/keys', fromParam: 'token' },
              { issuer: 'https://c.example.com', jwksUri: 'https://c.example.com/keys', fromHeader: { name: 'x-c' } },
            ],
            authorizations: [{ requiredScopes: ['read', 'write', 'read'], audiences: ['a1'] }, { audiences: ['admin'] }],
          }),
        },
        { path: '/{**}', methods: [PUT], access: ApiRuleAccess.extAuth({ authorizers: ['my-authz'], restrictions: { authentications: [{ issuer: 'https://b.example.com', jwksUri: 'https://b.example.com/keys', fromParam: 'token' }] } }) },
        { path: '/{**}', methods: [POST], access: ApiRuleAccess.extAuth({ authorizers: ['my-authz'] }) },
      ],
    });
    expect(Testing.synth(scope)).toStrictEqual([{
      apiVersion: 'gateway.kyma-project.io/v2',
      kind: 'APIRule',
      metadata: { name: 'orders', namespace: 'demo', labels: { team: 'a' }, annotations: { note: 'b' } },
      spec: {
        gateway: 'default/kyma-mtls-gateway',
        hosts: [HOST],
        service: { name: 'httpbin', port: 8000 },
        timeout: 120,
        corsPolicy: {
          allowOrigins: [{ exact: 'https://app.example.com' }, { regex: 'https://[a-z]+[.]example[.]com' }, { regex: '.*' }],
          allowMethods: ['GET', 'POST'],
          allowHeaders: ['authorization'],
          exposeHeaders: ['x-a', 'x-b'],
          allowCredentials: false,
          maxAge: 3600,
        },
        rules: [
          {
            path: '/public/{**}',
            methods: ['GET', 'OPTIONS'],
            noAuth: true,
            service: { name: 'other', namespace: 'shop', port: 80 },
            request: { headers: { 'X-A': '%REQ(x-b)%' }, cookies: { s: '1' } },
            timeout: 5,
          },
          {
            path: '/{**}',
            methods: ['GET'],
            jwt: {
              authentications: [
                { issuer: 'https://idp.example.com', jwksUri: 'http://dex.auth.svc.cluster.local/keys', fromHeaders: [{ name: 'x-token', prefix: 'Bearer ' }] },
                { issuer: 'https://b.example.com', jwksUri: 'https://b.example.com/keys', fromParams: ['token'] },
                { issuer: 'https://c.example.com', jwksUri: 'https://c.example.com/keys', fromHeaders: [{ name: 'x-c' }] },
              ],
              authorizations: [{ requiredScopes: ['read', 'write'], audiences: ['a1'] }, { audiences: ['admin'] }],
            },
          },
          {
            path: '/{**}',
            methods: ['PUT'],
            extAuth: { authorizers: ['my-authz'], restrictions: { authentications: [{ issuer: 'https://b.example.com', jwksUri: 'https://b.example.com/keys', fromParams: ['token'] }] } },
          },
          { path: '/{**}', methods: ['POST'], extAuth: { authorizers: ['my-authz'] } },
        ],
      },
    }]);
  });

  test('the smallest cross-origin policy leaves all else to browsers', () => {
    const scope = chart();
    rule(scope, { methods: [GET, OPTIONS], cors: { allowOrigins: [StringMatch.exact('https://app.example.com')] } });
    expect(Testing.synth(scope)[0].spec.corsPolicy).toStrictEqual({ allowOrigins: [{ exact: 'https://app.example.com' }] });
  });

  test('a wildcard host is named without `*` and cannot be guarded', () => {
    const scope = chart();
    const gateway = fakeGateway();
    expect(rule(scope, { gateway, host: '*.mtls.example.com' }).name).toBe('wildcard.mtls.example.com');
    expect(problems(scope)).toEqual([]);
    expect(gateway.guarded).toEqual([]);
  });

  test('a field that is not modelled can be set', () => {
    const scope = chart();
    const { apiObject } = rule(scope);
    apiObject.addJsonPatch(JsonPatch.add('/spec/service/external', true));
    expect(Testing.synth(scope)[0].spec.service).toEqual({ name: 'httpbin', port: 8000, external: true });
    expect(ApiObject.of(scope.node.findChild('Rule'))).toBe(apiObject);
  });
});

describe('a value is refused with its cure', () => {
  test.each<[string, object, string]>([
    ['gateway', { gateway: 'default/gw' }, 'invalid gateway `default/gw`: expected a MutualTlsGateway, a TlsGateway, one imported from its attributes, or an ExternalGateway'],
    ['gateway name', { gateway: fakeGateway([], { gatewayName: 'a.b' }) }, 'gateway `default/a.b` cannot be named by an APIRule: expected names of at most 63 lower-case letters, digits and inner `-`'],
    ['short host', { host: 'httpbin' }, 'short host `httpbin`: expected the full name, such as `httpbin.mtls.example.com`, because Kyma expands it only on gateways of a single host'],
    ['short host on a gateway of several hosts', { host: 'httpbin', gateway: fakeGateway(['*.a.example', '*.b.example']) }, 'short host `httpbin`: expected the full name, such as `httpbin.example.com`, because Kyma expands it only on gateways of a single host'],
    ['every host', { host: '*' }, 'invalid APIRule host `*`: expected a full name or `*.` and a name, whose last label has two to 63 letters and digits'],
    ['short top-level label', { host: 'a.b' }, 'invalid APIRule host `a.b`: expected a full name or `*.` and a name, whose last label has two to 63 letters and digits'],
    ['upper case', { host: 'Httpbin.example.com' }, 'invalid host `Httpbin.example.com`: expected its lower-case form `httpbin.example.com`'],
    ['no workload', { workload: undefined }, 'invalid workload `undefined`: expected a Workload, such as Workload.of({ service, port, labels })'],
    ['workload of a rule', { rules: [{ methods: [GET], access: noAuth, workload: 'httpbin' }] }, 'invalid workload `httpbin`: expected a Workload, such as Workload.of({ service, port, labels })'],
    ['neither form', { access: undefined, methods: undefined }, 'expected either `rules`, or `access` with `methods` and perhaps `path`'],
    ['both forms', { rules: [{ methods: [GET], access: noAuth }], path: '/a' }, 'expected either `rules`, or `access` with `methods` and perhaps `path`'],
    ['no rules', { rules: [] }, 'invalid `rules` ``: expected at least one rule'],
    ['rules as an object', { rules: { methods: [GET] } }, 'invalid `rules` `[object Object]`: expected at least one rule'],
    ['no access', { access: undefined }, 'invalid access `undefined` of rule `/*`: expected ApiRuleAccess.noAuth(), .jwt(…) or .extAuth(…)'],
    ['noAuth: false', { rules: [{ path: '/a', methods: [GET], access: { noAuth: false } }] }, 'invalid access `{"noAuth":false}` of rule `/a`: expected ApiRuleAccess.noAuth(), .jwt(…) or .extAuth(…)'],
    ['a rule that is none', { rules: [null] }, 'invalid rule `null`: expected an object with `methods` and `access`'],
    ['no methods', { methods: [] }, 'invalid `methods` `` of rule `/*`: expected at least one, such as HttpMethod.GET'],
    ['methods left out', { methods: undefined }, 'invalid `methods` `undefined` of rule `/*`: expected at least one, such as HttpMethod.GET'],
    ['lower-case method', { methods: ['get'] }, 'invalid HTTP method `get`: expected `GET` (Envoy compares methods case-sensitively)'],
    ['path', { path: '/.*' }, 'invalid APIRule path `/.*`: expected `/*` for every path: the v2 APIRule knows no regular expressions'],
    ['timeout of zero', { timeout: Duration.seconds(0) }, 'invalid timeout `0` seconds: expected whole seconds from 1 to 3900'],
    ['timeout too long', { timeout: Duration.seconds(3901) }, 'invalid timeout `3901` seconds: expected whole seconds from 1 to 3900'],
    ['timeout of half a second', { timeout: Duration.millis(500) }, 'invalid timeout `0.5` seconds: expected whole seconds from 1 to 3900'],
    ['timeout as a number', { timeout: 30 }, 'invalid timeout `30`: expected a Duration, such as Duration.seconds(30)'],
    ['timeout of a rule', { rules: [{ methods: [GET], access: noAuth, timeout: Duration.hours(2) }] }, 'invalid timeout `7200` seconds: expected whole seconds from 1 to 3900'],
    ['long name', { metadata: { name: 'a'.repeat(64) } }, `APIRule name \`${'a'.repeat(64)}\` has 64 characters: expected at most 63, because Kyma writes it into a label, set \`metadata.name\``],
    ['empty reason for variants', { rules: [{ methods: [GET], access: noAuth, acceptVariants: ' ' }] }, 'invalid `acceptVariants` ` `: expected the reason in words'],
    ['empty reason for another namespace', { crossNamespace: '' }, 'invalid `crossNamespace` ``: expected the reason in words'],
    [
      'another namespace',
      { workload: Workload.of({ service: 'a', port: 80, labels: { app: 'a' }, namespace: 'shop' }) },
      "workload `a` is in namespace `shop`, the APIRule in `default`: Kyma exposes it without that namespace's consent, give both the same namespace or `crossNamespace` a reason",
    ],
    [
      'another namespace in a rule',
      { rules: [{ methods: [GET], access: noAuth, workload: Workload.of({ service: 'a', port: 80, labels: { app: 'a' }, namespace: 'shop' }) }] },
      "workload `a` is in namespace `shop`, the APIRule in `default`: Kyma exposes it without that namespace's consent, give both the same namespace or `crossNamespace` a reason",
    ],
    [
      'one issuer with two key addresses',
      { rules: [{ path: '/a', methods: [GET], access: jwt }, { path: '/b', methods: [GET], access: ApiRuleAccess.jwt({ authentications: [{ issuer: 'https://idp.example.com', jwksUri: 'https://idp.example.com/other' }] }) }] },
      'issuer `https://idp.example.com` has two configurations: expected the same `jwksUri` and token place everywhere in the APIRule',
    ],
    ['no origins', { cors: { allowOrigins: [] } }, 'cross-origin policy has no `allowOrigins`: give at least one origin'],
    ['no cross-origin policy at all', { cors: null }, 'invalid `cors` `null`: expected a cross-origin policy with `allowOrigins`'],
    ['no methods for pages', { cors: { allowOrigins: [StringMatch.exact('https://a.example')], allowMethods: [] } }, 'empty list `allowMethods`: leave the field out, or give at least one value'],
    ['maximum age below a second', { cors: { allowOrigins: [StringMatch.exact('https://a.example')], maxAge: Duration.millis(1500) } }, 'invalid maximum age `1.5s`: expected whole seconds, at least one'],
  ])('%s', (_name, props, message) => {
    expect(() => rule(chart(), props)).toThrow(new Error(message));
  });
});

describe('relations are judged at synth, all of them', () => {
  test('a host that the gateway does not serve, and a gateway that is not Kyma\'s', () => {
    const scope = chart();
    const gateway = fakeGateway(['*.other.example.com', 'a.example.com'], { ingress: IngressGateway.helm() });
    rule(scope, { gateway, cors: { allowOrigins: [StringMatch.exact('https://app.example.com')] } });
    expect(problems(scope)).toEqual([
      'host `httpbin.mtls.example.com` is not served by gateway `default/kyma-mtls-gateway` (hosts: `*.other.example.com`, `a.example.com`)',
      'gateway `default/kyma-mtls-gateway` runs as `istio-ingress/istio-ingressgateway`: Kyma admits only `istio-system/istio-ingressgateway-service-account` to the workload, every request would be 403',
      '`cors` without a rule for `OPTIONS`: preflights would be 404, add `HttpMethod.OPTIONS` to the rules that browsers use',
    ]);
  });

  test('a wildcard host on a gateway that serves only one host under it', () => {
    const scope = chart();
    rule(scope, { gateway: fakeGateway(['a.mtls.example.com']), host: '*.mtls.example.com' });
    expect(problems(scope)).toEqual(['host `*.mtls.example.com` is not served by gateway `default/kyma-mtls-gateway` (hosts: `a.mtls.example.com`)']);
  });

  test('a workload whose Service does not fit', () => {
    const scope = chart();
    const service = new ApiObject(scope, 'Service', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { selector: { app: 'a' }, ports: [] } });
    const deployment = new ApiObject(scope, 'Deployment', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec: { template: { metadata: { labels: { app: 'a' } } } } });
    const { apiObject } = rule(scope, { workload: Workload.fromDeployment(deployment, service) });
    expect(problems(scope)).toEqual(['service `a` has no port `at all` (ports: none): choose one of them']);
    expect(apiObject.toJson().spec.service).toEqual({ name: 'a', port: 0 });
  });

  test('a host that another APIRule or a VirtualService names', () => {
    const scope = chart();
    new ApiObject(scope, 'Route', { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'route' }, spec: { hosts: ['a.mtls.example.com'] } });
    new ApiObject(scope, 'Odd', { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'odd' } });
    const broken = new ApiObject(scope, 'Broken', { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'broken' } });
    jest.spyOn(broken, 'toJson').mockImplementation(() => { throw new Error('broken'); });
    rule(scope, { host: 'a.mtls.example.com' }, 'A');
    rule(scope, { host: 'b.mtls.example.com' }, 'B');
    rule(scope, { host: 'b.mtls.example.com', metadata: { name: 'b' } }, 'B2');
    expect(problems(scope)).toEqual([
      'host `a.mtls.example.com` is also that of VirtualService `default/route`: Kyma leaves the APIRule in state Error, put all rules of a host into one',
      'host `b.mtls.example.com` is also that of APIRule `default/b.mtls.example.com`: Kyma leaves the APIRule in state Error, put all rules of a host into one',
    ]);
  });
});

describe('the order of rules', () => {
  test.each<[string, ApiRuleRule[]]>([
    ['specific before general', [{ path: '/a', methods: [GET], access: noAuth }, { path: '/{*}', methods: [GET], access: noAuth }, { path: '/*', methods: [GET], access: noAuth }]],
    ['public paths before the protected rest', [{ path: '/', methods: [GET], access: noAuth }, { path: '/public/{**}', methods: [GET], access: noAuth }, { path: '/{**}', methods: [GET], access: jwt }]],
    ['other methods in general before specific', [{ path: '/*', methods: [POST], access: jwt }, { path: '/a', methods: [GET], access: noAuth }]],
    ['different access of disjoint paths', [{ path: '/a', methods: [GET], access: jwt }, { path: '/b', methods: [GET], access: noAuth }]],
    ['different access of different methods', [{ path: '/*', methods: [GET], access: jwt }, { path: '/*', methods: [HEAD], access: noAuth }]],
    ['an exception whose variants do no harm', [{ path: '/a', methods: [GET], access: jwt, acceptVariants: 'the application answers 404' }, { path: '/*', methods: [GET], access: noAuth }]],
    [
      'a demanding rule behind one that demands less',
      [
        { path: '/a', methods: [GET], access: jwt },
        { path: '/*', methods: [GET], access: ApiRuleAccess.jwt({ authentications: [{ issuer: 'https://idp.example.com', jwksUri: 'https://idp.example.com/keys' }], authorizations: [{ audiences: ['admin'] }] }) },
      ],
    ],
  ])('%s is fine', (_name, given) => {
    expect(rules(...given)).toEqual([]);
  });

  const variants = (earlier: string, path: string, later: string) => `\`GET ${earlier}\` (jwt) is escaped by variants such as \`${path}/\`, letter case or \`%2F\`, which rule \`${later}\` (noAuth) takes: `
    + 'list the paths of the weaker access first and protect everything else, or give `acceptVariants` a reason';

  test.each<[string, ApiRuleRule[], string[]]>([
    [
      'the same path twice',
      [{ path: '/a', methods: [GET], access: jwt }, { path: '/a', methods: [POST, GET], access: noAuth }],
      ['rule `/a` can never take `GET`: `/a` takes it before, put the more specific rule first'],
    ],
    [
      'general before specific',
      [{ path: '/{**}', methods: [GET], access: noAuth }, { path: '/a', methods: [GET], access: jwt }],
      ['rule `/a` can never take `GET`: `/{**}` takes it before, put the more specific rule first'],
    ],
    [
      'one segment before an exact path',
      [{ path: '/{*}', methods: [GET], access: noAuth }, { path: '/a', methods: [GET], access: noAuth }],
      ['rule `/a` can never take `GET`: `/{*}` takes it before, put the more specific rule first'],
    ],
    [
      'a repeated path, after which Kyma excepts nothing',
      [{ path: '/x/{**}', methods: [POST], access: jwt }, { path: '/x/secret', methods: [GET], access: jwt }, { path: '/x/{**}', methods: [GET], access: noAuth }],
      ['`GET /x/secret` (jwt) is open through rule `/x/{**}` (noAuth): Kyma excepts no paths after a repeated `/x/{**}`, write that path once'],
    ],
    [
      'a repeated path of the same handler as well',
      [{ path: '/x/{**}', methods: [POST], access: noAuth }, { path: '/x/secret', methods: [GET], access: jwt }, { path: '/x/{**}', methods: [GET], access: noAuth }],
      ['`GET /x/secret` (jwt) is open through rule `/x/{**}` (noAuth): Kyma excepts no paths after a repeated `/x/{**}`, write that path once'],
    ],
    [
      'the root with a token beside everything without',
      [{ path: '/', methods: [GET], access: jwt }, { path: '/{**}', methods: [GET], access: noAuth }],
      ['`GET /` (jwt) is open through rule `/{**}` (noAuth): Kyma never excepts this path, leave it to the later rule or give both the same access'],
    ],
    [
      'a protected exception in an open whole',
      [{ path: '/admin', methods: [GET], access: jwt }, { path: '/*', methods: [GET], access: noAuth }],
      [variants('/admin', '/admin', '/*')],
    ],
    [
      'two protected exceptions, each reported',
      [{ path: '/a', methods: [GET], access: jwt }, { path: '/b', methods: [GET], access: jwt }, { path: '/{*}', methods: [GET], access: noAuth }],
      [variants('/a', '/a', '/{*}'), variants('/b', '/b', '/{*}')],
    ],
  ])('%s', (_name, given, messages) => {
    expect(rules(...given)).toEqual(messages);
  });

  describe('requests that are routed but answer 403 are told, not refused', () => {
    const warnings = (...given: ApiRuleRule[]) => {
      const scope = chart();
      const { warnings: found } = rule(scope, { rules: given });
      expect(problems(scope)).toEqual([]);
      return found;
    };

    test('an exception for more methods than the earlier rule has', () => {
      expect(warnings({ path: '/x/{*}/one', methods: [GET], access: noAuth }, { path: '/x/{**}', methods: [GET, PUT, POST], access: jwt })).toEqual([
        '`POST`, `PUT` `/x/{*}/one` is routed by rule `/x/{**}` but answers 403, because Kyma excepts the path of the earlier rule for every method: '
        + 'write `/x/{**}` as one rule for `GET` and another for `POST`, `PUT`',
      ]);
    });

    test('the cure works', () => {
      expect(warnings(
        { path: '/x/{*}/one', methods: [GET], access: noAuth },
        { path: '/x/{**}', methods: [GET], access: noAuth },
        { path: '/x/{**}', methods: [PUT], access: noAuth },
      )).toEqual([]);
    });

    test('roots are not excepted, so nothing is lost', () => {
      expect(warnings({ path: '/', methods: [GET], access: noAuth }, { path: '/{**}', methods: [GET, PUT], access: noAuth })).toEqual([]);
    });
  });
});

describe('a wildcard host', () => {
  const wide = { host: '*.mtls.example.com' };
  const opens = (path: string, access = 'jwt') => `wildcard host \`*.mtls.example.com\` opens \`httpbin.mtls.example.com${path}\` (${access}) of APIRule \`default/httpbin.mtls.example.com\` `
    + 'through rule `/*` (noAuth) to the same workload: list the exact hosts, or give the wildcard a workload of its own';

  test('opens a protected exact host on the same workload', () => {
    const scope = chart();
    rule(scope, wide, 'Wide');
    rule(scope, { rules: [{ path: '/free', methods: [GET], access: noAuth }, { path: '/kept', methods: [GET], access: jwt }] }, 'Narrow');
    expect(problems(scope)).toEqual([opens('/kept')]);
  });

  test('opens it through another Service of the same pods too', () => {
    const scope = chart();
    rule(scope, { ...wide, workload: Workload.of({ service: 'alias', port: 80, labels: { app: 'httpbin', tier: 'web' } }) }, 'Wide');
    rule(scope, { access: jwt }, 'Narrow');
    expect(problems(scope)).toEqual([opens('/*')]);
  });

  test.each<[string, Partial<ApiRuleProps>, Partial<ApiRuleProps>]>([
    ['asks for as much itself', { access: jwt }, { access: jwt }],
    ['leads to other pods', { workload: Workload.of({ service: 'other', port: 80, labels: { app: 'other' } }) }, { access: jwt }],
    ['has other methods', { methods: [POST] }, { access: jwt }],
    ['has other paths', { path: '/other' }, { access: jwt, path: '/mine' }],
    ['meets an open host', {}, {}],
    ['does not cover the host', { host: '*.b.mtls.example.com' }, { access: jwt }],
    ['leads to another namespace', { crossNamespace: 'agreed', workload: Workload.of({ service: 'httpbin', port: 80, labels: { app: 'httpbin' }, namespace: 'b' }) }, { access: jwt }],
  ])('is fine where it %s', (_name, first, second) => {
    const scope = chart();
    rule(scope, { ...wide, ...first }, 'Wide');
    rule(scope, second, 'Narrow');
    expect(problems(scope)).toEqual([]);
  });
});

describe('identity headers', () => {
  const policy = (scope: Chart, spec: object, metadata: object = { name: 'identity' }) => new ApiObject(scope, 'Policy', { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata, spec });
  const trusting = (values: object = { values: ['CN=a'] }, key = 'request.headers[X-CLIENT-SSL-CN]') => ({ selector: { matchLabels: { app: 'httpbin' } }, rules: [{ when: [{ key, ...values }] }] });
  const message = "host `httpbin.mtls.example.com` leads to pods that trust the identity headers which policy `default/identity` reads: Kyma's route does not remove what clients send in them; "
    + 'give the host a workload of its own, or secure it with a CertSecuredWorkload or JwtSecuredWorkload';

  test.each<[string, object]>([
    ['a policy on the same pods', trusting()],
    ['another spelling', trusting({ values: ['CN=a'] }, 'request.headers[x_client_ssl_san]')],
    ['a policy on the whole namespace', { rules: [{ when: [{ key: 'request.headers[X-CLIENT-SSL-CN]', values: ['*'] }] }] }],
  ])('%s trusts them: an error', (_name, spec) => {
    const scope = chart();
    policy(scope, spec);
    rule(scope);
    expect(problems(scope)).toEqual([message]);
  });

  test.each<[string, object, object]>([
    ['forbids them', trusting({ notValues: ['*'] }), { name: 'identity' }],
    ['reads other headers', trusting({ values: ['a'] }, 'request.headers[x-a]'), { name: 'identity' }],
    ['reads the token', trusting({ values: ['a'] }, 'request.auth.claims[a]'), { name: 'identity' }],
    ['selects other pods', { ...trusting(), selector: { matchLabels: { app: 'other' } } }, { name: 'identity' }],
    ['is in another namespace', trusting(), { name: 'identity', namespace: 'shop' }],
    ['has no rules', {}, { name: 'identity' }],
  ])('a policy that %s does not', (_name, spec, metadata) => {
    const scope = chart();
    policy(scope, spec, metadata);
    rule(scope);
    expect(problems(scope)).toEqual([]);
  });

  test('a policy that cannot be rendered is left to the synth itself', () => {
    const scope = chart();
    jest.spyOn(policy(scope, {}), 'toJson').mockImplementation(() => { throw new Error('broken'); });
    rule(scope);
    expect(problems(scope)).toEqual([]);
  });
});
