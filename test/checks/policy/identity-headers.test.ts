import { gatewayHeader } from '../../../src/checks/policy/gateway-header';
import { inMeshHeader } from '../../../src/checks/policy/in-mesh-header';
import { subjectSpelling } from '../../../src/checks/policy/subject-spelling';
import { wideWildcard } from '../../../src/checks/policy/wide-wildcard';
import { MeshProfile } from '../../../src/model/mesh-profile';
import { all, findings, found, gateway, GATEWAY_PODS, IDENTITY, MUTUAL, pods, policy, TO_HTTPBIN, virtualService } from '../yaml';

const asks = (value = 'CN=a', more = '', header = 'Client-Name') => `[{${more}when: [{key: "request.headers[${header}]", values: ["${value}"]}]}]`;
const IDENTITY_ROUTE = virtualService(`[${IDENTITY}]`);
const header = (operator: string, name = 'Client-Name') => virtualService(`[{headers: {request: {remove: [${name}], set: {${name}: "${operator}"}}}, ${TO_HTTPBIN}}]`);

describe('a header policy at the gateway (MTLS015)', () => {
  const at = (rules: string, action = 'ALLOW') => policy(rules, { action, selector: GATEWAY_PODS, namespace: 'istio-system' });
  const line = 'istio-system/p spec.rules.0.when.0.key: rule 1 of AuthorizationPolicy `istio-system/p` asks for `request.headers[Client-Name]` at gateway `istio-system/istio-ingressgateway`, '
    + 'which writes that header only after its policies';

  test.each<[string, string, string[]]>([
    ['the gateway\'s pods', all(gateway(MUTUAL), IDENTITY_ROUTE, at(asks())), [line]],
    ['in other letter case', all(gateway(MUTUAL), IDENTITY_ROUTE, at(asks('CN=a', '', 'client-NAME'))), [line.replace('Client-Name', 'client-NAME')]],
    ['the whole mesh', all(gateway(MUTUAL), IDENTITY_ROUTE, policy(asks(), { selector: null, namespace: 'istio-system' })), [line]],
    ['the workload', all(gateway(MUTUAL), IDENTITY_ROUTE, policy(asks())), []],
    ['another header', all(gateway(MUTUAL), IDENTITY_ROUTE, at(asks('a', '', 'x-role'))), []],
    ['a header that a route sets to a constant', all(gateway(MUTUAL), header('constant'), at(asks())), []],
    ['another condition', all(gateway(MUTUAL), IDENTITY_ROUTE, at('[{when: [{key: source.ip, values: [1.1.1.1]}]}]')), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(gatewayHeader, yaml)).toEqual(expected);
  });

  test('what happens depends on the action', () => {
    const effects = (action: string) => findings(gatewayHeader, all(gateway(MUTUAL), IDENTITY_ROUTE, at(asks(), action)))
      .map(({ effect, related }) => [effect, related?.map(({ name }) => name)]);
    expect(effects('ALLOW')).toEqual([['the policy reads what the client sent: a forged header gets in, and the right clients get 403', ['v']]]);
    expect(effects('DENY')).toEqual([['the policy reads what the client sent, so a client decides itself whether it is denied', ['v']]]);
  });
});

