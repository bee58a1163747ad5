import { AccessSpace, Caller, describeEndpoint, Endpoint, HeaderSet } from '../access';
import { AccessRequest, Decision, Mesh, Outcome } from '../authz';

/** What became of somebody's access. */
export type Kind =
  /** A request gets in that did not. */
  | 'gains'
  /** A request does not get in any more. */
  | 'loses'
  /** A request gets in, and somewhere else. */
  | 'moves'
  /** A request is answered otherwise, and does not get in on either side. */
  | 'changes'
  /** The manifests of one side leave open what becomes of a request. */
  | 'open';

/** A request that the two sides answer differently. */
export interface Difference {
  readonly kind: Kind;
  readonly caller: string;
  /** Where it goes: host, port, and in the mesh the Service. */
  readonly place: string;
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderSet;
  readonly request: AccessRequest;
  readonly before: Decision;
  readonly after: Decision;
}

/** How two sides answer the requests of the classes of both. */
export interface Comparison {
  readonly differences: readonly Difference[];
  /** How many requests were judged. */
  readonly requests: number;
  /** Why samples may be missing, in words; empty where every class of either side has its sample. */
  readonly limits: readonly string[];
}

/** Judges the requests of the classes of both sides on both. */
export function compare(before: Mesh, after: Mesh, progress: (done: number) => void = () => undefined): Comparison {
  const spaces = [AccessSpace.of(before), AccessSpace.of(after)];
  const places = new Map<string, { readonly endpoint: Endpoint; readonly spaces: { readonly space: AccessSpace; readonly endpoint: Endpoint }[] }>();
  for (const space of spaces) {
    for (const endpoint of space.endpoints) {
      const key = keyOf(endpoint);
      const known = places.get(key) ?? { endpoint, spaces: [] };
      known.spaces.push({ space, endpoint });
      places.set(key, known);
    }
  }
  const differences: Difference[] = [];
  const limits = new Set<string>();
  let requests = 0;
  [...places.values()].forEach(({ endpoint, spaces: sides }, index) => {
    for (const operation of operationsOf(sides, spaces, limits)) {
      const request = sides[0].space.requestOf(endpoint, operation.caller, operation);
      requests += 1;
      const [old, young] = [before.evaluate(request), after.evaluate(request)];
      if (behaviour(old) === behaviour(young)) continue;
      const { caller, method, path, headers } = operation;
      const answers = { kind: kindOf(old, young), before: old, after: young };
      differences.push({ ...answers, caller: caller.name, place: describeEndpoint(endpoint), method, path, headers, request });
    }
    progress((index + 1) / places.size);
  });
  return { differences, requests, limits: [...limits] };
}

interface Operation {
  readonly caller: Caller;
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderSet;
}

/** Every combination of what either side tells apart at a place. */
function operationsOf(
  sides: readonly { readonly space: AccessSpace; readonly endpoint: Endpoint }[],
  spaces: readonly AccessSpace[],
  limits: Set<string>,
): Operation[] {
  const surfaces = sides.map(({ space, endpoint }) => space.surfaceOf(endpoint));
  surfaces.flatMap((surface) => surface.limits).forEach((limit) => limits.add(limit));
  const paths = new Set(surfaces.flatMap((surface) => surface.paths.map(({ value }) => value)));
  const methods = new Set(surfaces.flatMap((surface) => surface.methods.map(({ value }) => value)));
  const headers = new Map(surfaces.flatMap((surface) => surface.headers.map(({ value }) => [JSON.stringify([...value]), value])));
  const callers = callersOf(sides);
  // Two callers are one only where both sides take them for one.
  const credentials = new Map<string, { readonly caller: Caller; readonly headers: HeaderSet }>();
  for (const lines of headers.values()) {
    for (const caller of callers) {
      const request = sides[0].space.requestOf(sides[0].endpoint, caller, { headers: lines });
      const key = spaces.map((space) => space.partOf(request, 'credentials')).join('\n##\n');
      if (!credentials.has(key)) credentials.set(key, { caller, headers: lines });
    }
  }
  return [...credentials.values()].flatMap(({ caller, headers: lines }) => [...paths].flatMap((path) => (
    (path === '*' ? ['OPTIONS'] : [...methods]).map((method) => ({ caller, headers: lines, path, method }))
  )));
}

/** The callers of both sides. What one side calls the token of an issuer can be another token than on the other side: then its audience tells them apart. */
function callersOf(sides: readonly { readonly space: AccessSpace; readonly endpoint: Endpoint }[]): Caller[] {
  const all = sides.flatMap(({ space, endpoint }) => space.callersOf(endpoint));
  const found = new Map(all.map((caller) => [JSON.stringify([caller.name, caller.token?.text]), caller]));
  const once = new Set<string>();
  const twice = new Set<string>();
  for (const { name } of found.values()) (once.has(name) ? twice : once).add(name);
  return [...found.values()].map((caller) => (twice.has(caller.name) ? { ...caller, name: `${caller.name} for audience ${caller.audience ?? 'none'}` } : caller));
}

/** What of a decision is somebody's access: texts and reasons do not count. */
export function behaviour(decision: Decision): string {
  return JSON.stringify([decision.outcome, decision.status, decision.workload, decision.alternatives.map(({ outcome, status, workload }) => [outcome, status, workload].join(' ')).sort()]);
}

function kindOf(before: Decision, after: Decision): Kind {
  if (before.outcome === Outcome.UNDECIDED || after.outcome === Outcome.UNDECIDED) return 'open';
  if (before.isAllowed && after.isAllowed) return 'moves';
  if (before.isAllowed) return 'loses';
  return after.isAllowed ? 'gains' : 'changes';
}

function keyOf({ kind, gateway, service, port, tls, sni, host }: Endpoint): string {
  return JSON.stringify([kind, gateway, service, port, tls, sni, host]);
}
