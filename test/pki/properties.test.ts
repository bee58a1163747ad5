import fc from 'fast-check';
import { name, NOW, rootAndIntermediate } from './support/authorities';
import { CertificateChain } from '../../src/model/certificate-chain';
import { DistinguishedName } from '../../src/model/distinguished-name';
import { SpiffeId } from '../../src/model/spiffe-id';
import { CertificateAuthority, Clock, IssuedCertificate } from '../../src/pki';
import { Certificate } from '../../src/x509/certificate';
import { DerTag } from '../../src/x509/der';
import { NameAttribute, relativeName } from '../../src/x509/name';
import { writePem } from '../../src/x509/pem';

let ca: CertificateAuthority;
let anchor: CertificateChain;

beforeAll(async () => {
  ({ intermediate: ca } = await rootAndIntermediate());
  anchor = ca.chain.certificates[0];
});

describe('names', () => {
  const text = (unit: fc.Arbitrary<string>, maxLength: number) => fc.string({ unit, minLength: 1, maxLength });
  const printable = fc.constantFrom(...'abcXYZ019 \'()+,-./:=?');
  const ascii = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code));
  const any = fc.oneof(ascii, fc.constantFrom(...'äéßЖ漢🦊 ,+"\\<>;#=/*'));
  const utf16 = (value: string) => Buffer.from(value, 'utf16le').swap16();
  const attribute = (oid: string, tag: number, value: fc.Arbitrary<Buffer>) => value.map((octets): NameAttribute => ({ oid, tag, value: octets }));
  const utf8 = (unit: fc.Arbitrary<string>, maxLength: number) => text(unit, maxLength).map((value) => Buffer.from(value, 'utf8'));
  // Types that text cannot express are in, because certificates of other programs, and requests, have them.
  const attributes = fc.oneof(
    fc.constantFrom('2.5.4.3', '2.5.4.10', '2.5.4.11', '2.5.4.7', '2.5.4.4', '0.9.2342.19200300.100.1.1', '2.5.4.97', '1.3.6.1.4.1.99999.7')
      .chain((oid) => attribute(oid, DerTag.UTF8_STRING, utf8(any, 30))),
    attribute('2.5.4.6', DerTag.PRINTABLE_STRING, fc.constantFrom('DE', 'US').map((value) => Buffer.from(value))),
    attribute('2.5.4.3', DerTag.PRINTABLE_STRING, utf8(printable, 30)),
    attribute('1.2.840.113549.1.9.1', DerTag.IA5_STRING, utf8(ascii, 30)),
    attribute('0.9.2342.19200300.100.1.25', DerTag.IA5_STRING, utf8(ascii, 20)),
    attribute('2.5.4.3', DerTag.T61_STRING, text(ascii, 20).map((value) => Buffer.from(value, 'latin1'))),
    attribute('2.5.4.10', DerTag.BMP_STRING, text(ascii, 20).map(utf16)),
    attribute('2.5.4.5', DerTag.NUMERIC_STRING, text(fc.constantFrom(...'0123456789 '), 10).map((value) => Buffer.from(value))),
    attribute('2.5.4.45', DerTag.BIT_STRING, fc.constant(Buffer.from([0, 0xa5]))),
  );
  const relativeNames = fc.uniqueArray(attributes, { minLength: 1, maxLength: 3, selector: ({ oid }) => oid }).map(relativeName);
  const names = fc.array(relativeNames, { minLength: 1, maxLength: 5 });

  test('everyAcceptedNameRoundTrips', async () => {
    await fc.assert(fc.asyncProperty(names, async (parts) => {
      const subject = DistinguishedName._ofName(parts);
      const { chain } = await ca.issueClientCertificate({ subject });
      expect(chain.subject.toDer()).toBe(subject.toDer());
      expect(chain.subject.envoySubject).toBe(subject.envoySubject);
      expect(chain.isSignedBy(anchor)).toBe(true);
    }), { numRuns: 60 });
  });

  test('everyAcceptedCaNameIsTheIssuerOfWhatItIssues', async () => {
    await fc.assert(fc.asyncProperty(names, async (parts) => {
      const subject = DistinguishedName._ofName(parts);
      const root = await CertificateAuthority.root({ subject, clock: Clock.at(NOW) }).create();
      const { chain } = await root.issueServerCertificate({ dnsNames: ['a.example'] });
      expect(chain.issuer.toDer()).toBe(subject.toDer());
      expect(chain.isSignedBy(root.chain)).toBe(true);
      // Throws unless the list is by this very name.
      await root.issueRevocationList({ previousPem: (await root.issueRevocationList()).pem });
    }), { numRuns: 25 });
  });

  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
  const host = fc.tuple(fc.constantFrom('', '*.'), fc.array(label, { minLength: 1, maxLength: 3 })).map(([star, labels]) => `${star}${labels.join('.')}.example`);
  const spiffe = fc.tuple(fc.stringMatching(/^[a-z0-9._-]{1,30}$/), fc.array(fc.stringMatching(/^[A-Za-z0-9_-]{1,10}$/), { maxLength: 3 }))
    .map(([domain, path]) => `spiffe://${[domain, ...path].join('/')}`);

  test('everyAcceptedAlternativeNameRoundTrips', async () => {
    const sets = fc.record({
      dnsNames: fc.uniqueArray(host, { minLength: 1, maxLength: 4 }),
      ipAddresses: fc.uniqueArray(fc.oneof(fc.ipV4(), fc.ipV6()), { minLength: 1, maxLength: 4, selector: canonical }),
      spiffe,
    });
    await fc.assert(fc.asyncProperty(sets, async ({ dnsNames, ipAddresses, spiffe: uri }) => {
      const { chain } = await ca.issueServerCertificate({ dnsNames, ipAddresses, spiffeId: SpiffeId.parse(uri), alsoClient: true });
      expect(chain.dnsNames).toEqual(dnsNames);
      expect(chain.uris).toEqual([uri]);
      expect(chain.ipAddresses.map(canonical)).toEqual(ipAddresses.map(canonical));
      expect([...dnsNames, ...ipAddresses].every((one) => chain.covers(one))).toBe(true);
    }), { numRuns: 40 });
  });

  const canonical = (address: string) => address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
});

