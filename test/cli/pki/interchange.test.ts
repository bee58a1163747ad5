import { join } from 'node:path';
import { Workshop, openssl } from '../support/openssl';
import { pki, temporaryDirectory } from '../support/run';

const home = temporaryDirectory();
const files = new Workshop(home);

/** Runs OpenSSL in the directory of the test, as a tutorial does. */
const recipe = (line: string) => openssl(line.split(' ').map((word) => word.startsWith('@') ? join(home, word.slice(1)) : word.replaceAll('%20', ' ')));

describe('certificates of OpenSSL recipes like those of the tutorials', () => {
  test('one self-signed CA and a client without extensions', async () => {
    recipe('req -x509 -sha256 -nodes -days 365 -newkey rsa:2048 -subj /O=Example/CN=Example%20CA -keyout @cacert.key -out @cacert.crt');
    recipe('req -out @client.csr -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout @client.key -subj /CN=client/O=Example');
    recipe('x509 -req -days 365 -CA @cacert.crt -CAkey @cacert.key -set_serial 0 -in @client.csr -out @client.crt');

    await pki(0, ['verify', '--client', files.path('client.crt'), '--client-key', files.path('client.key'), '--client-ca', files.path('cacert.crt')]);
    const { out } = await pki(0, ['inspect', files.path('client.crt')]);
    expect(out).toContain('  X-CLIENT-SSL-CN      O=Example,CN=client\n');
  });

  test('`openssl ca` with a policy, a database and text around the certificates', async () => {
    files.write('index.txt', '');
    files.write('serial.txt', '01');
    files.write('ca.cnf', `[ca]
default_ca = x
[x]
database = ${home}/index.txt
serial = ${home}/serial.txt
new_certs_dir = ${home}
certificate = ${home}/cacert.pem
private_key = ${home}/cakey.pem
default_days = 300
default_md = sha256
preserve = no
copy_extensions = copy
email_in_dn = no
[signing_policy]
commonName = supplied
[signing_req]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid,issuer
basicConstraints = CA:FALSE
keyUsage = digitalSignature, keyEncipherment
`);
    recipe('req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -sha256 -nodes -days 365 -subj /C=CN/O=test/CN=test%20CA -keyout @cakey.pem -out @cacert.pem');
    recipe('req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -sha256 -nodes -subj /C=CN/O=test/CN=test.com -addext subjectAltName=DNS:test.com -keyout @serverkey.pem -out @server.csr');
    recipe('req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -sha256 -nodes -subj /C=CN/O=test/CN=test.client -addext subjectAltName=URI:spiffe://test.client -keyout @client.key.pem -out @clientcert.csr');
    recipe('ca -batch -config @ca.cnf -policy signing_policy -extensions signing_req -out @servercert.pem -infiles @server.csr');
    recipe('ca -batch -config @ca.cnf -policy signing_policy -extensions signing_req -out @clientcert.pem -infiles @clientcert.csr');

    const { out } = await pki(1, [
      'verify', '--cert', files.path('servercert.pem'), '--key', files.path('serverkey.pem'), '--host', 'test.com', '--roots', files.path('cacert.pem'),
      '--client', files.path('clientcert.pem'), '--client-key', files.path('client.key.pem'), '--client-ca', files.path('cacert.pem'), '--format', 'json',
    ]);
    expect(JSON.parse(out).findings.map(({ id }: { id: string }) => id)).toEqual(['shared-ca']);
    expect((await pki(0, ['inspect', '--format', 'json', files.path('clientcert.pem')])).out).toContain('"test.client"');
  });
});

test('OpenSSL signs below a CA of ours, and the verification accepts it', async () => {
  const dir = join(home, 'ours');
  await pki(0, ['init', '--dir', dir]);
  files.write('leaf.ext', 'extendedKeyUsage=clientAuth\n');
  recipe('req -out @theirs.csr -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout @theirs.key -subj /CN=theirs');
  recipe('x509 -req -days 30 -CA @ours/ca/root.crt -CAkey @ours/ca/root.key -set_serial 7 -extfile @leaf.ext -in @theirs.csr -out @theirs.crt');

  await pki(0, ['verify', '--client', files.path('theirs.crt'), '--client-ca', join(dir, 'ca/root.crt'), '--horizon', '1d']);
});
