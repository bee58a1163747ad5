import { isUrl, parseUrl } from '../../../src/cli/request/url';

test.each([
  ['https://a.test/x?y=1', { secure: true, host: 'a.test', port: undefined, path: '/x?y=1' }],
  ['https://a.test', { secure: true, host: 'a.test', port: undefined, path: '/' }],
  ['https://a.test?q', { secure: true, host: 'a.test', port: undefined, path: '/?q' }],
  ['https://a.test:8443/', { secure: true, host: 'a.test:8443', port: 8443, path: '/' }],
  ['https://a.test:443/', { secure: true, host: 'a.test', port: 443, path: '/' }],
  ['http://a.test:80/', { secure: false, host: 'a.test', port: 80, path: '/' }],
  ['http://a.test:443/', { secure: false, host: 'a.test:443', port: 443, path: '/' }],
  ['HTTP://[::1]:8080/', { secure: false, host: '[::1]:8080', port: 8080, path: '/' }],
  ['https://A.test/a/../b/%2e%2E//c;x\\d', { secure: true, host: 'A.test', port: undefined, path: '/a/../b/%2e%2E//c;x\\d' }],
])('%s goes over the wire as it is written', (url, expected) => {
  expect(isUrl(url)).toBe(true);
  expect(parseUrl(url)).toEqual(expected);
});

test.each([
  ['ftp://a.test/', 'expected `https://<host>[:<port>]/<path>`'],
  ['https:///x', 'expected `https://<host>[:<port>]/<path>`'],
  ['https://alice:secret@a.test/', 'user names in URLs are not sent'],
  ['https://a.test:0/', 'a port from 1 to 65535'],
  ['https://a.test:70000/', 'a port from 1 to 65535'],
  ['https://a.test:8x/', 'a port from 1 to 65535'],
  ['https://:443/', 'expected a host'],
])('%s is refused', (url, message) => {
  expect(() => parseUrl(url)).toThrow(message);
});

test.each(['dist/', 'a.test/x', '-', 'C:\\dist'])('%s is no URL', (text) => {
  expect(isUrl(text)).toBe(false);
});
