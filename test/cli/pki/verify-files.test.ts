import { CA, CLIENT, RSA_1024, SERVER, Workshop } from '../support/openssl';
import { pki, temporaryDirectory } from '../support/run';

const files = new Workshop(temporaryDirectory());

beforeAll(() => {
  files.make('root', { extensions: CA, days: 3650 });
  files.make('middle', { extensions: [...CA, 'authorityKeyIdentifier=keyid'], issuer: 'root', days: 3650 });
  files.make('server', { extensions: SERVER, issuer: 'middle' });
  files.make('client', { subject: '/O=Example/CN=alice', extensions: [...CLIENT, 'subjectAltName=URI:spiffe://test.client'], issuer: 'root' });
  files.make('client-root', { extensions: CA });
  files.make('other', { subject: '/CN=root', extensions: CA });
  files.join('chain.crt', ['server.crt', 'middle.crt']);
  files.join('reversed.crt', ['middle.crt', 'server.crt']);
  files.join('unrelated.crt', ['server.crt', 'client-root.crt']);
});

/** The ids of the findings of a run that says JSON. */
async function findings(args: readonly string[], now?: string): Promise<string[]> {
  const { out } = await pki(expect.any(Number) as unknown as number, ['verify', '--format', 'json', ...args], { now });
  return JSON.parse(out).findings.map(({ id }: { id: string }) => id);
}

const at = (names: Record<string, string>) => Object.entries(names).flatMap(([option, file]) => [`--${option}`, /^(host|at|horizon|accept)$/.test(option) ? file : files.path(file)]);

test('certificates that are in order are fine', async () => {
  const { out } = await pki(0, ['verify', ...at({ cert: 'chain.crt', key: 'server.key', roots: 'root.crt', host: 'example.com' })]);

  expect(out).toMatch(/^fine, as of \d{4}-/);
});

test('a client certificate of the trusted CA is fine', async () => {
  await pki(0, ['verify', ...at({ 'client': 'client.crt', 'client-key': 'client.key', 'client-ca': 'root.crt' })]);
});

test.each<[string, string, Record<string, string>]>([
  ['the key of another certificate', 'key-mismatch', { cert: 'chain.crt', key: 'client.key' }],
  ['an intermediate that is missing', 'chain-incomplete', { cert: 'server.crt', roots: 'root.crt' }],
  ['a root of the same name and another key', 'wrong-issuer', { cert: 'chain.crt', roots: 'other.crt' }],
  ['a certificate that does not belong to the chain', 'chain-order', { cert: 'unrelated.crt', roots: 'middle.crt' }],
  ['a host that the certificate does not name', 'host-not-covered', { cert: 'chain.crt', host: 'www.example.com' }],
  ['a client certificate as server certificate', 'wrong-usage', { cert: 'client.crt', roots: 'root.crt' }],
  ['a server certificate as client certificate', 'wrong-usage', { 'client': 'chain.crt', 'client-ca': 'root.crt' }],
  ['a CA that issued the server certificate and decides about clients', 'shared-ca', { 'cert': 'chain.crt', 'client-ca': 'root.crt' }],
  ['a trust anchor that is no CA', 'anchor-not-ca', { 'client-ca': 'client.crt' }],
  ['a date after the end of the certificate', 'expired', { cert: 'chain.crt', at: '2031-01-01' }],
  ['a date before its beginning', 'not-yet-valid', { cert: 'chain.crt', at: '2020-01-01' }],
  ['a horizon behind its end', 'expires-soon', { cert: 'chain.crt', horizon: '2y' }],
])('%s is found: %s', async (_what, id, options) => {
  const { out } = await pki(1, ['verify', '--format', 'json', ...at(options)]);

  const found = JSON.parse(out).findings;
  expect(new Set(found.map((finding: { id: string }) => finding.id))).toEqual(new Set([id]));
  expect(found[0].cure).not.toBe('');
});

test('a chain with the CA first is out of order, and its first certificate is not the server\'s', async () => {
  expect(await findings(at({ cert: 'reversed.crt', key: 'server.key', host: 'example.com' }))).toEqual(
    expect.arrayContaining(['chain-order', 'key-mismatch', 'host-not-covered']),
  );
});

test('a finding tells what is wrong, with which value, and how to mend it', async () => {
  const { out } = await pki(1, ['verify', '--cert', files.path('chain.crt'), '--host', 'www.example.com', '--at', '2026-12-01', '--horizon', '1h'], { now: '2026-12-01T00:00:00Z' });

  expect(out).toBe(`1 error, 0 warnings, as of 2026-12-01T00:00:00Z

error   host-not-covered  ${files.path('chain.crt')}
  host \`www.example.com\` is covered by no alternative name of CN=server: DNS:example.com
  cure  issue it again with this host: \`pki server 'www.example.com'\`

note  whether clients trust CN=root was not asked: give their CAs with --roots
`);
});

test('a finding that is meant to be so is accepted by its name', async () => {
  const { out } = await pki(0, ['verify', ...at({ 'cert': 'chain.crt', 'client-ca': 'root.crt', 'accept': 'shared-ca' })]);

  expect(out).toMatch(/^fine, 1 accepted, as of /);
});

