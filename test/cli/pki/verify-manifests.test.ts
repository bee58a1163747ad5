import { stringify } from 'yaml';
import { CA, SERVER, Workshop } from '../support/openssl';
import { pki, temporaryDirectory } from '../support/run';

const files = new Workshop(temporaryDirectory());
let pem: Record<string, string>;

beforeAll(() => {
  files.make('root', { extensions: CA });
  files.make('client-root', { extensions: CA });
  files.make('server', { extensions: SERVER, issuer: 'root' });
  pem = Object.fromEntries(['root.crt', 'client-root.crt', 'server.crt', 'server.key', 'root.key'].map((file) => [file, files.read(file)]));
});

const gateway = (tls: object, hosts: string[] = ['example.com']) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  metadata: { name: 'edge', namespace: 'default' },
  spec: { selector: { istio: 'ingressgateway' }, servers: [{ port: { number: 443, name: 'https', protocol: 'HTTPS' }, tls, hosts }] },
});
const secret = (name: string, texts: Record<string, string>, namespace = 'istio-system') => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  data: Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
});
const mutual = { mode: 'MUTUAL', credentialName: 'cred' };
const server = () => secret('cred', { 'tls.crt': pem['server.crt'], 'tls.key': pem['server.key'] });
const clientCa = () => secret('cred-cacert', { cacert: pem['client-root.crt'] });

async function judge(objects: object[], args: string[] = []) {
  const input = objects.map((object) => stringify(object)).join('---\n');
  const { out } = await pki(expect.any(Number) as unknown as number, ['verify', '-', '--format', 'json', ...args], { input });
  const { findings, notes } = JSON.parse(out);
  return { ids: findings.map(({ id }: { id: string }) => id), findings, notes };
}

test('a Gateway whose Secrets are where and what Istio wants is fine', async () => {
  const { ids, notes } = await judge([gateway(mutual), server(), clientCa()]);

  expect(ids).toEqual([]);
  expect(notes).toEqual(['Gateway default/edge server https: judged with Secret istio-system/cred']);
});

test('the old keys `cert`, `key` and `cacert` in one Secret are fine, and preferred', async () => {
  const one = secret('cred', { 'cert': pem['server.crt'], 'key': pem['server.key'], 'cacert': pem['client-root.crt'], 'tls.crt': 'rubbish', 'tls.key': 'rubbish', 'ca.crt': pem['root.crt'] });

  expect((await judge([gateway(mutual), one])).ids).toEqual([]);
});

test('texts in `stringData` and objects in a List count too', async () => {
  const { metadata } = server();
  const one = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { 'tls.crt': pem['server.crt'], 'tls.key': pem['server.key'] } };

  expect((await judge([{ apiVersion: 'v1', kind: 'List', items: [gateway({ ...mutual, mode: 'SIMPLE' }), one] }])).ids).toEqual([]);
});

test.each<[string, string[], () => object[]]>([
  ['the Secret is not there', ['secret-missing', 'client-ca-missing'], () => [gateway(mutual)]],
  ['the Secret is in the namespace of the Gateway', ['wrong-namespace'], () => [gateway({ ...mutual, mode: 'SIMPLE' }), secret('cred', {}, 'default')]],
  ['the CA is in the namespace of the Gateway', ['wrong-namespace'], () => [gateway(mutual), server(), secret('cred-cacert', { cacert: pem['client-root.crt'] }, 'default')]],
  ['the name asks for a Secret of another namespace', ['wrong-namespace'], () => [gateway({ mode: 'SIMPLE', credentialName: 'kubernetes://default/cred' })]],
  ['the key is missing', ['secret-keys'], () => [gateway(mutual), secret('cred', { 'tls.crt': pem['server.crt'], 'tls.key': '' }), clientCa()]],
  ['the key is of another certificate', ['key-mismatch'], () => [gateway(mutual), secret('cred', { 'tls.crt': pem['server.crt'], 'tls.key': pem['root.key'] }), clientCa()]],
  ['a host is not covered', ['host-not-covered'], () => [gateway(mutual, ['ns/www.example.com', './example.com', '*']), server(), clientCa()]],
  ['there is no CA for clients', ['client-ca-missing'], () => [gateway(mutual), server()]],
  ['a Secret with -cacert holds no CA, and is final', ['client-ca-missing'], () => [gateway(mutual), secret('cred', { 'tls.crt': pem['server.crt'], 'tls.key': pem['server.key'], 'ca.crt': pem['client-root.crt'] }), secret('cred-cacert', { other: 'x' })]],
  ['`ca.crt` of a certificate controller decides about clients', ['implicit-client-ca', 'shared-ca'], () => [gateway(mutual), secret('cred', { 'tls.crt': pem['server.crt'], 'tls.key': pem['server.key'], 'ca.crt': pem['root.crt'] })]],
  ['one CA for both sides', ['shared-ca'], () => [gateway(mutual), server(), secret('cred-cacert', { cacert: pem['root.crt'] })]],
  ['a CA Secret without the suffix', ['client-ca-name'], () => [gateway({ ...mutual, caCertCredentialName: 'clients' }), server(), secret('clients', { cacert: pem['client-root.crt'] })]],
  ['a ConfigMap with the suffix', ['client-ca-name'], () => [gateway({ ...mutual, caCertCredentialName: 'configmap://other/clients-cacert' }), server(), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'clients-cacert', namespace: 'other' }, data: { cacert: pem['client-root.crt'] } }]],
])('%s: %j', async (_what, expected, objects) => {
  const { ids } = await judge(objects());

  expect(ids).toEqual(expected);
});

