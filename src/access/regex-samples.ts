import { fullMatch } from '../mesh/regular-expression';

const MAX = 24;
const MAX_LENGTH = 400;

/**
 * Texts that an RE2 expression takes as a whole: one of each alternative, of each repetition a short and a longer one.
 *
 * Every text is tried before it is returned; of an expression with constructs that this reader does not know there may be none.
 */
export function regexSamples(expression: string): string[] {
  try {
    const found = new Reader(expression).run().map((text) => text.slice(0, MAX_LENGTH));
    return [...new Set(found)].filter((text) => fullMatch(expression, text)).slice(0, MAX);
  } catch {
    return [];
  }
}

const CLASSES: Record<string, string> = { d: '1', D: 'x', w: 'x', W: '-', s: ' ', S: 'x' };

/** Reads alternatives of sequences of repeated atoms; each level yields a bounded list of texts. */
class Reader {
  private position = 0;

  public constructor(private readonly source: string) {}

  public run(): string[] {
    const texts = this.alternatives();
    if (this.position < this.source.length) throw new Error('unread');
    return texts;
  }

  private alternatives(): string[] {
    const all = [...this.sequence()];
    while (this.source[this.position] === '|') {
      this.position += 1;
      all.push(...this.sequence());
    }
    return all.slice(0, MAX * 4);
  }

  private sequence(): string[] {
    let texts = [''];
    while (this.position < this.source.length && !'|)'.includes(this.source[this.position])) {
      const pieces = this.repeated(this.atom());
      texts = texts.flatMap((text) => pieces.map((piece) => text + piece)).slice(0, MAX * 4);
    }
    return texts;
  }

  private repeated(atom: readonly string[]): string[] {
    const next = this.source[this.position];
    const braces = /^\{(\d+)(?:,(\d*))?\}/.exec(this.source.slice(this.position));
    if (braces !== null) {
      this.position += braces[0].length;
      this.lazy();
      return atom.slice(0, 2).map((text) => text.repeat(Math.min(Number(braces[1]), MAX_LENGTH)));
    }
    if (next !== '*' && next !== '+' && next !== '?') return [...atom];
    this.position += 1;
    this.lazy();
    const once = atom.slice(0, 6);
    if (next === '?') return [...once, ''];
    return next === '+' ? [...once, `${once[0]}${once[0]}`] : [...once, '', `${once[0]}${once[0]}`];
  }

  private lazy(): void {
    if (this.source[this.position] === '?') this.position += 1;
  }

  private atom(): string[] {
    const character = this.source[this.position];
    this.position += 1;
    switch (character) {
      case '.': return ['x', '/'];
      case '^':
      case '$': return [''];
      case '(': return this.group();
      case '[': return this.characterClass();
      case '\\': return this.escape();
      default: return [character];
    }
  }

  private group(): string[] {
    const flags = /^\?(?:P?<\w+>|[imsU]*:)/.exec(this.source.slice(this.position));
    if (flags !== null) this.position += flags[0].length;
    const texts = this.alternatives();
    if (this.source[this.position] !== ')') throw new Error('open group');
    this.position += 1;
    return texts;
  }

  private escape(): string[] {
    const character = this.source[this.position];
    this.position += 1;
    if (character === undefined) throw new Error('stray backslash');
    if (CLASSES[character] !== undefined) return [CLASSES[character]];
    if ('bBAz'.includes(character)) return [''];
    if (/[a-z0-9]/i.test(character)) return [{ n: '\n', t: '\t', r: '\r' }[character] ?? ''].filter((text) => text !== '');
    return [character];
  }

  private characterClass(): string[] {
    const end = this.classEnd();
    const body = this.source.slice(this.position, end);
    this.position = end + 1;
    const expression = `[${body}]`;
    const listed = body.replace(/^\^/, '').replace(/\\(.)/g, '$1').split('').filter((character) => character !== '-');
    const candidates = [...listed, 'x', 'a', 'A', '1', '0', '-', '_', '/', '.', ' ', ',', '='];
    return [...new Set(candidates)].filter((character) => fullMatch(expression, character)).slice(0, 3);
  }

  private classEnd(): number {
    let i = this.position + (this.source[this.position] === '^' ? 1 : 0);
    if (this.source[i] === ']') i += 1;
    for (; i < this.source.length; i += 1) {
      if (this.source[i] === '\\') i += 1;
      else if (this.source.startsWith('[:', i)) i = this.source.indexOf(':]', i) + 1;
      else if (this.source[i] === ']') return i;
    }
    throw new Error('open class');
  }
}
