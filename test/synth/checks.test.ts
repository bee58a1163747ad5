import { ApiObject, App, Chart, JsonPatch, Testing } from 'cdk8s';
import { MeshProfile } from '../../src/model/mesh-profile';
import { Checks } from '../../src/synth';
import { attachAppChecks } from '../../src/synth/app-checks';

attachAppChecks();

let notes: string;
beforeEach(() => {
  notes = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    notes += text;
    return true;
  });
});
afterEach(() => jest.restoreAllMocks());

/** An app without a construct of ours: a route that port 80 serves without the certificate. */
function open(): { app: App; chart: Chart; route: ApiObject; gateway: ApiObject } {
  const app = new App();
  const chart = new Chart(app, 'edge', { namespace: 'edge' });
  const gateway = new ApiObject(chart, 'Gateway', {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name: 'edge' },
    spec: {
      selector: { istio: 'ingressgateway' },
      servers: [
        { hosts: ['*'], port: { number: 80, name: 'http', protocol: 'HTTP' } },
        { hosts: ['orders.example.com'], port: { number: 443, name: 'https', protocol: 'HTTPS' }, tls: { mode: 'MUTUAL', credentialName: 'orders' } },
      ],
    },
  });
  const route = new ApiObject(chart, 'Route', {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'orders' },
    spec: { hosts: ['orders.example.com'], gateways: ['edge'], http: [{ route: [{ destination: { host: 'orders.shop.svc.cluster.local', port: { number: 8000 } } }] }] },
  });
  return { app, chart, route, gateway };
}

const REASON = 'the firewall of the data centre closes port 80';

describe('attach', () => {
  test('an app without a construct of ours is not checked until it is attached', () => {
    const { app } = open();
    app.synthYaml();
    Checks.attach(app);
    expect(() => app.synthYaml()).toThrow('MTLS012  a request without client certificate');
  });

  test('any construct of the app will do, and once is enough', () => {
    const { app, chart, route } = open();
    Checks.attach(route);
    Checks.attach(chart, { istioVersion: '1.30.1' });
    Checks.attach(app, { profile: MeshProfile.ISTIO });
    expect(() => app.synthYaml()).toThrow('Synthesis refused: 1 error in 1 chart');
  });

  test('what is not known of the mesh is refused at once', () => {
    const { app } = open();
    expect(() => Checks.attach(app, { istioVersion: '1.12' })).toThrow('unknown Istio version `1.12`: expected one of `1.27` to `1.32`, with or without patch number');
    expect(() => Checks.attach(app, { profile: 'yes' } as never)).toThrow('unknown profile `yes`: expected one of `istio`, `kyma`, `asm`');
  });
});

describe('acknowledge', () => {
  test.each(['route', 'chart', 'app'] as const)('on the %s: the finding stops nothing, and is listed with the reason', (scope) => {
    const all = open();
    Checks.attach(all.app);
    Checks.acknowledge(all[scope], { id: 'MTLS012', reason: REASON });
    expect(all.app.synthYaml()).toContain('kind: VirtualService');
    expect(notes).toContain('acknowledged  MTLS012  VirtualService `edge/orders` (error, open)\n');
    expect(notes).toContain(`  reason      ${REASON}\n  written     \`Checks.acknowledge\` of \`${all[scope].node.path}\`\n`);
  });

  test('elsewhere it lets nothing stand, and is reported as matching nothing', () => {
    const { app, gateway } = open();
    Checks.attach(app);
    Checks.acknowledge(gateway, { id: 'MTLS012', reason: REASON });
    expect(() => app.synthYaml()).toThrow('MTLS012');
    expect(notes).toContain('warning  MTLS012  an acknowledgement that matches nothing\n  written     `Checks.acknowledge` of `edge/Gateway`\n');
  });

  test('an annotation of the object does the same', () => {
    const { app, route } = open();
    Checks.attach(app);
    route.metadata.addAnnotation('acknowledge.cdk8s-istio-security/MTLS012', REASON);
    app.synthYaml();
    expect(notes).toContain('written     annotation of VirtualService `edge/orders`');
  });

  test.each([
    ['no such check', { id: 'MTLS999', reason: REASON }, 'there is no check `MTLS999`: give the id of a check, and why its finding may stand'],
    ['the check of acknowledgements', { id: 'MTLS103', reason: REASON }, '`MTLS103` cannot be acknowledged: give the id of a check, and why its finding may stand'],
    ['no reason', { id: 'MTLS012', reason: ' ' }, 'the acknowledgement of `MTLS012` has no reason: give the id of a check, and why its finding may stand'],
    ['no reason from JavaScript', { id: 'MTLS012' }, 'the acknowledgement of `MTLS012` has no reason: give the id of a check, and why its finding may stand'],
  ])('%s is refused at once', (_name, acknowledgement, message) => {
    expect(() => Checks.acknowledge(open().app, acknowledgement as never)).toThrow(new Error(message));
  });
});

describe('warnings', () => {
  function warned(): App {
    const { app, gateway } = open();
    gateway.addJsonPatch(JsonPatch.add('/spec/servers/0/tls', { httpsRedirect: true }));
    Checks.attach(app);
    return app;
  }

  test('stop nothing, and are told once on standard error, however often the app is synthesised', () => {
    const app = warned();
    Checks.acknowledge(app, { id: 'MTLS101', reason: 'there is only one' });
    app.synthYaml();
    app.synthYaml();
    expect(notes.match(/^warning {2}/gm)).toHaveLength(1);
  });

  test('are told by `app.synth()` only: tests of a single chart stay quiet', () => {
    const app = warned();
    Checks.acknowledge(app, { id: 'MTLS101', reason: 'there is only one' });
    Testing.synth(app.charts[0]);
    expect(notes).toBe('');
  });
});
