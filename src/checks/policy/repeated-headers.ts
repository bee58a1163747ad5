import { enforcedPolicies, valuesOf } from './written-policies';
import { describeObject } from '../../mesh/kube-object';
import { headerFix } from '../../mesh/version';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

/**
 * MTLS053: a policy keeps out requests by a header, on an Istio version in which a repeated header gets past it.
 *
 * Before 1.29.1, 1.28.5 and 1.27.8 the lines of a header are joined with `,` before they are compared (CVE-2026-31838, Envoy CVE-2026-26308).
 */
export const repeatedHeaders: Check = {
  id: 'MTLS053',
  title: 'a version in which a repeated header gets past policies',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => {
    const { behaviour } = context.view.settings;
    if (context.profile.istioVersion === undefined || behaviour.policyHeadersByLine !== false) return [];
    return enforcedPolicies(context).flatMap((policy) => {
      const { object, action, values } = policy;
      const headers = [...values.keys()].filter((key) => key.startsWith('request.headers['));
      const found = valuesOf(policy, ...headers).find(({ negated }) => (action === 'ALLOW' ? negated : !negated));
      return found === undefined ? [] : [{
        object,
        path: found.path,
        message: `${describeObject(object)} compares \`${found.key}\`, and Istio ${context.profile.istioVersion} joins repeated headers before it does`,
        effect: 'whoever sends the header twice gets past the policy',
        cure: `use Istio ${headerFix(behaviour.minor)} or newer`,
      }];
    });
  },
};
