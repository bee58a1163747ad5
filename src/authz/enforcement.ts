import { authorize, EnforcedPolicies, externallyChecked } from './authorizer';
import { CompiledRule } from './compiled-policy';
import { DecisionProps, Outcome } from './decision';
import { closestRule, describeMatch, describeMiss, describeRules, unmetConditions } from './explanation';
import { HttpMessage } from './http-message';
import { authenticate } from './jwt-authn';
import { Peer } from './peer';
import { ProxyRequest } from './proxy-request';
import { ProxySecurity } from './proxy-security';
import { end, Journey } from './station';
import { Value } from '../mesh/value';
import { Workload } from '../mesh/workload';

/** A request that comes to a proxy. */
export interface Arrival {
  readonly stage: 'gateway' | 'workload';
  readonly workload: Workload;
  readonly security: ProxySecurity;
  readonly message: HttpMessage;
  readonly peer: Peer;
  readonly port: number;
  readonly http: boolean;
  /** The other end of the connection. */
  readonly sourceIp?: string;
  /** What the proxy takes for the address of the client. */
  readonly remoteIp?: string;
}

/** What passes a proxy: the request as its router gets it, or the end of the journey. */
export type Passage = {
  readonly passed: true;
  readonly message: HttpMessage;
  readonly claims: Value;
} | { readonly passed: false; readonly end: DecisionProps };

/** Token authentication and authorisation at one proxy, in the order of its filters: CUSTOM, tokens, DENY, ALLOW. */
export function enforce(journey: Journey, arrival: Arrival): Passage {
  const { security, message, stage } = arrival;
  const { log } = journey;
  log.arrive(stage);
  const place = `${arrival.workload.namespace}/${arrival.workload.name} (${stage === 'gateway' ? 'gateway' : 'sidecar'})`;
  const policies = arrival.http ? security.http : security.tcp;
  const stop = (outcome: Outcome, reason: string, more: Partial<DecisionProps>, told = [() => reason]): Passage => (
    { passed: false, end: refuse(journey, arrival, outcome, `${reason}, at ${place}`, more, told) }
  );
  const custom = externalVerdict(journey, policies, requestOf(journey, arrival, message, undefined));
  if (custom !== undefined) return stop(Outcome.FORBIDDEN, custom.reason, { status: 403, policy: nameOf(custom.rule), rule: custom.rule.number });
  const token = arrival.http ? authenticate(security.providers, message, journey.tokens) : { ok: true as const, message };
  if (!token.ok) {
    return stop(token.status === 401 ? Outcome.UNAUTHENTICATED : Outcome.FORBIDDEN, `${token.reason} (RequestAuthentication ${token.source})`, { status: token.status, policy: token.source });
  }
  const claims = 'claims' in token ? token.claims : undefined;
  if ('provider' in token && token.provider !== undefined) {
    const { issuer, source } = token.provider;
    log.tell(() => `the token of issuer ${issuer} is accepted by RequestAuthentication ${source}`);
  }
  const request = requestOf(journey, arrival, token.message, claims);
  const verdict = authorize(policies, request);
  if (verdict.allowed) {
    const { rule } = verdict;
    log.tell(() => `${place}: ${describeRules(policies, rule)}`, rule && ['AuthorizationPolicy', rule.policy, rule.number]);
    return refusedGuard(journey, arrival, place) ?? { passed: true, message: token.message, claims };
  }
  if (verdict.rule !== undefined) {
    const { rule } = verdict;
    const reason = `denied by \`${nameOf(rule)}\` rule ${rule.number}`;
    const told = [() => reason, () => describeMatch(rule, request)];
    return stop(Outcome.FORBIDDEN, reason, { status: 403, policy: nameOf(rule), rule: rule.number }, told);
  }
  const miss = closestRule(policies.allow, request);
  const [policy] = security.allowing;
  if (miss === undefined) return stop(Outcome.FORBIDDEN, `\`${policy}\` allows nobody`, { status: 403, policy });
  const unmet = unmetConditions(miss, request);
  return stop(
    Outcome.FORBIDDEN,
    `no ALLOW rule matches; closest is ${describeMiss(miss, unmet)}`,
    { status: 403, policy: nameOf(miss.rule), rule: miss.rule.number, unmet },
    [
      () => `no rule of ${security.allowing.map((name) => `\`${name}\``).join(', ')} matches; the closest, ${nameOf(miss.rule)} rule ${miss.rule.number}, fails at`,
      ...unmet.map(({ condition, wants, found }) => () => `  ${condition}: ${wants}, the request has ${found}`),
    ],
  );
}

/** On TCP there is no status: the connection is cut. */
function refuse(
  journey: Journey,
  { http }: Arrival,
  outcome: Outcome,
  reason: string,
  more: Partial<DecisionProps>,
  told?: readonly (() => string)[],
): DecisionProps {
  return http ? end(journey, outcome, reason, more, told) : end(journey, Outcome.CONNECTION_CLOSED, reason, { ...more, status: undefined }, told);
}

function externalVerdict(
  journey: Journey,
  policies: EnforcedPolicies,
  request: ProxyRequest,
): { readonly reason: string; readonly rule: CompiledRule } | undefined {
  if (policies.custom.length === 0) return undefined;
  const { settings, complete } = journey.view;
  for (const rule of externallyChecked(policies, request)) {
    const provider = rule.policy.provider!;
    const unknown = complete && !settings.extensionProviders.includes(provider);
    if (unknown) return { rule, reason: `the mesh knows no external authorizer \`${provider}\`` };
    if (!journey.choices.ask(`authorizer ${provider}`, `the external authorizer ${provider} of ${nameOf(rule)} allows it`)) return { rule, reason: `the external authorizer \`${provider}\` denies` };
  }
  return undefined;
}

/** A policy that the API server refuses guards nothing; whoever wrote it thought that it does. */
function refusedGuard(journey: Journey, arrival: Arrival, place: string): Passage | undefined {
  for (const { object, reason } of arrival.security.refused) {
    const name = `${object.namespace}/${object.name}`;
    if (!journey.choices.ask(`refused ${object.kind} ${name}`, `${object.kind} ${name} is not in force, since the API server refuses it (${reason})`)) {
      return { passed: false, end: refuse(journey, arrival, Outcome.FORBIDDEN, `denied by \`${name}\`, at ${place}`, { status: 403, policy: name }) };
    }
  }
  return undefined;
}

function requestOf(journey: Journey, arrival: Arrival, message: HttpMessage, claims: Value): ProxyRequest {
  return {
    message,
    claims,
    peer: arrival.peer,
    port: arrival.port,
    sourceIp: arrival.sourceIp,
    remoteIp: arrival.remoteIp,
    settings: journey.view.settings,
    choices: journey.choices,
  };
}

function nameOf({ policy }: CompiledRule): string {
  return `${policy.namespace}/${policy.name}`;
}
