import * as fc from 'fast-check';
import { DistinguishedName } from '../../src/model/distinguished-name';
import { decodeName } from '../../src/x509/name';
import { certificate, authority } from '../x509/certificate-builder';
import { PRINTED } from '../x509/envoy-observations';

const openSsl = (text: string) => DistinguishedName.fromOpenSsl(text);
const rfc4514 = (text: string) => DistinguishedName.fromRfc4514(text);

describe('from OpenSSL\'s form', () => {
  test.each([
    ['/CN=client/O=Example', 'O=Example,CN=client'],
    ['/C=US/ST=Denial/L=Springfield/O=Dis/CN=httpbin.example.com', 'CN=httpbin.example.com,O=Dis,L=Springfield,ST=Denial,C=US'],
    ['/CN=Joe+OU=Sales/O=Example', 'O=Example,OU=Sales+CN=Joe'],
    ['/OU=Sales+CN=J/O=Example', 'O=Example,OU=Sales+CN=J'],
    ['/CN=a\\/b\\+c\\\\d\\=e', 'CN=a/b\\+c\\\\d=e'],
    ['/CN=a=b', 'CN=a=b'],
    ['/CN=client/', 'CN=client'],
    ['/commonName=client/organizationName=Example', 'O=Example,CN=client'],
    ['/cn=client/o=Example', 'O=Example,CN=client'],
    ['/2.5.4.3=client/2.5.4.10=Example', 'O=Example,CN=client'],
    ['/1.2.3.4=val/CN=a', 'CN=a,1.2.3.4=#0C0376616C'],
    ['/organizationIdentifier=PSDDE-1', '2.5.4.97=#0C0750534444452D31'],
    ['/jurisdictionC=DE', '1.3.6.1.4.1.311.60.2.1.3=#13024445'],
    ['/emailAddress=a@b.c/DC=example/UID=u', 'UID=u,DC=example,emailAddress=a@b.c'],
    ['/CN=é 😀', 'CN=\\C3\\A9 \\F0\\9F\\98\\80'],
    ['/CN=a\nb', 'CN=a\\0Ab'],
    ['/CN= a /O=b', 'O=b,CN=\\ a\\ '],
    ['/', ''],
  ])('`%s`', (text, envoy) => {
    expect(openSsl(text).envoySubject).toBe(envoy);
  });

  test.each([
    ['/C=DE/serialNumber=1/dnQualifier=q', '13'],
    ['/emailAddress=a@b.c', '16'],
    ['/DC=example', '16'],
    ['/CN=client/O=Example', '0c'],
    ['/1.2.3.4=client', '0c'],
  ])('`%s` has values of tag 0x%s', (text, tag) => {
    const tags = decodeName(openSsl(text)._der()).flat().map((attribute) => attribute.tag.toString(16).padStart(2, '0'));
    expect(new Set(tags)).toEqual(new Set([tag]));
  });

  test.each([
    ['CN=client', 'invalid name `CN=client`: expected the form `/CN=client/O=Example`, in the order of the certificate; a text with commas is for fromRfc4514, whose order is the reverse'],
    ['', 'invalid name ``: expected the form `/CN=client/O=Example`'],
    ['client', 'invalid name `client`: expected the form `/CN=client/O=Example`'],
    ['/client', 'invalid name `/client`: `client` has no `=`; expected `type=value`, and a `/` or `+` inside a value is written `\\/` or `\\+`'],
    ['/CN=a/b', 'invalid name `/CN=a/b`: `b` has no `=`; expected `type=value`, and a `/` or `+` inside a value is written `\\/` or `\\+`'],
    ['/CN=', 'attribute `CN` of name `/CN=` has no value: leave the attribute out or give it a value'],
    ['/CN=a\\', 'invalid name `/CN=a\\`: it ends in a lone `\\`; a backslash inside a value is written `\\\\`'],
    ['/CN=a+', 'invalid name `/CN=a+`: nothing follows the last `+`; a `+` inside a value is written `\\+`'],
    ['/E=a@b.c', 'unknown attribute `E` in name `/E=a@b.c`: write `emailAddress`'],
    ['/S=x', 'unknown attribute `S` in name `/S=x`: write `ST`'],
    ['/X=a', 'unknown attribute `X` in name `/X=a`: expected one of CN, SN, serialNumber, C, L, ST, street, O, OU, title, description, businessCategory, postalAddress, '
      + 'postalCode, postOfficeBox, telephoneNumber, name, GN, initials, generationQualifier, dnQualifier, houseIdentifier, pseudonym, role, organizationIdentifier, '
      + 'UID, mail, DC, emailAddress, unstructuredName, unstructuredAddress, jurisdictionL, jurisdictionST, jurisdictionC, or a dotted object identifier such as `2.5.4.97`'],
    ['/1.2.=a', 'invalid object identifier `1.2.`: expected numbers joined by dots, e.g. `2.5.4.97`'],
    ['/CN=a\0b', 'attribute `CN` of name `/CN=a\0b` holds a NUL character, at which other programs stop reading'],
    ['/C=DEU', 'attribute `C` of name `/C=DEU` has 3 characters, but exactly 2 are allowed (RFC 5280 appendix A.1)'],
    ['/C=D', 'attribute `C` of name `/C=D` has 1 character, but exactly 2 are allowed (RFC 5280 appendix A.1)'],
    ['/C=d_', "attribute `C` of name `/C=d_` holds `_`, but only letters, digits, space and '()+,-./:=? are allowed there"],
    ['/emailAddress=é@b.c', 'attribute `emailAddress` of name `/emailAddress=é@b.c` holds `é`, but only ASCII is allowed there'],
    ['/CN=\ud800', 'invalid name `/CN=\ud800`: a lone surrogate or a Unicode noncharacter, and Envoy refuses such a certificate'],
    ['/CN=\uffff', 'invalid name `/CN=\uffff`: a lone surrogate or a Unicode noncharacter, and Envoy refuses such a certificate'],
  ])('`%s` is refused', (text, message) => {
    expect(() => openSsl(text)).toThrow(new Error(message));
  });

  test.each([['CN', 64], ['O', 64], ['OU', 64], ['L', 128], ['ST', 128], ['serialNumber', 64], ['emailAddress', 128], ['GN', 32768]])(
    '%s has at most %d characters', (type, limit) => {
      expect(openSsl(`/${type}=${'x'.repeat(limit)}`).isEmpty).toBe(false);
      expect(() => openSsl(`/${type}=${'x'.repeat(limit + 1)}`)).toThrow(`has ${limit + 1} characters, but at most ${limit} are allowed (RFC 5280 appendix A.1)`);
    });

  test('characters are counted, not UTF-16 units', () => {
    expect(openSsl(`/CN=${'😀'.repeat(64)}`).isEmpty).toBe(false);
  });

  test.each([[undefined, 'of type undefined'], [null, 'null'], [42, 'of type number'], [['/CN=a'], 'of type object']])('%p is no name', (value, described) => {
    const message = `a name is a text such as \`/CN=client/O=Example\`, not ${described}`;
    expect(() => openSsl(value as any)).toThrow(new Error(message));
    expect(() => rfc4514(value as any)).toThrow(new Error(message));
  });

  test('more than 64 KiB are refused', () => {
    expect(() => openSsl('/title=' + 'x'.repeat(65536))).toThrow(new Error('a name of 65543 bytes is too long: at most 65536 are read'));
    expect(() => openSsl('/title=' + 'x'.repeat(65520))).toThrow(new Error('a name of 65542 bytes in DER is too long: at most 65536 are allowed'));
  });
});

