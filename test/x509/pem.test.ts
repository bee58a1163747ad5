import * as fc from 'fast-check';
import { readPem, writePem } from '../../src/x509/pem';

const read = (text: unknown) => readPem(text, { what: 'trust anchor', label: 'CERTIFICATE' });
const block = (label = 'CERTIFICATE', body = 'AAECAw==') => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;

test('blocks are read in their order', () => {
  expect(read(block() + '\n' + block('CERTIFICATE', 'BAU=')).map((der) => der.toString('hex'))).toEqual(['00010203', '0405']);
});

test.each([
  ['Windows line ends', block().replace(/\n/g, '\r\n')],
  ['old Macintosh line ends', block().replace(/\n/g, '\r')],
  ['indentation', block().replace(/^/gm, '    ')],
  ['blank lines', `\n\n${block()}\n\n`],
  ['no line end at the end', block().trimEnd()],
  ['base64 over several lines', block('CERTIFICATE', 'AAEC\nAw==')],
])('%s do no harm', (_, text) => {
  expect(read(text).map((der) => der.toString('hex'))).toEqual(['00010203']);
});

const expected = 'expected PEM text that begins with `-----BEGIN CERTIFICATE-----`';
test.each([
  ['undefined', undefined, `trust anchor is of type undefined: ${expected}`],
  ['null', null, `trust anchor is null: ${expected}`],
  ['a buffer', Buffer.from(block()), `trust anchor is of type object: ${expected}`],
  ['nothing', ' \n', `trust anchor is empty: ${expected}`],
  ['a file name', './ca.pem', `trust anchor holds no PEM block: ${expected}; pass the contents of the file, not its name`],
  ['DER read as Latin-1', Buffer.from('3082010a00', 'hex').toString('latin1'), 'trust anchor is DER, not PEM: convert it, e.g. `openssl x509 -inform der -outform pem`'],
  ['DER read as UTF-8', Buffer.from('3082010a00', 'hex').toString('utf8'), 'trust anchor is DER, not PEM: convert it, e.g. `openssl x509 -inform der -outform pem`'],
  ['bare base64', 'MIIB'.repeat(20), 'trust anchor is base64 without PEM lines: put it between `-----BEGIN CERTIFICATE-----` and `-----END CERTIFICATE-----`'],
  ['a private key', block('PRIVATE KEY'), 'trust anchor holds a private key (`PRIVATE KEY`): expected only `-----BEGIN CERTIFICATE-----` blocks'],
  ['a private key behind', block() + block('EC PRIVATE KEY'), 'trust anchor holds a private key (`EC PRIVATE KEY`): expected only `-----BEGIN CERTIFICATE-----` blocks'],
  ['a request', block('CERTIFICATE REQUEST'), 'trust anchor holds a `CERTIFICATE REQUEST` block: expected only `-----BEGIN CERTIFICATE-----` blocks'],
  ['OpenSSL\'s trusted form', block('TRUSTED CERTIFICATE'), 'trust anchor holds a `TRUSTED CERTIFICATE` block: expected only `-----BEGIN CERTIFICATE-----` blocks'],
  ['text before', 'subject=CN = a\n' + block(), 'trust anchor has text outside its PEM blocks in line 1: leave only the lines from `-----BEGIN …` to `-----END …`'],
  ['text between', block() + 'secret\n' + block(), 'trust anchor has text outside its PEM blocks in line 4: leave only the lines from `-----BEGIN …` to `-----END …`'],
  ['a stray end', block() + '-----END CERTIFICATE-----', 'trust anchor has text outside its PEM blocks in line 4: leave only the lines from `-----BEGIN …` to `-----END …`'],
  ['no end', '-----BEGIN CERTIFICATE-----\nAAEC', 'trust anchor is truncated: the PEM block that begins in line 1 has no `-----END CERTIFICATE-----`'],
  ['another end', '-----BEGIN CERTIFICATE-----\nAAEC\n-----END PRIVATE KEY-----', 'trust anchor has a PEM block that begins in line 1 and is broken in line 3: expected `-----END CERTIFICATE-----`'],
  ['a begin inside', '-----BEGIN CERTIFICATE-----\nAAEC\n' + block(), 'trust anchor has a PEM block that begins in line 1 and is broken in line 3: expected `-----END CERTIFICATE-----`'],
  ['an empty block', block('CERTIFICATE', ''), 'trust anchor has an empty PEM block in line 1'],
  ['truncated base64', block('CERTIFICATE', 'AAECA'), 'trust anchor has a PEM block in line 1 whose base64 is malformed or truncated'],
  ['padding in the middle', block('CERTIFICATE', 'AA==AAEC'), 'trust anchor has a PEM block in line 1 whose base64 is malformed or truncated'],
  ['URL-safe base64', block('CERTIFICATE', 'AA_-'), 'trust anchor has a PEM block in line 1 whose base64 is malformed or truncated'],
  ['bits behind the last byte', block('CERTIFICATE', 'AB=='), 'trust anchor has a PEM block in line 1 whose base64 is malformed or truncated'],
  ['header lines', block('CERTIFICATE', 'Proc-Type: 4,ENCRYPTED\n\nAAEC'), 'trust anchor has a PEM block in line 1 whose base64 is malformed or truncated'],
  ['escaped line ends', '-----BEGIN CERTIFICATE-----\\nAAEC\\n-----END CERTIFICATE-----', 'trust anchor has text outside its PEM blocks in line 1: leave only the lines from `-----BEGIN …` to `-----END …`'],
])('%s: refused', (_, text, message) => {
  expect(() => read(text)).toThrow(new Error(message));
});

test('more than 1 MiB is refused, counted in bytes', () => {
  const message = 'trust anchor is longer than 1 MiB, the most that is read as PEM text';
  expect(() => read(block() + ' '.repeat(1024 * 1024))).toThrow(new Error(message));
  expect(() => read('é'.repeat(600_000))).toThrow(new Error(message));
});

test('long base64 is read in time that grows with its length only', () => {
  const text = writePem('CERTIFICATE', Buffer.alloc(700_000, 1));
  expect(read(text)[0]).toHaveLength(700_000);
});

test('whatIsWrittenIsReadBack', () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (octets) => {
    const text = writePem('CERTIFICATE', Buffer.from(octets));
    expect(read(text)).toEqual([Buffer.from(octets)]);
    expect(text.split('\n').every((line) => line.length <= 64)).toBe(true);
    expect(text.endsWith('-----END CERTIFICATE-----\n')).toBe(true);
  }));
});

test('noMessageShowsTheText', () => {
  const secret = 'c2VjcmV0LWtleQ';
  const noise = fc.constantFrom('\n', '-----BEGIN CERTIFICATE-----\n', '-----END CERTIFICATE-----\n', '-----BEGIN PRIVATE KEY-----\n', ' ', secret, '=');
  fc.assert(fc.property(fc.array(noise, { maxLength: 12 }), (parts) => {
    try {
      read(parts.join(''));
    } catch (error) {
      expect((error as Error).message).not.toContain(secret);
    }
  }));
});
