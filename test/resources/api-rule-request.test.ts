import { checkedRequest } from '../../src/resources/api-rule-request';

test('headers and cookies are sorted, and what Envoy knows may stand in them', () => {
  expect(checkedRequest({
    headers: { 'x-b': 'client:%DOWNSTREAM_PEER_SUBJECT%', 'X-A': '100%% %REQ(x)%' },
    cookies: { b: '2', a: '1' },
  })).toEqual({ headers: { 'X-A': '100%% %REQ(x)%', 'x-b': 'client:%DOWNSTREAM_PEER_SUBJECT%' }, cookies: { a: '1', b: '2' } });
  expect(checkedRequest({ cookies: { A: '1', a: '2' } })).toEqual({ cookies: { A: '1', a: '2' } });
  expect(checkedRequest({ headers: { 'x-percent': '%%DOWNSTREAM_PEER_SUBJECT%%' } })).toEqual({ headers: { 'x-percent': '%%DOWNSTREAM_PEER_SUBJECT%%' } });
});

const alone = (name: string, value: string) => `header \`${name}\` is \`${value}\` alone: without a certificate, or with one that lacks it, the client's own value passes; `
  + `put text in front as in \`client:${value}\`, or use a CertSecuredWorkload`;
const identity = (name: string) => `identity header \`${name}\` cannot be set by an APIRule: Kyma does not remove what the client sent under its other spellings, use a CertSecuredWorkload`;

describe('a request change is refused with its cure', () => {
  test.each<[string, any, string]>([
    ['nothing', undefined, 'empty `request`: expected `headers` or `cookies`'],
    ['neither', {}, 'empty `request`: expected `headers` or `cookies`'],
    ['no headers', { headers: {} }, 'invalid `headers` `{}`: expected at least one name with its value'],
    ['null', { headers: null }, 'invalid `headers` `null`: expected at least one name with its value'],
    ['text', { headers: 'a: b' }, 'invalid `headers` `"a: b"`: expected at least one name with its value'],
    ['list', { cookies: ['a'] }, 'invalid `cookies` `["a"]`: expected at least one name with its value'],
    ['name with a space', { headers: { 'a b': 'c' } }, 'invalid name "a b" in `headers`: expected the characters of RFC 9110 section 5.1'],
    ['pseudo header', { headers: { ':authority': 'c' } }, 'invalid name ":authority" in `headers`: expected the characters of RFC 9110 section 5.1'],
    ['two spellings', { headers: { 'x-a': '1', 'X-A': '2' } }, 'header `x-a` is given in two spellings: expected one, because letter case does not matter to HTTP'],
    ['host', { headers: { Host: 'a' } }, "header `Host` cannot be set by an APIRule: the workload would see another host, for which Kyma's own policy answers 403"],
    ['cookie', { headers: { Cookie: 'a=b' } }, 'header `Cookie` cannot be set by an APIRule: use `cookies`'],
    ['content length', { headers: { 'Content-Length': '1' } }, 'header `Content-Length` cannot be set by an APIRule: the request would hang or lose its framing'],
    ['forwarded host', { headers: { 'X-Forwarded-Host': 'a' } }, 'header `X-Forwarded-Host` cannot be set by an APIRule: Kyma sets it to the host of the rule'],
    ['identity header', { headers: { 'X-CLIENT-SSL-CN': 'a' } }, identity('X-CLIENT-SSL-CN')],
    ['identity header in another spelling', { headers: { 'x_client-ssl_san': '%DOWNSTREAM_PEER_URI_SAN%' } }, identity('x_client-ssl_san')],
    ['forwarded client certificate', { headers: { 'X-Forwarded-Client-Cert': 'a' } }, identity('X-Forwarded-Client-Cert')],
    ['empty value', { headers: { 'x-a': '' } }, 'invalid value `` of header `x-a`: expected a non-empty text'],
    ['blank value', { headers: { 'x-a': ' ' } }, "invalid value ` ` of header `x-a`: expected a non-empty text, Envoy skips others and the client's own value passes"],
    ['control character', { headers: { 'x-a': 'a\nb' } }, 'invalid value "a\\nb" of header `x-a`: expected no control characters'],
    ['percent sign', { headers: { 'x-a': '100%' } }, 'invalid value `100%` of header `x-a`: expected `%%` for a percent sign, or an operator such as `%DOWNSTREAM_PEER_SUBJECT%`'],
    ['unknown operator', { headers: { 'x-a': '%NOPE%' } }, "unknown operator `%NOPE%` in header `x-a`: Envoy rejects the whole route table for it, expected an operator of Envoy's access log"],
    ['peer alone', { headers: { 'x-a': '%DOWNSTREAM_PEER_URI_SAN%' } }, alone('x-a', '%DOWNSTREAM_PEER_URI_SAN%')],
    ['two peers alone', { headers: { 'x-a': '%DOWNSTREAM_PEER_URI_SAN% %DOWNSTREAM_PEER_DNS_SAN%' } }, alone('x-a', '%DOWNSTREAM_PEER_URI_SAN% %DOWNSTREAM_PEER_DNS_SAN%')],
    ['cookie with a semicolon', { cookies: { a: 'b;c' } }, 'invalid value "b;c" of cookie `a`: expected text without spaces, `"`, `,`, `;`, `\\` and `%` (RFC 6265 section 4.1.1)'],
    ['empty cookie', { cookies: { a: '' } }, 'invalid value "" of cookie `a`: expected text without spaces, `"`, `,`, `;`, `\\` and `%` (RFC 6265 section 4.1.1)'],
    ['number as a cookie', { cookies: { a: 1 } }, 'invalid value 1 of cookie `a`: expected text without spaces, `"`, `,`, `;`, `\\` and `%` (RFC 6265 section 4.1.1)'],
  ])('%s', (_name, request, message) => {
    expect(() => checkedRequest(request)).toThrow(new Error(message));
  });
});
