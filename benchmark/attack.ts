/**
 * Measures the attack search on 200 hosts, 1,000 policies and 50 identities against reading and loading the same manifests: `ts-node -T benchmark/attack.ts`.
 * Processor time of this process, so that a busy machine matters little; and the most memory it had.
 */
import { measured, memory } from './measured';
import { attack } from '../src/attack';
import { Mesh } from '../src/authz';
import { parseDocuments } from '../src/mesh/documents';

const HOSTS = 200;
const IDENTITIES = 50;
const PER_HOST = 5;

const lines: string[] = [];
const add = (object: object) => lines.push(JSON.stringify(object));
const names = Array.from({ length: HOSTS }, (_, index) => `svc-${index}`);
const security = (kind: string, name: string, namespace: string, spec: object) => add({ apiVersion: 'security.istio.io/v1', kind, metadata: { name, namespace }, spec });

add({ apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: 'edge', namespace: 'default' }, spec: { selector: { istio: 'ingressgateway' }, servers: names.map((name, index) => ({ port: { number: 443, name: `https-${index}`, protocol: 'HTTPS' }, hosts: [`${name}.example.com`], tls: { mode: 'MUTUAL', credentialName: 'edge' } })) } });
names.forEach((name, index) => {
  const host = `${name}.example.com`;
  const labels = { app: name };
  add({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'default' }, spec: { template: { metadata: { labels: { ...labels, 'sidecar.istio.io/inject': 'true' } }, spec: { serviceAccountName: name, containers: [{ name }] } } } });
  add({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec: { selector: labels, ports: [{ name: 'http', port: 8000, targetPort: 8080 }] } });
  add({ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name, namespace: 'default' }, spec: { hosts: [host], gateways: ['edge'], http: [{ headers: { request: { remove: ['x-id', 'x_id'], set: { 'x-id': '%DOWNSTREAM_PEER_SUBJECT%' } } }, route: [{ destination: { host: name, port: { number: 8000 } } }] }] } });
  for (let each = 0; each < PER_HOST; each += 1) {
    security('AuthorizationPolicy', `${name}-${each}`, 'default', {
      selector: { matchLabels: labels },
      rules: [{ from: [{ source: { principals: ['cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account'] } }], to: [{ operation: { hosts: [host, `${host}:*`], paths: [`/part-${each}/*`] } }], when: [{ key: 'request.headers[x-id]', values: [`CN=client-${(index * PER_HOST + each) % IDENTITIES}`] }] }],
    });
  }
});
security('PeerAuthentication', 'strict', 'istio-system', { mtls: { mode: 'STRICT' } });

const text = lines.join('\n---\n');
const loading = measured(() => Mesh.fromManifests(parseDocuments(text) as any[], { createdTogether: true }));
const documents = parseDocuments(text);
const search = measured(() => attack(documents));
const { counts, ways, complete } = search.result;
console.log(`${HOSTS} hosts, ${counts.policies} policies, ${IDENTITIES} identities: loading ${loading.milliseconds.toFixed(0)} ms, attack ${search.milliseconds.toFixed(0)} ms of processor time, ratio ${(search.milliseconds / loading.milliseconds).toFixed(1)}; `
  + `${counts.requests} requests, ${ways.length} ways in, ${complete ? 'complete' : 'not complete'}, ${memory()}`);
