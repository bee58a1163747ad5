import { AccessRequest, Client, MeshOptions } from '../../src/authz';
import { authority, certificate, CLIENT_AUTH, revocationList, SERVER_AUTH } from '../x509/certificate-builder';
import { secret, testPki } from './support/certificates';
import { answer, gateway, https, none, plaintext, spiffe, virtualService, world } from './support/world';

const pki = testPki();
const good = Client.fromPem(pki.client({ dns: ['client.test'], uris: ['spiffe://client.test'] }));
const server = { 'tls.crt': pki.serverPem, 'tls.key': pki.serverKey };
const ca = { cacert: pki.clients.pem };
const secrets = [secret('c', server), secret('c-cacert', ca)];
const REJECTED = 'handshake rejected';
const CLOSED = 'connection closed';

function ask(tls: object, client: Client, documents: any[] = secrets, more: Partial<AccessRequest> = {}, options: MeshOptions = {}) {
  const mesh = world([gateway([https(['a.test'], tls)]), virtualService({}), ...documents], options);
  return answer(mesh.evaluate({ client, host: 'a.test', path: '/', at: '2026-01-01', ...more }));
}

const mutual = { mode: 'MUTUAL', credentialName: 'c' };

describe('modes', () => {
  test.each<[string, object, Client, string | number]>([
    ['MUTUAL with a good certificate', mutual, good, 200],
    ['MUTUAL without one', mutual, none, REJECTED],
    ['MUTUAL with a foreign one', mutual, Client.fromPem(pki.stranger()), REJECTED],
    ['MUTUAL with an asserted one', mutual, spiffe('spiffe://x.test'), 200],
    ['SIMPLE asks for none', { mode: 'SIMPLE', credentialName: 'c' }, none, 200],
    ['SIMPLE does not look at a foreign one', { mode: 'SIMPLE', credentialName: 'c' }, Client.fromPem(pki.stranger()), 200],
    ['OPTIONAL_MUTUAL without one', { mode: 'OPTIONAL_MUTUAL', credentialName: 'c' }, none, 200],
    ['OPTIONAL_MUTUAL with a good one', { mode: 'OPTIONAL_MUTUAL', credentialName: 'c' }, good, 200],
    ['OPTIONAL_MUTUAL with a foreign one', { mode: 'OPTIONAL_MUTUAL', credentialName: 'c' }, Client.fromPem(pki.stranger()), REJECTED],
    ['OPTIONAL_MUTUAL with a name list demands one', { mode: 'OPTIONAL_MUTUAL', credentialName: 'c', subjectAltNames: ['client.test'] }, none, REJECTED],
    ['insecureSkipVerify takes any', { ...mutual, insecureSkipVerify: true }, Client.fromPem(pki.stranger()), 200],
    ['insecureSkipVerify takes none not', { ...mutual, insecureSkipVerify: true }, none, REJECTED],
    ['insecureSkipVerify switches name lists off', { ...mutual, insecureSkipVerify: true, subjectAltNames: ['other.test'] }, good, 200],
    ['a missing mode is PASSTHROUGH', {}, good, 'connection refused'],
    ['ISTIO_MUTUAL with an identity of the mesh', { mode: 'ISTIO_MUTUAL' }, spiffe('spiffe://cluster.local/ns/a/sa/b'), 200],
    ['ISTIO_MUTUAL with another', { mode: 'ISTIO_MUTUAL' }, spiffe('spiffe://test.client'), REJECTED],
    ['plain text to a TLS port', mutual, plaintext, 'connection refused'],
  ])('%s', (_name, tls, client, expected) => {
    expect(ask(tls, client)).toBe(expected);
  });

  test('plain text to the port itself is closed', () => {
    expect(ask(mutual, plaintext, secrets, { port: 443 })).toBe(CLOSED);
  });
});

describe('client certificates', () => {
  const intermediate = authority({ subject: '/CN=intermediate', issuer: pki.clients });
  const leaf = certificate({ subject: '/CN=leaf', issuer: intermediate, purposes: [CLIENT_AUTH] });
  test.each<[string, string, string | number]>([
    ['expired', pki.client({ until: '250601000000Z' }), REJECTED],
    ['not valid yet', pki.client({ from: '270101000000Z' }), REJECTED],
    ['for servers only', pki.client({ purposes: [SERVER_AUTH] }), REJECTED],
    ['without extended key usage', pki.client({ purposes: undefined }), 200],
    ['with an intermediate', leaf + intermediate.pem, 200],
    ['without the intermediate that it needs', leaf, REJECTED],
  ])('%s', (_name, pem, expected) => {
    expect(ask(mutual, Client.fromPem(pem))).toBe(expected);
  });

  test('a leaf pinned as trust anchor is accepted', () => {
    const pinned = pki.stranger();
    expect(ask(mutual, Client.fromPem(pinned), [secret('c', server), secret('c-cacert', { cacert: pinned })])).toBe(200);
  });

  test.each<[object, string | number]>([
    [{ subjectAltNames: ['client.test'] }, 200],
    [{ subjectAltNames: ['spiffe://client.test'] }, 200],
    [{ subjectAltNames: ['*.test'] }, REJECTED],
    [{ verifyCertificateSpki: ['AAAA'] }, REJECTED],
    [{ verifyCertificateHash: ['00'] }, REJECTED],
  ])('constraints %j', (constraint, expected) => {
    expect(ask({ ...mutual, ...constraint }, good)).toBe(expected);
  });
});

