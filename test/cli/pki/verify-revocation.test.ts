import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DerTag, readChildren, readSingle, writeElement } from '../../../src/x509/der';
import { Workshop, openssl } from '../support/openssl';
import { pki, temporaryDirectory } from '../support/run';

const home = temporaryDirectory();
const files = new Workshop(home);
const dir = join(home, 'pki');
const inside = (file: string) => join(dir, file);
const DAY = 24 * 3600_000;
const after = (days: number) => new Date(Date.now() + days * DAY).toISOString();

async function ids(args: readonly string[]): Promise<string[]> {
  const { out } = await pki(expect.any(Number) as unknown as number, ['verify', '--format', 'json', ...args]);
  return JSON.parse(out).findings.map(({ id }: { id: string }) => id);
}

/** The list again, without the date of the next one, signed with the key of the CA. */
function withoutNextUpdate(list: string, keyPem: string): string {
  const [, base64] = /-----\n([^-]+)-----/.exec(list)!;
  const [tbs, algorithm] = readChildren(readSingle(Buffer.from(base64, 'base64'), 'list'), 'list');
  const fields = readChildren(tbs, 'list');
  const dates = fields.filter(({ tag }) => tag === DerTag.UTC_TIME);
  const body = writeElement(DerTag.SEQUENCE, Buffer.concat(fields.filter((field) => field !== dates[1]).map(({ raw }) => raw)));
  const signature = sign('sha256', body, createPrivateKey(keyPem));
  const bits = writeElement(DerTag.BIT_STRING, Buffer.concat([Buffer.from([0]), signature]));
  const whole = writeElement(DerTag.SEQUENCE, Buffer.concat([body, algorithm.raw, bits]));
  return `-----BEGIN X509 CRL-----\n${whole.toString('base64')}\n-----END X509 CRL-----\n`;
}

beforeAll(async () => {
  await pki(0, ['init', '--dir', dir, '--intermediate', '/CN=Issuing']);
  await pki(0, ['client', '--subject', '/CN=alice', '--dir', dir]);
  await pki(0, ['client', '--subject', '/CN=bob', '--dir', dir]);
  await pki(0, ['revoke', 'bob', '--dir', dir]);
});

const args = (...lists: string[]) => ['--client', inside('client/alice.crt'), '--client-ca', inside('ca/root.crt'), ...lists.flatMap((list) => ['--crl', list])];
const both = () => args(inside('ca/root.crl'), inside('ca/intermediate.crl'));

test('with a list of every CA of the chain a client is fine', async () => {
  expect(await ids(both())).toEqual([]);
});

test('without any list nothing is asked, and the answer says so', async () => {
  const { out } = await pki(0, ['verify', ...args()]);

  expect(out).toContain('note  no revocation list was given: a gateway without one lets revoked clients in');
});

test('a revoked client is found', async () => {
  expect(await ids(['--client', inside('client/bob.crt'), ...both().slice(2)])).toEqual(['revoked']);
});

test('a list that is missing for one CA of the chain is found, whichever it is', async () => {
  expect(await ids(args(inside('ca/root.crl')))).toEqual(['crl-missing']);
  expect(await ids(args(inside('ca/intermediate.crl')))).toEqual(['crl-missing']);
});

test('a list of another CA is found', async () => {
  const other = join(home, 'other');
  await pki(0, ['init', '--dir', other]);
  await pki(0, ['crl', '--dir', other]);

  expect(await ids([...both(), '--crl', join(other, 'ca/root.crl')])).toEqual(['crl-foreign']);
});

test('a list is judged by the date', async () => {
  expect(await ids([...both(), '--at', after(31)])).toEqual(['crl-expired', 'crl-expired']);
  expect(await ids([...both(), '--at', after(25)])).toEqual(['crl-expires-soon', 'crl-expires-soon']);
  expect(await ids([...both(), '--at', after(-1)])).toEqual(expect.arrayContaining(['crl-not-yet-valid', 'not-yet-valid']));
});

test('a list that does not say when the next one is due is found', async () => {
  files.write('endless.crl', withoutNextUpdate(readFileSync(inside('ca/root.crl'), 'utf8'), readFileSync(inside('ca/root.key'), 'utf8')));

  expect(await ids(args(files.path('endless.crl'), inside('ca/intermediate.crl')))).toEqual(['crl-expired']);
  expect((await pki(0, ['inspect', files.path('endless.crl')])).out).toContain(' to no date, so Envoy refuses every client\n');
});

test('inspect tells whom a list revokes', async () => {
  const { out } = await pki(0, ['inspect', inside('ca/intermediate.crl')]);

  expect(out).toContain('revocation list in ');
  expect(out).toContain(openssl(['x509', '-in', inside('client/bob.crt'), '-noout', '-serial']).trim().replace('serial=', '').toLowerCase());
});

test('something else than a list is unreadable', async () => {
  expect((await pki(3, ['verify', ...args(inside('ca/root.crt'))])).err).toMatch(/^error: revocation list `.*` holds a `CERTIFICATE` block: expected only `-----BEGIN X509 CRL-----` blocks\n$/);
});
