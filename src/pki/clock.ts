import { formatMoment, parseMoment } from '../model/moment';

/** What tells a certificate authority the time. */
export interface IClock {
  /** The present moment in ISO 8601 with a zone, e.g. `2030-01-31T12:00:00Z`. */
  now(): string;
}

/** The clocks that a certificate authority can be given. */
export class Clock {
  /** The clock of the machine. */
  public static system(): IClock {
    return { now: () => formatMoment(new Date()) };
  }

  /**
   * A clock that stands still, e.g. to issue a certificate that has already expired for a test.
   *
   * @param isoDate a day (its first moment in UTC) or a time with zone, e.g. `2030-01-31` or `2030-01-31T12:00:00Z`
   */
  public static at(isoDate: string): IClock {
    const moment = formatMoment(parseMoment(isoDate));
    return { now: () => moment };
  }

  private constructor() {}
}