describe('from RFC 4514', () => {
  test.each([
    ['O=Example,CN=client', '/CN=client/O=Example'],
    ['OU=Sales+CN=J,O=x', '/O=x/CN=J+OU=Sales'],
    ['UID=jsmith,DC=example,DC=net', '/DC=net/DC=example/UID=jsmith'],
    ['OU=Sales+CN=J.  Smith,DC=example,DC=net', '/DC=net/DC=example/OU=Sales+CN=J.  Smith'],
    ['CN=James \\"Jim\\" Smith\\, III,DC=example,DC=net', '/DC=net/DC=example/CN=James "Jim" Smith, III'],
    ['CN=Before\\0dAfter,DC=example,DC=net', '/DC=net/DC=example/CN=Before\rAfter'],
    ['1.3.6.1.4.1.1466.0=#0C0148', '/1.3.6.1.4.1.1466.0=H'],
    ['CN=Lu\\C4\\8Di\\C4\\87', '/CN=Lučić'],
    ['CN=Lučić', '/CN=Lučić'],
    ['cn=a', '/CN=a'],
    ['CN=\\ a\\ ', '/CN= a '],
    ['CN=\\#a', '/CN=#a'],
    ['CN=#0c0161', '/CN=a'],
    ['CN=a=b\\=c', '/CN=a=b=c'],
    ['', '/'],
  ])('`%s` (examples of RFC 4514 section 4 and others)', (text, same) => {
    expect(rfc4514(text).toDer()).toBe(openSsl(same).toDer());
  });

  const displayOrder = 'RFC 4514 has no white space around `,`, `+` and `=`; a text that has it mostly shows the order of the certificate, which is the reverse: '
    + 'take the text of `openssl x509 -nameopt RFC2253`, or write it for fromOpenSsl';
  test.each([
    ['/CN=client/O=Example', 'expected the form `O=Example,CN=client`; a text with slashes is for fromOpenSsl, whose order is the reverse'],
    ['O=Example, CN=client', `white space beside \`CN\`; ${displayOrder}`],
    ['CN = client', `white space beside \`CN\`; ${displayOrder}`],
    ['CN= client', `white space beside \`=\`; ${displayOrder}`],
    ['CN=client ,O=x', `white space at the end of a value is written \`\\ \`; ${displayOrder}`],
    ['client', '`client` has no `=`; expected `type=value`, and a `,` or `+` inside a value is written `\\,` or `\\+`'],
    ['CN=a,', '`` has no `=`; expected `type=value`, and a `,` or `+` inside a value is written `\\,` or `\\+`'],
    ['CN=a+', '`` has no `=`; expected `type=value`, and a `,` or `+` inside a value is written `\\,` or `\\+`'],
    ['CN=a;O=b', 'unescaped `;`; inside a value it is written `\\;` (RFC 4514 section 2.4)'],
    ['CN="a"', 'unescaped `"`; inside a value it is written `\\"` (RFC 4514 section 2.4)'],
    ['CN=<a', 'unescaped `<`; inside a value it is written `\\<` (RFC 4514 section 2.4)'],
    ['CN=a\\', 'unescaped `\\`; a backslash stands before two hex digits or one of `"#+,;<=>\\` and space (RFC 4514 section 2.4)'],
    ['CN=\\xy', 'unescaped `\\`; a backslash stands before two hex digits or one of `"#+,;<=>\\` and space (RFC 4514 section 2.4)'],
    ['CN=\\C3', 'the hex pairs of `CN` are not UTF-8'],
    ['1.2.3=\\C3', 'the hex pairs of `1.2.3` are not UTF-8'],
    ['CN=#a', 'a value that begins with `#` is the hex of its DER; a text that begins with it is written `\\#`'],
    ['CN=#', 'a value that begins with `#` is the hex of its DER; a text that begins with it is written `\\#`'],
  ])('`%s` is refused', (text, reason) => {
    expect(() => rfc4514(text)).toThrow(new Error(`invalid name \`${text}\`: ${reason}`));
  });

  test.each([
    ['CN=', 'attribute `CN` of name `CN=` has no value: leave the attribute out or give it a value'],
    ['CN=\\00', 'attribute `CN` of name `CN=\\00` holds a NUL character, at which other programs stop reading'],
    ['CN=\\EF\\BF\\BF', 'attribute `CN` of name `CN=\\EF\\BF\\BF` holds a lone surrogate or a Unicode noncharacter, and Envoy refuses such a certificate'],
    ['CN=#0c0161ff', 'the value of `CN` in name `CN=#0c0161ff` has 1 byte of trailing data after its DER'],
    ['1.2.3=#0cff', 'the value of `1.2.3` in name `1.2.3=#0cff` is not DER: an element has a length of 127 octets'],
    ['CN=#0c01c3', 'the value of `CN` in name `CN=#0c01c3` is not valid UTF-8: Envoy refuses such a certificate'],
  ])('`%s` is refused', (text, message) => {
    expect(() => rfc4514(text)).toThrow(new Error(message));
  });
});

