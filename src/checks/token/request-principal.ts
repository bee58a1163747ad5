import { authenticationsByNamespace, mayMeet, nearby } from './authentications';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { describeRule, neverMatches, PolicyValue, valuesWith, WrittenPolicy } from '../policy/written-policies';

/**
 * MTLS032: a request principal that no token has.
 *
 * A request principal is `<issuer>/<subject>`. Istio splits the value of a policy at its last `/` (istio `pilot/pkg/security/authz/model`): an issuer that itself ends in
 * `/` is followed by two, and a value without any asks for an empty subject.
 */
export const requestPrincipal: Check = {
  id: 'MTLS032',
  title: 'a request principal that no token has',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => valuesWith(context, ['requestPrincipals', 'request.auth.principal'], () => true)
    .flatMap((value) => judge(context, value.policy, value)),
};

function judge(context: CheckContext, policy: WrittenPolicy, { value, rule, path, negated }: PolicyValue): Finding[] {
  const where = describeRule(rule, policy);
  const effect = neverMatches(policy.action, negated);
  const slash = value.lastIndexOf('/');
  if (slash < 0) {
    if (value.startsWith('*') || value.endsWith('*')) return [];
    return [{ object: policy.object, path, message: `request principal \`${value}\` in ${where} has no \`/\`, and asks for an empty subject`, effect, cure: 'write `<issuer>/<subject>`, or `<issuer>/*` for any subject' }];
  }
  const [issuer, subject] = [value.slice(0, slash), value.slice(slash + 1)];
  // One that ends within its URL is MTLS077.
  if (issuer === '' || issuer.startsWith('*') || issuer.endsWith('*') || /^https?:\/$/.test(issuer)) return [];
  const near = nearby(context, authenticationsByNamespace(context), policy.object.namespace);
  const authentications = near.filter((authentication) => mayMeet(context, policy, authentication));
  const issuers = authentications.flatMap(({ rules }) => rules).map((jwtRule) => jwtRule.issuer);
  if (issuers.length === 0 || issuers.includes('') || issuers.includes(issuer)) return [];
  const meant = issuers.find((known) => known.replace(/\/$/, '') === issuer.replace(/\/$/, ''));
  const related = authentications.map(({ object }) => object);
  if (meant !== undefined) {
    const cure = `${meant}/${subject}`;
    return [{
      object: policy.object,
      path,
      message: `request principal \`${value}\` in ${where} asks for issuer \`${issuer}\`, and ${describeObject(related[0])} verifies tokens of \`${meant}\``,
      effect,
      cure: `write \`${cure}\``,
      patch: [{ op: 'replace', path: `/${path.join('/')}`, value: cure }],
      related,
    }];
  }
  return [{
    severity: Severity.WARNING,
    object: policy.object,
    path,
    message: `request principal \`${value}\` in ${where} asks for issuer \`${issuer}\`, and no RequestAuthentication among the manifests verifies its tokens for the same pods`,
    effect,
    cure: `name ${issuers.length === 1 ? `issuer \`${issuers[0]}\`` : 'one of the issuers that are verified'}, or verify tokens of this one`,
    related,
  }];
}
