import { CheckContext } from '../../../src/checks';
import { Check } from '../../../src/checks/check';
import { addressBehindBalancer } from '../../../src/checks/policy/address-behind-balancer';
import { allowWithoutSelector } from '../../../src/checks/policy/allow-without-selector';
import { denyByPrincipalOnly } from '../../../src/checks/policy/deny-by-principal-only';
import { denyHttpOnTcp } from '../../../src/checks/policy/deny-http-on-tcp';
import { dryRun } from '../../../src/checks/policy/dry-run';
import { foreignTrustDomain } from '../../../src/checks/policy/foreign-trust-domain';
import { namespacesAtGateway } from '../../../src/checks/policy/namespaces-at-gateway';
import { outsidePrincipal } from '../../../src/checks/policy/outside-principal';
import { policyNamespace } from '../../../src/checks/policy/policy-namespace';
import { selectorWithoutPods } from '../../../src/checks/policy/selector-without-pods';
import { servicePort } from '../../../src/checks/policy/service-port';
import { targetRefs } from '../../../src/checks/policy/target-refs';
import { MeshProfile } from '../../../src/model/mesh-profile';
import { documentsOf } from '../cases';
import { all, findings, found, gateway, GATEWAY_PODS, IDENTITY, MUTUAL, pods, policy, service, TO_HTTPBIN, virtualService } from '../yaml';

const source = (fields: string) => `[{from: [{source: {${fields}}}]}]`;
const operation = (fields: string) => `[{to: [{operation: {${fields}}}]}]`;
const atGateway = (rules: string, action = 'ALLOW', namespace = 'istio-system') => policy(rules, { action, namespace, selector: GATEWAY_PODS });
const HTTP_PORT = '{name: http, port: 8000, targetPort: 8080}';
const told = (check: Check, yaml: string) => findings(check, yaml)
  .map(({ effect, cure, patch, related }) => [effect, cure, patch, related?.map(({ name }) => name)]);

describe('principals of clients outside (MTLS021)', () => {
  const outside = policy(source('principals: [partner/client]'));
  const line = 'default/p spec.rules.0.from.0.source.principals.0: principal `partner/client` in rule 1 of AuthorizationPolicy `default/p` is no workload of a mesh, and a sidecar sees only those: '
    + 'client certificates end at the gateway';

  test.each<[string, string, string[]]>([
    ['pods of a Deployment', all(pods(), outside), [line]],
    ['pods behind a Service', all(service(HTTP_PORT), outside), [line]],
    ['pods that nothing shows', outside, []],
    ['pods of another namespace', all(pods('{app: httpbin}', 'httpbin', 'other'), service(HTTP_PORT, '{app: httpbin}', 'httpbin', 'other'), outside), []],
    ['pods with other labels', all(pods('{app: x}'), outside), []],
    ['a Service without selector', all(service(HTTP_PORT, '{}'), outside), []],
    ['a workload of the mesh, wildcards, and `spiffe://`', all(pods(), policy(source('principals: [td/ns/a/sa/b, "*", "a*", "spiffe://x"], namespaces: [partner]'))), []],
    ['what only contains the name of a workload', all(pods(), policy(source('principals: [x/td/ns/a/sa/b, td/ns/a/sa/b/c]'))),
      [line.replace('partner/client', 'x/td/ns/a/sa/b'), line.replace('partner/client', 'td/ns/a/sa/b/c').replace('principals.0', 'principals.1')]],
    ['the gateway', all(gateway(), service(HTTP_PORT, '{istio: ingressgateway}', 'gw', 'istio-system'), atGateway(source('principals: [partner/client]'))), []],
    ['no selector', all(pods(), policy(source('principals: [partner/client]'), { selector: null })), []],
    ['a condition', all(pods(), policy('[{when: [{key: source.principal, notValues: [partner/client]}]}]')), [line.replace('from.0.source.principals.0', 'when.0.notValues.0')]],
    ['pods of the whole mesh, from the root namespace', all(pods('{app: httpbin}', 'a', 'other'), policy(source('principals: [partner/client]'), { namespace: 'istio-system' })),
      [line.replaceAll('default/p', 'istio-system/p')]],
    ['a Service of the whole mesh, from the root namespace', all(service(HTTP_PORT, '{app: httpbin}', 'a', 'other'), policy(source('principals: [partner/client]'), { namespace: 'istio-system' })),
      [line.replaceAll('default/p', 'istio-system/p')]],
    ['pods that are nothing but a proxy', all(pods('{app: httpbin}', 'x', 'default', 'containers: [{name: istio-proxy}]'), outside), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(outsidePrincipal, yaml)).toEqual(expected);
  });

  test('targetRefs say nothing of pods', () => {
    expect(found(outsidePrincipal, all(pods(), outside.replace('selector: {matchLabels: {app: httpbin}}', 'targetRefs: [{kind: Service, name: a}]')))).toEqual([]);
  });
});

