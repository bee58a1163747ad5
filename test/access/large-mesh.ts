/* eslint-disable @stylistic/max-len */
/** A mesh of some size: hosts with a workload each, a mutual-TLS gateway, policies over identities. */
export function largeMesh(hosts: number, policies: number, identities: number): object[] {
  const documents: object[] = [
    object('networking.istio.io/v1', 'Gateway', 'edge', {
      selector: { istio: 'ingressgateway' },
      servers: [
        { port: { number: 443, name: 'https', protocol: 'HTTPS' }, tls: { mode: 'MUTUAL', credentialName: 'edge' }, hosts: ['*.example.com'] },
        { port: { number: 80, name: 'http', protocol: 'HTTP' }, tls: { httpsRedirect: true }, hosts: ['*.example.com'] },
      ],
    }),
  ];
  const perHost = Math.max(1, Math.round(policies / hosts));
  for (let host = 0; host < hosts; host += 1) {
    const app = `app-${host}`;
    documents.push(
      object('v1', 'Service', app, { selector: { app }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
      object('apps/v1', 'Deployment', app, { template: { metadata: { labels: { app, 'sidecar.istio.io/inject': 'true' } }, spec: { containers: [{ name: 'app' }] } } }),
      object('networking.istio.io/v1', 'VirtualService', app, {
        hosts: [`${app}.example.com`],
        gateways: ['edge'],
        http: [{ headers: { request: { remove: ['x-client-subject'], set: { 'x-client-subject': '%DOWNSTREAM_PEER_SUBJECT%' } } }, route: [{ destination: { host: app, port: { number: 80 } } }] }],
      }),
    );
    for (let policy = 0; policy < perHost; policy += 1) {
      const subjects = [0, 1, 2].map((each) => `O=Example,CN=client-${(host * 7 + policy * 3 + each) % identities}`);
      documents.push(object('security.istio.io/v1', 'AuthorizationPolicy', `${app}-${policy}`, {
        selector: { matchLabels: { app } },
        action: policy === 0 ? 'DENY' : 'ALLOW',
        rules: [{
          to: [{ operation: { hosts: [`${app}.example.com`], paths: [policy === 0 ? '/internal/*' : `/area-${policy % 3}/*`], methods: policy % 2 === 0 ? ['GET'] : ['GET', 'POST'] } }],
          ...(policy === 0 ? {} : { from: [{ source: { principals: ['cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account'] } }], when: [{ key: 'request.headers[x-client-subject]', values: subjects }] }),
        }],
      }));
    }
  }
  return documents;
}

function object(apiVersion: string, kind: string, name: string, spec: object): object {
  return { apiVersion, kind, metadata: { name, namespace: 'default' }, spec };
}
