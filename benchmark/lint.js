/**
 * One timed lint of 10,000 objects of 2,000 workloads: `node lint.js lint|parse` prints milliseconds of processor time.
 * `parse` only parses the same text, with positions, as every linter of YAML has to.
 */
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { parseAllDocuments, stringify } = require('yaml');
const { runCommand } = require('../lib/src/cli/program');

const WORKLOADS = 2000;

function objects(i) {
  const [name, namespace, host] = [`w${i}`, `team-${i % 100}`, `w${i}.example.com`];
  const gateway = 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account';
  const header = 'X-Client-Subject';
  return [
    { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector: { app: name }, ports: [{ name: 'http', port: 8000, targetPort: 8080 }] } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace },
      spec: {
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { 'app': name, 'sidecar.istio.io/inject': 'true' } }, spec: { serviceAccountName: name, containers: [{ name, image: 'app', ports: [{ containerPort: 8080 }] }] } },
      },
    },
    { apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata: { name, namespace }, spec: { selector: { matchLabels: { app: name } }, mtls: { mode: 'STRICT' } } },
    {
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name, namespace },
      spec: {
        selector: { matchLabels: { app: name } },
        rules: [{
          from: [{ source: { principals: [gateway] } }],
          to: [{ operation: { hosts: [host, `${host}:*`] } }],
          when: [{ key: `request.headers[${header}]`, values: ['O=Example,CN=client'] }],
        }],
      },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name, namespace },
      spec: {
        hosts: [host],
        gateways: ['edge/edge'],
        http: [{
          headers: { request: { remove: [header, 'X_Client_Subject'], set: { [header]: '%DOWNSTREAM_PEER_SUBJECT%' } } },
          route: [{ destination: { host: `${name}.${namespace}.svc.cluster.local`, port: { number: 8000 } } }],
        }],
      },
    },
  ];
}

const gateway = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  metadata: { name: 'edge', namespace: 'edge' },
  spec: {
    selector: { istio: 'ingressgateway' },
    servers: [{ hosts: ['*.example.com'], port: { number: 443, name: 'https', protocol: 'HTTPS' }, tls: { mode: 'MUTUAL', credentialName: 'edge' } }],
  },
};
const text = [gateway, ...Array.from({ length: WORKLOADS }, (_, i) => objects(i)).flat()].map((object) => stringify(object)).join('---\n');
const directory = mkdtempSync(join(tmpdir(), 'benchmark-'));
const file = join(directory, 'manifests.yaml');
writeFileSync(file, text);

async function main(side) {
  const started = process.cpuUsage();
  if (side === 'parse') {
    parseAllDocuments(text).forEach((document) => document.toJS());
  } else {
    let said = '';
    const write = (more) => { said += more; };
    const terminal = { write, note: write, progress: write, readInput: () => Buffer.from(''), now: () => new Date(), colour: false };
    const status = await runCommand(['lint', file], terminal);
    if (status !== 0 || !/: 10001 objects/.test(said)) throw new Error(said.slice(0, 2000));
  }
  const { user, system } = process.cpuUsage(started);
  console.log((user + system) / 1000);
}

main(process.argv[2]).finally(() => rmSync(directory, { recursive: true }));
