import { httpListener, kubernetesGateway, tlsListener } from './support';
import { configMapName } from '../../../src/checks/credential/config-map-name';
import { secretKeys } from '../../../src/checks/credential/secret-keys';
import { secretNamespace } from '../../../src/checks/credential/secret-namespace';
import { sharedAuthority } from '../../../src/checks/credential/shared-authority';
import { find, Manifest, object, secret, told } from '../support';

const PAIR = { 'tls.crt': 'x', 'tls.key': 'y' };
const open = kubernetesGateway([tlsListener(undefined)]);
const closed = kubernetesGateway([httpListener(), tlsListener('MUTUAL')]);
const frontend = (kind = 'ConfigMap', more: object = {}, name = 'clients') => (
  kubernetesGateway([tlsListener(undefined)], { tls: { frontend: { default: { validation: { caCertificateRefs: [{ kind, name, ...more }] } } } } }));
const configMap = (data: object, name = 'clients') => object('v1', 'ConfigMap', 'edge', name, { data });

test('a Secret belongs into the Gateway\'s namespace (MTLS001)', () => {
  expect(find(secretNamespace, [open, secret('edge', PAIR)])).toEqual([expect.objectContaining({
    path: ['metadata', 'namespace'],
    message: 'Secret `istio-system/edge` is needed by listener `https` of Gateway `edge/edge` in `edge`, where its pods run',
    patch: [{ op: 'replace', path: '/metadata/namespace', value: 'edge' }],
  })]);
  expect(told(secretNamespace, [closed, secret('edge', PAIR, 'edge'), secret('edge-cacert', { cacert: 'z' })])).toEqual([
    'Secret istio-system/edge-cacert metadata.namespace: Secret `istio-system/edge-cacert` is needed by listener `https` of Gateway `edge/edge` in `edge`, where its pods run',
  ]);
});

test('it has the keys that Istio reads (MTLS002)', () => {
  expect(told(secretKeys, [open, secret('edge', { crt: 'x' }, 'edge')])).toEqual([
    'Secret edge/edge stringData: Secret `edge/edge` of listener `https` of Gateway `edge/edge` has neither `tls.crt` and `tls.key` nor `cert` and `key`',
  ]);
  expect(told(secretKeys, [closed, secret('edge', PAIR, 'edge'), secret('edge-cacert', { ca: 'z' }, 'edge')])).toHaveLength(1);
  expect(told(secretKeys, [frontend(), configMap({ 'ca.pem': 'z' })])).toEqual([
    'ConfigMap edge/clients data: ConfigMap `edge/clients` of listener `https` of Gateway `edge/edge` has neither `cacert` nor `ca.crt`',
  ]);
  expect(told(secretKeys, [frontend('ConfigMap', {}, 'x-cacert'), configMap({ 'ca.pem': 'z' }, 'x-cacert')])).toHaveLength(1);
});

test('the CA beside the server certificate admits clients (MTLS003)', () => {
  expect(find(sharedAuthority, [closed, secret('edge', { ...PAIR, 'ca.crt': 'z' }, 'edge')])).toEqual([expect.objectContaining({
    path: ['spec', 'listeners', 1, 'tls', 'certificateRefs', 0, 'name'],
    message: 'listener `https` of Gateway `edge/edge` verifies clients by `ca.crt` of Secret `edge/edge`',
  })]);
  expect(told(sharedAuthority, [frontend(), secret('edge', { ...PAIR, 'ca.crt': 'z' }, 'edge'), configMap({ 'ca.crt': 'z' })])).toEqual([]);
});

test.each<[string, Manifest[]]>([
  ['a Secret where it belongs', [closed, secret('edge', { ...PAIR, cacert: 'z' }, 'edge'), secret('edge-cacert', { cacert: 'z' }, 'edge')]],
  ['a CA in the Secret of a listener that asks for no certificate', [open, secret('edge', { ...PAIR, 'ca.crt': 'z' }, 'edge')]],
  ['a ConfigMap of the name of a Secret that is the CA', [frontend('Secret'), configMap({ x: 'z' })]],
  ['the certificate of the mesh', [kubernetesGateway([tlsListener('ISTIO_MUTUAL')]), secret('edge', {})]],
  ['TLS that goes through', [kubernetesGateway([tlsListener(undefined, {}, { mode: 'Passthrough' })]), secret('edge', PAIR)]],
  ['a certificate of another namespace, which is MTLS108', [kubernetesGateway([tlsListener('MUTUAL', {}, { certificateRefs: [{ name: 'edge', namespace: 'certificates' }] })]), secret('edge', PAIR)]],
  ['a certificate that is no Secret', [kubernetesGateway([tlsListener(undefined, {}, { certificateRefs: [{ kind: 'Certificate', name: 'edge' }] })]), secret('edge', PAIR)]],
  ['a certificate without name', [kubernetesGateway([tlsListener(undefined, {}, { certificateRefs: [{}] })]), secret('edge', PAIR)]],
  ['no certificate', [kubernetesGateway([tlsListener('MUTUAL', {}, { certificateRefs: undefined })]), secret('edge', PAIR)]],
  ['a Gateway that no pods serve, which is MTLS107', [kubernetesGateway([tlsListener(undefined)], { addresses: [{ type: 'Hostname', value: 'a.b.svc' }] }), secret('edge', PAIR)]],
  ['another class', [kubernetesGateway([tlsListener(undefined)], { gatewayClassName: 'x' }), secret('edge', PAIR)]],
  ['a CA in a Secret, which is MTLS109', [frontend('Secret'), secret('clients', { x: 'z' }, 'edge')]],
  ['a CA of another namespace', [frontend('ConfigMap', { namespace: 'x' }), configMap({ x: 'z' })]],
  ['a CA that is not there', [frontend('ConfigMap', {}, 'x-cacert')]],
])('no alarm: %s', (_name, manifests) => {
  expect([secretNamespace, secretKeys, sharedAuthority, configMapName].flatMap((check) => told(check, manifests))).toEqual([]);
});
