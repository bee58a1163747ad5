import { targetsOf } from './targets';
import { describeRule, enforcedPolicies, neverMatches } from './written-policies';
import { at, text } from '../../mesh/value';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Severity } from '../finding';

/** MTLS044: a policy of a workload names a principal of a trust domain that the mesh does not know. */
export const foreignTrustDomain: Check = {
  id: 'MTLS044',
  title: 'a principal of a trust domain that the mesh does not know',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => {
    const domains = knownDomains(context);
    if (domains === undefined) return [];
    return enforcedPolicies(context).flatMap((policy) => {
      const targets = policy.selector === undefined || policy.selector.size === 0 ? undefined : targetsOf(context, policy.object.namespace, policy.selector);
      if (targets === undefined || targets.gateways.length > 0 || targets.workloads.length + targets.services.length === 0) return [];
      return policy.values.filter(({ key, value }) => (key === 'principals' || key === 'source.principal') && /^[^/*]+\/ns\/[^/]+\/sa\/[^/]+$/.test(value) && !domains.includes(value.split('/')[0]))
        .map(({ value, negated, rule, path }) => ({
          object: policy.object,
          path,
          message: `principal \`${value}\` in ${describeRule(rule, policy)} is of trust domain \`${value.split('/')[0]}\`, and the mesh knows only ${domains.map((domain) => `\`${domain}\``).join(', ')}`,
          effect: neverMatches(policy.action, negated),
          cure: 'write `cluster.local`, which stands for the own trust domain, or add the other to `trustDomainAliases` of the mesh',
        }));
    });
  },
};

/** The own trust domain and its aliases, where the settings of the mesh are among the manifests. */
function knownDomains({ view, objects }: CheckContext): string[] | undefined {
  const { rootNamespace, trustDomain, trustDomainAliases } = view.settings;
  const config = objects.find(({ kind, group, name, namespace }) => kind === 'ConfigMap' && group === '' && name === 'istio' && namespace === rootNamespace);
  if (config === undefined || !(text(at(config.body, 'data', 'mesh')) ?? '').includes('trustDomain:')) return undefined;
  return [...new Set([trustDomain, 'cluster.local', ...trustDomainAliases])];
}
