import { certificatePurpose } from '../../../src/checks/credential/certificate-purpose';
import { configMapName } from '../../../src/checks/credential/config-map-name';
import { ignoredFiles } from '../../../src/checks/credential/ignored-files';
import { ignoredRevocation } from '../../../src/checks/credential/ignored-revocation';
import { secretKeys } from '../../../src/checks/credential/secret-keys';
import { secretNamespace } from '../../../src/checks/credential/secret-namespace';
import { sharedAuthority } from '../../../src/checks/credential/shared-authority';
import { twoCertificates } from '../../../src/checks/credential/two-certificates';
import { MeshProfile } from '../../../src/model/mesh-profile';
import { authority, CLIENT_AUTH, certificate, revocationList, SERVER_AUTH } from '../../x509/certificate-builder';
import { find, gateway, gatewayPods, http, https, Manifest, object, secret, told } from '../support';

const CHECKS = { secretNamespace, secretKeys, sharedAuthority, ignoredRevocation, certificatePurpose, twoCertificates, configMapName, ignoredFiles };
const PAIR = { 'tls.crt': 'x', 'tls.key': 'y' };
const mutual = gateway('edge', [https('MUTUAL', ['a.test'])]);
const simple = gateway('edge', [https('SIMPLE', ['a.test'])]);
const certManager = (namespace: string, spec: object = {}, name = 'edge') => object('cert-manager.io/v1', 'Certificate', namespace, 'issued', { spec: { secretName: name, ...spec } });

function silent(manifests: Manifest[]): void {
  for (const [name, check] of Object.entries(CHECKS)) expect({ [name]: told(check, manifests) }).toEqual({ [name]: [] });
}

test('no check minds a good set of Secrets, or none', () => {
  silent([mutual, secret('edge', PAIR), secret('edge-cacert', { cacert: 'z' })]);
  silent([mutual]);
  silent([gateway('edge', [https('ISTIO_MUTUAL', ['a.test']), https('PASSTHROUGH', ['b.test']), http(['*'])]), secret('edge', {}, 'other'), secret('edge-cacert', { wrong: 'x' })]);
});

