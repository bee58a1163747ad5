import { PathNormalization } from '../mesh/path-normalization';

const NOT_A_DIRECTORY = 0;
const CURRENT = 1;
const UP = 2;

/** The path as policies and routes see it; undefined where Envoy answers 400. The path is a string of bytes (one per character), without query. */
export function normalizePath(path: string, mode: PathNormalization, parametersInDotSegments: boolean): string | undefined {
  if (mode === PathNormalization.NONE) return path;
  const unescaped = mode === PathNormalization.DECODE_AND_MERGE_SLASHES ? path.replace(/%2f/gi, '/').replace(/%5c/gi, '\\') : path;
  const canonical = new Canonicalizer(unescaped, parametersInDotSegments).run();
  if (canonical === undefined || mode === PathNormalization.BASE) return canonical;
  return mergeSlashes(canonical);
}

function mergeSlashes(path: string): string {
  if (!path.includes('//')) return path;
  return `${path.startsWith('/') ? '/' : ''}${path.split('/').filter((segment) => segment !== '').join('/')}${path.endsWith('/') ? '/' : ''}`;
}

/** The path canonicalisation of googleurl, the library behind Envoy's `normalize_path` (url_canon_path.cc). */
class Canonicalizer {
  private output = '';
  /** Where a `%` that begins no escape sequence was written last. */
  private strayPercent = Number.NEGATIVE_INFINITY;
  private valid = true;

  public constructor(private readonly input: string, private readonly parameters: boolean) {}

  public run(): string | undefined {
    if (!isSlash(this.input[0])) this.output = '/';
    for (let i = 0; i < this.input.length;) i = this.step(i);
    return this.valid ? this.output : undefined;
  }

  /** Copies what stands at an index and returns the index behind it. */
  private step(i: number): number {
    const character = this.input[i];
    const dot = this.dotLength(i);
    if (dot > 0) return this.dot(i, dot);
    if (character === '%') return this.escape(i);
    const code = character.charCodeAt(0);
    if (character === '\\') this.output += '/';
    else if (code === 0) this.valid = false;
    else if (mustEscape(code)) this.output += `%${hex(code)}`;
    else this.output += character;
    return i + 1;
  }

  private dot(i: number, length: number): number {
    if (!this.output.endsWith('/')) {
      this.output += '.';
      return i + length;
    }
    const { kind, end } = this.classify(i + length);
    if (kind === NOT_A_DIRECTORY) {
      this.output += '.';
      return i + length;
    }
    if (kind === UP && this.output.length > 1) {
      this.output = this.output.slice(0, this.output.lastIndexOf('/', this.output.length - 2) + 1) || '/';
      if (this.strayPercent >= this.output.length) this.strayPercent = Number.NEGATIVE_INFINITY;
    }
    return end;
  }

  private classify(after: number): { kind: number; end: number } {
    const current = this.segmentEnd(after);
    if (current !== undefined) return { kind: CURRENT, end: current };
    const second = this.dotLength(after);
    const up = second > 0 ? this.segmentEnd(after + second) : undefined;
    return up === undefined ? { kind: NOT_A_DIRECTORY, end: after } : { kind: UP, end: up };
  }

  /** The index behind the segment that ends at `i`, where one does. */
  private segmentEnd(i: number): number | undefined {
    if (i >= this.input.length) return i;
    if (isSlash(this.input[i])) return i + 1;
    if (!this.parameters || this.input[i] !== ';') return undefined;
    const slash = this.input.slice(i).search(/[/\\]/);
    return slash < 0 ? this.input.length : i + slash + 1;
  }

  private escape(i: number): number {
    const code = decode(this.input, i);
    if (code === undefined) {
      this.strayPercent = this.output.length;
      this.output += '%';
      return i + 1;
    }
    if (code === 0) this.valid = false;
    if (!isUnreserved(code)) {
      this.output += this.input.slice(i, i + 3);
      return i + 3;
    }
    this.output += String.fromCharCode(code);
    if (this.strayPercent >= this.output.length - 3) {
      this.guardNested(i + 3);
      this.strayPercent = Number.NEGATIVE_INFINITY;
    }
    return i + 3;
  }

  /** What was decoded must not make an escape sequence of a stray `%` before it: that `%` becomes `%25`. */
  private guardNested(next: number): void {
    const needsNext = this.strayPercent === this.output.length - 2;
    if (needsNext && (next >= this.input.length || this.input.charCodeAt(next) >= 0x80)) return;
    const probe = needsNext ? this.output + this.input[next] : this.output;
    if (decode(probe, this.strayPercent) !== undefined) {
      this.output = `${this.output.slice(0, this.strayPercent)}%25${this.output.slice(this.strayPercent + 1)}`;
    }
  }

  private dotLength(i: number): number {
    if (this.input[i] === '.') return 1;
    return /^%2e$/i.test(this.input.slice(i, i + 3)) ? 3 : 0;
  }
}

function isSlash(character: string | undefined): boolean {
  return character === '/' || character === '\\';
}

function decode(text: string, i: number): number | undefined {
  const digits = text.slice(i + 1, i + 3);
  return /^[0-9a-f]{2}$/i.test(digits) ? parseInt(digits, 16) : undefined;
}

function isUnreserved(code: number): boolean {
  return /[A-Za-z0-9\-_~.]/.test(String.fromCharCode(code)) && code < 0x80;
}

function mustEscape(code: number): boolean {
  return code <= 0x20 || code >= 0x7f || '"<>^`{|}#?'.includes(String.fromCharCode(code));
}

function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(2, '0');
}
