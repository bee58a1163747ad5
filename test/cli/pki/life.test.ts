import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Workshop, openssl, opensslAccepts } from '../support/openssl';
import { pki, temporaryDirectory } from '../support/run';

const home = temporaryDirectory();
const files = new Workshop(home);
let count = 0;
const directory = () => join(home, `pki-${count += 1}`);
const serialOf = (path: string) => openssl(['x509', '-in', path, '-noout', '-serial']).trim();
const indexOf = (dir: string) => parse(readFileSync(join(dir, 'index.yaml'), 'utf8'));

async function withClient(...init: string[]): Promise<string> {
  const dir = directory();
  await pki(0, ['init', '--dir', dir, ...init]);
  await pki(0, ['client', '--subject', '/O=Example/CN=alice', '--spiffe', 'spiffe://test.client', '--dir', dir]);
  return dir;
}

describe('renewal', () => {
  test('keeps names, usages and key, and the old certificate', async () => {
    const dir = await withClient();
    const [certificate, key] = ['client/test.client.crt', 'client/test.client.key'].map((file) => join(dir, file));
    const before = { serial: serialOf(certificate), key: readFileSync(key, 'utf8'), text: openssl(['x509', '-in', certificate, '-noout', '-subject', '-ext', 'subjectAltName,extendedKeyUsage']) };

    await pki(0, ['renew', 'test.client', '--dir', dir]);

    expect(serialOf(certificate)).not.toBe(before.serial);
    expect(readFileSync(key, 'utf8')).toBe(before.key);
    expect(openssl(['x509', '-in', certificate, '-noout', '-subject', '-ext', 'subjectAltName,extendedKeyUsage'])).toBe(before.text);
    expect(indexOf(dir).certificates.map(({ state }: { state: string }) => state)).toEqual(['replaced', 'current']);
    expect(readdirSync(join(dir, 'issued')).map((file) => serialOf(join(dir, 'issued', file)))).toContain(before.serial);
    await pki(0, ['verify', '--dir', dir]);
  });

  test('with a new key keeps the old key too', async () => {
    const dir = await withClient();
    const old = readFileSync(join(dir, 'client/test.client.key'), 'utf8');

    await pki(0, ['renew', 'test.client', '--new-key', '--dir', dir]);

    expect(readFileSync(join(dir, 'client/test.client.key'), 'utf8')).not.toBe(old);
    const kept = readdirSync(join(dir, 'issued')).filter((file) => file.endsWith('.key'));
    expect(kept.map((file) => readFileSync(join(dir, 'issued', file), 'utf8'))).toEqual([old]);
    await pki(0, ['verify', '--dir', dir]);
  });

  test('of all that end soon leaves the others alone', async () => {
    const dir = await withClient();
    await pki(0, ['client', '--subject', '/CN=long', '--valid', '300d', '--dir', dir]);

    const { out } = await pki(0, ['renew', '--within', '100d', '--dir', dir]);

    expect(out).toMatch(/^client certificate test\.client: .*\n.*\n.*\n$/);
    expect((await pki(0, ['renew', '--within', '1d', '--dir', dir])).out).toBe('nothing to renew\n');
  });

  test('is refused for what is not there or revoked', async () => {
    const dir = await withClient();
    expect((await pki(2, ['renew', 'bob', '--dir', dir])).err).toBe(`error: there is no certificate \`bob\` in \`${dir}\`: expected one of test.client, or a serial number\n`);
    expect((await pki(2, ['renew', '--dir', dir])).err).toBe('error: nothing to renew: give names, --within or --of-ca\n');
    await pki(0, ['revoke', 'test.client', '--dir', dir]);
    expect((await pki(2, ['renew', 'test.client', '--dir', dir])).err).toMatch(/is revoked: issue a new one with `pki client`\n$/);
  });
});

