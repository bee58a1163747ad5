import { ApiObject, Chart, Testing } from 'cdk8s';
import { AuthorizationPolicy, PolicyAction } from '../../src/resources/authorization-policy';
import type { PolicyRule } from '../../src/resources/policy-rule';
import { Workload } from '../../src/resources/workload';

const selector = { app: 'httpbin' };

function chart(): Chart {
  return new Chart(Testing.app(), 'chart');
}

function rendered(props: any): any {
  const it = chart();
  new AuthorizationPolicy(it, 'policy', props);
  return Testing.synth(it)[0];
}

describe('what is rendered', () => {
  test('a policy has its selector, its action and an explicit namespace', () => {
    expect(rendered({ selector, rules: [{ from: [{ principals: ['cluster.local/ns/a/sa/b'] }] }] })).toStrictEqual({
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'policy', namespace: 'default' },
      spec: {
        action: 'ALLOW',
        selector: { matchLabels: { app: 'httpbin' } },
        rules: [{ from: [{ source: { principals: ['cluster.local/ns/a/sa/b'] } }] }],
      },
    });
  });

  test('rules absent, empty and [{}] stay three different things', () => {
    expect(rendered({ selector }).spec).toStrictEqual({ action: 'ALLOW', selector: { matchLabels: selector } });
    expect(rendered({ selector, rules: [] }).spec).toStrictEqual({ action: 'ALLOW', selector: { matchLabels: selector }, rules: [] });
    expect(rendered({ selector, rules: [{}] }).spec).toStrictEqual({ action: 'ALLOW', selector: { matchLabels: selector }, rules: [{}] });
  });

  test('denyAll is the empty spec', () => {
    const it = new Chart(Testing.app(), 'chart', { namespace: 'shop' });
    AuthorizationPolicy.denyAll(it, 'deny-all');
    expect(Testing.synth(it)[0]).toStrictEqual({
      apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'deny-all', namespace: 'shop' }, spec: {},
    });
  });

  test('wholeNamespace leaves the selector out and nothing else', () => {
    expect(rendered({ wholeNamespace: true, rules: [{}] }).spec).toStrictEqual({ action: 'ALLOW', rules: [{}] });
    expect(rendered({ wholeNamespace: true, action: 'DENY', rules: [{}] }).spec).toStrictEqual({ action: 'DENY', rules: [{}] });
  });

  test('a custom policy names its provider', () => {
    expect(rendered({ selector, action: PolicyAction.CUSTOM, provider: 'opa', rules: [{ to: [{ paths: ['/a'] }] }] }).spec).toStrictEqual({
      action: 'CUSTOM', selector: { matchLabels: selector }, provider: { name: 'opa' }, rules: [{ to: [{ operation: { paths: ['/a'] } }] }],
    });
  });

  test('a workload gives selector and namespace', () => {
    const workload = Workload.of({ service: 'httpbin', port: 80, labels: selector, namespace: 'demo' });
    const object = rendered({ workload });
    expect(object.metadata.namespace).toBe('demo');
    expect(object.spec.selector).toStrictEqual({ matchLabels: selector });
  });

  test('every field of sources, operations and conditions is rendered', () => {
    const source = {
      principals: ['a'],
      notPrincipals: ['*'],
      requestPrincipals: ['i/s'],
      notRequestPrincipals: ['*'],
      namespaces: ['n*'],
      notNamespaces: ['m'],
      ipBlocks: ['10.0.0.0/8'],
      notIpBlocks: ['10.1.2.3'],
      remoteIpBlocks: ['::1'],
      notRemoteIpBlocks: ['fe80::/10'],
    };
    const accounts = { serviceAccounts: ['ns/sa'], notServiceAccounts: ['sa'] };
    const operation = {
      hosts: ['a.test', 'a.test:*'],
      notHosts: ['*.b.test:443'],
      ports: ['8080'],
      notPorts: ['1'],
      methods: ['GET'],
      notMethods: ['M-SEARCH'],
      paths: ['*', '*.html', '/a', '/b/*', '/{*}/x'],
      notPaths: ['/.*', '/a/{**}'],
    };
    const when = [{ key: 'request.headers[X-A]', notValues: ['*'], values: ['a*b'] }, { key: 'source.ip', values: ['1.2.3.4'] }];
    const { spec } = rendered({ selector, rules: [{ from: [source, accounts], to: [operation], when }] });
    expect(spec.rules).toStrictEqual([{ from: expect.arrayContaining([{ source }, { source: accounts }]), to: [{ operation }], when }]);
    expect(spec.rules[0].from).toHaveLength(2);
  });
});