describe('MTLS001: a Secret in another namespace than the gateway\'s pods', () => {
  test('the finding stands at the Secret, with the namespace as patch', () => {
    expect(find(secretNamespace, [simple, secret('edge', PAIR, 'default'), gatewayPods('istio-system')])).toEqual([{
      object: expect.objectContaining({ kind: 'Secret', namespace: 'default', name: 'edge' }),
      path: ['metadata', 'namespace'],
      message: 'Secret `default/edge` is needed by server 1 of Gateway `default/edge` in `istio-system`, where its pods run',
      effect: 'istiod does not find the Secret, and every connection to the server is closed during the handshake',
      cure: 'put it in `istio-system`',
      patch: [{ op: 'replace', path: '/metadata/namespace', value: 'istio-system' }],
      related: [expect.objectContaining({ kind: 'Gateway', name: 'edge' })],
    }]);
  });

  test('it is a warning where the pods are not known, but not in Kyma, and the namespace is added where there is none', () => {
    const bare = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'edge' }, stringData: PAIR };
    expect(find(secretNamespace, [simple, bare])).toEqual([expect.objectContaining({ severity: 'warning', patch: [{ op: 'add', path: '/metadata/namespace', value: 'istio-system' }] })]);
    for (const mesh of [MeshProfile.KYMA, MeshProfile.ASM]) expect(find(secretNamespace, [simple, bare], { mesh })[0]).not.toHaveProperty('severity');
    expect(find(secretNamespace, [simple, bare, gatewayPods('istio-system')])[0]).not.toHaveProperty('severity');
  });

  test('silent where gateway pods with labels of their own run nobody knows where', () => {
    const own = gateway('edge', [https('SIMPLE', ['a.test'])], 'default', { selector: { app: 'mine' } });
    expect(find(secretNamespace, [own, secret('edge', PAIR, 'mine')])).toEqual([]);
    expect(find(secretNamespace, [own, secret('edge', PAIR, 'mine')], { mesh: MeshProfile.ASM })).toEqual([expect.objectContaining({ cure: 'put it in `istio-system`' })]);
    expect(find(secretNamespace, [own, secret('edge', PAIR, 'mine'), gatewayPods('other', { app: 'mine' })])).toHaveLength(1);
  });

  test('an ASMCredential stands for the Secret of its name', () => {
    const credential = (namespace: string) => object('istio.alibabacloud.com/v1beta1', 'ASMCredential', namespace, 'edge', { spec: { type: 'mtls' } });
    expect(told(secretNamespace, [mutual, credential('default')])).toEqual([
      'ASMCredential default/edge metadata.namespace: Secret `default/edge` of ASMCredential `default/edge` is needed by server 1 of Gateway `default/edge` in `istio-system`, where its pods run',
    ]);
    expect(told(secretNamespace, [mutual, credential('istio-system')])).toEqual([]);
  });

  test.each<[string, Manifest[], string[]]>([
    ['the trust anchor', [mutual, secret('edge', PAIR), secret('edge-cacert', { cacert: 'z' }, 'default')],
      ['Secret default/edge-cacert metadata.namespace: Secret `default/edge-cacert` is needed by server 1 of Gateway `default/edge` in `istio-system`, where its pods run']],
    ['a trust anchor of another name', [gateway('edge', [https('MUTUAL', ['a.test'], { caCertCredentialName: 'ca-cacert' })]), secret('edge', PAIR), secret('ca-cacert', { cacert: 'z' }, 'default')],
      ['Secret default/ca-cacert metadata.namespace: Secret `default/ca-cacert` is needed by server 1 of Gateway `default/edge` in `istio-system`, where its pods run']],
    ['a Certificate of cert-manager', [simple, certManager('default')],
      ['Certificate default/issued metadata.namespace: Secret `default/edge` of Certificate `default/issued` is needed by server 1 of Gateway `default/edge` in `istio-system`, where its pods run']],
    ['a Certificate of Gardener', [simple, object('cert.gardener.cloud/v1alpha1', 'Certificate', 'default', 'issued', { spec: { secretRef: { name: 'edge', namespace: 'shoot' } } })],
      ['Certificate default/issued spec.secretRef.namespace: Secret `shoot/edge` of Certificate `default/issued` is needed by server 1 of Gateway `default/edge` in `istio-system`, where its pods run']],
    ['several names', [gateway('edge', [https('SIMPLE', ['a.test'], { credentialName: undefined, credentialNames: ['rsa', 'ecdsa'] })]), secret('rsa', PAIR), secret('ecdsa', PAIR, 'default')],
      ['Secret default/ecdsa metadata.namespace: Secret `default/ecdsa` is needed by server 1 of Gateway `default/edge` in `istio-system`, where its pods run']],
    ['told once for two servers', [gateway('edge', [https('SIMPLE', ['a.test']), https('SIMPLE', ['a.test'], {}, { number: 8443, name: 'other' })]), secret('edge', PAIR, 'default')],
      ['Secret default/edge metadata.namespace: Secret `default/edge` is needed by server 1 of Gateway `default/edge` in `istio-system`, where its pods run',
        'Secret default/edge metadata.namespace: Secret `default/edge` is needed by server 2 of Gateway `default/edge` in `istio-system`, where its pods run']],
    ['a name that leads elsewhere', [gateway('edge', [https('SIMPLE', ['a.test'], { credentialName: 'default/edge' })]), secret('edge', PAIR, 'default')],
      ['Gateway default/edge spec.servers.0.tls.credentialName: server 1 of Gateway `default/edge` names credential `default/edge`, and its pods run in `istio-system`']],
    ['one of several names that leads elsewhere', [gateway('edge', [https('SIMPLE', ['a.test'], { credentialName: undefined, credentialNames: ['edge', 'kubernetes://default/edge'] })])],
      ['Gateway default/edge spec.servers.0.tls.credentialNames.1: server 1 of Gateway `default/edge` names credential `kubernetes://default/edge`, and its pods run in `istio-system`']],
  ])('%s', (_name, manifests, expected) => {
    expect(told(secretNamespace, manifests)).toEqual(expected);
  });

  test('the cure of a name that leads elsewhere', () => {
    expect(find(secretNamespace, [gateway('edge', [https('SIMPLE', ['a.test'], { credentialName: 'default/edge' })])])[0].cure).toBe('put the Secret in `istio-system` and name it `edge`');
    expect(find(secretNamespace, [simple, object('cert.gardener.cloud/v1alpha1', 'Certificate', 'default', 'issued', { spec: { secretRef: { name: 'edge', namespace: 'shoot' } } })])[0].patch).toBeUndefined();
  });

  test.each<[string, Manifest[]]>([
    ['where the pods are', [simple, secret('edge', PAIR, 'edge'), gatewayPods('edge')]],
    ['in both namespaces', [simple, secret('edge', PAIR, 'default'), secret('edge', PAIR)]],
    ['another name', [simple, secret('other', PAIR, 'default')]],
    ['needed where it is by other pods', [simple, gateway('inner', [https('SIMPLE', ['a.test'])], 'default', { selector: { istio: 'inner' } }), secret('edge', PAIR, 'inner'),
      gatewayPods('istio-system'), gatewayPods('inner', { istio: 'inner' }, 'inner')]],
    ['a full name of the own namespace', [gateway('edge', [https('SIMPLE', ['a.test'], { credentialName: 'kubernetes://istio-system/edge' })]), secret('edge', PAIR, 'default'), secret('edge', PAIR)]],
    ['a ConfigMap, which may be anywhere', [gateway('edge', [https('MUTUAL', ['a.test'], { caCertCredentialName: 'configmap://default/ca' })]), secret('edge', PAIR)]],
  ])('silent: %s', (_name, manifests) => {
    expect(told(secretNamespace, manifests)).toEqual([]);
  });
});

