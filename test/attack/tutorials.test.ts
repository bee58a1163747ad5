import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attack, AttackOptions, AttackReport } from '../../src/attack';
import { parseDocuments } from '../../src/mesh/documents';
import { secret, testPki } from '../authz/support/certificates';

const pki = testPki();
const root = join(__dirname, '..', '..');
const written = (name: string): any[] => parseDocuments(readFileSync(join(root, 'test/tutorials-as-written', `${name}.yaml`), 'utf8'));
const platform = written('platform');
const server = { 'tls.crt': pki.serverPem, 'tls.key': pki.serverKey };
const search = (documents: any[], options: AttackOptions = {}) => attack([...platform, ...documents], { mesh: { complete: true }, ...options });
const story = ({ ways }: AttackReport) => ways.map(({ means, attempt: { caller, door, path, headers } }) => (
  [means.join('+'), caller.text, door === undefined ? 'inside' : `port ${door.port}`, path, ...headers.map(([name, value]) => `${name}: ${value}`)].join(' | ')
));

const gateway = (name: string, tls: object) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  metadata: { name, namespace: 'default' },
  spec: { selector: { istio: 'ingressgateway' }, servers: [{ port: { number: 443, name: 'https', protocol: 'HTTPS' }, hosts: ['*.example.com'], tls }] },
});
const anchored = [secret('kyma-mtls-certs', server), secret('kyma-mtls-certs-cacert', { cacert: pki.clients.pem })];

describe('the tutorials as their authors wrote them', () => {
  test('000: the header is forged outside where the certificate has no subject, in the mesh by anybody, and two more reach the application', () => {
    const report = search([...written('000'), gateway('kyma-mtls-gateway', { mode: 'MUTUAL', credentialName: 'kyma-mtls-certs' }), ...anchored]);
    expect(story(report)).toEqual([
      'forged header | a certificate with a SPIFFE ID and no subject | port 443 | / | x-client-ssl-cn: O=Example,CN=client',
      'surviving header | certificate O=Example,CN=client | port 443 | / | x-client-ssl_cn: forged-by-the-client',
      'surviving header | certificate O=Example,CN=client | port 443 | / | x-client-ssl-san: forged-by-the-client',
      'forged header | a workload of another namespace | inside | / | x-client-ssl-cn: O=Example,CN=client',
    ]);
    expect(report.ways[3].also).toContain('a pod without sidecar to default/httpbin');
    expect(report.complete).toBe(true);
  });

  test('001: with the issuer as `ca.crt` whoever has a certificate of it is a client, although nothing is routed yet', () => {
    const report = search([...written('001'), secret('kyma-mtls-certs', { ...server, 'ca.crt': pki.strangers.pem })]);
    expect(story(report)).toEqual([expect.stringMatching(/^authority \| any certificate of the CA in `ca.crt` \(.*\) \| port 443 \| \/$/)]);
    expect(report.ways[0].because).toMatch(/behind the handshake the answer is 404$/);
    expect(report.ways[0].cure).toContain('istio-system/kyma-mtls-certs-cacert');
    expect(report).toMatchObject({ complete: false, notModelled: ['APIRule default/httpbin-mtls is refused and so not in force: APIRule v1beta1 is no longer supported: write v2'] });
  });

  test('001: with the Secrets where the tutorial puts them every connection is closed, and so nobody gets in', () => {
    expect(search([...written('001'), secret('kyma-mtls-certs', server, 'default'), secret('kyma-mtls-certs-cacert', { cacert: pki.clients.pem }, 'default')]).ways).toEqual([]);
  });

  test('002: the Function is open, for its policy selects no pods', () => {
    const report = search([...written('002'), gateway('httpbin-gateway', { mode: 'SIMPLE', credentialName: 'gateway' }), secret('gateway', server)]);
    expect(story(report)).toEqual(['plain | no certificate | port 443 | /']);
    expect(report.ways[0]).toMatchObject({
      attempt: { host: 'function.example.com' },
      because: 'AuthorizationPolicy default/function selects pods with app=function, which no pods carry; those of Service default/function, for which it must be meant, are open',
    });
  });

  test('003: nothing that is refused gets in otherwise', () => {
    expect(search([...written('003-mutual'), secret('httpbin-credential', { cert: pki.serverPem, key: pki.serverKey, cacert: pki.clients.pem })]).ways).toEqual([]);
  });

  test('004: port 80 serves the same without a certificate, and other spellings of the path pass the policy', () => {
    const report = search([...written('004'), secret('test.com', { ...server, cacert: pki.clients.pem })]);
    expect(story(report)).toEqual([
      'entrance | plain HTTP | port 80 | /status/418',
      'path spelling | certificate spiffe://test.client | port 443 | /STATUS/418',
    ]);
    expect(report.ways[1].also).toEqual(expect.arrayContaining(['/status/418/', '//status/418', '/status//418', '/status%2F418', '/status/418;x', '/x/..%2Fstatus/418']));
    expect(report.ways[1].also).not.toContain('/./status/418');
  });
});

describe('our YAML of the same tutorials', () => {
  const manifests = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml')).sort();

  test.each(manifests)('%s has no way in', (file) => {
    const documents: any[] = parseDocuments(readFileSync(join(root, 'examples', file), 'utf8'));
    for (const report of [attack([...platform, ...documents]), attack(documents)]) {
      expect(story(report)).toEqual([]);
      expect(report.doubts).toEqual([]);
      // The route that guards 004 against every spelling is a regular expression.
      expect(report.notModelled).toEqual(file.startsWith('004') ? ['VirtualService default/httpbin matches regular expressions, of which only examples were tried'] : []);
      expect(report.complete).toBe(report.notModelled.length === 0);
    }
  });
});
