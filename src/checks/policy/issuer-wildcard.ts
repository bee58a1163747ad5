import { describeRule, neverMatches, valuesWith } from './written-policies';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

/** MTLS077: a request principal such as `https://*`: it is split at its last `/`, so that it asks for the issuer `https:/`. */
export const issuerWildcard: Check = {
  id: 'MTLS077',
  title: 'a request principal that ends within its URL',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => valuesWith(context, ['requestPrincipals', 'request.auth.principal'], (value) => /^https?:\/\/[^/]*$/.test(value))
    .map(({ policy, value, negated, rule, path }) => ({
      object: policy.object,
      path,
      message: `request principal \`${value}\` in ${describeRule(rule, policy)} is split at its last \`/\` and asks for the issuer \`${value.slice(0, value.lastIndexOf('/'))}\``,
      effect: neverMatches(policy.action, negated),
      cure: value.endsWith('*') ? 'name the issuer and then any subject, `https://<issuer>/*`, or `*` for any issuer' : `write \`${value}/*\` for any subject of this issuer`,
    })),
};