describe('denials by principal alone (MTLS023)', () => {
  const deny = atGateway('[{}, {from: [{source: {principals: [a/b]}}]}]', 'DENY');
  const allow = atGateway(source('principals: [c]')).replace('name: p', 'name: q');

  test.each<[string, string, string[]]>([
    ['a denial and nothing else', all(gateway(MUTUAL), deny),
      ['istio-system/p spec.rules.1.from: rule 2 of AuthorizationPolicy `istio-system/p` denies by principal alone at gateway `istio-ingressgateway`']],
    ['a denial of those without principal that names one too, and so never matches', all(gateway(MUTUAL), atGateway(source('principals: [a/b], notPrincipals: ["*"]'), 'DENY')),
      ['istio-system/p spec.rules.0.from: rule 1 of AuthorizationPolicy `istio-system/p` denies by principal alone at gateway `istio-ingressgateway`']],
    ['a denial of those without principal from some addresses', all(gateway(MUTUAL), deny, atGateway(source('ipBlocks: [10.0.0.0/8], notPrincipals: ["*"]'), 'DENY').replace('name: p', 'name: q')),
      ['istio-system/p spec.rules.1.from: rule 2 of AuthorizationPolicy `istio-system/p` denies by principal alone at gateway `istio-ingressgateway`']],
    ['an ALLOW policy of the same gateway', all(gateway(MUTUAL), deny, allow), []],
    ['an ALLOW policy of other pods', all(gateway(MUTUAL), deny, policy(source('principals: [c]'), { name: 'q' })),
      ['istio-system/p spec.rules.1.from: rule 2 of AuthorizationPolicy `istio-system/p` denies by principal alone at gateway `istio-ingressgateway`']],
    ['a denial of those without principal', all(gateway(MUTUAL), deny, atGateway(source('notPrincipals: ["*"]'), 'DENY').replace('name: p', 'name: q')), []],
    ['an AUDIT policy keeps nobody out', all(gateway(MUTUAL), deny, atGateway(source('notPrincipals: ["*"]'), 'AUDIT').replace('name: p', 'name: q')),
      ['istio-system/p spec.rules.1.from: rule 2 of AuthorizationPolicy `istio-system/p` denies by principal alone at gateway `istio-ingressgateway`']],
    ['a denial of those of other namespaces, which is not about those without principal', all(gateway(MUTUAL), deny, atGateway(source('notNamespaces: [a]'), 'DENY').replace('name: p', 'name: q')),
      ['istio-system/p spec.rules.1.from: rule 2 of AuthorizationPolicy `istio-system/p` denies by principal alone at gateway `istio-ingressgateway`']],
    ['a denial from some addresses', all(gateway(MUTUAL), atGateway(source('ipBlocks: [10.0.0.0/8], principals: [a/b]'), 'DENY')),
      ['istio-system/p spec.rules.0.from: rule 1 of AuthorizationPolicy `istio-system/p` denies by principal alone at gateway `istio-ingressgateway`']],
    ['one of two gateways has an ALLOW policy of its own, which the other may not need', all(gateway(MUTUAL), pods('{istio: ingressgateway}', 'a', 'a', 'containers: [{name: istio-proxy}]'),
      pods('{istio: ingressgateway}', 'b', 'b', 'containers: [{name: istio-proxy}]'), deny, atGateway(source('principals: [c]'), 'ALLOW', 'b').replace('name: p', 'name: q')), []],
    ['a denial of everybody', all(gateway(MUTUAL), atGateway(source('principals: ["*"]'), 'DENY')), []],
    ['a denial of everybody, and of one by name', all(gateway(MUTUAL), atGateway(source('principals: ["*", a/b]'), 'DENY')), []],
    ['a denial by namespace', all(gateway(MUTUAL), atGateway(source('namespaces: [a]'), 'DENY')), []],
    ['an audit', all(gateway(MUTUAL), atGateway(source('principals: [a/b]'), 'AUDIT')), []],
    ['a workload', all(gateway(MUTUAL), pods(), policy(source('principals: [a/b]'), { action: 'DENY' })), []],
    ['no gateway at all', deny, []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(denyByPrincipalOnly, yaml)).toEqual(expected);
  });
});

describe('the rule that MTLS023 adds', () => {
  const stranger = { from: [{ source: { notPrincipals: ['*'] } }] };
  const patches = (servers: string, rules: string) => findings(denyByPrincipalOnly, all(gateway(servers), atGateway(rules, 'DENY'))).map(({ cure, patch }) => [/ with the same `to`/.test(cure), patch]);
  const added = (more = {}) => [{ op: 'add', path: '/spec/rules/-', value: { ...stranger, ...more } }];

  test.each<[string, string, string, [boolean, unknown][]]>([
    ['keeps out whoever shows no certificate', MUTUAL, source('principals: [a/b]'), [[false, added()]]],
    ['there where the principal is kept out', MUTUAL, '[{from: [{source: {principals: [a/b]}}], to: [{operation: {paths: [/x], hosts: [a.test]}}], when: [{key: connection.sni, values: [a.test]}]}]',
      [[true, added({ to: [{ operation: { paths: ['/x'], hosts: ['a.test'] } }], when: [{ key: 'connection.sni', values: ['a.test'] }] })]]],
    ['is left to a person where a TLS server asks for none', `${MUTUAL}, ${MUTUAL.replace('MUTUAL', 'SIMPLE').replace('name: https', 'name: public').replace(/hosts: \[[^\]]*\]/, 'hosts: [public.test]')}`, source('principals: [a/b]'), [[false, undefined]]],
  ])('%s', (_name, servers, rules, expected) => {
    expect(patches(servers, rules)).toEqual(expected);
  });
});

describe('namespaces at a gateway (MTLS029)', () => {
  const line = (key: string, value: string, path: string) => `istio-system/p spec.rules.0.${path}: ${key} \`${value}\` in rule 1 of AuthorizationPolicy \`istio-system/p\` `
    + 'is looked for in certificates of the clients\' own CA on port 443 (MUTUAL) of Gateway default/edge';

  test.each<[string, string, string[]]>([
    ['namespaces', all(gateway(MUTUAL), atGateway(source('namespaces: [shop]'))), [line('namespaces', 'shop', 'from.0.source.namespaces.0')]],
    ['service accounts', all(gateway(MUTUAL), atGateway(source('serviceAccounts: [shop/a]'))), [line('serviceAccounts', 'shop/a', 'from.0.source.serviceAccounts.0')]],
    ['a condition', all(gateway(MUTUAL), atGateway('[{when: [{key: source.namespace, values: [shop]}]}]')), [line('source.namespace', 'shop', 'when.0.values.0')]],
    ['spared from a denial', all(gateway(MUTUAL), atGateway(source('notNamespaces: [shop]'), 'DENY')), [line('namespaces', 'shop', 'from.0.source.notNamespaces.0')]],
    ['denied, which a client would not want', all(gateway(MUTUAL), atGateway(source('namespaces: [shop]'), 'DENY')), []],
    ['AUDIT', all(gateway(MUTUAL), atGateway(source('namespaces: [shop]'), 'AUDIT')), []],
    ['certificates of the mesh only', all(gateway(MUTUAL.replace('MUTUAL, credentialName: edge', 'ISTIO_MUTUAL')), atGateway(source('namespaces: [shop]'))), []],
    ['an optional certificate', all(gateway(MUTUAL.replace('MUTUAL', 'OPTIONAL_MUTUAL')), atGateway(source('namespaces: [shop]'))),
      [line('namespaces', 'shop', 'from.0.source.namespaces.0').replace('(MUTUAL)', '(OPTIONAL_MUTUAL)')]],
    ['plain HTTP', all(gateway(), atGateway(source('namespaces: [shop]'))), []],
    ['principals', all(gateway(MUTUAL), atGateway(source('principals: [shop]'))), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(namespacesAtGateway, yaml)).toEqual(expected);
  });

  test('the effect names the namespace', () => {
    expect(told(namespacesAtGateway, all(gateway(MUTUAL), atGateway(source('serviceAccounts: [shop/a]'))))).toEqual([
      ['a client whose certificate has a name with `/ns/shop/` in it passes for that namespace', 'name `principals`, which are compared as a whole', undefined, ['edge']],
    ]);
  });
});

