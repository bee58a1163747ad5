import { Client, Decision, Mesh, MeshOptions } from '../../../src/authz';
import { CertificateIdentity } from '../../../src/model/certificate-identity';
import { DistinguishedName } from '../../../src/model/distinguished-name';
import { SpiffeId } from '../../../src/model/spiffe-id';

export const GATEWAY_PRINCIPAL = 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account';
export const GATEWAY_LABELS = { app: 'istio-ingressgateway', istio: 'ingressgateway' };

let count = 0;

export function object(apiVersion: string, kind: string, spec: unknown, metadata: object = {}): any {
  count += 1;
  return { apiVersion, kind, metadata: { name: `${kind.toLowerCase()}-${count}`, namespace: 'default', ...metadata }, spec };
}

export const gateway = (servers: unknown, metadata: object = {}, selector: object = { istio: 'ingressgateway' }) =>
  object('networking.istio.io/v1', 'Gateway', { selector, servers }, { name: 'gateway', ...metadata });
export const virtualService = (spec: object, metadata: object = {}) =>
  object('networking.istio.io/v1', 'VirtualService', { hosts: ['a.test'], gateways: ['gateway'], http: [{ route: toHttpbin }], ...spec }, metadata);
export const policy = (spec: object | null, metadata: object = {}) => object('security.istio.io/v1', 'AuthorizationPolicy', spec, metadata);
export const authentication = (spec: object, metadata: object = {}) => object('security.istio.io/v1', 'RequestAuthentication', spec, metadata);
export const peerAuthentication = (spec: object, metadata: object = {}) => object('security.istio.io/v1', 'PeerAuthentication', spec, metadata);

export const toHttpbin = [{ destination: { host: 'httpbin', port: { number: 8000 } } }];
export const http = (hosts: string[], more: object = {}) => ({ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts, ...more });
export const https = (hosts: string[], tls: object, port: object = {}) => ({ port: { number: 443, name: 'https', protocol: 'HTTPS', ...port }, hosts, tls });

export const ingress = [
  object('apps/v1', 'Deployment', {
    template: { metadata: { labels: GATEWAY_LABELS }, spec: { serviceAccountName: 'istio-ingressgateway-service-account', containers: [{ name: 'istio-proxy' }] } },
  }, { name: 'istio-ingressgateway', namespace: 'istio-system' }),
  object('v1', 'Service', { selector: GATEWAY_LABELS, ports: [{ name: 'http2', port: 80, targetPort: 8080 }, { name: 'https', port: 443, targetPort: 8443 }] },
    { name: 'istio-ingressgateway', namespace: 'istio-system' }),
];

/** A Deployment and its Service. */
export function workload(name: string, more: { namespace?: string; labels?: object; sidecar?: boolean; ports?: object[] } = {}): any[] {
  const { namespace = 'default', labels = { app: name }, sidecar = true, ports = [{ name: 'http', port: 8000, targetPort: 8080 }] } = more;
  return [
    object('apps/v1', 'Deployment', {
      template: { metadata: { labels: { ...labels, 'sidecar.istio.io/inject': String(sidecar) } }, spec: { serviceAccountName: name, containers: [{ name }] } },
    }, { name, namespace }),
    object('v1', 'Service', { selector: labels, ports }, { name, namespace }),
  ];
}

/** A complete mesh: one ingress gateway, httpbin, and what is given. */
export function world(documents: any[], options: MeshOptions = {}): Mesh {
  return Mesh.fromManifests([...ingress, ...workload('httpbin'), ...documents], { complete: true, createdTogether: true, ...options });
}

/** The answer in one word or two: the outcome, or the status. */
export function answer(decision: Decision): string | number {
  return decision.isAllowed ? 200 : decision.status ?? decision.outcome;
}

export const plaintext = Client.plaintext();
export const none = Client.none();
export const subject = (name: string) => Client.verified(CertificateIdentity.subject(DistinguishedName.fromOpenSsl(name)));
export const spiffe = (uri: string) => Client.verified(CertificateIdentity.spiffe(SpiffeId.parse(uri)));
export const inMesh = (account = 'sleep', namespace = 'default', domain = 'cluster.local') => Client.inMesh(SpiffeId.parse(`spiffe://${domain}/ns/${namespace}/sa/${account}`));