describe('MTLS002: a Secret without the keys that Istio reads', () => {
  test('a trust anchor', () => {
    expect(find(secretKeys, [mutual, secret('edge', { ...PAIR, 'ca.crt': 'z' }), secret('edge-cacert', { 'ca.pem': 'z' })])).toEqual([{
      object: expect.objectContaining({ kind: 'Secret', name: 'edge-cacert' }),
      path: ['stringData'],
      message: 'Secret `istio-system/edge-cacert` of server 1 of Gateway `default/edge` has neither `cacert` nor `ca.crt`',
      effect: 'there is no trust anchor, other Secrets are not looked at, and every connection is closed during the handshake',
      cure: 'write the trust anchor as `cacert`',
      related: [expect.objectContaining({ name: 'edge' })],
    }]);
  });

  test('a server certificate, with data in base64', () => {
    expect(find(secretKeys, [simple, object('v1', 'Secret', 'istio-system', 'edge', { data: { 'tls.crt': 'eA==', 'tls.key': '' } })])).toEqual([{
      object: expect.objectContaining({ kind: 'Secret', name: 'edge' }),
      path: ['data'],
      message: 'Secret `istio-system/edge` of server 1 of Gateway `default/edge` has neither `tls.crt` and `tls.key` nor `cert` and `key`',
      effect: 'there is no server certificate, and every connection is closed during the handshake',
      cure: 'write the certificate as `tls.crt` and its key as `tls.key`',
      related: [expect.objectContaining({ name: 'edge' })],
    }]);
  });

  test.each<[string, Manifest[], number]>([
    ['a ConfigMap', [gateway('edge', [https('MUTUAL', ['a.test'], { caCertCredentialName: 'configmap://default/ca' })]), object('v1', 'ConfigMap', 'default', 'ca', { data: { 'ca.pem': 'x' } })], 1],
    ['a good ConfigMap', [gateway('edge', [https('MUTUAL', ['a.test'], { caCertCredentialName: 'configmap://default/ca' })]), object('v1', 'ConfigMap', 'default', 'ca', { data: { 'ca.crt': 'x' } })], 0],
    ['once for two servers', [gateway('edge', [https('MUTUAL', ['a.test']), https('MUTUAL', ['b.test'])]), secret('edge', PAIR), secret('edge-cacert', { x: 'y' })], 1],
    ['the older names', [mutual, secret('edge', { cert: 'x', key: 'y' }), secret('edge-cacert', { 'ca.crt': 'z' })], 0],
    ['without any value', [mutual, object('v1', 'Secret', 'istio-system', 'edge', {}), object('v1', 'Secret', 'istio-system', 'edge-cacert', { data: {} })], 0],
    ['in another namespace', [simple, secret('edge', { x: 'y' }, 'default')], 0],
    ['a trust anchor that istiod takes for a server certificate', [gateway('edge', [https('MUTUAL', ['a.test'], { caCertCredentialName: 'ca' })]), secret('ca', { x: 'y' })], 0],
    ['a server certificate in a ConfigMap', [gateway('edge', [https('SIMPLE', ['a.test'], { credentialName: 'configmap://default/ca' })]), object('v1', 'ConfigMap', 'default', 'ca', { data: { x: 'x' } })], 0],
  ])('%s', (_name, manifests, count) => {
    expect(find(secretKeys, manifests)).toHaveLength(count);
  });
});