describe('an identity header from anybody (MTLS016)', () => {
  const line = 'default/p spec.rules.0.from: rule 1 of AuthorizationPolicy `default/p` trusts `request.headers[Client-Name]` from any source';
  const from = (fields: string) => asks('CN=a', `from: [${fields}], `);

  test.each<[string, string, string[]]>([
    ['no source', all(IDENTITY_ROUTE, policy(asks())), [line]],
    ['any principal', all(IDENTITY_ROUTE, policy(from('{source: {principals: ["*"]}}'))), [line]],
    ['any principal, and one by name', all(IDENTITY_ROUTE, policy(from('{source: {principals: ["*", a]}}'))), [line]],
    ['a token only', all(IDENTITY_ROUTE, policy(from('{source: {requestPrincipals: ["*"]}}'))), [line]],
    ['one of two sources open', all(IDENTITY_ROUTE, policy(from('{source: {principals: [a]}}, {source: {requestPrincipals: ["*"]}}'))), [line]],
    ['the root namespace, wherever the route leads', all(virtualService(`[${IDENTITY}]`, { namespace: 'shop' }), policy(asks(), { namespace: 'istio-system' })), [line.replaceAll('default/p', 'istio-system/p')]],
    ['a principal', all(IDENTITY_ROUTE, policy(from('{source: {principals: [a]}}'))), []],
    ['any principal but some', all(IDENTITY_ROUTE, policy(from('{source: {principals: ["*"], notPrincipals: [a]}}'))), []],
    ['a principal with any token', all(IDENTITY_ROUTE, policy(from('{source: {requestPrincipals: ["*"], principals: [a]}}'))), []],
    ['a namespace', all(IDENTITY_ROUTE, policy(from('{source: {namespaces: [istio-system]}}'))), []],
    ['an address', all(IDENTITY_ROUTE, policy(from('{source: {ipBlocks: [10.0.0.1]}}'))), []],
    ['a condition on the principal', all(IDENTITY_ROUTE, policy('[{when: [{key: source.principal, values: [a]}, {key: "request.headers[Client-Name]", values: [b]}]}]')), []],
    ['a condition on any principal', all(IDENTITY_ROUTE, policy('[{when: [{key: source.principal, values: ["*"]}, {key: "request.headers[Client-Name]", values: [b]}]}]')), [line]],
    ['a header that must not be there', all(IDENTITY_ROUTE, policy(asks().replace('values', 'notValues'))), []],
    ['a header that no route writes', policy(asks()), []],
    ['a route to another namespace', all(virtualService(`[${IDENTITY}]`, { namespace: 'shop' }), policy(asks())), []],
    ['a denial', all(IDENTITY_ROUTE, policy(asks(), { action: 'DENY' })), []],
    ['a policy at the gateway, which is a trap of its own', all(gateway(MUTUAL), IDENTITY_ROUTE, policy(asks(), { selector: GATEWAY_PODS, namespace: 'istio-system' })), []],
    ['the whole mesh, which workloads are part of', all(gateway(MUTUAL), IDENTITY_ROUTE, policy(asks(), { selector: null, namespace: 'istio-system' })), [line.replaceAll('default/p', 'istio-system/p')]],
    ['targetRefs', all(IDENTITY_ROUTE, policy(asks()).replace('selector: {matchLabels: {app: httpbin}}', 'targetRefs: [{kind: Service, name: a}]')), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(inMeshHeader, yaml)).toEqual(expected);
  });

  test('a route of a destination counts too', () => {
    const route = virtualService('[{route: [{destination: {host: httpbin}, headers: {request: {add: {Client-Name: "%DOWNSTREAM_PEER_SUBJECT%"}}}}]}]');
    expect(found(inMeshHeader, all(route, policy(asks())))).toEqual([line]);
  });

  test('three of the routes are named beside', () => {
    const routes = ['a', 'b', 'c', 'd'].map((name) => virtualService(`[${IDENTITY}]`, { name, hosts: `[${name}.test]` }));
    expect(findings(inMeshHeader, all(...routes, policy(asks())))[0].related!.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  const gatewayPods = (namespace: string) => pods('{istio: ingressgateway}', 'edge', namespace, 'serviceAccountName: edge-account, containers: [{name: istio-proxy}]');
  const admit = (...accounts: string[]) => `admit the gateway only, as in \`from: [{source: {principals: [${accounts.map((account) => `cluster.local/ns/${account}`).join(', ')}]}}]\``;
  test.each<[string, string, string, unknown]>([
    ['no Gateway is known: that of istioctl', all(IDENTITY_ROUTE, policy(asks())), admit('istio-system/sa/istio-ingressgateway-service-account'), undefined],
    ['a Gateway whose pods are not known', all(gateway(MUTUAL), IDENTITY_ROUTE, policy(asks())), admit('istio-system/sa/istio-ingressgateway-service-account'), undefined],
    ['pods that are known', all(gateway(MUTUAL), gatewayPods('edge'), IDENTITY_ROUTE, policy(asks())), admit('edge/sa/edge-account'),
      [{ op: 'add', path: '/spec/rules/0/from', value: [{ source: { principals: ['cluster.local/ns/edge/sa/edge-account'] } }] }]],
    ['two gateways', all(gateway(MUTUAL), gatewayPods('edge'), gatewayPods('b'), IDENTITY_ROUTE, policy(asks())), admit('b/sa/edge-account', 'edge/sa/edge-account'),
      [{ op: 'add', path: '/spec/rules/0/from', value: [{ source: { principals: ['cluster.local/ns/b/sa/edge-account', 'cluster.local/ns/edge/sa/edge-account'] } }] }]],
    ['a gateway that does not serve the route is not admitted', all(gateway(MUTUAL), gatewayPods('edge'), gateway(MUTUAL, 'other').replace('istio: ingressgateway', 'app: other'),
      pods('{app: other}', 'other', 'b', 'serviceAccountName: other, containers: [{name: istio-proxy}]'), IDENTITY_ROUTE, policy(asks())), admit('edge/sa/edge-account'),
    [{ op: 'add', path: '/spec/rules/0/from', value: [{ source: { principals: ['cluster.local/ns/edge/sa/edge-account'] } }] }]],
    ['one of two gateways is not known', all(gateway(MUTUAL), gatewayPods('edge'), gateway(MUTUAL, 'other').replace('istio: ingressgateway', 'app: other'), IDENTITY_ROUTE.replace('[edge]', '[edge, other]'), policy(asks())),
      admit('edge/sa/edge-account', 'istio-system/sa/istio-ingressgateway-service-account'), undefined],
    ['sources that are there already', all(gateway(MUTUAL), gatewayPods('edge'), IDENTITY_ROUTE, policy(from('{source: {requestPrincipals: ["*"]}}'))), admit('edge/sa/edge-account'), undefined],
  ])('the cure names the accounts of the gateways, as a patch where they are certain: %s', (_name, yaml, cure, patch) => {
    expect(findings(inMeshHeader, yaml).map((finding) => [finding.cure, finding.patch])).toEqual([[cure, patch]]);
  });

  test('no account is made up for the gateways of Alibaba Cloud Service Mesh, which documents none', () => {
    expect(findings(inMeshHeader, all(IDENTITY_ROUTE, policy(asks())), { mesh: MeshProfile.ASM }).map(({ cure, patch }) => [cure, patch]))
      .toEqual([['admit the gateway only, as in `from: [{source: {principals: [cluster.local/ns/istio-system/sa/<ServiceAccount of the gateway\'s pods>]}}]`', undefined]]);
  });

  test('every rule is judged', () => {
    expect(findings(inMeshHeader, all(IDENTITY_ROUTE, policy(`[{}, ${asks().slice(1, -1)}]`))).map(({ path }) => path)).toEqual([['spec', 'rules', 1, 'from']]);
  });
});

describe('the spelling of subjects (MTLS017)', () => {
  const take = 'take the name from the certificate: `openssl x509 -noout -subject -nameopt RFC2253`, or `cdk8s-istio-security pki inspect`';
  const write = (name: string) => `if this is the name in the order of the certificate, write \`${name}\`: the order reversed, and \`,\` without a space`;

  test.each<[string, string, string | undefined]>([
    ['O=Example,CN=client', '%DOWNSTREAM_PEER_SUBJECT%', undefined],
    ['CN=client', '%DOWNSTREAM_PEER_ISSUER%', undefined],
    ['CN=client, O=Example', '%DOWNSTREAM_PEER_SUBJECT%', write('O=Example,CN=client')],
    ['CN = client, O = Example', '%DOWNSTREAM_PEER_ISSUER%', write('O=Example,CN=client')],
    ['/CN=client/O=Example', '%DOWNSTREAM_PEER_SUBJECT%', write('O=Example,CN=client')],
    ['/CN', '%DOWNSTREAM_PEER_SUBJECT%', take],
    ['client', '%DOWNSTREAM_PEER_SUBJECT%', take],
    ['client', '%DOWNSTREAM_PEER_URI_SAN%', undefined],
    ['client', 'x%DOWNSTREAM_PEER_SUBJECT%', undefined],
    ['CN=client*', '%DOWNSTREAM_PEER_SUBJECT%', undefined],
    ['*client', '%DOWNSTREAM_PEER_SUBJECT%', undefined],
  ])('`%s` for %s', (value, operator, cure) => {
    const cures = findings(subjectSpelling, all(header(operator), policy(asks(value)))).map((finding) => finding.cure);
    expect(cures).toEqual(cure === undefined ? [] : [cure]);
  });

  test('the finding names the value and its rule', () => {
    expect(found(subjectSpelling, all(IDENTITY_ROUTE, policy(asks('CN=a, O=b'))))).toEqual([
      'default/p spec.rules.0.when.0.values.0: `CN=a, O=b` in rule 1 of AuthorizationPolicy `default/p` is no name as Envoy writes it',
    ]);
  });

  test('an email address is written by its name', () => {
    expect(found(subjectSpelling, all(IDENTITY_ROUTE, policy(asks('emailAddress=a@b.test,CN=client'))))).toEqual([]);
  });
});

describe('wildcards within a name (MTLS018)', () => {
  const source = (value: string, key = 'principals') => `[{from: [{source: {${key}: ["${value}"]}}]}]`;
  const host = (value: string) => `[{to: [{operation: {hosts: ["${value}"]}}]}]`;

  test.each<[string, string, string | undefined]>([
    ['a principal', source('cluster.local/ns/a*'), 'cluster.local/ns/a-other'],
    ['everything below a principal', source('cluster.local/ns/a/*'), undefined],
    ['the end of a principal', source('*b'), 'other-b'],
    ['a whole end of a principal', source('*/sa/b'), undefined],
    ['an end of a domain in a principal', source('*.client'), undefined],
    ['any principal', source('*'), undefined],
    ['a whole principal', source('cluster.local/ns/a/sa/b'), undefined],
    ['a condition', '[{when: [{key: source.principal, values: ["a*"]}]}]', 'a-other'],
    ['a subject', asks('O=Example,CN=client*'), 'O=Example,CN=client-other'],
    ['anything after an attribute', asks('O=Example,*'), undefined],
    ['any value of an attribute', asks('O=Example,CN=*'), undefined],
    ['the end of a subject', asks('*CN=client'), 'other-CN=client'],
    ['a whole end of a subject', asks('*,CN=client'), undefined],
    ['a header that is no identity', asks('a*', '', 'x-role'), undefined],
    ['the end of a host', host('*example.com'), 'other-example.com'],
    ['hosts below one', host('*.example.com'), undefined],
    ['the beginning of a host', host('api*'), 'api-other'],
    ['any port of a host', host('a.test:*'), undefined],
    ['what must not be', source('a*', 'notPrincipals'), undefined],
    ['a path', '[{to: [{operation: {paths: ["/info*"]}}]}]', undefined],
    ['stars at both ends, which is a trap of its own', source('*a*'), undefined],
  ])('%s', (_name, rules, other) => {
    const effects = findings(wideWildcard, all(IDENTITY_ROUTE, policy(rules))).map(({ effect }) => effect);
    expect(effects).toEqual(other === undefined ? [] : [`others get in as well, such as \`${other}\``]);
  });

  test('the finding names the value and its rule; denials are not judged', () => {
    expect(found(wideWildcard, policy(source('a*')))).toEqual(['default/p spec.rules.0.from.0.source.principals.0: `a*` in rule 1 of AuthorizationPolicy `default/p` has its `*` in the middle of a name']);
    expect(found(wideWildcard, policy(source('a*'), { action: 'DENY' }))).toEqual([]);
  });
});
