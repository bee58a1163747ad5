/* eslint-disable @stylistic/max-len -- tables, one case a line */
import { readObject } from '../../src/mesh/kube-object';
import { CredentialStore, Material } from '../../src/mesh/secret';

type Data = { [key: string]: string };

const base64 = (data: Data) => Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
const object = (apiVersion: string, kind: string, name: string, more: object) => readObject({ apiVersion, kind, metadata: { name, namespace: 'istio-system' }, ...more }, 0)!;
const secret = (name: string, data: Data) => object('v1', 'Secret', name, { data: base64(data) });
const configMap = (name: string, data: Data) => object('v1', 'ConfigMap', name, { data });
const store = (objects: readonly ReturnType<typeof object>[], given: string[] = [], complete = true) => new CredentialStore(objects, given, complete);

/** A material in one line. */
function told(material: Material): string {
  switch (material.state) {
    case 'present': return `${material.source}: ${material.pem}${material.key === undefined ? '' : ` ${material.key}`}${material.crl === undefined ? '' : ` crl ${material.crl}`}`;
    case 'missing': return `missing: ${material.reason}`;
    default: return `${material.state} ${material.source}${'assumed' in material && material.assumed !== undefined ? `, assumed: ${material.assumed}` : ''}`;
  }
}

test.each<[string, CredentialStore, string]>([
  ['tls.crt and tls.key', store([secret('edge', { 'tls.crt': 'C', 'tls.key': 'K' })]), 'istio-system/edge: C K'],
  ['cert and key, which come first', store([secret('edge', { 'tls.crt': 'C', 'tls.key': 'K', 'cert': 'c', 'key': 'k' })]), 'istio-system/edge: c k'],
  ['half a pair', store([secret('edge', { 'tls.crt': 'C', 'key': 'k' })]), 'missing: Secret `istio-system/edge` has neither `tls.crt` and `tls.key` nor `cert` and `key`'],
  ['nothing', store([]), 'missing: there is no Secret `istio-system/edge`'],
  ['nothing in open manifests', store([], [], false), 'unknown istio-system/edge, assumed: there is a Secret istio-system/edge with what the gateway needs'],
  ['a Secret that is given', store([], ['istio-system/edge']), 'unknown istio-system/edge'],
  ['a Secret of the name elsewhere', store([], ['default/edge'], false), 'missing: Secret `default/edge` is not in the namespace of the gateway\'s pods: expected `istio-system/edge`'],
  ['a Secret of another name elsewhere', store([], ['default/other'], false), 'unknown istio-system/edge, assumed: there is a Secret istio-system/edge with what the gateway needs'],
  ['a Secret that cert-manager writes', store([object('cert-manager.io/v1', 'Certificate', 'c', { spec: { secretName: 'edge' } })]), 'unknown istio-system/edge'],
  ['a Secret that Gardener writes', store([object('cert.gardener.cloud/v1alpha1', 'Certificate', 'c', { spec: { secretName: 'edge' } })]), 'unknown istio-system/edge'],
  ['a Secret that Gardener writes by reference', store([object('cert.gardener.cloud/v1alpha1', 'Certificate', 'c', { spec: { secretRef: { name: 'edge', namespace: 'istio-system' } } })]), 'unknown istio-system/edge'],
  ['a reference, to which cert-manager does not listen', store([object('cert-manager.io/v1', 'Certificate', 'c', { spec: { secretRef: { name: 'edge' } } })]), 'missing: there is no Secret `istio-system/edge`'],
  ['a Certificate of somebody else', store([object('example.com/v1', 'Certificate', 'c', { spec: { secretName: 'edge' } })]), 'missing: there is no Secret `istio-system/edge`'],
  ['a SealedSecret', store([object('bitnami.com/v1alpha1', 'SealedSecret', 'edge', {})]), 'unknown istio-system/edge'],
  ['a SealedSecret with a template', store([object('bitnami.com/v1alpha1', 'SealedSecret', 's', { spec: { template: { metadata: { name: 'edge' } } } })]), 'unknown istio-system/edge'],
  ['an ExternalSecret', store([object('external-secrets.io/v1', 'ExternalSecret', 's', { spec: { target: { name: 'edge' } } })]), 'unknown istio-system/edge'],
  ['a VaultStaticSecret', store([object('secrets.hashicorp.com/v1beta1', 'VaultStaticSecret', 's', { spec: { destination: { name: 'edge' } } })]), 'unknown istio-system/edge'],
])('the server certificate comes from %s', (_what, credentials, expected) => {
  expect(told(credentials.server('istio-system', 'edge'))).toBe(expected);
});