describe('policies without selector (MTLS019)', () => {
  const none = (rules: string, more = {}) => policy(rules, { selector: null, ...more });
  const line = 'default/p spec: AuthorizationPolicy `default/p` has no selector, though each of its rules is about some hosts or an identity header';
  const header = '[{when: [{key: "request.headers[client-name]", values: [a]}]}]';

  test.each<[string, string, string[]]>([
    ['hosts', none(operation('hosts: [a.test]')), [line]],
    ['an identity header', all(virtualService(`[${IDENTITY}]`), none(header)), [line]],
    ['a header that no route writes', none(header), []],
    ['an identity header that must not be there', all(virtualService(`[${IDENTITY}]`), none(header.replace('values', 'notValues'))), []],
    ['hosts and methods', none(operation('methods: [GET], hosts: [a.test]')), [line]],
    ['any host', none(operation('hosts: ["*"]')), []],
    ['hosts that are left out', none(operation('notHosts: [a.test]')), []],
    ['one rule for all', none('[{to: [{operation: {hosts: [a.test]}}]}, {from: [{source: {namespaces: [a]}}]}]'), []],
    ['one operation for all', none('[{to: [{operation: {hosts: [a.test]}}, {operation: {methods: [GET]}}]}]'), []],
    ['no rules, which denies all by intent', none('[]'), []],
    ['a selector', policy(operation('hosts: [a.test]')), []],
    ['a denial', none(operation('hosts: [a.test]'), { action: 'DENY' }), []],
    ['targetRefs', none(operation('hosts: [a.test]')).replace('spec:', 'spec:\n  targetRefs: [{kind: Gateway, name: a}]'), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(allowWithoutSelector, yaml)).toEqual(expected);
  });

  const select = (text: string) => `select the pods of Service \`default/httpbin\`, to which the route leads${text}`;
  test.each<[string, string, string]>([
    ['nothing is known of a route', none(operation('hosts: [a.test]')), 'select the pods of the workload: `selector: {matchLabels: {…}}`'],
    ['the Service is not among the manifests', all(virtualService(`[${IDENTITY}]`), none(header)), select(', by the labels that the Service selects: `selector: {matchLabels: {…}}`')],
    ['the Service has no selector', all(virtualService(`[${IDENTITY}]`), service(HTTP_PORT, '{}'), none(header)), select(', by the labels that the Service selects: `selector: {matchLabels: {…}}`')],
    ['the Service is', all(virtualService(`[${IDENTITY}]`), service(HTTP_PORT), none(header)), select(': `selector: {matchLabels: {app: httpbin}}`')],
    ['by the host, in other letters and with a port', all(virtualService(`[{${TO_HTTPBIN}}]`), service(HTTP_PORT), none(operation('hosts: ["A.test", "a.test:*", "a.test:443"]'))), select(': `selector: {matchLabels: {app: httpbin}}`')],
    ['by the host with a port alone', all(virtualService(`[{${TO_HTTPBIN}}]`), none(operation('hosts: ["a.test:443"]'))), select(', by the labels that the Service selects: `selector: {matchLabels: {…}}`')],
    ['by the host with any port alone', all(virtualService(`[{${TO_HTTPBIN}}]`), none(operation('hosts: ["a.test:*"]'))), select(', by the labels that the Service selects: `selector: {matchLabels: {…}}`')],
    ['two routes of one host, in two spellings', all(virtualService(`[{${TO_HTTPBIN}}]`, { hosts: '[A.test]' }), virtualService(`[{${TO_HTTPBIN.replace('httpbin', 'other')}}]`, { name: 'w' }), none(operation('hosts: [a.test]'))),
      'write a policy for each of the Services to which the routes lead, `default/httpbin`, `default/other`, with the labels of its pods: `selector: {matchLabels: {…}}`'],
    ['a path that reads like the host of a route', all(virtualService(`[{${TO_HTTPBIN}}]`), none(operation('hosts: [b.test], paths: [a.test]'))), 'select the pods of the workload: `selector: {matchLabels: {…}}`'],
    ['a route to a host outside', all(virtualService('[{route: [{destination: {host: www.example.com}}]}]'), none(operation('hosts: [a.test]'))), 'select the pods of the workload: `selector: {matchLabels: {…}}`'],
    ['a route of the mesh only', all(virtualService(`[{${TO_HTTPBIN}}]`, { gateways: '[mesh]' }), none(operation('hosts: [a.test]'))), 'select the pods of the workload: `selector: {matchLabels: {…}}`'],
    ['a route to another namespace', all(virtualService(`[{${TO_HTTPBIN}}]`), none(operation('hosts: [a.test]'), { namespace: 'shop' })), 'select the pods of the workload: `selector: {matchLabels: {…}}`'],
    ['routes to two Services', all(virtualService(`[{${TO_HTTPBIN}}, {${TO_HTTPBIN.replace('httpbin', 'other')}}]`), none(operation('hosts: [a.test]'))),
      'write a policy for each of the Services to which the routes lead, `default/httpbin`, `default/other`, with the labels of its pods: `selector: {matchLabels: {…}}`'],
  ])('the cure: %s', (_name, yaml, cure) => {
    expect(findings(allowWithoutSelector, yaml)[0].cure).toBe(cure);
  });

  test('in the root namespace it shuts the mesh', () => {
    const effect = (namespace: string) => findings(allowWithoutSelector, none(operation('hosts: [a.test]'), { namespace }))[0].effect;
    expect(effect('istio-system')).toBe('every other pod of the mesh, gateways included, answers 403 unless another policy allows the request');
    expect(effect('shop')).toBe('every other pod of namespace `shop` answers 403 unless another policy allows the request');
  });
});

