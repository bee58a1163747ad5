import { KubeObject } from './kube-object';
import { maySelect } from './labels';
import { at, field, list, textMap } from './value';
import { Workload } from './workload';

/** Something that applies to workloads by namespace and labels. */
export interface Scoped {
  readonly object: KubeObject;
  readonly selector: ReadonlyMap<string, string>;
}

/** The labels that a policy asks for; undefined where it only names Gateway API objects, which classic gateways and sidecars ignore. */
export function selectorOf(object: KubeObject): ReadonlyMap<string, string> | undefined {
  const { spec } = object;
  if (field(spec, 'targetRef') || list(field(spec, 'targetRefs')).length > 0) return undefined;
  return textMap(at(spec, 'selector', 'matchLabels'));
}

/** Policies by namespace and, within it, by one label of their selector: a workload meets only those that could select it. */
export class ScopeIndex<T extends Scoped> {
  private readonly namespaces = new Map<string, { readonly everyone: T[]; readonly byLabel: Map<string, T[]> }>();

  /** @param all the items */
  public constructor(public readonly all: readonly T[]) {
    all.forEach((item) => this.add(item));
  }

  /** The items of one namespace that may apply to a workload, in the order in which they were given. */
  public candidates(namespace: string, workload: Workload): T[] {
    const found = this.namespaces.get(namespace);
    if (found === undefined) return [];
    const { known, complete } = workload.labels;
    const buckets = complete ? [...known].map(([key, value]) => found.byLabel.get(`${key}=${value}`) ?? []) : [...found.byLabel.values()];
    return [
      ...found.everyone,
      ...buckets.flat().filter((item) => maySelect(item.selector, workload.labels)),
    ].sort((a, b) => a.object.index - b.object.index);
  }

  private add(item: T): void {
    const { namespace } = item.object;
    const found = this.namespaces.get(namespace) ?? { everyone: [], byLabel: new Map<string, T[]>() };
    this.namespaces.set(namespace, found);
    const [label] = item.selector;
    if (label === undefined) {
      found.everyone.push(item);
      return;
    }
    const key = `${label[0]}=${label[1]}`;
    const bucket = found.byLabel.get(key);
    if (bucket === undefined) found.byLabel.set(key, [item]);
    else bucket.push(item);
  }
}
