import { App, Chart } from 'cdk8s';
import {
  Destination, EnforcementPoint, MutualTlsGateway, PathPattern, ServerCredential, SpiffeDenyPolicy, SpiffeId, TrustAnchor, VirtualService,
} from 'cdk8s-istio-security';

const app = new App();
const chart = new Chart(app, 'spiffe-deny', { namespace: 'default' });

// No server on port 80: in the tutorial it serves the same route without any certificate.
const gateway = new MutualTlsGateway(chart, 'Gateway', {
  metadata: { name: 'httpbin' },
  servers: [{ hosts: ['test.com'], credential: ServerCredential.fromSecretName('test.com') }],
  trustAnchor: TrustAnchor.inCredentialSecret('the tutorial keeps tls.crt, tls.key and the client CA as ca.crt in one Secret'),
});

const deny = new SpiffeDenyPolicy(chart, 'DenyTeapot', {
  enforceAt: EnforcementPoint.gateway(gateway),
  clients: [SpiffeId.parse('spiffe://test.client')],
  paths: [PathPattern.exact('/status/418')],
});

new VirtualService(chart, 'Httpbin', {
  metadata: { name: 'httpbin' },
  hosts: ['test.com'],
  gateways: [gateway],
  // The policy knows the path as it is written; the route in front knows it in every spelling.
  http: [deny.routeGuard(), { destinations: [{ destination: Destination.service('httpbin', 8000) }] }],
});

app.synth();
