import { App, Chart } from 'cdk8s';
import { Audience, IGateway, JwtIssuer, JwtKeys, JwtSecuredWorkload, ServerCredential, TlsGateway, Workload } from 'cdk8s-istio-security';

const issuer: JwtIssuer = {
  issuer: 'https://idp.example.com',
  keys: JwtKeys.fromUri('https://idp.example.com/keys'),
  audience: Audience.of('example'),
};

function secureWorkloads(chart: Chart, gateway: IGateway): void {
  new JwtSecuredWorkload(chart, 'Httpbin', {
    gateway,
    host: 'httpbin.example.com',
    workload: Workload.of({ service: 'httpbin', port: 8000, labels: { app: 'httpbin' } }),
    issuers: [issuer],
  });

  new JwtSecuredWorkload(chart, 'Function', {
    gateway,
    host: 'function.example.com',
    workload: Workload.fromFunction({ name: 'function' }),
    issuers: [issuer],
  });
}

// The two variants of the tutorial render the same routes, so each is an app of its own: apply one of the files.
const own = new App();
const ownChart = new Chart(own, 'own-gateway', { namespace: 'default' });
secureWorkloads(ownChart, new TlsGateway(ownChart, 'Gateway', {
  metadata: { name: 'httpbin-gateway' },
  servers: [{ hosts: ['httpbin.example.com', 'function.example.com'], credential: ServerCredential.fromSecretName('httpbin-credential') }],
}));
own.synth();

const kyma = new App();
const kymaChart = new Chart(kyma, 'kyma-gateway', { namespace: 'default' });
secureWorkloads(kymaChart, TlsGateway.kyma(kymaChart, 'Gateway', { domain: 'example.com' }));
kyma.synth();