describe('selectors (MTLS020, MTLS040)', () => {
  const selects = (labels: string, namespace = 'default') => policy('[{}]', { selector: `{matchLabels: ${labels}}`, namespace });
  const without = pods('{app: httpbin}', 'httpbin', 'default', 'hostNetwork: true, containers: [{name: app}]');

  test.each<[string, string, string[]]>([
    ['a label that the pods lack', all(pods('{app: a, v: b}', 'a'), selects('{app: httpbin, x: y}')),
      ['default/p spec.selector.matchLabels: `app=httpbin,x=y` of AuthorizationPolicy `default/p` fits none of the pods of namespace `default` in these manifests']],
    ['pods without a proxy', all(without, selects('{app: httpbin}')),
      ['default/p spec.selector.matchLabels: `app=httpbin` of AuthorizationPolicy `default/p` selects pods without a proxy: `default/httpbin`']],
    ['pods of which some have a proxy', all(without, pods('{app: httpbin}', 'b'), selects('{app: httpbin}')), []],
    ['a Service that leads to such pods', all(pods('{app: a}', 'a'), service(HTTP_PORT), selects('{app: httpbin}')), []],
    ['no pods here', selects('{app: httpbin}'), []],
    ['no selector', all(pods('{app: a}', 'a'), policy('[{}]', { selector: null })), []],
    ['the root namespace', all(pods('{app: a}', 'a', 'istio-system'), selects('{app: httpbin}', 'istio-system')), []],
    ['pods of another namespace, which is a check of its own', all(pods('{app: a}', 'a'), pods('{app: httpbin}', 'b', 'shop'), selects('{app: httpbin}')), []],
    ['the gateway\'s pods', all(gateway(), pods('{istio: ingressgateway}', 'gw', 'default', 'containers: [{name: istio-proxy}]'), selects('{istio: ingressgateway}')), []],
  ])('fits no pod with a proxy: %s', (_name, yaml, expected) => {
    expect(found(selectorWithoutPods, yaml)).toEqual(expected);
  });

  test('every kind with a selector is judged, and the cure names labels that fit', () => {
    const authentication = (kind: string) => `apiVersion: security.istio.io/v1\nkind: ${kind}\nmetadata: {name: r, namespace: default}\nspec: {selector: {matchLabels: {app: x}}}`;
    const yaml = all(pods('{app: a, v: b}', 'a'), authentication('RequestAuthentication'), authentication('PeerAuthentication'));
    expect(findings(selectorWithoutPods, yaml).map(({ object, effect, cure }) => [object.kind, effect, cure])).toEqual([
      ['RequestAuthentication', 'nothing is enforced by it, unless there are other pods', 'use labels that the pods have: those of `a` are `selector: {matchLabels: {app: a, v: b}}`'],
      ['PeerAuthentication', 'nothing is enforced by it, unless there are other pods', 'use labels that the pods have: those of `a` are `selector: {matchLabels: {app: a, v: b}}`'],
    ]);
    expect(findings(selectorWithoutPods, all(without, selects('{app: httpbin}')))[0])
      .toMatchObject({ effect: 'nothing is enforced by it', cure: 'let Istio inject its sidecar, for instance by the label `istio-injection: enabled` of the namespace' });
  });

  test.each<[string, string, string]>([
    ['the pods whose name the selector has, not others', all(pods('{app: httpbin}', 'a-first'), pods('{kyma/function: function}', 'function'), selects('{app: function}')),
      'those of `function` are `selector: {matchLabels: {kyma/function: function}}`'],
    ['the labels of their Service, which stay from version to version', all(pods('{app: a, version: "1"}', 'a'), service(HTTP_PORT, '{app: a}', 'a'), selects('{app: x}')),
      'those of `a` are `selector: {matchLabels: {app: a}}`'],
    ['not those of a Service of another namespace, nor of one that selects nothing', all(pods('{app: a, version: "1"}', 'a'), service(HTTP_PORT, '{app: a}', 'a', 'other'), service(HTTP_PORT, '{}', 'b'), selects('{app: x}')),
      'those of `a` are `selector: {matchLabels: {app: a, version: "1"}}`'],
    ['values that YAML would read as something else are quoted', all(pods('{a: "true", b: "No", c: "1.5", d: x_y/z.1, e: "", f: on-call}', 'a'), selects('{app: x}')),
      'those of `a` are `selector: {matchLabels: {a: "true", b: "No", c: "1.5", d: x_y/z.1, e: "", f: on-call}}`'],
    ['three at most', all(pods('{app: a}', 'a'), pods('{app: b}', 'b'), pods('{app: c}', 'c'), pods('{app: d}', 'd'), selects('{app: x}')),
      ['a', 'b', 'c'].map((name) => `those of \`${name}\` are \`selector: {matchLabels: {app: ${name}}}\``).join(', ')],
  ])('the cure names labels: %s', (_name, yaml, cure) => {
    expect(findings(selectorWithoutPods, yaml)[0].cure).toBe(`use labels that the pods have: ${cure}`);
  });

  test.each<[string, string, string[]]>([
    ['the gateway\'s pods, selected in the Gateway\'s namespace', all(gateway(), selects('{istio: ingressgateway}')),
      ['default/p metadata.namespace: AuthorizationPolicy `default/p` selects what fits `istio-system/istio-ingressgateway`, in another namespace']],
    ['pods of another namespace', all(pods('{app: httpbin}', 'b', 'shop'), selects('{app: httpbin}')),
      ['default/p metadata.namespace: AuthorizationPolicy `default/p` selects what fits `shop/b`, in another namespace']],
    ['gateway pods with labels of their own, of which nothing tells where they run', all(gateway(MUTUAL).replace('istio: ingressgateway', 'istio: mine'), selects('{istio: mine}', 'edge')), []],
    ['pods of two other namespaces', all(pods('{app: httpbin}', 'b', 'shop'), pods('{app: httpbin}', 'b', 'more'), selects('{app: httpbin}')), []],
    ['pods of the own namespace too', all(pods(), pods('{app: httpbin}', 'b', 'shop'), selects('{app: httpbin}')), []],
    ['a Service of the own namespace', all(service(HTTP_PORT), pods('{app: httpbin}', 'b', 'shop'), selects('{app: httpbin}')), []],
    ['the root namespace', all(pods('{app: httpbin}', 'b', 'shop'), selects('{app: httpbin}', 'istio-system')), []],
    ['no selector', all(pods('{app: httpbin}', 'b', 'shop'), policy('[{}]', { selector: null })), []],
    ['the gateway\'s own namespace', all(gateway(), selects('{istio: ingressgateway}', 'istio-system')), []],
  ])('in another namespace: %s', (_name, yaml, expected) => {
    expect(found(policyNamespace, yaml)).toEqual(expected);
  });

  test('the patch moves the policy', () => {
    expect(told(policyNamespace, all(pods('{app: httpbin}', 'b', 'shop'), selects('{app: httpbin}')))).toEqual([[
      'nothing is enforced on those pods: a policy applies in its own namespace, and only those of `istio-system` everywhere', 'move it to namespace `shop`',
      [{ op: 'add', path: '/metadata/namespace', value: 'shop' }], undefined,
    ]]);
  });
});

