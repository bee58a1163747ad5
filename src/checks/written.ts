import type { CheckContext } from './context';
import type { KubeObject } from '../mesh/kube-object';

const kept = new WeakMap<CheckContext, Map<string, readonly KubeObject[]>>();

/** The objects of a kind that somebody wrote, the API server takes, and no later one of the same name replaces: what a person can change. */
export function writtenObjects(context: CheckContext, kind: string, group: string): readonly KubeObject[] {
  const byKind = kept.get(context) ?? new Map<string, readonly KubeObject[]>();
  kept.set(context, byKind);
  const found = byKind.get(kind) ?? read(context, kind, group);
  byKind.set(kind, found);
  return found;
}

/** What tells objects apart. */
export function keyOf({ group, kind, namespace, name }: KubeObject): string {
  return JSON.stringify([group, kind, namespace, name]);
}

/** Computes something once for each run of the checks. */
export function oncePerContext<T>(compute: (context: CheckContext) => T): (context: CheckContext) => T {
  const results = new WeakMap<CheckContext, { readonly value: T }>();
  return (context) => {
    const result = results.get(context) ?? { value: compute(context) };
    results.set(context, result);
    return result.value;
  };
}

/** Puts an item into one of several lists. */
export function putInto<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function read(context: CheckContext, kind: string, group: string): KubeObject[] {
  const refused = new Set(context.view.refused.map(({ object }) => keyOf(object)));
  const last = new Map(context.of(kind, group).map((object) => [keyOf(object), object]));
  return [...last].filter(([key]) => !refused.has(key)).map(([, object]) => object);
}
