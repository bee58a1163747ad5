import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TLSSocket, connect, createServer } from 'node:tls';
import { openssl, opensslAccepts } from '../support/openssl';
import { pki, temporaryDirectory } from '../support/run';

const home = temporaryDirectory();
const at = (...parts: string[]) => join(home, ...parts);
const read = (...parts: string[]) => readFileSync(at(...parts));

interface Files {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer;
}

/** Performs the handshake of the tutorials' curl lines with these files, and tells the subject of the client that the server saw. */
async function handshake(host: string, server: Files, client: Files): Promise<string> {
  const listener = createServer({ ...server, requestCert: true, rejectUnauthorized: true });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = listener.address() as { port: number };
    const seen = new Promise<string>((resolve, reject) => {
      listener.on('secureConnection', (socket: TLSSocket) => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.end();
      });
      listener.on('tlsClientError', reject);
    });
    const socket = connect({ ...client, port, host: '127.0.0.1', servername: host });
    await new Promise((resolve, reject) => socket.on('secureConnect', resolve).on('error', reject));
    const subject = await seen;
    socket.destroy();
    return subject;
  } finally {
    listener.close();
  }
}

describe('the layout of the Istio tutorial', () => {
  const dir = at('httpbin.example.com');

  beforeAll(async () => {
    await pki(0, ['init', '--dir', dir, '--layout', 'istio', '--subject', '/C=US/O=Dis/CN=root', '--force']);
    await pki(0, ['server', 'httpbin.example.com', '--dir', dir]);
    await pki(0, ['client', '--subject', '/C=US/O=Dis/CN=httpbin.example.com', '--dir', dir]);
  });

  test('has the files that its commands name', () => {
    const names = [
      '1_root/certs/ca.cert.pem', '1_root/private/ca.key.pem', '2_intermediate/certs/intermediate.cert.pem', '2_intermediate/private/intermediate.key.pem',
      '2_intermediate/certs/ca-chain.cert.pem', '3_application/certs/httpbin.example.com.cert.pem', '3_application/private/httpbin.example.com.key.pem',
      '4_client/certs/httpbin.example.com.cert.pem', '4_client/private/httpbin.example.com.key.pem',
    ];

    expect(names.filter((name) => !existsSync(join(dir, name)))).toEqual([]);
  });

  test('passes OpenSSL for both sides', () => {
    const chain = join(dir, '2_intermediate/certs/ca-chain.cert.pem');

    expect(openssl(['verify', '-x509_strict', '-CAfile', chain, '-purpose', 'sslserver', join(dir, '3_application/certs/httpbin.example.com.cert.pem')])).toContain(': OK');
    expect(openssl(['verify', '-x509_strict', '-CAfile', chain, '-purpose', 'sslclient', join(dir, '4_client/certs/httpbin.example.com.cert.pem')])).toContain(': OK');
    expect(opensslAccepts(['verify', '-CAfile', chain, '-purpose', 'sslclient', join(dir, '3_application/certs/httpbin.example.com.cert.pem')])).toBe(false);
  });

  test('shakes hands with the files of the curl line', async () => {
    const ca = read('httpbin.example.com/2_intermediate/certs/ca-chain.cert.pem');
    const side = (folder: string) => ({
      cert: read('httpbin.example.com', folder, 'certs/httpbin.example.com.cert.pem'), key: read('httpbin.example.com', folder, 'private/httpbin.example.com.key.pem'), ca,
    });

    expect(await handshake('httpbin.example.com', side('3_application'), side('4_client'))).toBe('httpbin.example.com');
  });
});

describe('the layout of the Kyma tutorials', () => {
  test('has the files of the curl line, and they shake hands', async () => {
    const dir = at('kyma');
    await pki(0, ['init', '--dir', dir, '--layout', 'kyma']);
    await pki(0, ['server', '*.mtls.example.com', '--dir', dir]);
    await pki(0, ['client', '--subject', 'O=Example,CN=client', '--dir', dir]);

    const ca = read('kyma/cacert.crt');

    expect(await handshake('httpbin.mtls.example.com', { cert: read('kyma/server.crt'), key: read('kyma/server.key'), ca }, { cert: read('kyma/client.crt'), key: read('kyma/client.key'), ca })).toBe('client');
  });
});

