import { isConstructed, readChildren, readElement, readSingle, requireStrictDer, writeElement } from '../../src/x509/der';

const bytes = (hex: string) => Buffer.from(hex, 'hex');

test.each([0, 1, 127, 128, 255, 256, 65535, 65536, 2 ** 24])('an element of %d bytes comes back', (length) => {
  const content = Buffer.alloc(length, 7);
  const element = readSingle(writeElement(0x04, content), 'it');
  expect(element.tag).toBe(4);
  expect(element.content.equals(content)).toBe(true);
});

test.each([
  ['an empty input', '', 'it is truncated: the DER ends inside an element'],
  ['a lone tag', '30', 'it is truncated: the DER ends inside an element'],
  ['a length without its octets', '308201', 'it is truncated: the DER ends inside an element'],
  ['missing content', '3003aabb', 'it is truncated: the DER ends inside an element'],
  ['an indefinite length', '30800000', 'it is not DER: an element has an indefinite length'],
  ['a length of five octets', '30850000000001aa', 'it is not DER: an element has a length of 5 octets'],
  ['a long form below 128', '300481027f7f', undefined],
  ['a long form that is not needed', '308101aa', 'it is not DER: a length is not in its shortest form'],
  ['a length with a leading zero', '308200ff' + '00'.repeat(255), 'it is not DER: a length is not in its shortest form'],
  ['a multi-byte tag', '1f810100', 'it has a multi-byte DER tag, which no certificate field uses'],
  ['one byte too many', '020105aa', 'it has 1 byte of trailing data after its DER'],
  ['bytes too many', '020105aabb', 'it has 2 bytes of trailing data after its DER'],
])('%s', (_, hex, message) => {
  const read = () => readSingle(bytes(hex), 'it');
  if (message === undefined) {
    expect(read).not.toThrow();
  } else {
    expect(read).toThrow(new Error(message));
  }
});

test('children are read in their order', () => {
  expect(readChildren(readElement(bytes('30060201050201ff'), 0, 'it'), 'it').map(({ raw }) => raw.toString('hex'))).toEqual(['020105', '0201ff']);
});

test.each([[0x30, true], [0xa0, true], [0x3f, true], [0x02, false], [0x80, false], [0x1e, false]])('tag %d is constructed: %s', (tag, expected) => {
  expect(isConstructed(tag)).toBe(expected);
});

test('a broken element deep inside is found', () => {
  expect(() => requireStrictDer(readSingle(bytes('3006300402800000'), 'it'), 'it')).toThrow(new Error('it is not DER: an element has an indefinite length'));
});

test('more than 32 levels are refused', () => {
  let der: Buffer = Buffer.alloc(0);
  for (let level = 0; level < 34; level += 1) {
    der = writeElement(0x30, der);
  }
  expect(() => requireStrictDer(readSingle(der, 'it'), 'it')).toThrow(new Error('it is nested more than 32 levels deep'));
});
