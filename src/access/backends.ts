import { EvaluatedMesh } from '../authz/evaluation';
import { Backend, findBackend } from '../mesh/backend';
import { explore } from '../mesh/choices';
import { RouteEntry } from '../mesh/route-table';
import { RouteDestination } from '../mesh/virtual-service';

const MAX_VARIANTS = 16;

/** Pods that a request may end at. */
export type Pods = Extract<Backend, { kind: 'pods' }>;

/** One way of a route to pods. */
export interface Way {
  readonly entry: RouteEntry;
  /** Undefined where the route answers by itself. */
  readonly destination?: RouteDestination;
  readonly pods: readonly Pods[];
}

/** The ways of a route: one for each destination. */
export function waysOf({ view }: EvaluatedMesh, entry: RouteEntry, namespace: string, listenPort: number): Way[] {
  const { route } = entry;
  if (route.destinations.length === 0) return [{ entry, pods: [] }];
  return route.destinations.map((destination) => ({
    entry,
    destination,
    pods: podsOf((choices) => findBackend(view, destination.host, destination.port, destination.subset, namespace, listenPort, choices)),
  }));
}

/** The pods among the backends that are possible, whatever the open facts. */
export function podsOf(find: (choices: Parameters<typeof findBackend>[6]) => Backend): Pods[] {
  const { runs } = explore(find, MAX_VARIANTS);
  const found = runs.flatMap(({ value }) => (value.kind === 'pods' ? [value] : []));
  return [...new Map(found.map((pods) => [`${pods.workload.namespace}/${pods.workload.name}:${pods.port}`, pods])).values()];
}
