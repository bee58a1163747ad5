import { CA, CLIENT, SERVER, Workshop, openssl } from '../support/openssl';
import { pki, temporaryDirectory } from '../support/run';

const files = new Workshop(temporaryDirectory());

async function facts(file: string): Promise<Record<string, any>[]> {
  const { out } = await pki(0, ['inspect', '--format', 'json', file]);
  return JSON.parse(out).map((thing: { facts: object }) => thing.facts);
}

beforeAll(() => {
  files.make('root', { extensions: [...CA.slice(1), 'basicConstraints=critical,CA:TRUE,pathlen:2'] });
});

test('a client certificate is told as Istio sees it', async () => {
  files.make('alice', { subject: '/C=DE/O=Exämple, Inc./CN=alice', extensions: [...CLIENT, 'subjectAltName=URI:spiffe://partner.example/billing,DNS:a.example'], issuer: 'root' });

  const [certificate] = await facts(files.path('alice.crt'));

  expect(certificate).toMatchObject({
    'subject': 'CN=alice,O=Ex\\C3\\A4mple\\, Inc.,C=DE',
    'openssl': '/C=DE/O=Exämple, Inc./CN=alice',
    'issuer': 'CN=root',
    'names': ['DNS:a.example', 'URI:spiffe://partner.example/billing'],
    'X-CLIENT-SSL-CN': 'CN=alice,O=Ex\\C3\\A4mple\\, Inc.,C=DE',
    'X-CLIENT-SSL-SAN': 'spiffe://partner.example/billing',
    'X-CLIENT-SSL-ISSUER': 'CN=root',
    'principals': ['partner.example/billing', '*'],
    'usages': ['client'],
    'ca': 'no',
    'key': 'EC P-256',
    'signature': 'ECDSA with SHA-256',
    'remarks': [],
  });
  expect(`${certificate.subject}\n`).toBe(openssl(['x509', '-in', files.path('alice.crt'), '-noout', '-subject', '-nameopt', 'RFC2253']).replace('subject=', ''));
  expect(certificate.sha256).toBe(openssl(['x509', '-in', files.path('alice.crt'), '-noout', '-fingerprint', '-sha256']).trim().replace(/^.*=|:/g, '').toLowerCase());
});

test.each([
  ['a DNS name is matched by `*` only', ['subjectAltName=DNS:a.example'], '/', ['*']],
  ['a certificate that names nobody is matched by nothing', [], '/', []],
  ['a URI that policies would take for a wildcard cannot be named', ['subjectAltName=URI:spiffe://a/*'], '/', ['*']],
])('%s', async (what, extensions, subject, principals) => {
  const name = what.replace(/[^a-z]/gi, '');
  files.make(name, { subject, extensions: [...CLIENT, ...extensions], issuer: 'root' });

  expect((await facts(files.path(`${name}.crt`)))[0].principals).toEqual(principals);
});

test('the usages of servers, CAs and certificates without any limit are told', async () => {
  files.make('server', { extensions: SERVER, issuer: 'root' });
  files.make('open', { issuer: 'root', extensions: ['1.2.3.4=critical,ASN1:UTF8String:x'] });

  expect((await facts(files.path('server.crt')))[0]).toMatchObject({ usages: ['server'] });
  expect((await facts(files.path('open.crt')))[0]).toMatchObject({ usages: ['server', 'client'], remarks: ['critical extension 1.2.3.4, which Envoy does not know: it refuses the certificate'] });
  expect((await facts(files.path('root.crt')))[0]).toMatchObject({
    usages: ['certificates', 'servers below it', 'clients below it'], ca: 'yes, at most 2 intermediate CAs below it', issuer: 'CN=root (itself)',
  });
});

test('every thing in a file is told, with the explanations of openssl around it, and a key is not shown', async () => {
  const text = openssl(['x509', '-in', files.path('root.crt'), '-text']);
  files.write('mixed.pem', `${text}${files.read('root.key')}${files.read('root.csr')}`);

  const { out } = await pki(0, ['inspect', files.path('mixed.pem')]);

  expect(out).toContain('certificate in ');
  expect(out).toContain('private key in ');
  expect(out).toContain('  note                 not shown\n');
  expect(out).toContain('signing request in ');
  expect(out).not.toContain(files.read('root.key').split('\n')[1]);
});

test('standard input is read for `-`', async () => {
  const { out } = await pki(0, ['inspect', '-'], { input: files.read('root.crt') });

  expect(out).toMatch(/^certificate in -\n {2}subject {14}CN=root\n/);
});

test('control characters of a name do not reach the terminal', async () => {
  files.make('escape', { subject: '/CN=a\u001b[31mred', issuer: 'root' });

  const { out } = await pki(0, ['inspect', files.path('escape.crt')]);

  expect(out).not.toContain('\u001b');
  expect(out).toContain('CN=a\\1B[31mred');
});
