import { createPublicKey, createSecretKey, KeyObject, verify } from 'node:crypto';
import type * as Jws from 'jws';
import { field, list, text, Value } from '../mesh/value';

/** A key of a JWKS. */
export interface JsonWebKey {
  readonly key: KeyObject;
  readonly type: string;
  readonly id?: string;
  readonly algorithm?: string;
}

const TYPES = new Map([['RS', 'RSA'], ['PS', 'RSA'], ['ES', 'EC'], ['HS', 'oct'], ['Ed', 'OKP']]);

/** The usable keys of a JWKS text; undefined where it is no JWKS or has none. Envoy refuses the listener then. */
export function readKeySet(jwks: string): JsonWebKey[] | undefined {
  try {
    const keys = list(field(JSON.parse(jwks), 'keys')).flatMap((key) => readKey(key) ?? []);
    return keys.length === 0 ? undefined : keys;
  } catch {
    return undefined;
  }
}

/** Whether one of the keys made the signature of a compact JWS: keys of another id, algorithm or type are not tried. */
export function isSignedByOneOf(token: string, algorithm: string, keyId: string | undefined, keys: readonly JsonWebKey[]): boolean {
  const type = TYPES.get(algorithm.slice(0, 2));
  return keys.some((candidate) => candidate.type === type
    && (keyId === undefined || candidate.id === undefined || candidate.id === keyId)
    && (candidate.algorithm === undefined || candidate.algorithm === algorithm)
    && isSigned(token, algorithm, candidate.key));
}

function isSigned(token: string, algorithm: string, key: KeyObject): boolean {
  try {
    if (algorithm === 'EdDSA') {
      const dot = token.lastIndexOf('.');
      return verify(null, Buffer.from(token.slice(0, dot)), key, Buffer.from(token.slice(dot + 1), 'base64url'));
    }
    return /^(?:RS|PS|ES|HS)(?:256|384|512)$/.test(algorithm) && jws().verify(token, algorithm as 'RS256', key as unknown as string);
  } catch {
    return false;
  }
}

function readKey(value: Value): JsonWebKey | undefined {
  const type = text(field(value, 'kty'));
  if (type === undefined) return undefined;
  try {
    const key = type === 'oct' ? createSecretKey(Buffer.from(text(field(value, 'k')) ?? '', 'base64url')) : createPublicKey({ key: value as never, format: 'jwk' });
    return { key, type, id: text(field(value, 'kid')) || undefined, algorithm: text(field(value, 'alg')) || undefined };
  } catch {
    return undefined;
  }
}

// Loaded when used: most programs only synthesise.
function jws(): typeof Jws {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('jws');
}
