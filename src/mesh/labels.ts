import { Choices } from './choices';

/** Labels of pods, as far as they are known. */
export interface PodLabels {
  readonly known: ReadonlyMap<string, string>;
  /** Whether the pods carry no others. */
  readonly complete: boolean;
}

/** Whether pods carry all labels of a selector; where the manifests do not say, it is asked. */
export function selects(selector: ReadonlyMap<string, string>, labels: PodLabels, pods: string, choices: Choices): boolean {
  const open: string[] = [];
  for (const [key, value] of selector) {
    const known = labels.known.get(key);
    if (known === undefined && !labels.complete) open.push(`${key}=${value}`);
    else if (known !== value) return false;
  }
  return open.every((label) => choices.ask(`label ${pods} ${label}`, `${pods} carry the label ${label}`));
}

/** Whether pods could carry all labels of a selector. */
export function maySelect(selector: ReadonlyMap<string, string>, labels: PodLabels): boolean {
  return [...selector].every(([key, value]) => (labels.known.has(key) ? labels.known.get(key) === value : !labels.complete));
}

/** Whether all labels of a selector are known to be there. */
export function surelySelects(selector: ReadonlyMap<string, string>, labels: PodLabels): boolean {
  for (const [key, value] of selector) {
    if (labels.known.get(key) !== value) return false;
  }
  return true;
}
