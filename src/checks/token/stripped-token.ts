import { authenticationsByNamespace, mayMeet, nearby, ruleThatDemandsToken, writtenAuthentications } from './authentications';
import { serviceOfHost } from '../../mesh/backend';
import { describeObject } from '../../mesh/kube-object';
import { surelySelects } from '../../mesh/labels';
import type { JwtRule, RequestAuthentication } from '../../mesh/request-authentication';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { targetsOf } from '../policy/targets';
import { enforcedPolicies, WrittenPolicy } from '../policy/written-policies';
import { oncePerContext } from '../written';

/**
 * MTLS033: a gateway verifies a token and takes it away, and the workload behind it demands it.
 *
 * Envoy removes a token that it has verified unless `forwardOriginalToken` is true (Istio, JWTRule reference).
 */
export const strippedToken: Check = {
  id: 'MTLS033',
  title: 'a token that the gateway takes away from the workload',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => writtenAuthentications(context).flatMap((authentication) => (targetsOf(context, authentication).gateways.length === 0 ? []
    : authentication.rules.flatMap((rule, index) => (rule.forwardOriginalToken ? [] : findingsOf(context, authentication, rule, index))))),
};

function findingsOf(context: CheckContext, authentication: RequestAuthentication, rule: JwtRule, index: number): Finding[] {
  const victims = demandingPolicies(context).flatMap(({ policy, read }) => {
    const needed = placesOf(rule).some((place) => read.has(place));
    const reach = needed ? reachOf(context, authentication, policy) : undefined;
    return reach === undefined ? [] : [{ policy, certain: reach === 'certain' }];
  });
  if (victims.length === 0) return [];
  const [{ policy }] = victims;
  return [{
    ...(victims.some(({ certain }) => certain) ? {} : { severity: Severity.WARNING }),
    object: authentication.object,
    path: ['spec', 'jwtRules', index],
    message: `${describeObject(authentication.object)} takes tokens of \`${rule.issuer}\` away at the gateway, and ${describeObject(policy.object)} demands them of requests that come from there`,
    effect: 'the workload sees no token and answers 403',
    cure: 'set `forwardOriginalToken: true` at the gateway',
    patch: [{ op: 'add', path: `/spec/jwtRules/${index}/forwardOriginalToken`, value: true }],
    related: [policy.object],
  }];
}

/** Whether routes lead from the gateways of a RequestAuthentication to the pods of a policy. */
function reachOf(context: CheckContext, authentication: RequestAuthentication, { object, selector }: WrittenPolicy): 'certain' | 'possible' | undefined {
  const names = targetsOf(context, authentication).gateways.flatMap(({ servers }) => servers.map(({ server: { gateway } }) => `${gateway.namespace}/${gateway.name}`));
  const bound = new Set(names.flatMap((name) => context.view.virtualServicesOf(name)));
  const services = [...bound].flatMap(({ http }) => http.flatMap(({ destinations }) => destinations)).flatMap(({ host }) => serviceOfHost(host) ?? [])
    .filter(({ namespace }) => namespace === object.namespace).map(({ namespace, name }) => context.view.service(namespace, name));
  if (services.some((service) => service !== undefined && surelySelects(selector!, { known: service.selector, complete: false }))) return 'certain';
  return services.includes(undefined) ? 'possible' : undefined;
}

/** The policies of workloads that demand tokens, and which tokens are read there: of which issuer and from where. */
const demandingPolicies = oncePerContext((context) => enforcedPolicies(context)
  .filter((policy) => ruleThatDemandsToken(policy) !== undefined && targetsOf(context, policy).gateways.length === 0).map((policy) => {
    const near = nearby(context, authenticationsByNamespace(context), policy.object.namespace).filter((other) => mayMeet(context, policy, other));
    return { policy, read: new Set(near.flatMap(({ rules }) => rules).flatMap(placesOf)) };
  }));

/** Where a rule reads tokens of its issuer. */
function placesOf(rule: JwtRule): string[] {
  return locations(rule).map((place) => JSON.stringify([rule.issuer, place]));
}

function locations({ fromHeaders, fromParams, fromCookies }: JwtRule): string[] {
  if (fromHeaders.length + fromParams.length + fromCookies.length === 0) return ['header authorization', 'parameter access_token'];
  // A cookie is not taken away.
  return [...fromHeaders.map(({ name }) => `header ${name}`), ...fromParams.map((name) => `parameter ${name}`)];
}