describe('where credentials come from', () => {
  const cases: [string, object, any[], string | number][] = [
    ['another namespace than the gateway pods', mutual, [secret('c', server, 'default'), secret('c-cacert', ca, 'default')], CLOSED],
    ['no trust anchor', mutual, [secret('c', server)], CLOSED],
    ['no server certificate', mutual, [secret('c-cacert', ca)], CLOSED],
    ['`ca.crt` of the server Secret', mutual, [secret('c', { ...server, 'ca.crt': pki.clients.pem })], 200],
    ['`-cacert` is final even with wrong keys', mutual, [secret('c', { ...server, 'ca.crt': pki.clients.pem }), secret('c-cacert', { tls: 'x' })], CLOSED],
    ['`cacert` before `ca.crt`', mutual, [secret('c', server), secret('c-cacert', { 'cacert': pki.clients.pem, 'ca.crt': pki.strangers.pem })], 200],
    ['`cert` and `key` before `tls.*`', mutual, [secret('c', { ...server, cert: 'garbage', key: 'garbage' }), secret('c-cacert', ca)], CLOSED],
    ['half a pair is skipped', mutual, [secret('c', { ...server, cert: 'garbage' }), secret('c-cacert', ca)], 200],
    ['empty values are missing', mutual, [secret('c', { ...server, cert: '', key: '' }), secret('c-cacert', { 'cacert': '', 'ca.crt': pki.clients.pem })], 200],
    ['garbage is no certificate', mutual, [secret('c', { 'tls.crt': 'x', 'tls.key': 'y' }), secret('c-cacert', ca)], CLOSED],
    ['`kubernetes://name`', { mode: 'MUTUAL', credentialName: 'kubernetes://c' }, secrets, 200],
    ['`ns/name` of the own namespace', { mode: 'MUTUAL', credentialName: 'istio-system/c' }, secrets, 200],
    ['`ns/name` of another', { mode: 'MUTUAL', credentialName: 'default/c' }, [secret('c', server, 'default'), secret('c-cacert', ca, 'default')], CLOSED],
    ['caCertCredentialName', { ...mutual, caCertCredentialName: 'x-cacert' }, [secret('c', server), secret('x-cacert', ca)], 200],
    ['caCertCredentialName without the suffix', { ...mutual, caCertCredentialName: 'x' }, [secret('c', server), secret('x', ca)], CLOSED],
    ['caCertCredentialName of a server Secret: nobody is verified', { ...mutual, caCertCredentialName: 'c' }, secrets, 200],
    ['a ConfigMap of any namespace', { ...mutual, caCertCredentialName: 'configmap://other/x' },
      [secret('c', server), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'other' }, data: ca }], 200],
    ['a Helm release is no Secret', mutual, [{ ...secret('c', server), type: 'helm.sh/release.v1' }, secret('c-cacert', ca)], CLOSED],
  ];
  test.each(cases)('%s', (_name, tls, documents, expected) => {
    expect(ask(tls, good, documents)).toBe(expected);
  });

  test('caCertCredentialName of a server Secret asks for no certificate at all', () => {
    expect(ask({ ...mutual, caCertCredentialName: 'c' }, none)).toBe(200);
    expect(ask({ ...mutual, caCertCredentialName: 'c' }, Client.fromPem(pki.stranger()))).toBe(200);
  });

  test('a key that does not belong to the certificate is no credential', () => {
    expect(ask(mutual, good, [secret('c', { ...server, 'tls.key': pki.otherKey }), secrets[1]])).toBe(CLOSED);
  });

  test('Secrets that a Certificate will write are there', () => {
    const documents = ['c', 'c-cacert'].map((secretName) => ({ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name: secretName, namespace: 'istio-system' }, spec: { secretName } }));
    expect(ask(mutual, spiffe('spiffe://x.test'), documents)).toBe(200);
    expect(ask(mutual, good, documents)).toBe('undecided');
    expect(ask(mutual, none, documents)).toBe(REJECTED);
  });

  test('what open manifests lack is taken for granted, and said', () => {
    const mesh = world([gateway([https(['a.test'], mutual)]), virtualService({})], { complete: false });
    const decision = mesh.evaluate({ client: spiffe('spiffe://x.test'), host: 'a.test', path: '/' });
    expect(decision.outcome).toBe('allowed');
    expect(decision.assumptions).toEqual(['there is a Secret istio-system/c with what the gateway needs', 'there is a Secret istio-system/c-cacert with what the gateway needs']);
  });
});

describe('revocation', () => {
  const revoked = Client.fromPem(pki.client({ serial: [0x55] }));
  const withCrl = (crl: string) => [secret('c', server), secret('c-cacert', { cacert: pki.clients.pem, crl })];
  test('a revoked certificate is refused, another is not', () => {
    const documents = withCrl(revocationList(pki.clients, [[0x55]], '300101000000Z'));
    expect(ask(mutual, revoked, documents)).toBe(REJECTED);
    expect(ask(mutual, good, documents)).toBe(200);
  });

  test('a list that is no longer current refuses everybody', () => {
    expect(ask(mutual, good, withCrl(revocationList(pki.clients, [], '250601000000Z')))).toBe(REJECTED);
  });

  test('a list of another CA refuses everybody', () => {
    expect(ask(mutual, good, withCrl(revocationList(pki.strangers, [], '300101000000Z')))).toBe(REJECTED);
  });
});
