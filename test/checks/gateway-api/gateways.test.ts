import { grant, httpListener, httpRoute, kubernetesGateway, MANUAL, TARGET, tlsListener } from './support';
import { classicBinding } from '../../../src/checks/gateway-api/classic-binding';
import { foreignSelector } from '../../../src/checks/gateway-api/foreign-selector';
import { foreignGatewayService } from '../../../src/checks/gateway-api/foreign-service';
import { missingGrant } from '../../../src/checks/gateway-api/missing-grant';
import { secretAnchor } from '../../../src/checks/gateway-api/secret-anchor';
import { unknownOption } from '../../../src/checks/gateway-api/unknown-option';
import { policyNamespace } from '../../../src/checks/policy/policy-namespace';
import { selectorWithoutPods } from '../../../src/checks/policy/selector-without-pods';
import { targetRefs } from '../../../src/checks/policy/target-refs';
import { find, gateway, gatewayPods, http, Manifest, object, policy, route, secret, told } from '../support';

const OPTION = 'gateway.istio.io/tls-terminate-mode';

describe('options for client certificates (MTLS106)', () => {
  const options = (written: object) => kubernetesGateway([tlsListener(undefined, {}, { options: written })]);
  const annotated = (listeners: object[]) => ({ ...kubernetesGateway(listeners), metadata: { namespace: 'edge', name: 'edge', annotations: { [OPTION]: 'MUTUAL' } } });

  test.each<[object, string]>([
    [{ [OPTION]: 'Mutual' }, 'MUTUAL'], [{ [OPTION]: 'MUTUAL ' }, 'MUTUAL'], [{ [OPTION]: 'mTLS' }, 'MUTUAL'], [{ [OPTION]: 'optional-mutual' }, 'OPTIONAL_MUTUAL'],
    [{ [OPTION]: 'istio mutual' }, 'ISTIO_MUTUAL'], [{ 'gateway.istio.io/tls-mode': 'MUTUAL' }, 'MUTUAL'], [{ 'istio.io/tls-terminate-mode': 'mutual' }, 'MUTUAL'],
  ])('%j is told, with %s as the cure', (written, meant) => {
    const [[key, value]] = Object.entries(written);
    expect(find(unknownOption, [options(written)])).toEqual([{
      object: expect.objectContaining({ kind: 'Gateway' }),
      path: ['spec', 'listeners', 0, 'tls', 'options', key],
      message: `listener \`https\` (port 443, SIMPLE) of Gateway \`edge/edge\` has option \`${key}: ${value}\`, which Istio does not know`,
      effect: 'the option is ignored: the listener asks for no client certificate, and anybody gets in',
      cure: `write \`${OPTION}: ${meant}\`, letter for letter`,
      patch: [{ op: 'remove', path: `/spec/listeners/0/tls/options/${key.replace('/', '~1')}` }, { op: 'add', path: `/spec/listeners/0/tls/options/${OPTION.replace('/', '~1')}`, value: meant }],
    }]);
  });

  test.each([[{ [OPTION]: 'REQUIRED' }], [{ [OPTION]: '' }]])('%j is told without a patch', (written) => {
    expect(find(unknownOption, [options(written)])).toEqual([expect.objectContaining({ cure: `write \`${OPTION}: MUTUAL\`, letter for letter`, patch: undefined })]);
  });

  test('an annotation is told', () => {
    expect(find(unknownOption, [annotated([httpListener(), tlsListener(undefined)])])).toEqual([expect.objectContaining({
      path: ['metadata', 'annotations', OPTION],
      message: `Gateway \`edge/edge\` has \`${OPTION}\` as an annotation, and listener \`https\` (port 443, SIMPLE) of Gateway \`edge/edge\` does not have it as an option`,
      cure: 'move it to `tls.options` of the listener',
    })]);
  });

  test.each<[string, Manifest]>([
    ...['MUTUAL', 'OPTIONAL_MUTUAL', 'ISTIO_MUTUAL', 'ISTIO_SIMPLE', 'SIMPLE'].map((mode): [string, Manifest] => [mode, options({ [OPTION]: mode })]),
    ['no options', options({})],
    ['what the API server refuses', options({ [OPTION]: true })],
    ['cipher suites', options({ 'gateway.istio.io/tls-cipher-suites': 'ECDHE-RSA-AES256-GCM-SHA384' })],
    ['the certificate of the mesh under another key', options({ 'example.com/mode': 'ISTIO_SIMPLE' })],
    ['a CA for clients, which closes the listener whatever the option says', kubernetesGateway([tlsListener('mutual')], { tls: { frontend: { default: { validation: { caCertificateRefs: [{}] } } } } })],
    ['plain HTTP', kubernetesGateway([httpListener({ tls: { options: { [OPTION]: 'mutual' } } })])],
    ['another class', kubernetesGateway([tlsListener('mutual')], { gatewayClassName: 'nginx' })],
    ['an annotation beside the option', annotated([tlsListener('MUTUAL')])],
    ['an annotation beside other options', annotated([tlsListener(undefined, {}, { options: { a: 'b' } })])],
    ['an annotation without TLS', annotated([httpListener()])],
  ])('no alarm: %s', (_name, manifest) => {
    expect(told(unknownOption, [manifest])).toEqual([]);
  });
});

