import { Check } from '../../../src/checks/check';
import { addedHeader } from '../../../src/checks/route/added-header';
import { authorityRewrite } from '../../../src/checks/route/authority-rewrite';
import { framingHeader } from '../../../src/checks/route/framing-header';
import { headerOperator } from '../../../src/checks/route/header-operator';
import { headerSpellings } from '../../../src/checks/route/header-spellings';
import { setWithoutRemove } from '../../../src/checks/route/set-without-remove';
import { unguardedSecondRoute } from '../../../src/checks/route/unguarded-second-route';
import { all, findings, found, gateway, IDENTITY, MUTUAL, policy, TO_HTTPBIN, virtualService } from '../yaml';

const SUBJECT = '%DOWNSTREAM_PEER_SUBJECT%';
const changes = (request: string, spec = {}) => virtualService(`[{headers: {request: {${request}}}, ${TO_HTTPBIN}}]`, spec);
const ofDestination = (request: string) => virtualService(`[{}, {route: [{destination: {host: a}, weight: 1}, {destination: {host: httpbin}, weight: 1, headers: {request: {${request}}}}]}]`.replace('{}, ', ''));
const told = (check: Check, yaml: string) => findings(check, yaml).map(({ effect, cure, patch }) => [effect, cure, patch]);

describe('set without remove (MTLS014)', () => {
  test.each<[string, string, string[]]>([
    ['set alone', changes(`set: {A: "${SUBJECT}", B: "%DOWNSTREAM_PEER_URI_SAN%"}`),
      ['default/v spec.http.0.headers.request.set.A: VirtualService `default/v` sets `A`, `B` from the client\'s certificate and does not remove it first']],
    ['one of two removed, in other letter case', changes(`remove: [a], set: {A: "${SUBJECT}", B: "${SUBJECT}"}`),
      ['default/v spec.http.0.headers.request.set.B: VirtualService `default/v` sets `B` from the client\'s certificate and does not remove it first']],
    ['set for one destination', ofDestination(`set: {A: "${SUBJECT}"}`),
      ['default/v spec.http.0.route.1.headers.request.set.A: VirtualService `default/v` sets `A` from the client\'s certificate and does not remove it first']],
    ['set for one destination, removed there', ofDestination(`remove: [A], set: {A: "${SUBJECT}"}`), []],
    ['removed for all, set for one destination',
      virtualService(`[{headers: {request: {remove: [A]}}, route: [{destination: {host: a}, headers: {request: {set: {A: "${SUBJECT}"}}}}]}]`), []],
    ['a value that is never empty', changes(`set: {A: "x-${SUBJECT}", B: constant, C: "%REQ(x)%"}`), []],
    ['a route of the mesh', changes(`set: {A: "${SUBJECT}"}`, { gateways: '[mesh]' }), []],
    ['added, which is a trap of its own', changes(`add: {A: "${SUBJECT}"}`), []],
    ['removed and set', changes(`remove: [A], set: {A: "${SUBJECT}"}`), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(setWithoutRemove, yaml)).toEqual(expected);
  });

  test('the patch removes what is set, and keeps what is removed already', () => {
    expect(told(setWithoutRemove, changes(`remove: [x], set: {A: "${SUBJECT}", B: "${SUBJECT}"}`))).toEqual([[
      'Envoy skips a header whose value is empty, so a client whose certificate lacks that name, or that has none, is heard under the name that it sent itself',
      'list the header in `remove` too, which comes first',
      [{ op: 'add', path: '/spec/http/0/headers/request/remove', value: ['x', 'A', 'B'] }],
    ]]);
  });
});

