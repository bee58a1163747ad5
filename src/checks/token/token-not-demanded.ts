import { isTokenKey, mayMeet, nearby, policiesByNamespace, writtenAuthentications } from './authentications';
import type { AuthorizationPolicy } from '../../mesh/authorization-policy';
import { describeObject } from '../../mesh/kube-object';
import type { RequestAuthentication } from '../../mesh/request-authentication';
import type { RouteMatch } from '../../mesh/virtual-service';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Severity } from '../finding';
import { targetsOf } from '../policy/targets';
import { oncePerContext } from '../written';

/**
 * MTLS030: tokens are verified and nothing demands one.
 *
 * A RequestAuthentication refuses bad tokens; a request without any passes (Istio, RequestAuthentication reference).
 */
export const tokenNotDemanded: Check = {
  id: 'MTLS030',
  title: 'a RequestAuthentication without a policy that demands a token',
  severity: Severity.WARNING,
  effect: Effect.OPEN,
  find: (context) => {
    const demands = (policy: AuthorizationPolicy) => !policy.dryRun && readsTokens(policy);
    return writtenAuthentications(context).flatMap((authentication) => {
      const { object, rules } = authentication;
      if (rules.length === 0 || isForRouting(context, authentication)) return [];
      // A token that is verified at a gateway may be demanded behind it.
      const atGateway = targetsOf(context, authentication).gateways.length > 0;
      if (atGateway && context.view.policies.all.some(demands)) return [];
      const near = nearby(context, policiesByNamespace(context), object.namespace);
      if (near.some((policy) => demands(policy) && mayMeet(context, policy, authentication))) return [];
      return [{
        object,
        path: ['spec', 'jwtRules'],
        message: `${describeObject(object)} verifies tokens, and no AuthorizationPolicy for the same pods demands one`,
        effect: 'requests without a token get in',
        cure: `add an AuthorizationPolicy with the same selector that allows \`requestPrincipals: ["${rules[0].issuer === '' ? '*' : `${rules[0].issuer}/*`}"]\``
          + `${rules.some(({ audiences }) => audiences.length === 0) ? ', and list the `aud` of the tokens that are meant for this workload in `audiences`' : ''}`,
      }];
    });
  },
};

/** What an external authorizer looks at is not known. */
function readsTokens({ action, rules }: AuthorizationPolicy): boolean {
  return action === 'CUSTOM' || rules.some(({ from, when }) => [...from.flat(), ...when].some(({ key }) => isTokenKey(key)));
}

/** At a gateway, routes may read the claims. */
function isForRouting(context: CheckContext, authentication: RequestAuthentication): boolean {
  return routesReadClaims(context) && targetsOf(context, authentication).gateways.length > 0;
}

const routesReadClaims = oncePerContext(({ view }) => view.virtualServices.flatMap(({ http }) => http)
  .some(({ matches }) => matches?.some(readsClaims)));

function readsClaims({ headers, withoutHeaders }: RouteMatch): boolean {
  return [headers, withoutHeaders].some((patterns) => patterns.some(({ name }) => /^@request\.auth\.claims/i.test(name)));
}
