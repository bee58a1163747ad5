import { certificate } from './certificate-builder';
import { Certificate } from '../../src/x509/certificate';
import { coversHost } from '../../src/x509/host-coverage';

const [leaf] = Certificate.readAll(certificate({
  subject: '/CN=subject.example.com',
  dns: ['api.example.com', '*.Mtls.example.com', 'xn--bcher-kva.example', 'f*.partial.example', '*', '*.*.double.example', 'a.*.inner.example', '10.0.0.9'],
  ips: [Buffer.from([10, 0, 0, 1]), Buffer.from('20010db8000000000000000000000001', 'hex'), Buffer.from([1, 2, 3])],
}));

test.each([
  ['api.example.com', true],
  ['API.Example.COM', true],
  ['httpbin.mtls.example.com', true],
  ['*.mtls.example.com', true],
  ['xn--bcher-kva.example', true],
  ['10.0.0.1', true],
  ['2001:db8::1', true],
  ['2001:DB8:0:0:0:0:0:1', true],
  ['[2001:db8::1]', true],
  ['subject.example.com', false],
  ['mtls.example.com', false],
  ['a.b.mtls.example.com', false],
  ['.mtls.example.com', false],
  ['*.example.com', false],
  ['*.b.mtls.example.com', false],
  ['foo.partial.example', false],
  ['localhost', false],
  ['a.b.double.example', false],
  ['a.b.inner.example', false],
  ['10.0.0.9', false],
  ['10.0.0.2', false],
  ['api.example.com.', false],
  ['api.example.com:443', false],
  ['', false],
])('`%s` is covered: %s', (host, expected) => {
  expect(coversHost(leaf, host)).toBe(expected);
});