describe('add (MTLS051)', () => {
  test.each<[string, string, string[]]>([
    ['added', changes(`add: {A: "${SUBJECT}", B: "%DOWNSTREAM_PEER_ISSUER%"}`), [
      'default/v spec.http.0.headers.request.add.A: VirtualService `default/v` adds `A` from the client\'s certificate to what the client sent',
      'default/v spec.http.0.headers.request.add.B: VirtualService `default/v` adds `B` from the client\'s certificate to what the client sent',
    ]],
    ['added for one destination', ofDestination(`add: {A: "${SUBJECT}"}`),
      ['default/v spec.http.0.route.1.headers.request.add.A: VirtualService `default/v` adds `A` from the client\'s certificate to what the client sent']],
    ['removed and added', changes(`remove: [a], add: {A: "${SUBJECT}"}`), []],
    ['a constant', changes('add: {A: x}'), []],
    ['a route of the mesh', changes(`add: {A: "${SUBJECT}"}`, { gateways: '[mesh]' }), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(addedHeader, yaml)).toEqual(expected);
  });

  const at = (field: string) => `/spec/http/0/headers/request/${field}`;
  test.each<[string, string, object[]]>([
    ['nothing else is added, set or removed', `add: {A: "${SUBJECT}"}`, [{ op: 'remove', path: at('add') }, { op: 'add', path: at('set'), value: { A: SUBJECT } }, { op: 'add', path: at('remove'), value: ['A'] }]],
    ['something else is', `add: {A: "${SUBJECT}", C: x}, set: {D: x}, remove: [E]`,
      [{ op: 'remove', path: at('add/A') }, { op: 'add', path: at('set/A'), value: SUBJECT }, { op: 'add', path: at('remove'), value: ['E', 'A'] }]],
  ])('the patch sets it instead and removes it first: %s', (_name, request, patch) => {
    expect(findings(addedHeader, changes(request)).map((finding) => finding.patch)).toEqual([patch]);
  });
});

describe('operators (MTLS054)', () => {
  const line = (problem: string, value: string, path = 'set.A') => `default/v spec.http.0.headers.request.${path}: header \`A\` of VirtualService \`default/v\` has value \`${value}\`: ${problem}`;

  test.each<[string, string, string[]]>([
    ['an unknown operator', changes('set: {A: "%NO%"}'), [line('Envoy knows no operator `%NO%`', '%NO%')]],
    ['an unknown operator in add', changes('add: {A: "x %NO(y)%"}'), [line('Envoy knows no operator `%NO%`', 'x %NO(y)%', 'add.A')]],
    ['an unknown argument', changes('set: {A: "%PATH(XX)%"}'), [line('Envoy does not know the argument of `%PATH(XX)%`', '%PATH(XX)%')]],
    ['headers that only read like the host', changes('set: {X-Host: "%NO%", Hosting: "%NO%"}'), ['Hosting', 'X-Host'].map((name) => line('Envoy knows no operator `%NO%`', '%NO%', `set.${name}`).replace('`A`', `\`${name}\``))],
    ['a missing argument', changes('set: {A: "%QUERY_PARAM%"}'), [line('`%QUERY_PARAM%` needs a name', '%QUERY_PARAM%')]],
    ['a route of the mesh', changes('set: {A: "%NO%"}', { gateways: '[mesh]' }), [line('Envoy knows no operator `%NO%`', '%NO%')]],
    ['operators that Envoy knows', changes(`set: {A: "${SUBJECT}", B: "%%", C: "%PATH%", D: "%PATH(NQ:ORIG)%", E: "%QUERY_PARAM(x)%", F: "%UPSTREAM_PROTOCOL%", G: "%PATH(WQ)%"}`), []],
    ['the host, which is no header value', changes('set: {":authority": "%NO%"}'), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(headerOperator, yaml)).toEqual(expected);
  });
});