describe('MTLS003: the CA of the server certificate admits clients', () => {
  const [issuer, clients] = [authority({ subject: '/CN=issuer' }), authority({ subject: '/CN=clients' })];
  const issued = certificate({ issuer, dns: ['a.test'] });

  test('in one Secret', () => {
    expect(find(sharedAuthority, [mutual, secret('edge', { ...PAIR, 'ca.crt': 'z' })])).toEqual([{
      object: expect.objectContaining({ kind: 'Gateway', name: 'edge' }),
      path: ['spec', 'servers', 0, 'tls', 'credentialName'],
      message: 'server 1 of Gateway `default/edge` verifies clients by `ca.crt` of Secret `istio-system/edge`',
      effect: 'every certificate of the CA that issued the server certificate gets in, whoever it was issued to',
      cure: 'put the CA of the clients in a Secret `istio-system/edge-cacert`, key `cacert`',
      related: [expect.objectContaining({ kind: 'Secret', name: 'edge' })],
    }]);
  });

  test.each<[string, Manifest[], string[]]>([
    ['a Certificate', [mutual, certManager('istio-system')], ['server 1 of Gateway `default/edge` verifies clients by `ca.crt` of Secret `istio-system/edge`, which Certificate `istio-system/issued` makes']],
    ['optional certificates', [gateway('edge', [https('OPTIONAL_MUTUAL', ['a.test'])]), secret('edge', { cert: 'x', key: 'y', cacert: 'z' })], ['server 1 of Gateway `default/edge` verifies clients by `ca.crt` of Secret `istio-system/edge`']],
    ['the CA that issued it', [mutual, secret('edge', { 'tls.crt': issued, 'tls.key': 'k', 'ca.crt': issuer.pem })], ['server 1 of Gateway `default/edge` verifies clients by `ca.crt` of Secret `istio-system/edge`']],
    ['the CA in the chain', [mutual, secret('edge', { 'tls.crt': `${certificate({ issuer: clients })}${issuer.pem}`, 'tls.key': 'k', 'ca.crt': issuer.pem })], ['server 1 of Gateway `default/edge` verifies clients by `ca.crt` of Secret `istio-system/edge`']],
    ['another CA', [mutual, secret('edge', { 'tls.crt': issued, 'tls.key': 'k', 'ca.crt': clients.pem })], []],
    ['another CA under the older names', [mutual, secret('edge', { cert: issued, key: 'k', cacert: clients.pem })], []],
    ['no CA', [mutual, secret('edge', PAIR)], []],
    ['nobody is verified', [simple, secret('edge', { ...PAIR, 'ca.crt': 'z' })], []],
    ['a trust anchor of its own', [mutual, secret('edge', { ...PAIR, 'ca.crt': 'z' }), secret('edge-cacert', { cacert: 'z' })], []],
    ['one that a controller makes', [mutual, secret('edge', { ...PAIR, 'ca.crt': 'z' }), object('external-secrets.io/v1', 'ExternalSecret', 'istio-system', 'edge-cacert', {})], []],
    ['one that is in another namespace', [mutual, secret('edge', { ...PAIR, 'ca.crt': 'z' }), secret('edge-cacert', { cacert: 'z' }, 'default')], []],
    ['a trust anchor by name', [gateway('edge', [https('MUTUAL', ['a.test'], { caCertCredentialName: 'ca-cacert' })]), secret('edge', { ...PAIR, 'ca.crt': 'z' })], []],
    ['a Secret from a vault, of which nothing is known', [mutual, object('external-secrets.io/v1', 'ExternalSecret', 'istio-system', 'edge', {})], []],
    ['no Secret known', [mutual], []],
    ['another scheme', [gateway('edge', [https('MUTUAL', ['a.test'], { credentialName: 'sds://edge' })]), secret('edge', { ...PAIR, 'ca.crt': 'z' })], []],
    ['another namespace', [gateway('edge', [https('MUTUAL', ['a.test'], { credentialName: 'default/edge' })]), secret('edge', { ...PAIR, 'ca.crt': 'z' }, 'default')], []],
  ])('%s', (_name, manifests, expected) => {
    expect(find(sharedAuthority, manifests).map(({ message }) => message)).toEqual(expected);
  });
});