describe('Gateways for the Service of another namespace (MTLS107)', () => {
  const addressed = (...addresses: object[]) => kubernetesGateway([httpListener()], { addresses });
  const host = (value: string) => ({ type: 'Hostname', value });

  test.each<[string, Manifest, string[]]>([
    ['the full name', addressed(host('ingress.istio-system.svc.cluster.local')), ['Gateway edge/edge spec.addresses.0.value: Gateway `edge/edge` is meant for the pods of Service `istio-system/ingress`, in another namespace']],
    ['the second of two', addressed(host('ingress'), host('a.b.svc')), ['Gateway edge/edge spec.addresses.1.value: Gateway `edge/edge` is meant for the pods of Service `b/a`, in another namespace']],
    ['the own namespace', addressed(host('ingress.edge.svc.cluster.local')), []],
    ['a short name', addressed(host('ingress')), []],
    ['a name of the world', addressed(host('www.example.com')), []],
    ['an IP address', addressed({ value: '192.0.2.1' }), []],
    ['two IP addresses', addressed({ value: '192.0.2.1' }, { type: 'IPAddress', value: '192.0.2.2' }), []],
    ['none', kubernetesGateway([httpListener()]), []],
  ])('%s', (_name, manifest, expected) => {
    expect(told(foreignGatewayService, [manifest])).toEqual(expected);
  });

  test('the finding says what comes of it and what to do', () => {
    expect(find(foreignGatewayService, [addressed(host('ingress.istio-system.svc'))])).toEqual([expect.objectContaining({
      effect: 'no pod gets it: nothing listens for its hosts, and its certificates and routes lead nowhere',
      cure: 'move the Gateway to namespace `istio-system`, with its Secrets; routes stay where they are and name it with `namespace`',
    })]);
  });
});

