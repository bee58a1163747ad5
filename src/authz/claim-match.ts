import { TextTest, textTest } from './string-match';
import { field, Value } from '../mesh/value';

/** The claim at the end of a path of names. */
export function claimAt(claims: Value, path: readonly string[]): Value {
  return path.reduce(field, claims);
}

/** Whether a claim that is a string, or one string of a list, passes a test. Numbers and booleans never do. */
export function claimMatches(claim: Value, test: TextTest): boolean {
  if (typeof claim === 'string') return test(claim);
  return Array.isArray(claim) && claim.some((item) => typeof item === 'string' && test(item));
}

/** The names in `[a][b]`; undefined where the text is no such list. */
export function bracketedNames(text: string): string[] | undefined {
  if (!/^(?:\[[^[\]]+\])+$/.test(text)) return undefined;
  return text.slice(1, -1).split('][');
}

/**
 * The test of a request principal `<issuer>/<subject>` against the claims: split at the last `/`, since issuers are URLs.
 *
 * Without `/` the value stands for an issuer with empty subject, unless it begins or ends in `*` (istio `authz/model/generator.go`).
 */
export function requestPrincipalTest(value: string): (claims: Value) => boolean {
  const { issuer, subject } = split(value);
  return (claims) => {
    const [iss, sub] = [field(claims, 'iss'), field(claims, 'sub')];
    return typeof iss === 'string' && typeof sub === 'string' && issuer(iss) && subject(sub);
  };
}

const PRESENT = textTest('*');

function split(value: string): { issuer: TextTest; subject: TextTest } {
  const slash = value.lastIndexOf('/');
  const [iss, sub] = slash < 0 ? [value, ''] : [value.slice(0, slash), value.slice(slash + 1)];
  if (value === '*') return { issuer: PRESENT, subject: PRESENT };
  if (value.startsWith('*')) {
    if (slash < 0) return { issuer: PRESENT, subject: suffix(value.slice(1)) };
    return { issuer: iss === '*' ? PRESENT : suffix(iss.slice(1)), subject: exact(sub) };
  }
  if (value.endsWith('*')) {
    if (slash < 0) return { issuer: prefix(value.slice(0, -1)), subject: PRESENT };
    return { issuer: exact(iss), subject: sub === '*' ? PRESENT : prefix(sub.slice(0, -1)) };
  }
  return { issuer: exact(iss), subject: exact(sub) };
}

function exact(wanted: string): TextTest {
  return (text) => text === wanted;
}

function prefix(wanted: string): TextTest {
  return (text) => text.startsWith(wanted);
}

function suffix(wanted: string): TextTest {
  return (text) => text.endsWith(wanted);
}
