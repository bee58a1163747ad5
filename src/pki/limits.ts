import { requireSubject } from './subject';
import { Validity } from './validity';
import { DistinguishedName } from '../model/distinguished-name';

/** The longest that a CA may be valid: as long as the roots of public certificate authorities. */
export const LONGEST_AUTHORITY = Validity.years(25);

/** The longest that a certificate of a server or a client may be valid: Apple's clients refuse longer ones of any CA. */
export const LONGEST_LEAF = Validity.days(825);

/** How long an intermediate CA is valid unless told otherwise, or cut short by its issuer. */
export const USUAL_INTERMEDIATE = Validity.years(5);

/** How long a certificate of a server or a client is valid unless told otherwise. */
export const USUAL_LEAF = Validity.days(90);

const MAX_PATH_LENGTH = 9;

/** Checks the name of a CA, and returns its DER. */
export function requireAuthoritySubject(subject: DistinguishedName, what: string): Buffer {
  const der = requireSubject(subject, what);
  if (subject.isEmpty) {
    throw new Error(`the subject of the ${what} is empty, but a CA has a name (RFC 5280 section 4.1.2.6): `
      + "use e.g. `DistinguishedName.fromOpenSsl('/CN=Example CA')`");
  }
  return der;
}

/** Checks how many intermediates may follow below a CA. */
export function requirePathLength(pathLength: number, what: string): number {
  if (!Number.isInteger(pathLength) || pathLength < 0 || pathLength > MAX_PATH_LENGTH) {
    throw new Error(`invalid path length \`${String(pathLength)}\` of the ${what}: expected a whole number from 0 to ${MAX_PATH_LENGTH}`);
  }
  return pathLength;
}

/** Takes the validity that was asked for, or the default; refuses what is longer than is sane. */
export function validityWithin(asked: Validity | undefined, fallback: Validity, longest: Validity, what: string): Validity {
  if (asked !== undefined && !(asked instanceof Validity)) {
    throw new Error(`the validity of ${what} is not a Validity but ${asked === null ? 'null' : typeof asked}: use e.g. \`Validity.days(90)\``);
  }
  const validity = asked ?? fallback;
  if (validity.milliseconds > longest.milliseconds) {
    throw new Error(`the validity \`${validity}\` of ${what} is too long: at most \`${longest}\` is allowed`);
  }
  return validity;
}
