import { refusedObject } from '../../../src/checks/object/refused-object';
import { removedApi } from '../../../src/checks/object/removed-api';
import { find, gateway, http, https, Manifest, object, policy, route, TO_HTTPBIN, told } from '../support';

describe('MTLS100: an object that is refused', () => {
  test('the finding stands at the field that the reason names', () => {
    expect(find(refusedObject, [gateway('edge', [http(['*']), https('SIMPLE', ['a.test'], { credentialName: undefined })])])).toEqual([{
      object: expect.objectContaining({ kind: 'Gateway', name: 'edge' }),
      path: ['spec', 'servers', 1, 'tls'],
      message: 'Gateway `default/edge` is refused: `spec.servers[1].tls` names no server certificate',
      effect: 'it never takes effect: what it should guard stays open, what it should serve stays shut, and the version that is stored already stays in force',
      cure: 'correct the field',
    }]);
  });

  test.each<[string, Manifest, (string | number)[]]>([
    ['an unknown field', policy('AuthorizationPolicy', 'a', { rule: [] }), ['spec', 'rule']],
    ['an unknown field that ends in a digit', policy('AuthorizationPolicy', 'a', { rule2: [] }), ['spec', 'rule2']],
    ['an unknown field that begins with a digit', policy('AuthorizationPolicy', 'a', { '2rules': [] }), ['spec', '2rules']],
    ['an item after the tenth', policy('RequestAuthentication', 'a', { jwtRules: [...Array(10).fill({ issuer: 'https://a.test' }), {}] }), ['spec', 'jwtRules', 10]],
    ['a whole spec', object('networking.istio.io/v1', 'Gateway', 'default', 'a', {}), ['spec']],
    ['a server', gateway('a', [http(['a.test']), http(['b.test'], undefined, { number: 81 })]), ['spec', 'servers', 1, 'port', 'name']],
    ['no field', route({ http: [] }), ['spec']],
    ['a name', gateway('a.b', [http(['a.test'])]), ['metadata', 'name']],
    ['a route', route({ hosts: [] }), ['spec', 'hosts']],
    ['a value like a field', gateway('a', [http(['a.test'], undefined, { protocol: 7 })]), ['spec', 'servers', 0, 'port', 'protocol']],
  ])('%s', (_name, manifest, path) => {
    expect(find(refusedObject, [manifest]).map((finding) => finding.path)).toEqual([path]);
  });

  const words = { serverCertificate: 'use sds', privateKey: 'use sds' };
  const remove = (...paths: string[]) => paths.map((path) => ({ op: 'remove', path: `/spec/servers/${path}` }));
  test.each<[string, object[], string, object[] | undefined]>([
    ['the words of old documentation', [https('SIMPLE', ['a.test'], words)], 'take `serverCertificate` and `privateKey` away: `credentialName` is where the certificates are',
      remove('0/tls/serverCertificate', '0/tls/privateKey')],
    ['with a trust anchor, and in two servers', [https('MUTUAL', ['a.test'], { ...words, caCertificates: 'use sds' }), http(['a.test']), https('SIMPLE', ['b.test'], words)],
      'take `serverCertificate`, `privateKey` and `caCertificates` away: `credentialName` is where the certificates are',
      remove('0/tls/serverCertificate', '0/tls/privateKey', '0/tls/caCertificates', '2/tls/serverCertificate', '2/tls/privateKey')],
    ['a trust anchor in a file stays', [https('MUTUAL', ['a.test'], { ...words, caCertificates: '/etc/ca.pem' })], 'take `serverCertificate` and `privateKey` away: `credentialName` is where the certificates are',
      remove('0/tls/serverCertificate', '0/tls/privateKey')],
    ['two Secrets', [https('SIMPLE', ['a.test'], { ...words, credentialName: undefined, credentialNames: ['a', 'b'] })], 'take `serverCertificate` and `privateKey` away: `credentialName` is where the certificates are',
      remove('0/tls/serverCertificate', '0/tls/privateKey')],
    ['files', [https('SIMPLE', ['a.test'], { serverCertificate: '/etc/tls.crt', privateKey: '/etc/tls.key' })], 'keep one: `credentialName`, or `serverCertificate` with `privateKey`', undefined],
    ['words in one server, files in another', [https('SIMPLE', ['a.test'], words), https('SIMPLE', ['b.test'], { serverCertificate: '/a', privateKey: '/b' })], 'keep one: `credentialName`, or `serverCertificate` with `privateKey`', undefined],
    ['another way beside the words', [https('SIMPLE', ['a.test'], { ...words, tlsCertificates: [{ serverCertificate: '/a', privateKey: '/b' }] })], 'keep one: `credentialName`, or `serverCertificate` with `privateKey`', undefined],
  ])('a certificate that is named in two ways: %s', (_name, servers, cure, patch) => {
    expect(find(refusedObject, [gateway('edge', servers)]).map((finding) => [finding.cure, finding.patch])).toEqual([[cure, patch]]);
  });

  test.each<[string, Manifest, string]>([
    ['a letter too few', policy('AuthorizationPolicy', 'a', { rule: [] }), 'write `rules`, or take the field away'],
    ['a letter too many', policy('AuthorizationPolicy', 'a', { rules: [{ from: [{ source: { principalss: ['a'] } }] }] }), 'write `principals`, or take the field away'],
    ['another letter', policy('RequestAuthentication', 'a', { jwtRules: [{ issuor: 'a' }] }), 'write `issuer`, or take the field away'],
    ['two letters exchanged', gateway('a', [http(['a.test'], { mdoe: 'SIMPLE' })]), 'write `mode`, or take the field away'],
    ['another case', policy('PeerAuthentication', 'a', { mTLS: { mode: 'STRICT' } }), 'write `mtls`, or take the field away'],
    ['a field of a route', route({ http: [{ ...TO_HTTPBIN, mirorr: {} }] }), 'write `mirror`, or take the field away'],
  ])('the cure of an unknown field names the one that is spelt nearly so: %s', (_name, manifest, cure) => {
    expect(find(refusedObject, [manifest]).map((finding) => finding.cure)).toEqual([cure]);
  });

  test('where none is, it lists those that there are', () => {
    expect(find(refusedObject, [policy('PeerAuthentication', 'a', { strict: true })])[0].cure).toBe('take the field away, or write it where it belongs: here are `selector`, `mtls`, `portLevelMtls`');
    expect(find(refusedObject, [policy('PeerAuthentication', 'a', { 'a.b': true })])[0].cure).toBe('take the field away, or write it where it belongs');
    expect(find(refusedObject, [route({ http: [{ ...TO_HTTPBIN, principals: {} }] })])[0].cure).toMatch(/^take the field away, or write it where it belongs: here are (`\w+`, ){11}`\w+` and more$/);
  });

  test('silent for what is taken, for other kinds, and for APIRules, which Kyma judges', () => {
    expect(told(refusedObject, [gateway('a', [http(['*'])]), object('gateway.kyma-project.io/v2', 'APIRule', 'default', 'a', { spec: {} }), object('gateway.networking.k8s.io/v1', 'Gateway', 'default', 'b', {})])).toEqual([]);
  });
});

