/** What all sides of the comparison answer: plain HTTP requests to ten workloads behind one gateway, each guarded by one policy; all further policies select other pods. */
export const WORKLOADS = 10;
const PEOPLE = ['alice', 'bob', 'carol'];
const GATEWAY_PRINCIPAL = 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account';

export interface BenchmarkRequest {
  readonly workload: number;
  readonly user: string;
  readonly path: string;
  readonly method: string;
}

export const host = (workload: number): string => `w${workload}.example.com`;
const team = (index: number): string => `team-${index % 10}`;
const object = (apiVersion: string, kind: string, namespace: string, name: string, spec: object) => (
  { apiVersion, kind, metadata: { name, namespace }, spec }
);

function deployment(namespace: string, name: string, serviceAccountName: string, labels: object, more: object = {}): object {
  const template = { metadata: { labels, ...more }, spec: { serviceAccountName, containers: [{ name: 'app', image: 'auto' }] } };
  return object('apps/v1', 'Deployment', namespace, name, { selector: { matchLabels: labels }, template });
}

/** The cluster around the policies. */
export function cluster(): object[] {
  const gatewayLabels = { app: 'istio-ingressgateway', istio: 'ingressgateway' };
  const namespaces = ['istio-system', ...Array.from({ length: 10 }, (_, index) => team(index))].map((name) => (
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: name === 'istio-system' ? {} : { 'istio-injection': 'enabled' } } }
  ));
  return [
    ...namespaces,
    deployment('istio-system', 'istio-ingressgateway', 'istio-ingressgateway-service-account', { ...gatewayLabels, 'sidecar.istio.io/inject': 'true' }, { annotations: { 'inject.istio.io/templates': 'gateway' } }),
    object('v1', 'Service', 'istio-system', 'istio-ingressgateway', { selector: gatewayLabels, ports: [{ name: 'http2', port: 80, targetPort: 8080 }] }),
    object('networking.istio.io/v1', 'Gateway', 'istio-system', 'edge', { selector: gatewayLabels, servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*.example.com'] }] }),
    ...Array.from({ length: WORKLOADS }, (_, index) => [
      deployment(team(index), `w${index}`, `w${index}`, { app: `w${index}` }),
      object('v1', 'Service', team(index), `w${index}`, { selector: { app: `w${index}` }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
      object('networking.istio.io/v1', 'VirtualService', team(index), `w${index}`, {
        hosts: [host(index)], gateways: ['istio-system/edge'], http: [{ route: [{ destination: { host: `w${index}.${team(index)}.svc.cluster.local`, port: { number: 80 } } }] }],
      }),
    ]).flat(),
  ];
}

/** So many policies; the first ten select the ten workloads. */
export function policies(count: number): object[] {
  return Array.from({ length: count }, (_, index) => object('security.istio.io/v1', 'AuthorizationPolicy', team(index), `p${index}`, {
    selector: { matchLabels: { app: `w${index}` } },
    rules: [
      { from: [{ source: { principals: [GATEWAY_PRINCIPAL] } }], to: [{ operation: { methods: ['GET'], paths: ['/read/*'] } }], when: [{ key: 'request.headers[x-user]', values: PEOPLE }] },
      { from: [{ source: { principals: [GATEWAY_PRINCIPAL] } }], to: [{ operation: { methods: ['POST'], paths: ['/write/*'] } }], when: [{ key: 'request.headers[x-user]', values: ['alice'] }] },
    ],
  }));
}

/** The same policies in Cedar. */
export function cedarPolicies(count: number): string {
  const rule = (index: number, method: string, path: string, people: readonly string[]) => (
    `permit(principal == Caller::"gateway", action == Action::"${method}", resource == Workload::"w${index}") when { context.path like "${path}*" && [${people.map((name) => `"${name}"`).join(', ')}].contains(context.user) };`
  );
  return Array.from({ length: count }, (_, index) => [rule(index, 'GET', '/read/', PEOPLE), rule(index, 'POST', '/write/', ['alice'])]).flat().join('\n');
}

/** 240 different requests, half of which get in. */
export function requests(): BenchmarkRequest[] {
  return Array.from({ length: 240 }, (_, index) => {
    const [method, path] = index % 4 < 2 ? ['GET', '/read/'] : ['POST', '/write/'];
    const allowed = index % 2 === 0;
    return { workload: index % WORKLOADS, method, path: `${path}${index}?q=${index}`, user: allowed ? 'alice' : 'mallory' };
  });
}
