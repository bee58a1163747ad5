import { DerTag } from './der';

/**
 * The moment of a time value, or undefined for one that is malformed.
 *
 * UTCTime is of the years 1950 to 2049; both forms go to the second and are in UTC (RFC 5280 section 4.1.2.5).
 */
export function parseTime(tag: number, content: Buffer): Date | undefined {
  const text = content.toString('latin1');
  if (tag === DerTag.UTC_TIME && /^\d{12}Z$/.test(text)) {
    return parseFields(`${text < '50' ? '20' : '19'}${text}`);
  }
  return tag === DerTag.GENERALIZED_TIME && /^\d{14}Z$/.test(text) ? parseFields(text) : undefined;
}

function parseFields(text: string): Date | undefined {
  const iso = text.replace(/^(....)(..)(..)(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6.000Z');
  const moment = new Date(iso);
  // What is no date, such as 30 February or 24:00, is either invalid to `Date` or turned into another one.
  return !Number.isNaN(moment.getTime()) && moment.toISOString() === iso ? moment : undefined;
}
