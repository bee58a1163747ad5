import type * as Yaml from 'yaml';
import { Value } from './value';

const MAX_TEXT = 64 * 1024 * 1024;
const MAX_ALIASES = 1000;
const MAX_DEPTH = 200;
const MAX_NODES = 20_000_000;

/** A document of a YAML text: its value, and the nodes that know where it stands. */
export interface ParsedDocument {
  readonly value: Value;
  readonly node: Yaml.Document.Parsed;
}

/**
 * Reads the documents of a YAML text.
 *
 * Throws for what kubectl would not read either, and for what is only made to exhaust a reader: more than 64 MiB, 200 levels, alias bombs.
 */
export function parseDocuments(yaml: string): Value[] {
  return parseWithNodes(yaml).map(({ value }) => value);
}

/** Reads the documents of a YAML text with the nodes that know their positions, under the same limits. */
export function parseWithNodes(yaml: string): ParsedDocument[] {
  if (typeof yaml !== 'string') throw new Error(`manifests are of type ${yaml === null ? 'null' : typeof yaml}: expected YAML text`);
  if (yaml.length > MAX_TEXT) throw new Error(`manifests of ${yaml.length} characters are too long: at most ${MAX_TEXT} are read, split them`);
  requireFlowDepth(yaml);
  try {
    // Loaded when used: most programs only synthesise.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { parseAllDocuments, visit }: typeof Yaml = require('yaml');
    // The parser compares each key with each, so that a map of 40,000 keys takes seconds.
    const parsed = parseAllDocuments(yaml, { uniqueKeys: false, logLevel: 'silent', merge: true });
    const documents = Array.isArray(parsed) ? parsed : [];
    return documents.map((node, index) => {
      const [error] = node.errors;
      if (error?.message.startsWith('Maximum call stack')) throw new RangeError(error.message);
      if (error) throw new Error(`document ${index + 1} is no valid YAML: ${error.message.split('\n')[0].replace(/:$/, '')}`);
      const twice = repeatedKey(node, visit);
      if (twice !== undefined) throw new Error(`document ${index + 1} is no valid YAML: Map keys must be unique at ${position(yaml, twice)}`);
      return { node, value: node.toJS({ maxAliasCount: MAX_ALIASES }) };
    });
  } catch (error) {
    // The parser's word for an alias without anchor, and for aliases that multiply.
    if (error instanceof ReferenceError) throw new Error(`manifests have YAML aliases that cannot be followed: ${error.message}`, { cause: error });
    if (error instanceof RangeError) throw new Error(`manifests are nested too deeply: at most ${MAX_DEPTH} levels are read`, { cause: error });
    throw error;
  }
}

/** Where a key stands that a mapping has already, as an offset; `<<` may be there more than once. */
function repeatedKey(document: Yaml.Document.Parsed, visit: typeof Yaml.visit): number | undefined {
  let found: number | undefined;
  visit(document, {
    Map: (_key, { items }) => {
      const known = new Set<unknown>();
      for (const { key } of items) {
        if (typeof key !== 'object' || key === null || !('value' in key)) continue;
        const { value, range } = key as Yaml.Scalar;
        if (known.has(value) && value !== '<<') found = range?.[0] ?? 0;
        if (found !== undefined) return visit.BREAK;
        known.add(value);
      }
      return undefined;
    },
  });
  return found;
}

function position(text: string, offset: number): string {
  const before = text.slice(0, offset);
  return `line ${before.split('\n').length}, column ${offset - before.lastIndexOf('\n')}`;
}

/** Throws where a document is deeper or larger than any manifest, or contains itself. Without recursion: depth is what it guards against. */
export function requireReadable(documents: readonly Value[]): void {
  let nodes = 0;
  const pending: { value: object; depth: number }[] = [{ value: documents, depth: 0 }];
  while (pending.length > 0) {
    const { value, depth } = pending.pop()!;
    nodes += 1;
    if (depth > MAX_DEPTH) throw new Error(`manifests are nested too deeply or contain themselves: at most ${MAX_DEPTH} levels are read`);
    if (nodes > MAX_NODES) throw new Error(`manifests have too many values: at most ${MAX_NODES} are read`);
    for (const child of Object.values(value) as Value[]) {
      if (typeof child === 'object' && child !== null) pending.push({ value: child, depth: depth + 1 });
    }
  }
}

// The parser needs time quadratic in the depth, so what is certainly too deep is not handed to it. Brackets in strings are counted too: 10,000 of them unclosed are no manifest.
function requireFlowDepth(yaml: string): void {
  let depth = 0;
  for (let i = 0; i < yaml.length; i += 1) {
    const code = yaml.charCodeAt(i);
    if (code === 0x5b || code === 0x7b) depth += 1;
    else if ((code === 0x5d || code === 0x7d) && depth > 0) depth -= 1;
    else if (code === 0x0a && yaml.startsWith('---', i + 1)) depth = 0;
    if (depth > 5000) throw new Error(`manifests are nested too deeply: at most ${MAX_DEPTH} levels are read`);
  }
}
