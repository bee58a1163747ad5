import { App, Chart } from 'cdk8s';
import { Destination, IGateway, MutualTlsGateway, ServerCredential, StringMatch, TlsGateway, TrustAnchor, VirtualService } from 'cdk8s-istio-security';

// Each stage of the tutorial redefines the same Gateway, so each is an app of its own: apply one of the files.
function stage(name: string, build: (chart: Chart) => void): void {
  const app = new App();
  build(new Chart(app, name, { namespace: 'default' }));
  app.synth();
}

const metadata = { name: 'mygateway' };

const httpbinFiles = ServerCredential.fromFiles({
  certificate: '/etc/istio/ingressgateway-certs/tls.crt',
  privateKey: '/etc/istio/ingressgateway-certs/tls.key',
  secretName: 'istio-ingressgateway-certs',
});

const bookinfoFiles = ServerCredential.fromFiles({
  certificate: '/etc/istio/ingressgateway-bookinfo-certs/tls.crt',
  privateKey: '/etc/istio/ingressgateway-bookinfo-certs/tls.key',
  secretName: 'istio-ingressgateway-bookinfo-certs',
});

function routeHttpbin(chart: Chart, gateway: IGateway): void {
  new VirtualService(chart, 'Httpbin', {
    metadata: { name: 'httpbin' },
    hosts: ['httpbin.example.com'],
    gateways: [gateway],
    http: [{
      match: [{ uri: StringMatch.prefix('/status') }, { uri: StringMatch.prefix('/delay') }],
      destinations: [{ destination: Destination.service('httpbin', 8000) }],
    }],
  });
}

function routeBookinfo(chart: Chart, gateway: IGateway): void {
  new VirtualService(chart, 'Bookinfo', {
    metadata: { name: 'bookinfo' },
    hosts: ['bookinfo.com'],
    gateways: [gateway],
    http: [{
      match: [
        { uri: StringMatch.exact('/productpage') },
        { uri: StringMatch.exact('/login') },
        { uri: StringMatch.exact('/logout') },
        { uri: StringMatch.prefix('/api/v1/products') },
      ],
      destinations: [{ destination: Destination.service('productpage', 9080) }],
    }],
  });
}

function routeHelloworld(chart: Chart, gateway: IGateway): void {
  new VirtualService(chart, 'Helloworld', {
    metadata: { name: 'helloworld-v1' },
    hosts: ['helloworld-v1.example.com'],
    gateways: [gateway],
    // The port of the Service. The tutorial names the container's, 5000, and gets 503.
    http: [{ match: [{ uri: StringMatch.exact('/hello') }], destinations: [{ destination: Destination.service('helloworld-v1', 8000) }] }],
  });
}

stage('1-simple-files', (chart) => {
  const gateway = new TlsGateway(chart, 'Gateway', { metadata, servers: [{ hosts: ['httpbin.example.com'], credential: httpbinFiles }] });
  routeHttpbin(chart, gateway);
});

stage('2-mutual-files', (chart) => {
  const gateway = new MutualTlsGateway(chart, 'Gateway', {
    metadata,
    servers: [{ hosts: ['httpbin.example.com'], credential: httpbinFiles }],
    trustAnchor: TrustAnchor.fromFile('/etc/istio/ingressgateway-ca-certs/ca-chain.cert.pem', { secretName: 'istio-ingressgateway-ca-certs' }),
  });
  routeHttpbin(chart, gateway);
});

stage('3-two-hosts-files', (chart) => {
  const gateway = new TlsGateway(chart, 'Gateway', {
    metadata,
    servers: [{ hosts: ['httpbin.example.com'], credential: httpbinFiles }, { hosts: ['bookinfo.com'], credential: bookinfoFiles }],
  });
  routeHttpbin(chart, gateway);
  routeBookinfo(chart, gateway);
  // The volumes that the gateway's pods need: `gateway.volumes.helmValuesYaml()`, or `.deploymentPatchYaml()` for `kubectl patch`.
});

// Rotation needs no change here: replace the Secret `httpbin-credential`, and Envoy serves the new certificate.
stage('4-simple-credential', (chart) => {
  const gateway = new TlsGateway(chart, 'Gateway', {
    metadata,
    servers: [{ hosts: ['httpbin.example.com'], credential: ServerCredential.fromSecretName('httpbin-credential') }],
  });
  routeHttpbin(chart, gateway);
});

stage('5-two-hosts-credentials', (chart) => {
  const gateway = new TlsGateway(chart, 'Gateway', {
    metadata,
    servers: [
      { hosts: ['httpbin.example.com'], credential: ServerCredential.fromSecretName('httpbin-credential') },
      { hosts: ['helloworld-v1.example.com'], credential: ServerCredential.fromSecretName('helloworld-credential') },
    ],
  });
  routeHttpbin(chart, gateway);
  routeHelloworld(chart, gateway);
});

stage('6-mutual-credential', (chart) => {
  const gateway = new MutualTlsGateway(chart, 'Gateway', {
    metadata,
    servers: [{ hosts: ['httpbin.example.com'], credential: ServerCredential.fromSecretName('httpbin-credential') }],
    trustAnchor: TrustAnchor.inCredentialSecret('the tutorial keeps key, cert and cacert in one Secret, made by hand'),
  });
  routeHttpbin(chart, gateway);
});
