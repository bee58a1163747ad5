import { IClock } from './clock';
import { Validity } from './validity';
import { parseMoment } from '../model/moment';

const SECOND = 1000;
// Clients whose clock is a little behind accept what was issued just now.
const CLOCK_SKEW = 5 * 60 * SECOND;

/** From when until when a certificate is valid. Both moments belong to it (RFC 5280 section 4.1.2.5). */
export interface Period {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The period that begins a little before now, but not before its issuer's. */
export function periodFrom(now: Date, validity: Validity, earliest?: Date): Period {
  const start = Math.max(Math.floor((now.getTime() - CLOCK_SKEW) / SECOND) * SECOND, earliest?.getTime() ?? 0);
  return { notBefore: new Date(start), notAfter: new Date(start + validity.milliseconds - SECOND) };
}

/** Reads a clock, whoever wrote it. */
export function readClock(clock: IClock): Date {
  return parseMoment(clock.now());
}