describe('MTLS062: an API version that is gone', () => {
  const bare = (apiVersion: string, kind: string, spec?: object) => object(apiVersion, kind, 'default', 'a', spec === undefined ? {} : { spec });

  test('the finding has the version to use', () => {
    expect(find(removedApi, [bare('extensions/v1beta1', 'Deployment', { selector: { matchLabels: { app: 'a' } } })])).toEqual([{
      object: expect.objectContaining({ kind: 'Deployment', name: 'a' }),
      path: ['apiVersion'],
      message: 'Deployment `default/a` has `apiVersion` `extensions/v1beta1`, which is gone since Kubernetes 1.16',
      effect: 'the API server does not know the kind, and nothing is created',
      cure: 'use `apps/v1`',
      patch: [{ op: 'replace', path: '/apiVersion', value: 'apps/v1' }],
    }]);
  });

  test.each([
    ['extensions/v1beta1', 'NetworkPolicy', 'networking.k8s.io/v1', 'Kubernetes 1.16'],
    ['apps/v1beta2', 'ControllerRevision', 'apps/v1', 'Kubernetes 1.16'], ['networking.k8s.io/v1beta1', 'IngressClass', 'networking.k8s.io/v1', 'Kubernetes 1.22'],
    ['rbac.authorization.k8s.io/v1beta1', 'Role', 'rbac.authorization.k8s.io/v1', 'Kubernetes 1.22'], ['batch/v1beta1', 'CronJob', 'batch/v1', 'Kubernetes 1.25'],
    ['policy/v1beta1', 'PodDisruptionBudget', 'policy/v1', 'Kubernetes 1.25'], ['autoscaling/v2beta2', 'HorizontalPodAutoscaler', 'autoscaling/v2', 'Kubernetes 1.26'],
    ['cert-manager.io/v1alpha2', 'Certificate', 'cert-manager.io/v1', 'cert-manager 1.6'], ['cert-manager.io/v1alpha3', 'Issuer', 'cert-manager.io/v1', 'cert-manager 1.6'], ['cert-manager.io/v1beta1', 'Issuer', 'cert-manager.io/v1', 'cert-manager 1.6'],
  ])('%s %s becomes %s', (version, kind, use, since) => {
    const [{ patch, message }] = find(removedApi, [bare(version, kind)]);
    expect([patch![0].value, message.slice(message.indexOf('since') + 6)]).toEqual([use, since]);
  });

  test.each([
    ...['extensions/v1beta1 Ingress networking.k8s.io/v1', 'networking.k8s.io/v1beta1 Ingress networking.k8s.io/v1', 'apiextensions.k8s.io/v1beta1 CustomResourceDefinition apiextensions.k8s.io/v1',
      'autoscaling/v2beta1 HorizontalPodAutoscaler autoscaling/v2', 'certmanager.k8s.io/v1alpha1 Certificate cert-manager.io/v1']
      .map((line) => line.split(' ')).map(([version, kind, use]): [string, string, string] => [version, kind, `use \`${use}\`, in which some fields of \`spec\` have other names or another shape`]),
    ['extensions/v1beta1', 'PodSecurityPolicy', 'use what replaced it'], ['policy/v1beta1', 'PodSecurityPolicy', 'use what replaced it'], ['authentication.istio.io/v1alpha1', 'Policy', 'use what replaced it'],
    ['rbac.istio.io/v1alpha1', 'ServiceRole', 'use what replaced it'], ['config.istio.io/v1alpha2', 'rule', 'use what replaced it'],
  ])('%s %s needs a person', (version, kind, cure) => {
    const [finding] = find(removedApi, [bare(version, kind)]);
    expect(finding.cure).toBe(cure);
    expect(finding).not.toHaveProperty('patch');
  });

  test.each(['extensions/v1beta1 Deployment', 'extensions/v1beta1 DaemonSet', 'extensions/v1beta1 ReplicaSet', 'apps/v1beta1 StatefulSet', 'apps/v1beta2 Deployment'])('%s: `apps/v1` demands the selector that the old version took from the pods', (line) => {
    const [version, kind] = line.split(' ');
    const [{ cure, patch }] = find(removedApi, [bare(version, kind, { template: { metadata: { labels: { app: 'a', version: 'v1' } } } })]);
    expect(cure).toBe('use `apps/v1`, which demands a selector too: `selector: {matchLabels: {app: a, version: v1}}`');
    expect(patch).toEqual([{ op: 'replace', path: '/apiVersion', value: 'apps/v1' }, { op: 'add', path: '/spec/selector', value: { matchLabels: { app: 'a', version: 'v1' } } }]);
  });

  test('where the pods have no labels, a person has to choose some', () => {
    const [finding] = find(removedApi, [bare('apps/v1beta2', 'Deployment')]);
    expect(finding.cure).toBe('use `apps/v1`, which demands a selector too: `selector: {matchLabels: {…}}`');
    expect(finding).not.toHaveProperty('patch');
  });

  test.each(['organization', 'keySize', 'keyAlgorithm', 'keyEncoding', 'emailSANs', 'uriSANs'])('a Certificate with `%s`, which has another name today, needs a person', (name) => {
    expect(find(removedApi, [bare('cert-manager.io/v1alpha2', 'Certificate', { [name]: ['a'] })])[0]).not.toHaveProperty('patch');
  });

  test('silent for what is known today', () => {
    expect(told(removedApi, [bare('apps/v1', 'Deployment'), bare('networking.istio.io/v1alpha3', 'Gateway'), bare('networking.istio.io/v1beta1', 'Gateway'), bare('security.istio.io/v1beta1', 'AuthorizationPolicy'),
      bare('policy/v1', 'PodDisruptionBudget'), bare('networking.k8s.io/v1beta1', 'Other'), bare('v1', 'Pod')])).toEqual([]);
  });
});