describe('MTLS042: revocation lists that are ignored or incomplete', () => {
  const [one, two] = [authority({ subject: '/CN=one' }), authority({ subject: '/CN=two' })];
  const lists = [one, two].map((ca) => revocationList(ca, [[5]], '350301000000Z'));

  test.each(['MUTUAL', 'OPTIONAL_MUTUAL'])('a file beside credentialName, mode %s', (mode) => {
    expect(find(ignoredRevocation, [gateway('edge', [https(mode, ['a.test'], { caCrl: '/etc/crl.pem' })])])).toEqual([{
      object: expect.objectContaining({ name: 'edge' }),
      path: ['spec', 'servers', 0, 'tls', 'caCrl'],
      message: 'server 1 of Gateway `default/edge` has `caCrl` `/etc/crl.pem` beside `credentialName`',
      effect: 'the file is not read, and revoked certificates get in',
      cure: 'put the list beside the trust anchor: key `crl` in the Secret with `cacert`',
      patch: [{ op: 'remove', path: '/spec/servers/0/tls/caCrl' }],
    }]);
  });

  test('no list of one of the CAs', () => {
    expect(find(ignoredRevocation, [mutual, secret('edge-cacert', { cacert: `${one.pem}\n${two.pem}`, crl: lists[0] })])).toEqual([{
      object: expect.objectContaining({ kind: 'Secret', name: 'edge-cacert' }),
      path: ['stringData', 'crl'],
      message: 'Secret `istio-system/edge-cacert` of server 1 of Gateway `default/edge` has revocation lists and none of its CA 2',
      effect: 'every client whose certificate that CA issued is refused',
      cure: 'add a list of each CA to `crl`, an empty one where nothing is revoked',
      related: [expect.objectContaining({ name: 'edge' })],
    }]);
  });

  test.each<[string, Manifest[], string[]]>([
    ['under the other names, in a ConfigMap', [gateway('edge', [https('MUTUAL', ['a.test'], { caCertCredentialName: 'configmap://x/ca' })]), object('v1', 'ConfigMap', 'x', 'ca', { data: { 'ca.crt': one.pem, 'ca.crl': lists[1] } })], ['ConfigMap data.ca.crl']],
    ['once for two servers', [gateway('edge', [https('MUTUAL', ['a.test']), https('MUTUAL', ['b.test'])]), secret('edge-cacert', { cacert: one.pem, crl: lists[1] })], ['Secret stringData.crl']],
    ['a list of each', [mutual, secret('edge-cacert', { cacert: `${one.pem}${two.pem}`, crl: lists.join('\n') })], []],
    ['no list', [mutual, secret('edge-cacert', { cacert: one.pem })], []],
    ['a list under the key of the other pair', [mutual, secret('edge-cacert', { 'cacert': one.pem, 'ca.crl': lists[1] })], []],
    ['texts that cannot be read', [mutual, secret('edge-cacert', { cacert: 'x', crl: lists[0] })], []],
    ['a list that cannot be read', [mutual, secret('edge-cacert', { cacert: one.pem, crl: '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----' })], []],
    ['a file without credentialName', [gateway('edge', [https('MUTUAL', ['a.test'], { credentialName: undefined, serverCertificate: '/a', privateKey: '/b', caCertificates: '/c', caCrl: '/d' })])], []],
    ['a mode that verifies nobody', [gateway('edge', [https('SIMPLE', ['a.test'], { caCrl: '/d' })])], []],
    ['an empty path', [gateway('edge', [https('MUTUAL', ['a.test'], { caCrl: '' })])], []],
  ])('%s', (_name, manifests, expected) => {
    expect(find(ignoredRevocation, manifests).map(({ object: { kind }, path }) => `${kind} ${path.join('.')}`)).toEqual(expected);
  });
});