describe('other spellings (MTLS070)', () => {
  const setting = (name: string, ...removed: string[]) => changes(`remove: [${removed.join(', ')}], set: {${name}: "${SUBJECT}"}`);

  test.each<[string, string, string[]]>([
    ['one spelling removed', setting('A-B', 'A-B'), ['default/v spec.http.0.headers.request.remove: VirtualService `default/v` removes `A-B` and not `A_B`']],
    ['three words', setting('A-B-C', 'A-B-C'), ['default/v spec.http.0.headers.request.remove: VirtualService `default/v` removes `A-B-C` and not `A-B_C`, `A_B-C`, `A_B_C`']],
    ['four words', setting('A-B-C-D', 'A-B-C-D'),
      ['default/v spec.http.0.headers.request.remove: VirtualService `default/v` removes `A-B-C-D` and not `A-B-C_D`, `A-B_C-D`, `A-B_C_D` and 4 more']],
    ['so many words that only the common spelling is asked for', setting('A-B-C-D-E-F-G-H', 'A-B-C-D-E-F-G-H'),
      ['default/v spec.http.0.headers.request.remove: VirtualService `default/v` removes `A-B-C-D-E-F-G-H` and not `A_B_C_D_E_F_G_H`']],
    ['all spellings removed, in any letter case', setting('A-B-C', 'a-b-c', 'A_B-C', 'A-B_C', 'A_B_C'), []],
    ['one word', setting('Subject', 'Subject'), []],
    ['not removed at all, which is a trap of its own', changes(`set: {A-B: "${SUBJECT}"}`), []],
    ['no identity', changes('remove: [A-B], set: {A-B: constant}'), []],
    ['a route of the mesh', changes(`remove: [A-B], set: {A-B: "${SUBJECT}"}`, { gateways: '[mesh]' }), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(headerSpellings, yaml)).toEqual(expected);
  });

  test('the patch lists them all', () => {
    expect(findings(headerSpellings, setting('A-B-C', 'x', 'A-B-C'))[0].patch).toEqual([
      { op: 'add', path: '/spec/http/0/headers/request/remove', value: ['x', 'A-B-C', 'A-B_C', 'A_B-C', 'A_B_C'] },
    ]);
  });
});

describe('framing headers (MTLS074)', () => {
  test.each<[string, string, string[]]>([
    ['set', changes('set: {Transfer-Encoding: chunked}'),
      ['default/v spec.http.0.headers.request.set.Transfer-Encoding: VirtualService `default/v` writes `Transfer-Encoding`, by which the workload tells where a request ends']],
    ['added for a destination', ofDestination('add: {content-length: "5"}'),
      ['default/v spec.http.0.route.1.headers.request.add.content-length: VirtualService `default/v` writes `content-length`, by which the workload tells where a request ends']],
    ['others', changes('set: {content-type: text/plain, x-content-length: "1"}'), []],
  ])('%s', (_name, yaml, expected) => {
    expect(found(framingHeader, yaml)).toEqual(expected);
  });

  test('the patch takes it away, with the name as a JSON pointer', () => {
    expect(findings(framingHeader, changes('set: {content-length: "5"}'))[0].patch).toEqual([{ op: 'remove', path: '/spec/http/0/headers/request/set/content-length' }]);
  });
});

