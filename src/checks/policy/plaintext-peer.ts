import { modeOfPods } from './peers';
import { targetsOf } from './targets';
import { describeRule, enforcedPolicies, WrittenPolicy } from './written-policies';
import type { PolicyField } from '../../mesh/authorization-policy';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

const IDENTITIES = new Set(['principals', 'namespaces', 'serviceAccounts', 'trustDomains', 'source.principal', 'source.namespace', 'source.serviceAccount', 'source.trustDomain']);

/**
 * MTLS050: a policy keeps out callers by their identity in the mesh, and the pods take plain text, in which there is none.
 *
 * A caller without sidecar has no identity: a DENY for it does not match, and an ALLOW for everybody but it does.
 */
export const plaintextPeer: Check = {
  id: 'MTLS050',
  title: 'callers kept out by identity where plain text is taken',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => enforcedPolicies(context).flatMap((policy) => {
    const rule = policy.rules.findIndex(({ from, when }) => from.some((source) => keepsOut(policy, source)) || keepsOut(policy, when));
    const { selector, object: { namespace } } = policy;
    if (rule < 0 || selector === undefined || namespace === context.view.settings.rootNamespace) return [];
    if (targetsOf(context, policy).gateways.length > 0) return [];
    const found = modeOfPods(context, namespace, selector);
    if (found === undefined || found.mode === 'STRICT') return [];
    const key = policy.rules[rule].from.flat().some((condition) => isMeant(policy, condition)) ? 'from' : 'when';
    return [{
      object: policy.object,
      path: ['spec', 'rules', rule, key],
      message: `${describeRule(rule, policy)} keeps callers out by their identity, and ${describeObject(found.object)} lets the pods take plain text (\`${found.mode}\`)`,
      effect: 'a caller without a sidecar has no identity and gets past the rule',
      cure: 'make the PeerAuthentication of these pods `STRICT`',
      related: [found.object],
    }];
  }),
};

function keepsOut(policy: WrittenPolicy, conditions: readonly PolicyField[]): boolean {
  return conditions.some((condition) => isMeant(policy, condition));
}

/** DENY for some, or ALLOW for all but some. */
function isMeant({ action }: WrittenPolicy, { key, values, notValues }: PolicyField): boolean {
  if (!IDENTITIES.has(key)) return false;
  return action === 'DENY' ? values.length > 0 && notValues.length === 0 : action === 'ALLOW' && values.length === 0 && notValues.length > 0 && !notValues.includes('*');
}
