import { App, Chart, Testing, YamlOutputType } from 'cdk8s';
import { TestGateway } from './test-gateway';
import { JwtSecuredWorkload } from '../../src/constructs/jwt-secured-workload';
import type { JwtSecuredWorkloadProps } from '../../src/constructs/jwt-secured-workload';
import { Audience } from '../../src/model/audience';
import { ClaimRequirement } from '../../src/model/claim-requirement';
import { HttpMethod } from '../../src/model/http-method';
import { IDENTITY_HEADER_SPELLINGS } from '../../src/model/identity-header-names';
import type { JwtIssuer } from '../../src/model/jwt-issuer';
import { JwtKeys } from '../../src/model/jwt-keys';
import { PathPattern } from '../../src/model/path-pattern';
import { SpiffeId } from '../../src/model/spiffe-id';
import { TokenLocation } from '../../src/model/token-location';
import { Workload } from '../../src/resources/workload';

const GATEWAY = 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account';
const orders = Workload.of({ service: 'orders', port: 80, labels: { app: 'orders' } });
const idp: JwtIssuer = { issuer: 'https://idp.example.com', keys: JwtKeys.fromUri('https://idp.example.com/keys'), audience: Audience.of('orders') };
const partner: JwtIssuer = { issuer: 'https://partner.example/', keys: JwtKeys.fromUri('https://partner.example/keys'), audience: Audience.of('shop', 'orders') };

function secured(props: Partial<JwtSecuredWorkloadProps> = {}, app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP })): JwtSecuredWorkload {
  const gateway = new TestGateway(['*.example.com'], false);
  return new JwtSecuredWorkload(new Chart(app, 'chart'), 'Orders', { gateway, host: 'orders.example.com', workload: orders, issuers: [idp], ...props });
}

function synth(construct: JwtSecuredWorkload): any[] {
  return Testing.synth(Chart.of(construct));
}

function only(objects: any[], kind: string): any {
  const found = objects.filter((object) => object.kind === kind);
  expect(found).toHaveLength(1);
  return found[0];
}

