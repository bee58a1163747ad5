import { certificateNotAsked } from '../../../src/checks/policy/certificate-not-asked';
import { plaintextPeer } from '../../../src/checks/policy/plaintext-peer';
import { plaintextSender } from '../../../src/checks/policy/plaintext-sender';
import { repeatedHeaders } from '../../../src/checks/policy/repeated-headers';
import { find, gateway, gatewayPods, http, https, Manifest, object, policy, route, told } from '../support';

const select = (labels: object | undefined) => (labels === undefined ? {} : { selector: { matchLabels: labels } });
const peers = (mode: string | undefined, labels?: object, namespace = 'default', more: object = {}) => policy('PeerAuthentication', labels === undefined ? 'default' : 'narrow', { ...select(labels), mtls: mode === undefined ? undefined : { mode }, ...more }, namespace);
const rules = (action: string, list: object[], labels: object | undefined = { app: 'a' }, namespace = 'default') => policy('AuthorizationPolicy', 'guard', { ...select(labels), action, rules: list }, namespace);
const from = (source: object) => ({ from: [{ source }] });

describe('MTLS048: an identity that is asked for where no certificate is', () => {
  const edge = (list: object[], action = 'ALLOW', spec: object = {}) => policy('AuthorizationPolicy', 'edge', { ...select({ istio: 'ingressgateway' }), action, rules: list, ...spec }, 'istio-system');
  const client = from({ principals: ['partner/client'] });
  const simple = gateway('edge', [https('SIMPLE', ['a.test'])]);
  const hosts = (...values: string[]) => ({ ...client, to: [{ operation: { hosts: values } }] });

  test('the finding names the server', () => {
    expect(find(certificateNotAsked, [simple, edge([{}, client])])).toEqual([{
      object: expect.objectContaining({ kind: 'AuthorizationPolicy', name: 'edge' }),
      path: ['spec', 'rules', 1, 'from'],
      message: 'rule 2 of AuthorizationPolicy `istio-system/edge` asks for `principals`, and port 443 (SIMPLE) of Gateway default/edge asks for no client certificate',
      effect: 'it never matches, so those whom it means get 403',
      cure: 'serve the hosts with mode `MUTUAL`, or take `principals` out of the rule',
      related: [expect.objectContaining({ kind: 'Gateway' })],
    }]);
    expect(find(certificateNotAsked, [gateway('edge', [https('SIMPLE', ['a.test']), http(['*'])]), edge([client], 'DENY')])[0]).toMatchObject({
      message: 'rule 1 of AuthorizationPolicy `istio-system/edge` asks for `principals`, and port 443 (SIMPLE) of Gateway default/edge, like the other servers for its hosts, asks for no client certificate',
      effect: 'it never matches, so nobody is denied by it',
    });
  });

  test.each<[string, Manifest[], number]>([
    ['its host', [gateway('edge', [https('SIMPLE', ['a.test']), https('MUTUAL', ['b.test'])]), edge([hosts('A.test', 'a.test:*')])], 1],
    ['its host under a wildcard, with a port', [gateway('edge', [http(['*.test'], { httpsRedirect: true }), https('SIMPLE', ['ns/*.test'])]), edge([hosts('a.test:443')])], 1],
    ['its host under every host', [gateway('edge', [http(['*'])]), edge([hosts('a.test')])], 1],
    ['a condition', [simple, edge([{ when: [{ key: 'source.principal', values: ['partner/client'] }] }])], 1],
    ['one of the two hosts of a server', [gateway('edge', [https('SIMPLE', ['b.test', 'a.test'])]), edge([hosts('a.test')])], 1],
    ['beside an address', [simple, edge([from({ principals: ['a'], ipBlocks: ['10.0.0.0/8'] })])], 1],
    ['two hosts of which nobody serves one', [simple, edge([hosts('a.test', 'c.test')])], 0],
    ['a wildcard, of which one host has its own server', [gateway('edge', [https('SIMPLE', ['*.test']), https('MUTUAL', ['a.test'])]), edge([hosts('*.test')])], 0],
    ['two gateways, one of which is not known to serve the host', [gatewayPods('a', { istio: 'ingressgateway', team: 'a' }), gatewayPods('b'), gateway('edge', [https('SIMPLE', ['a.test'])], 'default', { selector: { team: 'a' } }),
      gateway('other', [https('SIMPLE', ['b.test'])]), edge([hosts('a.test')])], 0],
    ['a host with certificate', [gateway('edge', [https('SIMPLE', ['a.test']), https('MUTUAL', ['b.test'])]), edge([hosts('b.test')])], 0],
    ['one of two hosts with certificate', [gateway('edge', [https('SIMPLE', ['a.test']), https('MUTUAL', ['b.test'])]), edge([hosts('a.test', 'b.test')])], 0],
    ['a host that is served both ways', [gateway('edge', [http(['a.test']), https('MUTUAL', ['a.test'])]), edge([hosts('a.test')])], 0],
    ['no host', [gateway('edge', [https('SIMPLE', ['a.test']), https('ISTIO_MUTUAL', ['b.test'])]), edge([client])], 0],
    ['an optional certificate', [gateway('edge', [https('OPTIONAL_MUTUAL', ['a.test'])]), edge([client])], 0],
    ['pass-through', [gateway('edge', [https('SIMPLE', ['a.test']), https('PASSTHROUGH', ['b.test'])]), edge([client])], 0],
    ['a host that nobody serves', [simple, edge([hosts('c.test')])], 0],
    ['a wildcard host', [simple, edge([hosts('*.test')])], 0],
    ['a wildcard that needs one more label', [gateway('edge', [https('SIMPLE', ['*.a.test'])]), edge([hosts('a.test')])], 0],
    ['one operation for any host', [gateway('edge', [https('SIMPLE', ['a.test']), https('MUTUAL', ['b.test'])]), edge([{ ...client, to: [{ operation: { hosts: ['a.test'] } }, { operation: { paths: ['/'] } }] }])], 0],
    ['a server name', [simple, edge([{ ...client, when: [{ key: 'connection.sni', values: ['b.test'] }] }])], 0],
    ['another source beside', [simple, edge([{ from: [{ source: { principals: ['a'] } }, { source: { ipBlocks: ['10.0.0.0/8'] } }] }])], 0],
    ['those without', [simple, edge([from({ notPrincipals: ['*'] })], 'DENY')], 0],
    ['an audit', [simple, edge([client], 'AUDIT')], 0],
    ['no Gateway', [edge([client])], 0],
    ['only a redirect', [gateway('edge', [http(['*'], { httpsRedirect: true })]), edge([client])], 0],
    ['a workload', [simple, rules('ALLOW', [client])], 0],
  ])('%s', (_name, manifests, count) => {
    expect(find(certificateNotAsked, manifests)).toHaveLength(count);
  });

  test('the Gateway of the Kyma module is named and not related', () => {
    const [finding] = find(certificateNotAsked, [route({ gateways: ['kyma-system/kyma-gateway'], hosts: ['a.example.com'] }), edge([hosts('a.example.com')])]);
    expect(finding).toMatchObject({ message: expect.stringContaining('Gateway kyma-system/kyma-gateway'), related: undefined });
  });
});