describe('the layout of the Alibaba Cloud Service Mesh tutorial', () => {
  test('has the files of the curl lines, and they shake hands, the server\'s as a client too', async () => {
    const dir = at('asm');
    await pki(0, ['init', '--dir', dir, '--layout', 'asm', '--key', 'rsa-2048']);
    await pki(0, ['server', 'test.com', '--dir', dir, '--both']);
    await pki(0, ['client', '--spiffe', 'spiffe://test.client', '--subject', '/C=CN/O=test.client/CN=test.client', '--dir', dir]);
    const ca = read('asm/cacert.pem');
    const server = { cert: read('asm/servercert.pem'), key: read('asm/serverkey.pem'), ca };

    expect(readdirSync(dir)).toEqual(expect.arrayContaining(['cacert.pem', 'cakey.pem', 'servercert.pem', 'serverkey.pem', 'clientcert.pem', 'client.key.pem']));
    expect(await handshake('test.com', server, { cert: read('asm/clientcert.pem'), key: read('asm/client.key.pem'), ca })).toBe('test.client');
    expect(await handshake('test.com', server, server)).toBe('test.com');
  });
});

describe('our own layout', () => {
  const dir = at('plain');

  test('keeps CAs for servers and for clients apart', async () => {
    await pki(0, ['init', '--dir', dir, '--name', 'server-ca', '--for', 'server']);
    await pki(0, ['init', '--dir', dir, '--name', 'client-ca', '--for', 'client', '--intermediate', '/CN=Client Intermediate']);
    await pki(0, ['server', 'a.example.com', 'b.example.com', '--ip', '10.0.0.1', '--dir', dir]);
    await pki(0, ['client', '--subject', '/O=Example/CN=Alice A.', '--email', 'alice@example.com', '--dir', dir]);

    expect(openssl(['verify', '-CAfile', join(dir, 'ca/server-ca.crt'), '-purpose', 'sslserver', '-verify_ip', '10.0.0.1', join(dir, 'server/a.example.com.crt')])).toContain(': OK');
    expect(openssl(['verify', '-CAfile', join(dir, 'ca/client-ca-intermediate.chain.crt'), '-purpose', 'sslclient', '-verify_email', 'alice@example.com', join(dir, 'client/Alice-A.crt')])).toContain(': OK');
    const { err } = await pki(2, ['client', '--subject', '/CN=x', '--dir', dir, '--ca', 'server-ca']);
    expect(err).toBe('error: CA `server-ca` was made for server certificates, not for client certificates: name another one with --ca\n');
  });

  test('a verification finds nothing in it', async () => {
    const { out } = await pki(0, ['verify', '--dir', dir]);

    expect(out).toContain(`note  3 CAs and 2 certificates in ${dir}\n`);
  });

  test('private keys are readable by their owner only, and so are the directories', () => {
    const modeOf = (path: string) => (statSync(path).mode % 0o1000).toString(8);
    const everything = readdirSync(dir, { recursive: true, encoding: 'utf8' }).map((name) => join(dir, name));

    expect(everything.filter((path) => path.endsWith('.key')).map(modeOf)).toEqual(Array(5).fill('600'));
    expect(new Set([dir, ...everything].filter((path) => statSync(path).isDirectory()).map(modeOf))).toEqual(new Set(['700']));
  });

  test('the index names everything, and no secret', () => {
    const index = readFileSync(join(dir, 'index.yaml'), 'utf8');

    expect(index).toContain('  - name: client-ca-intermediate\n    family: client-ca-intermediate\n    state: active\n');
    expect(index).toContain('    names:\n      - DNS:a.example.com\n      - DNS:b.example.com\n      - IP:10.0.0.1\n');
    expect(index).not.toContain('PRIVATE');
  });
});

test.each([
  ['*.example.com', 'wildcard.example.com'],
  ['a.example.com', 'a.example.com'],
])('a server certificate for `%s` gets files named `%s`', async (host, name) => {
  const dir = at(`names-${name}`);
  await pki(0, ['init', '--dir', dir]);
  await pki(0, ['server', host, '--dir', dir]);

  expect(existsSync(join(dir, `server/${name}.key`))).toBe(true);
});

test('an intermediate is added below a root that is there', async () => {
  const dir = at('below');
  await pki(0, ['init', '--dir', dir]);
  await pki(0, ['init', '--dir', dir, '--below', 'root', '--name', 'issuing', '--valid', '90d', '--subject', '/CN=Issuing']);
  const { err } = await pki(2, ['init', '--dir', dir, '--below', 'issuing', '--name', 'deeper']);

  expect(err).toContain('error: ');
  expect(openssl(['verify', '-CAfile', join(dir, 'ca/root.crt'), join(dir, 'ca/issuing.crt')])).toContain(': OK');
  expect((await pki(2, ['init', '--dir', dir, '--below', 'root'])).err).toContain('needs a name: give one with --name');
});

test('an RSA key of 4096 bits is announced, because it takes long', async () => {
  const { err } = await pki(2, ['init', '--dir', at('rsa'), '--key', 'rsa-4096', '--valid', '99y']);

  expect(err).toMatch(/^making an RSA key of 4096 bits for root …\nerror: .*\n$/);
});
