import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { secret, testPki } from './support/certificates';
import { Client, Mesh, MeshOptions, Token } from '../../src/authz';
import { parseDocuments } from '../../src/mesh/documents';
import { CertificateIdentity } from '../../src/model/certificate-identity';
import { DistinguishedName } from '../../src/model/distinguished-name';
import { SpiffeId } from '../../src/model/spiffe-id';

const pki = testPki();
const folder = join(__dirname, '..', 'tutorials-as-written');
const read = (name: string) => parseDocuments(readFileSync(join(folder, `${name}.yaml`), 'utf8')) as any[];
const platform = read('platform');

function mesh(documents: any[], options: MeshOptions = {}): Mesh {
  return Mesh.fromManifests([...platform, ...documents], { complete: true, createdTogether: true, ...options });
}

const server = { 'tls.crt': pki.serverPem, 'tls.key': pki.serverKey };
const anyone = Client.verified(CertificateIdentity.subject(DistinguishedName.fromOpenSsl('/CN=alice/O=Example')));
const client = Client.verified(CertificateIdentity.subject(DistinguishedName.fromOpenSsl('/CN=client/O=Example')));
const sleep = Client.inMesh(SpiffeId.parse('spiffe://cluster.local/ns/default/sa/sleep'));

describe('000, a workload secured with a certificate', () => {
  const gateway = JSON.parse(JSON.stringify(read('001')[0]));
  gateway.spec.servers[0].hosts = ['*.example.com'];
  const tutorial = mesh([...read('000'), gateway, secret('kyma-mtls-certs', server), secret('kyma-mtls-certs-cacert', { cacert: pki.clients.pem })]);
  const request = { host: 'httpbin-vs.example.com', path: '/headers' };

  test('the client of the tutorial gets in, another certificate does not', () => {
    expect(tutorial.evaluate({ ...request, client }).toString()).toBe('allowed, reaches default/httpbin');
    expect(tutorial.evaluate({ ...request, client: anyone })).toMatchObject({ outcome: 'forbidden', policy: 'default/test-authz-policy', rule: 1 });
  });

  test('without certificate the handshake fails; the 403 that the text promises is never seen', () => {
    expect(tutorial.evaluate({ ...request, client: Client.none() }).outcome).toBe('handshake rejected');
  });

  test('a certificate given as PEM is verified for real', () => {
    expect(tutorial.evaluate({ ...request, client: Client.fromPem(pki.client()) }).outcome).toBe('allowed');
    expect(tutorial.evaluate({ ...request, client: Client.fromPem(pki.stranger()) }).outcome).toBe('handshake rejected');
  });

  test('hole: a caller in the mesh forges the header and gets in', () => {
    const forged = tutorial.evaluate({ ...request, client: sleep, service: 'default/httpbin', headers: { 'X-Client-Ssl-Cn': 'O=Example,CN=client' } });
    expect(forged.outcome).toBe('allowed');
  });

  test('hole: the policy has no selector, so other workloads of the namespace are locked', () => {
    expect(tutorial.evaluate({ host: 'function', path: '/', client: sleep, service: 'default/function' })).toMatchObject({ outcome: 'forbidden', policy: 'default/test-authz-policy' });
  });

  test('hole: a certificate without subject leaves a forged header as it is', () => {
    const nameless = Client.certificate({ dnsNames: ['x.test'] });
    expect(tutorial.evaluate({ ...request, client: nameless, headers: { 'x-client-ssl-cn': 'O=Example,CN=client' } }).outcome).toBe('allowed');
  });
});

describe('001, a mutual-TLS gateway', () => {
  const ca = { cacert: pki.clients.pem };
  const request = { host: 'httpbin.mtls.example.com', path: '/status/418', client };

  test('hole: the Secrets are not where the gateway reads them, and every connection is closed', () => {
    const decision = mesh([...read('001'), secret('kyma-mtls-certs', server, 'default'), secret('kyma-mtls-certs-cacert', ca, 'default')], { complete: false }).evaluate(request);
    expect(decision.outcome).toBe('connection closed');
    expect(decision.reason).toBe('port 443 (MUTUAL) of Gateway default/kyma-mtls-gateway cannot be served: '
      + 'Secret `default/kyma-mtls-certs` is not in the namespace of the gateway\'s pods: expected `istio-system/kyma-mtls-certs`');
  });

  test('hole: an issuer CA in the server Secret becomes the client CA, silently', () => {
    const tutorial = mesh([...read('001'), secret('kyma-mtls-certs', { ...server, 'ca.crt': pki.strangers.pem })]);
    expect(tutorial.evaluate({ ...request, client: Client.fromPem(pki.client()) }).outcome).toBe('handshake rejected');
    expect(tutorial.evaluate({ ...request, client: Client.fromPem(pki.stranger()) }).outcome).toBe('not found');
  });

  test('hole: the APIRule of that version is refused, so nothing is routed', () => {
    const tutorial = mesh([...read('001'), secret('kyma-mtls-certs', server), secret('kyma-mtls-certs-cacert', ca)]);
    expect(tutorial.evaluate(request)).toMatchObject({ outcome: 'not found', status: 404 });
    expect(tutorial.refused).toEqual(['APIRule default/httpbin-mtls: APIRule v1beta1 is no longer supported: write v2']);
  });
});