describe('revocation', () => {
  test('issues the lists of every CA of the chain, and OpenSSL refuses the certificate', async () => {
    const dir = await withClient('--intermediate', '/CN=Issuing');
    await pki(0, ['client', '--subject', '/CN=bob', '--dir', dir]);
    await pki(0, ['revoke', 'test.client', '--reason', 'keyCompromise', '--dir', dir]);
    const lists = ['ca/root.crl', 'ca/intermediate.crl'].map((file) => readFileSync(join(dir, file), 'utf8')).join('');
    writeFileSync(join(dir, 'all.crl'), lists);

    const check = (file: string) => opensslAccepts([
      'verify', '-crl_check_all', '-CAfile', join(dir, 'ca/root.crt'), '-CRLfile', join(dir, 'all.crl'), '-untrusted', join(dir, file), join(dir, file),
    ]);

    expect(check('client/bob.crt')).toBe(true);
    expect(check('client/test.client.crt')).toBe(false);
    expect(openssl(['crl', '-in', join(dir, 'ca/intermediate.crl'), '-noout', '-text'])).toContain('Key Compromise');
    expect((await pki(2, ['revoke', 'test.client', '--dir', dir])).err).toMatch(/is revoked already, since /);
  });

  test('by serial number reaches a certificate that was replaced', async () => {
    const dir = await withClient();
    await pki(0, ['renew', 'test.client', '--dir', dir]);
    const [{ serialNumber }] = indexOf(dir).certificates;

    await pki(0, ['revoke', serialNumber, '--dir', dir]);

    expect(openssl(['crl', '-in', join(dir, 'ca/root.crl'), '-noout', '-text'])).toContain(serialNumber.replace(/^00/, '').toUpperCase());
    await pki(0, ['verify', '--dir', dir]);
  });

  test('what is on a list stays on it, and numbers grow, also when the list is lost', async () => {
    const dir = await withClient();
    await pki(0, ['revoke', 'test.client', '--dir', dir]);
    await pki(0, ['crl', '--dir', dir]);
    writeFileSync(join(dir, 'ca/root.crl.old'), readFileSync(join(dir, 'ca/root.crl')));
    const text = () => openssl(['crl', '-in', join(dir, 'ca/root.crl'), '-noout', '-text']);
    expect(text()).toMatch(/CRL Number:\s+2\s[^]*Revoked Certificates:\s+Serial Number/);

    const { rmSync } = jest.requireActual('node:fs');
    rmSync(join(dir, 'ca/root.crl'));
    await pki(0, ['crl', '--dir', dir, '--ca', 'root', '--valid', '7d']);

    expect(text()).toMatch(/CRL Number:\s+3\s[^]*Revoked Certificates:\s+Serial Number/);
  });

  test('of an intermediate is on the list of its root; of a root it cannot be', async () => {
    const dir = await withClient('--intermediate', '/CN=Issuing');

    await pki(0, ['revoke', 'intermediate', '--reason', 'cACompromise', '--dir', dir]);

    expect(openssl(['crl', '-in', join(dir, 'ca/root.crl'), '-noout', '-text'])).toContain('CA Compromise');
    expect((await pki(2, ['revoke', 'root', '--dir', dir])).err).toBe('error: `root` is a root, which nobody can revoke: take it out of the trust anchors, with `pki rotate-ca root`\n');
    expect((await pki(2, ['client', '--subject', '/CN=x', '--ca', 'intermediate', '--dir', dir])).err).toMatch(/CA `intermediate` is revoked since/);
    expect((await pki(2, ['renew', 'test.client', '--dir', dir])).err).toBe('error: CA `intermediate` is revoked and issues no more\n');
  });

  test('lists of one CA do not ask for lists of another that has nothing to do with it', async () => {
    const dir = await withClient();
    await pki(0, ['init', '--dir', dir, '--name', 'other', '--for', 'server']);
    await pki(0, ['crl', '--dir', dir, '--ca', 'root']);

    await pki(0, ['verify', '--dir', dir]);
  });

  test('certificates below a revoked CA are not fine', async () => {
    const dir = await withClient('--intermediate', '/CN=Issuing');
    await pki(0, ['revoke', 'intermediate', '--dir', dir]);

    expect((await pki(1, ['verify', '--dir', dir])).out).toMatch(/CN=Issuing \(serial number [0-9a-f]+\) is revoked/);
  });

  test('a list that has ended is found', async () => {
    const dir = await withClient();
    await pki(0, ['crl', '--dir', dir, '--valid', '1h']);

    const { out } = await pki(1, ['verify', '--dir', dir, '--format', 'json', '--at', '2999-01-01']);

    expect(JSON.parse(out).findings.map(({ id }: { id: string }) => id)).toContain('crl-expired');
    await pki(0, ['verify', '--dir', dir]);
    expect((await pki(1, ['verify', '--dir', dir, '--at', new Date(Date.now() + 50 * 60_000).toISOString()])).out).toContain('crl-expires-soon');
  });
});