describe('what is rendered', () => {
  test('the golden file of several issuers', () => {
    const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
    const construct = secured({
      issuers: [{ ...idp, claims: [ClaimRequirement.oneOf('scope', 'read'), ClaimRequirement.present('email')], tokenFrom: [TokenLocation.header('X-Token')] }],
      paths: [PathPattern.tree('/orders')],
      methods: [HttpMethod.GET],
      route: { paths: [PathPattern.tree('/orders')] },
      metadata: { labels: { team: 'shop' } },
    }, app);
    construct.addIssuer(partner);
    construct.allowInMesh({ caller: SpiffeId.ofWorkload({ namespace: 'shop', serviceAccount: 'checkout' }) });
    expect(app.synthYaml()).toMatchSnapshot();
  });

  test('policy, verification, mutual TLS and route, in this order', () => {
    const objects = synth(secured());
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toStrictEqual([
      'AuthorizationPolicy default/orders.orders.example.com',
      'RequestAuthentication default/orders.orders.example.com',
      'PeerAuthentication default/orders',
      'VirtualService default/orders.orders.example.com',
    ]);
    expect(only(objects, 'AuthorizationPolicy').spec).toStrictEqual({
      action: 'ALLOW',
      selector: { matchLabels: { app: 'orders' } },
      rules: [{
        from: [{ source: { principals: [GATEWAY], requestPrincipals: ['https://idp.example.com/*'] } }],
        to: [{ operation: { hosts: ['orders.example.com', 'orders.example.com:*'] } }],
        when: [{ key: 'request.auth.audiences', values: ['orders'] }],
      }],
    });
    expect(only(objects, 'RequestAuthentication').spec).toStrictEqual({
      selector: { matchLabels: { app: 'orders' } },
      jwtRules: [{
        issuer: 'https://idp.example.com',
        jwksUri: 'https://idp.example.com/keys',
        audiences: ['orders'],
        fromHeaders: [{ name: 'Authorization', prefix: 'Bearer ' }],
      }],
    });
  });

  test('policy and verification select the same pods', () => {
    const objects = synth(secured({ workload: Workload.fromFunction({ name: 'fn', namespace: 'functions' }) }));
    const policy = only(objects, 'AuthorizationPolicy');
    const authentication = only(objects, 'RequestAuthentication');
    expect(policy.spec.selector).toStrictEqual(authentication.spec.selector);
    expect(policy.metadata).toStrictEqual(authentication.metadata);
  });

  test('the route removes all identity headers and sets none', () => {
    expect(only(synth(secured()), 'VirtualService').spec.http).toStrictEqual([{
      route: [{ destination: { host: 'orders.default.svc.cluster.local', port: { number: 80 } } }],
      headers: { request: { remove: [...IDENTITY_HEADER_SPELLINGS] } },
    }]);
  });

  test('the default of Istio to read tokens from the query is closed', () => {
    const [rule] = only(synth(secured()), 'RequestAuthentication').spec.jwtRules;
    expect(rule.fromHeaders).toHaveLength(1);
    expect(rule).not.toHaveProperty('fromParams');
  });

  test('each issuer has a rule with its own audience and claims', () => {
    const construct = secured({ issuers: [partner, { ...idp, claims: [ClaimRequirement.nestedOneOf(['realm', 'roles'], 'x')] }] });
    expect(only(synth(construct), 'AuthorizationPolicy').spec.rules.map(({ from, when }: any) => [from[0].source.requestPrincipals, when])).toStrictEqual([
      [['https://idp.example.com/*'], [{ key: 'request.auth.audiences', values: ['orders'] }, { key: 'request.auth.claims[realm][roles]', values: ['x'] }]],
      [['https://partner.example//*'], [{ key: 'request.auth.audiences', values: ['orders', 'shop'] }]],
    ]);
  });

  test('an audience that is not checked leaves its reason behind, in whatever order the issuers come', () => {
    const open = { ...idp, audience: Audience.any(' test tokens have none ') };
    const alsoOpen = { ...partner, audience: Audience.any('legacy') };
    const note = 'https://idp.example.com: test tokens have none; https://partner.example/: legacy';
    for (const [first, second] of [[open, alsoOpen], [alsoOpen, open]]) {
      const construct = secured({ issuers: [first] });
      construct.addIssuer(second);
      const objects = synth(construct);
      expect(only(objects, 'RequestAuthentication').metadata.annotations).toStrictEqual({ 'cdk8s-istio-security/any-audience': note });
      expect(only(objects, 'AuthorizationPolicy').spec.rules[0]).not.toHaveProperty('when');
      expect(only(objects, 'RequestAuthentication').spec.jwtRules[0]).not.toHaveProperty('audiences');
    }
  });

  test('paths and methods limit what a token is good for', () => {
    const construct = secured({ paths: [PathPattern.tree('/a')], methods: [HttpMethod.POST, HttpMethod.GET] });
    expect(only(synth(construct), 'AuthorizationPolicy').spec.rules[0].to).toStrictEqual([
      { operation: { hosts: ['orders.example.com', 'orders.example.com:*'], paths: ['/a', '/a/*'], methods: ['GET', 'POST'] } },
    ]);
  });

  test('a caller inside the mesh needs the token of one of the issuers, too', () => {
    const construct = secured({ issuers: [idp, partner] });
    construct.allowInMesh({ caller: SpiffeId.ofWorkload({ namespace: 'shop', serviceAccount: 'checkout' }) });
    const inMesh = only(synth(construct), 'AuthorizationPolicy').spec.rules.filter(({ from }: any) => from[0].source.principals[0] !== GATEWAY);
    expect(inMesh.map(({ from }: any) => from[0].source)).toStrictEqual([
      { principals: ['cluster.local/ns/shop/sa/checkout'], requestPrincipals: ['https://idp.example.com/*'] },
      { principals: ['cluster.local/ns/shop/sa/checkout'], requestPrincipals: ['https://partner.example//*'] },
    ]);
    for (const { to, when } of inMesh) {
      expect(to[0].operation.hosts).not.toContain('orders.example.com');
      expect(when).toHaveLength(25);
    }
  });

  test('a caller inside the mesh has the limits of the construct where it names none', () => {
    const construct = secured({ paths: [PathPattern.exact('/a')], methods: [HttpMethod.GET] });
    construct.allowInMesh({ caller: SpiffeId.ofWorkload({ namespace: 'shop', serviceAccount: 'checkout' }), paths: [PathPattern.exact('/b')] });
    const [inMesh] = only(synth(construct), 'AuthorizationPolicy').spec.rules.filter(({ from }: any) => from[0].source.principals[0] !== GATEWAY);
    expect(inMesh.to[0].operation).toMatchObject({ paths: ['/b'], methods: ['GET'] });
  });

  test('every object is at hand for patches', () => {
    const construct = secured();
    const objects = [construct.policy, construct.requestAuthentication, construct.peerAuthentication!, construct.virtualService];
    for (const { apiObject } of objects) apiObject.metadata.addLabel('patched', 'yes');
    for (const { metadata } of synth(construct)) expect(metadata.labels).toStrictEqual({ patched: 'yes' });
    expect(construct.host).toBe('orders.example.com');
    expect(construct.policies).toStrictEqual([construct.policy]);
  });
});

describe('values that are refused', () => {
  test.each<[string, any, string]>([
    ['a misspelt property', { path: [] },
      'unknown field `path` of workload secured by tokens: expected one of `gateway`, `host`, `workload`, `issuers`, `paths`, `methods`, `route`, `metadata`'],
    ['issuers that are no list', { issuers: idp }, 'invalid issuers `[object Object]`: expected a list'],
    ['an issuer given twice', { issuers: [idp, idp] }, 'issuer `https://idp.example.com` is given twice: give it once, with all audiences in one `Audience.of`'],
    ['no audience', { issuers: [{ ...idp, audience: undefined }] },
      'invalid audience `undefined` of issuer `https://idp.example.com`: expected `Audience.of(\'…\')`, or `Audience.any(\'reason\')` to accept every audience'],
    ['no paths', { paths: [] }, 'empty list `paths` of a workload secured by tokens: leave it out to allow all paths'],
    ['no gateway', { gateway: 'kyma-system/kyma-gateway' },
      'invalid gateway `kyma-system/kyma-gateway`: expected a `MutualTlsGateway`, a `TlsGateway` or what `fromGatewayAttributes` of either gives'],
  ])('%s', (_, props, message) => {
    expect(() => secured(props)).toThrow(new Error(message));
  });

  test('an issuer that is added twice', () => {
    expect(() => secured().addIssuer(idp)).toThrow(new Error('issuer `https://idp.example.com` is given twice: give it once, with all of its audiences'));
  });

  test('no issuer at synth', () => {
    const construct = secured({ issuers: [] });
    expect(() => synth(construct)).toThrow('request authentication `orders.orders.example.com` has no issuer: give at least one');
    construct.addIssuer(idp);
    expect(synth(construct)).toHaveLength(4);
  });
});