describe('MTLS043: a server certificate that is not for servers', () => {
  const forClients = certificate({ purposes: [CLIENT_AUTH] });
  const forServers = certificate({ purposes: [SERVER_AUTH, CLIENT_AUTH] });

  test('a Certificate', () => {
    expect(find(certificatePurpose, [mutual, certManager('istio-system', { usages: ['client auth'] })])).toEqual([{
      object: expect.objectContaining({ kind: 'Certificate', name: 'issued' }),
      path: ['spec', 'usages'],
      message: 'the certificate of Certificate `istio-system/issued`, which server 1 of Gateway `default/edge` shows, is not for servers',
      effect: 'clients refuse the connection: its extended key usage lacks serverAuth',
      cure: 'issue it with extended key usage serverAuth (cert-manager: `usages: [server auth]`)',
      related: [expect.objectContaining({ kind: 'Gateway' })],
    }]);
  });

  test.each<[string, Manifest[], string[]]>([
    ['a Secret', [simple, secret('edge', { 'tls.crt': forClients, 'tls.key': 'k' })], ['stringData.tls.crt']],
    ['a Secret in base64, told once', [gateway('edge', [https('SIMPLE', ['a.test']), https('SIMPLE', ['b.test'])]),
      object('v1', 'Secret', 'istio-system', 'edge', { data: { cert: Buffer.from(forClients).toString('base64'), key: 'aw==' } })], ['data.cert']],
    ['half a pair is passed over', [simple, secret('edge', { 'cert': forClients, 'tls.crt': forServers, 'tls.key': 'k' })], []],
    ['both purposes', [simple, secret('edge', { 'tls.crt': forServers, 'tls.key': 'k' })], []],
    ['no extended key usage', [simple, secret('edge', { 'tls.crt': certificate({}), 'tls.key': 'k' })], []],
    ['only the issuer in the chain is for others', [simple, secret('edge', { 'tls.crt': `${forServers}${forClients}`, 'tls.key': 'k' })], []],
    ['not readable', [simple, secret('edge', PAIR)], []],
    ['usages without extended ones', [simple, certManager('istio-system', { usages: ['digital signature'] })], []],
    ['no usages', [simple, certManager('istio-system')], []],
    ['servers and clients', [simple, certManager('istio-system', { usages: ['client auth', 'server auth'] })], []],
    ['anything', [simple, certManager('istio-system', { usages: ['client auth', 'any'] })], []],
    ['Gardener, which issues for servers', [simple, object('cert.gardener.cloud/v1alpha1', 'Certificate', 'istio-system', 'issued', { spec: { secretName: 'edge', usages: ['client auth'] } })], []],
    ['a trust anchor', [mutual, certManager('istio-system', { usages: ['client auth'] }, 'edge-cacert')], []],
    ['a Secret that no server names', [simple, certManager('istio-system', { usages: ['client auth'] }, 'client')], []],
    ['a name that leads elsewhere', [gateway('edge', [https('SIMPLE', ['a.test'], { credentialName: 'default/edge' })]), certManager('default', { usages: ['client auth'] })], []],
    ['another scheme', [gateway('edge', [https('SIMPLE', ['a.test'], { credentialName: 'sds://edge' })]), certManager('istio-system', { usages: ['client auth'] })], []],
  ])('%s', (_name, manifests, expected) => {
    expect(find(certificatePurpose, manifests).map(({ path }) => path.join('.'))).toEqual(expected);
  });
});

