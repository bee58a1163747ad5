import { AccessSpace, Caller, Endpoint, isInMesh } from '../access';
import { AccessRequest, Decision, Mesh, Outcome } from '../authz';

/** A request that is answered in another way after the migration; one stands for all that are treated alike. */
export interface ChangedAnswer {
  readonly change: 'gains' | 'loses' | 'other';
  readonly caller: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly before: string;
  readonly after: string;
  /** How many more of the requests that were asked change in the same way, for the same caller. */
  readonly more: number;
}

/** What callers will notice. */
export interface Comparison {
  /** Requests asked on both sides. */
  readonly asked: number;
  readonly changes: readonly ChangedAnswer[];
  /** Whether some requests were not asked because there are too many kinds of them. */
  readonly cut: boolean;
}

const MOST = 6000;

/** Asks both meshes everything that the manifests of either tell apart, and keeps what is answered differently. */
export function compareAnswers(before: Mesh, after: Mesh): Comparison {
  const found = new Map<string, ChangedAnswer>();
  let asked = 0;
  let cut = false;
  for (const { request, caller } of requestsOf([AccessSpace.of(before), AccessSpace.of(after)])) {
    if (asked === MOST) {
      cut = true;
      break;
    }
    asked += 1;
    const [old, now] = [before.evaluate(request), after.evaluate(request)];
    if (answer(old) === answer(now)) continue;
    const one = {
      change: changeOf(old, now), caller: caller.name, method: request.method ?? 'GET', host: request.host, path: request.path, before: answer(old), after: answer(now), more: 0,
    };
    const key = JSON.stringify([one.change, one.caller, one.host, one.before, one.after]);
    const known = found.get(key);
    found.set(key, known === undefined ? one : { ...known, more: known.more + 1 });
  }
  const order = ['gains', 'loses', 'other'];
  return { asked, cut, changes: [...found.values()].sort((a, b) => order.indexOf(a.change) - order.indexOf(b.change)) };
}

interface Asked {
  readonly request: AccessRequest;
  readonly caller: Caller;
}

function* requestsOf(spaces: readonly AccessSpace[]): Generator<Asked> {
  const endpoints = new Map<string, Endpoint>();
  for (const endpoint of spaces.flatMap((space) => space.endpoints)) endpoints.set(endpointKey(endpoint), endpoint);
  const seen = new Set<string>();
  for (const endpoint of endpoints.values()) {
    const callers = new Map(spaces.flatMap((space) => space.callersOf(endpoint)).map((caller) => [caller.name, caller]));
    const surfaces = spaces.map((space) => space.surfaceOf(endpoint));
    const paths = new Set(surfaces.flatMap((surface) => surface.paths.filter(({ odd }) => odd !== true).map(({ value }) => value)));
    const methods = new Set(surfaces.flatMap((surface) => surface.methods.filter(({ odd }) => odd !== true).map(({ value }) => value)));
    for (const caller of callers.values()) {
      for (const path of paths) {
        for (const method of methods) {
          const request = spaces[0].requestOf(endpoint, caller, { path, method });
          const key = spaces.map((space) => space.signatureOf(request)).join('\n');
          if (seen.has(key)) continue;
          seen.add(key);
          yield { request, caller: isInMesh(caller) ? { ...caller, name: `in the mesh: ${caller.name}` } : caller };
        }
      }
    }
  }
}

function endpointKey({ kind, gateway, service, port, tls, sni, host }: Endpoint): string {
  return JSON.stringify([kind, gateway, service, port, tls, sni, host]);
}

function changeOf(old: Decision, now: Decision): ChangedAnswer['change'] {
  if (old.outcome === Outcome.ALLOWED) return now.outcome === Outcome.ALLOWED ? 'other' : 'loses';
  return now.outcome === Outcome.ALLOWED ? 'gains' : 'other';
}

function answer(decision: Decision): string {
  return decision.isAllowed ? `allowed, reaches ${decision.workload}` : `${decision.status === undefined ? '' : `${decision.status} `}${decision.outcome}`;
}
