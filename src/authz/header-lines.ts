/** Marks a header value that exists and cannot be known here; what follows says what it is. */
const UNKNOWN = '\u0000';

/** A header value that depends on something the manifests do not show. */
export function unknownValue(what: string): string {
  return `${UNKNOWN}${what}`;
}

/** What an unknown header value is; undefined for a known one. */
export function unknownPart(value: string): string | undefined {
  return value.startsWith(UNKNOWN) ? value.slice(UNKNOWN.length) : undefined;
}

/** The header lines of a request, in order. Names are in lower case. Immutable. */
export class HeaderLines {
  public static readonly NONE = new HeaderLines([]);

  public constructor(private readonly lines: readonly (readonly [string, string])[]) {}

  /** The values of all lines of a name. */
  public get(name: string): string[] {
    return this.lines.filter(([other]) => other === name).map(([, value]) => value);
  }

  /** Without the lines of these names. */
  public without(names: readonly string[]): HeaderLines {
    const gone = new Set(names.map((name) => name.toLowerCase()));
    return this.lines.some(([name]) => gone.has(name)) ? new HeaderLines(this.lines.filter(([name]) => !gone.has(name))) : this;
  }

  /** With one line more. */
  public plus(name: string, value: string): HeaderLines {
    return new HeaderLines([...this.lines, [name.toLowerCase(), value]]);
  }

  /** With exactly one line of a name. */
  public with(name: string, value: string): HeaderLines {
    return this.without([name]).plus(name, value);
  }

  /** Without the lines whose names a test takes. */
  public filter(keep: (name: string) => boolean): HeaderLines {
    return new HeaderLines(this.lines.filter(([name]) => keep(name)));
  }

  /** All lines by name; several of a name joined with `, ` as RFC 9110 section 5.3 allows. */
  public toRecord(): { [name: string]: string } {
    const record = new Map<string, string>();
    for (const [name, value] of this.lines) {
      const shown = unknownPart(value) === undefined ? value : `(${unknownPart(value)})`;
      record.set(name, record.has(name) ? `${record.get(name)}, ${shown}` : shown);
    }
    return Object.fromEntries(record);
  }
}
