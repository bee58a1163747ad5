import { httpListener, httpRoute, kubernetesGateway, MANUAL, TARGET, tlsListener, TO_HTTPBIN } from './support';
import { mixedListeners } from '../../../src/checks/gateway-api/mixed-listeners';
import { find, Manifest, object, policy, told } from '../support';

const closed = tlsListener('MUTUAL');
const both = kubernetesGateway([httpListener(), closed]);
const strangers = (hosts: string[]) => ({ action: 'DENY', rules: [{ from: [{ source: { notPrincipals: ['*'] } }], to: [{ operation: { hosts } }] }] });
const denied = strangers(['a.test', 'a.test:*']);
const all = { allowedRoutes: { namespaces: { from: 'All' } } };
const labelled = (labels: object) => ({ allowedRoutes: { namespaces: { from: 'Selector', selector: labels } } });
const namespace = (name: string, labels: object) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });

describe('a route that is served with and without a client certificate is found', () => {
  test.each<[string, Manifest[]]>([
    ['plain HTTP', [both, httpRoute()]],
    ['the own certificate of the mesh', [kubernetesGateway([httpListener(), tlsListener('ISTIO_MUTUAL')]), httpRoute()]],
    ['TLS without the option, on another port', [kubernetesGateway([closed, tlsListener(undefined, { name: 'open', port: 8443 })]), httpRoute()]],
    ['OPTIONAL_MUTUAL', [kubernetesGateway([closed, tlsListener('OPTIONAL_MUTUAL', { name: 'open', port: 8443 })]), httpRoute()]],
    ['ISTIO_SIMPLE', [kubernetesGateway([closed, tlsListener('ISTIO_SIMPLE', { name: 'open', port: 8443 })]), httpRoute()]],
    ['a spelling that Istio does not know', [kubernetesGateway([closed, tlsListener('mutual', { name: 'open', port: 8443 })]), httpRoute()]],
    ['a wider listener of the same port, and a route for every host', [kubernetesGateway([closed, tlsListener(undefined, { name: 'wide', hostname: '*.test' })]), httpRoute()]],
    ['a listener for every host of the same port', [kubernetesGateway([closed, tlsListener(undefined, { name: 'wide', hostname: undefined })]), httpRoute({ hostnames: ['*.test'] })]],
    ['a CA for clients of every port', [kubernetesGateway([httpListener(), tlsListener(undefined)], { tls: { frontend: { default: { validation: { caCertificateRefs: [{}] } } } } }), httpRoute()]],
    ['a port that is left out of the CA for clients', [kubernetesGateway([closed, tlsListener(undefined, { name: 'open', port: 8443 })], {
      tls: { frontend: { default: { validation: { caCertificateRefs: [{}] } }, perPort: [{ port: 8443, tls: {} }] } },
    }), httpRoute()]],
    ['two references', [both, httpRoute({ parentRefs: [{ name: 'edge', sectionName: 'https' }, { name: 'edge', port: 80 }] })]],
    ['two Gateways', [kubernetesGateway([closed]), kubernetesGateway([httpListener()], { name: 'open' }), httpRoute({ parentRefs: [{ name: 'edge' }, { name: 'open' }] })]],
    ['a gRPC route', [both, httpRoute({}, 'edge', 'GRPCRoute')]],
    ['a route of another namespace', [kubernetesGateway([httpListener(all), tlsListener('MUTUAL', all)]), httpRoute({ parentRefs: [{ name: 'edge', namespace: 'edge' }] }, 'shop')]],
    ['a namespace that is admitted by its name', [kubernetesGateway([httpListener(labelled({ matchLabels: { 'kubernetes.io/metadata.name': 'shop' } })), tlsListener('MUTUAL', all)]),
      httpRoute({ parentRefs: [{ name: 'edge', namespace: 'edge' }] }, 'shop')]],
    ['a namespace that is admitted by its labels', [namespace('shop', { team: 'a' }), kubernetesGateway([httpListener(labelled({ matchLabels: { team: 'a' } })), tlsListener('MUTUAL', all)]),
      httpRoute({ parentRefs: [{ name: 'edge', namespace: 'edge' }] }, 'shop')]],
    ['a GatewayClass of Istio with another name', [object('gateway.networking.k8s.io/v1', 'GatewayClass', '', 'mine', { spec: { controllerName: 'istio.io/gateway-controller' } }),
      kubernetesGateway([httpListener(), closed], { gatewayClassName: 'mine' }), httpRoute()]],
    ['one rule that redirects beside one that does not', [both, httpRoute({ rules: [{ filters: [{ type: 'RequestRedirect' }] }, TO_HTTPBIN] })]],
    ['a rule that changes headers', [both, httpRoute({ rules: [{ filters: [{ type: 'RequestHeaderModifier' }], ...TO_HTTPBIN }] })]],
    ['a denial for another host', [both, httpRoute(), policy('AuthorizationPolicy', 'deny', { ...TARGET, ...strangers(['b.test', 'b.test:*']) }, 'edge')]],
    ['a denial for another Gateway', [both, httpRoute(), policy('AuthorizationPolicy', 'deny', { targetRefs: [{ ...TARGET.targetRefs[0], name: 'other' }], ...denied }, 'edge')]],
    ['a denial that names the Gateway from another namespace', [both, httpRoute(), policy('AuthorizationPolicy', 'deny', { ...TARGET, ...denied }, 'istio-system')]],
    ['a denial for a Service of that name', [both, httpRoute(), policy('AuthorizationPolicy', 'deny', { targetRefs: [{ group: '', kind: 'Service', name: 'edge' }], ...denied }, 'edge')]],
    ['a denial for a Gateway of another group', [both, httpRoute(), policy('AuthorizationPolicy', 'deny', { targetRefs: [{ group: 'networking.istio.io', kind: 'Gateway', name: 'edge' }], ...denied }, 'edge')]],
    ['a denial at other pods', [both, httpRoute(), policy('AuthorizationPolicy', 'deny', { selector: { matchLabels: { istio: 'ingressgateway' } }, ...denied }, 'istio-system')]],
    ['a denial in a third namespace', [both, httpRoute(), policy('AuthorizationPolicy', 'deny', denied, 'shop')]],
    ['targetRefs at pods that Istio has not made', [kubernetesGateway([httpListener(), closed], { namespace: 'istio-system', ...MANUAL }), httpRoute({}, 'istio-system'),
      policy('AuthorizationPolicy', 'deny', { ...TARGET, ...denied }, 'istio-system')]],
  ])('%s', (_name, manifests) => {
    expect(find(mixedListeners, manifests).map(({ object: { kind, name } }) => `${kind} ${name}`)).toEqual([expect.stringMatching(/Route httpbin/)]);
  });

  test('with both listeners, and a patch where it is plain which is meant', () => {
    expect(find(mixedListeners, [both, httpRoute({ hostnames: ['A.test'] })])).toEqual([{
      object: expect.objectContaining({ kind: 'HTTPRoute' }),
      path: ['spec', 'parentRefs', 0],
      message: 'HTTPRoute `edge/httpbin` serves host `a.test` with a client certificate on listener `https` (port 443, MUTUAL) of Gateway `edge/edge` and without one on listener `http` (port 80, plain HTTP) of Gateway `edge/edge`',
      effect: 'anybody reaches the workload through the second',
      cure: 'name the first in `parentRefs`: `sectionName: https`, and serve the second with a route that redirects, or not at all',
      patch: [{ op: 'add', path: '/spec/parentRefs/0/sectionName', value: 'https' }],
      related: [expect.objectContaining({ kind: 'Gateway' })],
    }]);
  });

  test.each<[string, Manifest[]]>([
    ['two listeners with client certificates', [kubernetesGateway([httpListener(), closed, tlsListener('MUTUAL', { name: 'b', hostname: 'b.test' })]), httpRoute()]],
    ['a listener without name', [kubernetesGateway([httpListener(), tlsListener('MUTUAL', { name: '' })]), httpRoute()]],
    ['a section that is named, of two listeners', [both, httpRoute({ parentRefs: [{ name: 'edge', sectionName: 'https' }, { name: 'edge', sectionName: 'http' }] })]],
  ])('without a patch where a person has to decide: %s', (_name, manifests) => {
    expect(find(mixedListeners, manifests).map(({ patch }) => patch)).toEqual([undefined]);
  });

  test('each open listener once, by the reference that leads there', () => {
    const manifests = [kubernetesGateway([closed, httpListener(), tlsListener(undefined, { name: 'open', port: 8443 })]),
      httpRoute({ parentRefs: [{ name: 'edge', sectionName: 'https' }, { name: 'edge', sectionName: 'http' }, { name: 'edge', port: 8443 }, { name: 'edge', sectionName: 'http', port: 80 }] })];
    expect(find(mixedListeners, manifests).map(({ path }) => path[2])).toEqual([1, 2]);
  });
});

