import * as fc from 'fast-check';
import { SpiffeId } from '../../src/model/spiffe-id';

test.each([
  ['spiffe://test.client', 'test.client', ''],
  ['spiffe://partner.example/billing', 'partner.example', '/billing'],
  ['spiffe://cluster.local/ns/default/sa/Curl_1.2-x', 'cluster.local', '/ns/default/sa/Curl_1.2-x'],
  ['spiffe://a/...', 'a', '/...'],
  [`spiffe://${'a'.repeat(255)}`, 'a'.repeat(255), ''],
  [`spiffe://a/${'p'.repeat(2037)}`, 'a', `/${'p'.repeat(2037)}`],
])('%s', (uri, trustDomain, path) => {
  const id = SpiffeId.parse(uri);
  expect(id.trustDomain).toBe(trustDomain);
  expect(id.path).toBe(path);
  expect(id.uri).toBe(uri);
  expect(`${id}`).toBe(uri);
  expect(id.principal).toBe(`${trustDomain}${path}`);
});

test.each([
  ['spiffe:test.client', 'expected `spiffe://<trust domain>[/<path>]`'],
  ['', 'expected `spiffe://<trust domain>[/<path>]`'],
  ['https://test.client', 'expected `spiffe://<trust domain>[/<path>]`'],
  [' spiffe://test.client', 'expected `spiffe://<trust domain>[/<path>]`'],
  ['test.client', 'this is a principal, as Istio writes it; a SPIFFE ID has the scheme: `spiffe://test.client`'],
  ['cluster.local/ns/a/sa/b', 'this is a principal, as Istio writes it; a SPIFFE ID has the scheme: `spiffe://cluster.local/ns/a/sa/b`'],
  ['SPIFFE://test.client', 'the scheme is lower case; write `spiffe://test.client`'],
  ['spiffe://Test.Client', 'a trust domain is lower case; write `test.client`'],
  ['spiffe://', 'the trust domain is missing; expected `spiffe://<trust domain>[/<path>]`'],
  ['spiffe:///path', 'the trust domain is missing; expected `spiffe://<trust domain>[/<path>]`'],
  ['spiffe://test.client/', 'leave out the slash at the end'],
  ['spiffe://test.client/a/', 'leave out the slash at the end'],
  ['spiffe://test.client//a', 'an empty path segment (`//`) is not allowed'],
  ['spiffe://test.client/a/../b', 'the path segments `.` and `..` are not allowed'],
  ['spiffe://test.client/.', 'the path segments `.` and `..` are not allowed'],
  ['spiffe://test.client:8443', 'a trust domain has no port; write `test.client`'],
  ['spiffe://test.client:', 'a trust domain has no port; write `test.client`'],
  ['spiffe://user@test.client', '`@` is not allowed; a SPIFFE ID has no user, query, fragment or percent-encoding'],
  ['spiffe://test.client?a', '`?` is not allowed; a SPIFFE ID has no user, query, fragment or percent-encoding'],
  ['spiffe://test.client/a#b', '`#` is not allowed; a SPIFFE ID has no user, query, fragment or percent-encoding'],
  ['spiffe://test.client/%41', '`%` is not allowed; a SPIFFE ID has no user, query, fragment or percent-encoding'],
  ['spiffe://test client', 'a trust domain has only lower-case letters, digits, `.`, `-` and `_`'],
  ['spiffe://Täst', 'a trust domain has only lower-case letters, digits, `.`, `-` and `_`'],
  ['spiffe://*', 'a trust domain has only lower-case letters, digits, `.`, `-` and `_`'],
  ['spiffe://a/*', 'a path segment has only letters, digits, `.`, `-` and `_`'],
  ['spiffe://a/b\n', 'a path segment has only letters, digits, `.`, `-` and `_`'],
  ['spiffe://a\n', 'a trust domain has only lower-case letters, digits, `.`, `-` and `_`'],
  [`spiffe://${'a'.repeat(256)}`, 'its trust domain has 256 characters, but at most 255 are allowed'],
])('`%s` is refused', (uri, cure) => {
  expect(() => SpiffeId.parse(uri)).toThrow(new Error(`invalid SPIFFE ID \`${uri}\`: ${cure}`));
});

