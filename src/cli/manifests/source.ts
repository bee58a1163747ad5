import { Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, Node, Pair } from 'yaml';

/** A position in a text; lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A part of a file, its end excluded. */
export interface Region {
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
}

/** A text that manifests were read from. */
export class Source {
  private readonly counter = new LineCounter();

  /**
   * @param name the file as a user knows it; `-` is standard input
   * @param text what it holds
   */
  public constructor(public readonly name: string, public readonly text: string) {
    this.counter.addNewLine(0);
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.counter.addNewLine(at + 1);
  }

  /** The lines from one to another, both included, as far as there are so many. */
  public lines(from: number, to: number): string[] {
    const { lineStarts } = this.counter;
    const [start, end] = [lineStarts[Math.max(from, 1) - 1], lineStarts[to] ?? this.text.length];
    return start === undefined || to < from ? [] : this.text.slice(start, end).replace(/\r?\n$/, '').split(/\r?\n/);
  }

  /** Where two offsets stand. */
  public region(start: number, end: number): Region {
    return { file: this.name, start: this.position(start), end: this.position(Math.max(start, end)) };
  }

  private position(offset: number): Position {
    const { line, col } = this.counter.linePos(Math.min(offset, this.text.length));
    return { line, column: col };
  }
}

/** Where an object was read. */
export class Origin {
  /**
   * @param source the text
   * @param document the document in it
   * @param prefix the way from the document to the object: not empty inside lists
   */
  public constructor(
    public readonly source: Source,
    public readonly document: Document.Parsed,
    public readonly prefix: readonly (string | number)[],
  ) {}

  /**
   * Where a field of the object stands: a scalar by its value, anything else by its key.
   *
   * Of a field that is not there, or was put there by a patch, it is the deepest one on the way that was read, and of the empty path the first line of the object.
   * @param path keys and list positions from the top of the object
   */
  public locate(path: readonly (string | number)[]): Region {
    let place: Node = this.document.contents!;
    let node: Node | undefined = this.resolved(place);
    for (const step of [...this.prefix, ...path]) {
      const found = child(node, step);
      if (found === undefined || !isRead(found.value ?? found.key)) break;
      node = this.resolved(found.value);
      place = isScalar(node) && found.value === node && node.range![0] < node.range![1] ? node : found.key ?? found.value ?? place;
    }
    const start = firstScalar(place);
    return this.source.region(start.range![0], start.range![1]);
  }

  private resolved(node: Node | undefined): Node | undefined {
    return isAlias(node) ? node.resolve(this.document) : node;
  }
}

// What a patch has put there stands nowhere yet.
function isRead(node: Node | undefined): boolean {
  return node !== undefined && (node.range ?? undefined) !== undefined;
}

function child(node: Node | undefined, step: string | number): { readonly key?: Node; readonly value?: Node } | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(step)];
    return isNode(item) ? { value: item } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }: Pair) => isScalar(key) && String(key.value) === String(step));
  return pair === undefined ? undefined : { key: pair.key as Node, value: (pair.value as Node | null) ?? undefined };
}

// A frame that marks a whole mapping marks nothing: its first key is enough.
function firstScalar(node: Node): Node {
  if (isMap(node) && node.items.length > 0 && isRead(node.items[0].key as Node)) return firstScalar(node.items[0].key as Node);
  if (isSeq(node) && isNode(node.items[0]) && isRead(node.items[0])) return firstScalar(node.items[0]);
  return node;
}