describe('there is no alarm', () => {
  test.each<[string, Manifest[]]>([
    ['where the route names the listener', [both, httpRoute({ parentRefs: [{ name: 'edge', sectionName: 'https' }] })]],
    ['where the route names the port', [both, httpRoute({ parentRefs: [{ name: 'edge', port: 443 }] })]],
    ['where a more exact listener of the port takes the host', [kubernetesGateway([closed, tlsListener(undefined, { name: 'wide', hostname: '*.test' })]), httpRoute({ hostnames: ['a.test', 'b.test'] })]],
    ['where a listener for every host leaves it to the exact one', [kubernetesGateway([closed, tlsListener(undefined, { name: 'wide', hostname: undefined })]), httpRoute({ hostnames: ['a.test'] })]],
    ['where the listeners are for different hosts', [kubernetesGateway([httpListener({ hostname: 'b.test' }), closed]), httpRoute()]],
    ['where every listener demands a certificate', [kubernetesGateway([closed, tlsListener('ISTIO_MUTUAL', { name: 'b', port: 8443 })]), httpRoute()]],
    ['where no listener does', [kubernetesGateway([httpListener(), tlsListener(undefined)]), httpRoute()]],
    ['where the gateway only redirects', [both, httpRoute({ rules: [{ filters: [{ type: 'RequestRedirect' }], ...TO_HTTPBIN }] })]],
    ['where the rule leads nowhere', [both, httpRoute({ rules: [{}] })]],
    ['where TLS goes through', [kubernetesGateway([closed, tlsListener(undefined, { name: 'p', port: 8443 }, { mode: 'Passthrough' })]), httpRoute()]],
    ['where a listener has no TLS settings', [kubernetesGateway([closed, { name: 'b', port: 8443, protocol: 'HTTPS' }]), httpRoute()]],
    ['where a listener is no HTTP', [kubernetesGateway([closed, { name: 'b', port: 9000, protocol: 'TCP' }, tlsListener(undefined, { name: 't', port: 8443, protocol: 'TLS' })]), httpRoute()]],
    ['where the open one does not admit the kind', [kubernetesGateway([httpListener({ allowedRoutes: { kinds: [{ kind: 'GRPCRoute' }] } }), closed]), httpRoute()]],
    ['where the open one does not admit the namespace', [kubernetesGateway([httpListener(), tlsListener('MUTUAL', all)]), httpRoute({ parentRefs: [{ name: 'edge', namespace: 'edge' }] }, 'shop')]],
    ['where it is not known whether it does', [kubernetesGateway([httpListener(labelled({ matchLabels: { team: 'a' } })), tlsListener('MUTUAL', all)]), httpRoute({ parentRefs: [{ name: 'edge', namespace: 'edge' }] }, 'shop')]],
    ['where an expression says which it does', [kubernetesGateway([httpListener(labelled({ matchExpressions: [{ key: 'a', operator: 'Exists' }] })), tlsListener('MUTUAL', all)]), httpRoute({ parentRefs: [{ name: 'edge', namespace: 'edge' }] }, 'shop')]],
    ['where it admits none', [kubernetesGateway([httpListener({ allowedRoutes: { namespaces: { from: 'None' } } }), closed]), httpRoute()]],
    ['where the Gateway is of another class', [kubernetesGateway([httpListener(), closed], { gatewayClassName: 'nginx' }), httpRoute()]],
    ['where the GatewayClass is of another controller', [object('gateway.networking.k8s.io/v1', 'GatewayClass', '', 'mine', { spec: { controllerName: 'example.com/x' } }), kubernetesGateway([httpListener(), closed], { gatewayClassName: 'mine' }), httpRoute()]],
    ['where the Gateway is not there', [both, httpRoute({ parentRefs: [{ name: 'other' }, {}] })]],
    ['where the parent is a Service', [both, httpRoute({ parentRefs: [{ group: '', kind: 'Service', name: 'edge' }, { kind: 'ListenerSet', name: 'edge' }] })]],
    ['where a policy that names several does', [both, httpRoute(), policy('AuthorizationPolicy', 'deny', { targetRefs: [{ ...TARGET.targetRefs[0], name: 'other' }, TARGET.targetRefs[0]], ...denied }, 'edge')]],
    ['where a policy that names the Gateway denies strangers', [both, httpRoute({ hostnames: ['a.test'] }), policy('AuthorizationPolicy', 'deny', { ...TARGET, ...denied }, 'edge')]],
    ['where one that names it in the older way does', [both, httpRoute(), policy('AuthorizationPolicy', 'deny', { targetRef: TARGET.targetRefs[0], ...denied }, 'edge')]],
    ['where one of its pods does', [both, httpRoute(), policy('AuthorizationPolicy', 'deny', { selector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'edge' } }, ...denied }, 'edge')]],
    ['where one of the whole mesh does', [both, httpRoute(), policy('AuthorizationPolicy', 'deny', denied, 'istio-system')]],
    ['where one of pods that are not known may do', [kubernetesGateway([httpListener(), closed], { addresses: [{ type: 'Hostname', value: 'mine' }] }), httpRoute(), policy('AuthorizationPolicy', 'deny', { selector: { matchLabels: { app: 'mine' } }, ...denied }, 'edge')]],
    ['where one of the ingress gateway\'s pods does', [kubernetesGateway([httpListener(), closed], { namespace: 'istio-system', ...MANUAL }), httpRoute({}, 'istio-system'),
      policy('AuthorizationPolicy', 'deny', { selector: { matchLabels: { istio: 'ingressgateway' } }, ...denied }, 'istio-system')]],
    ['where only certificates are admitted', [both, httpRoute(), policy('AuthorizationPolicy', 'allow', { ...TARGET, action: 'ALLOW', rules: [{ from: [{ source: { principals: ['*'] } }] }] }, 'edge')]],
  ])('%s', (_name, manifests) => {
    expect(told(mixedListeners, manifests)).toEqual([]);
  });

  test('a dry run closes nothing', () => {
    const dry = policy('AuthorizationPolicy', 'deny', { ...TARGET, ...denied }, 'edge');
    (dry.metadata as any).annotations = { 'istio.io/dry-run': 'true' };
    expect(told(mixedListeners, [both, httpRoute(), dry])).toHaveLength(1);
  });
});