test.each<[string, CredentialStore, string]>([
  ['the Secret with the suffix', store([secret('edge-cacert', { cacert: 'A' }), secret('edge', { cacert: 'B' })]), 'istio-system/edge-cacert: A'],
  ['the Secret with the suffix, whatever it holds', store([secret('edge-cacert', { other: 'A' }), secret('edge', { cacert: 'B' })]), 'missing: Secret `istio-system/edge-cacert` has neither `cacert` nor `ca.crt`'],
  ['the Secret itself', store([secret('edge', { 'ca.crt': 'B', 'ca.crl': 'L' })]), 'istio-system/edge: B crl L'],
  ['cacert before ca.crt, with its own list', store([secret('edge', { 'ca.crt': 'B', 'ca.crl': 'L', 'cacert': 'A', 'crl': 'l' })]), 'istio-system/edge: A crl l'],
  ['an empty cacert, which counts as none', store([secret('edge', { 'cacert': '', 'ca.crt': 'B' })]), 'istio-system/edge: B'],
  ['a given Secret with the suffix', store([secret('edge', { cacert: 'B' })], ['istio-system/edge-cacert']), 'unknown istio-system/edge-cacert'],
  ['a given Secret', store([], ['istio-system/edge']), 'unknown istio-system/edge'],
  ['nowhere', store([]), 'missing: there is no Secret `istio-system/edge-cacert` and no Secret `istio-system/edge`'],
  ['nowhere in open manifests', store([], [], false), 'unknown istio-system/edge-cacert, assumed: there is a Secret istio-system/edge-cacert with what the gateway needs'],
  ['elsewhere', store([], ['default/edge-cacert'], false), 'missing: Secret `default/edge-cacert` is not in the namespace of the gateway\'s pods: expected `istio-system/edge-cacert`'],
  ['elsewhere, and here without the suffix', store([secret('edge', { cacert: 'B' })], ['default/edge-cacert']), 'istio-system/edge: B'],
  ['elsewhere without the suffix', store([], ['default/edge'], false), 'missing: Secret `default/edge` is not in the namespace of the gateway\'s pods: expected `istio-system/edge`'],
])('the trust anchor comes from %s', (_what, credentials, expected) => {
  expect(told(credentials.anchor('istio-system', 'edge'))).toBe(expected);
});

test('a name that has the suffix is the same Secret', () => {
  const credentials = store([secret('edge-cacert', { cacert: 'A' })]);
  expect(told(credentials.anchor('istio-system', 'edge-cacert'))).toBe('istio-system/edge-cacert: A');
  expect(told(store([secret('edge', { cacert: 'B' })]).anchor('istio-system', 'edge-cacert'))).toBe('istio-system/edge: B');
});

test.each<[string, CredentialStore, string, string]>([
  ['a ConfigMap', store([configMap('ca', { 'ca.crt': 'A', 'ca.crl': 'L' })]), 'ca', 'istio-system/ca: A crl L'],
  ['a ConfigMap whose name istiod shortens', store([configMap('ca', { cacert: 'A' }), configMap('ca-cacert', { cacert: 'B' })]), 'ca-cacert', 'istio-system/ca: A'],
  ['a ConfigMap with the suffix inside its name', store([configMap('ca-cacert-2', { cacert: 'A' })]), 'ca-cacert-2', 'istio-system/ca-cacert-2: A'],
  ['an empty ConfigMap', store([configMap('ca', {})]), 'ca', 'missing: ConfigMap `istio-system/ca` has neither `cacert` nor `ca.crt`'],
  ['no ConfigMap', store([]), 'ca', 'missing: there is no ConfigMap `istio-system/ca`'],
  ['no ConfigMap in open manifests', store([], [], false), 'ca', 'unknown istio-system/ca, assumed: there is a ConfigMap istio-system/ca with a trust anchor'],
])('a trust anchor in %s', (_what, credentials, name, expected) => {
  expect(told(credentials.anchorInConfigMap('istio-system', name))).toBe(expected);
});

test('a mounted Secret gives its keys', () => {
  const credentials = store([secret('certs', { 'tls.crt': 'C' })]);
  expect(told(credentials.file('istio-system', 'certs', 'tls.crt'))).toBe('istio-system/certs tls.crt: C');
  expect(told(credentials.file('istio-system', 'certs', 'tls.key'))).toBe('missing: Secret `istio-system/certs` has no key `tls.key`');
  expect(told(credentials.file('istio-system', 'other', 'tls.key'))).toBe('missing: there is no Secret `istio-system/other`');
});

test('what there is, will be, and is elsewhere', () => {
  const certificate = object('cert-manager.io/v1', 'Certificate', 'c', { spec: { secretName: 'made' } });
  const here = secret('here', { a: 'b' });
  const map = configMap('map', {});
  const credentials = store([here, certificate, map], ['default/given']);
  expect(credentials.secret('istio-system', 'here')).toBe(here);
  expect(credentials.configMap('istio-system', 'map')).toBe(map);
  expect(credentials.promiseOf('istio-system', 'made')).toBe(certificate);
  expect([['istio-system', 'here'], ['istio-system', 'made'], ['default', 'given'], ['default', 'here'], ['istio-system', 'given']].map(([namespace, name]) => credentials.hasSecret(namespace, name))).toEqual([true, true, true, false, false]);
  expect(credentials.inOtherNamespaces('default', 'here')).toEqual([{ namespace: 'istio-system', object: here }]);
  expect(credentials.inOtherNamespaces('istio-system', 'here')).toEqual([]);
  expect(credentials.inOtherNamespaces('default', 'made')).toEqual([{ namespace: 'istio-system', object: certificate }]);
  expect(credentials.inOtherNamespaces('istio-system', 'given')).toEqual([]);
});

test('stringData wins over data', () => {
  const written = object('v1', 'Secret', 'edge', { data: base64({ cacert: 'A' }), stringData: { cacert: 'B' } });
  expect(told(store([written]).anchor('istio-system', 'edge'))).toBe('istio-system/edge: B');
});
