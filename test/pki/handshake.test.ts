import { ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { name } from './support/authorities';
import { connect, handshake, HOST, listen, Side } from './support/handshake';
import { describeWithOpenSsl, OpenSsl } from './support/openssl';
import { SpiffeId } from '../../src/model/spiffe-id';
import { CertificateAuthority, Clock, IssuedCertificate, Validity } from '../../src/pki';

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

interface Case {
  readonly server: Side;
  readonly client: Side;
  /** What Node says on each side. */
  readonly verdicts: { client: string; server: string };
  /** What `openssl s_client` says of the server, if it refuses it. */
  readonly refusedByClient?: string;
  /** What `openssl s_server` says of the client, if it refuses it. */
  readonly refusedByServer?: string;
}

const NAMES = [
  'good', 'good with revocation lists', 'good by SPIFFE ID alone', 'server expired', 'server not yet valid', 'server of another CA', 'server with a client certificate',
  'server of another name', 'server without its intermediate', 'client expired', 'client of another CA', 'client with a server certificate', 'client revoked',
  'intermediate of the client revoked', 'revocation list of the root missing', 'revocation list out of date', 'client without its intermediate',
  'old client while both CAs are trusted', 'new client while both CAs are trusted', 'old client after the old CA is dropped',
  'renewed server certificate', 'old intermediate under the renewed root',
] as const;
let cases: Record<typeof NAMES[number], Case>;

const side = (issued: IssuedCertificate, anchors: CertificateAuthority[], more: Partial<Side> = {}): Side => ({
  chain: issued.chainPem, key: issued.revealPrivateKeyPem(), anchors: anchors.map(({ certificatePem }) => certificatePem), ...more,
});

beforeAll(async () => {
  const long = { clock: Clock.at(day(-1000)) };
  const root = await CertificateAuthority.root({ subject: name('/O=Example/CN=Root'), ...long }).create();
  const past = await root.createIntermediate({ subject: name('/O=Example/CN=Intermediate') });
  const at = (moment: string) => CertificateAuthority.fromPem({
    certificatePem: past.bundlePem, privateKeyPem: past.revealPrivateKeyPem(), clock: Clock.at(moment),
  });
  const now = at(day(0));
  const other = await CertificateAuthority.root({ subject: name('/O=Example/CN=Root') }).create();

  const server = await now.issueServerCertificate({ dnsNames: [HOST] });
  const client = await now.issueClientCertificate({ subject: name('/CN=client') });
  const spiffe = await now.issueClientCertificate({ spiffeId: SpiffeId.parse('spiffe://test.client') });
  const revoked = await now.issueClientCertificate({ subject: name('/CN=revoked') });
  now.revoke({ certificatePem: revoked.certificatePem });
  const rootNow = CertificateAuthority.fromPem({ certificatePem: root.certificatePem, privateKeyPem: root.revealPrivateKeyPem() });
  const lists = [(await now.issueRevocationList()).pem, (await rootNow.issueRevocationList()).pem];
  const stale = [(await at(day(-40)).issueRevocationList()).pem, lists[1]];
  rootNow.revoke({ certificatePem: past.certificatePem });
  const withoutIntermediate = [lists[0], (await rootNow.issueRevocationList()).pem];
  const rotated = await other.issueClientCertificate({ subject: name('/CN=client') });

  const good = { server: side(server, [root]), client: side(client, [root]), verdicts: { client: 'ok', server: 'ok' } };
  const badServer = async (issued: IssuedCertificate, code: string, refusedByClient: string, more: Partial<Side> = {}): Promise<Case> => ({
    ...good, server: side(issued, [root], more), verdicts: { client: code, server: expect.any(String) as unknown as string }, refusedByClient,
  });
  const badClient = async (
    issued: IssuedCertificate, code: string, refusedByServer: string, more: Partial<Side> = {}, ofServer: Partial<Side> = {},
  ): Promise<Case> => ({
    server: side(server, [root], ofServer), client: side(issued, [root], more), verdicts: { client: 'ok', server: code }, refusedByServer,
  });

  cases = {
    'good': good,
    'good with revocation lists': { ...good, server: { ...good.server, lists }, client: { ...good.client, lists } },
    'good by SPIFFE ID alone': { ...good, client: side(spiffe, [root]) },
    'server expired': await badServer(await at(day(-100)).issueServerCertificate({ dnsNames: [HOST] }), 'CERT_HAS_EXPIRED', 'certificate has expired'),
    'server not yet valid': await badServer(await at(day(2)).issueServerCertificate({ dnsNames: [HOST] }), 'CERT_NOT_YET_VALID', 'certificate is not yet valid'),
    'server of another CA': await badServer(
      await other.issueServerCertificate({ dnsNames: [HOST] }), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to get local issuer certificate',
    ),
    'server with a client certificate': await badServer(
      await now.issueClientCertificate({ subject: name('/CN=x'), dnsNames: [HOST] }), 'INVALID_PURPOSE', 'unsuitable certificate purpose',
    ),
    'server of another name': await badServer(await now.issueServerCertificate({ dnsNames: ['other.example.com'] }), 'ERR_TLS_CERT_ALTNAME_INVALID', 'hostname mismatch'),
    'server without its intermediate': await badServer(
      server, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to get local issuer certificate', { chain: server.certificatePem },
    ),
    'client expired': await badClient(await at(day(-100)).issueClientCertificate({ subject: name('/CN=x') }), 'CERT_HAS_EXPIRED', 'certificate has expired'),
    'client of another CA': await badClient(rotated, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to get local issuer certificate'),
    'client with a server certificate': await badClient(server, 'INVALID_PURPOSE', 'unsuitable certificate purpose'),
    'client revoked': await badClient(revoked, 'CERT_REVOKED', 'certificate revoked', {}, { lists }),
    'intermediate of the client revoked': await badClient(client, 'CERT_REVOKED', 'certificate revoked', {}, { lists: withoutIntermediate }),
    'revocation list of the root missing': await badClient(client, 'UNABLE_TO_GET_CRL', 'unable to get certificate CRL', {}, { lists: [lists[0]] }),
    'revocation list out of date': await badClient(client, 'CRL_HAS_EXPIRED', 'CRL has expired', {}, { lists: stale }),
    'client without its intermediate': await badClient(
      client, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to get local issuer certificate', { chain: client.certificatePem },
    ),
    'old client while both CAs are trusted': { ...good, server: side(server, [root, other]) },
    'new client while both CAs are trusted': { ...good, server: side(server, [root, other]), client: side(rotated, [root]) },
    'old client after the old CA is dropped': await badClient(
      client, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unable to get local issuer certificate', {}, { anchors: [other.certificatePem] },
    ),
    'renewed server certificate': { ...good, server: side(await now.renewCertificate({ certificatePem: server.certificatePem, newKey: true, validity: Validity.days(1) }), [root]) },
    'old intermediate under the renewed root': { ...good, server: side(server, [await rootNow.renewRoot()]), client: side(client, [await rootNow.renewRoot()]) },
  };
});

describe('a handshake of Node with Node', () => {
  test.each(NAMES)('%s', async (which) => {
    const { server, client, verdicts } = cases[which];
    const seen = await handshake(server, client);
    // A client that is refused may see the connection end before it has written.
    expect(verdicts.client === 'ok' && verdicts.server !== 'ok' ? { ...seen, client: 'ok' } : seen).toEqual(verdicts);
  });
});

describeWithOpenSsl('a handshake with OpenSSL', () => {
  let openssl: OpenSsl;

  beforeAll(() => {
    openssl = new OpenSsl();
  });

  afterAll(() => {
    openssl.remove();
  });

  const files = ({ chain, key, anchors, lists }: Side, who: string) => [
    '-cert', openssl.write(`${who}.pem`, chain!), '-cert_chain', `${who}.pem`, '-key', openssl.write(`${who}.key`, key!),
    '-CAfile', openssl.write(`${who}.ca`, anchors.join('')),
    ...lists === undefined ? [] : ['-crl_check_all', '-CRL', openssl.write(`${who}.crl`, lists[0]), '-CAfile', openssl.write(`${who}.ca`, [...anchors, ...lists].join(''))],
  ];
  const run = (command: string, ...args: string[]): ChildProcess => spawn('openssl', [command, ...args], { cwd: openssl.directory });
  const output = (child: ChildProcess) => {
    let text = '';
    child.stdout!.on('data', (data) => { text += data; });
    child.stderr!.on('data', (data) => { text += data; });
    return new Promise<string>((resolve) => child.on('close', () => resolve(text)));
  };

  test.each(NAMES)('as client of a server of Node: %s', async (which) => {
    const { server, client, verdicts, refusedByClient } = cases[which];
    const { port, close } = await listen(server);
    const child = run('s_client', '-connect', `127.0.0.1:${port}`, '-servername', HOST, '-verify_hostname', HOST, '-verify_return_error', '-quiet', ...files(client, 'client'));
    const text = await output(child);
    await close();
    const accepted = verdicts.client === 'ok' && verdicts.server === 'ok';
    expect(/^hello$/m.test(text)).toBe(accepted);
    expect(text).toContain(refusedByClient === undefined ? '' : 'verify error:num=');
    expect(text.toLowerCase()).toContain((refusedByClient ?? '').toLowerCase());
  });

  test.each(NAMES)('as server for a client of Node: %s', async (which) => {
    const { server, client, verdicts, refusedByServer } = cases[which];
    const port = await freePort();
    const child = run('s_server', '-accept', `127.0.0.1:${port}`, '-Verify', '4', '-verify_return_error', '-rev', '-naccept', '1', ...files(server, 'server'));
    const text = output(child);
    await new Promise<void>((resolve) => child.stdout!.on('data', (data) => /ACCEPT/.test(String(data)) && resolve()));
    const seen = await connect(client, port);
    child.kill();
    const accepted = verdicts.client === 'ok' && verdicts.server === 'ok';
    expect(seen.received).toBe(accepted ? 'hello\n' : '');
    expect((await text).toLowerCase()).toContain((refusedByServer ?? '').toLowerCase());
  });
});

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
