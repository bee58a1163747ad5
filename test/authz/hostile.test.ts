import * as fc from 'fast-check';
import { gateway, http, ingress, plaintext, policy, virtualService, workload, world } from './support/world';
import { AccessRequest, Client, Mesh } from '../../src/authz';

const request: AccessRequest = { client: plaintext, host: 'a.test', path: '/' };
const open = [gateway([http(['*'])]), virtualService({})];

describe('text that only exhausts a reader is refused', () => {
  test.each<[string, string, string]>([
    ['deep flow sequences', '['.repeat(10_000), 'manifests are nested too deeply: at most 200 levels are read'],
    ['deep flow mappings', '{a: '.repeat(10_000), 'manifests are nested too deeply: at most 200 levels are read'],
    ['deep block mappings', Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), 'manifests are nested too deeply'],
    ['no YAML', 'a: [b', 'document 1 is no valid YAML'],
    ['a key twice', 'a: 1\na: 2', 'document 1 is no valid YAML: Map keys must be unique'],
    ['more than 64 MiB', ' '.repeat(64 * 1024 * 1024 + 1), 'manifests of 67108865 characters are too long: at most 67108864 are read, split them'],
  ])('%s', (_name, yaml, message) => {
    expect(() => Mesh.fromYaml(yaml)).toThrow(message);
  });

  test('alias bombs', () => {
    const levels = Array.from({ length: 9 }, (_, level) => `l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`).join(', ')}]`);
    expect(() => Mesh.fromYaml(['l0: &l0 x', ...levels].join('\n'))).toThrow(/alias/i);
  });

  test('objects that contain themselves', () => {
    const loop: any = { apiVersion: 'v1', kind: 'List' };
    loop.items = [loop];
    expect(() => Mesh.fromManifests([loop])).toThrow('manifests are nested too deeply or contain themselves');
  });

  test.each([[undefined], [null], ['a'], [{}]])('%p is no list of manifests', (value) => {
    expect(() => Mesh.fromManifests(value as never)).toThrow('expected a list of objects');
  });
});

describe('names of JavaScript\'s own have no power', () => {
  test('`__proto__` in a manifest changes no other object', () => {
    const mesh = Mesh.fromYaml('apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\n__proto__: {polluted: true}\ndata: {__proto__: {x: eA==}, constructor: eA==}\n');
    expect(mesh.refused).toEqual([]);
    expect(({} as any).polluted).toBeUndefined();
  });

  test('a policy is not read from a prototype', () => {
    const inherited = JSON.parse('{"apiVersion":"security.istio.io/v1","kind":"AuthorizationPolicy","metadata":{"name":"a","namespace":"default"},"spec":{"__proto__":{"rules":[{}]}}}');
    expect(world([...open, inherited]).evaluate(request).outcome).not.toBe('allowed');
  });

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('the label, header, host and namespace `%s`', (name) => {
    const selector = JSON.parse(`{"selector":{"matchLabels":{"${name}":"x"}}}`);
    const when = { rules: [{ when: [{ key: `request.headers[${name}]`, values: ['*'] }] }] };
    expect(world([...open, policy(selector, { name: 'a' })]).evaluate(request).outcome).toBe('allowed');
    expect(world([...open, policy(when)]).evaluate(request).outcome).toBe('forbidden');
    expect(world([...open, policy({}, { namespace: name })]).evaluate({ ...request, headers: { [name]: 'x' } }).outcome).toBe('allowed');
  });
});

describe('shapes that nothing expects', () => {
  const junk = fc.oneof(fc.constantFrom<unknown>(null, undefined, 0, -1, 1e99, NaN, '', 'x', [], {}, [null], [[]], [{}], { '': null }, true), fc.jsonValue({ maxDepth: 3 }));
  const kinds = fc.constantFrom<[string, string]>(['security.istio.io/v1', 'AuthorizationPolicy'], ['security.istio.io/v1', 'RequestAuthentication'], ['security.istio.io/v1', 'PeerAuthentication'],
    ['networking.istio.io/v1', 'Gateway'], ['networking.istio.io/v1', 'VirtualService'], ['networking.istio.io/v1', 'DestinationRule'], ['networking.istio.io/v1alpha3', 'EnvoyFilter'], ['v1', 'Secret'],
    ['v1', 'Service'], ['v1', 'Pod'], ['v1', 'Namespace'], ['apps/v1', 'Deployment'], ['gateway.kyma-project.io/v2', 'APIRule'], ['gateway.kyma-project.io/v1alpha1', 'ExternalGateway'],
    ['cert-manager.io/v1', 'Certificate'], ['cert.gardener.cloud/v1alpha1', 'Certificate'], ['v1', 'List'], ['batch/v1', 'CronJob']);
  const broken = fc.record({ type: kinds, spec: junk, more: junk, labels: junk }).map(({ type: [apiVersion, kind], spec, more, labels }) =>
    ({ apiVersion, kind, metadata: { name: 'x', namespace: 'default', labels, annotations: more, ownerReferences: more }, spec, data: more, items: more, status: more }));

  test('noManifestCrashesTheReader', () => {
    fc.assert(fc.property(fc.array(broken, { maxLength: 4 }), (documents) => {
      const mesh = Mesh.fromManifests([...ingress, ...workload('httpbin'), ...open, ...documents]);
      expect(typeof mesh.evaluate(request).outcome).toBe('string');
    }), { numRuns: 400 });
  });

  test('aBrokenPolicyNeverAllows', () => {
    const specs = fc.record({ action: fc.constantFrom('DENY', 'ALLOW'), rules: junk, extra: junk });
    fc.assert(fc.property(specs, (spec) => {
      const { outcome } = world([...open, policy({ ...spec, extra: spec.extra ?? 1 })]).evaluate(request);
      expect(outcome).not.toBe('allowed');
    }));
  });

  test('oneFieldReplacedByJunkNeverCrashes', () => {
    const paths = ['spec.servers', 'spec.servers.0', 'spec.servers.0.hosts', 'spec.servers.0.port', 'spec.servers.0.tls', 'spec.selector', 'metadata.namespace', 'metadata.name', 'metadata', 'spec'];
    fc.assert(fc.property(fc.constantFrom(...paths), junk, (path, value) => {
      const document = JSON.parse(JSON.stringify(open[0]));
      const keys = path.split('.');
      const owner = keys.slice(0, -1).reduce((current, key) => current[key], document);
      owner[keys[keys.length - 1]] = value;
      expect(typeof Mesh.fromManifests([...ingress, document, open[1]]).evaluate(request).outcome).toBe('string');
    }));
  });
});

describe('requests that nobody sends', () => {
  test('noRequestCrashes', () => {
    const mesh = world([...open, policy({ rules: [{ to: [{ operation: { paths: ['/a*', '/{*}/b'] } }], when: [{ key: 'request.headers[x]', notValues: ['y'] }] }] })]);
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(fc.property(text, text, text, fc.dictionary(text, text), text, (host, path, method, headers, sni) => {
      for (const client of [plaintext, Client.none(), Client.inMeshPlaintext()]) expect(typeof mesh.evaluate({ client, host, path, method, headers, sni }).outcome).toBe('string');
    }), { numRuns: 300 });
  });

  test('a path of a million characters is answered at once, with 431', () => {
    const started = process.hrtime.bigint();
    const mesh = world([...open, policy({ rules: [{ to: [{ operation: { paths: ['/{*}/b', '/{**}/c'] } }] }] })]);
    for (const part of ['/..', '/a', '%2e', '%%32', 'a;', '//']) expect(mesh.evaluate({ ...request, path: `/${part.repeat(300_000)}` }).status).toBe(431);
    for (const part of ['/..', '/a', '%2e', '%%32', 'a;', '//']) mesh.evaluate({ ...request, path: `/${part.repeat(12_000)}` });
    expect(Number(process.hrtime.bigint() - started) / 1e9).toBeLessThan(20);
  });

  test.each<[any, string]>([
    [{}, 'a request has no `client`'],
    [undefined, 'a request has no `client`'],
    [{ client: plaintext }, 'a request needs a `host` and a `path`, both text'],
    [{ ...request, token: 'x' }, 'the `token` of a request is no Token'],
    [{ ...request, at: 'tomorrow' }, 'tomorrow'],
    [{ ...request, client: Client.inMeshPlaintext(), service: 'httpbin' }, 'invalid service `httpbin`: expected the form `namespace/name`'],
  ])('%j is refused', (bad, message) => {
    expect(() => world(open).evaluate(bad)).toThrow(message);
  });
});