describe('another route to a secured workload', () => {
  const secured = all(gateway(MUTUAL), virtualService(`[${IDENTITY}]`, { hosts: '["secured.test", "*.wild.test"]', name: 'secured' }));
  const other = (entry: string, spec = {}) => virtualService(`[{${entry}}]`, { hosts: '[tenant.test]', name: 'tenant', ...spec });

  test.each<[string, string, string | undefined]>([
    ['the host rewritten', `rewrite: {authority: secured.test}, ${TO_HTTPBIN}`, 'rewrite.authority'],
    ['in other letter case, with a port', `rewrite: {authority: "Secured.test:443"}, ${TO_HTTPBIN}`, 'rewrite.authority'],
    ['below a wildcard', `rewrite: {authority: a.wild.test}, ${TO_HTTPBIN}`, 'rewrite.authority'],
    ['the host set', `headers: {request: {set: {Host: secured.test}}}, ${TO_HTTPBIN}`, 'headers.request.set.Host'],
    ['the host added for a destination', 'route: [{destination: {host: httpbin}, headers: {request: {add: {":authority": secured.test}}}}]', 'route.0.headers.request.add.:authority'],
    ['headers that only read like the host', `headers: {request: {set: {X-Host: secured.test, Hosting: secured.test}}}, ${TO_HTTPBIN}`, undefined],
    ['another host', `rewrite: {authority: else.test}, ${TO_HTTPBIN}`, undefined],
    ['another workload', 'rewrite: {authority: secured.test}, route: [{destination: {host: other}}]', undefined],
    ['with the header removed', `rewrite: {authority: secured.test}, headers: {request: {remove: [client-name]}}, ${TO_HTTPBIN}`, undefined],
    ['with the header set from the certificate', `rewrite: {authority: secured.test}, headers: {request: {set: {Client-Name: "${SUBJECT}"}}}, ${TO_HTTPBIN}`, undefined],
    ['with the header set to a constant', `rewrite: {authority: secured.test}, headers: {request: {set: {Client-Name: "CN=a"}}}, ${TO_HTTPBIN}`, 'rewrite.authority'],
    ['with the header removed for the only destination', 'rewrite: {authority: secured.test}, route: [{destination: {host: httpbin}, headers: {request: {remove: [Client-Name]}}}]', undefined],
    ['the path rewritten', `rewrite: {uri: /}, ${TO_HTTPBIN}`, undefined],
  ])('passes for its host (MTLS071): %s', (_name, entry, field) => {
    expect(found(authorityRewrite, all(secured, other(entry)))).toEqual(field === undefined ? [] : [
      `default/tenant spec.http.0.${field}: VirtualService \`default/tenant\` writes host \`${/[sS]ecured\.test(?::443)?|a\.wild\.test/.exec(entry)![0]}\` over its own, `
        + 'which is secured by VirtualService `default/secured`',
    ]);
  });

  describe('passes for the host of a route for every host (MTLS071)', () => {
    const everyHost = virtualService(`[${IDENTITY}]`, { hosts: '["*"]', name: 'secured' });
    const rewrite = other(`rewrite: {authority: "Secured.test:443"}, ${TO_HTTPBIN}`);
    const asking = (hosts: string, action = 'ALLOW') => policy(`[{to: [{operation: {${hosts}}}]}]`, { action });

    test.each<[string, string, number]>([
      ['a Gateway serves the host', all(gateway(MUTUAL.replace(/hosts: \[[^\]]*\]/, 'hosts: [secured.test]')), everyHost), 1],
      ['a Gateway serves it below a wildcard', all(gateway(MUTUAL.replace(/hosts: \[[^\]]*\]/, 'hosts: ["*/*.test"]')), everyHost), 1],
      ['a Gateway serves every host', all(gateway(MUTUAL.replace(/hosts: \[[^\]]*\]/, 'hosts: ["*"]')), everyHost), 0],
      ['a policy asks for it', all(everyHost, asking('hosts: ["SECURED.test:*"]')), 1],
      ['a policy asks for others', all(everyHost, asking('hosts: [else.test, "*"]')), 0],
      ['a policy asks for all others', all(everyHost, asking('notHosts: [secured.test]')), 0],
      ['a policy denies it', all(everyHost, asking('hosts: [secured.test]', 'DENY')), 0],
      ['nobody is known to ask for it', everyHost, 0],
    ])('%s', (_name, yaml, expected) => {
      expect(found(authorityRewrite, all(yaml, rewrite))).toHaveLength(expected);
    });

    test('the route for the host itself is named first', () => {
      const own = virtualService(`[${IDENTITY}]`, { hosts: '[secured.test]', name: 'own' });
      const messages = findings(authorityRewrite, all(everyHost, own, asking('hosts: [secured.test]'), rewrite)).map(({ related }) => related!.map(({ name }) => name));
      expect(messages).toEqual([['own']]);
    });
  });

  test('passes for its host: of several headers, one that the route leaves as it is', () => {
    const two = virtualService(`[{headers: {request: {remove: [A, B], set: {A: "${SUBJECT}", B: "${SUBJECT}"}}}, ${TO_HTTPBIN}}]`, { hosts: '[secured.test]', name: 'secured' });
    expect(findings(authorityRewrite, all(gateway(MUTUAL), two, other(`rewrite: {authority: secured.test}, headers: {request: {remove: [a]}}, ${TO_HTTPBIN}`))).map(({ effect }) => effect))
      .toEqual(['its clients reach the same workload under that host with a `b` that they made up']);
    expect(findings(unguardedSecondRoute, all(gateway(MUTUAL), two, other(TO_HTTPBIN))).map(({ message, related }) => [message.slice(message.indexOf('passes')), related!.map(({ name }) => name)]))
      .toEqual([['passes on `a`, `b` as clients send it', ['secured']]]);
  });

  test('passes for its host: the effect names the header; routes of the mesh are not judged', () => {
    const entry = `rewrite: {authority: secured.test}, ${TO_HTTPBIN}`;
    const [finding] = findings(authorityRewrite, all(secured, other(entry)));
    expect([finding.effect, finding.related?.map(({ name }) => name)]).toEqual(['its clients reach the same workload under that host with a `client-name` that they made up', ['secured']]);
    expect(found(authorityRewrite, all(secured, other(entry, { gateways: '[mesh]' })))).toEqual([]);
  });

  test.each<[string, string, boolean]>([
    ['untouched', TO_HTTPBIN, true],
    ['removed', `headers: {request: {remove: [CLIENT-NAME]}}, ${TO_HTTPBIN}`, false],
    ['removed for each destination', 'route: [{destination: {host: httpbin}, headers: {request: {remove: [Client-Name]}}}]', false],
    ['removed for one of two destinations', 'route: [{destination: {host: httpbin}, weight: 1, headers: {request: {remove: [Client-Name]}}}, {destination: {host: b}, weight: 1}]', true],
    ['another workload', 'route: [{destination: {host: other}}]', false],
    ['an answer of its own', 'directResponse: {status: 200}', false],
  ])('passes its headers on (MTLS079): %s', (_name, entry, fires) => {
    expect(found(unguardedSecondRoute, all(secured, other(entry)))).toEqual(fires
      ? ['default/tenant spec.http.0.route: VirtualService `default/tenant` leads to the workload of VirtualService `default/secured` and passes on `client-name` as clients send it'] : []);
  });

  test('passes its headers on: the patch keeps what the route changes already', () => {
    const patch = (entry: string) => findings(unguardedSecondRoute, all(secured, other(entry)))[0].patch;
    expect(patch(TO_HTTPBIN)).toEqual([{ op: 'add', path: '/spec/http/0/headers', value: { request: { remove: ['client-name'] } } }]);
    expect(patch(`headers: {response: {remove: [server]}, request: {set: {x: y}, remove: [z]}}, ${TO_HTTPBIN}`)).toEqual([
      { op: 'add', path: '/spec/http/0/headers', value: { response: { remove: ['server'] }, request: { set: { x: 'y' }, remove: ['z', 'client-name'] } } },
    ]);
  });

  test('passes its headers on: a second entry of the secured VirtualService counts too, one that adds its own header is judged elsewhere', () => {
    const both = virtualService(`[{match: [{uri: {prefix: /open}}], ${TO_HTTPBIN}}, ${IDENTITY}]`, { hosts: '[secured.test]', name: 'secured' });
    expect(found(unguardedSecondRoute, all(gateway(MUTUAL), both))).toEqual([
      'default/secured spec.http.0.route: VirtualService `default/secured` leads to the workload of VirtualService `default/secured` and passes on `client-name` as clients send it',
    ]);
    expect(found(unguardedSecondRoute, changes(`add: {Client-Name: "${SUBJECT}"}`))).toEqual([]);
  });
});
