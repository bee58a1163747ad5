import { Stop, stopping } from './exit-status';
import { DistinguishedName } from '../model/distinguished-name';
import { parseMoment } from '../model/moment';
import { SpiffeId } from '../model/spiffe-id';

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

/** Reads a subject in either written order; the leading slash tells which. */
export function subjectOf(text: string): DistinguishedName {
  return stopping(Stop.wrongUse, () => text.startsWith('/') ? DistinguishedName.fromOpenSsl(text) : DistinguishedName.fromRfc4514(text));
}

/** Reads a SPIFFE ID. */
export function spiffeOf(text: string): SpiffeId {
  return stopping(Stop.wrongUse, () => SpiffeId.parse(text));
}

/** Reads a date. */
export function momentOf(text: string): Date {
  return stopping(Stop.wrongUse, () => parseMoment(text));
}