describe('ports of Services (MTLS026)', () => {
  const at = (port: string, more = '') => policy(operation(`ports: ["${port}"${more}]`), { action: 'DENY' });
  const to = (targetPort: string, port = 80) => service(`{name: http, port: ${port}, targetPort: ${targetPort}}`);
  const line = 'default/p spec.rules.0.to.0.operation.ports.0: port `80` in rule 1 of AuthorizationPolicy `default/p` is that of Service `default/httpbin`, whose pods listen on 8080';
  const gatewayService = service('{name: http, port: 80, targetPort: 8080}', '{istio: ingressgateway}', 'gw', 'istio-system');

  test.each<[string, string, string[]]>([
    ['the port of a Service', all(to('8080'), at('80')), [line]],
    ['the second port of a Service', all(service('{name: a, port: 80, targetPort: 8080}, {name: b, port: 81, targetPort: 8081}'), at('81')), [line.replace('`80`', '`81`').replace('8080', '8081')]],
    ['both ports, in rules of their own', all(to('8080'), policy('[{to: [{operation: {ports: ["80"]}}]}, {to: [{operation: {ports: ["8080"]}}]}]', { action: 'DENY' })), [line]],
    ['a port that is none of the Service', all(to('8080'), at('9999')), []],
    ['a named target port', all(to('web'), pods('{app: httpbin}', 'a', 'default', 'containers: [{name: a, ports: [{name: web, containerPort: 8080}]}]'), at('80')), [line]],
    ['a condition', all(to('8080'), policy('[{when: [{key: destination.port, values: ["80"]}]}]', { action: 'DENY' })), [line.replace('to.0.operation.ports.0', 'when.0.values.0')]],
    ['a gateway whose Service is here', all(gateway(), gatewayService, atGateway(operation('ports: ["80"]'), 'DENY')),
      [line.replaceAll('default/p', 'istio-system/p').replace('default/httpbin', 'istio-system/gw')]],
    ['a gateway whose Service is not', all(gateway(), atGateway(operation('ports: ["80"]'), 'DENY')), []],
    ['a named target port of unknown pods', all(to('web'), at('80')), []],
    ['both ports', all(to('8080'), at('80', ', "8080"')), []],
    ['the pods\' port', all(to('8080'), at('8080')), []],
    ['a port that is both', all(service('{name: a, port: 80, targetPort: 8080}, {name: b, port: 81, targetPort: 80}'), at('80')), []],
    ['the same port', all(to('80'), at('80')), []],
    ['no selector', all(to('8080'), policy(operation('ports: ["80"]'), { action: 'DENY', selector: null })), []],
    ['no ports', all(to('8080'), policy(operation('methods: [GET]'))), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(servicePort, yaml)).toEqual(expected);
  });

  test('the patch writes the pods\' port', () => {
    expect(told(servicePort, all(to('8080'), at('80')))).toEqual([
      ['it never matches, so nobody is denied by it', 'write `"8080"`', [{ op: 'replace', path: '/spec/rules/0/to/0/operation/ports/0', value: '8080' }], undefined],
    ]);
  });
});

