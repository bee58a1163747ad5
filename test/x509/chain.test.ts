import { KEY_CERT_SIGN, Recipe, authority, certificate } from './certificate-builder';
import { Certificate } from '../../src/x509/certificate';
import { findPath, isLinked } from '../../src/x509/chain';

const read = (pem: string) => Certificate.readAll(pem)[0];

const root = authority({ subject: '/CN=root' });
const middle = authority({ subject: '/CN=middle', issuer: root, keyUsage: KEY_CERT_SIGN });
const low = authority({ subject: '/CN=low', issuer: middle });
const leaf = read(certificate({ subject: '/CN=leaf', issuer: low }));
const [rootCertificate, middleCertificate, lowCertificate] = [root, middle, low].map(({ pem }) => read(pem));

describe('linked', () => {
  test.each([
    ['leaf to root', [leaf, lowCertificate, middleCertificate, rootCertificate], true],
    ['leaf alone', [leaf], true],
    ['wrong order', [leaf, middleCertificate, lowCertificate], false],
    ['a gap', [leaf, middleCertificate], false],
  ])('%s: %s', (_, chain, expected) => {
    expect(isLinked(chain)).toBe(expected);
  });
});

describe('path', () => {
  const subjects = (path?: Certificate[]) => path?.map((certificate1) => certificate1.subject[0][0].value.toString());

  test('goes over intermediates in any order', () => {
    expect(subjects(findPath(leaf, [lowCertificate, middleCertificate], [rootCertificate]))).toEqual(['leaf', 'low', 'middle', 'root']);
    expect(subjects(findPath(leaf, [middleCertificate, lowCertificate], [rootCertificate]))).toEqual(['leaf', 'low', 'middle', 'root']);
  });

  test('stops at the first anchor, which need not be a root', () => {
    expect(subjects(findPath(leaf, [lowCertificate, middleCertificate], [rootCertificate, middleCertificate]))).toEqual(['leaf', 'low', 'middle']);
  });

  test.each([
    ['without an intermediate', [lowCertificate], [rootCertificate]],
    ['without an anchor', [lowCertificate, middleCertificate], []],
    ['to the leaf itself', [], [leaf]],
    ['to a namesake of the root', [lowCertificate, middleCertificate], [read(authority({ subject: '/CN=root' }).pem)]],
  ])('there is none %s', (_, intermediates, anchors) => {
    expect(findPath(leaf, intermediates, anchors)).toBeUndefined();
  });

  test('of a self-signed certificate is the certificate, if it is an anchor', () => {
    expect(subjects(findPath(rootCertificate, [], [rootCertificate]))).toEqual(['root']);
    expect(findPath(rootCertificate, [], [middleCertificate])).toBeUndefined();
  });

  test.each<[string, Recipe, boolean]>([
    ['no CA', { ca: false }, false],
    ['a CA that may not sign certificates', { keyUsage: [7, 0x80] }, false],
    ['a CA', {}, true],
  ])('an issuer that is %s', (_, recipe, expected) => {
    const issuer = authority({ subject: '/CN=x', issuer: root, ...recipe });
    expect(findPath(read(certificate({ issuer })), [read(issuer.pem)], [rootCertificate]) !== undefined).toBe(expected);
  });

  test.each([[0, false], [1, true], [2, true]])('path length %d at the root above one intermediate: %s', (pathLength, expected) => {
    const limited = authority({ subject: '/CN=limited', pathLength });
    const below = authority({ subject: '/CN=below', issuer: limited });
    expect(findPath(read(certificate({ issuer: below })), [read(below.pem)], [read(limited.pem)]) !== undefined).toBe(expected);
  });

  test('two CAs that sign each other do not loop for ever', () => {
    const one = authority({ subject: '/CN=one' });
    const other = authority({ subject: '/CN=other' });
    const crossed = [
      certificate({ subject: '/CN=one', keys: one.keys, issuer: other, ca: true }),
      certificate({ subject: '/CN=other', keys: other.keys, issuer: one, ca: true }),
    ].map(read);
    expect(findPath(read(certificate({ issuer: one })), crossed, [rootCertificate])).toBeUndefined();
  });
});
