const MINUTE = 60_000;
const UNITS: Record<string, { readonly name: string; readonly milliseconds: number }> = {
  m: { name: 'minutes', milliseconds: MINUTE },
  h: { name: 'hours', milliseconds: 60 * MINUTE },
  d: { name: 'days', milliseconds: 24 * 60 * MINUTE },
  y: { name: 'years', milliseconds: 365 * 24 * 60 * MINUTE },
};

/** How long a certificate or a revocation list is valid. */
export class Validity {
  /**
   * A number of minutes.
   *
   * @param amount a whole number, at least 1
   */
  public static minutes(amount: number): Validity {
    return new Validity(amount, 'm');
  }

  /**
   * A number of hours.
   *
   * @param amount a whole number, at least 1
   */
  public static hours(amount: number): Validity {
    return new Validity(amount, 'h');
  }

  /**
   * A number of days of 24 hours.
   *
   * @param amount a whole number, at least 1
   */
  public static days(amount: number): Validity {
    return new Validity(amount, 'd');
  }

  /**
   * A number of years of 365 days.
   *
   * @param amount a whole number, at least 1
   */
  public static years(amount: number): Validity {
    return new Validity(amount, 'y');
  }

  /**
   * Reads a text such as `90d`: a whole number and `m` (minutes), `h` (hours), `d` (days) or `y` (years of 365 days).
   *
   * @param text the number and the unit, without a space
   */
  public static parse(text: string): Validity {
    const [, amount, unit] = (typeof text === 'string' && /^(\d{1,9})([mhdy])$/.exec(text)) || [];
    if (amount === undefined) {
      throw new Error(`invalid validity \`${String(text)}\`: expected a whole number and \`m\`, \`h\`, \`d\` or \`y\`, such as \`90d\``);
    }
    return new Validity(Number(amount), unit);
  }

  /** The length in milliseconds. */
  public readonly milliseconds: number;

  private constructor(private readonly amount: number, private readonly unit: string) {
    const { name, milliseconds } = UNITS[unit];
    if (!Number.isInteger(amount) || amount < 1 || amount > 1e9) {
      throw new Error(`invalid validity of \`${String(amount)}\` ${name}: expected a whole number of at least 1`);
    }
    this.milliseconds = amount * milliseconds;
  }

  /** The text that `parse` reads, e.g. `90d`. */
  public toString(): string {
    return `${this.amount}${this.unit}`;
  }
}
