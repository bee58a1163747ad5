import { Manifest, object } from '../support';

const API = 'gateway.networking.k8s.io/v1';

/** The address that makes a Gateway use the pods of the ingress gateway. */
export const MANUAL = { addresses: [{ type: 'Hostname', value: 'istio-ingressgateway' }] };

/** A Gateway of the Gateway API. */
export function kubernetesGateway(listeners: readonly object[], { namespace = 'edge', name = 'edge', ...rest }: { namespace?: string; name?: string; [key: string]: unknown } = {}): Manifest {
  return object(API, 'Gateway', namespace, name, { spec: { gatewayClassName: 'istio', ...rest, listeners } });
}

/** A listener for plain HTTP. */
export function httpListener(more: object = {}): object {
  return { name: 'http', port: 80, protocol: 'HTTP', ...more };
}

/** A listener that ends TLS. */
export function tlsListener(mode: string | undefined, more: object = {}, tls: object = {}): object {
  const options = mode === undefined ? undefined : { 'gateway.istio.io/tls-terminate-mode': mode };
  return { name: 'https', port: 443, protocol: 'HTTPS', hostname: 'a.test', tls: { certificateRefs: [{ name: 'edge' }], options, ...tls }, ...more };
}

/** A route to httpbin. */
export function httpRoute(spec: object = {}, namespace = 'edge', kind = 'HTTPRoute'): Manifest {
  return object(API, kind, namespace, 'httpbin', { spec: { parentRefs: [{ name: 'edge' }], rules: [TO_HTTPBIN], ...spec } });
}

/** A rule that leads to httpbin. */
export const TO_HTTPBIN = { backendRefs: [{ name: 'httpbin', port: 8000 }] };

/** Permission to take an object of a namespace. */
export function grant(namespace: string, from: object, to: object): Manifest {
  return object(API, 'ReferenceGrant', namespace, 'grant', { spec: { from: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'edge', ...from }], to: [{ group: '', kind: 'Secret', ...to }] } });
}

/** Reference of a policy to the Gateway. */
export const TARGET = { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge' }] };
