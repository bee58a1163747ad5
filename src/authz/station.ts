import { Client } from './client';
import { DecisionProps, Outcome } from './decision';
import { HttpMessage } from './http-message';
import { TokenWorld } from './jwt-authn';
import { Log } from './log';
import { SecurityCatalogue } from './proxy-security';
import { Malformed } from './request-line';
import { Choices } from '../mesh/choices';
import { MeshView } from '../mesh/mesh-view';

/** Everything that stays the same while one request is followed through the mesh. */
export interface Journey {
  readonly view: MeshView;
  readonly security: SecurityCatalogue;
  readonly client: Client;
  readonly now: Date;
  readonly tokens: TokenWorld;
  readonly choices: Choices;
  readonly clientIp?: string;
  /** Whether the client speaks TLS to a gateway. */
  readonly secure: boolean;
  /** The request as a sidecar reads it that gets the client's bytes, or how it refuses them. */
  readonly streamed: HttpMessage | Malformed;
  /** Why the first proxy that reads HTTP refuses it; undefined for a request that is well formed. */
  readonly malformed?: Malformed;
  /** The request as it was sent, for workloads that no proxy stands before. */
  readonly sent: HttpMessage;
  /** What happened so far. */
  readonly log: Log;
  /** What was taken for granted so far. */
  readonly assumptions: Set<string>;
}

/** Ends a journey where the request is. The reason is the last thing that happened there, unless that is told otherwise. */
export function end(
  { log, assumptions }: Journey,
  outcome: Outcome,
  reason: string,
  more: Partial<DecisionProps> = {},
  told?: readonly (() => string)[],
): DecisionProps {
  if (told !== undefined) told.forEach((write) => log.tell(write));
  else if (reason !== '') log.tell(() => reason);
  return { outcome, reason, place: outcome === Outcome.ALLOWED ? undefined : log.place, hops: log.hops, assumptions: [...assumptions], ...more };
}