describe('strength and extensions', () => {
  test.each<[string, string, Parameters<Workshop['make']>[1]]>([
    ['an RSA key of 1024 bits', 'weak-key', { extensions: SERVER, issuer: 'root', key: RSA_1024 }],
    ['a key on a curve that Envoy does not know', 'weak-key', { extensions: SERVER, issuer: 'root', key: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:secp256k1'] }],
    ['an Ed25519 key', 'weak-key', { extensions: SERVER, issuer: 'root', key: ['-algorithm', 'ED25519'] }],
    ['a signature with SHA-1', 'weak-signature', { extensions: SERVER, issuer: 'root', digest: 'sha1' }],
    ['a critical extension that nobody knows', 'critical-extension', { extensions: [...SERVER, '1.2.3.4=critical,ASN1:UTF8String:x'], issuer: 'root' }],
    ['a signer that is no CA', 'signer-not-ca', { extensions: SERVER, issuer: 'client' }],
    ['a CA whose extended key usage leaves servers out', 'wrong-usage', { extensions: [...CA, 'extendedKeyUsage=clientAuth'], issuer: 'root' }],
  ])('%s is found: %s', async (what, id, wanted) => {
    const name = what.replace(/[^a-z0-9]/gi, '');
    files.make(name, wanted);
    if (id === 'wrong-usage') {
      files.make(`${name}leaf`, { extensions: SERVER, issuer: name });
      files.join(`${name}chain.crt`, [`${name}leaf.crt`, `${name}.crt`]);
    } else {
      files.join(`${name}chain.crt`, id === 'signer-not-ca' ? [`${name}.crt`, 'client.crt'] : [`${name}.crt`]);
    }

    const found = await findings(['--cert', files.path(`${name}chain.crt`), '--roots', files.path('root.crt')]);

    expect(found).toContain(id);
  });

  test('the path length of a CA is kept', async () => {
    files.make('short', { extensions: ['basicConstraints=critical,CA:TRUE,pathlen:0', 'keyUsage=keyCertSign'] });
    files.make('deep', { extensions: CA, issuer: 'short' });
    files.make('deeper', { extensions: SERVER, issuer: 'deep' });
    files.join('too-deep.crt', ['deeper.crt', 'deep.crt']);

    expect(await findings(at({ cert: 'too-deep.crt', roots: 'short.crt' }))).toEqual(['path-length']);
  });

  test('a chain that ends in another root than the trusted ones is found', async () => {
    files.join('with-root.crt', ['chain.crt', 'root.crt']);

    expect(await findings(at({ cert: 'with-root.crt', roots: 'client-root.crt' }))).toEqual(['untrusted-root']);
  });

  test('a self-signed server certificate is not trusted unless it is among the trusted ones', async () => {
    files.make('alone', { extensions: SERVER });

    expect(await findings(at({ cert: 'alone.crt', roots: 'root.crt' }))).toEqual(['untrusted-root']);
    expect(await findings(at({ cert: 'alone.crt', roots: 'alone.crt' }))).toEqual([]);
    expect(await findings(at({ cert: 'alone.crt' }))).toEqual([]);
  });
});

describe('identities of clients', () => {
  test.each<[string, string, string, string[]]>([
    ['a SPIFFE ID in upper case', 'spiffe-id', '/CN=a', ['subjectAltName=URI:spiffe://Test.Client/a']],
    ['a SPIFFE ID with a port', 'spiffe-id', '/CN=a', ['subjectAltName=URI:spiffe://test.client:8080/a']],
    ['two URI names', 'several-uris', '/CN=a', ['subjectAltName=URI:spiffe://a,URI:spiffe://b']],
    ['neither subject nor names', 'no-identity', '/', []],
    ['a subject that ends in an asterisk', 'wildcard-subject', '/CN=all*', []],
  ])('%s: %s', async (what, id, subject, extensions) => {
    const name = `client${what.replace(/[^a-z0-9]/gi, '')}`;
    files.make(name, { subject, extensions: [...CLIENT, ...extensions], issuer: 'root' });

    expect(await findings(['--client', files.path(`${name}.crt`), '--client-ca', files.path('root.crt')])).toEqual([id]);
  });

  test('two certificates of one issuer with one serial number are found', async () => {
    files.make('twin1', { extensions: CLIENT, issuer: 'root', serial: '77' });
    files.make('twin2', { extensions: CLIENT, issuer: 'root', serial: '77' });
    files.join('twins.crt', ['twin1.crt', 'twin2.crt']);

    expect(await findings(at({ 'client': 'twins.crt', 'client-ca': 'root.crt' }))).toContain('duplicate-serial');
  });
});

describe('options that need each other', () => {
  test.each([
    [['--key', 'x'], '--key goes with --cert: give both'],
    [['--host', 'x'], '--host goes with --cert: give both'],
    [['--roots', 'x'], '--roots goes with --cert: give both'],
    [['--client-key', 'x'], '--client-key goes with --client: give both'],
    [['--crl', 'x'], '--crl goes with --client-ca: give both'],
    [[], 'nothing to verify: give manifests, or --cert, --client-ca, --client, or --dir'],
    [['--at', 'tomorrow'], 'invalid date `tomorrow`: expected ISO 8601 such as `2030-01-31` or `2030-01-31T12:00:00Z`'],
    [['--horizon', 'soon'], 'invalid validity `soon`: expected a whole number and `m`, `h`, `d` or `y`, such as `90d`'],
  ])('%j is wrong use', async (args, message) => {
    const { err } = await pki(2, ['verify', ...args]);

    expect(err).toBe(`error: ${message}\n`);
  });
});

test('a client without its CAs is judged alone, and the answer says so', async () => {
  const { out } = await pki(0, ['verify', ...at({ client: 'client.crt' })]);

  expect(out).toContain('note  whether a gateway accepts the client was not asked: give its CAs with --client-ca');
});
