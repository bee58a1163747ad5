import { flatten, nameOf, readObject } from '../mesh/kube-object';
import { entries, isMapping, Value } from '../mesh/value';

/** An object that two sets of manifests do not have alike. */
export interface ChangedObject {
  /** Its kind and `namespace/name`. */
  readonly text: string;
  readonly how: 'added' | 'removed' | 'changed';
  /** Where it stands on each side; undefined where it is not there. */
  readonly before?: Value;
  readonly after?: Value;
}

/** The objects that are added, removed or changed; what the API server writes of its own does not count. */
export function changedObjects(before: readonly Value[], after: readonly Value[]): ChangedObject[] {
  const [old, young] = [byKey(before), byKey(after)];
  return [...new Set([...old.keys(), ...young.keys()])].sort().flatMap((key): ChangedObject[] => {
    const [a, b] = [old.get(key), young.get(key)];
    const text = (a ?? b)!.text;
    if (a === undefined) return [{ text, how: 'added', after: b!.document }];
    if (b === undefined) return [{ text, how: 'removed', before: a.document }];
    return canonical(a.document) === canonical(b.document) ? [] : [{ text, how: 'changed', before: a.document, after: b.document }];
  });
}

/** Documents with one of the changes made. */
export function withChange(documents: readonly Value[], { before, after }: ChangedObject): Value[] {
  const all = flatten(documents);
  if (before === undefined) return [...all, after];
  return all.flatMap((document) => (document !== before ? [document] : after === undefined ? [] : [after]));
}

interface Known {
  readonly text: string;
  readonly document: Value;
}

/** Of objects with one name the last one counts, as when they are applied in order. */
function byKey(documents: readonly Value[]): Map<string, Known> {
  return new Map(flatten(documents).flatMap((document, index): [string, Known][] => {
    const object = readObject(document, index);
    if (object === undefined) return [];
    const text = `${object.kind} ${nameOf(object)}`;
    return [[`${text} ${object.group}`, { text, document }]];
  }));
}

const WRITTEN_BY_SERVER = new Set(['managedFields', 'resourceVersion', 'uid', 'generation', 'selfLink']);

function canonical(value: Value, depth = 0): string {
  if (Array.isArray(value)) return `[${value.map((item: Value) => canonical(item, depth + 1)).join(',')}]`;
  if (!isMapping(value)) return JSON.stringify(value) ?? 'null';
  const kept = entries(value).filter(([key]) => !(depth === 0 && key === 'status') && !(depth === 1 && WRITTEN_BY_SERVER.has(key)));
  return `{${kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => `${JSON.stringify(key)}:${canonical(item, depth + 1)}`).join(',')}}`;
}
