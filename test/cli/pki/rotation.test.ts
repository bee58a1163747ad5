import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { opensslAccepts } from '../support/openssl';
import { pki, temporaryDirectory } from '../support/run';

const home = temporaryDirectory();
const indexOf = (dir: string) => parse(readFileSync(join(dir, 'index.yaml'), 'utf8'));
const states = (dir: string) => Object.fromEntries(indexOf(dir).authorities.map(({ name, state }: Record<string, string>) => [name, state]));

/** Whether a gateway that trusts what `export` writes now accepts a client certificate. */
async function accepted(dir: string, certificate: string): Promise<boolean> {
  const { out } = await pki(0, ['export', '--dir', dir, '--credential', 'cred', '--client-ca', 'root', '--as', 'manifest']);
  writeFileSync(join(home, 'anchors.pem'), Buffer.from(parse(out).data.cacert, 'base64'));
  return opensslAccepts(['verify', '-CAfile', join(home, 'anchors.pem'), '-purpose', 'sslclient', '-untrusted', certificate, certificate]);
}

test.each([
  ['a root', [], ['root']],
  ['a root with an intermediate', ['--intermediate', '/CN=Issuing'], ['root', 'intermediate']],
])('%s is replaced, and at every moment each certificate in use is accepted', async (_what, init, authorities) => {
  const dir = join(home, `rotation-${authorities.length}`);
  const alice = join(dir, 'client/alice.crt');
  const rotate = (...args: string[]) => ['rotate-ca', 'root', '--dir', dir, ...args];
  await pki(0, ['init', '--dir', dir, '--subject', '/O=Example/CN=Clients', ...init]);
  await pki(0, ['client', '--subject', '/CN=alice', '--dir', dir]);
  writeFileSync(join(home, 'before.crt'), readFileSync(alice));
  expect((await pki(0, rotate())).out).toMatch(/^active {4}root: .*\nnot being replaced; begin with `pki rotate-ca root --stage add`\n$/);

  await pki(0, rotate('--stage', 'add'));
  expect(states(dir)).toEqual(Object.fromEntries(authorities.flatMap((name) => [[name, 'active'], [`${name}-2`, 'incoming']])));
  expect(await accepted(dir, alice)).toBe(true);
  expect((await pki(0, rotate())).out).toContain('incoming  root-2: ');

  await pki(0, rotate('--stage', 'swap'));
  expect(states(dir)).toEqual(Object.fromEntries(authorities.flatMap((name) => [[name, 'outgoing'], [`${name}-2`, 'active']])));
  await pki(0, ['client', '--subject', '/CN=bob', '--dir', dir]);
  expect(await accepted(dir, alice)).toBe(true);
  expect(await accepted(dir, join(dir, 'client/bob.crt'))).toBe(true);

  const { out } = await pki(1, rotate('--stage', 'drop'));
  expect(out).toMatch(/^1 certificate of the old CA in use, nothing was changed\n {2}client alice is of /);
  await pki(0, ['renew', '--of-ca', authorities[authorities.length - 1], '--dir', dir]);
  expect(await accepted(dir, join(home, 'before.crt'))).toBe(true);
  await pki(0, ['verify', '--dir', dir]);

  await pki(0, rotate('--stage', 'drop'));
  expect(states(dir)).toEqual(Object.fromEntries(authorities.flatMap((name) => [[name, 'retired'], [`${name}-2`, 'active']])));
  expect(await accepted(dir, alice)).toBe(true);
  expect(await accepted(dir, join(home, 'before.crt'))).toBe(false);
  await pki(0, ['verify', '--dir', dir]);
});

test('an intermediate alone is replaced below the same root', async () => {
  const dir = join(home, 'below');
  await pki(0, ['init', '--dir', dir, '--intermediate', '/CN=Issuing']);
  await pki(0, ['client', '--subject', '/CN=alice', '--dir', dir]);

  await pki(0, ['rotate-ca', 'intermediate', '--dir', dir, '--stage', 'add']);
  await pki(0, ['rotate-ca', 'intermediate', '--dir', dir, '--stage', 'swap', '--renew']);

  expect(indexOf(dir).certificates.at(-1)).toMatchObject({ name: 'alice', issuer: 'intermediate-2', state: 'current' });
  await pki(0, ['rotate-ca', 'intermediate', '--dir', dir, '--stage', 'drop']);
  expect(states(dir)).toEqual({ 'root': 'active', 'intermediate': 'retired', 'intermediate-2': 'active' });
  expect(await accepted(dir, join(dir, 'client/alice.crt'))).toBe(true);
});

