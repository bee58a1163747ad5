import type { CheckContext } from './context';
import type { KubeObject } from '../mesh/kube-object';
import { rememberedOf } from '../mesh/remembered';

const kept = new WeakMap<CheckContext, Map<string, readonly KubeObject[]>>();

/** The objects of a kind that somebody wrote, the API server takes, and no later one of the same name replaces: what a person can change. */
export function writtenObjects(context: CheckContext, kind: string, group: string): readonly KubeObject[] {
  const byKind = kept.get(context) ?? new Map<string, readonly KubeObject[]>();
  kept.set(context, byKind);
  const found = byKind.get(kind) ?? read(context, kind, group);
  byKind.set(kind, found);
  return found;
}

/** Computes something once for each run of the checks. */
export function oncePerContext<T>(compute: (context: CheckContext) => T): (context: CheckContext) => T {
  return rememberedOf(compute);
}

function read(context: CheckContext, kind: string, group: string): KubeObject[] {
  const refused = new Set(context.view.refused.map(({ object }) => object.key));
  const last = new Map<string, KubeObject>();
  for (const object of context.of(kind, group)) last.set(object.key, object);
  return [...last.values()].filter(({ key }) => !refused.has(key));
}