describe('certificates of another namespace (MTLS108)', () => {
  const listener = (reference: object) => kubernetesGateway([httpListener(), tlsListener(undefined, {}, { certificateRefs: [{ name: 'own' }, reference] })]);
  const far = listener({ name: 'far', namespace: 'certificates' });
  const here = secret('far', { 'tls.crt': 'x', 'tls.key': 'x' }, 'certificates');
  const validating = (frontend: object, kind = 'ConfigMap') => kubernetesGateway([tlsListener(undefined)], { tls: { frontend: JSON.parse(JSON.stringify(frontend).replace('REF', `{"kind":"${kind}","name":"far","namespace":"certificates"}`).replace(/"(\{.*?\})"/, '$1').replace(/\\"/g, '"')) } });
  const configMap = object('v1', 'ConfigMap', 'certificates', 'far', { data: { 'ca.crt': 'x' } });

  test('is a warning where what it takes is there, since the grant may be elsewhere', () => {
    expect(find(missingGrant, [far, here])).toEqual([{
      severity: 'warning',
      object: expect.objectContaining({ kind: 'Gateway' }),
      path: ['spec', 'listeners', 1, 'tls', 'certificateRefs', 1],
      message: 'listener `https` (port 443, SIMPLE) of Gateway `edge/edge` takes Secret `certificates/far`, and no ReferenceGrant in `certificates` permits it',
      effect: 'Istio leaves the listener out, and connections to it are closed',
      cure: 'add a ReferenceGrant to namespace `certificates`: from Gateway of `edge`, to Secret `far`',
    }]);
  });

  test('is an error where the manifests are all there is', () => {
    const [finding] = find(missingGrant, [far], {}, { complete: true });
    expect([finding.message, finding.severity]).toEqual([expect.stringContaining('`certificates/far`'), undefined]);
  });

  test.each<[string, Manifest[], number]>([
    ['nothing is said of what is not there', [far], 0],
    ['a grant', [far, here, grant('certificates', {}, { name: 'far' })], 0],
    ['a grant of every Secret', [far, here, grant('certificates', {}, {})], 0],
    ['a grant of another Secret', [far, here, grant('certificates', {}, { name: 'other' })], 1],
    ['a grant of a ConfigMap', [far, here, grant('certificates', {}, { kind: 'ConfigMap' })], 1],
    ['a grant with several sources and targets', [far, here, {
      ...grant('certificates', {}, {}),
      spec: { from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'edge' }, { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'edge' }], to: [{ kind: 'Service' }, { kind: 'Secret' }] },
    }], 0],
    ['a TLS listener', [kubernetesGateway([tlsListener(undefined, { protocol: 'TLS' }, { certificateRefs: [{ name: 'far', namespace: 'certificates' }] })]), here], 1],
    ['a grant for another namespace', [far, here, grant('certificates', { namespace: 'x' }, {})], 1],
    ['a grant for routes', [far, here, grant('certificates', { kind: 'HTTPRoute' }, {})], 1],
    ['a grant for another group', [far, here, grant('certificates', { group: 'x' }, {})], 1],
    ['a grant in another namespace', [far, here, grant('edge', {}, {})], 1],
    ['a certificate that cert-manager issues', [far, object('cert-manager.io/v1', 'Certificate', 'certificates', 'c', { spec: { secretName: 'far' } })], 1],
    ['the own namespace, by name', [listener({ name: 'far', namespace: 'edge' }), secret('far', {}, 'edge')], 0],
    ['a CA of every port', [validating({ default: { validation: { caCertificateRefs: ['REF'] } } }), configMap], 1],
    ['a CA of this port', [validating({ perPort: [{ port: 8443 }, { port: 443, tls: { validation: { caCertificateRefs: ['REF'] } } }] }), configMap], 1],
    ['a CA of another port', [validating({ perPort: [{ port: 8443, tls: { validation: { caCertificateRefs: ['REF'] } } }] }), configMap], 0],
    ['a CA that is not there', [validating({ default: { validation: { caCertificateRefs: ['REF'] } } })], 0],
    ['a listener without certificates', [kubernetesGateway([{ ...httpListener(), tls: { certificateRefs: [{ name: 'far', namespace: 'certificates' }] } }]), here], 0],
  ])('%s', (_name, manifests, count) => {
    expect(told(missingGrant, manifests)).toHaveLength(count);
  });

  test('the CA stands where it is written', () => {
    expect(find(missingGrant, [validating({ default: { validation: { caCertificateRefs: ['REF'] } } }), configMap])[0].path).toEqual(['spec', 'tls', 'frontend', 'default', 'validation', 'caCertificateRefs', 0]);
    expect(find(missingGrant, [validating({ perPort: [{ port: 8443 }, { port: 443, tls: { validation: { caCertificateRefs: ['REF'] } } }] }), configMap])[0].path)
      .toEqual(['spec', 'tls', 'frontend', 'perPort', 1, 'tls', 'validation', 'caCertificateRefs', 0]);
  });
});

describe('a CA of clients in a Secret (MTLS109)', () => {
  const validation = (kind: string) => ({ validation: { caCertificateRefs: [{ group: '', kind, name: 'clients' }] } });
  const frontend = (tls: object, listener = tlsListener(undefined)) => kubernetesGateway([listener], { tls: { frontend: tls } });

  test('is told', () => {
    expect(find(secretAnchor, [frontend({ default: validation('Secret') })], { istioVersion: '1.30' })).toEqual([{
      object: expect.objectContaining({ kind: 'Gateway' }),
      path: ['spec', 'tls', 'frontend', 'default', 'validation', 'caCertificateRefs', 0, 'kind'],
      message: 'Gateway `edge/edge` verifies clients by Secret `clients`',
      effect: 'Istio 1.30 gives the Secret to no gateway, and every connection is closed during the handshake',
      cure: 'put the CA in a ConfigMap, key `ca.crt`, and name that: `kind: ConfigMap`',
    }]);
  });

  test.each([[undefined, 'warning'], ['1.27.3', undefined], ['1.31', 'warning'], ['1.32', 'none'], ['1.32.0', 'none']])('for Istio %s: %s', (istioVersion, severity) => {
    const found = find(secretAnchor, [frontend({ default: validation('Secret') })], { istioVersion });
    expect(found.length === 0 ? 'none' : found[0].severity).toBe(severity);
  });

  test.each<[string, Manifest, string[]]>([
    ['of one port', frontend({ perPort: [{ port: 443, tls: validation('Secret') }] }), ['spec.tls.frontend.perPort.0.tls.validation.caCertificateRefs.0.kind']],
    ['of a port that no listener has', frontend({ perPort: [{ port: 8443, tls: validation('Secret') }] }), []],
    ['of every other port, and there is none', frontend({ default: validation('Secret'), perPort: [{ port: 443, tls: validation('ConfigMap') }] }), []],
    ['beside plain HTTP', kubernetesGateway([httpListener(), tlsListener(undefined)], { tls: { frontend: { default: validation('Secret') } } }), ['spec.tls.frontend.default.validation.caCertificateRefs.0.kind']],
    ['for plain HTTP only', frontend({ default: validation('Secret') }, httpListener()), []],
    ['a ConfigMap', frontend({ default: validation('ConfigMap') }), []],
    ['none', kubernetesGateway([tlsListener(undefined)]), []],
  ])('%s', (_name, manifest, expected) => {
    expect(find(secretAnchor, [manifest]).map(({ path }) => path.join('.'))).toEqual(expected);
  });
});

describe('policies at other pods than the Gateway\'s (MTLS110)', () => {
  const edge = kubernetesGateway([httpListener({ hostname: '*.test' })]);
  const deny = (selector: object | undefined, hosts: string[] = ['a.test', 'a.test:*'], namespace = 'istio-system') => (
    policy('AuthorizationPolicy', 'deny', { selector: selector === undefined ? undefined : { matchLabels: selector }, action: 'DENY', rules: [{ to: [{ operation: hosts.length > 0 ? { hosts } : { methods: ['GET'] } }] }] }, namespace));
  const ingress = { istio: 'ingressgateway' };
  const served = httpRoute({ hostnames: ['a.test'] });

  test('are told by the hosts that they name', () => {
    expect(find(foreignSelector, [edge, served, deny(ingress)])).toEqual([{
      object: expect.objectContaining({ kind: 'AuthorizationPolicy' }),
      path: ['spec', 'selector', 'matchLabels'],
      message: 'AuthorizationPolicy `istio-system/deny` selects `istio=ingressgateway`, and the pods of Gateway `edge/edge` do not carry that',
      effect: 'nothing is enforced at that Gateway',
      cure: 'name it instead, in namespace `edge`: `targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]`, or select `gateway.networking.k8s.io/gateway-name: edge`',
      related: [expect.objectContaining({ kind: 'Gateway' })],
    }]);
  });

  test('are told, as a warning, by the label that such pods once had', () => {
    expect(find(foreignSelector, [edge, deny({ 'istio.io/gateway-name': 'edge' }, [], 'edge')])).toEqual([expect.objectContaining({
      severity: 'warning', effect: 'nothing is enforced at that Gateway, unless its pods date from Istio 1.23',
    })]);
  });

  test.each<[string, Manifest[], number]>([
    ['the other label of the ingress gateway', [edge, served, deny({ app: 'istio-ingressgateway' })], 1],
    ['pods of a classic Gateway', [edge, served, gateway('c', [http(['c.test'])], 'default', { selector: { istio: 'mine' } }), deny({ istio: 'mine' })], 1],
    ['a route for all hosts of the listener', [edge, httpRoute(), deny(ingress)], 1],
    ['a policy of the Gateway', [edge, served, policy('AuthorizationPolicy', 'deny', { ...TARGET, rules: [{ to: [{ operation: { hosts: ['a.test'] } }] }] }, 'edge')], 0],
    ['a policy without selector', [edge, served, deny(undefined)], 0],
    ['a policy without hosts', [edge, served, deny(ingress, [])], 0],
    ['the hosts of different Gateways', [edge, kubernetesGateway([httpListener()], { name: 'other' }), served, { ...httpRoute({ parentRefs: [{ name: 'other' }], hostnames: ['b.test'] }), metadata: { namespace: 'edge', name: 'b' } }, deny(ingress, ['a.test', 'b.test'])], 0],
    ['a port in numbers', [edge, served, deny(ingress, ['a.test', 'a.test:8443'])], 1],
    ['one wildcard among hosts', [edge, served, deny(ingress, ['a.test', '*.test'])], 0],
    ['a host that another VirtualService serves', [edge, served, gateway('edge', [http(['*'])]), route({ hosts: ['z.test', 'a.test'], gateways: ['edge'] }), deny(ingress, ['a.test', 'y.test', 'a.test:*'])], 0],
    ['a route for every host', [kubernetesGateway([httpListener()]), httpRoute(), deny(ingress)], 1],
    ['a policy with a wildcard', [edge, served, deny(ingress, ['*.test'])], 0],
    ['a policy with a host that nobody serves', [edge, served, deny(ingress, ['a.test', 'z.test'])], 0],
    ['a host that a VirtualService serves', [edge, served, gateway('edge', [http(['*'])]), route({ hosts: ['*.test'], gateways: ['edge'] }), deny(ingress)], 0],
    ['pods that nobody knows', [edge, served, deny({ app: 'x' })], 0],
    ['a Gateway at the pods of the ingress gateway', [kubernetesGateway([httpListener()], MANUAL), served, deny(ingress)], 0],
    ['a Gateway whose pods carry the label', [{ ...edge, metadata: { namespace: 'edge', name: 'edge', labels: ingress } }, served, deny(ingress)], 0],
    ['a Gateway that gives its pods the label', [kubernetesGateway([httpListener()], { infrastructure: { labels: ingress } }), served, deny(ingress)], 0],
    ['labels of a Gateway whose infrastructure has none', [{ ...kubernetesGateway([httpListener()], { infrastructure: {} }), metadata: { namespace: 'edge', name: 'edge', labels: ingress } }, served, deny(ingress)], 1],
    ['no Gateway of the Gateway API', [deny(ingress), deny({ 'istio.io/gateway-name': 'edge' }, [], 'edge')], 0],
    ['the older label in another namespace', [edge, deny({ 'istio.io/gateway-name': 'edge' }, [], 'shop')], 0],
    ['the older label of another Gateway', [edge, deny({ 'istio.io/gateway-name': 'other' }, [], 'edge')], 0],
    ['the older label on pods of today', [edge, gatewayPods('edge', { 'istio.io/gateway-name': 'edge' }), deny({ 'istio.io/gateway-name': 'edge' }, [], 'edge')], 0],
    ['the older label that the Gateway sets itself', [kubernetesGateway([httpListener()], { infrastructure: { labels: { 'istio.io/gateway-name': 'edge' } } }), deny({ 'istio.io/gateway-name': 'edge' }, [], 'edge')], 0],
    ['the older label, and pods of another making', [kubernetesGateway([httpListener()], MANUAL), deny({ 'istio.io/gateway-name': 'edge' }, [], 'edge')], 0],
  ])('%s', (_name, manifests, count) => {
    expect(told(foreignSelector, manifests)).toHaveLength(count);
  });
});

describe('VirtualServices and Gateways of the Gateway API (MTLS111)', () => {
  const modern = kubernetesGateway([httpListener()]);

  test.each<[string, Manifest[], string[]]>([
    ['by full name', [modern, route({ gateways: ['mesh', 'edge/edge'] })], ['VirtualService default/httpbin spec.gateways.1: VirtualService `default/httpbin` is bound to `edge/edge`, and the only Gateway of that name is one of `gateway.networking.k8s.io`']],
    ['by short name', [modern, route({ gateways: ['edge'] }, 'edge')], ['VirtualService edge/httpbin spec.gateways.0: VirtualService `edge/httpbin` is bound to `edge/edge`, and the only Gateway of that name is one of `gateway.networking.k8s.io`']],
    ['a classic Gateway of that name beside it', [modern, gateway('edge', [http(['*'])], 'edge'), route({ gateways: ['edge/edge'] })], []],
    ['another name', [modern, route({ gateways: ['edge/other'] })], []],
    ['another class', [kubernetesGateway([httpListener()], { gatewayClassName: 'x' }), route({ gateways: ['edge/edge'] })], []],
  ])('%s', (_name, manifests, expected) => {
    expect(told(classicBinding, manifests)).toEqual(expected);
  });

  test('the finding says what comes of it and what to do', () => {
    expect(find(classicBinding, [modern, route({ gateways: ['edge/edge'] })])).toEqual([expect.objectContaining({
      effect: 'the routes are bound to no gateway, so their hosts answer 404',
      cure: 'write the routes as an HTTPRoute with `parentRefs`, or bind them to a Gateway of `networking.istio.io`',
      related: [expect.objectContaining({ kind: 'Gateway' })],
    })]);
  });
});

describe('policies that name or select a Gateway of the Gateway API', () => {
  const pods = object('apps/v1', 'Deployment', 'edge', 'app', { spec: { template: { metadata: { labels: { app: 'app' } }, spec: { containers: [{ name: 'app' }] } } } });
  const rules = [{ to: [{ operation: { methods: ['GET'] } }] }];

  test('targetRefs are told where pods of another making ignore them (MTLS039)', () => {
    const named = policy('AuthorizationPolicy', 'p', { ...TARGET, rules }, 'istio-system');
    expect(find(targetRefs, [kubernetesGateway([httpListener()], { namespace: 'istio-system', ...MANUAL }), named])).toEqual([{
      object: expect.objectContaining({ kind: 'AuthorizationPolicy' }),
      path: ['spec', 'targetRefs', 0],
      message: 'AuthorizationPolicy `istio-system/p` names Gateway `edge` in `targetRefs`, which by its address is served by pods that Istio has not made',
      effect: 'its proxies ignore the policy altogether',
      cure: 'select the pods of the gateway instead: `selector: {matchLabels: {app: istio-ingressgateway, istio: ingressgateway}}` in their namespace or in the root namespace',
      related: [expect.objectContaining({ kind: 'Gateway' })],
    }]);
    const own = object('v1', 'Service', 'istio-system', 'istio-ingressgateway', { spec: { selector: { app: 'mine' }, ports: [{ port: 80 }] } });
    expect(find(targetRefs, [own, kubernetesGateway([httpListener()], { namespace: 'istio-system', ...MANUAL }), named])[0].cure).toContain('matchLabels: {app: mine}}');
    expect(find(targetRefs, [kubernetesGateway([httpListener()], { namespace: 'istio-system', addresses: [{ type: 'Hostname', value: 'x' }] }), named])[0].cure).toContain('instead: by their labels, in');
  });

  test('a selector of the pods that Istio makes fits (MTLS020)', () => {
    const selecting = (value: string) => policy('AuthorizationPolicy', 'p', { selector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': value } }, rules }, 'edge');
    expect(told(selectorWithoutPods, [kubernetesGateway([httpListener()]), pods, selecting('edge')])).toEqual([]);
    expect(told(selectorWithoutPods, [kubernetesGateway([httpListener()]), pods, selecting('other')])).toHaveLength(1);
    expect(told(policyNamespace, [kubernetesGateway([httpListener()]), pods, selecting('edge')])).toEqual([]);
  });

  test('targetRefs mean the policy\'s own namespace (MTLS040)', () => {
    const named = (namespace: string, target: object = TARGET.targetRefs[0]) => policy('AuthorizationPolicy', 'p', { targetRefs: [target], rules }, namespace);
    expect(find(policyNamespace, [kubernetesGateway([httpListener()]), named('shop')])).toEqual([expect.objectContaining({
      path: ['spec', 'targetRefs', 0],
      message: 'AuthorizationPolicy `shop/p` means Gateway `shop/edge`, and the manifests have it in namespace `edge`',
      patch: [{ op: 'add', path: '/metadata/namespace', value: 'edge' }],
    })]);
    expect(told(policyNamespace, [kubernetesGateway([httpListener()]), named('edge')])).toEqual([]);
    expect(told(policyNamespace, [kubernetesGateway([httpListener()]), named('shop', { kind: 'Service', group: '', name: 'edge' })])).toEqual([]);
    expect(told(policyNamespace, [kubernetesGateway([httpListener()]), named('shop', { kind: 'Gateway', group: 'x', name: 'edge' })])).toEqual([]);
    expect(told(policyNamespace, [kubernetesGateway([httpListener()]), kubernetesGateway([], { namespace: 'b' }), named('shop')])).toEqual([]);
    expect(told(policyNamespace, [kubernetesGateway([httpListener()]), kubernetesGateway([], { namespace: 'shop', gatewayClassName: 'x' }), named('shop')])).toEqual([]);
  });
});
