import { httpListener, httpRoute, kubernetesGateway, TO_HTTPBIN } from './support';
import { addedHeader } from '../../../src/checks/route/added-header';
import { framingHeader } from '../../../src/checks/route/framing-header';
import { headerOperator } from '../../../src/checks/route/header-operator';
import { headerSpellings } from '../../../src/checks/route/header-spellings';
import { setWithoutRemove } from '../../../src/checks/route/set-without-remove';
import { find, told } from '../support';

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
