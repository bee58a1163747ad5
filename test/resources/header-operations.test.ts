import { checkedHeaders } from '../../src/resources/header-operations';

const set = (name: string, value: any) => checkedHeaders({ request: { set: { [name]: value } } });

test('operations are copied and sorted, empty ones left out', () => {
  const remove = ['b', 'a', 'b'];
  const checked = checkedHeaders({ request: { remove, set: { 'X-B': '1', 'X-A': '2' }, add: {} }, response: { add: { 'x-c': '%RESPONSE_FLAGS%' } } });
  remove.push('c');
  expect(checked).toStrictEqual({ request: { set: { 'X-A': '2', 'X-B': '1' }, remove: ['a', 'b'] }, response: { add: { 'x-c': '%RESPONSE_FLAGS%' } } });
  expect(checkedHeaders({})).toStrictEqual({});
});

test.each([
  'plain', '100%%', '%%%DOWNSTREAM_TLS_VERSION%%%', '%REQ(:METHOD)%', '%REQ(X-A?X-B)%', '%START_TIME%', '%START_TIME(%s)%', '%QUERY_PARAM(a)%',
  '%DYNAMIC_METADATA(a:b)%', '%START_TIME(%b %d)%', '%RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)%', '%GRPC_STATUS%',
])('value %s is one that Envoy takes', (value) => {
  expect(set('x-a', value).request!.set).toStrictEqual({ 'x-a': value });
});

const unknown = (operator: string, name = 'x-a') =>
  `unknown operator \`%${operator}%\` in header \`${name}\`: Envoy rejects the whole route table for it, expected an operator of Envoy's access log`;
const percent = (value: string) => `invalid value \`${value}\` of header \`x-a\`: expected \`%%\` for a percent sign, or an operator such as \`%DOWNSTREAM_PEER_SUBJECT%\``;

test.each<[string, any, string]>([
  ['a lone percent sign', '100%', percent('100%')],
  ['a percent sign before text', '50% off', percent('50% off')],
  ['a lower-case operator', '%protocol%', percent('%protocol%')],
  ['an unknown operator', '%DOWNSTREAM_PEER_COMMON_NAME%', unknown('DOWNSTREAM_PEER_COMMON_NAME')],
  ['an unknown operator behind a known one', '%PROTOCOL%%NO%', unknown('NO')],
  ['an operator without its argument', '%QUERY_PARAM%', 'invalid operator in value `%QUERY_PARAM%` of header `x-a`: expected `%QUERY_PARAM(<name>)%`'],
  ['an operator with an empty argument', '%REQ()%', 'invalid operator in value `%REQ()%` of header `x-a`: expected `%REQ(<name>)%`'],
  ['an argument too many', '%PROTOCOL(x)%', 'invalid operator in value `%PROTOCOL(x)%` of header `x-a`: expected `%PROTOCOL%` without argument'],
  ['a length', '%REQ(x-b):20%', 'invalid operator in value `%REQ(x-b):20%` of header `x-a`: expected no length `:20`, Istio refuses it'],
  ['an empty value', '', 'invalid value `` of header `x-a`: expected a non-empty text'],
  ['a number', 7, 'invalid value `7` of header `x-a`: expected a non-empty text'],
  ['a line feed', 'a\r\nb', 'invalid value "a\\r\\nb" of header `x-a`: expected no control characters'],
])('%s is refused', (_, value, message) => {
  expect(() => set('x-a', value)).toThrow(new Error(message));
});

test.each<[string, any, string]>([
  ['an empty name', { set: { '': 'a' } }, 'invalid header name ``: expected a non-empty text'],
  ['a name that is no text', { remove: [7] }, 'invalid header name `7`: expected a non-empty text'],
  ['the host', { set: { Host: 'a' } }, 'invalid header name `Host`: expected `rewrite.authority` to change the host'],
  [':authority', { add: { ':authority': 'a' } }, 'invalid header name `:authority`: expected `rewrite.authority` to change the host'],
  ['another pseudo header', { remove: [':path'] }, 'invalid header name `:path`: expected no pseudo header, Envoy ignores changes of them'],
  ['a space', { set: { 'x a': 'a' } }, 'invalid header name "x a": expected the characters of RFC 9110 section 5.1'],
  ['content-length', { add: { 'Content-Length': '1' } }, 'invalid header name `Content-Length`: expected a header that does not frame the message, the request would hang'],
  ['an identity header that is added', { add: { 'x_client-SSL-cn': 'a' } },
    'identity header `x_client-SSL-cn` cannot be added: the value that the client sent would stay beside it, use `remove` and `set`'],
  ['a certificate\'s subject that is added', { add: { 'x-subject': '%DOWNSTREAM_PEER_SUBJECT%' } },
    'identity header `x-subject` cannot be added: the value that the client sent would stay beside it, use `remove` and `set`'],
  ['a certificate\'s subject that is set alone', { set: { 'X-Subject': '%DOWNSTREAM_PEER_SUBJECT%' }, remove: ['X_Subject'] },
    'header `X-Subject` is set to `%DOWNSTREAM_PEER_SUBJECT%` but not removed first: without a client certificate the value is empty and the client\'s own header survives, list `X-Subject` in `remove` too'],
])('%s is refused', (_, request, message) => {
  expect(() => checkedHeaders({ request })).toThrow(new Error(message));
});

test('a certificate\'s subject that is removed and set is taken, and so are responses and quoted operators', () => {
  expect(checkedHeaders({ request: { set: { 'X-S': '%DOWNSTREAM_PEER_SUBJECT%' }, remove: ['x-s'] } }).request!.remove).toStrictEqual(['x-s']);
  expect(checkedHeaders({ response: { add: { 'x-s': '%DOWNSTREAM_PEER_SUBJECT%' } } }).response).toBeDefined();
  expect(set('x-s', '%%DOWNSTREAM_PEER_SUBJECT%%').request).toBeDefined();
});
