import { authenticationsByNamespace, isTokenKey, mayMeet, nearby, ruleThatDemandsToken, writtenAuthentications } from './authentications';
import { describeObject, KubeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Severity } from '../finding';
import { enforcedPolicies, WrittenPolicy } from '../policy/written-policies';

/**
 * MTLS031: a policy demands a token of pods that no RequestAuthentication verifies tokens for.
 *
 * Without one there are no claims: conditions on them never hold, and their negation always does.
 */
export const tokenNotVerified: Check = {
  id: 'MTLS031',
  title: 'a policy that demands a token where none is verified',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => enforcedPolicies(context).flatMap((policy) => {
    const { object, selector } = policy;
    const rule = ruleThatDemandsToken(policy) ?? ruleThatDeniesStrangers(policy);
    if (rule === undefined || selector === undefined) return [];
    const near = nearby(context, authenticationsByNamespace(context), object.namespace);
    if (near.length === 0 || hasOthers(context, policy)) return [];
    if (near.some((authentication) => mayMeet(context, policy, authentication))) return [];
    return [{
      object,
      path: selector.size > 0 ? ['spec', 'selector', 'matchLabels'] : ['spec', 'rules', rule],
      message: `rule ${rule + 1} of ${describeObject(object)} demands a token, and ${near.length === 1 ? `${describeObject(near[0].object)} is` : 'all RequestAuthentications are'} for other pods`,
      effect: 'no token is read there, and every request that needs the rule gets 403',
      cure: 'give both the same selector',
      related: near.map((authentication) => authentication.object),
    }];
  }),
};

/** DENY for whoever comes without a token. */
function ruleThatDeniesStrangers({ action, rules }: WrittenPolicy): number | undefined {
  const found = action === 'DENY' ? rules.findIndex(({ from }) => from.some((source) => source.some(({ key, notValues }) => isTokenKey(key) && notValues.includes('*')))) : -1;
  return found < 0 ? undefined : found;
}

/** Ones that are refused, or that name Gateway API objects, may be what was meant. */
function hasOthers(context: CheckContext, { object: { namespace } }: WrittenPolicy): boolean {
  const inNamespace = ({ object }: { readonly object: KubeObject }) => object.namespace === namespace;
  const written = context.of('RequestAuthentication', 'security.istio.io').filter((object) => inNamespace({ object }));
  return written.length > writtenAuthentications(context).filter(inNamespace).length;
}
