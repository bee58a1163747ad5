import { Check, CheckContext, Finding, Profile } from '../../src/checks';
import type { MeshReading } from '../../src/mesh/mesh-view';
import { MeshProfile } from '../../src/model/mesh-profile';

/** An object as it stands in YAML. */
export type Manifest = Record<string, unknown>;

/** What a check finds in manifests. */
export function find(check: Check, manifests: readonly unknown[], profile: Partial<Profile> = {}, reading: Partial<MeshReading> = {}): Finding[] {
  return check.find(new CheckContext(manifests, { mesh: MeshProfile.ISTIO, ...profile }, reading));
}

/** The same as text: object, field and message of each finding. */
export function told(check: Check, manifests: readonly unknown[], profile: Partial<Profile> = {}, reading: Partial<MeshReading> = {}): string[] {
  return find(check, manifests, profile, reading).map((finding) => `${finding.object.kind} ${finding.object.namespace}/${finding.object.name} ${finding.path.join('.')}: ${finding.message}`);
}

/** An object of any kind. */
export function object(apiVersion: string, kind: string, namespace: string, name: string, rest: object): Manifest {
  return { apiVersion, kind, metadata: { namespace, name }, ...rest };
}

/** A Gateway of the default ingress gateway. */
export function gateway(name: string, servers: unknown, namespace = 'default', spec: object = { selector: { istio: 'ingressgateway' } }): Manifest {
  return object('networking.istio.io/v1', 'Gateway', namespace, name, { spec: { ...spec, servers } });
}

/** A TLS server. */
export function https(mode: string | undefined, hosts: unknown, tls: object = {}, port: object = {}): object {
  return { port: { number: 443, name: `https-${String([hosts].flat()[0]).toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${(mode ?? 'none').toLowerCase().replace('_', '-')}`, protocol: 'HTTPS', ...port }, tls: { mode, credentialName: mode === 'ISTIO_MUTUAL' ? undefined : 'edge', ...tls }, hosts };
}

/** A plain HTTP server. */
export function http(hosts: unknown, tls?: object, port: object = {}): object {
  return { port: { number: 80, name: 'http', protocol: 'HTTP', ...port }, hosts, tls };
}

/** A VirtualService that leads to httpbin, unless told otherwise. */
export function route(spec: object, namespace = 'default', name = 'httpbin'): Manifest {
  return object('networking.istio.io/v1', 'VirtualService', namespace, name, { spec: { hosts: ['test.com'], gateways: ['httpbin'], http: [TO_HTTPBIN], ...spec } });
}

/** An `http` entry that leads to httpbin. */
export const TO_HTTPBIN = { route: [{ destination: { host: 'httpbin', port: { number: 8000 } } }] };

/** A Secret with texts. */
export function secret(name: string, data: object, namespace = 'istio-system', rest: object = {}): Manifest {
  return object('v1', 'Secret', namespace, name, { stringData: data, ...rest });
}

/** The Deployment of a gateway, so that its pods are known. */
export function gatewayPods(namespace: string, labels: object = { istio: 'ingressgateway' }, name = 'gateway'): Manifest {
  return object('apps/v1', 'Deployment', namespace, name, {
    spec: { template: { metadata: { labels }, spec: { serviceAccountName: name, containers: [{ name: 'istio-proxy', image: 'auto' }] } } },
  });
}

/** A security policy of Istio. */
export function policy(kind: 'AuthorizationPolicy' | 'RequestAuthentication' | 'PeerAuthentication', name: string, spec: object, namespace = 'default'): Manifest {
  return object('security.istio.io/v1', kind, namespace, name, { spec });
}