describe('002, a workload secured with a token', () => {
  const gateway = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name: 'httpbin-gateway', namespace: 'default' },
    spec: { selector: { istio: 'ingressgateway' }, servers: [{ hosts: ['*.example.com'], port: { number: 443, name: 'https', protocol: 'HTTPS' }, tls: { mode: 'SIMPLE', credentialName: 'gateway' } }] },
  };
  const tutorial = mesh([...read('002'), gateway, secret('gateway', server)]);
  const request = { host: 'httpbin.example.com', path: '/status/200', client: Client.none() };
  const token = Token.verified({ issuer: 'https://idp.example.com', subject: 'alice' });

  test.each([
    ['no token', {}, 'forbidden'],
    ['a token', { token }, 'allowed'],
    ['a token without subject', { token: Token.verified({ issuer: 'https://idp.example.com' }) }, 'forbidden'],
    ['a token of another issuer', { token: Token.verified({ issuer: 'https://other.example.com', subject: 'alice' }) }, 'unauthenticated'],
    ['no token that can be read', { headers: { authorization: 'Bearer x' } }, 'unauthenticated'],
  ])('%s', (_name, more, outcome) => {
    expect(tutorial.evaluate({ ...request, ...more }).outcome).toBe(outcome);
  });

  test('hole: the selector of the Function\'s policies matches no Function, so it is open', () => {
    expect(tutorial.evaluate({ ...request, host: 'function.example.com' }).toString()).toBe('allowed, reaches default/function');
  });
});

describe('003, secure gateways', () => {
  test('hole: "use sds" beside credentialName is refused, so nothing listens', () => {
    const tutorial = mesh([...read('003-mutual'), secret('httpbin-credential', { cert: pki.serverPem, key: pki.serverKey, cacert: pki.clients.pem })]);
    expect(tutorial.evaluate({ host: 'httpbin.example.com', path: '/status/200', client }).outcome).toBe('connection refused');
    expect(tutorial.refused).toEqual(['Gateway default/mygateway: `spec.servers[0].tls` names its server certificate in more than one way']);
  });

  test('with the old keys of the Secret and without those words it works', () => {
    const [gateway, route] = JSON.parse(JSON.stringify(read('003-mutual')));
    gateway.spec.servers[0].tls = { mode: 'MUTUAL', credentialName: 'httpbin-credential' };
    const fixed = mesh([gateway, route, secret('httpbin-credential', { cert: pki.serverPem, key: pki.serverKey, cacert: pki.clients.pem })]);
    expect(fixed.evaluate({ host: 'httpbin.example.com', path: '/status/200', client: Client.fromPem(pki.client()) }).outcome).toBe('allowed');
    expect(fixed.evaluate({ host: 'httpbin.example.com', path: '/headers', client }).outcome).toBe('not found');
  });

  test('hole: the route of the second host names a port that its Service does not have', () => {
    const tutorial = mesh([...read('003-two-hosts'), secret('httpbin-credential', server), secret('helloworld-credential', server)]);
    expect(tutorial.evaluate({ host: 'helloworld-v1.example.com', path: '/hello', client: Client.none() })).toMatchObject({ outcome: 'unavailable', status: 503 });
  });
});

describe('004, one SPIFFE identity denied at the gateway', () => {
  const tutorial = mesh([...read('004'), secret('test.com', { ...server, 'ca.crt': pki.clients.pem })]);
  const request = { host: 'test.com', path: '/status/418' };
  const denied = Client.fromPem(pki.client({ subject: '/CN=test.client', uris: ['spiffe://test.client'] }));

  test('the identity is denied on the path and allowed elsewhere, other certificates are allowed', () => {
    expect(tutorial.evaluate({ ...request, client: denied })).toMatchObject({ outcome: 'forbidden', policy: 'istio-system/test', rule: 1 });
    expect(tutorial.evaluate({ ...request, path: '/status/200', client: denied }).outcome).toBe('allowed');
    expect(tutorial.evaluate({ ...request, client: Client.fromPem(pki.client()) }).outcome).toBe('allowed');
    expect(tutorial.evaluate({ ...request, client: Client.none() }).outcome).toBe('handshake rejected');
  });

  test('hole: port 80 serves the host without any certificate', () => {
    const decision = tutorial.evaluate({ ...request, client: Client.plaintext() });
    expect(decision.outcome).toBe('allowed');
    expect(decision.hops[0]).toEqual({ stage: 'handshake', object: 'Gateway default/httpbin', text: 'port 80 (plain HTTP) of Gateway default/httpbin: no TLS' });
  });

  test.each(['/status/418/', '//status/418', '/Status/418', '/status%2F418', '/status//418', '/status/418;x'])('hole: the denied identity asks for %s instead', (path) => {
    expect(tutorial.evaluate({ ...request, path, client: denied }).outcome).toBe('allowed');
  });

  test.each(['/./status/418', '/x/../status/418', '/%73tatus/418', '/status/418?x', '/status\\418'])('%s is the denied path', (path) => {
    expect(tutorial.evaluate({ ...request, path, client: denied }).outcome).toBe('forbidden');
  });
});
