import { CertificateIdentity, CertificateIdentityKind } from '../../src/model/certificate-identity';
import { DistinguishedName } from '../../src/model/distinguished-name';
import { SpiffeId } from '../../src/model/spiffe-id';
import { authority, certificate } from '../x509/certificate-builder';

const client = DistinguishedName.fromOpenSsl('/CN=client/O=Example');
const ca = DistinguishedName.fromOpenSsl('/CN=ca');
const id = SpiffeId.parse('spiffe://test.client');

test('a SPIFFE identity has an ID and no names', () => {
  const identity = CertificateIdentity.spiffe(id);
  expect(identity.kind).toBe(CertificateIdentityKind.SPIFFE_ID);
  expect(identity.spiffeId).toBe(id);
  expect(identity.subjectName).toBeUndefined();
  expect(identity.issuerName).toBeUndefined();
  expect(`${identity}`).toBe('spiffe://test.client');
});

test('a subject has no issuer', () => {
  const identity = CertificateIdentity.subject(client);
  expect(identity.kind).toBe(CertificateIdentityKind.SUBJECT);
  expect(identity.subjectName).toBe(client);
  expect(identity.issuerName).toBeUndefined();
  expect(identity.spiffeId).toBeUndefined();
  expect(`${identity}`).toBe('subject O=Example,CN=client');
});

test('a subject of an issuer has both', () => {
  const identity = CertificateIdentity.subjectAndIssuer(client, ca);
  expect(identity.kind).toBe(CertificateIdentityKind.SUBJECT_AND_ISSUER);
  expect(identity.subjectName).toBe(client);
  expect(identity.issuerName).toBe(ca);
  expect(`${identity}`).toBe('subject O=Example,CN=client, issuer CN=ca');
});

test('a certificate is recognised by its subject and issuer, and so is its renewal', () => {
  const issuer = authority({ subject: '/CN=ca' });
  const before = CertificateIdentity.fromCertificate(certificate({ subject: '/CN=client/O=Example', issuer }));
  const after = CertificateIdentity.fromCertificate(certificate({ subject: '/CN=client/O=Example', issuer, until: '400101000000Z' }));
  expect(before.isSameAs(CertificateIdentity.subjectAndIssuer(client, ca))).toBe(true);
  expect(before.isSameAs(after)).toBe(true);
  expect(before.isSameAs(CertificateIdentity.subject(client))).toBe(false);
});

test('a certificate without a subject is no identity of this kind', () => {
  expect(() => CertificateIdentity.fromCertificate(certificate({ subject: '/', issuer: authority() })))
    .toThrow(new Error('the subject of a certificate identity is the empty name, of which Envoy sends no header: recognise the client by its SPIFFE ID'));
});

test.each([
  ['/CN=team-*', 'begins or ends in `*`, which Istio takes for a wildcard'],
  ['/CN=team ', 'ends in a space, which HTTP/1.1 strips from a header'],
])('`%s` cannot be compared exactly', (text, reason) => {
  const name = DistinguishedName.fromOpenSsl(text);
  const cure = 'issue the certificate with another name or order of attributes, or recognise the client by its SPIFFE ID';
  expect(() => CertificateIdentity.subject(name)).toThrow(new Error(`the subject \`${name.envoySubject}\` of a certificate identity ${reason}: ${cure}`));
  expect(() => CertificateIdentity.subjectAndIssuer(client, name)).toThrow(new Error(`the issuer \`${name.envoySubject}\` of a certificate identity ${reason}: ${cure}`));
});

test.each([['/CN=client', 'string'], [null, 'null'], [undefined, 'undefined'], [id, 'object']])('%p is no distinguished name', (value, type) => {
  expect(() => CertificateIdentity.subject(value as any))
    .toThrow(new Error(`the subject of a certificate identity is not a DistinguishedName but ${type}: use \`DistinguishedName.fromOpenSsl(…)\``));
});

test.each([['spiffe://test.client', 'string'], [null, 'null'], [client, 'object']])('%p is no SPIFFE ID', (value, type) => {
  expect(() => CertificateIdentity.spiffe(value as any)).toThrow(new Error(`a certificate identity is not made of a SpiffeId but of ${type}: use \`SpiffeId.parse(…)\``));
});
