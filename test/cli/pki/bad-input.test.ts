import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CA, CLIENT, RSA_1024, SERVER, Workshop, openssl } from '../support/openssl';
import { cli, expectDiscreet, pki, temporaryDirectory } from '../support/run';

const home = temporaryDirectory();
const files = new Workshop(home);
const dir = join(home, 'pki');

beforeAll(async () => {
  files.make('root', { extensions: CA });
  files.make('server', { extensions: SERVER, issuer: 'root' });
  files.write('truncated.pem', files.read('server.crt').slice(0, 300));
  files.write('cut.pem', files.read('server.crt').replace(/\n.{64}\n/, '\n'));
  files.write('trailing.pem', files.read('server.crt').replace(/\n-----END/, '\nAAAA\n-----END'));
  files.join('concatenated.pem', ['server.crt', 'server.key']);
  openssl(['x509', '-in', files.path('server.crt'), '-outform', 'der', '-out', files.path('server.der')]);
  files.write('base64.pem', files.read('server.crt').replace(/-----.*\n/g, ''));
  files.write('empty.pem', '');
  files.write('huge.pem', Buffer.alloc(9 * 1024 * 1024, 'A'));
  files.write('nul.pem', 'a\0b');
  openssl(['pkcs8', '-topk8', '-in', files.path('server.key'), '-passout', 'pass:x', '-out', files.path('encrypted.key')]);
  await pki(0, ['init', '--dir', dir]);
});

describe('files that are no certificates', () => {
  test.each([
    ['truncated.pem', 'server certificate `FILE` is truncated: the PEM block that begins in line 1 has no `-----END CERTIFICATE-----`'],
    ['concatenated.pem', 'server certificate `FILE` holds a private key (`PRIVATE KEY`): expected only `-----BEGIN CERTIFICATE-----` blocks'],
    ['server.der', 'server certificate `FILE` is DER, not PEM: convert it, e.g. `openssl x509 -inform der -outform pem`'],
    ['base64.pem', 'server certificate `FILE` is base64 without PEM lines: put it between `-----BEGIN CERTIFICATE-----` and `-----END CERTIFICATE-----`'],
    ['empty.pem', 'server certificate `FILE` is empty: expected PEM text that begins with `-----BEGIN CERTIFICATE-----`'],
    ['huge.pem', 'server certificate `FILE` is larger than 8 MiB, the most that is read'],
    ['nul.pem', 'server certificate `FILE` holds NUL bytes: expected text'],
    ['missing.pem', 'cannot read server certificate `FILE`: no such file'],
    ['.', 'cannot read server certificate `FILE`: it is a directory'],
  ])('`%s` is unreadable', async (file, message) => {
    const { err } = await pki(3, ['verify', '--cert', files.path(file)]);

    expect(err).toBe(`error: ${message.replace('FILE', files.path(file))}\n`);
  });

  test.each(['cut.pem', 'trailing.pem'])('`%s` is unreadable', async (file) => {
    await pki(3, ['verify', '--cert', files.path(file)]);
    await pki(3, ['inspect', files.path(file)]);
  });

  test('an encrypted key is unreadable, and how to decrypt it is said', async () => {
    const { err } = await pki(3, ['verify', '--cert', files.path('server.crt'), '--key', files.path('encrypted.key')]);

    expect(err).toContain('is encrypted, and a gateway cannot read it: decrypt it');
  });

  test('inspect names what a file holds that it does not know', async () => {
    files.write('parameters.pem', '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n');

    expect((await pki(3, ['inspect', files.path('parameters.pem')])).err).toMatch(/holds a `EC PARAMETERS` block: expected certificates/);
    expect((await pki(3, ['inspect', files.path('server.der')])).err).toMatch(/is DER, not PEM/);
  });

  test('no prefix of a certificate file is taken for a certificate, and none makes the command fail in itself', async () => {
    const text = files.read('server.crt');
    const steps = Array.from({ length: 40 }, (_, index) => Math.floor(index * (text.length - 2) / 40));

    for (const length of steps) {
      files.write('prefix.pem', text.slice(0, length));
      const outcome = await cli(['pki', 'inspect', files.path('prefix.pem')]);
      expectDiscreet(outcome);
      expect(outcome.status).toBe(3);
    }
  });
});