describe('signatures', () => {
  let leaf: IssuedCertificate;
  let der: Buffer;

  beforeAll(async () => {
    leaf = await ca.issueServerCertificate({ dnsNames: ['a.example'] });
    [{ der }] = Certificate.readAll(leaf.certificatePem);
  });

  /** Whether the changed certificate is still one that the CA has signed; one that cannot be read is not. */
  function verifies(bytes: Buffer): boolean {
    try {
      return CertificateChain.fromPem(writePem('CERTIFICATE', bytes)).isSignedBy(anchor);
    } catch {
      return false;
    }
  }

  const mutated = (at: number, flipped: number) => {
    const bytes = Buffer.from(der);
    bytes[at] ^= flipped; // eslint-disable-line no-bitwise
    return bytes;
  };

  test('the unchanged certificate verifies', () => {
    expect(verifies(der)).toBe(true);
  });

  test('noOneByteMutationOfACertificateVerifies', () => {
    const positions = Array.from(der, (_, at) => at);
    // Every byte once, then any byte in any way.
    expect(positions.filter((at) => verifies(mutated(at, 1)))).toEqual([]);
    const anywhere = fc.integer({ min: 0, max: der.length - 1 });
    fc.assert(fc.property(anywhere, fc.integer({ min: 1, max: 255 }), (at, flipped) => !verifies(mutated(at, flipped))), { numRuns: 2000 });
  });

  test('noOneByteMutationOfACaCertificateIsAnIssuer', () => {
    const [{ der: issuer }] = Certificate.readAll(anchor.pem);
    // The signature of a trust anchor is not looked at, nor its dates, serial number and issuer: its key, its name and what it may do are.
    const key = issuer.indexOf(Buffer.from('03420004', 'hex')) + 4;
    const issues = (at: number, flipped: number) => {
      const bytes = Buffer.from(issuer);
      bytes[at] ^= flipped; // eslint-disable-line no-bitwise
      try {
        return CertificateChain.fromPem(leaf.certificatePem).isSignedBy(CertificateChain.fromPem(writePem('CERTIFICATE', bytes)));
      } catch {
        return false;
      }
    };
    const ofKey = fc.integer({ min: key, max: key + 63 });
    fc.assert(fc.property(ofKey, fc.integer({ min: 1, max: 255 }), (at, flipped) => !issues(at, flipped)), { numRuns: 200 });
  });

  test('aChainInAnyOrderIsReadButLinkedInOneOnly', async () => {
    const root = await CertificateAuthority.root({ subject: name('/CN=Root'), pathLength: 2 }).create();
    const upper = await root.createIntermediate({ subject: name('/CN=Upper'), pathLength: 1 });
    const issued = await (await upper.createIntermediate({ subject: name('/CN=Lower') })).issueServerCertificate({ dnsNames: ['a.example'] });
    const above = issued.chain.certificates.slice(1);
    fc.assert(fc.property(fc.shuffledSubarray(above, { minLength: above.length }), (order) => {
      const chain = CertificateChain.fromPem(issued.certificatePem + order.map(({ pem }) => pem).join(''));
      const inOrder = chain.pem === issued.chainPem;
      expect(chain.isSignedBy(root.chain)).toBe(true);
      expect(chain.isLinked).toBe(inOrder);
      const load = () => CertificateAuthority.fromPem({ certificatePem: order.map(({ pem }) => pem).join('') + root.certificatePem, privateKeyPem: 'none' });
      expect(load).toThrow(inOrder ? 'private key of the CA is no PEM text' : 'the CA certificates are not a chain');
    }));
  });
});
