/**
 * One timed synthesis of 1,000 secured workloads in 100 charts: `node workloads.js ours|unchecked|bare DIRECTORY` prints milliseconds of processor time.
 * `unchecked` is the same without the checks over manifests. `bare` makes the same objects with the imported classes, from literals that were prepared
 * before the clock starts.
 */
const { App, ApiObject, Chart } = require('cdk8s');

const [side, directory] = process.argv.slice(2);
// The command `cdk8s synth` says itself where its app is to write.
const outdir = process.env.CDK8S_OUTDIR ?? directory;
if (side === 'unchecked') {
  const id = require.resolve('../lib/src/synth/app-checks');
  require.cache[id] = { id, filename: id, loaded: true, exports: { attachAppChecks: () => undefined } };
}
const lib = require('../lib/src');

const CHARTS = 100;
const PER_CHART = 10;

function ours(outdir) {
  const app = new App({ outdir });
  const platform = new Chart(app, 'platform', { namespace: 'edge' });
  const gateway = new lib.MutualTlsGateway(platform, 'Gateway', {
    metadata: { name: 'edge' },
    servers: [{ hosts: ['*.example.com'], credential: lib.ServerCredential.fromSecretName('edge') }],
    trustAnchor: lib.TrustAnchor.existing(),
  });
  for (let c = 0; c < CHARTS; c++) {
    const chart = new Chart(app, `team-${c}`, { namespace: `team-${c}` });
    for (let w = 0; w < PER_CHART; w++) {
      new lib.CertSecuredWorkload(chart, `W${w}`, {
        gateway,
        host: `w${w}-${c}.example.com`,
        workload: lib.Workload.of({ service: `w${w}`, port: 8000, labels: { app: `w${w}` } }),
        allow: [{ identity: lib.CertificateIdentity.subject(lib.DistinguishedName.fromOpenSsl(`/CN=client-${w}/O=Example`)) }],
      });
    }
  }
  return app;
}

function literals(app) {
  return app.charts.map((chart) => ({
    id: chart.node.id,
    namespace: chart.namespace,
    objects: chart.node.findAll().filter((node) => ApiObject.isApiObject(node)).map((object) => ({ type: object.constructor, json: object.toJson() })),
  }));
}

function bare(charts, outdir) {
  const app = new App({ outdir });
  for (const { id, namespace, objects } of charts) {
    const chart = new Chart(app, id, { namespace });
    objects.forEach(({ type, json: { apiVersion, kind, ...props } }, index) => new type(chart, `O${index}`, props));
  }
  return app;
}

const charts = side === 'bare' ? literals(ours(outdir)) : undefined;
// Processor time, not the clock: what else the machine does shall not count.
const started = process.cpuUsage();
(charts ? bare(charts, outdir) : ours(outdir)).synth();
const { user, system } = process.cpuUsage(started);
console.log((user + system) / 1000);
