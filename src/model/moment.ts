const ISO_8601 = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/**
 * Reads a moment from ISO 8601 text: a day (its first moment in UTC) or a time with a zone.
 *
 * A time without a zone is refused, because it would mean another moment on another machine.
 */
export function parseMoment(text: unknown): Date {
  const [whole, year, month, day] = (typeof text === 'string' && ISO_8601.exec(text)) || [];
  const moment = new Date(whole ?? NaN);
  // `new Date` turns 30 February into 1 March.
  if (Number.isNaN(moment.getTime()) || Number(day) > daysOfMonth(Number(year), Number(month))) {
    throw new Error(`invalid date \`${String(text)}\`: expected ISO 8601 such as \`2030-01-31\` or \`2030-01-31T12:00:00Z\``);
  }
  return moment;
}

/** Writes a moment as ISO 8601 text in UTC, to the second. */
export function formatMoment(moment: Date): string {
  return moment.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function daysOfMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
