import { Document, isCollection, isMap, isScalar, isSeq, Node } from 'yaml';
import { PatchOperation } from '../../checks';

type Path = readonly (string | number)[];

/**
 * Applies the operations of a patch (RFC 6902) to the object at a path of a document, comments kept.
 *
 * False, and nothing is changed, where one of them does not fit, e.g. behind a YAML alias.
 */
export function applyPatch(document: Document.Parsed, prefix: Path, patch: readonly PatchOperation[]): boolean {
  const before = document.contents?.clone() as typeof document.contents;
  if (patch.every((operation) => apply(document, [...prefix, ...steps(operation.path)], operation))) return true;
  document.contents = before;
  return false;
}

function apply(document: Document.Parsed, path: Path, { op, value }: PatchOperation): boolean {
  const last = path[path.length - 1];
  const parent = path.length === 0 ? undefined : path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isCollection(parent)) return false;
  if (op === 'remove') return parent.delete(last);
  if (op === 'replace') return parent.has(last) && replace(document, parent as never, last, value);
  if (isSeq(parent)) {
    const index = last === '-' ? parent.items.length : Number(last);
    if (!Number.isInteger(index) || index < 0 || index > parent.items.length) return false;
    parent.items.splice(index, 0, document.createNode(value));
    return true;
  }
  return isMap(parent) && (parent.has(last) ? replace(document, parent as never, last, value) : set(document, parent as never, last, value));
}

interface Collection {
  get(key: string | number, keepScalar: true): unknown;
  set(key: string | number, value: Node): void;
}

function replace(document: Document.Parsed, parent: Collection, key: string | number, value: unknown): boolean {
  const node = parent.get(key, true);
  // A scalar that stays one keeps the comment behind it.
  if (isScalar(node) && (typeof value !== 'object' || value === null)) {
    node.value = value;
    return true;
  }
  return set(document, parent, key, value);
}

function set(document: Document.Parsed, parent: Collection, key: string | number, value: unknown): boolean {
  parent.set(key, document.createNode(value) as Node);
  return true;
}

function steps(pointer: string): string[] {
  return pointer.split('/').slice(1).map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~'));
}