describe('MTLS058: a certificate under two names', () => {
  test('the older pair is read', () => {
    expect(find(twoCertificates, [mutual, secret('edge', { ...PAIR, cert: 'a', key: 'b' })])).toEqual([{
      object: expect.objectContaining({ kind: 'Secret', name: 'edge' }),
      path: ['stringData', 'tls.crt'],
      message: 'Secret `istio-system/edge` of server 1 of Gateway `default/edge` has `tls.crt` beside `cert`',
      effect: 'Istio reads `cert`: whoever renews `tls.crt` changes nothing',
      cure: 'keep one of them',
      related: [expect.objectContaining({ kind: 'Gateway' })],
    }]);
  });

  test.each<[string, Manifest[], string[]]>([
    ['half of the older pair', [simple, secret('edge', { ...PAIR, cert: 'a' })], ['Secret istio-system/edge stringData.cert: Secret `istio-system/edge` of server 1 of Gateway `default/edge` has `cert` beside `tls.crt`']],
    ['half of the newer pair', [simple, secret('edge', { 'cert': 'a', 'key': 'b', 'tls.crt': 'x' })], ['Secret istio-system/edge stringData.tls.crt: Secret `istio-system/edge` of server 1 of Gateway `default/edge` has `tls.crt` beside `cert`']],
    ['two trust anchors, in base64', [mutual, object('v1', 'Secret', 'istio-system', 'edge-cacert', { data: { 'cacert': 'eA==', 'ca.crt': 'eQ==' } })],
      ['Secret istio-system/edge-cacert data.ca.crt: Secret `istio-system/edge-cacert` of server 1 of Gateway `default/edge` has `ca.crt` beside `cacert`']],
    ['once for two servers', [gateway('edge', [https('SIMPLE', ['a.test']), https('SIMPLE', ['b.test'])]), secret('edge', { ...PAIR, cert: 'a' })],
      ['Secret istio-system/edge stringData.cert: Secret `istio-system/edge` of server 1 of Gateway `default/edge` has `cert` beside `tls.crt`']],
    ['the same trust anchor twice', [mutual, secret('edge-cacert', { 'cacert': 'x', 'ca.crt': 'x' })], []],
    ['one of each', [mutual, secret('edge', { cert: 'a', key: 'b' }), secret('edge-cacert', { 'ca.crt': 'x' })], []],
    ['two halves, which is MTLS002', [simple, secret('edge', { 'cert': 'a', 'tls.crt': 'x' })], []],
    ['an empty value', [simple, secret('edge', { ...PAIR, cert: '', key: 'b' })], []],
  ])('%s', (_name, manifests, expected) => {
    expect(told(twoCertificates, manifests)).toEqual(expected);
  });
});

describe('MTLS060: a ConfigMap whose name ends in -cacert', () => {
  const named = (caCertCredentialName: string) => gateway('edge', [https('MUTUAL', ['a.test'], { caCertCredentialName })]);

  test('the finding names what istiod looks for', () => {
    expect(find(configMapName, [named('configmap://x/ca-cacert'), object('v1', 'ConfigMap', 'x', 'ca-cacert', { data: { cacert: 'x' } })])).toEqual([{
      object: expect.objectContaining({ kind: 'Gateway', name: 'edge' }),
      path: ['spec', 'servers', 0, 'tls', 'caCertCredentialName'],
      message: 'server 1 of Gateway `default/edge` names trust anchor `configmap://x/ca-cacert`, a ConfigMap whose name ends in `-cacert`',
      effect: 'istiod looks for ConfigMap `x/ca` instead, and every connection is closed during the handshake',
      cure: 'give the ConfigMap a name with another ending',
    }]);
  });

  test.each<[string, Manifest[]]>([
    ['another ending', [named('configmap://x/ca')]],
    ['a Secret', [named('ca-cacert')]],
    ['the other ConfigMap is there', [named('configmap://x/ca-cacert'), object('v1', 'ConfigMap', 'x', 'ca', { data: { cacert: 'x' } })]],
    ['a server certificate, which cannot be one', [gateway('edge', [https('SIMPLE', ['a.test'], { credentialName: 'configmap://x/ca-cacert' })])]],
  ])('silent: %s', (_name, manifests) => {
    expect(told(configMapName, manifests)).toEqual([]);
  });

  test('it is told once for a Gateway on several pods', () => {
    expect(find(configMapName, [named('configmap://x/ca-cacert'), gatewayPods('a'), gatewayPods('b')])).toHaveLength(1);
  });
});

