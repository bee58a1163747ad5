import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { ecKeys, names, request } from './support/forge';
import { CertificateChain } from '../../src/model/certificate-chain';
import { DistinguishedName } from '../../src/model/distinguished-name';
import { SpiffeId } from '../../src/model/spiffe-id';
import * as pki from '../../src/pki';

// What is asynchronous is only compiled and loaded by the test of all documentation; here it is called.

type Snippet = Record<string, (argument?: object) => Promise<unknown>>;

function snippets(): Snippet[] {
  const text = readFileSync(join(__dirname, '../../docs/pki.md'), 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => {
    const exported: Snippet = {};
    const script = ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } }).outputText;
    new Function('require', 'exports', script)(() => ({ DistinguishedName, SpiffeId, pki }), exported);
    return exported;
  });
}

test('the first example of the documentation makes what a mutual-TLS gateway needs', async () => {
  const files = await snippets()[0].makeCertificates() as Record<string, string>;
  const [server, client, anchor] = ['tls.crt', 'client.crt', 'ca.crt'].map((file) => CertificateChain.fromPem(files[file]));
  expect(server.covers('a.mtls.example.com') && server.matchesPrivateKey(files['tls.key'])).toBe(true);
  expect(client.isSignedBy(anchor) && client.matchesPrivateKey(files['client.key'])).toBe(true);
  expect(server.isSignedBy(anchor)).toBe(false);
  expect([client.subject.envoySubject, client.uris]).toEqual(['O=Example,CN=client', ['spiffe://partner.example/billing']]);
});

test('the second example of the documentation signs a request, renews, and continues a revocation list', async () => {
  const ca = await pki.CertificateAuthority.root({ subject: DistinguishedName.fromOpenSsl('/CN=Root') }).create();
  const issue = async () => (await ca.issueServerCertificate({ dnsNames: ['a.example'] })).certificatePem;
  ca.revoke({ serialNumber: '07' });
  const [granted, renewed, list] = await snippets()[1].routine({
    ca: ca.certificatePem,
    caKey: ca.revealPrivateKeyPem(),
    request: await request({ keys: await ecKeys(), extensions: [names({ type: 'dns', value: 'b.example' })] }),
    oldCertificate: await issue(),
    lostCertificate: await issue(),
    lastList: (await ca.issueRevocationList()).pem,
  }) as string[];
  expect(CertificateChain.fromPem(granted).dnsNames).toEqual(['b.example']);
  expect(CertificateChain.fromPem(renewed).dnsNames).toEqual(['a.example']);
  expect(list).toMatch(/^-----BEGIN X509 CRL-----/);
});
