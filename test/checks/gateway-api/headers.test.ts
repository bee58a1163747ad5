import { httpListener, httpRoute, kubernetesGateway, MANUAL, TARGET, TO_HTTPBIN } from './support';
import { gatewayHeader } from '../../../src/checks/policy/gateway-header';
import { inMeshHeader } from '../../../src/checks/policy/in-mesh-header';
import { addedHeader } from '../../../src/checks/route/added-header';
import { framingHeader } from '../../../src/checks/route/framing-header';
import { headerOperator } from '../../../src/checks/route/header-operator';
import { headerSpellings } from '../../../src/checks/route/header-spellings';
import { setWithoutRemove } from '../../../src/checks/route/set-without-remove';
import { find, Manifest, policy, told } from '../support';

const SUBJECT = '%DOWNSTREAM_PEER_SUBJECT%';
const edge = kubernetesGateway([httpListener()]);
const modifier = (requestHeaderModifier: object) => ({ type: 'RequestHeaderModifier', requestHeaderModifier });
const routing = (rule: object, backend: object = {}) => {
  return httpRoute({ rules: [{ ...rule, backendRefs: [{ ...TO_HTTPBIN.backendRefs[0], ...backend }] }] });
};
const set = (name: string, value: string) => ({ set: [{ name: 'a', value: 'b' }, { name, value }] });

test('a header that is set from the certificate and not removed is told, with a patch (MTLS014)', () => {
  expect(find(setWithoutRemove, [edge, routing({ filters: [{ type: 'URLRewrite' }, modifier({ ...set('X-Id', SUBJECT), remove: ['X-Other'] })] })])).toEqual([expect.objectContaining({
    object: expect.objectContaining({ kind: 'HTTPRoute' }),
    path: ['spec', 'rules', 0, 'filters', 1, 'requestHeaderModifier', 'set', 1],
    message: 'HTTPRoute `edge/httpbin` sets `X-Id` from the client\'s certificate and does not remove it first',
    patch: [{ op: 'add', path: '/spec/rules/0/filters/1/requestHeaderModifier/remove', value: ['X-Other', 'X-Id'] }],
  })]);
});

test('so is one of a backend, unless the rule removes it', () => {
  const backend = { filters: [modifier(set('X-Id', SUBJECT))] };
  expect(find(setWithoutRemove, [edge, routing({}, backend)]).map(({ path }) => path.join('.'))).toEqual(['spec.rules.0.backendRefs.0.filters.0.requestHeaderModifier.set.1']);
  expect(told(setWithoutRemove, [edge, routing({ filters: [modifier({ remove: ['x-id'] })] }, backend)])).toEqual([]);
});

test('one that is added (MTLS051), one whose spellings stay (MTLS070), one that frames (MTLS074), one that Envoy does not take (MTLS054)', () => {
  expect(find(addedHeader, [edge, routing({ filters: [modifier({ add: [{ name: 'X-Id', value: SUBJECT }] })] })])[0].path).toEqual(['spec', 'rules', 0, 'filters', 0, 'requestHeaderModifier', 'add', 0]);
  expect(find(addedHeader, [edge, routing({ filters: [modifier({ add: [{ name: 'X-Id', value: SUBJECT }] })] })])[0].patch).toEqual([
    { op: 'remove', path: '/spec/rules/0/filters/0/requestHeaderModifier/add' },
    { op: 'add', path: '/spec/rules/0/filters/0/requestHeaderModifier/set', value: [{ name: 'X-Id', value: SUBJECT }] },
    { op: 'add', path: '/spec/rules/0/filters/0/requestHeaderModifier/remove', value: ['X-Id'] },
  ]);
  expect(find(addedHeader, [edge, routing({ filters: [modifier({ ...set('x', 'y'), add: [{ name: 'b', value: 'c' }, { name: 'X-Id', value: SUBJECT }] })] })])[0].patch).toEqual([
    { op: 'remove', path: '/spec/rules/0/filters/0/requestHeaderModifier/add/1' },
    { op: 'add', path: '/spec/rules/0/filters/0/requestHeaderModifier/set/-', value: { name: 'X-Id', value: SUBJECT } },
    { op: 'add', path: '/spec/rules/0/filters/0/requestHeaderModifier/remove', value: ['X-Id'] },
  ]);
  expect(find(headerSpellings, [edge, routing({ filters: [modifier({ ...set('X-Id', SUBJECT), remove: ['X-Id'] })] })])[0].patch)
    .toEqual([{ op: 'add', path: '/spec/rules/0/filters/0/requestHeaderModifier/remove', value: ['X-Id', 'X_Id'] }]);
  expect(find(framingHeader, [edge, routing({ filters: [modifier(set('Content-Length', '1'))] })])[0].patch).toEqual([{ op: 'remove', path: '/spec/rules/0/filters/0/requestHeaderModifier/set/1' }]);
  expect(find(headerOperator, [edge, routing({ filters: [modifier(set('x', '%NONE%'))] })])[0].path).toEqual(['spec', 'rules', 0, 'filters', 0, 'requestHeaderModifier', 'set', 1]);
});

