import 'reflect-metadata';
import type { KeyObject } from 'node:crypto';
import { GeneralNames } from '@peculiar/x509';
import { DistinguishedName } from '../../src/model/distinguished-name';
import { SpiffeId } from '../../src/model/spiffe-id';
import { Clock, Validity } from '../../src/pki';
import { AskedNames, encodeNames, isNameless, requireNames } from '../../src/pki/alternative-names';
import { CertificateUsage } from '../../src/pki/certificate-usage';
import { requireStrongKey } from '../../src/pki/key-strength';
import { LONGEST_LEAF, USUAL_LEAF, requirePathLength, validityWithin } from '../../src/pki/limits';
import { periodFrom, readClock } from '../../src/pki/period';
import { requireSubject, subjectOfFirstName } from '../../src/pki/subject';
import { requireUsages } from '../../src/pki/usages';
import { relativeName } from '../../src/x509/name';

describe('validity', () => {
  test.each([
    [Validity.minutes(30), 30 * 60_000, '30m'],
    [Validity.hours(12), 12 * 3_600_000, '12h'],
    [Validity.days(90), 90 * 86_400_000, '90d'],
    [Validity.years(2), 730 * 86_400_000, '2y'],
  ])('%s has a length and a text that comes back', (validity, milliseconds, text) => {
    expect(validity.milliseconds).toBe(milliseconds);
    expect(validity.toString()).toBe(text);
    expect(Validity.parse(text)).toEqual(validity);
  });

  test.each([
    ['90', 'invalid validity `90`: expected a whole number and `m`, `h`, `d` or `y`, such as `90d`'],
    ['90 d', 'invalid validity `90 d`: expected a whole number and `m`, `h`, `d` or `y`, such as `90d`'],
    ['-1d', 'invalid validity `-1d`: expected a whole number and `m`, `h`, `d` or `y`, such as `90d`'],
    ['1.5d', 'invalid validity `1.5d`: expected a whole number and `m`, `h`, `d` or `y`, such as `90d`'],
    ['', 'invalid validity ``: expected a whole number and `m`, `h`, `d` or `y`, such as `90d`'],
    [undefined, 'invalid validity `undefined`: expected a whole number and `m`, `h`, `d` or `y`, such as `90d`'],
    ['0d', 'invalid validity of `0` days: expected a whole number of at least 1'],
  ])('the text %j is refused', (text, message) => {
    expect(() => Validity.parse(text as string)).toThrow(new Error(message));
  });

  test.each([0, -1, 1.5, NaN, Infinity, '90', null, 2e9])('%p days are refused', (amount) => {
    expect(() => Validity.days(amount as number)).toThrow(new Error(`invalid validity of \`${amount}\` days: expected a whole number of at least 1`));
  });

  test('what is asked for wins over the default, up to the longest', () => {
    expect(validityWithin(undefined, USUAL_LEAF, LONGEST_LEAF, 'x')).toBe(USUAL_LEAF);
    expect(validityWithin(Validity.days(825), USUAL_LEAF, LONGEST_LEAF, 'x').toString()).toBe('825d');
    expect(() => validityWithin(Validity.days(826), USUAL_LEAF, LONGEST_LEAF, 'server certificate'))
      .toThrow(new Error('the validity `826d` of server certificate is too long: at most `825d` is allowed'));
  });

  test.each([[90, 'number'], [null, 'null'], ['90d', 'string']])('%p is no validity', (value, type) => {
    expect(() => validityWithin(value as never, USUAL_LEAF, LONGEST_LEAF, 'x'))
      .toThrow(new Error(`the validity of x is not a Validity but ${type}: use e.g. \`Validity.days(90)\``));
  });
});