describe('addresses behind a load balancer (MTLS027)', () => {
  const rules = source('ipBlocks: [1.2.3.0/24]');
  const balancer = (more: string, selector = '{istio: ingressgateway}', namespace = 'istio-system') => service(HTTP_PORT, selector, 'lb', namespace, `, ${more}`);
  const line = 'istio-system/p spec.rules.0.from.0.source.ipBlocks.0: ipBlocks `1.2.3.0/24` in rule 1 of AuthorizationPolicy `istio-system/p` is compared with the peer of the connection, '
    + 'and Service `istio-system/lb` puts the address of a node in its place';

  test.each<[string, string, string[]]>([
    ['a load balancer', all(gateway(), balancer('type: LoadBalancer'), atGateway(rules)), [line]],
    ['a node port', all(gateway(), balancer('type: NodePort, externalTrafficPolicy: Cluster'), atGateway(rules)), [line]],
    ['a condition', all(gateway(), balancer('type: LoadBalancer'), atGateway('[{when: [{key: source.ip, values: [1.2.3.0/24]}]}]')),
      [line.replace('from.0.source.ipBlocks.0: ipBlocks', 'when.0.values.0: source.ip')]],
    ['a load balancer that keeps addresses', all(gateway(), balancer('type: LoadBalancer, externalTrafficPolicy: Local'), atGateway(rules)), []],
    ['a Service inside', all(gateway(), balancer('type: ClusterIP'), atGateway(rules)), []],
    ['a Service of another gateway', all(gateway(), balancer('type: LoadBalancer', '{istio: other}'), atGateway(rules)), []],
    ['a Service of another namespace', all(gateway(), balancer('type: LoadBalancer', '{istio: ingressgateway}', 'shop'), atGateway(rules)), []],
    ['a Service without selector', all(gateway(), balancer('type: LoadBalancer', '{}'), atGateway(rules)), []],
    ['no Service', all(gateway(), atGateway(rules)), []],
    ['a Service of one of two gateways', all(gateway(), pods('{istio: ingressgateway}', 'a', 'istio-system', 'containers: [{name: istio-proxy}]'),
      pods('{istio: ingressgateway}', 'b', 'b', 'containers: [{name: istio-proxy}]'), balancer('type: LoadBalancer'), atGateway(rules)), [line]],
    ['remoteIpBlocks', all(gateway(), balancer('type: LoadBalancer'), atGateway(source('remoteIpBlocks: [1.2.3.0/24]'))), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(addressBehindBalancer, yaml)).toEqual(expected);
  });

  test('the Service is named beside', () => {
    expect(told(addressBehindBalancer, all(gateway(), balancer('type: LoadBalancer'), atGateway(rules)))).toEqual([[
      'the rule matches every client or none', 'set `externalTrafficPolicy: Local` of the Service, or use `remoteIpBlocks` with `numTrustedProxies`', undefined, ['lb'],
    ]]);
  });
});

describe('targetRefs (MTLS039)', () => {
  const refers = (refs: string, namespace = 'default') => `apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: p, namespace: ${namespace}}\nspec: {${refs}, rules: [{}]}`;
  const modern = (namespace: string) => `apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: ${namespace}}`;
  const reference = '{group: gateway.networking.k8s.io, kind: Gateway, name: edge}';

  test.each<[string, string, string[]]>([
    ['a classic Gateway', all(gateway(), refers(`targetRefs: [{kind: Service, name: a}, ${reference}]`)),
      ['default/p spec.targetRefs.1: AuthorizationPolicy `default/p` names Gateway `edge` in `targetRefs`, and there is only one of `networking.istio.io` of that name']],
    ['a single reference', all(gateway(), refers(`targetRef: ${reference}`)),
      ['default/p spec.targetRef: AuthorizationPolicy `default/p` names Gateway `edge` in `targetRef`, and there is only one of `networking.istio.io` of that name']],
    ['a Gateway of the Gateway API beside it', all(gateway(), modern('default'), refers(`targetRefs: [${reference}]`)), []],
    ['one in another namespace, which cannot be meant', all(gateway(), modern('shop'), refers(`targetRefs: [${reference}]`)),
      ['default/p spec.targetRefs.0: AuthorizationPolicy `default/p` names Gateway `edge` in `targetRefs`, and there is only one of `networking.istio.io` of that name']],
    ['no Gateway of that name', all(gateway(undefined, 'x'), refers(`targetRefs: [${reference}]`)), []],
    ['no name', all(gateway(), refers('targetRefs: [{kind: Gateway}]')), []],
    ['a Service of that name', all(gateway(), refers('targetRefs: [{kind: Service, name: edge}]')), []],
    ['the second of two Gateways, beside other objects of the Gateway API', all(gateway(undefined, 'x'), gateway(), modern('default').replace('kind: Gateway', 'kind: HTTPRoute'), modern('default').replace('name: edge', 'name: x'),
      refers(`targetRefs: [${reference}]`)), ['default/p spec.targetRefs.0: AuthorizationPolicy `default/p` names Gateway `edge` in `targetRefs`, and there is only one of `networking.istio.io` of that name']],
    ['the Gateway of the Kyma module, which is not among the manifests', all(virtualService(`[{${TO_HTTPBIN}}]`, { gateways: '[kyma-system/kyma-gateway]' }), refers('targetRefs: [{kind: Gateway, name: kyma-gateway}]')), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(targetRefs, yaml)).toEqual(expected);
  });
});

describe('dry runs (MTLS041)', () => {
  test.each([['"true"', 1], ['"True"', 1], ['"1"', 1], ['"false"', 0], ['"yes"', 0]])('annotation %s', (value, count) => {
    const yaml = policy('[{}]', { annotations: `{istio.io/dry-run: ${value}}` });
    expect(found(dryRun, yaml)).toEqual(count === 0 ? [] : ['default/p metadata.annotations.istio.io/dry-run: AuthorizationPolicy `default/p` is a dry run by its annotation `istio.io/dry-run`']);
  });

  test('the patch removes it', () => {
    expect(findings(dryRun, policy('[{}]', { annotations: '{istio.io/dry-run: "true"}' }))[0].patch).toEqual([{ op: 'remove', path: '/metadata/annotations/istio.io~1dry-run' }]);
  });
});