describe('rules are a set', () => {
  const rules: PolicyRule[] = [{ to: [{ paths: ['/b', '/a'] }] }, { from: [{ principals: ['z', 'a', 'a'] }] }, { to: [{ methods: ['PUT'] }, { methods: ['GET'] }] }];

  test('neither the order of calls nor repetition changes the output', () => {
    const one = chart();
    const policy = new AuthorizationPolicy(one, 'policy', { selector, rules: rules.slice(0, 1) });
    for (const rule of rules) policy.addRule(rule);
    const other = chart();
    const reversed = new AuthorizationPolicy(other, 'policy', { selector });
    for (const rule of [...rules].reverse()) reversed.addRule(rule);
    expect(Testing.synth(one)).toStrictEqual(Testing.synth(other));
    expect(policy.rules).toHaveLength(3);
  });

  test('later changes of what was passed change nothing', () => {
    const it = chart();
    const principals = ['a'];
    const given = [{ from: [{ principals }] }];
    new AuthorizationPolicy(it, 'policy', { selector, rules: given });
    principals.push('b');
    given.push({ from: [{ principals: ['c'] }] });
    expect(Testing.synth(it)[0].spec.rules).toStrictEqual([{ from: [{ source: { principals: ['a'] } }] }]);
  });
});

const rejectedRules: [string, any, string | RegExp][] = [
  ['from: []', { from: [] }, 'empty list `from`: Istio reads it as no limit at all, leave the field out to mean that'],
  ['to: []', { to: [] }, 'empty list `to`: Istio reads it as no limit at all, leave the field out to mean that'],
  ['when: []', { when: [] }, 'empty list `when`: Istio reads it as no limit at all, leave the field out to mean that'],
  ['from that is no list', { from: {} }, 'invalid `from` `[object Object]`: expected a list'],
  ['a rule with undefined fields only', { from: undefined }, 'rule has only undefined fields: write `{}` where every request shall match'],
  ['a rule that is no object', null, 'invalid rule `null`: expected an object'],
  ['a misspelt field of a rule', { form: [] }, 'unknown field `form` of rule: expected one of `from`, `to`, `when`'],
  ['a misspelt field of a source', { from: [{ principal: ['a'] }] }, /^unknown field `principal` of source: expected one of `principals`, `notPrincipals`,/],
  ['a list as source', { from: [[]] }, 'invalid source ``: expected an object'],
  ['an empty source', { from: [{}] }, /^empty source `{}`: expected at least one of `principals`,/],
  ['an empty operation', { to: [{ hosts: undefined }] }, /^empty operation `{}`: expected at least one of `hosts`,/],
  ['an empty list of values', { from: [{ principals: [] }] }, 'empty list `principals`: leave the field out to match everything, or give at least one value'],
  ['a value that is no list', { to: [{ hosts: 'a.test' }] }, 'invalid `hosts` `a.test`: expected a list of strings'],
  ['an empty value', { to: [{ hosts: [''] }] }, 'invalid value `` in `hosts`: expected a non-empty string'],
  ['a number as value', { to: [{ ports: [8080] }] }, 'invalid value `8080` in `ports`: expected a non-empty string'],
  ['control characters', { to: [{ paths: ['/a\nb'] }] }, 'invalid value "/a\\nb" in `paths`: expected no control characters'],
  ['a SPIFFE URI as principal', { from: [{ principals: ['spiffe://test.client'] }] },
    'invalid principal `spiffe://test.client`: expected the bare form `test.client`: Istio adds `spiffe://` itself, so the value would never match'],
  ['a SPIFFE URI behind a wildcard', { from: [{ notPrincipals: ['*spiffe://a'] }] },
    'invalid principal `*spiffe://a`: expected the bare form `a`: Istio adds `spiffe://` itself, so the value would never match'],
  ['a wildcard at both ends', { from: [{ principals: ['*x*'] }] },
    'invalid principal `*x*`: expected `*` at one end only: Istio reads this as a suffix that ends in a literal `*`'],
  ['a wildcard in the middle', { from: [{ principals: ['a*b'] }] },
    'invalid principal `a*b`: expected `*` only at the beginning or the end: elsewhere it is a literal `*` and never matches'],
  ['a request principal without slash', { from: [{ requestPrincipals: ['idp'] }] }, 'invalid request principal `idp`: expected `<issuer>/<subject>`, for any subject `idp/*`'],
  ['a request principal with a wildcard instead of a subject', { from: [{ requestPrincipals: ['idp*'] }] },
    'invalid request principal `idp*`: expected `<issuer>/<subject>`, for any subject `idp/*`'],
  ['any https issuer', { from: [{ requestPrincipals: ['https://*'] }] },
    'invalid request principal `https://*`: expected `<issuer>/<subject>`: it is split at the last `/`, so this is the issuer `https:/`'],
  ['a wildcard inside the issuer', { from: [{ requestPrincipals: ['https://*.idp/x'] }] },
    'invalid request principal `https://*.idp/x`: expected `*` only at the beginning or the end: elsewhere it is a literal `*` and never matches'],
  ['a namespace that is none', { from: [{ namespaces: ['A'] }] }, 'invalid namespace `A`: expected lower-case letters, digits, inner `-` and `*`'],
  ['a wildcard in a service account', { from: [{ serviceAccounts: ['ns/*'] }] }, 'invalid service account `ns/*`: expected no `*`: service accounts know no wildcards, use `principals`'],
  ['a service account that is none', { from: [{ serviceAccounts: ['a/b/c'] }] }, 'invalid service account `a/b/c`: expected `<account>` or `<namespace>/<account>`'],
  ['service accounts beside principals', { from: [{ serviceAccounts: ['a'], principals: ['b'] }] },
    'source has `serviceAccounts` and `principals`: Istio refuses both in one source, use `principals` alone'],
  ['more than 16 service accounts', { from: [{ serviceAccounts: Array.from({ length: 17 }, (_, i) => `a${i}`) }] },
    'source has 17 `serviceAccounts`: expected at most 16, write several sources'],
  ['no address', { from: [{ ipBlocks: ['10.0.0'] }] }, 'invalid address `10.0.0`: expected an IP address or a CIDR block such as `10.0.0.0/8`'],
  ['a mask that is too long', { from: [{ ipBlocks: ['10.0.0.0/33'] }] }, 'invalid address `10.0.0.0/33`: expected an IP address or a CIDR block such as `10.0.0.0/8`'],
  ['two masks', { from: [{ ipBlocks: ['::/1/2'] }] }, 'invalid address `::/1/2`: expected an IP address or a CIDR block such as `10.0.0.0/8`'],
  ['a wildcard host with any port', { to: [{ hosts: ['*.h.test:*'] }] },
    'invalid host `*.h.test:*`: expected `*` at one end only, so list the ports, as in `*.h.test:443`: this value is the literal suffix `.h.test:*` and matches nothing'],
  ['a URL as host', { to: [{ hosts: ['https://a.test'] }] }, 'invalid host `https://a.test`: expected the authority of a request, `host` or `host:port`, in ASCII'],
  ['a host with umlaut', { to: [{ hosts: ['ä.test'] }] }, 'invalid host `ä.test`: expected the authority of a request, `host` or `host:port`, in ASCII'],
  ['port 0', { to: [{ ports: ['0'] }] }, 'invalid port `0`: expected a number from 1 to 65535'],
  ['port 65536', { to: [{ ports: ['65536'] }] }, 'invalid port `65536`: expected a number from 1 to 65535'],
  ['a lower-case method', { to: [{ methods: ['get'] }] }, 'invalid HTTP method `get`: expected `GET`: Envoy compares methods case-sensitively'],
  ['a method with a space', { to: [{ methods: ['GET '] }] }, 'invalid HTTP method `GET `: expected upper-case letters, as in `GET`'],
  ['a path without slash', { to: [{ paths: ['admin'] }] }, 'invalid path `admin`: expected a leading `/`'],
  ['a template without slash', { to: [{ paths: ['admin/{**}'] }] },
    'invalid path `admin/{**}`: expected a leading `/`: every Envoy that gets a template without it crashes'],
  ['a wildcard inside a path', { to: [{ paths: ['/a/*/b'] }] },
    'invalid path `/a/*/b`: expected `*` only at the beginning or the end: elsewhere it is a literal `*` and never matches'],
  ['a path with query', { to: [{ paths: ['*?a=b'] }] }, 'invalid path `*?a=b`: expected a path without `?` and `#`: policies see neither query nor fragment'],
  ['a path with dots', { to: [{ paths: ['/a/../b'] }] }, 'invalid path `/a/../b`: expected no `.` or `..` segment: Envoy resolves them before policies run'],
  ['a prefix with dots', { to: [{ paths: ['/a/../b*'] }] }, 'invalid path `/a/../`: expected no `.` or `..` segment: Envoy resolves them before policies run'],
  ['a condition without values', { when: [{ key: 'source.ip' }] }, 'condition `source.ip` has neither `values` nor `notValues`: give one of them'],
  ['a misspelt field of a condition', { when: [{ key: 'source.ip', value: ['1'] }] }, 'unknown field `value` of condition: expected one of `key`, `values`, `notValues`'],
  ['an unknown key', { when: [{ key: 'request.header[x]', values: ['a'] }] }, /^invalid condition key "request.header\[x\]": expected one of `source.ip`, /],
  ['a key of the prototype', { when: [{ key: 'constructor', values: ['a'] }] }, /^invalid condition key "constructor": expected one of `source.ip`, /],
  ['a key that is no string', { when: [{ key: 7, values: ['a'] }] }, /^invalid condition key `7`: expected one of `source.ip`, /],
  ['text behind the header name', { when: [{ key: 'request.headers[x]y', values: ['a'] }] }, /^invalid condition key "request.headers\[x\]y": expected one of `source.ip`, /],
  ['a header name with a line feed', { when: [{ key: 'request.headers[a\n]', values: ['a'] }] },
    'invalid condition key "request.headers[a\\n]": expected a header name in the brackets (RFC 9110 section 5.1)'],
  ['a claim without name', { when: [{ key: 'request.auth.claims[a][]', values: ['a'] }] }, /^invalid condition key "request.auth.claims\[a\]\[\]": expected one of /],
  ['header values with wildcards at both ends', { when: [{ key: 'request.headers[x]', values: ['*a*'] }] },
    'invalid header value `*a*`: expected `*` at one end only: Istio reads this as a suffix that ends in a literal `*`'],
  ['an empty list of condition values', { when: [{ key: 'request.headers[x]', values: [] }] },
    'empty list `request.headers[x] values`: leave the field out to match everything, or give at least one value'],
  ['a SPIFFE URI as source.principal', { when: [{ key: 'source.principal', notValues: ['spiffe://a'] }] },
    'invalid principal `spiffe://a`: expected the bare form `a`: Istio adds `spiffe://` itself, so the value would never match'],
  ['an upper-case server name', { when: [{ key: 'connection.sni', values: ['A.test'] }] },
    'invalid server name `A.test`: expected `a.test`: Envoy lower-cases the server name of the TLS handshake'],
  ['a server name with port', { when: [{ key: 'connection.sni', values: ['a.test:443'] }] }, 'invalid server name `a.test:443`: expected the name without a port: `a.test`'],
];

