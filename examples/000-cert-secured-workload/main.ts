import { App, Chart } from 'cdk8s';
import {
  CertificateIdentity, CertSecuredWorkload, DistinguishedName, IngressGateway, MutualTlsGateway, ServerCredential, TrustAnchor, Workload,
} from 'cdk8s-istio-security';

const app = new App();
const chart = new Chart(app, 'cert-secured-workload', { namespace: 'default' });

// Secrets `kyma-mtls-certs` and `kyma-mtls-certs-cacert` are there already, in the namespace of the gateway's pods.
const gateway = new MutualTlsGateway(chart, 'Gateway', {
  metadata: { name: 'kyma-mtls-gateway' },
  ingress: IngressGateway.kyma(),
  servers: [{ hosts: ['*.example.com'], credential: ServerCredential.fromSecretName('kyma-mtls-certs') }],
  trustAnchor: TrustAnchor.existing(),
});

// As it was given to `openssl req -subj`. Envoy prints it the other way round: O=Example,CN=client.
const client = CertificateIdentity.subject(DistinguishedName.fromOpenSsl('/CN=client/O=Example'));

new CertSecuredWorkload(chart, 'Httpbin', {
  gateway,
  host: 'httpbin-vs.example.com',
  workload: Workload.of({ service: 'httpbin', port: 8000, labels: { app: 'httpbin' } }),
  allow: [{ identity: client }],
});

new CertSecuredWorkload(chart, 'Function', {
  gateway,
  host: 'function-vs.example.com',
  workload: Workload.fromFunction({ name: 'function' }),
  allow: [{ identity: client }],
});

app.synth();
