import { App, Chart } from 'cdk8s';
import { ApiRule, ApiRuleAccess, HttpMethod, IngressGateway, MutualTlsGateway, ServerCredential, TrustAnchor, Workload } from 'cdk8s-istio-security';

// The CA that signed the client certificates. Put your own here; only its certificate is needed, never its key.
const clientCa = `
-----BEGIN CERTIFICATE-----
MIIBxDCCAWqgAwIBAgIUJr9v9I8CVSFzbVOtRJudSil+krEwCgYIKoZIzj0EAwIw
LjEQMA4GA1UECgwHRXhhbXBsZTEaMBgGA1UEAwwRRXhhbXBsZSBDbGllbnQgQ0Ew
HhcNMjYxMTIxMDk1MzQ5WhcNNDYxMTE2MDk1MzQ5WjAuMRAwDgYDVQQKDAdFeGFt
cGxlMRowGAYDVQQDDBFFeGFtcGxlIENsaWVudCBDQTBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABKsHPn4+e7oI5xoJ0+KN2kYY9AR+CG1K91WeUMOMliZTBQYE7pwF
8Y0sRUNcqbh0rQSkyoIG6GBkPPLr1Hca+LWjZjBkMB0GA1UdDgQWBBT9jFsSZTZd
yBqIXlrR5DKG0wDIhjAfBgNVHSMEGDAWgBT9jFsSZTZdyBqIXlrR5DKG0wDIhjAS
BgNVHRMBAf8ECDAGAQH/AgEAMA4GA1UdDwEB/wQEAwIBBjAKBggqhkjOPQQDAgNI
ADBFAiEA2IZG0JOCRkJYri4QEcLat/CYZ2m5Qr5Rj/F02V9XrrkCICq6YyCgE5B9
zjS5zC30FX42HCGCrblRssVESovHnKTN
-----END CERTIFICATE-----
`;

const app = new App();
const chart = new Chart(app, 'kyma-mtls-gateway', { namespace: 'default' });

const gateway = new MutualTlsGateway(chart, 'Gateway', {
  metadata: { name: 'kyma-mtls-gateway' },
  ingress: IngressGateway.kyma(),
  servers: [{
    hosts: ['*.mtls.example.com'],
    credential: ServerCredential.fromGardenerCertificate({
      commonName: '*.mtls.example.com',
      secretName: 'kyma-mtls-certs',
      // The address of the Service in front of the gateway's pods.
      dnsEntry: { targets: ['203.0.113.10'] },
    }),
  }],
  trustAnchor: TrustAnchor.fromPem(clientCa),
});

new ApiRule(chart, 'Httpbin', {
  metadata: { name: 'httpbin-mtls' },
  gateway,
  host: 'httpbin.mtls.example.com',
  workload: Workload.of({ service: 'httpbin', port: 8000, labels: { app: 'httpbin' } }),
  access: ApiRuleAccess.noAuth(),
  methods: [HttpMethod.GET],
});

app.synth();
