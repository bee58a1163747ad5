import { Caller } from './caller';
import { Door } from './place';
import { AccessRequest, Decision, Outcome } from '../authz';

/** A request that somebody tries. */
export interface Attempt {
  readonly caller: Caller;
  /** From outside, through a gateway. */
  readonly door?: Door;
  /** From inside the mesh, straight to a Service `namespace/name`. */
  readonly service?: string;
  /** The port of the Service. */
  readonly port?: number;
  readonly host: string;
  readonly path: string;
  readonly method: string;
  /** Header lines; a name may come more than once. */
  readonly headers: readonly (readonly [string, string])[];
}

/** The attempt as the evaluator takes it. */
export function requestOf({ caller, door, service, port, host, path, method, headers }: Attempt, at: string | undefined): AccessRequest {
  const repeated: { [name: string]: string[] } = {};
  for (const [name, value] of headers) repeated[name] = [...repeated[name] ?? [], value];
  const place = door === undefined ? { service, port } : {
    port: door.port,
    gateway: `${door.proxy.workload.namespace}/${door.proxy.workload.name}`,
    ...(door.secure ? { sni: door.sni } : {}),
  };
  const lines = headers.length > 0 ? { repeatedHeaders: repeated } : {};
  return { client: caller.client, token: caller.token, host, path, method, at, ...place, ...lines };
}

/** What an attempt came to. */
export interface Verdict {
  /** `in`: it reaches a workload; `open`: it does in one of the cases that the manifests leave open. */
  readonly state: 'in' | 'refused' | 'closed' | 'open' | 'other';
  /** The decision; of an undecided one that of the ordinary case. */
  readonly decision: Decision;
  /** Why it is undecided. */
  readonly doubt?: string;
}

const CLOSED = [Outcome.HANDSHAKE_REJECTED, Outcome.CONNECTION_CLOSED, Outcome.CONNECTION_REFUSED];

/** What a decision means for an attempt. */
export function verdictOf(decision: Decision): Verdict {
  const [ordinary] = decision.outcome === Outcome.UNDECIDED ? decision.alternatives : [decision];
  if (ordinary === undefined || ordinary.outcome === Outcome.UNDECIDED) return { state: 'open', decision, doubt: decision.reason };
  if (ordinary.isAllowed) return { state: 'in', decision: ordinary };
  const open = decision.alternatives.some((alternative) => alternative.isAllowed || alternative.outcome === Outcome.UNDECIDED);
  if (open) return { state: 'open', decision: ordinary, doubt: decision.reason };
  return { state: stateOf(ordinary), decision: ordinary };
}

/** Whether somebody was turned away for who he is, in the ordinary case. */
export function isRefusal({ outcome, status }: Decision): boolean {
  return [Outcome.FORBIDDEN, Outcome.UNAUTHENTICATED, Outcome.HANDSHAKE_REJECTED].includes(outcome)
    || (outcome === Outcome.DIRECT_RESPONSE && (status === 403 || status === 401));
}

function stateOf(decision: Decision): Verdict['state'] {
  if (CLOSED.includes(decision.outcome)) return 'closed';
  return isRefusal(decision) ? 'refused' : 'other';
}