describe('MTLS050: callers kept out by identity where plain text is taken', () => {
  test('the finding names the PeerAuthentication', () => {
    expect(find(plaintextPeer, [peers('PERMISSIVE'), rules('DENY', [{ to: [{ operation: { paths: ['/'] } }] }, from({ namespaces: ['other'] })])])).toEqual([{
      object: expect.objectContaining({ kind: 'AuthorizationPolicy', name: 'guard' }),
      path: ['spec', 'rules', 1, 'from'],
      message: 'rule 2 of AuthorizationPolicy `default/guard` keeps callers out by their identity, and PeerAuthentication `default/default` lets the pods take plain text (`PERMISSIVE`)',
      effect: 'a caller without a sidecar has no identity and gets past the rule',
      cure: 'make the PeerAuthentication of these pods `STRICT`',
      related: [expect.objectContaining({ kind: 'PeerAuthentication' })],
    }]);
  });

  const deny = rules('DENY', [from({ principals: ['cluster.local/ns/x/sa/y'] })]);
  test.each<[string, Manifest[], string[]]>([
    ['an ALLOW for all but one', [peers('DISABLE'), rules('ALLOW', [from({ notPrincipals: ['cluster.local/ns/x/sa/y'] })])], ['from']],
    ['a condition', [peers('PERMISSIVE'), rules('DENY', [{ when: [{ key: 'source.namespace', values: ['x'] }] }])], ['when']],
    ['one of two sources', [peers('PERMISSIVE'), rules('DENY', [{ from: [{ source: { ipBlocks: ['10.0.0.0/8'] } }, { source: { serviceAccounts: ['x/y'] } }] }])], ['from']],
    ['the mode of the mesh', [peers('PERMISSIVE', undefined, 'istio-system'), deny], ['from']],
    ['the mode of these pods', [peers('STRICT'), peers('PERMISSIVE', { app: 'a' }), deny], ['from']],
    ['a policy for the namespace', [peers('PERMISSIVE'), rules('DENY', [from({ trustDomains: ['x'] })], undefined)], ['from']],
    ['pods whose own has no mode', [peers('PERMISSIVE'), peers('UNSET', { app: 'a' }), deny], ['from']],
    ['STRICT', [peers('STRICT'), deny], []],
    ['STRICT for these pods', [peers('PERMISSIVE'), peers('STRICT', { app: 'a' }), deny], []],
    ['STRICT for the namespace', [peers('STRICT'), peers('PERMISSIVE', undefined, 'istio-system'), deny], []],
    ['nothing said', [deny], []],
    ['nothing said here', [peers('PERMISSIVE', undefined, 'other'), deny], []],
    ['no mode', [peers(undefined), deny], []],
    ['pods that may be others', [peers('PERMISSIVE', { version: 'v1' }), deny], []],
    ['two for these pods', [peers('PERMISSIVE', { app: 'a' }), { ...peers('STRICT', { app: 'a' }), metadata: { namespace: 'default', name: 'more' } }, deny], []],
    ['modes of ports', [peers('PERMISSIVE', { app: 'a' }, 'default', { portLevelMtls: { 80: { mode: 'STRICT' } } }), deny], []],
    ['other pods', [peers('PERMISSIVE', { app: 'b' }), deny], []],
    ['an ALLOW by identity, which is closed', [peers('PERMISSIVE'), rules('ALLOW', [from({ principals: ['a'] })])], []],
    ['a DENY for all but some, which is closed', [peers('PERMISSIVE'), rules('DENY', [from({ notPrincipals: ['a'] })])], []],
    ['an ALLOW for nobody with an identity', [peers('PERMISSIVE'), rules('ALLOW', [from({ notPrincipals: ['*'] })])], []],
    ['a DENY for some of some', [peers('PERMISSIVE'), rules('DENY', [from({ namespaces: ['a'], notNamespaces: ['b'] })])], []],
    ['another action', [peers('PERMISSIVE'), policy('AuthorizationPolicy', 'guard', { action: 'AUDIT', rules: [from({ notPrincipals: ['a'] })] })], []],
    ['an address', [peers('PERMISSIVE'), rules('DENY', [from({ ipBlocks: ['10.0.0.0/8'] })])], []],
    ['a gateway', [peers('PERMISSIVE', undefined, 'istio-system'), gateway('edge', [http(['*'])]), rules('DENY', [from({ principals: ['a'] })], { istio: 'ingressgateway' }, 'istio-system')], []],
    ['a gateway of another namespace', [peers('PERMISSIVE', undefined, 'edge'), gateway('edge', [http(['*'])]), rules('DENY', [from({ principals: ['a'] })], { istio: 'ingressgateway' }, 'edge'),
      object('v1', 'Pod', 'edge', 'gateway', { metadata: { namespace: 'edge', name: 'gateway', labels: { istio: 'ingressgateway' } }, spec: { containers: [{ name: 'istio-proxy' }] } })], []],
    ['a policy of the root namespace, for pods anywhere', [peers('PERMISSIVE', undefined, 'istio-system'), rules('DENY', [from({ principals: ['a'] })], { app: 'a' }, 'istio-system')], []],
    ['the Gateway API', [peers('PERMISSIVE'), policy('AuthorizationPolicy', 'guard', { targetRefs: [{ kind: 'Gateway', name: 'a' }], action: 'DENY', rules: [from({ principals: ['a'] })] })], []],
  ])('%s', (_name, manifests, expected) => {
    expect(find(plaintextPeer, manifests).map(({ path }) => path[3])).toEqual(expected);
  });
});

