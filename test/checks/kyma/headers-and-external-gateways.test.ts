import { apiRule, externalGateway, findings, noAuth, rule, service } from './support';

const run = (id: string, ...documents: any[]) => findings(id, ...documents).map(({ object, path }) => `${object} ${path}`);
const withHeaders = (headers: object) => apiRule([rule('/*', noAuth, ['GET'], { request: { headers } })]);

describe('MTLS084: values that Envoy refuses', () => {
  test.each<[string, boolean]>([
    ['%NOPE%', true], ['a %NOPE% b', true], ['50%', true], ['%DOWNSTREAM_PEER_SUBJECT%', false], ['50%%', false], ['plain', false], ['%REQ(X)%', false], ['', false],
  ])('%s', (value, fires) => {
    expect(run('MTLS084', withHeaders({ 'X-A': value }))).toEqual(fires ? ['APIRule shop/orders spec.rules.0.request.headers.X-A'] : []);
  });

  test('the finding names the Gateway that stops', () => {
    expect(findings('MTLS084', withHeaders({ 'X-A': '%NOPE%' }))[0].text).toBe(
      'header `X-A` of rule 1 (GET `/*`, noAuth) of APIRule `shop/orders` has the value `%NOPE%`: Envoy knows no operator `%NOPE%`: '
      + 'Envoy refuses all later changes of the routes of Gateway `edge/gateway`, also those of other APIRules, which answer 404; '
      + 'use an operator that Envoy knows, e.g. `%DOWNSTREAM_PEER_SUBJECT%`, and write a percent sign as `%%`');
  });
});

describe('MTLS087: identity headers that may be empty', () => {
  test.each<[string, boolean]>([
    ['%DOWNSTREAM_PEER_URI_SAN%', true], ['%DOWNSTREAM_PEER_DNS_SAN%', true], ['%DOWNSTREAM_PEER_SUBJECT%', false], ['URI=%DOWNSTREAM_PEER_URI_SAN%', false],
  ])('%s', (value, fires) => {
    expect(run('MTLS087', withHeaders({ 'X-San': value }))).toEqual(fires ? ['APIRule shop/orders spec.rules.0.request.headers.X-San'] : []);
  });
});

describe('MTLS091: the host of the request', () => {
  test.each<[string, string, boolean]>([
    ['Host', 'other.test', true], [':authority', 'other.test', true], ['host', 'ORDERS.d.test', false], ['X-Host', 'other.test', false],
  ])('%s: %s', (name, value, fires) => {
    expect(run('MTLS091', withHeaders({ [name]: value }))).toEqual(fires ? [`APIRule shop/orders spec.rules.0.request.headers.${name}`] : []);
  });
});

describe('MTLS097: headers that are set to nothing', () => {
  test.each<[string, boolean]>([['', true], ['none', false]])('`%s`', (value, fires) => {
    expect(run('MTLS097', withHeaders({ 'X-A': value }))).toEqual(fires ? ['APIRule shop/orders spec.rules.0.request.headers.X-A'] : []);
  });
});

describe('MTLS085: ExternalGateways of one name', () => {
  test('the second of two namespaces is found, with the first beside it', () => {
    expect(findings('MTLS085', externalGateway('shop'), externalGateway('other'))).toEqual([{
      related: ['ExternalGateway shop/partner'],
      object: 'ExternalGateway other/partner',
      path: 'metadata.name',
      text: 'ExternalGateway `other/partner` has the name of ExternalGateway `shop/partner`: the one that is processed last replaces the trust anchor and the check of subjects of the other, '
        + 'whose hosts its clients then enter; give every ExternalGateway of the cluster a name of its own',
    }]);
  });

  test('other names, and one object that is there twice, are none', () => {
    expect(run('MTLS085', externalGateway('shop'), externalGateway('other', {}, 'second'), externalGateway('shop'))).toEqual([]);
  });
});