describe('rules that do not mean what they seem to', () => {
  test.each(rejectedRules)('%s is refused', (_, rule, message) => {
    const expected = message instanceof RegExp ? message : new Error(message);
    expect(() => rendered({ selector, rules: [rule] })).toThrow(expected);
    const policy = new AuthorizationPolicy(chart(), 'policy', { selector });
    expect(() => policy.addRule(rule)).toThrow(expected);
  });

  test.each<[string, any]>([
    ['claims', { when: [{ key: 'request.auth.claims[realm_access][roles]', values: ['a*', '*b', '*'] }] }],
    ['pseudo headers', { when: [{ key: 'request.headers[:authority]', values: ['a'] }] }],
    ['filter metadata', { when: [{ key: 'experimental.envoy.filters.network.mysql_proxy[db.table]', values: ['a'] }] }],
    ['a subject with a star inside', { when: [{ key: 'request.headers[x]', values: ['O=a,CN=*.b.test,L=c'] }] }],
    ['other keys', {
      when: [
        { key: 'destination.port', values: ['80'] }, { key: 'request.auth.audiences', values: ['a'] }, { key: 'source.trustDomain', values: ['td'] },
        { key: 'connection.sni', values: ['a.test', '*.a.test'] }, { key: 'request.auth.principal', values: ['i/s'] },
      ],
    }],
    ['issuers with a trailing slash', { from: [{ requestPrincipals: ['https://idp.test//*'] }] }],
    ['any token', { from: [{ requestPrincipals: ['*', '*/sub'] }] }],
  ])('%s pass', (_, rule) => {
    expect(rendered({ selector, rules: [rule] }).spec.rules).toHaveLength(1);
  });
});

