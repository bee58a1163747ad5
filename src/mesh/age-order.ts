import { Choices } from './choices';
import { KubeObject } from './kube-object';

/**
 * Whether one object comes before another in Istio's order: creation time, then name, then namespace.
 *
 * Undefined where manifests carry no creation time, because they were never applied.
 */
export function isOlder(a: KubeObject, b: KubeObject, sameTime: boolean): boolean | undefined {
  if (a.created !== undefined && b.created !== undefined && a.created !== b.created) return a.created < b.created;
  if (!sameTime && (a.created === undefined || b.created === undefined)) return undefined;
  return byName(a, b) < 0;
}

/** Order by name, then namespace: what decides between objects of one second. */
export function byName(a: KubeObject, b: KubeObject): number {
  const [x, y] = a.name === b.name ? [a.namespace, b.namespace] : [a.name, b.name];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Sorts objects by age. Where it is not known it is asked, but only of pairs for which it matters. */
export function sortByAge<T extends { readonly object: KubeObject }>(
  items: readonly T[],
  sameTime: boolean,
  choices: Choices,
  matters: (a: T, b: T) => boolean,
): T[] {
  const sorted: T[] = [];
  for (const item of [...items].sort((a, b) => byName(a.object, b.object))) {
    let position = sorted.length;
    while (position > 0 && precedes(item, sorted[position - 1], sameTime, choices, matters)) position -= 1;
    sorted.splice(position, 0, item);
  }
  return sorted;
}

function precedes<T extends { readonly object: KubeObject }>(
  a: T,
  b: T,
  sameTime: boolean,
  choices: Choices,
  matters: (a: T, b: T) => boolean,
): boolean {
  const older = isOlder(a.object, b.object, sameTime);
  if (older !== undefined) return older;
  if (!matters(a, b)) return false;
  const names = [b, a].map(({ object }) => `${object.kind} ${object.namespace}/${object.name}`);
  return !choices.ask(`older ${names.join(' ')}`, `${names[0]} is older than ${names[1]}`);
}