describe('signing requests', () => {
  const request = (name: string, subject: string, ...args: string[]) => {
    openssl(['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', files.path(`${name}.key`), '-subj', subject, '-out', files.path(`${name}.csr`), ...args]);
    return files.path(`${name}.csr`);
  };

  test('get a certificate of the same key, which renewal keeps', async () => {
    const dir = directory();
    await pki(0, ['init', '--dir', dir]);
    const csr = request('partner', '/O=Partner/CN=batch', '-addext', 'subjectAltName=URI:spiffe://partner.example/batch');

    const { out } = await pki(0, ['sign', csr, '--for', 'client', '--dir', dir]);

    expect(out).toMatch(/^client certificate partner: CN=batch,O=Partner \(URI:spiffe:\/\/partner\.example\/batch\), until .*\n {2}certificate {2}.*\n$/);
    await pki(0, ['renew', 'partner', '--dir', dir]);
    expect(openssl(['x509', '-in', join(dir, 'client/partner.crt'), '-noout', '-pubkey'])).toBe(openssl(['pkey', '-in', files.path('partner.key'), '-pubout']));
    expect((await pki(2, ['renew', 'partner', '--new-key', '--dir', dir])).err).toBe('error: the key of `partner` is its owner\'s: have a new request signed, with `pki sign`\n');
    expect((await pki(2, ['sign', csr, '--for', 'client', '--dir', dir])).err).toMatch(/exists and is not overwritten/);
  });

  test('get the names that the CA decides', async () => {
    const dir = directory();
    await pki(0, ['init', '--dir', dir]);

    await pki(0, ['sign', request('www', '/CN=www'), '--for', 'both', '--dns', 'www.example.com', '--subject', '/CN=decided', '--name', 'decided', '--dir', dir]);

    expect(openssl(['x509', '-in', join(dir, 'server/decided.crt'), '-noout', '-subject', '-ext', 'subjectAltName,extendedKeyUsage'])).toBe(
      'subject=CN = decided\nX509v3 Extended Key Usage: \n    TLS Web Server Authentication, TLS Web Client Authentication\nX509v3 Subject Alternative Name: \n    DNS:www.example.com\n',
    );
  });
});

describe('overwriting', () => {
  test('is refused, and done with --force without losing anything', async () => {
    const dir = await withClient();
    const key = readFileSync(join(dir, 'client/test.client.key'), 'utf8');
    const again = ['client', '--subject', '/O=Example/CN=alice', '--spiffe', 'spiffe://test.client', '--dir', dir];

    expect((await pki(2, again)).err).toBe(`error: \`${join(dir, 'client/test.client.crt')}\` exists and is not overwritten: choose another name, or add --force\n`);
    await pki(0, [...again, '--force']);

    expect(readFileSync(join(dir, 'client/test.client.key'), 'utf8')).not.toBe(key);
    expect(readdirSync(join(dir, 'issued')).some((file) => readFileSync(join(dir, 'issued', file), 'utf8') === key)).toBe(true);
    await pki(0, ['verify', '--dir', dir]);
  });

  test('of a file that the command did not write is refused, and kept with --force', async () => {
    const dir = directory();
    await pki(0, ['init', '--dir', dir, '--layout', 'kyma']);
    writeFileSync(join(dir, 'client.key'), 'somebody else\'s');

    await pki(2, ['client', '--subject', '/CN=x', '--dir', dir]);
    await pki(0, ['client', '--subject', '/CN=x', '--dir', dir, '--force']);

    expect(readdirSync(join(dir, 'issued')).some((file) => readFileSync(join(dir, 'issued', file), 'utf8') === 'somebody else\'s')).toBe(true);
  });

  test('of a CA is refused while certificates of it are in use', async () => {
    const dir = await withClient();

    expect((await pki(2, ['init', '--dir', dir])).err).toMatch(/exists and is not overwritten/);
    expect((await pki(2, ['init', '--dir', dir, '--force'])).err).toBe('error: CA `root` has issued certificates that are in use: replace it with `pki rotate-ca root`\n');
  });

  test('of an unused CA with --force keeps its key', async () => {
    const dir = directory();
    await pki(0, ['init', '--dir', dir]);
    const key = readFileSync(join(dir, 'ca/root.key'), 'utf8');

    await pki(0, ['init', '--dir', dir, '--force']);

    expect(readdirSync(join(dir, 'issued')).some((file) => readFileSync(join(dir, 'issued', file), 'utf8') === key)).toBe(true);
  });
});