describe('names', () => {
  test.each([
    [['client', '--subject', '/CN=a\0b']],
    [['client', '--subject', '/CN=']],
    [['client', '--subject', 'CN=a, O=b']],
    [['client', '--subject', '/E=x']],
    [['client', '--spiffe', 'spiffe:test.client']],
    [['client', '--spiffe', 'spiffe://Test.client']],
    [['client', '--spiffe', 'test.client']],
    [['client', '--subject', '/CN=x', '--name', '../../etc/x']],
    [['client', '--subject', '/CN=x', '--name', 'a/b']],
    [['client', '--subject', '/CN=x', '--name', '.hidden']],
    [['client', '--subject', '/O=only']],
    [['client', '--subject', '/CN=\u4e2d']],
    [['client']],
    [['client', '--subject', '/CN=x', '--name', 'x'.repeat(200)]],
    [['sign', 'missing', '--for', 'nobody']],
    [['server']],
    [['server', '10.0.0.1']],
    [['server', 'a b.example.com']],
    [['server', 'example.com\n']],
    [['server', 'a.*.example.com']],
    [['server', 'example.com', '--ip', '10.0.0.256']],
    [['server', 'example.com', '--valid', '30y']],
    [['server', 'example.com', '--valid', 'forever']],
    [['server', 'example.com', '--key', 'rsa-1024']],
    [['server', 'example.com', '--ca', 'nobody']],
    [['init', '--layout', 'other']],
    [['init', '--layout', 'kyma']],
    [['init', '--name', 'x', '--subject', '/']],
    [['crl', '--ca', 'nobody']],
    [['crl', '--valid', '9y']],
    [['revoke', 'nobody']],
    [['revoke', 'nobody', '--reason', 'boredom']],
  ])('%j is wrong use, and leaves the directory as it was', async (args) => {
    const before = readFileSync(join(dir, 'index.yaml'), 'utf8');

    const { err } = await pki(2, [...args, '--dir', dir]);

    expect(err).toMatch(/^error: .+/);
    expect(err).not.toMatch(/[\0\u001b]/);
    expect(readFileSync(join(dir, 'index.yaml'), 'utf8')).toBe(before);
  });
});

test('a directory that was made for a CA that is refused does not stay', async () => {
  await pki(2, ['init', '--dir', join(home, 'never', 'pki'), '--valid', '99y']);

  expect(existsSync(join(home, 'never', 'pki'))).toBe(false);
});

test('a directory keeps its layout', async () => {
  expect((await pki(2, ['init', '--dir', dir, '--name', 'x', '--layout', 'kyma'])).err).toBe(
    `error: \`${dir}\` has layout plain: name another directory, or leave --layout out\n`,
  );
});