describe('policies that do not mean what they seem to', () => {
  test.each<[string, any, string]>([
    ['no selector', {}, 'authorization policy `policy` has no selector: give the labels of the pods, or say `wholeNamespace: true`'],
    ['an empty selector', { selector: {} },
      'authorization policy `policy` has no labels `{}`: a selector without labels applies to every pod, give the labels that its pods carry'],
    ['selector and wholeNamespace', { selector, wholeNamespace: true }, 'authorization policy `policy` has `selector` and `wholeNamespace`: give one of them'],
    ['an unknown action', { selector, action: 'deny' }, 'invalid action `deny`: expected one of `ALLOW`, `DENY`, `AUDIT`, `CUSTOM`'],
    ['CUSTOM without provider', { selector, action: 'CUSTOM', rules: [{}] },
      'invalid provider `undefined` with action `CUSTOM`: expected a provider\'s name with `CUSTOM` and none otherwise'],
    ['ALLOW with provider', { selector, provider: 'opa' }, 'invalid provider `opa` with action `ALLOW`: expected a provider\'s name with `CUSTOM` and none otherwise'],
    ['CUSTOM on principals', { selector, action: 'CUSTOM', provider: 'opa', rules: [{ from: [{ notPrincipals: ['a'] }] }] },
      'invalid `notPrincipals` in a `CUSTOM` policy: expected conditions on the request alone, Istio refuses identities there'],
    ['CUSTOM on claims', { selector, action: 'CUSTOM', provider: 'opa', rules: [{ when: [{ key: 'request.auth.claims[a]', values: ['b'] }] }] },
      'invalid `request.auth.claims[a]` in a `CUSTOM` policy: expected conditions on the request alone, Istio refuses identities there'],
    ['rules that are no list', { selector, rules: {} }, 'invalid `rules` `[object Object]`: expected a list'],
    ['another namespace than the workload\'s', { workload: Workload.of({ service: 'a', port: 1, labels: selector, namespace: 'x' }), metadata: { namespace: 'y' } },
      'authorization policy `policy` in namespace `y` cannot select workload `a` of `x`: leave `metadata.namespace` out'],
  ])('%s is refused', (_, props, message) => {
    expect(() => rendered(props)).toThrow(new Error(message));
  });

  test.each(['DENY', 'AUDIT'])('%s without rules is reported at synth, because a rule may still come', (action) => {
    const it = chart();
    const policy = new AuthorizationPolicy(it, 'policy', { selector, action: action as PolicyAction });
    expect(() => Testing.synth(it)).toThrow(`authorization policy \`policy\` with action \`${action}\` has no rules: add a rule, \`{}\` to match every request`);
    policy.addRule({});
    expect(Testing.synth(it)[0].spec.rules).toStrictEqual([{}]);
  });

  test('more rules than the CRD admits are reported at synth', () => {
    const it = chart();
    const policy = new AuthorizationPolicy(it, 'policy', { selector });
    for (let i = 0; i < 513; i++) policy.addRule({ from: [{ principals: [`p${i}`] }] });
    expect(() => Testing.synth(it)).toThrow('authorization policy `policy` has 513 rules: expected at most 512, group values in one rule or write several policies');
  });
});

test('a workload whose manifests are at fault is reported, and the producer does not throw', () => {
  const it = chart();
  const deployment = new ApiObject(it, 'd', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } });
  const service = new ApiObject(it, 's', { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } });
  const policy = new AuthorizationPolicy(it, 'policy', { workload: Workload.fromDeployment(deployment, service) });
  expect(policy.apiObject.toJson().spec.selector).toStrictEqual({ matchLabels: {} });
  expect(() => Testing.synth(it)).toThrow('[chart/policy] service `s` has no port `at all` (ports: none): choose one of them');
});

test('any field of the CRD can be set on the API object', () => {
  const it = chart();
  const policy = new AuthorizationPolicy(it, 'policy', { selector });
  policy.apiObject.metadata.addAnnotation('istio.io/dry-run', 'true');
  expect(Testing.synth(it)[0].metadata.annotations).toStrictEqual({ 'istio.io/dry-run': 'true' });
});