describe('MTLS086: short hosts on an ExternalGateway', () => {
  test.each<[string, object, boolean]>([
    ['a short host', { gateway: undefined, externalGateway: 'shop/partner', hosts: ['orders'] }, true],
    ['a full host', { gateway: undefined, externalGateway: 'shop/partner', hosts: ['orders.d.test'] }, false],
    ['a Gateway', { hosts: ['orders'] }, false],
    ['no host', { gateway: undefined, externalGateway: 'shop/partner', hosts: [] }, false],
  ])('%s', (_name, spec, fires) => {
    expect(run('MTLS086', apiRule([rule('/*', noAuth)], spec))).toEqual(fires ? ['APIRule shop/orders spec.hosts.0'] : []);
  });

  test('silent for v1beta1, which Kyma does not look at', () => {
    expect(run('MTLS086', apiRule([], { gateway: undefined, externalGateway: 'shop/partner', hosts: ['orders'] }, {}, 'v1beta1'))).toEqual([]);
  });
});

describe('MTLS095: subjects that no certificate matches', () => {
  const regions = (subjects: unknown, key = 'regions.yaml') => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'regions', namespace: 'shop' }, data: { [key]: JSON.stringify({ regions: [{ name: 'EU', subjects }] }) } });
  test.each<[string, unknown, boolean]>([
    ['parts without a blank', ['C=DE,O=Example,CN=a'], true],
    ['a comma inside a value', ['C=DE, O=Example\\, Inc, CN=a'], true],
    ['the documented form', ['C=DE, O=Example, CN=a'], false],
    ['one part', ['CN=a'], false],
    ['no list', 'C=DE,CN=a', false],
  ])('%s', (_name, subjects, fires) => {
    expect(run('MTLS095', externalGateway(), regions(subjects))).toEqual(fires ? ['ConfigMap shop/regions data.regions.yaml'] : []);
  });

  test('a ConfigMap that no ExternalGateway names is not looked into, nor one that is no YAML', () => {
    expect(run('MTLS095', regions(['CN=a,O=b']))).toEqual([]);
    expect(run('MTLS095', externalGateway(), { ...regions([]), data: { x: '{', y: 7 } })).toEqual([]);
  });
});

describe('MTLS096: X-Forwarded-Client-Cert behind an ExternalGateway', () => {
  const policy = (spec: object = {}, key = 'request.headers[X-Forwarded-Client-Cert]') => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: 'p', namespace: 'shop' },
    spec: { selector: { matchLabels: { app: 'orders' } }, rules: [{}, { when: [{ key, values: ['*CN=a*'] }] }], ...spec },
  });
  const exposed = apiRule([rule('/*', noAuth)], { gateway: undefined, externalGateway: 'shop/partner' });
  test.each<[string, any[], string[]]>([
    ['an ALLOW that compares it', [externalGateway(), service(), exposed, policy()], ['AuthorizationPolicy shop/p spec.rules.1.when']],
    ['a policy for the whole namespace', [externalGateway(), service(), exposed, policy({ selector: undefined })], ['AuthorizationPolicy shop/p spec.rules.1.when']],
    ['the second of two policies', [externalGateway(), service(), exposed, { ...policy({}, 'request.headers[X-Other]'), metadata: { name: 'a', namespace: 'shop' } }, policy()], ['AuthorizationPolicy shop/p spec.rules.1.when']],
    ['a policy of the root namespace', [externalGateway(), service(), exposed, { ...policy(), metadata: { name: 'p', namespace: 'istio-system' } }], ['AuthorizationPolicy istio-system/p spec.rules.1.when']],
    ['silent: a policy of another namespace', [externalGateway(), service(), exposed, { ...policy(), metadata: { name: 'p', namespace: 'other' } }], []],
    ['silent: one that is refused', [externalGateway(), service(), exposed, policy({ unknown: true })], []],
    ['silent: for some of the pods', [externalGateway(), service(), exposed, policy({ selector: { matchLabels: { app: 'orders', version: 'v1' } } })], []],
    ['silent: a DENY', [externalGateway(), service(), exposed, policy({ action: 'DENY' })], []],
    ['silent: another workload', [externalGateway(), service(), exposed, policy({ selector: { matchLabels: { app: 'other' } } })], []],
    ['silent: another header', [externalGateway(), service(), exposed, policy({}, 'request.headers[X-Other]')], []],
    ['silent: exposed on a Gateway', [service(), apiRule([rule('/*', noAuth)]), policy()], []],
    ['silent: a Service that is not among the manifests', [externalGateway(), exposed, policy()], []],
  ])('%s', (_name, documents, found) => expect(run('MTLS096', ...documents)).toEqual(found));
});