describe('foreign trust domains (MTLS044)', () => {
  const mesh = (settings: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata: {mesh: "${settings}"}`;
  const foreign = policy(source('principals: [old.test/ns/a/sa/b]'));
  const line = 'default/p spec.rules.0.from.0.source.principals.0: principal `old.test/ns/a/sa/b` in rule 1 of AuthorizationPolicy `default/p` is of trust domain `old.test`, and the mesh knows only `new.test`, `cluster.local`';

  test.each<[string, string, string[]]>([
    ['another domain', all(mesh('trustDomain: new.test'), pods(), foreign), [line]],
    ['an alias', all(mesh('{trustDomain: new.test, trustDomainAliases: [old.test]}'), pods(), foreign), []],
    ['the own domain', all(mesh('trustDomain: old.test'), pods(), foreign), []],
    ['cluster.local', all(mesh('trustDomain: new.test'), pods(), policy(source('principals: [cluster.local/ns/a/sa/b, "*/ns/a/sa/b", x]'))), []],
    ['settings that come after others of other kinds', all('apiVersion: v1\nkind: Service\nmetadata: {name: istio, namespace: istio-system}\nspec: {ports: []}',
      'apiVersion: example.com/v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}', mesh('trustDomain: new.test').replace('name: istio,', 'name: other,'), mesh('trustDomain: new.test'), pods(), foreign), [line]],
    ['what only contains the name of a workload', all(mesh('trustDomain: new.test'), pods(), policy(source('principals: [x/old.test/ns/a/sa/b, old.test/ns/a/sa/b/c, "old*/ns/a/sa/b"]'))), []],
    ['settings of another name', all(mesh('trustDomain: new.test').replace('name: istio,', 'name: other,'), pods(), foreign), []],
    ['settings of another namespace', all(mesh('trustDomain: new.test').replace('namespace: istio-system', 'namespace: shop'), pods(), foreign), []],
    ['settings that do not name it', all(mesh('rootNamespace: istio-system'), pods(), foreign), []],
    ['settings without text', all(mesh('').replace('data: {mesh: ""}', 'data: {}'), pods(), foreign), []],
    ['no settings', all(pods(), foreign), []],
    ['a gateway, which may accept outside certificates', all(mesh('trustDomain: new.test'), gateway(MUTUAL), atGateway(source('principals: [old.test/ns/a/sa/b]'))), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(foreignTrustDomain, yaml)).toEqual(expected);
  });
});

test('a trust domain that is given counts like one that is written (MTLS044)', () => {
  const yaml = all(pods(), policy(source('principals: [old.test/ns/a/sa/b]')));
  const count = (trustDomain: string) => (
    foreignTrustDomain.find(new CheckContext(documentsOf(yaml), { mesh: MeshProfile.ISTIO }, { trustDomain })).length);
  expect([count('new.test'), count('old.test'), count('cluster.local')]).toEqual([1, 0, 0]);
});

describe('HTTP conditions on TCP ports (MTLS078)', () => {
  const deny = (rules: string) => policy(rules, { action: 'DENY' });
  const paths = operation('paths: [/a]');
  const tcp = service('{name: tcp-a, port: 9000, targetPort: 9001}');
  const line = 'default/p spec.rules.0: rule 1 of AuthorizationPolicy `default/p` has `paths`, which does not exist on TCP port 9000 of Service `default/httpbin`';
  const passthrough = '{hosts: ["a.test"], port: {name: tls, number: 443, protocol: TLS}, tls: {mode: PASSTHROUGH}}';
  const plainTcp = '{hosts: ["*"], port: {name: tcp, number: 9000, protocol: TCP}}';

  test.each<[string, string, string[]]>([
    ['a TCP port', all(tcp, deny(paths)), [line]],
    ['by protocol', all(service('{name: x, appProtocol: tcp, port: 9000, targetPort: 9001}'), deny(paths)), [line]],
    ['a header condition', all(tcp, deny('[{when: [{key: "request.headers[a]", values: [b]}]}]')), [line.replace('`paths`', '`request.headers[a]`')]],
    ['a request principal beside a principal', all(tcp, deny(source('principals: [a], notRequestPrincipals: ["*"]'))), [line.replace('`paths`', '`requestPrincipals`')]],
    ['the port that it names', all(tcp, deny(operation('paths: [/a], ports: ["9001"]'))), [line]],
    ['another port', all(tcp, deny(operation('paths: [/a], ports: ["8080"]'))), []],
    ['all but that port', all(tcp, deny(operation('paths: [/a], notPorts: ["9001"]'))), []],
    ['another port by condition', all(tcp, deny('[{to: [{operation: {paths: [/a]}}], when: [{key: destination.port, values: ["8080"]}]}]')), []],
    ['a named target port, which cannot be told', all(service('{name: tcp-a, port: 9000, targetPort: db}'), deny(operation('paths: [/a], ports: ["9001"]'))), []],
    ['a named target port and no ports', all(service('{name: tcp-a, port: 9000, targetPort: db}'), deny(paths)), [line]],
    ['pods without a proxy', all(tcp, pods('{app: httpbin}', 'a', 'default', 'hostNetwork: true, containers: [{name: a}]'), deny(paths)), []],
    ['pods with a proxy', all(tcp, pods(), deny(paths)), [line]],
    ['an HTTP port', all(service(HTTP_PORT), deny(paths)), []],
    ['no HTTP condition', all(tcp, deny(source('principals: [a]'))), []],
    ['ALLOW', all(tcp, policy(paths)), []],
    ['a passthrough server', all(gateway(passthrough), atGateway(paths, 'DENY')),
      ['istio-system/p spec.rules.0: rule 1 of AuthorizationPolicy `istio-system/p` has `paths`, which does not exist on port 443 (PASSTHROUGH) of Gateway default/edge']],
    ['the ports that a gateway has by one chart, which may be another\'s', all(gateway(passthrough), atGateway(operation('paths: [/a], ports: ["8443"]'), 'DENY')), []],
    ['the ports that a gateway has by any chart', all(gateway(passthrough), atGateway(operation('paths: [/a], ports: ["443", "8443"]'), 'DENY')),
      ['istio-system/p spec.rules.0: rule 1 of AuthorizationPolicy `istio-system/p` has `paths`, which does not exist on port 443 (PASSTHROUGH) of Gateway default/edge']],
    ['a passthrough server whose names are spared', all(gateway(passthrough), atGateway('[{to: [{operation: {paths: [/a]}}], when: [{key: connection.sni, notValues: [a.test, b.test]}]}]', 'DENY')), []],
    ['a passthrough server of which a wildcard is spared', all(gateway(passthrough), atGateway('[{to: [{operation: {paths: [/a]}}], when: [{key: connection.sni, notValues: ["*.test"]}]}]', 'DENY')), []],
    ['a passthrough server of which some names are spared', all(gateway(passthrough.replace('"a.test"', '"a.test", "*.b.test"')),
      atGateway('[{to: [{operation: {paths: [/a]}}], when: [{key: connection.sni, notValues: [a.test, x.b.test]}]}]', 'DENY')),
    ['istio-system/p spec.rules.0: rule 1 of AuthorizationPolicy `istio-system/p` has `paths`, which does not exist on port 443 (PASSTHROUGH) of Gateway default/edge']],
    ['another server name', all(gateway(passthrough), atGateway('[{to: [{operation: {paths: [/a]}}], when: [{key: connection.sni, values: [c.test]}]}]', 'DENY')), []],
    ['its server name', all(gateway(passthrough), atGateway('[{to: [{operation: {paths: [/a]}}], when: [{key: connection.sni, values: [c.test, "*.test"]}]}]', 'DENY')),
      ['istio-system/p spec.rules.0: rule 1 of AuthorizationPolicy `istio-system/p` has `paths`, which does not exist on port 443 (PASSTHROUGH) of Gateway default/edge']],
    ['a server name, where no connection has one', all(gateway(plainTcp), atGateway('[{to: [{operation: {paths: [/a]}}], when: [{key: connection.sni, values: [a.test, "*.test", "*"]}]}]', 'DENY')), []],
    ['all server names but some, where no connection has one', all(gateway(plainTcp), atGateway('[{to: [{operation: {paths: [/a]}}], when: [{key: connection.sni, notValues: [a.test, "*.test", "*"]}]}]', 'DENY')),
      ['istio-system/p spec.rules.0: rule 1 of AuthorizationPolicy `istio-system/p` has `paths`, which does not exist on port 9000 (TCP) of Gateway default/edge']],
    ['a TCP server without TLS', all(gateway(plainTcp), atGateway(paths, 'DENY')),
      ['istio-system/p spec.rules.0: rule 1 of AuthorizationPolicy `istio-system/p` has `paths`, which does not exist on port 9000 (TCP) of Gateway default/edge']],
    ['identities, which nobody shows in what is passed through', all(gateway(passthrough), atGateway('[{from: [{source: {principals: [a]}}], to: [{operation: {paths: [/a]}}]}]', 'DENY')), []],
    ['those without an identity', all(gateway(passthrough), atGateway('[{from: [{source: {notPrincipals: [a]}}], to: [{operation: {paths: [/a]}}]}]', 'DENY')),
      ['istio-system/p spec.rules.0: rule 1 of AuthorizationPolicy `istio-system/p` has `paths`, which does not exist on port 443 (PASSTHROUGH) of Gateway default/edge']],
    ['identities at a TCP server that demands certificates', all(gateway(passthrough.replace('PASSTHROUGH', 'MUTUAL, credentialName: edge')),
      atGateway('[{from: [{source: {principals: [a]}}], to: [{operation: {paths: [/a]}}]}]', 'DENY')),
    ['istio-system/p spec.rules.0: rule 1 of AuthorizationPolicy `istio-system/p` has `paths`, which does not exist on port 443 (MUTUAL) of Gateway default/edge']],
    ['the port of a gateway that is known', all(gateway(passthrough), pods('{istio: ingressgateway}', 'gw', 'istio-system', 'containers: [{name: istio-proxy}]'),
      atGateway(operation('paths: [/a], ports: ["443"]'), 'DENY')),
    ['istio-system/p spec.rules.0: rule 1 of AuthorizationPolicy `istio-system/p` has `paths`, which does not exist on port 443 (PASSTHROUGH) of Gateway default/edge']],
    ['the gateway\'s HTTP servers, and its Service with a port named https', all(gateway(MUTUAL), service('{name: https, port: 443, targetPort: 8443}', '{istio: ingressgateway}', 'gw', 'istio-system'),
      atGateway(paths, 'DENY')), []],
    ['no selector', all(tcp, policy(paths, { action: 'DENY', selector: null })), [line]],
    ['that port by one of two operations', all(tcp, deny('[{to: [{operation: {paths: [/a], ports: ["8080"]}}, {operation: {paths: [/a], ports: ["9001"]}}]}]')), [line]],
    ['pods of which some have a proxy', all(tcp, pods('{app: httpbin}', 'a', 'default', 'hostNetwork: true, containers: [{name: a}]'), pods(), deny(paths)), [line]],
    ['other pods without a proxy', all(tcp, pods('{app: other}', 'a', 'default', 'hostNetwork: true, containers: [{name: a}]'), deny(paths)), [line]],
    ['identities beside addresses, where nobody shows one', all(gateway(passthrough), atGateway('[{from: [{source: {ipBlocks: [10.0.0.1], principals: [a]}}], to: [{operation: {paths: [/a]}}]}]', 'DENY')), []],
    ['one of two sources without an identity', all(gateway(passthrough), atGateway('[{from: [{source: {principals: [a]}}, {source: {ipBlocks: [10.0.0.1]}}], to: [{operation: {paths: [/a]}}]}]', 'DENY')),
      ['istio-system/p spec.rules.0: rule 1 of AuthorizationPolicy `istio-system/p` has `paths`, which does not exist on port 443 (PASSTHROUGH) of Gateway default/edge']],
    ['another condition than the server name', all(gateway(passthrough), atGateway('[{to: [{operation: {paths: [/a]}}], when: [{key: source.ip, values: [10.0.0.1]}]}]', 'DENY')),
      ['istio-system/p spec.rules.0: rule 1 of AuthorizationPolicy `istio-system/p` has `paths`, which does not exist on port 443 (PASSTHROUGH) of Gateway default/edge']],
    ['a server name that is bound to a namespace', all(gateway(passthrough.replace('"a.test"', '"./a.test"')), atGateway('[{to: [{operation: {paths: [/a]}}], when: [{key: connection.sni, notValues: [a.test]}]}]', 'DENY')), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(denyHttpOnTcp, yaml)).toEqual(expected);
  });
});