describe('a CA in the directory that cannot sign', () => {
  /** A directory whose CA certificate is replaced by another with the same key. */
  async function withAuthority(name: string, make: () => void): Promise<string> {
    const own = join(home, name);
    mkdirSync(own);
    await pki(0, ['init', '--dir', own]);
    make();
    copyFileSync(files.path('made.crt'), join(own, 'ca/root.crt'));
    copyFileSync(files.path('made.key'), join(own, 'ca/root.key'));
    return own;
  }

  test.each<[string, number, Parameters<Workshop['make']>[1]]>([
    ['CA:FALSE', 3, { extensions: CLIENT }],
    ['no keyCertSign', 3, { extensions: ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,cRLSign'] }],
    ['an RSA key of 1024 bits', 3, { extensions: CA, key: RSA_1024 }],
  ])('%s', async (what, status, wanted) => {
    const own = await withAuthority(what.replace(/\W/g, ''), () => files.make('made', wanted));

    const { err } = await pki(status, ['client', '--subject', '/CN=x', '--dir', own]);

    expect(err).toMatch(/^error: .+/);
  });

  test('a key of another CA', async () => {
    const own = await withAuthority('wrongkey', () => files.make('made', { extensions: CA }));
    copyFileSync(files.path('server.key'), join(own, 'ca/root.key'));

    await pki(3, ['client', '--subject', '/CN=x', '--dir', own]);
  });

  test('that has expired, or is not valid yet', async () => {
    expect((await pki(2, ['client', '--subject', '/CN=x', '--dir', dir], { now: '2099-01-01T00:00:00Z' })).err).toMatch(/^error: .+/);
    expect((await pki(2, ['client', '--subject', '/CN=x', '--dir', dir], { now: '2001-01-01T00:00:00Z' })).err).toMatch(/^error: .+/);
  });

  test('whose path length is used up', async () => {
    const own = join(home, 'pathlength');
    await pki(0, ['init', '--dir', own, '--intermediate', '/CN=one']);

    await pki(2, ['init', '--dir', own, '--below', 'intermediate', '--name', 'two']);
  });
});

describe('signing requests', () => {
  test.each([
    ['an RSA key of 1024 bits', ['-newkey', 'rsa:1024'], 3],
    ['a signature with SHA-1', ['-newkey', 'rsa:2048', '-sha1'], 3],
    ['a request to be a CA', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-addext', 'basicConstraints=CA:TRUE'], 3],
    ['a SPIFFE ID off the standard', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-addext', 'subjectAltName=URI:spiffe://A'], expect.any(Number)],
  ])('%s is refused', async (_what, args, status) => {
    openssl(['req', '-new', '-nodes', '-keyout', files.path('r.key'), '-subj', '/CN=r', '-out', files.path('r.csr'), ...args]);

    const { status: ended } = await pki(status as number, ['sign', files.path('r.csr'), '--for', 'client', '--dir', dir]);

    expect([2, 3]).toContain(ended);
  });

  test('a request that was altered is refused', async () => {
    openssl(['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', files.path('r.key'), '-subj', '/CN=alice', '-outform', 'der', '-out', files.path('r.der')]);
    const der = readFileSync(files.path('r.der'));
    der.write('mallo', der.indexOf('alice'));
    files.write('altered.csr', `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`);

    expect((await pki(3, ['sign', files.path('altered.csr'), '--for', 'client', '--dir', dir])).err).toMatch(/signature/);
    await pki(3, ['sign', files.path('server.crt'), '--for', 'client', '--dir', dir]);
    expect((await pki(2, ['sign', files.path('altered.csr'), '--dir', dir])).err).toContain('--for');
  });
});

describe('the index', () => {
  const own = join(home, 'damaged');
  const index = join(own, 'index.yaml');
  let good: string;

  beforeAll(async () => {
    await pki(0, ['init', '--dir', own]);
    await pki(0, ['client', '--subject', '/CN=a', '--dir', own]);
    await pki(0, ['client', '--subject', '/CN=b', '--dir', own]);
    good = readFileSync(index, 'utf8');
  });

  test.each<[string, (text: string) => string, string]>([
    ['empty', () => '', 'it is empty or no mapping'],
    ['no YAML', () => 'authorities: [\n', 'line 2 is no YAML'],
    ['cut off', (text) => text.slice(0, text.lastIndexOf('notAfter')), '`certificates[1]` has no `notAfter`'],
    ['of another version', (text) => text.replace('version: 1', 'version: 2'), '`version` is `2`, expected `1`'],
    ['of an unknown layout', (text) => text.replace('layout: plain', 'layout: x'), '`layout` is none of plain, istio, kyma, asm'],
    ['with a serial number twice', (text) => text.replace(/(serialNumber: )(\w+)([^]*serialNumber: )(\w+)([^]*serialNumber: )\w+/, '$1$2$3$4$5$4'), '`a` and `b` have the same serial number'],
    ['with a path out of the directory', (text) => text.replace('certificate: client/a.crt', 'certificate: ../../a.crt'), '`certificates[0]` has a wrong `certificate`'],
    ['with an issuer that is not there', (text) => text.replace(/issuer: root(?![^]*issuer: root)/, 'issuer: nobody'), 'the issuer `nobody` of `b` is not among the authorities'],
    ['with an unknown field', (text) => text.replace('state: active', 'state: active\n    colour: red'), '`authorities[0]` has a wrong `colour`'],
    ['with aliases', () => 'version: &v 1\nlayout: *v\n', 'it has YAML aliases'],
    ['without certificates', (text) => text.slice(0, text.indexOf('certificates:')), '`certificates` is no list'],
    ['with something else than entries', () => 'version: 1\nlayout: plain\nauthorities: [x]\ncertificates: []\n', '`authorities[0]` is no mapping'],
    ['with two CAs of one name', (text) => text.replace('certificates:', `${/ {2}- name: root[^]*?(?=certificates:)/.exec(text)![0]}certificates:`), 'two authorities are called `root`'],
  ])('that is %s is unreadable, and nothing is written', async (_what, damage, message) => {
    writeFileSync(index, damage(good));

    const { err } = await pki(3, ['client', '--subject', '/CN=c', '--dir', own]);

    expect(err).toContain(`error: the index \`${index}\` is damaged: ${message}`);
    expect(readFileSync(index, 'utf8')).toBe(damage(good));
    await pki(3, ['verify', '--dir', own]);
    writeFileSync(index, good);
  });

  test('is restored from the copy beside it', async () => {
    copyFileSync(join(own, 'index.previous.yaml'), index);

    expect((await pki(0, ['crl', '--dir', own])).out).toContain('revocation list 1 of CA root');
    writeFileSync(index, good);
  });

  test('that is not there is said to be not there', async () => {
    expect((await pki(3, ['client', '--subject', '/CN=x', '--dir', home])).err).toBe(
      `error: there is no \`index.yaml\` in \`${home}\`: make a CA with \`pki init --dir ${home}\`, or name the right directory with --dir\n`,
    );
    await pki(3, ['export', '--dir', join(home, 'nowhere'), '--credential', 'x', '--server', 'x']);
    await pki(3, ['crl', '--dir', join(home, 'nowhere')]);
  });
});

describe('files that the index names', () => {
  test('are missed, compared and judged', async () => {
    const own = join(home, 'files');
    await pki(0, ['init', '--dir', own]);
    await pki(0, ['client', '--subject', '/CN=a', '--dir', own]);
    await pki(0, ['client', '--subject', '/CN=b', '--dir', own]);
    const ids = async () => JSON.parse((await pki(1, ['verify', '--dir', own, '--format', 'json'])).out).findings.map(({ id }: { id: string }) => id);
    const { chmodSync, rmSync } = jest.requireActual('node:fs');

    chmodSync(join(own, 'client/a.key'), 0o644);
    expect(await ids()).toEqual(['key-readable']);
    chmodSync(join(own, 'client/a.key'), 0o600);
    copyFileSync(join(own, 'client/b.crt'), join(own, 'client/a.crt'));
    expect(await ids()).toEqual(['index-mismatch', 'key-mismatch']);
    copyFileSync(join(own, 'ca/root.key'), join(own, 'client/a.key'));
    rmSync(join(own, 'client/b.crt'));
    expect(await ids()).toEqual(['file-missing']);
  });
});

describe('the command line', () => {
  test.each([
    [['pki', 'frobnicate'], 'unknown command'],
    [['pki', 'init', '--colour'], 'unknown option'],
    [['pki', 'inspect'], 'missing required argument'],
    [['pki', 'verify', '--format', 'xml'], 'is invalid'],
    [[], 'Usage: cdk8s-istio-security'],
    [['pki'], 'Usage: cdk8s-istio-security pki'],
  ])('%j is wrong use', async (args, message) => {
    const outcome = await cli(args);

    expect(outcome.status).toBe(2);
    expect(outcome.err).toContain(message);
  });

  test('help tells every subcommand and the exit statuses, and is fine', async () => {
    const { status, out } = await cli(['pki', '--help']);

    expect(status).toBe(0);
    ['init', 'server', 'client', 'sign', 'renew', 'rotate-ca', 'revoke', 'crl', 'inspect', 'verify', 'export'].forEach((name) => expect(out).toContain(`  ${name} `));
    expect(out).toContain('Exit status: 0 fine, 1 findings, 2 wrong use, 3 an input cannot be read, 4 the result cannot be written (nothing has changed).');
  });

  test('colours are used on a terminal only', async () => {
    const args = ['pki', 'verify', '--cert', files.path('server.crt'), '--host', 'x.example.com'];

    expect((await cli(args, { colour: true })).out).toContain('\u001b[31merror');
    expect((await cli(args)).out).not.toContain('\u001b');
  });
});