describe('MTLS063: mutual TLS that is demanded where callers send plain text', () => {
  const narrow = peers('STRICT', { app: 'a' });

  test.each<[string, Manifest, string]>([
    ['the namespace', peers('DISABLE'), 'default/default'],
    ['the mesh', peers('DISABLE', undefined, 'istio-system'), 'istio-system/default'],
  ])('off for %s', (_name, wide, name) => {
    expect(find(plaintextSender, [wide, narrow])).toEqual([{
      object: expect.objectContaining({ kind: 'PeerAuthentication', name: 'narrow' }),
      path: ['spec', 'mtls', 'mode'],
      message: `PeerAuthentication \`default/narrow\` demands mutual TLS, and PeerAuthentication \`${name}\` switches it off for callers`,
      effect: 'gateways and sidecars send plain text to these pods, and requests fail with 503',
      cure: 'make the one of the namespace or mesh `PERMISSIVE`',
      related: [expect.objectContaining({ name: 'default' })],
    }]);
  });

  const rule = (host: string, trafficPolicy: object) => object('networking.istio.io/v1', 'DestinationRule', 'default', 'rule', { spec: { host, trafficPolicy } });
  test.each<[string, Manifest[], number]>([
    ['not off', [peers('PERMISSIVE'), narrow], 0],
    ['nothing said', [narrow], 0],
    ['off for another namespace', [peers('DISABLE', undefined, 'other'), narrow], 0],
    ['the namespace says otherwise than the mesh', [peers('DISABLE', undefined, 'istio-system'), peers('PERMISSIVE'), narrow], 0],
    ['not demanded', [peers('DISABLE'), peers('PERMISSIVE', { app: 'a' })], 0],
    ['pods of the root namespace', [peers('DISABLE', undefined, 'istio-system'), peers('STRICT', { app: 'a' }, 'istio-system')], 0],
    ['a DestinationRule tells callers otherwise', [peers('DISABLE'), narrow, rule('a', { tls: { mode: 'ISTIO_MUTUAL' } })], 0],
    ['one for ports', [peers('DISABLE'), narrow, rule('*.default.svc.cluster.local', { portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'ISTIO_MUTUAL' } }] })], 0],
    ['one of another namespace', [peers('DISABLE'), narrow, rule('a.other.svc.cluster.local', { tls: { mode: 'ISTIO_MUTUAL' } })], 1],
    ['one without TLS settings', [peers('DISABLE'), narrow, rule('a', { loadBalancer: { simple: 'RANDOM' } })], 1],
  ])('%s', (_name, manifests, count) => {
    expect(find(plaintextSender, manifests)).toHaveLength(count);
  });
});

