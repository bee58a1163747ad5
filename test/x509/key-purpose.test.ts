import { CLIENT_AUTH, KEY_CERT_SIGN, Recipe, SERVER_AUTH, authority, certificate } from './certificate-builder';
import { Certificate } from '../../src/x509/certificate';
import { allowsPurpose } from '../../src/x509/key-purpose';

// The client column is what Envoy 1.40.0 did in handshakes with such certificates.
test.each<[string, Recipe, boolean, boolean]>([
  ['no usages at all', {}, true, true],
  ['clientAuth', { purposes: [CLIENT_AUTH] }, true, false],
  ['serverAuth', { purposes: [SERVER_AUTH] }, false, true],
  ['both', { purposes: [SERVER_AUTH, CLIENT_AUTH] }, true, true],
  ['anyExtendedKeyUsage alone', { purposes: ['2.5.29.37.0'] }, false, false],
  ['codeSigning', { purposes: ['1.3.6.1.5.5.7.3.3'] }, false, false],
  ['key usage digitalSignature', { keyUsage: [7, 0x80] }, true, true],
  ['key usage keyEncipherment', { keyUsage: [5, 0x20] }, false, true],
  ['key usage keyAgreement', { keyUsage: [3, 0x08] }, false, true],
  ['key usage nonRepudiation', { keyUsage: [6, 0x40] }, false, false],
  ['key usage keyCertSign of a CA', { keyUsage: KEY_CERT_SIGN, ca: true }, false, false],
  ['a CA without key usage', { ca: true }, true, true],
  ['version 1', { version1: true }, true, true],
])('%s', (_, recipe, client, server) => {
  const certificates = Certificate.readAll(certificate(recipe));
  expect(allowsPurpose(certificates, 'clientAuth')).toBe(client);
  expect(allowsPurpose(certificates, 'serverAuth')).toBe(server);
});

test('an intermediate that is limited to one purpose limits what it issues', () => {
  const issuer = authority({ purposes: [SERVER_AUTH], keyUsage: KEY_CERT_SIGN });
  const chain = Certificate.readAll(certificate({ issuer }) + issuer.pem);
  expect(allowsPurpose(chain, 'serverAuth')).toBe(true);
  expect(allowsPurpose(chain, 'clientAuth')).toBe(false);
});
