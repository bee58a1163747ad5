import { checkedMethods, HttpMethod } from '../../src/model/http-method';

test('methods are sorted and listed once', () => {
  expect(checkedMethods([HttpMethod.POST, HttpMethod.GET, HttpMethod.POST])).toEqual(['GET', 'POST']);
});

test.each([
  ['get', 'invalid HTTP method `get`: expected `GET` (Envoy compares methods case-sensitively)'],
  ['FETCH', 'invalid HTTP method `FETCH`: expected one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE, CONNECT'],
  [undefined, 'invalid HTTP method `undefined`: expected one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE, CONNECT'],
])('%p from JavaScript is refused', (method, message) => {
  expect(() => checkedMethods([method as HttpMethod])).toThrow(new Error(message));
});