test('with the CAs of the clients it is found that an intermediate is missing', async () => {
  files.make('middle', { extensions: CA, issuer: 'root' });
  files.make('below', { extensions: SERVER, issuer: 'middle' });
  const of = (certificates: string) => [gateway({ ...mutual, mode: 'SIMPLE' }), secret('cred', { 'tls.crt': certificates, 'tls.key': files.read('below.key') })];
  const roots = ['--roots', files.path('root.crt')];

  expect((await judge(of(files.read('below.crt')), roots)).ids).toEqual(['chain-incomplete']);
  expect((await judge(of(files.read('below.crt') + files.read('middle.crt')), roots)).ids).toEqual([]);
});

test('a ConfigMap with the CAs may be in any namespace', async () => {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'clients', namespace: 'other' }, data: { cacert: pem['client-root.crt'] } };

  expect((await judge([gateway({ ...mutual, caCertCredentialName: 'configmap://other/clients' }), server(), map])).ids).toEqual([]);
});

test('the namespace of the gateway\'s pods can be another one', async () => {
  const objects = [gateway({ ...mutual, mode: 'SIMPLE' }), secret('cred', { 'tls.crt': pem['server.crt'], 'tls.key': pem['server.key'] }, 'edge')];

  expect((await judge(objects, ['--gateway-namespace', 'edge'])).ids).toEqual([]);
});

test.each([
  [{ mode: 'PASSTHROUGH' }, 'Gateway default/edge server https: mode PASSTHROUGH without credentialName is not judged'],
  [{ mode: 'SIMPLE', serverCertificate: '/etc/x', privateKey: '/etc/y' }, 'Gateway default/edge server https: mode SIMPLE without credentialName is not judged'],
  [{ credentialName: 'cred' }, 'Gateway default/edge server https: mode PASSTHROUGH is not judged'],
  [{ mode: 'SIMPLE', credentialName: 'builtin://' }, 'Gateway default/edge server https: credential `builtin://` is no Secret and is not judged'],
])('of %j it is said that it is not judged', async (tls, note) => {
  expect(await judge([gateway(tls)])).toMatchObject({ ids: [], notes: [note] });
});

test('manifests without a Gateway are said to have none', async () => {
  expect(await judge([server()])).toMatchObject({ ids: [], notes: ['there is no Istio Gateway among the manifests'] });
});

test('a server that only redirects has no certificate to judge', async () => {
  expect((await judge([gateway({ httpsRedirect: true })])).ids).toEqual([]);
});

test.each([
  ['kind: [', 'manifest `-` is no YAML: line 1: '],
  ['hello', 'manifest `-` holds something that is no Kubernetes object: expected `apiVersion` and `kind`'],
  ['a: &a [x]\nb: [*a, *a, *a, *a]\nc: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nd: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n', 'manifest `-` has too many YAML aliases'],
])('%j is no manifest', async (input, message) => {
  const { err } = await pki(3, ['verify', '-'], { input });

  expect(err).toContain(`error: ${message}`);
});

test('a Secret whose data is no base64 is unreadable, and its text is not shown', async () => {
  const broken = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'cred', namespace: 'istio-system' }, data: { 'tls.key': 'not base64!' } };
  const { err } = await pki(3, ['verify', '-'], { input: `${stringify(gateway(mutual))}---\n${stringify(broken)}` });

  expect(err).toBe('error: Secret `istio-system/cred` is damaged: `data["tls.key"]` is no base64; plain text belongs into `stringData`\n');
});