test.each([
  ['a header without the certificate', [edge, routing({ filters: [modifier(set('X-Id', 'x'))] })]],
  ['a response header', [edge, routing({ filters: [{ type: 'ResponseHeaderModifier', responseHeaderModifier: set('X-Id', SUBJECT) }] })]],
  ['a filter of another type', [edge, routing({ filters: [{ type: 'URLRewrite', requestHeaderModifier: set('X-Id', SUBJECT) }] })]],
  ['a route that no Gateway here serves', [routing({ filters: [modifier(set('X-Id', SUBJECT))] })]],
  ['a route of another parent', [edge, httpRoute({ parentRefs: [{ name: 'other' }], rules: [{ ...TO_HTTPBIN, filters: [modifier(set('X-Id', SUBJECT))] }] })]],
])('no alarm: %s', (_name, manifests) => {
  expect(told(setWithoutRemove, manifests)).toEqual([]);
});

describe('policies about a header that a route of the Gateway API writes', () => {
  const writing = routing({ filters: [modifier({ ...set('X-Id', SUBJECT), remove: ['X-Id', 'X_Id'] })] });
  const asking = (spec: object, namespace = 'edge', from?: object[]) => policy('AuthorizationPolicy', 'p', { ...spec, rules: [{ from, when: [{ key: 'request.headers[x-id]', values: ['CN=client'] }] }] }, namespace);
  const workload = { selector: { matchLabels: { app: 'httpbin' } } };
  const pods = { selector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'edge' } } };

  test('a workload admits the gateway only, whose account is that of the pods that Istio makes (MTLS016)', () => {
    const principals = ['cluster.local/ns/edge/sa/edge-istio'];
    expect(find(inMeshHeader, [edge, writing, asking(workload)])).toEqual([expect.objectContaining({
      message: 'rule 1 of AuthorizationPolicy `edge/p` trusts `request.headers[x-id]` from any source',
      cure: `admit the gateway only, as in \`from: [{source: {principals: [${principals[0]}]}}]\``,
      patch: [{ op: 'add', path: '/spec/rules/0/from', value: [{ source: { principals } }] }],
      related: [expect.objectContaining({ kind: 'HTTPRoute' })],
    })]);
  });

  test('there is no patch for pods of another making', () => {
    const manual = kubernetesGateway([httpListener({ allowedRoutes: { namespaces: { from: 'All' } } })], { namespace: 'istio-system', ...MANUAL });
    const route = httpRoute({ parentRefs: [{ name: 'edge', namespace: 'istio-system' }], rules: [{ ...TO_HTTPBIN, filters: [modifier(set('X-Id', SUBJECT))] }] });
    expect(find(inMeshHeader, [manual, route, asking(workload)])).toEqual([expect.objectContaining({ cure: expect.stringContaining('istio-ingressgateway-service-account') })]);
    expect(find(inMeshHeader, [manual, route, asking(workload)])[0].patch).toBeUndefined();
    expect(told(gatewayHeader, [manual, route, asking({ selector: { matchLabels: { istio: 'ingressgateway' } } }, 'istio-system')])).toHaveLength(1);
    expect(told(gatewayHeader, [manual, route, asking(TARGET, 'istio-system')])).toEqual([]);
  });

  test.each<[string, Manifest[], number]>([
    ['a policy of the root namespace', [edge, writing, asking(workload, 'istio-system')], 1],
    ['a policy of another namespace', [edge, writing, asking(workload, 'shop')], 0],
    ['a Service of another namespace', [edge, routing({ filters: [modifier(set('X-Id', SUBJECT))] }, { namespace: 'shop' }), asking(workload, 'shop')], 1],
    ['a policy that names its source', [edge, writing, asking(workload, 'edge', [{ source: { principals: ['a'] } }])], 0],
    ['a policy at the gateway, which is MTLS015', [edge, writing, asking(pods)], 0],
    ['a header that says nothing of the certificate', [edge, routing({ filters: [modifier({ set: [{ name: 'X-Id', value: 'x' }, { name: 'X-Other', value: SUBJECT }] })] }), asking(workload)], 0],
    ['a route that writes another header', [edge, routing({ filters: [modifier(set('X-Other', SUBJECT))] }), asking(workload)], 0],
  ])('MTLS016: %s', (_name, manifests, count) => {
    expect(told(inMeshHeader, manifests)).toHaveLength(count);
  });

  test('a policy at the gateway reads what the client sent (MTLS015)', () => {
    expect(find(gatewayHeader, [edge, writing, asking(TARGET)])).toEqual([expect.objectContaining({
      message: 'rule 1 of AuthorizationPolicy `edge/p` asks for `request.headers[x-id]` at gateway `edge/edge`, which writes that header only after its policies',
      related: [expect.objectContaining({ kind: 'HTTPRoute' })],
    })]);
  });

  test.each<[string, Manifest[], number]>([
    ['by the labels of its pods', [edge, writing, asking(pods)], 1],
    ['by those of the workload', [edge, writing, asking(workload)], 0],
    ['of another Gateway', [edge, kubernetesGateway([httpListener()], { name: 'other' }), writing, asking({ targetRefs: [{ ...TARGET.targetRefs[0], name: 'other' }] })], 0],
    ['from another namespace', [edge, writing, asking(TARGET, 'shop')], 0],
    ['about another header', [edge, routing({ filters: [modifier(set('X-Other', SUBJECT))] }), asking(TARGET)], 0],
  ])('MTLS015: %s', (_name, manifests, count) => {
    expect(told(gatewayHeader, manifests)).toHaveLength(count);
  });
});
