import type { KeyObject } from 'node:crypto';
import { KeyAlgorithm } from './key-algorithm';

/** The form in which WebCrypto takes an algorithm. */
export type WebCryptoAlgorithm =
  | { readonly name: 'ECDSA'; readonly namedCurve: string; readonly hash: string }
  | { readonly name: 'RSASSA-PKCS1-v1_5'; readonly hash: string };

const CURVES: Record<string, { readonly namedCurve: string; readonly hash: string; readonly algorithm: KeyAlgorithm }> = {
  prime256v1: { namedCurve: 'P-256', hash: 'SHA-256', algorithm: KeyAlgorithm.EC_P256 },
  secp384r1: { namedCurve: 'P-384', hash: 'SHA-384', algorithm: KeyAlgorithm.EC_P384 },
};
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;
const MIN_RSA_EXPONENT = 65537n;
const EXPECTED = 'use EC P-256, EC P-384 or RSA of 2048 bits or more';

/** Checks that a value is one of the enum: nothing else stops JavaScript. */
export function requireKeyAlgorithm(algorithm: unknown): KeyAlgorithm {
  const known = Object.values(KeyAlgorithm);
  if (!known.includes(algorithm as KeyAlgorithm)) {
    throw new Error(`unknown key algorithm \`${String(algorithm)}\`: expected one of ${known.join(', ')}`);
  }
  return algorithm as KeyAlgorithm;
}

/** Refuses keys that are too weak to be worth a certificate, or that Envoy does not take. */
export function requireStrongKey(key: KeyObject, what: string): KeyObject {
  const { modulusLength = 0, publicExponent = 0n, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') {
    if (modulusLength < MIN_RSA_BITS) {
      throw new Error(`${what} is weak: RSA of ${modulusLength} bits; ${EXPECTED}`);
    }
    if (modulusLength > MAX_RSA_BITS) {
      throw new Error(`${what} is RSA of ${modulusLength} bits, with which every handshake is slow: at most ${MAX_RSA_BITS} are accepted`);
    }
    if (publicExponent < MIN_RSA_EXPONENT) {
      throw new Error(`${what} is weak: RSA with the public exponent ${publicExponent}; generate one with 65537`);
    }
    return key;
  }
  if (key.asymmetricKeyType === 'ec') {
    if (CURVES[namedCurve!] === undefined) {
      throw new Error(`${what} is on the curve ${namedCurve}, which is not supported: ${EXPECTED}`);
    }
    return key;
  }
  throw new Error(`${what} is of type ${key.asymmetricKeyType}, which is not supported: ${EXPECTED}`);
}

/** How WebCrypto signs with a key that has passed `requireStrongKey`. */
export function webCryptoAlgorithm(key: KeyObject): WebCryptoAlgorithm {
  if (key.asymmetricKeyType === 'rsa') {
    return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  }
  const { namedCurve, hash } = CURVES[key.asymmetricKeyDetails!.namedCurve!];
  return { name: 'ECDSA', namedCurve, hash };
}

/** The algorithm of a key that has passed `requireStrongKey`; RSA of a size that we do not generate counts as the next larger one. */
export function keyAlgorithmOf(key: KeyObject): KeyAlgorithm {
  if (key.asymmetricKeyType === 'ec') {
    return CURVES[key.asymmetricKeyDetails!.namedCurve!].algorithm;
  }
  const bits = key.asymmetricKeyDetails!.modulusLength!;
  return bits <= 2048 ? KeyAlgorithm.RSA_2048 : bits <= 3072 ? KeyAlgorithm.RSA_3072 : KeyAlgorithm.RSA_4096;
}
