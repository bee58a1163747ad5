import * as fc from 'fast-check';
import { HostPattern } from '../../src/model/host-pattern';

const EXPECTED = 'labels of letters, digits and inner `-`, at most 63 characters each';

describe('a host is refused with its cure', () => {
  test.each([
    ['', 'invalid host ``: expected a host name such as `app.example.com` or a wildcard such as `*.example.com`'],
    ['Test.com', 'invalid host `Test.com`: expected its lower-case form `test.com`'],
    ['a.example.com:443', 'invalid host `a.example.com:443`: expected the host without a port: `a.example.com`'],
    ['bücher.example', 'invalid host `bücher.example`: expected its punycode form `xn--bcher-kva.example`'],
    ['a.example\uFFFE', 'invalid host `a.example\uFFFE`: expected an ASCII host name (punycode for international names)'],
    ['ns/a.example.com', 'invalid host `ns/a.example.com`: expected a host name without a namespace part'],
    ['10.0.0.1', 'invalid host `10.0.0.1`: expected a host name: TLS server name indication carries no IP address (RFC 6066 section 3)'],
    ['a.example.com.', 'invalid host `a.example.com.`: expected the name without the trailing dot: `a.example.com`'],
    ['a.*.com', 'invalid host `a.*.com`: expected a wildcard only as the whole first label, as in `*.example.com`'],
    ['*foo.com', 'invalid host `*foo.com`: expected a wildcard only as the whole first label, as in `*.example.com`'],
    ['*.*.com', 'invalid host `*.*.com`: expected a wildcard only as the whole first label, as in `*.example.com`'],
    ['-a.com', `invalid host \`-a.com\`: expected ${EXPECTED}`],
    ['a..com', `invalid host \`a..com\`: expected ${EXPECTED}`],
    ['*.', 'invalid host `*.`: expected the name without the trailing dot: `*`'],
    [`${'a'.repeat(64)}.com`, `invalid host \`${'a'.repeat(64)}.com\`: expected ${EXPECTED}`],
    ['httpbin', 'invalid host `httpbin`: expected a name with a dot: Istio expands a single label to a service of its own namespace'],
    ['a.123', 'invalid host `a.123`: expected a name whose last label is not a number'],
    ['a b.com', 'invalid host `a b.com`: expected a host name without spaces and control characters'],
    ['a\n.com', 'invalid host `a\n.com`: expected a host name without spaces and control characters'],
    [Array(64).fill('aaaa').join('.'), `invalid host \`${Array(64).fill('aaaa').join('.')}\`: expected at most 253 characters`],
  ])('%p', (host, message) => {
    expect(() => HostPattern.parse(host)).toThrow(new Error(message));
  });

  test('a value that is not text, from JavaScript', () => {
    expect(() => HostPattern.parse(undefined as any)).toThrow('invalid host `undefined`: expected a host name such as');
  });
});

describe('wildcards', () => {
  test.each([
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', '*.b.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'badexample.com', false],
    ['*.example.com', '*', false],
    ['*', 'example.com', true],
    ['a.example.com', 'a.example.com', true],
    ['a.example.com', '*.example.com', false],
  ])('%s covers %s: %p', (pattern, host, expected) => {
    expect(HostPattern.parse(pattern).covers(HostPattern.parse(host))).toBe(expected);
  });

  test('overlap is symmetric', () => {
    const [exact, wildcard, other] = ['a.example.com', '*.example.com', 'a.example.org'].map((host) => HostPattern.parse(host));
    expect([exact.overlaps(wildcard), wildcard.overlaps(exact), exact.overlaps(other), other.overlaps(exact)]).toEqual([true, true, false, false]);
  });
});

describe('policy values', () => {
  test('an exact host is listed with and without a port, because policies compare the authority with its port', () => {
    expect(HostPattern.parse('a.example.com').allowValues([443])).toEqual(['a.example.com', 'a.example.com:*']);
    expect(HostPattern.parse('a.example.com').denyValues()).toEqual(['a.example.com', 'a.example.com:*']);
  });

  test('a wildcard under ALLOW lists the ports, because `*.h:*` would match nothing', () => {
    expect(HostPattern.parse('*.example.com').allowValues([443, 8443])).toEqual(['*.example.com', '*.example.com:443', '*.example.com:8443']);
    expect(HostPattern.parse('*').allowValues([443])).toEqual(['*']);
  });

  test('a wildcard under DENY is refused, because a port escapes it', () => {
    expect(() => HostPattern.parse('*.example.com').denyValues())
      .toThrow(new Error('wildcard host `*.example.com` cannot limit a DENY policy: `Host: a.example.com:9` would escape it, list the exact hosts'));
    expect(() => HostPattern.parse('*').denyValues()).toThrow(new Error('host `*` cannot limit a DENY policy: leave the hosts out to deny on all of them'));
  });
});

test('everyAcceptedHostIsPrintedAsWritten', () => {
  fc.assert(fc.property(fc.domain(), (domain) => {
    const host = domain.toLowerCase();
    let text: string;
    try {
      text = HostPattern.parse(host).toString();
    } catch {
      return;
    }
    expect(text).toBe(host);
    expect(HostPattern.parse(`*.${host}`).covers(HostPattern.parse(`x.${host}`))).toBe(true);
  }));
});
