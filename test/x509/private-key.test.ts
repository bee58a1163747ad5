import { generateKeyPairSync } from 'node:crypto';
import { certificate, newKeys } from './certificate-builder';
import { writePem } from '../../src/x509/pem';
import { readPrivateKey } from '../../src/x509/private-key';

const { privateKey } = newKeys();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const curve = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';

test.each([
  ['PKCS#8', privateKey.export({ type: 'pkcs8', format: 'pem' }), 'ec'],
  ['SEC 1', privateKey.export({ type: 'sec1', format: 'pem' }), 'ec'],
  ['SEC 1 behind its parameters, as openssl ecparam writes it', `${curve}${privateKey.export({ type: 'sec1', format: 'pem' })}`, 'ec'],
  ['PKCS#1', rsa.export({ type: 'pkcs1', format: 'pem' }), 'rsa'],
])('%s', (_, pem, type) => {
  expect(readPrivateKey(pem).asymmetricKeyType).toBe(type);
});

const encrypted = 'private key is encrypted, and a gateway cannot read it: decrypt it, e.g. `openssl pkey -in key.pem -out plain.pem`';
test.each([
  ['undefined', undefined, 'private key is no PEM text: expected one block `-----BEGIN PRIVATE KEY-----`'],
  ['a file name', './key.pem', 'private key is no PEM text: expected one block `-----BEGIN PRIVATE KEY-----`'],
  ['an encrypted key', privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' }), encrypted],
  ['a key encrypted the old way', rsa.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' }), encrypted],
  ['a certificate', certificate({}), 'private key holds `CERTIFICATE`: expected one block `-----BEGIN PRIVATE KEY-----`'],
  ['parameters only', curve, 'private key holds no key: expected one block `-----BEGIN PRIVATE KEY-----`'],
  ['two keys', `${privateKey.export({ type: 'pkcs8', format: 'pem' })}${privateKey.export({ type: 'sec1', format: 'pem' })}`,
    'private key holds `PRIVATE KEY`, `EC PRIVATE KEY`: expected one block `-----BEGIN PRIVATE KEY-----`'],
  ['garbage in a block', writePem('PRIVATE KEY', Buffer.from('no key at all')), 'private key is malformed: its `PRIVATE KEY` block is no key that OpenSSL reads'],
])('%s is refused', (_, pem, message) => {
  expect(() => readPrivateKey(pem)).toThrow(new Error(message));
});

test('no error carries the key, not even as its cause', () => {
  const damaged = privateKey.export({ type: 'pkcs8', format: 'der' }).fill(0, 30, 40);
  const pem = writePem('PRIVATE KEY', damaged);
  try {
    readPrivateKey(pem);
    throw new Error('a damaged key was read');
  } catch (error) {
    expect((error as Error).message).toBe('private key is malformed: its `PRIVATE KEY` block is no key that OpenSSL reads');
    expect((error as Error).cause).toBeUndefined();
  }
});
