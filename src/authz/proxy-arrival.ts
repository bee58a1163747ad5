import { DecisionProps, Outcome } from './decision';
import { HttpMessage } from './http-message';
import { normalizePath } from './path-normalization';
import { ProxySecurity } from './proxy-security';
import { end, Journey } from './station';
import { Choices } from '../mesh/choices';
import { MeshSettings } from '../mesh/settings';

const STATUSES = new Map([[403, Outcome.FORBIDDEN], [404, Outcome.NOT_FOUND]]);

/** The request with its path as the proxy rewrites it first of all; undefined for 400. */
export function normalized(message: HttpMessage, settings: MeshSettings, choices: Choices): HttpMessage | undefined {
  const parameters = settings.behaviour.parametersInDotSegments;
  const mode = settings.pathNormalization;
  let path = normalizePath(message.path, mode, parameters ?? true);
  if (parameters === undefined) {
    const older = normalizePath(message.path, mode, false);
    if (older !== path && !choices.ask('dot segments with parameters', 'this patch release takes `..;x` for a dot segment')) path = older;
  }
  return path === undefined ? undefined : { ...message, path };
}

/** The end of a request that is no HTTP for the proxy that reads it first. */
export function unreadable(journey: Journey, malformed = journey.malformed): DecisionProps | undefined {
  if (malformed === undefined) return undefined;
  const { status } = malformed;
  const outcome = status === undefined ? Outcome.CONNECTION_CLOSED : STATUSES.get(status) ?? Outcome.BAD_REQUEST;
  return end(journey, outcome, `the request is malformed: ${malformed.malformed}`, { status });
}

/** The end at a proxy that does not take its configuration, or that something changes in a way that is not modelled. */
export function unpredictable(
  journey: Journey,
  security: ProxySecurity,
  place: string,
  outcome: Outcome,
  gateway = false,
): DecisionProps | undefined {
  if (security.problem !== undefined) return end(journey, outcome, `${security.problem}, at ${place}`, outcome === Outcome.UNAVAILABLE ? { status: 503 } : {});
  for (const extension of security.extensions) {
    // A Sidecar object says nothing about gateways.
    if (gateway && extension.object.kind === 'Sidecar') continue;
    if (!journey.choices.ask(`extension ${extension.text}`, `${extension.text} changes nothing for the request`)) return end(journey, Outcome.UNDECIDED, `${extension.text} changes ${place} in a way that is not modelled`);
  }
  return undefined;
}