describe('what it prints', () => {
  test.each([
    ['/CN=client/O=Example', 'O=Example,CN=client'],
    ['/CN=é', 'CN=é'],
    ['/CN= #a,b ', 'CN=\\ #a\\,b\\ '],
    ['/CN=#a', 'CN=\\#a'],
    ['/CN=a\nb', 'CN=a\\0Ab'],
    ['/CN=J+OU=Sales', 'OU=Sales+CN=J'],
    ['/organizationIdentifier=x', 'organizationIdentifier=x'],
    ['/1.2.3.4=val', '1.2.3.4=#0C0376616C'],
  ])('`%s` in RFC 4514', (text, expected) => {
    expect(openSsl(text).rfc4514).toBe(expected);
  });

  test.each([
    ['300b3109300706035504030c00', 'CN=#0C00', '/CN='],
    ['300c310a30080603550403020105', 'CN=#020105', '/CN=#05'],
    ['300d310b3009060355046113026131', 'organizationIdentifier=#13026131', '/organizationIdentifier=a1'],
    ['300d310b3009060355040313026131', 'CN=a1', '/CN=a1'],
  ])('what no text brings back (%s) is written as hex of the DER', (hex, text, forOpenSsl) => {
    const name = DistinguishedName._ofName(decodeName(Buffer.from(hex, 'hex')));
    expect(name.rfc4514).toBe(text);
    expect(name.openSsl).toBe(forOpenSsl);
  });

  test('its text is what Envoy prints', () => {
    expect(`${openSsl('/CN=é/O=x')}`).toBe('O=x,CN=\\C3\\A9');
  });

  test.each([['/CN=team-*', true], ['/CN=team-*/O=x', true], ['/O=x/CN=team-*', false], ['/CN=*.example.com', false], ['/CN=\\*+OU=b', true], ['/', false]])(
    '`%s` would be a wildcard to Istio: %s', (text, expected) => {
      expect(openSsl(text).startsOrEndsWithWildcard).toBe(expected);
    });
});

