import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { Workshop, openssl } from '../support/openssl';
import { cli, pki, temporaryDirectory } from '../support/run';

const home = temporaryDirectory();
const dir = join(home, 'pki');
const args = (...more: string[]) => ['export', '--dir', dir, '--credential', 'kyma-mtls-certs', ...more];

beforeAll(async () => {
  await pki(0, ['init', '--dir', dir, '--name', 'server-ca', '--for', 'server']);
  await pki(0, ['init', '--dir', dir, '--name', 'client-ca', '--for', 'client']);
  await pki(0, ['server', 'example.com', '--dir', dir]);
});

test('kubectl commands create the Secrets that Istio looks for, and name the key by its file', async () => {
  const { out } = await pki(0, args('--server', 'example.com', '--client-ca', 'client-ca'));

  expect(out).toBe(`kubectl create secret generic -n istio-system kyma-mtls-certs \\
  --from-file=tls.crt=${dir}/server/example.com.crt \\
  --from-file=tls.key=${dir}/server/example.com.key
kubectl create secret generic -n istio-system kyma-mtls-certs-cacert \\
  --from-file=cacert=${dir}/ca/client-ca.crt
`);
});

test('with --update they replace what is there', async () => {
  const { out } = await pki(0, args('--client-ca', 'client-ca', '--update', '--namespace', 'edge'));

  expect(out).toMatch(/-n edge [^]* \\\n {2}--dry-run=client -o yaml \| kubectl replace -f -\n$/);
});

test('a manifest has no private key unless it is asked for', async () => {
  const { out, err } = await pki(0, args('--server', 'example.com', '--client-ca', 'client-ca', '--as', 'manifest'));

  expect(parseAllDocuments(out).map((document) => document.toJS())).toEqual([{
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'kyma-mtls-certs-cacert', namespace: 'istio-system' },
    type: 'Opaque',
    data: { cacert: readFileSync(join(dir, 'ca/client-ca.crt')).toString('base64') },
  }]);
  expect(err).toBe('Secret `kyma-mtls-certs` is left out, because a private key belongs into it: add --include-private-key, or take --as kubectl\n');
});

test('a manifest with everything passes the verification with its Gateway', async () => {
  await pki(0, ['crl', '--dir', dir]);
  const { out } = await cli(['pki', ...args('--server', 'example.com', '--client-ca', 'client-ca', '--crl', '--as', 'manifest', '--include-private-key')]);
  const gateway = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: default }
spec:
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    tls: { mode: MUTUAL, credentialName: kyma-mtls-certs }
    hosts: [example.com]
`;

  const [server, client] = parseAllDocuments(out).map((document) => document.toJS());
  expect(server).toMatchObject({ type: 'kubernetes.io/tls', data: { 'tls.key': readFileSync(join(dir, 'server/example.com.key')).toString('base64') } });
  expect(Object.keys(client.data)).toEqual(['cacert', 'crl']);
  await pki(0, ['verify', '-'], { input: `${gateway}---\n${out}` });
});

test('a ConfigMap with the client CAs is not named so that Istio misses it', async () => {
  const { out } = await pki(0, args('--client-ca', 'client-ca', '--config-map', '--as', 'manifest'));

  expect(parseAllDocuments(out)[0].toJS()).toEqual({
    apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kyma-mtls-certs-client-ca', namespace: 'istio-system' }, data: { cacert: readFileSync(join(dir, 'ca/client-ca.crt'), 'utf8') },
  });
  expect((await pki(0, args('--client-ca', 'client-ca', '--config-map'))).out).toMatch(/^kubectl create configmap -n istio-system kyma-mtls-certs-client-ca /);
});

test('file names with spaces and quotes are quoted for the shell', async () => {
  const odd = join(home, 'it\'s odd');
  await pki(0, ['init', '--dir', odd]);

  expect((await pki(0, ['export', '--dir', odd, '--credential', 'c', '--client-ca', 'root'])).out).toContain(`--from-file=cacert='${home}/it'\\''s odd/ca/root.crt'\n`);
});

test.each([
  [['--server', 'example.com', '--include-private-key'], '--include-private-key goes with --as manifest: kubectl commands name the file of the key'],
  [[], 'nothing to export: give --server, --client-ca or both'],
  [['--server', 'example.com', '--crl'], '--crl goes with --client-ca: the lists lie beside the CAs'],
  [['--server', 'nobody'], 'there is no server certificate `nobody` in `DIR`: expected one of example.com, or a serial number'],
  [['--client-ca', 'nobody'], 'there is no CA `nobody` in `DIR`: expected one of server-ca, client-ca'],
  [['--client-ca', 'client-ca', '--namespace', 'A'], 'invalid namespace `A`: expected at most 63 lower-case letters, digits and inner `-`'],
  [['--client-ca', 'client-ca', '--credential', 'x-cacert'], 'invalid credential name `x-cacert`: expected the name of a Secret in lower-case letters, digits, `-` and `.`, without `-cacert` at its end'],
])('%j is wrong use', async (more, message) => {
  const { err } = await pki(2, args(...more));

  expect(err).toBe(`error: ${message.replace('DIR', dir)}\n`);
});

test('a certificate whose key is elsewhere, or that is revoked, is not exported', async () => {
  const files = new Workshop(home);
  openssl(['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', files.path('x.key'), '-subj', '/CN=x', '-addext', 'subjectAltName=DNS:x.example.com', '-out', files.path('foreign.csr')]);
  await pki(0, ['sign', files.path('foreign.csr'), '--for', 'server', '--dir', dir]);
  await pki(0, ['server', 'gone.example.com', '--dir', dir]);
  await pki(0, ['revoke', 'gone.example.com', '--dir', dir]);

  expect((await pki(2, args('--server', 'foreign'))).err).toBe(`error: the private key of \`foreign\` is its owner's and not in \`${dir}\`: make the Secret where the key is\n`);
  expect((await pki(2, args('--server', 'gone.example.com'))).err).toBe('error: server certificate `gone.example.com` is revoked: export another one\n');
});

test('with the list of a root come those of the CAs below it: Envoy wants one of every CA of a chain', async () => {
  const deep = join(home, 'deep');
  await pki(0, ['init', '--dir', deep, '--name', 'client-ca', '--for', 'client', '--subject', '/O=Example/CN=Clients', '--intermediate', '/O=Example/CN=Issuing CA']);
  await pki(0, ['crl', '--dir', deep]);
  const { out } = await pki(0, ['export', '--dir', deep, '--credential', 'edge', '--client-ca', 'client-ca', '--crl', '--as', 'manifest']);

  const { data } = parseAllDocuments(out)[0].toJS();
  const lists = Buffer.from(data.crl, 'base64').toString('utf8').match(/BEGIN X509 CRL/g);
  expect(lists).toHaveLength(2);
});