describe('MTLS053: a version in which a repeated header gets past policies', () => {
  const header = (key: 'values' | 'notValues') => ({ when: [{ key: 'request.headers[x-tenant]', [key]: ['a'] }] });
  const deny = rules('DENY', [{ to: [{ operation: { paths: ['/'] } }] }, header('values')]);

  test('the finding names the release with the fix', () => {
    expect(find(repeatedHeaders, [deny], { istioVersion: '1.28.4' })).toEqual([{
      object: expect.objectContaining({ name: 'guard' }),
      path: ['spec', 'rules', 1, 'when', 0, 'values', 0],
      message: 'AuthorizationPolicy `default/guard` compares `request.headers[x-tenant]`, and Istio 1.28.4 joins repeated headers before it does',
      effect: 'whoever sends the header twice gets past the policy',
      cure: 'use Istio 1.28.5 or newer',
    }]);
    expect(find(repeatedHeaders, [deny], { istioVersion: '1.27.1' })[0].cure).toBe('use Istio 1.27.8 or newer');
    expect(find(repeatedHeaders, [deny], { istioVersion: '1.29.0' })[0].cure).toBe('use Istio 1.29.1 or newer');
  });

  test.each<[string, Manifest, string | undefined, number]>([
    ['an ALLOW for all but one', rules('ALLOW', [header('notValues')]), '1.28.4', 1],
    ['an ALLOW for one', rules('ALLOW', [header('values')]), '1.28.4', 0],
    ['a DENY for all but one', rules('DENY', [header('notValues')]), '1.28.4', 0],
    ['another condition', rules('DENY', [{ when: [{ key: 'source.ip', values: ['10.0.0.1'] }] }]), '1.28.4', 0],
    ['the fix', deny, '1.28.5', 0],
    ['the newest patch release', deny, '1.28', 0],
    ['a newer one', deny, '1.30.0', 0],
    ['no version declared', deny, undefined, 0],
  ])('%s', (_name, manifest, istioVersion, count) => {
    expect(told(repeatedHeaders, [manifest], { istioVersion })).toHaveLength(count);
  });
});