describe('clock', () => {
  test('a clock that stands still says the moment it was given', () => {
    expect(Clock.at('2030-01-31').now()).toBe('2030-01-31T00:00:00Z');
    expect(Clock.at('2030-01-31T12:00:00+02:00').now()).toBe('2030-01-31T10:00:00Z');
  });

  test('the clock of the machine goes on', () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    const now = readClock(Clock.system()).getTime();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  test('what a foreign clock says is checked', () => {
    expect(() => readClock({ now: () => 'noon' })).toThrow(new Error('invalid date `noon`: expected ISO 8601 such as `2030-01-31` or `2030-01-31T12:00:00Z`'));
    expect(() => Clock.at('2030-02-30')).toThrow('invalid date `2030-02-30`');
  });

  test('a period begins five minutes ago, not before its issuer, and has the whole length, both ends included', () => {
    const now = new Date('2030-01-31T12:00:00Z');
    expect(periodFrom(now, Validity.hours(1))).toEqual({ notBefore: new Date('2030-01-31T11:55:00Z'), notAfter: new Date('2030-01-31T12:54:59Z') });
    expect(periodFrom(now, Validity.hours(1), new Date('2030-01-31T11:59:00Z')).notBefore).toEqual(new Date('2030-01-31T11:59:00Z'));
  });
});

describe('keys', () => {
  test('RSA of more than 8192 bits is refused, which would take minutes to generate here', () => {
    const huge = { asymmetricKeyType: 'rsa', asymmetricKeyDetails: { modulusLength: 16384, publicExponent: 65537n } } as KeyObject;
    expect(() => requireStrongKey(huge, 'private key')).toThrow(
      new Error('private key is RSA of 16384 bits, with which every handshake is slow: at most 8192 are accepted'),
    );
  });
});

describe('usages and path lengths', () => {
  test('usages are put in order', () => {
    expect(requireUsages([CertificateUsage.CLIENT, CertificateUsage.SERVER], 'x')).toEqual(['server', 'client']);
  });

  test.each([
    [undefined, 'the usages of x are missing: expected one or both of server, client'],
    [[], 'the usages of x are missing: expected one or both of server, client'],
    ['server', 'the usages of x are missing: expected one or both of server, client'],
    [['serverAuth'], 'unknown usage `serverAuth` of x: expected one or both of server, client'],
    [['server', 'server'], 'usage `server` of x is given twice: leave one out'],
  ])('usages %j are refused', (usages, message) => {
    expect(() => requireUsages(usages, 'x')).toThrow(new Error(message));
  });

  test.each([-1, 1.5, 10, NaN, '1', null])('a path length of %p is refused', (pathLength) => {
    expect(() => requirePathLength(pathLength as number, 'root CA'))
      .toThrow(new Error(`invalid path length \`${pathLength}\` of the root CA: expected a whole number from 0 to 9`));
  });
});

describe('subjects', () => {
  test('a server without a subject gets its first name, if it fits', () => {
    expect(subjectOfFirstName(['a.example.com', 'b.example.com']).openSsl).toBe('/CN=a.example.com');
    expect(subjectOfFirstName([`${'a'.repeat(60)}.example.com`]).isEmpty).toBe(true);
    expect(subjectOfFirstName([]).isEmpty).toBe(true);
  });

  test.each([
    [undefined, "the subject of x is missing: use e.g. `DistinguishedName.fromOpenSsl('/CN=client/O=Example')`"],
    [null, "the subject of x is not a DistinguishedName but null: use e.g. `DistinguishedName.fromOpenSsl('/CN=client/O=Example')`"],
    ['/CN=client', "the subject of x is not a DistinguishedName but string: use e.g. `DistinguishedName.fromOpenSsl('/CN=client/O=Example')`"],
  ])('%p is no subject', (subject, message) => {
    expect(() => requireSubject(subject, 'x')).toThrow(new Error(message));
  });

  test.each(['\x01', '\n', '\x1b', '\x7f', '\u0085', '\u009f'])('the control character %j is refused, in whatever attribute', (control) => {
    const name = DistinguishedName.fromOpenSsl(`/CN=fine/O=not${control}fine`);
    expect(() => requireSubject(name, 'x'))
      .toThrow(new Error(`the subject \`${name.envoySubject}\` of x holds a control character in attribute 2.5.4.10: take it out`));
  });

  test('NUL is refused in strings of other types too', () => {
    const name = DistinguishedName._ofName([relativeName([{ oid: '2.5.4.3', tag: 0x13, value: Buffer.from('a\0b') }])]);
    expect(() => requireSubject(name, 'x')).toThrow('holds a control character in attribute 2.5.4.3');
  });

  test.each([[0x1a, '1a'], [0x02, '02']])('the DER type %i, which OpenSSL does not read in a name, is refused', (tag, hex) => {
    const name = DistinguishedName._ofName([relativeName([{ oid: '2.5.4.3', tag, value: Buffer.from('a') }])]);
    expect(() => requireSubject(name, 'x')).toThrow(
      new Error(`the subject \`${name.envoySubject}\` of x has attribute 2.5.4.3 in the DER type 0x${hex}, which OpenSSL does not read: write it as text`),
    );
  });

  test('values that are bits are let through', () => {
    const name = DistinguishedName._ofName([relativeName([{ oid: '2.5.4.45', tag: 0x03, value: Buffer.from([0, 1]) }])]);
    expect(requireSubject(name, 'x').toString('hex')).toBe(name.toDer());
  });
});

describe('alternative names', () => {
  const some: AskedNames = {
    dnsNames: ['api.example.com', '*.example.com', 'localhost', '_grpc.example.com', 'A.Example.COM', 'xn--bcher-kva.example'],
    ipAddresses: ['192.0.2.1', '2001:db8::1', '::', '::1', 'fe80::', '::ffff:192.0.2.1', '1:2:3:4:5:6:7:8'],
    uris: ['urn:example:billing', 'https://example.com/a?b=c#d'],
    emailAddresses: ['ops@example.com', "o'neill+x@mail.example"],
  };

  test('names are written as they are and read back', () => {
    const written = new GeneralNames(encodeNames(requireNames(some, 'x'))).toJSON();
    const read = (type: string) => written.filter((entry) => entry.type === type).map(({ value }) => value);
    const canonical = (address: string) => address.includes(':') ? new URL(`http://[${address}]`).hostname : address;
    expect({ dnsNames: read('dns'), ipAddresses: read('ip').map(canonical), uris: read('url'), emailAddresses: read('email') })
      .toEqual({ ...some, ipAddresses: some.ipAddresses!.map(canonical) });
  });

  test('a SPIFFE ID becomes the URI', () => {
    expect(requireNames({ spiffeId: SpiffeId.parse('spiffe://test.client') }, 'x').uris).toEqual(['spiffe://test.client']);
  });

  test('nothing asked for is no name', () => {
    expect(isNameless(requireNames({}, 'x'))).toBe(true);
    expect(isNameless(requireNames({ emailAddresses: ['a@b.example'] }, 'x'))).toBe(false);
  });

  const DNS_RULE = 'expected labels of letters, digits and inner `-`, joined by dots, at most 63 characters each and 253 in all, the last not a number';
  const dns = (name: string, cure: string) => [{ dnsNames: [name] }, `invalid DNS name \`${name}\` of x: ${cure}`] as const;
  const IP_RULE = 'expected e.g. `192.0.2.1` or `2001:db8::1`, without a port, a zone or a prefix length';
  const ip = (address: string) => [{ ipAddresses: [address] }, `invalid IP address \`${address}\` of x: ${IP_RULE}`] as const;
  const uri = (text: string) => [{ uris: [text] }, `invalid URI \`${text}\` of x: expected an absolute one such as \`urn:example:billing\` (RFC 3986)`] as const;
  const email = (text: string) => [{ emailAddresses: [text] }, `invalid e-mail address \`${text}\` of x: expected e.g. \`ops@example.com\``] as const;

  test.each<readonly [unknown, string]>([
    [{ dnsNames: [] }, '`dnsNames` of x is an empty list: leave it out or give at least one'],
    [{ ipAddresses: [] }, '`ipAddresses` of x is an empty list: leave it out or give at least one'],
    [{ uris: [] }, '`uris` of x is an empty list: leave it out or give at least one'],
    [{ emailAddresses: [] }, '`emailAddresses` of x is an empty list: leave it out or give at least one'],
    [{ dnsNames: 'a.example' }, '`dnsNames` of x is not a list: leave it out or give at least one'],
    [{ dnsNames: null }, '`dnsNames` of x is not a list: leave it out or give at least one'],
    [{ dnsNames: [''] }, 'x has an empty DNS name: leave it out or name one'],
    [{ dnsNames: [undefined] }, 'DNS name of x is not a text but undefined: leave it out or name one'],
    [{ uris: [null] }, 'URI of x is not a text but null: leave it out or name one'],
    [{ ipAddresses: [1] }, 'IP address of x is not a text but number: leave it out or name one'],
    [{ dnsNames: ['a.example', 'A.example'] }, '`A.example` stands twice in `dnsNames` of x: leave one out'],
    [{ ipAddresses: ['::1', '0:0:0:0:0:0:0:1'] }, '`0:0:0:0:0:0:0:1` stands twice in `ipAddresses` of x: leave one out'],
    [{ uris: ['urn:a:b', 'urn:a:b'] }, '`urn:a:b` stands twice in `uris` of x: leave one out'],
    [{ dnsNames: ['a\0.example'] }, 'DNS name "a\\u0000.example" of x holds a control character: take it out'],
    [{ uris: ['urn:a:\n'] }, 'URI "urn:a:\\n" of x holds a control character: take it out'],
    [{ emailAddresses: ['a@b\x7f.example'] }, 'e-mail address "a@b\x7f.example" of x holds a control character: take it out'],
    [{ dnsNames: ['a .example'] }, 'DNS name "a .example" of x holds a space: take it out'],
    [{ dnsNames: ['bücher.example'] }, 'DNS name `bücher.example` of x is not ASCII: write its punycode form `xn--bcher-kva.example`'],
    [{ dnsNames: ['a\ud800.example'] }, 'DNS name `a\ud800.example` of x is not ASCII: only ASCII is allowed in certificates (RFC 5280 section 4.2.1.6)'],
    [{ emailAddresses: ['ü@b.example'] }, 'e-mail address `ü@b.example` of x is not ASCII: only ASCII is allowed in certificates (RFC 5280 section 4.2.1.6)'],
    dns('192.0.2.1', 'this is an IP address; give it in `ipAddresses`'),
    dns('::1', 'this is an IP address; give it in `ipAddresses`'),
    dns('[::1]', 'this is an IP address; give it in `ipAddresses`'),
    dns('a.example.', 'write `a.example`; certificates have no dot at the end'),
    dns('a.example:443', 'write `a.example`; certificates have no ports'),
    dns('a.*.example', 'a wildcard is the whole first label of a name, as in `*.example.com` (RFC 9525 section 6.3)'),
    dns('a*.example', 'a wildcard is the whole first label of a name, as in `*.example.com` (RFC 9525 section 6.3)'),
    dns('*', 'a wildcard is the whole first label of a name, as in `*.example.com` (RFC 9525 section 6.3)'),
    dns('*.*.example', 'a wildcard is the whole first label of a name, as in `*.example.com` (RFC 9525 section 6.3)'),
    dns('*.com', 'a wildcard directly under a top-level domain is refused by clients; name the hosts'),
    dns('a..example', DNS_RULE),
    dns('-a.example', DNS_RULE),
    dns('a-.example', DNS_RULE),
    dns('a.1', DNS_RULE),
    dns('a/b.example', DNS_RULE),
    dns(`${'a'.repeat(64)}.example`, DNS_RULE),
    dns(`${'abcdefg.'.repeat(32)}example`, DNS_RULE),
    ip('192.0.2.256'),
    ip('192.0.2.1/24'),
    ip('fe80::1%eth0'),
    ip('[::1]'),
    ip('a.example'),
    uri('billing'),
    uri('urn:'),
    uri('urn:a<b>'),
    email('ops'),
    email('@example.com'),
    email('a@b@example.com'),
    email('a@-'),
    [{ uris: ['spiffe://a.example/b'] }, 'URI `spiffe://a.example/b` of x is a SPIFFE ID: give it as `spiffeId: SpiffeId.parse(…)`'],
    [{ uris: ['SPIFFE://a.example/b'] }, 'URI `SPIFFE://a.example/b` of x is a SPIFFE ID: give it as `spiffeId: SpiffeId.parse(…)`'],
    [
      { uris: ['urn:a:b'], spiffeId: SpiffeId.parse('spiffe://a.example/b') },
      'x has the SPIFFE ID `spiffe://a.example/b` and the URI `urn:a:b`: a certificate with a SPIFFE ID has no other URI (X.509-SVID section 2)',
    ],
    [{ spiffeId: 'spiffe://a.example/b' }, 'the SPIFFE ID of x is not a SpiffeId but string: use `SpiffeId.parse(…)`'],
    [{ spiffeId: null }, 'the SPIFFE ID of x is not a SpiffeId but null: use `SpiffeId.parse(…)`'],
  ])('%j is refused', (asked, message) => {
    expect(() => requireNames(asked as AskedNames, 'x')).toThrow(new Error(message));
  });
});
