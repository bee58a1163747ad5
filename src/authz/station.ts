import { Client } from './client';
import { DecisionProps, Hop, Outcome } from './decision';
import { HttpMessage } from './http-message';
import { TokenWorld } from './jwt-authn';
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
  /** Why the first proxy that reads HTTP refuses it; undefined for a request that is well formed. */
  readonly malformed?: Malformed;
  /** The request as it was sent, for workloads that no proxy stands before. */
  readonly sent: HttpMessage;
  /** The stations so far. */
  readonly hops: Hop[];
  /** What was taken for granted so far. */
  readonly assumptions: Set<string>;
}

/** Ends a journey. */
export function end(journey: Journey, outcome: Outcome, reason: string, more: Partial<DecisionProps> = {}): DecisionProps {
  return { outcome, reason, hops: [...journey.hops], assumptions: [...journey.assumptions], ...more };
}
