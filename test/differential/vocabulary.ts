/* eslint-disable @stylistic/max-len -- tables of choices, one a line */
import { ISSUERS } from './materials';

// Few values, so that objects and requests meet: the same host in two Gateways, the same path in a route and a policy.
export const HOSTS = ['a.test', 'b.test', 'www.a.test'];
export const WILDCARDS = ['*.test', '*.a.test', '*'];
export const PATHS = ['/', '/admin', '/admin/', '/admin/users', '/status/418', '/headers', '/api/v1', '/a//b', '/public'];
export const PATH_PATTERNS = ['/admin*', '*/users', '/admin/*', '/api/{*}', '/admin/{**}', '/{**}/users', '/status/*', '*', '/*', '/headers'];
export const METHODS = ['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE'];
export const HEADERS: Record<string, string[]> = {
  'x-tenant': ['blue', 'green', 'blue,green', ''],
  'x-client-ssl-cn': ['O=org,CN=alice', 'CN=alice,O=org', 'CN=bob,O=org\\, with comma,C=DE'],
  'x-role': ['admin', 'user'],
};
export const HEADER_PATTERNS: Record<string, string[]> = {
  'x-tenant': ['blue', 'bl*', '*n', '*', 'green'],
  'x-client-ssl-cn': ['O=org,CN=alice', 'CN=alice,O=org', 'O=org,*', '*CN=alice'],
  'x-role': ['admin', 'adm*', '*'],
  'x-forwarded-client-cert': ['*URI=spiffe://test.client', '*'],
};
export const INGRESS = 'istio-system/istio-ingressgateway';
export const GATEWAY_PRINCIPAL = 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account';
export const EDGE_PRINCIPAL = 'cluster.local/ns/edge/sa/edge';
/** Where pods stand that call through a sidecar of their own. */
export const CALLING_NAMESPACES = ['demo', 'other'];
export const CALLERS = ['cluster.local/ns/demo/sa/caller', 'cluster.local/ns/other/sa/caller', 'cluster.local/ns/demo/sa/httpbin'];
export const PRINCIPALS = ['test.client', '*', GATEWAY_PRINCIPAL, 'test.*', '*.client', 'denied.client', 'spiffe://test.client', 'other.client/ns/demo/sa/caller', EDGE_PRINCIPAL, ...CALLERS];
export const REQUEST_PRINCIPALS = ['*', `${ISSUERS[0]}/*`, `${ISSUERS[0]}/alice`, '*/alice', `${ISSUERS[1]}/*`, '*bob', `${ISSUERS[0]}*`, `${ISSUERS[0]}/a/b`, 'foo'];
export const CONFIGURATION_NAMESPACES = ['demo', 'istio-system', 'other', 'plain', 'edge'];

export interface Backend {
  readonly namespace: string;
  readonly name: string;
  readonly app: string;
  readonly port: number;
  readonly target: number;
  /** The name of the Service port, by which Istio tells the protocol. */
  readonly protocol?: string;
}

export const BACKENDS: readonly Backend[] = [
  { namespace: 'demo', name: 'httpbin', app: 'httpbin', port: 8000, target: 8080 },
  { namespace: 'demo', name: 'api', app: 'api', port: 80, target: 9000 },
  { namespace: 'other', name: 'store', app: 'store', port: 80, target: 8080 },
  { namespace: 'plain', name: 'legacy', app: 'legacy', port: 80, target: 8080 },
];

/** A workload that takes TCP, and HTTP on a second port. */
export const LEDGER: readonly Backend[] = [
  { namespace: 'demo', name: 'ledger', app: 'ledger', port: 5432, target: 5432, protocol: 'tcp' },
  { namespace: 'demo', name: 'ledger', app: 'ledger', port: 80, target: 8080, protocol: 'http' },
];

/** A Kubernetes object as plain data. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Manifest = any;
