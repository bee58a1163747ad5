import { isTokenKey, mayMeet, nearby, writtenAuthentications } from './authentications';
import type { PolicyField, PolicyRule } from '../../mesh/authorization-policy';
import { grouped } from '../../mesh/groups';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';
import { describeRule, enforcedPolicies, WrittenPolicy } from '../policy/written-policies';
import { oncePerContext } from '../written';

/**
 * MTLS112: a workload takes the tokens that its issuer gave for other applications.
 *
 * The reference of RequestAuthentication says that without `audiences` "the service name will be accepted"; Envoy compares no audience then (istio `pilot/pkg/security/authn`, and seen).
 * RFC 8725 §3.9 wants the audience validated where an issuer serves more than one application.
 */
export const anyAudience: Check = {
  id: 'MTLS112',
  title: 'tokens that were issued for any application',
  severity: Severity.WARNING,
  effect: Effect.OPEN,
  find: (context) => writtenAuthentications(context).flatMap((authentication) => {
    const near = nearby(context, admittingPolicies(context), authentication.object.namespace);
    const meeting = near.filter((policy) => mayMeet(context, policy, authentication));
    return authentication.rules.flatMap(({ issuer, audiences }, index): Finding[] => {
      const admitting = meeting.map((policy) => ({ policy, rule: policy.rules.findIndex((rule) => admitsAny(rule, issuer)) }));
      const found = admitting.find(({ rule }) => rule >= 0);
      if (audiences.length > 0 || found === undefined) return [];
      return [{
        object: authentication.object,
        path: ['spec', 'jwtRules', index],
        message: `${describeObject(authentication.object)} takes tokens${issuer === '' ? '' : ` of \`${issuer}\``} for any audience, and ${describeRule(found.rule, found.policy)} admits whoever has one`,
        effect: 'a token that the issuer gave for another application gets in',
        cure: 'list the `aud` of the tokens that are meant for this workload: `audiences: […]`',
        related: [found.policy.object],
      }];
    });
  }),
};

const admittingPolicies = oncePerContext((context) => grouped(enforcedPolicies(context).filter(({ action }) => action === 'ALLOW'), ({ object }: WrittenPolicy) => object.namespace));

/** Whether a rule admits the tokens of an issuer, whosoever they are and whatever else they say. */
function admitsAny({ from, when }: PolicyRule, issuer: string): boolean {
  const means = ({ key, values }: PolicyField) => (key === 'requestPrincipals' || key === 'request.auth.principal') && values.some((value) => value === '*' || value === `${issuer}/*`);
  if (when.some(({ key }) => isTokenKey(key) && key !== 'request.auth.principal')) return false;
  return when.some(means) || from.some((source) => source.some(means));
}
