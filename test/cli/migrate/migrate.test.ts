import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { cli, expectDiscreet, temporaryDirectory } from '../support/run';

const home = temporaryDirectory();
const previous = process.cwd();
let count = 0;
beforeEach(() => {
  count += 1;
  mkdirSync(join(home, String(count)));
  process.chdir(join(home, String(count)));
});
afterEach(() => process.chdir(previous));

const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: httpbin, namespace: test}\nspec: {selector: {app: httpbin}, ports: [{name: http, port: 8000}]}\n';
const GATEWAY = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: test}
spec:
  selector: {istio: ingressgateway}
  servers: [{hosts: ["*.example.com"], port: {name: https, number: 443, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: edge}}]
`;

function rule(rules: string, more = ''): string {
  return [SERVICE, GATEWAY, `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: httpbin, namespace: test, labels: {team: a}, annotations: {note: mine, gateway.kyma-project.io/original-version: v1beta1}, uid: "1"}
spec:
  gateway: edge.test.svc.cluster.local
  host: httpbin.example.com
  service: {name: httpbin, port: 8000}
${more}  rules: [${rules}]
`].join('---\n');
}

async function migrate(args: readonly string[], yaml: string, surroundings = {}) {
  writeFileSync('old.yaml', yaml);
  const outcome = await cli(['migrate-apirule', 'old.yaml', ...args], surroundings);
  expectDiscreet(outcome);
  return outcome;
}

async function json(args: readonly string[], yaml: string) {
  const { out, status } = await migrate([...args, '--format', 'json'], yaml);
  return { ...JSON.parse(out), status };
}

const fate = (fields: any[], field: string) => fields.find((one) => one.field === field);

describe('rules of each handler', () => {
  const JWT = '{path: /headers, methods: [GET], accessStrategies: [{handler: jwt, config: {authentications: [{issuer: "https://idp.example.com", jwksUri: "https://idp.example.com/keys"}], authorizations: [{requiredScopes: [read]}]}}]}';
  const ORY = '{path: /headers, methods: [GET], accessStrategies: [{handler: jwt, config: {jwks_urls: ["https://idp.example.com/keys"], required_scope: [read], target_audience: [a]}}]}';

  test.each<[string, string, string[], object | undefined]>([
    ['no_auth', '{path: /headers, methods: [GET], accessStrategies: [{handler: no_auth}]}', [], { path: '/headers', methods: ['GET'], noAuth: true }],
    ['noop', '{path: /headers, methods: [GET], accessStrategies: [{handler: noop}], mutators: [{handler: noop}]}', [], { path: '/headers', methods: ['GET'], noAuth: true }],
    ['allow without methods', '{path: /.*, accessStrategies: [{handler: allow}]}', [], { path: '/*', methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'], noAuth: true }],
    ['jwt of Istio', JWT, [], {
      path: '/headers', methods: ['GET'], jwt: { authentications: [{ issuer: 'https://idp.example.com', jwksUri: 'https://idp.example.com/keys' }], authorizations: [{ requiredScopes: ['read'] }] },
    }],
    ['jwt of Oathkeeper, the issuer given', ORY, ['--issuer', 'https://idp.example.com'], {
      path: '/headers',
      methods: ['GET'],
      jwt: { authentications: [{ issuer: 'https://idp.example.com', jwksUri: 'https://idp.example.com/keys' }], authorizations: [{ requiredScopes: ['read'], audiences: ['a'] }] },
    }],
    ['jwt of Oathkeeper without issuer', ORY, [], undefined],
    ['oauth2_introspection', '{path: /headers, methods: [GET], accessStrategies: [{handler: oauth2_introspection}]}', [], undefined],
    ['oauth2_introspection, the authorizer given', '{path: /headers, methods: [GET], accessStrategies: [{handler: oauth2_introspection}]}', ['--authorizer', 'oauth2-proxy'],
      { path: '/headers', methods: ['GET'], extAuth: { authorizers: ['oauth2-proxy'] } }],
    ['no strategy', '{path: /headers, methods: [GET]}', [], undefined],
    ['header and cookie mutators', '{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {authentications: [{issuer: "https://i", jwksUri: "https://i/k"}]}}], mutators: [{handler: header, config: {headers: {x-a: b}}}, {handler: cookie, config: {cookies: {c: d}}}]}', [],
      { path: '/a', methods: ['GET'], jwt: { authentications: [{ issuer: 'https://i', jwksUri: 'https://i/k' }] }, request: { headers: { 'x-a': 'b' }, cookies: { c: 'd' } } }],
    ['a wider path', '{path: "/x/[0-9]+", methods: [GET], accessStrategies: [{handler: no_auth}]}', [], undefined],
    ['a wider path that is accepted', '{path: "/x/[0-9]+", methods: [GET], accessStrategies: [{handler: no_auth}]}', ['--accept-wider'], { path: '/x/{*}', methods: ['GET'], noAuth: true }],
  ])('%s', async (_name, rules, options, expected) => {
    const { objects, apiRules } = await json(options, rule(rules));
    expect(objects[0]?.spec.rules[0]).toEqual(expected);
    expect(apiRules[0].lost > 1).toBe(expected === undefined);
  });

  test('what only Oathkeeper computes is lost, and so is a second strategy', async () => {
    const { apiRules: [{ fields }] } = await json(['--authorizer', 'oauth2-proxy'], rule(
      '{path: /a, methods: [GET], accessStrategies: [{handler: oauth2_introspection, config: {required_scope: [read]}}, {handler: cookie_session}], mutators: [{handler: id_token}, {handler: header, config: {headers: {x-user: "{{ print .Subject }}"}}}]}',
    ));
    expect(fate(fields, 'spec.rules[0].accessStrategies[1]')).toMatchObject({ fate: 'lost', from: 'cookie_session' });
    expect(fate(fields, 'spec.rules[0].mutators[0]')).toMatchObject({ fate: 'lost', from: 'id_token' });
    expect(fate(fields, 'spec.rules[0].mutators[1]')).toMatchObject({ fate: 'lost', from: 'header x-user' });
    expect(fate(fields, 'spec.rules[0].accessStrategies[0]')).toMatchObject({ fate: 'changed', to: 'extAuth of oauth2-proxy', why: 'who gets in is up to the authorizer now; it must demand the scopes `read` itself' });
  });
});

describe('fields of the object', () => {
  const NO_AUTH = '{path: /.*, methods: [GET], accessStrategies: [{handler: no_auth}]}';

  test('labels and annotations of people stay, those of servers and of Kyma go', async () => {
    const { objects: [object] } = await json([], rule(NO_AUTH));
    expect(object.metadata).toEqual({ name: 'httpbin', namespace: 'test', labels: { team: 'a' }, annotations: { note: 'mine' } });
    expect(object).toMatchObject({ apiVersion: 'gateway.kyma-project.io/v2', spec: { gateway: 'test/edge', hosts: ['httpbin.example.com'], service: { name: 'httpbin', port: 8000 } } });
  });

  test.each([['edge', 'test/edge'], ['edge.other', 'other/edge'], ['edge.other.svc', 'other/edge'], ['edge.other.svc.cluster.local', 'other/edge'], ['other/edge', 'other/edge']])('the gateway %s is %s', async (written, gateway) => {
    const { objects: [object] } = await json([], rule(NO_AUTH).replace('gateway: edge.test.svc.cluster.local', `gateway: ${written}`));
    expect(object.spec.gateway).toBe(gateway);
  });

  test('the default CORS policy is lost unless it is asked for; a written one stays, in seconds', async () => {
    expect(fate((await json([], rule(NO_AUTH))).apiRules[0].fields, 'spec.corsPolicy')).toMatchObject({ fate: 'lost' });
    const { objects: [object] } = await json(['--keep-cors'], rule(NO_AUTH));
    expect(object.spec).toMatchObject({ corsPolicy: { allowOrigins: [{ regex: '.*' }] }, rules: [{ methods: ['GET', 'OPTIONS'] }] });
    const { objects: [written] } = await json([], rule(NO_AUTH, '  corsPolicy: {allowOrigins: [{exact: "https://a"}], maxAge: 1m30s}\n'));
    expect(written.spec.corsPolicy).toEqual({ allowOrigins: [{ exact: 'https://a' }], maxAge: 90 });
  });

  test('what Kyma would not take is said', async () => {
    const { apiRules: [{ fields }] } = await json([], rule(`${NO_AUTH}, {path: /headers, methods: [GET], accessStrategies: [{handler: no_auth}]}`));
    expect(fate(fields, 'spec')).toMatchObject({ fate: 'lost', why: expect.stringContaining('Kyma\'s operator does not take what comes of it') });
  });
});

describe('what callers will notice, as the evaluator judges it', () => {
  const ALLOW = '{path: /.*, methods: [GET], accessStrategies: [{handler: allow}]}';

  test('callers of the mesh are locked out, and get in again with the policy for them', async () => {
    const { callers: { changes } } = await json([], rule(ALLOW));
    expect(changes).toContainEqual(expect.objectContaining({ change: 'loses', caller: expect.stringContaining('in the mesh'), after: '403 forbidden' }));
    const { callers: { changes: fewer }, objects } = await json(['--allow-internal'], rule(ALLOW));
    expect(objects[1]).toMatchObject({ kind: 'AuthorizationPolicy', spec: { selector: { matchLabels: { app: 'httpbin' } } } });
    expect(fewer.filter(({ change, caller }: any) => change === 'loses' && caller.startsWith('in the mesh: in-mesh any other'))).toEqual([]);
  });

  test('the same rules for the same callers change nothing from outside', async () => {
    const { callers: { changes, asked, complete } } = await json([], rule('{path: /headers, methods: [GET], accessStrategies: [{handler: no_auth}]}'));
    expect(asked).toBeGreaterThan(10);
    expect(complete).toBe(true);
    expect(changes.filter(({ change }: any) => change === 'gains')).toEqual([]);
  });

  test('a rule of Oathkeeper is not compared, and that is said', async () => {
    const { callers: { notCompared } } = await json([], rule('{path: /a, methods: [GET], accessStrategies: [{handler: cookie_session}]}'));
    expect(notCompared).toEqual(['test/httpbin /a']);
  });
});

describe('as a command', () => {
  const NO_AUTH = rule('{path: /.*, methods: [GET], accessStrategies: [{handler: no_auth}]}', '  corsPolicy: {allowOrigins: [{exact: "https://a"}]}\n');

  test('the answer comes first, then the fields, then the callers', async () => {
    const { out, status } = await migrate([], NO_AUTH);
    expect(out).toMatch(/^1 APIRule: nothing is lost\n\ntest\/httpbin {2}\d+ fields kept, 4 changed, 0 lost\n {2}kept {6}metadata\.name: test\/httpbin\n {2}changed {3}spec\.gateway: edge\.test\.svc\.cluster\.local → test\/edge\n/);
    expect(out).toContain('\nFor callers  ');
    expect(status).toBe(0);
  });

  test('--out writes a new file, which lint finds fine, and never replaces one', async () => {
    expect((await migrate(['--out', 'new.yaml'], NO_AUTH)).status).toBe(0);
    expect(parse(readFileSync('new.yaml', 'utf8')).apiVersion).toBe('gateway.kyma-project.io/v2');
    expect(await migrate(['--out', 'new.yaml'], NO_AUTH)).toEqual({ status: 2, out: '', err: 'error: file `new.yaml` is there already: give another one with --out\n' });
    expect((await migrate(['--out', 'none/new.yaml'], NO_AUTH)).status).toBe(4);
  });

  test('without --out the report says that nothing is written, where there is something to write', async () => {
    const note = 'Nothing is written: `--out v2.yaml` writes the APIRules of v2, to put in the place of these.';
    expect((await migrate([], NO_AUTH)).out).toMatch(new RegExp(`\n\n${note.replace(/[.]/g, '\\.')}\n$`));
    expect((await migrate(['--out', 'v2.yaml'], NO_AUTH)).out).not.toContain('written');
    expect((await migrate([], rule('{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {jwks_urls: ["https://idp.example.com/keys"]}}]}'))).out).not.toContain('Nothing is written');
  });

  test('--out - writes the YAML to standard output and the report to standard error', async () => {
    const { out, err } = await migrate(['-o', '-'], NO_AUTH);
    expect(parseAllDocuments(out)).toHaveLength(1);
    expect(err).toContain('1 APIRule: nothing is lost');
  });

  test('something lost makes the exit status 1, nothing to migrate 2, and so does an unknown Service', async () => {
    expect((await migrate([], rule('{path: /a, methods: [GET], accessStrategies: [{handler: cookie_session}]}'))).status).toBe(1);
    expect(await migrate([], SERVICE)).toEqual({ status: 2, out: '', err: 'error: there is no APIRule of version v1beta1 among the manifests\n' });
    expect((await migrate(['--allow-internal'], NO_AUTH.replace(SERVICE, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'))).err).toContain('Service `test/httpbin` is not among the manifests');
  });

  test('hostile text commands nothing', async () => {
    const { out } = await migrate([], NO_AUTH.replace('host: httpbin.example.com', 'host: "a\\u001b[31m.example.com"').replace('path: /.*', 'path: "/\\u001b[2J"'));
    expect(out).not.toContain('\u001b');
  });
});