test('more than 2048 characters are refused without showing them all', () => {
  expect(() => SpiffeId.parse(`spiffe://a/${'p'.repeat(2038)}`))
    .toThrow(new Error(`invalid SPIFFE ID \`spiffe://a/${'p'.repeat(49)}…\` of 2049 characters: at most 2048 are allowed`));
});

test.each([[undefined, 'undefined'], [null, 'null'], [7, 'number'], [{}, 'object']])('%p is refused', (value, type) => {
  expect(() => SpiffeId.parse(value as any)).toThrow(new Error(`invalid SPIFFE ID of type ${type}: expected \`spiffe://<trust domain>[/<path>]\``));
});

describe('of a workload', () => {
  test('it is what Istio issues', () => {
    expect(SpiffeId.ofWorkload({ namespace: 'foo', serviceAccount: 'httpbin' }).uri).toBe('spiffe://cluster.local/ns/foo/sa/httpbin');
    expect(SpiffeId.ofWorkload({ trustDomain: 'td', namespace: 'foo', serviceAccount: 'a.b' }).principal).toBe('td/ns/foo/sa/a.b');
  });

  test.each(['', 'Foo', '-a', 'a-', 'a.b', 'a/b', '*', 'a'.repeat(64), undefined, null])('namespace `%s` is refused', (namespace) => {
    expect(() => SpiffeId.ofWorkload({ namespace: namespace as any, serviceAccount: 'a' }))
      .toThrow(new Error(`invalid namespace \`${namespace}\`: expected a name such as \`default\` (at most 63 lower-case letters, digits and \`-\`)`));
  });

  test.each(['', 'A', 'a..b', '.a', 'a-', 'a/b', '*', 'a'.repeat(254), undefined])('service account `%s` is refused', (serviceAccount) => {
    expect(() => SpiffeId.ofWorkload({ namespace: 'a', serviceAccount: serviceAccount as any }))
      .toThrow(new Error(`invalid service account \`${serviceAccount}\`: expected a name such as \`default\` (at most 253 lower-case letters, digits, \`-\` and \`.\`)`));
  });

  test('a bad trust domain is refused', () => {
    expect(() => SpiffeId.ofWorkload({ trustDomain: 'TD', namespace: 'a', serviceAccount: 'b' }))
      .toThrow(new Error('invalid SPIFFE ID `spiffe://TD/ns/a/sa/b`: a trust domain is lower case; write `td`'));
    expect(() => SpiffeId.ofWorkload({ trustDomain: 'td/x', namespace: 'a', serviceAccount: 'b' }))
      .toThrow(new Error('invalid trust domain `td/x`: expected a name such as `cluster.local`'));
  });

  test.each([undefined, null])('%s is refused', (workload) => {
    expect(() => SpiffeId.ofWorkload(workload as any)).toThrow(new Error('a SPIFFE ID of a workload needs `namespace` and `serviceAccount`'));
  });
});

test('equality is that of the URI', () => {
  expect(SpiffeId.parse('spiffe://a/b').isSameAs(SpiffeId.parse('spiffe://a/b'))).toBe(true);
  expect(SpiffeId.parse('spiffe://a/b').isSameAs(SpiffeId.parse('spiffe://a/B'))).toBe(false);
});

test('noAcceptedIdHoldsAWildcardOrASeparatorOfAnotherSyntax', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'B', '.', '/', '-', '_', '*', '%', ':', '@', ',', ' ', '\n', 'é'), maxLength: 10 });
  fc.assert(fc.property(text, (rest) => {
    let id: SpiffeId | undefined;
    try {
      id = SpiffeId.parse(`spiffe://${rest}`);
    } catch { /* refused */ }
    if (id !== undefined) {
      expect(id.uri).toBe(`spiffe://${rest}`);
      expect(id.principal).toMatch(/^[a-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/);
    }
  }));
});
