import { KeyObject, createPrivateKey } from 'node:crypto';
import { readBlocks } from './pem';

const LABELS = ['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY'];

/**
 * Reads an unencrypted private key in PEM: PKCS#8, PKCS#1 or SEC 1.
 *
 * No message shows anything of the text, and none carries the library's error as its cause.
 */
export function readPrivateKey(pem: unknown, what = 'private key'): KeyObject {
  if (typeof pem !== 'string' || !pem.includes('-----BEGIN ')) {
    throw new Error(`${what} is no PEM text: expected one block \`-----BEGIN PRIVATE KEY-----\``);
  }
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem)) {
    throw new Error(`${what} is encrypted, and a gateway cannot read it: decrypt it, e.g. \`openssl pkey -in key.pem -out plain.pem\``);
  }
  // OpenSSL writes the curve of an EC key as a block of its own before the key.
  const blocks = readBlocks(pem, what).filter(({ label }) => label !== 'EC PARAMETERS');
  const [block] = blocks;
  if (blocks.length !== 1 || !LABELS.includes(block.label)) {
    const found = blocks.map(({ label }) => `\`${label}\``).join(', ');
    throw new Error(`${what} holds ${found === '' ? 'no key' : found}: expected one block \`-----BEGIN PRIVATE KEY-----\``);
  }
  try {
    return createPrivateKey(pem);
  } catch {
    throw new Error(`${what} is malformed: its \`${block.label}\` block is no key that OpenSSL reads`);
  }
}
