import { ChangedObject, changedObjects, withChange } from './changed-objects';
import { behaviour, compare, Difference, Kind } from './compare';
import { Mesh, MeshOptions } from '../authz';
import { Value } from '../mesh/value';

/** For so many changed objects each is tried alone. */
const MAX_TRIED = 24;
const ORDER: readonly Kind[] = ['gains', 'open', 'moves', 'loses', 'changes'];

/** Callers who gain or lose the same at one place, by the same objects. */
export interface AccessChange {
  readonly kind: Kind;
  readonly callers: readonly string[];
  readonly place: string;
  /** The methods and paths, one text for each combination. */
  readonly operations: readonly string[];
  /** The changed objects that do it, each with how it changed. */
  readonly objects: readonly string[];
  /** One of the requests. */
  readonly evidence: Difference;
}

/** Who gained and who lost what between two sets of manifests. */
export interface AccessDiff {
  readonly changes: readonly AccessChange[];
  /** The objects that differ, whether or not anybody's access does. */
  readonly objects: readonly ChangedObject[];
  readonly requests: number;
  readonly unchanged: number;
  /** Why a difference may have been missed, in words. */
  readonly limits: readonly string[];
}

/** Compares who gets in with two sets of manifests. */
export function diffAccess(
  before: readonly Value[],
  after: readonly Value[],
  options: MeshOptions = {},
  progress?: (done: number) => void,
): AccessDiff {
  const reading = { createdTogether: true, ...options };
  const read = (documents: readonly Value[]) => Mesh.fromManifests([...documents], reading);
  const objects = changedObjects(before, after);
  const { differences, requests, limits } = compare(read(before), read(after), progress);
  const blame = differences.length === 0 ? () => [] : blamed(before, objects, read);
  return { changes: grouped(differences, blame), objects, requests, unchanged: requests - differences.length, limits };
}

/** The objects each of whose changes alone makes the difference; where it takes several, those that the decisions name, or all. */
function blamed(
  before: readonly Value[],
  objects: readonly ChangedObject[],
  read: (documents: readonly Value[]) => Mesh,
): (difference: Difference) => string[] {
  const alone = objects.length > MAX_TRIED ? [] : objects.map((object) => ({ object, mesh: read(withChange(before, object)) }));
  return (difference) => {
    const wanted = behaviour(difference.after);
    const single = alone.filter(({ mesh }) => behaviour(mesh.evaluate(difference.request)) === wanted).map(({ object }) => object);
    const found = single.length > 0 ? single : named(difference, objects);
    return (found.length > 0 ? found : objects).map(({ text, how }) => `${text} ${how}`);
  };
}

function named({ before, after }: Difference, objects: readonly ChangedObject[]): ChangedObject[] {
  const texts = [before, after].flatMap(({ hops, policy }) => [...hops.flatMap(({ object }) => object ?? []), ...(policy === undefined ? [] : [`AuthorizationPolicy ${policy}`, `RequestAuthentication ${policy}`])]);
  return objects.filter(({ text }) => texts.includes(text));
}

/** Differences of one caller at one place come together, and then callers to whom the same happens. */
function grouped(differences: readonly Difference[], blame: (difference: Difference) => string[]): AccessChange[] {
  const byCaller = new Map<string, Difference[]>();
  for (const difference of differences) {
    const key = JSON.stringify([difference.kind, difference.caller, difference.place, [...difference.headers]]);
    byCaller.set(key, [...byCaller.get(key) ?? [], difference]);
  }
  const groups = new Map<string, AccessChange>();
  for (const same of byCaller.values()) {
    const [evidence] = same;
    const operations = operationTexts(same);
    const objects = blame(evidence);
    const key = JSON.stringify([evidence.kind, evidence.place, operations, objects, behaviour(evidence.before), behaviour(evidence.after)]);
    const known = groups.get(key);
    const caller = `${evidence.caller}${evidence.headers.size === 0 ? '' : ` with ${[...evidence.headers].map(([name, values]) => `${name}: ${values.join(', ')}`).join(', ')}`}`;
    if (known === undefined) groups.set(key, { kind: evidence.kind, callers: [caller], place: evidence.place, operations, objects, evidence });
    else groups.set(key, { ...known, callers: [...known.callers, caller] });
  }
  return [...groups.values()].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

/** Paths of the same methods come together. */
function operationTexts(differences: readonly Difference[]): string[] {
  const byPath = new Map<string, string[]>();
  for (const { path, method } of differences) byPath.set(path, [...byPath.get(path) ?? [], method]);
  const byMethods = new Map<string, string[]>();
  for (const [path, methods] of byPath) byMethods.set(methods.join(', '), [...byMethods.get(methods.join(', ')) ?? [], path]);
  return [...byMethods].map(([methods, paths]) => `${methods} ${paths.join(', ')}`);
}
