import { field, isMapping, number, text, Value } from '../mesh/value';

/** The parts of a compact JWS, not verified. */
export interface ParsedToken {
  readonly compact: string;
  readonly algorithm: string;
  readonly keyId?: string;
  readonly claims: Value;
  readonly payload: string;
}

const ALGORITHMS = /^(?:(?:RS|PS|ES|HS)(?:256|384|512)|EdDSA)$/;
const SKEW_SECONDS = 60;

/** Reads a token as Envoy's parser does; undefined where it is malformed. */
export function parseToken(compact: string): ParsedToken | undefined {
  const parts = compact.split('.');
  if (parts.length !== 3 || parts.some((part) => !/^[A-Za-z0-9_-]+$/.test(part))) return undefined;
  const [header, claims] = [parts[0], parts[1]].map(decode);
  const algorithm = text(field(header, 'alg'));
  if (!isMapping(header) || !isMapping(claims) || algorithm === undefined || !ALGORITHMS.test(algorithm)) return undefined;
  if (!isWellTyped(claims)) return undefined;
  return { compact, algorithm, keyId: text(field(header, 'kid')) || undefined, claims, payload: parts[1] };
}

/** Why the dates of a token refuse it at a moment (in seconds), with 60 seconds of skew; undefined where they do not. */
export function dateProblem(claims: Value, now: number): string | undefined {
  const notBefore = number(field(claims, 'nbf'));
  const expires = number(field(claims, 'exp'));
  if (notBefore !== undefined && notBefore > 0 && now + SKEW_SECONDS < notBefore) return 'the token is not valid yet';
  if (expires !== undefined && expires > 0 && now > expires + SKEW_SECONDS) return 'the token has expired';
  return undefined;
}

/** The audiences of a token. */
export function audiencesOf(claims: Value): string[] {
  const aud = field(claims, 'aud');
  return typeof aud === 'string' ? [aud] : Array.isArray(aud) ? aud.filter((item): item is string => typeof item === 'string') : [];
}

/** Claims as they are put before policies: those with spaces between their values as lists. */
export function normalizeClaims(claims: Value, spaceDelimited: readonly string[]): Value {
  const copy = new Map(Object.entries(claims as object));
  for (const name of spaceDelimited) {
    const value = copy.get(name);
    if (typeof value === 'string') copy.set(name, value.split(' ').filter((part) => part !== ''));
  }
  return Object.fromEntries(copy);
}

// jwt_verify_lib refuses registered claims of the wrong type.
function isWellTyped(claims: Value): boolean {
  const strings = ['iss', 'sub', 'jti'].every((name) => ['undefined', 'string'].includes(typeof field(claims, name)));
  const dates = ['iat', 'nbf', 'exp'].every((name) => {
    const value = field(claims, name);
    return value === undefined || (typeof value === 'number' && value >= 0);
  });
  const aud = field(claims, 'aud');
  const audiences = aud === undefined || typeof aud === 'string' || (Array.isArray(aud) && aud.every((item) => typeof item === 'string'));
  return strings && dates && audiences;
}

function decode(part: string): Value {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