const UNTELLABLE = ['multi-valued, not in DER order', 'an arc of 2^64', 'a number of more than 79 characters'];

test.each(PRINTED.filter(([description]) => !UNTELLABLE.includes(description)))('%s: RFC 4514 text makes an equal name', (_, hex) => {
  const name = DistinguishedName._ofName(decodeName(Buffer.from(hex, 'hex')));
  expect(rfc4514(name.rfc4514).isSameAs(name)).toBe(true);
});

test('names that differ in string types only are equal', () => {
  expect(rfc4514('CN=#130161').isSameAs(openSsl('/CN=a'))).toBe(true);
  expect(rfc4514('CN=#130161').toDer()).not.toBe(openSsl('/CN=a').toDer());
  expect(openSsl('/CN=a/O=b').isSameAs(openSsl('/O=b/CN=a'))).toBe(false);
  expect(openSsl('/CN=a').isSameAs(openSsl('/CN=A'))).toBe(false);
});

test('a certificate gives its subject and its issuer', () => {
  const ca = authority({ subject: '/O=Example/CN=ca' });
  const pem = certificate({ subject: '/CN=client/O=Example', issuer: ca });
  expect(DistinguishedName.fromCertificate(pem).openSsl).toBe('/CN=client/O=Example');
  expect(DistinguishedName.issuerOfCertificate(pem).openSsl).toBe('/O=Example/CN=ca');
  expect(DistinguishedName.fromCertificate(pem + ca.pem).openSsl).toBe('/CN=client/O=Example');
});

describe('properties', () => {
  const type = fc.constantFrom('CN', 'O', 'OU', 'L', 'ST', 'title', 'UID', 'street', 'pseudonym', 'organizationIdentifier', '1.2.3.4', '2.5.4.200', '2.999.1');
  const character = fc.oneof(fc.constantFrom(...' ,+"\\<>;#=/*%\n\r\t\x7f\x01é中😀'), fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }));
  const value = fc.array(character, { minLength: 1, maxLength: 12 }).map((parts) => parts.join('')).filter((text) => Array.from(text).length <= 64);
  const attribute = fc.tuple(type, value);
  const name = fc.array(fc.array(attribute, { minLength: 1, maxLength: 3 }), { maxLength: 4 });
  const write = (rdns: [string, string][][]) =>
    '/' + rdns.map((rdn) => rdn.map(([key, text]) => `${key}=${text.replace(/[/+\\]/g, '\\$&')}`).join('+')).join('/');

  test('everyAcceptedNameRoundTripsThroughDer', () => {
    fc.assert(fc.property(name, (rdns) => {
      const dn = openSsl(write(rdns));
      expect(DistinguishedName._ofName(decodeName(dn._der())).toDer()).toBe(dn.toDer());
    }));
  });

  test('everyAcceptedNameRoundTripsThroughBothTexts', () => {
    fc.assert(fc.property(name, (rdns) => {
      const dn = openSsl(write(rdns));
      expect(openSsl(dn.openSsl || '/').toDer()).toBe(dn.toDer());
      expect(rfc4514(dn.rfc4514).toDer()).toBe(dn.toDer());
    }));
  });

  test('whatEnvoyPrintsIsReadBackAsAnEqualName', () => {
    fc.assert(fc.property(name, (rdns) => {
      const dn = openSsl(write(rdns));
      expect(rfc4514(dn.envoySubject).isSameAs(dn)).toBe(true);
    }));
  });

  test('whatEnvoyPrintsIsPrintableAscii', () => {
    fc.assert(fc.property(name, (rdns) => {
      expect(openSsl(write(rdns)).envoySubject).toMatch(/^[\x20-\x7e]*$/);
    }));
  });

  test('distinctNamesPrintDistinctTexts', () => {
    fc.assert(fc.property(name, name, (one, other) => {
      const [a, b] = [openSsl(write(one)), openSsl(write(other))];
      expect(a.isSameAs(b)).toBe(a.toDer() === b.toDer());
    }));
  });

  test('noTextCrashesTheReadersOtherwiseThanByAnError', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      for (const read of [openSsl, rfc4514]) {
        try {
          read(text).envoySubject;
        } catch (error) {
          expect((error as Error).constructor).toBe(Error);
        }
      }
    }));
  });
});