describe('MTLS061: a trust anchor in a file beside credentialName', () => {
  test('the finding says what counts', () => {
    expect(find(ignoredFiles, [gateway('edge', [https('MUTUAL', ['a.test'], { caCertificates: 'use sds' })])])).toEqual([{
      object: expect.objectContaining({ name: 'edge' }),
      path: ['spec', 'servers', 0, 'tls', 'caCertificates'],
      message: 'server 1 of Gateway `default/edge` has `caCertificates` `use sds` beside `credentialName`',
      effect: 'the file is not read: clients are verified by Secret `edge-cacert`, and closed out where there is none',
      cure: 'put the trust anchor in that Secret and take `caCertificates` away',
      patch: [{ op: 'remove', path: '/spec/servers/0/tls/caCertificates' }],
    }]);
    expect(find(ignoredFiles, [gateway('edge', [https('OPTIONAL_MUTUAL', ['a.test'], { caCertificates: '/a', caCertCredentialName: 'ca-cacert' })])])[0].effect).toContain('`ca-cacert`');
  });

  test.each<[string, object]>([
    ['files only', https('MUTUAL', ['a.test'], { credentialName: undefined, serverCertificate: '/a', privateKey: '/b', caCertificates: '/c' })],
    ['a mode that verifies nobody', https('SIMPLE', ['a.test'], { caCertificates: '/c' })],
    ['no file', https('MUTUAL', ['a.test'])],
    ['plain HTTP', http(['*'])],
  ])('silent: %s', (_name, server) => {
    expect(told(ignoredFiles, [gateway('edge', [server])])).toEqual([]);
  });
});

describe('ASMCredentials that are to verify clients (MTLS002)', () => {
  const credential = (type: string, group = 'istio.alibabacloud.com') => object(`${group}/v1beta1`, 'ASMCredential', 'istio-system', 'edge', { spec: { type } });

  test('one without a CA is told once', () => {
    expect(find(secretKeys, [gateway('edge', [https('MUTUAL', ['a.test']), https('MUTUAL', ['b.test'])]), credential('tls')])).toEqual([{
      object: expect.objectContaining({ kind: 'ASMCredential' }),
      path: ['spec', 'type'],
      message: 'ASMCredential `istio-system/edge` of server 1 of Gateway `default/edge` is of type `tls`, which has no `caCert`',
      effect: 'there is no trust anchor, and every connection is closed during the handshake',
      cure: 'make it type `mtls`, with the CA of the clients in `caCert`',
      related: [expect.objectContaining({ kind: 'Gateway' })],
    }]);
  });

  test.each<[string, Manifest[]]>([
    ['type mtls', [mutual, credential('mtls')]],
    ['another server', [simple, credential('tls')]],
    ['a Secret with the CA beside it', [mutual, credential('tls'), secret('edge-cacert', { cacert: 'x' })]],
    ['another trust anchor', [gateway('edge', [https('MUTUAL', ['a.test'], { caCertCredentialName: 'x-cacert' })]), credential('tls')]],
    ['one in a ConfigMap', [gateway('edge', [https('MUTUAL', ['a.test'], { caCertCredentialName: 'configmap://istio-system/x' })]), credential('tls')]],
    ['an object of another group', [mutual, credential('tls', 'example.com')]],
  ])('no alarm: %s', (_name, manifests) => {
    expect(told(secretKeys, manifests)).toEqual([]);
  });
});