test('kubectl commands name the file with both CAs while they are both trusted, and the lists of both', async () => {
  const dir = join(home, 'commands');
  await pki(0, ['init', '--dir', dir]);
  await pki(0, ['rotate-ca', 'root', '--dir', dir, '--stage', 'add']);
  const args = ['export', '--dir', dir, '--credential', 'cred', '--client-ca', 'root'];

  expect((await pki(0, args)).out).toContain(`--from-file=cacert=${dir}/ca/root.anchors.crt\n`);
  expect((await pki(2, [...args, '--crl'])).err).toBe('error: CA `root` has no revocation list, and a gateway with any list wants one of every CA: issue them with `pki crl`\n');
  await pki(0, ['crl', '--dir', dir]);
  expect((await pki(0, [...args, '--crl'])).out).toContain(`--from-file=crl=<(cat ${dir}/ca/root.crl ${dir}/ca/root-2.crl)\n`);
});

test('a CA that is not in charge neither issues nor is replaced', async () => {
  const dir = join(home, 'charge');
  await pki(0, ['init', '--dir', dir]);
  await pki(0, ['rotate-ca', 'root', '--dir', dir, '--stage', 'add']);

  expect((await pki(2, ['client', '--subject', '/CN=x', '--ca', 'root-2', '--dir', dir])).err).toBe('error: CA `root-2` is incoming: issue with `root`\n');
  expect((await pki(2, ['rotate-ca', 'root-2', '--dir', dir])).err).toBe('error: CA `root-2` is incoming: name the one that issues, `root`\n');
});

test('the name of a new CA is one that nobody has', async () => {
  const dir = join(home, 'taken');
  await pki(0, ['init', '--dir', dir]);
  await pki(0, ['init', '--dir', dir, '--name', 'root-2']);

  expect((await pki(0, ['rotate-ca', 'root', '--dir', dir, '--stage', 'add'])).out).toMatch(/^incoming CA root-3: /);
});

test('certificates of a CA that was dropped by force are found', async () => {
  const dir = join(home, 'forced');
  await pki(0, ['init', '--dir', dir]);
  await pki(0, ['client', '--subject', '/CN=alice', '--dir', dir]);
  await pki(0, ['rotate-ca', 'root', '--dir', dir, '--stage', 'add']);
  await pki(0, ['rotate-ca', 'root', '--dir', dir, '--stage', 'swap']);
  await pki(0, ['rotate-ca', 'root', '--dir', dir, '--stage', 'drop', '--force']);

  expect((await pki(1, ['verify', '--dir', dir])).out).toContain('wrong-issuer');
});

describe('stages out of order', () => {
  const dir = join(home, 'order');
  const rotate = (...args: string[]) => ['rotate-ca', 'root', '--dir', dir, ...args];

  test.each([
    [['--stage', 'swap'], 2, 'there is no new CA for `root` to swap to: begin with --stage add'],
    [['--stage', 'drop'], 2, 'there is no old CA of `root` to drop: begin with --stage add'],
    [['--stage', 'add'], 0, ''],
    [['--stage', 'add'], 2, 'CA `root` is being replaced already, `root-2` is incoming: next comes --stage swap'],
    [['--stage', 'drop'], 2, 'there is no old CA of `root` to drop: first comes --stage swap'],
    [['--stage', 'swap'], 0, ''],
    [['--stage', 'add'], 2, 'CA `root` is being replaced already, `root` is outgoing: next comes --stage drop'],
    [['--stage', 'drop', '--force'], 0, ''],
  ])('%j ends with status %i', async (args, status, message) => {
    await pki(0, ['init', '--dir', dir]).catch(() => undefined);
    const { err } = await pki(status, rotate(...args));

    expect(err).toBe(message === '' ? '' : `error: ${message}\n`);
  });
});
